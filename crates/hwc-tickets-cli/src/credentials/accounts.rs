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
            match settings.profile_name.source {
                Source::Flag(name) => format!("{name} {profile}"),
                _ => format!("profile {profile}"),
            },
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

/// Refuses to give the password of the profile in `source` to the IAM that a variable names, where a login in `variables` is the
/// one it was named for. `addresses`: the one that is asked without that variable, and the one that it names.
pub(super) fn refuse_issuer(
    source: &str,
    addresses: [&str; 2],
    variables: &[&str],
) -> Result<(), Failure> {
    let [usual, named] = addresses;
    let login: Vec<&str> = (variables.iter().copied())
        .filter(|name| matches!(*name, "HWC_IAM_USER" | "HWC_IAM_PASSWORD"))
        .collect();
    if usual == named || login.is_empty() {
        return Ok(());
    }
    let login = login.join(", ");
    Err(Failure::usage(
        format!(
            "the password of {source} would go to {named}, which {ISSUER} may name for another account: {login} and {source} have \
             a login each"
        ),
        format!("Unset {ISSUER}; or, if it is that of {source}, unset {login}. Nothing was sent."),
    ))
}

/// The variable with the address of IAM.
const ISSUER: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

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

#[cfg(test)]
mod tests {
    use super::refuse_issuer;

    /// The address of IAM beside a login in variables is the one of that login. Alone, it says what a profile cannot.
    #[test]
    fn a_password_goes_to_no_issuer_of_another_login() {
        const USUAL: &str = "https://iam.myhuaweicloud.com";
        const OTHER: &str = "http://127.0.0.1:9";
        const LOGIN: [&str; 3] = ["HWC_IAM_USER", "HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"];
        for (named, variables, is_refused) in [
            (OTHER, &LOGIN[..], true),
            (OTHER, &LOGIN[1..2], true),
            (USUAL, &LOGIN[..], false),
            (OTHER, &LOGIN[2..], false),
            (OTHER, &["HWC_TICKETS_TOKEN"][..], false),
            (OTHER, &LOGIN[..0], false),
        ] {
            let refused = refuse_issuer("profile work", [USUAL, named], variables).err();
            assert_eq!(refused.is_some(), is_refused, "{named} {variables:?}");
            if let Some(told) = refused.and_then(|failure| failure.told(false)) {
                assert!(
                    told.what
                        .contains("profile work would go to http://127.0.0.1:9")
                );
                let advice = told.advice.unwrap_or_default();
                assert!(
                    advice.contains("Unset HUAWEICLOUD_SDK_IAM_ENDPOINT"),
                    "{advice}"
                );
            }
        }
    }
}
