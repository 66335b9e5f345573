//! One account at a time: who signs in, and whom and where a call is for, stand on the same side.

use crate::{
    failure::Failure,
    settings::{Settings, Source, sign_in},
};

/// The side whose credentials are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignsIn {
    Profile,
    Variables,
}

/// Refuses settings of one account beside the credentials of another. `variables` are those with credentials that are set.
///
/// Settings of the side that does not sign in would take the credentials of one account to what is another's. Where only one side
/// has credentials, the other has none that they could belong to; and what says the same on both sides takes them nowhere else.
pub(super) fn refuse_two(
    settings: &Settings,
    variables: &[&str],
    who: SignsIn,
) -> Result<(), Failure> {
    if settings.credentials.is_none() || !sign_in(variables) {
        return Ok(());
    }
    let Some((key, source)) = settings.mixed_in(who == SignsIn::Profile) else {
        return Ok(());
    };
    let (variables, profile) = (variables.join(", "), &settings.profile_name.value);
    let (signs_in, remedy) = match who {
        SignsIn::Variables => (variables.clone(), whole_profile(settings, &variables)),
        SignsIn::Profile => (
            format!("--profile {profile}"),
            format!("Unset {}{}", source.in_words(), and_variable(settings)),
        ),
    };
    let name = key.name();
    let meant = match (who, &settings.endpoint.source) {
        // Then the credentials of the profile go to that address: who means that says so as well.
        (SignsIn::Profile, Source::Environment(_)) => format!("--{name} and --endpoint"),
        _ => format!("--{name}"),
    };
    Err(Failure::usage(
        format!(
            "the credentials of {signs_in} and {} may be of two accounts: {variables} and profile {profile} have credentials each",
            source.in_words()
        ),
        format!("{remedy}; or say what is meant with {meant}. Nothing was sent."),
    ))
}

/// How to use the profile and nothing else. Its credentials must not go to an address that was named for others.
fn whole_profile(settings: &Settings, variables: &str) -> String {
    let profile = &settings.profile_name.value;
    let (without, and_leave_out) = match &settings.endpoint.source {
        Source::Flag(name) => (
            format!(" and without {name}"),
            format!(" and leave out {name}"),
        ),
        Source::Environment(name) => (format!(" and without {name}"), and_variable(settings)),
        _ => (String::new(), String::new()),
    };
    format!(
        "Use the whole profile with --profile {profile}{without}, or unset {variables}{and_leave_out}"
    )
}

/// The variable with the address: it goes with the credentials that it was named for. What a flag says is meant.
fn and_variable(settings: &Settings) -> String {
    match &settings.endpoint.source {
        Source::Environment(name) => format!(" and {name}"),
        _ => String::new(),
    }
}
