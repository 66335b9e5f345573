//! One account at a time: who signs in, and whom and where a call is for, stand on the same side.

use crate::{
    failure::Failure,
    settings::{Settings, Source},
};

/// Variables that only say more about credentials: alone they sign in nobody.
const MORE: [&str; 5] = [
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_DOMAIN_ID",
    "HUAWEICLOUD_SDK_PROJECT_ID",
    "HWC_IAM_ACCOUNT",
    "HWC_IAM_PROJECT",
];

/// Refuses settings of one account beside the credentials of another. `variables` are those with credentials that are set.
///
/// Settings of the side that does not sign in would take the credentials of one account to what is another's: `is_of_other`
/// tells them by their source. Where only one side has credentials, the other has none that they could belong to.
pub(super) fn refuse_two(
    settings: &Settings,
    variables: &[&str],
    is_of_other: fn(&Source) -> bool,
) -> Result<(), Failure> {
    let sign_in = variables.iter().any(|name| !MORE.contains(name));
    if settings.credentials.is_none() || !sign_in {
        return Ok(());
    }
    // The address of a shell is not of an account: that of the simulator stands beside all of them.
    let endpoint = Some(&settings.endpoint.source);
    let endpoint = endpoint.filter(|source| matches!(source, Source::Profile { .. }));
    let of_an_account = [
        ("group", Some(&settings.group.source)),
        ("site", Some(&settings.site.source)),
        ("endpoint", endpoint),
    ];
    let mut of_an_account = of_an_account.into_iter();
    let mixed = of_an_account.find_map(|(option, source)| {
        let source = source.filter(|source| is_of_other(source))?;
        Some((option, source))
    });
    let Some((option, source)) = mixed else {
        return Ok(());
    };
    let (variables, profile) = (variables.join(", "), &settings.profile_name.value);
    let is_profile = matches!(source, Source::Profile { .. });
    let (signs_in, remedy) = match is_profile {
        true => (
            variables.clone(),
            format!("Use the whole profile with --profile {profile}, or unset {variables}"),
        ),
        false => (
            format!("--profile {profile}"),
            format!("Unset {}", source.in_words()),
        ),
    };
    Err(Failure::usage(
        format!(
            "the credentials of {signs_in} and {} may be of two accounts: {variables} and profile {profile} have credentials each",
            source.in_words()
        ),
        format!("{remedy}; or say what is meant with --{option}. Nothing was sent."),
    ))
}
