//! Whose a call is: the variables and the usual profile may stand for two accounts.

use super::{
    Settings, Source, one_of,
    profile::Profile,
    site_of,
    variables::{Lookup, path, text},
};
use crate::{
    cli::{Key, SiteName},
    failure::Failure,
};

/// Variable with a token.
pub(crate) const TOKEN: &str = "HWC_TICKETS_TOKEN";

/// All variables that say who signs in.
pub(crate) const VARIABLES: [&str; 10] = [
    TOKEN,
    "HUAWEICLOUD_SDK_AK",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_DOMAIN_ID",
    "HUAWEICLOUD_SDK_PROJECT_ID",
    "HWC_IAM_USER",
    "HWC_IAM_PASSWORD",
    "HWC_IAM_ACCOUNT",
    "HWC_IAM_PROJECT",
];

/// The variable that names a file with keys. It holds no secret: hooks may have it.
const KEY_FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";

/// Variables that only say more about credentials: alone they sign in nobody.
const MORE: [&str; 5] = [
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_DOMAIN_ID",
    "HUAWEICLOUD_SDK_PROJECT_ID",
    "HWC_IAM_ACCOUNT",
    "HWC_IAM_PROJECT",
];

/// What a profile says of an account, beside its credentials.
const OF_AN_ACCOUNT: [Key; 3] = [Key::Group, Key::Site, Key::Endpoint];

/// Variables that say who signs in, as far as they are set.
pub(crate) fn set_in(read: Lookup<'_>) -> Vec<&'static str> {
    let is_set = |name: &&str| {
        read(name).is_some_and(|value| value.to_str().is_none_or(|text| !text.trim().is_empty()))
    };
    VARIABLES.into_iter().filter(is_set).collect()
}

/// The same, and the one that names a file with them.
pub(crate) fn set_or_named_in(read: Lookup<'_>) -> Vec<&'static str> {
    let file = path(read, KEY_FILE).map(|_| KEY_FILE);
    set_in(read).into_iter().chain(file).collect()
}

/// Whether these variables sign somebody in.
pub(crate) fn sign_in(variables: &[&str]) -> bool {
    variables.iter().any(|name| !MORE.contains(name))
}

/// Whether the variables are a whole account, with an address: then the usual profile is another one, if it has credentials.
/// One that is named, on the command line or by a variable, is meant.
pub(super) fn passes_over(
    named: &Source,
    profile: &Profile,
    site: Option<SiteName>,
    variable: Lookup<'_>,
) -> Result<bool, Failure> {
    if matches!(named, Source::Flag(_) | Source::Environment(_)) || profile.credentials.is_none() {
        return Ok(false);
    }
    let has_address = text(variable, "HWC_TICKETS_ENDPOINT")?.is_some()
        || text(variable, site_of(site).endpoint_variable())?.is_some();
    Ok(has_address && sign_in(&set_or_named_in(variable)))
}

/// Whether a setting belongs to an account, and not to whoever uses the program.
pub(super) fn is_of_an_account(key: Key) -> bool {
    OF_AN_ACCOUNT.contains(&key)
}

impl Settings {
    /// Whether the usual profile has credentials and takes no part: the variables are of another account.
    pub(crate) fn is_passed_over(&self) -> bool {
        self.is_passed_over
    }

    /// The first setting of an account that comes from the side that does not sign in, by its source, and says something else
    /// than the side that does. `profile_signs_in`: that is the profile.
    pub(crate) fn mixed_in(&self, profile_signs_in: bool) -> Option<(Key, &Source)> {
        let is_of_other = |source: &Source| match profile_signs_in {
            true => matches!(source, Source::Environment(_)),
            false => matches!(source, Source::Profile { .. }),
        };
        let own = |key| self.profile.text(key).filter(|_| profile_signs_in);
        OF_AN_ACCOUNT.into_iter().find_map(|key| {
            let (source, is_same) = match key {
                Key::Group => {
                    let is_same = self.group.value.as_deref() == own(key).map(str::trim);
                    (&self.group.source, is_same)
                }
                Key::Site => {
                    let own = own(key).and_then(|text| one_of::<SiteName>(text).ok());
                    (&self.site.source, site_of(self.site.value) == site_of(own))
                }
                // The address of a shell is not of an account: that of the simulator stands beside all of them.
                _ => {
                    let standard = site_of(self.site.value).endpoint();
                    let named = self.endpoint_address();
                    let is_same = profile_signs_in || named.trim_end_matches('/') == standard;
                    (&self.endpoint.source, is_same)
                }
            };
            (is_of_other(source) && !is_same).then_some((key, source))
        })
    }
}
