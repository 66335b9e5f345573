//! Setters of the values that users build in their tests.

/// Makes setters with the names of the fields. Those of `optional` fields take the value itself.
macro_rules! setters {
    (
        $name:ident { $($field:ident: $type:ty),* $(,)? }
        $(optional { $($some:ident: $inner:ty),* $(,)? })?
    ) => {
        impl $name {
            $(
                #[doc = concat!("The same with this `", stringify!($field), "`.")]
                #[must_use]
                pub fn $field(mut self, $field: $type) -> Self {
                    self.$field = $field.into();
                    self
                }
            )*
            $($(
                #[doc = concat!("The same with this `", stringify!($some), "`.")]
                #[must_use]
                pub fn $some(mut self, $some: $inner) -> Self {
                    self.$some = Some($some.into());
                    self
                }
            )*)?
        }
    };
}

pub(crate) use setters;
