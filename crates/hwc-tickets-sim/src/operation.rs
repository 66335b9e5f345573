//! An operation is a name. What it is stands in the description, so a new one needs nothing here.

use serde::{Serialize, Serializer};

/// An operation of the service, or [`CreateToken`](Self::CreateToken) of IAM beside it, by its name in the description.
///
/// Those that change or read the simulated service have a constant; [`named`](Self::named) finds every one.
///
/// ```
/// use hwc_tickets_sim::Operation;
///
/// assert_eq!(Operation::named("createMessages")?, Operation::CreateMessages);
/// assert_eq!(Operation::CreateMessages.path(), "/v2/servicerequest/cases/{case_id}/message");
/// # Ok::<(), hwc_tickets_sim::UnknownOperation>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation(&'static str);

#[allow(non_upper_case_globals, reason = "named as the variant of a list")]
impl Operation {
    /// IAM: makes a token of a password.
    pub const CreateToken: Operation = Operation::new("createToken");

    pub(crate) const fn new(name: &'static str) -> Self {
        Operation(name)
    }

    /// Name of the operation on the wire side, such as `createMessages`.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
