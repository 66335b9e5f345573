//! The settings of one run: a flag wins over the environment, the environment over the profile, and each value knows
//! where it comes from.

mod account;
mod address;
mod check;
pub(crate) mod document;
mod place;
pub(crate) mod profile;
mod source;
mod variables;

pub(crate) use account::{TOKEN, VARIABLES, set_in, set_or_named_in, sign_in};
pub(crate) use check::usable;
pub(crate) use place::Places;
pub(crate) use profile::Credentials;
pub(crate) use source::{Setting, Source};
pub(crate) use variables::{Lookup, process_variable, text};

use crate::{
    cli::{Colour, Form, Global, Key, RETRIES, SiteName, Span},
    clock,
    failure::Failure,
    zone::Zone,
};
use clap::ValueEnum;
use hwc_tickets::{Endpoint, InvalidEndpoint, Site, ZoneOffset};
use jiff::Timestamp;
use profile::Profile;
use std::{ffi::OsString, path::PathBuf};
use variables::{language, path};

/// The settings of one run.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) output: Setting<Form>,
    /// A filter of JSON.
    pub(crate) jq: Option<String>,
    /// The columns that are shown.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) timeout: Setting<Option<Span>>,
    pub(crate) endpoint: Setting<Option<String>>,
    pub(crate) site: Setting<Option<SiteName>>,
    pub(crate) group: Setting<Option<String>>,
    pub(crate) language: Setting<Option<String>>,
    pub(crate) time_zone: Setting<Zone>,
    pub(crate) retries: Setting<Option<u32>>,
    pub(crate) ca_file: Setting<Option<PathBuf>>,
    /// The profile that was asked for; its name is known even when the file has none.
    pub(crate) profile_name: Setting<String>,
    /// What the profile says about credentials, unless it takes no part.
    pub(crate) credentials: Option<Credentials>,
    /// What the profile itself says.
    profile: Profile,
    /// The variables are of another account than the profile: its group, site, address and credentials take no part.
    is_passed_over: bool,
    pub(crate) places: Places,
    /// Why the configuration file, if there is one, was not read: nobody may look where it would be.
    pub(crate) unseen: Option<String>,
    pub(crate) verbose: bool,
}

/// A setting as it is shown.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) key: Key,
    pub(crate) value: Option<String>,
    pub(crate) source: String,
}

/// A profile beside others.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) name: String,
    /// Which kind of credentials it has.
    pub(crate) credentials: Option<&'static str>,
    pub(crate) site: Option<String>,
    pub(crate) group: Option<String>,
}

/// What a profile is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Use,
    /// It is made when it is not there.
    Make,
    /// Its credentials or a setting of it go; nothing that stands there is used.
    Forget,
    /// A setting is stored in it, and it is made when it is not there; nothing that stands there is used.
    Change,
}

/// Name of the profile that is used when none is named.
const DEFAULT_PROFILE: &str = "default";

impl Settings {
    /// Puts the settings together.
    pub(crate) fn resolve(flags: &Global, variable: Lookup<'_>) -> Result<Self, Failure> {
        Self::put_together(flags, variable, Purpose::Use)
    }

    /// The same for a command that makes the profile when it is not there.
    pub(crate) fn resolve_to_make(flags: &Global, variable: Lookup<'_>) -> Result<Self, Failure> {
        Self::put_together(flags, variable, Purpose::Make)
    }

    /// What is needed to take something out of a profile, and nothing more: a value that cannot be used must not keep it
    /// there.
    pub(crate) fn resolve_to_forget(flags: &Global, variable: Lookup<'_>) -> Result<Self, Failure> {
        Self::without_values(flags, variable, Purpose::Forget)
    }

    /// The same for a command that stores a setting in the profile, and makes it when it is not there.
    pub(crate) fn resolve_to_change(flags: &Global, variable: Lookup<'_>) -> Result<Self, Failure> {
        Self::without_values(flags, variable, Purpose::Change)
    }

    fn without_values(
        flags: &Global,
        variable: Lookup<'_>,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        const PLACES: [&str; 5] = [
            "HOME",
            "USERPROFILE",
            "XDG_CONFIG_HOME",
            "XDG_STATE_HOME",
            "HWC_TICKETS_PROFILE",
        ];
        let is_form = |value: &OsString| {
            let text = value.to_str().map(str::trim).unwrap_or_default();
            Form::from_str(text, true).is_ok()
        };
        let needed = |name: &str| match name {
            "HWC_TICKETS_OUTPUT" => variable(name).filter(is_form),
            name if PLACES.contains(&name) => variable(name),
            _ => None,
        };
        Self::put_together(flags, &needed, purpose)
    }

    fn put_together(
        flags: &Global,
        variable: Lookup<'_>,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let places = Places::find(variable)?;
        let read = match purpose {
            Purpose::Forget | Purpose::Change => profile::read_names,
            Purpose::Use | Purpose::Make => profile::read,
        };
        let file = profile::find(places.config.as_deref(), read)?;
        let profile_name = if let Some(name) = &flags.profile {
            Setting::new(name.clone(), Source::Flag("--profile"))
        } else if let Some(name) = text(variable, "HWC_TICKETS_PROFILE")? {
            Setting::new(name, Source::Environment("HWC_TICKETS_PROFILE"))
        } else if let Some(name) = file.default_profile() {
            Setting::new(name.to_owned(), Source::File(file.path().to_owned()))
        } else {
            Setting::new(DEFAULT_PROFILE.to_owned(), Source::Default)
        };
        let profile = match file.profile(&profile_name.value) {
            Some(profile) => profile.clone(),
            // Asked for by name and not there: most likely misspelt.
            None if profile_name.source != Source::Default
                && !matches!(purpose, Purpose::Make | Purpose::Change) =>
            {
                return Err(file.unknown_profile(&profile_name.value, purpose != Purpose::Forget));
            }
            None => Profile::default(),
        };
        let mut layers = Layers {
            profile: &profile,
            profile_name: &profile_name.value,
            is_passed_over: true,
            variable,
        };
        let site = |layers: &Layers<'_>| {
            layers.parsed(flags.site, "--site", "HWC_TICKETS_SITE", Key::Site, one_of)
        };
        // The variable with the address may be that of the site: as it is without the profile.
        layers.is_passed_over = account::passes_over(
            &profile_name.source,
            &profile,
            site(&layers)?.value,
            variable,
        )?;
        let now = clock::now();
        let site = site(&layers)?;
        let endpoint = layers
            .text(
                flags.endpoint.clone(),
                "--endpoint",
                "HWC_TICKETS_ENDPOINT",
                Key::Endpoint,
            )?
            .or_environment(site_of(site.value).endpoint_variable(), variable)?;
        Ok(Self {
            output: fitting(
                flags,
                layers
                    .parsed(
                        flags.output,
                        "--output",
                        "HWC_TICKETS_OUTPUT",
                        Key::Output,
                        one_of,
                    )?
                    .or_default(),
            )?,
            jq: flags.jq.clone(),
            columns: flags.columns.clone(),
            timeout: layers.parsed(
                flags.timeout,
                "--timeout",
                "HWC_TICKETS_TIMEOUT",
                Key::Timeout,
                |text| text.parse::<Span>().map_err(|error| error.to_string()),
            )?,
            endpoint,
            site,
            group: layers.text(
                flags.group.clone(),
                "--group",
                "HWC_TICKETS_GROUP",
                Key::Group,
            )?,
            language: layers
                .text(
                    flags.language.clone(),
                    "--language",
                    "HWC_TICKETS_LANGUAGE",
                    Key::Language,
                )?
                .try_map(|text| language(text))?,
            time_zone: layers
                .text(
                    flags.time_zone.clone(),
                    "--time-zone",
                    "HWC_TICKETS_TIME_ZONE",
                    Key::TimeZone,
                )?
                .try_map(|text| Zone::parse(text, now))?
                .or_try_else(|| local_zone(now, variable))?,
            retries: layers.parsed(
                flags.retries,
                "--retries",
                "HWC_TICKETS_RETRIES",
                Key::Retries,
                |text| RETRIES.read(text),
            )?,
            ca_file: layers.path(
                flags.ca_file.clone(),
                "--ca-file",
                "HWC_TICKETS_CA_FILE",
                Key::CaFile,
            ),
            credentials: (profile.credentials.clone()).filter(|_| !layers.is_passed_over),
            is_passed_over: layers.is_passed_over,
            profile,
            profile_name,
            places,
            unseen: file.unseen().map(str::to_owned),
            verbose: flags.verbose,
        })
    }
}

/// The zone of this machine. One that TZ asks for and nobody knows is refused: times in another one would look right.
fn local_zone(now: Timestamp, variable: Lookup<'_>) -> Result<Zone, Failure> {
    match (Zone::local(now), text(variable, "TZ")?) {
        (Ok(zone), _) => Ok(zone),
        (Err(_), Some(_)) => Err(Source::Environment("TZ").refused(
            "it is neither a name such as Europe/Berlin, nor a rule such as CET-1CEST,M3.5.0,M10.5.0/3, nor a file of a zone",
        )),
        // A machine that knows no zone has a clock all the same, and it is named.
        (Err(_), None) => Ok(Zone::from(ZoneOffset::UTC)),
    }
}

/// What applies, for people.
impl Settings {
    /// Every setting, with its value and its source. No secret is in it.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        Key::all().map(|key| self.shown_one(key)).collect()
    }

    /// One of them.
    pub(crate) fn shown_one(&self, key: Key) -> Shown {
        let (value, source) = match key {
            Key::Profile => (
                Some(self.profile_name.value.clone()),
                &self.profile_name.source,
            ),
            Key::Endpoint => (Some(self.shown_endpoint()), &self.endpoint.source),
            Key::Site => {
                let site = format!("{:?}", site_of(self.site.value));
                (Some(site.to_lowercase()), &self.site.source)
            }
            Key::Group => (self.group.value.clone(), &self.group.source),
            Key::Language => (self.language.value.clone(), &self.language.source),
            Key::TimeZone => (
                Some(self.time_zone.value.to_string()),
                &self.time_zone.source,
            ),
            Key::Timeout => {
                let standard = Span(hwc_tickets::Timeouts::default().total);
                let timeout = self.timeout.value.unwrap_or(standard);
                (Some(timeout.to_string()), &self.timeout.source)
            }
            Key::Retries => {
                let retries = self.retries.value.map(|retries| retries.to_string());
                let retries = retries.unwrap_or_else(|| "standard".to_owned());
                (Some(retries), &self.retries.source)
            }
            Key::CaFile => {
                let path = self.ca_file.value.as_ref();
                let path = path.map(|path| path.display().to_string());
                (path, &self.ca_file.source)
            }
            Key::Output => {
                let form = format!("{:?}", self.output.value);
                (Some(form.to_lowercase()), &self.output.source)
            }
        };
        Shown {
            key,
            value,
            source: source.to_string(),
        }
    }

    /// The profiles of the configuration file, without their secrets.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn profiles(&self) -> Result<Vec<Summary>, Failure> {
        let file = profile::find(self.places.config.as_deref(), profile::read)?;
        let profiles = file.profiles();
        let summaries = profiles.map(|(name, profile)| Summary {
            name: name.to_owned(),
            credentials: profile.credentials.as_ref().map(Credentials::kind),
            site: profile.text(Key::Site).map(str::to_owned),
            group: profile.text(Key::Group).map(str::to_owned),
        });
        Ok(summaries.collect())
    }

    /// Refuses the name of a profile that is not in the configuration file.
    ///
    /// # Errors
    /// It is not there; or the file cannot be read.
    pub(crate) fn refuse_unknown_profile(&self, name: &str) -> Result<(), Failure> {
        let file = profile::find(self.places.config.as_deref(), profile::read_names)?;
        match file.profile(name) {
            Some(_) => Ok(()),
            None => Err(file.unknown_profile(name, true)),
        }
    }

    /// The address that was named, checked: any https host on the command line, elsewhere only those of Huawei Cloud and
    /// this machine.
    pub(crate) fn endpoint(&self) -> Result<Option<Endpoint>, Failure> {
        let source = &self.endpoint.source;
        if self.endpoint.value.is_none() {
            return Ok(None);
        }
        let address = self.endpoint_address();
        match source {
            Source::Flag(_) => Endpoint::parse(&address),
            _ => Endpoint::parse_from_environment(&address),
        }
        .map(Some)
        .map_err(|error| match error {
            InvalidEndpoint::NotTrusted { .. } => Failure::usage(
                format!("the value of {} cannot be used: {error}", source.in_words()),
                "Name it with --endpoint if your credentials may go there.",
            ),
            error => source.refused(&error.to_string()),
        })
    }

    /// Address of the service. May hold what must not be shown: see [`Settings::shown_endpoint`].
    pub(crate) fn endpoint_address(&self) -> String {
        let site = site_of(self.site.value);
        let named = self.endpoint.value.as_deref();
        // Only the official variable may hold several.
        let is_list = self.endpoint.source == Source::Environment(site.endpoint_variable());
        named
            .and_then(|text| match is_list {
                true => text.split(',').next(),
                false => Some(text),
            })
            .unwrap_or(site.endpoint())
            .to_owned()
    }

    /// The same without user and password.
    pub(crate) fn shown_endpoint(&self) -> String {
        address::redacted(&self.endpoint_address())
    }
}

/// The form of the output that a filter and a choice of columns go with. Who asks for one has no other in mind that stands
/// in the environment or a profile.
fn fitting(flags: &Global, output: Setting<Form>) -> Result<Setting<Form>, Failure> {
    let is_json = matches!(output.value, Form::Json | Form::Ndjson);
    let (option, fits, form, advice) = match (&flags.jq, &flags.columns) {
        (Some(_), _) => (
            "--jq",
            is_json,
            Form::Json,
            "It filters JSON: use it with -o json or -o ndjson, or without -o.",
        ),
        (None, Some(_)) => (
            "--columns",
            !is_json,
            Form::Table,
            "It is for -o table and -o plain; with JSON, --jq says what is printed.",
        ),
        (None, None) => return Ok(output),
    };
    match output.source {
        _ if fits => Ok(output),
        Source::Flag(_) => Err(Failure::usage(
            format!(
                "{option} does not go with -o {}",
                format!("{:?}", output.value).to_lowercase()
            ),
            advice,
        )),
        _ => Ok(Setting::new(form, Source::Flag(option))),
    }
}

/// One of a few words; what is none of them learns which there are.
fn one_of<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let values = T::value_variants().iter();
        let names: Vec<String> = values
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        format!("it is none of {}", names.join(", "))
    })
}

fn site_of(name: Option<SiteName>) -> Site {
    name.map(Site::from).unwrap_or_default()
}

/// The three places a setting can come from.
struct Layers<'a> {
    profile: &'a Profile,
    profile_name: &'a str,
    /// It takes no part in what belongs to an account.
    is_passed_over: bool,
    variable: Lookup<'a>,
}

impl Layers<'_> {
    fn text(
        &self,
        flag: Option<String>,
        flag_name: &'static str,
        name: &'static str,
        key: Key,
    ) -> Result<Setting<Option<String>>, Failure> {
        if let Some(value) = flag {
            return Ok(Setting::new(Some(value), Source::Flag(flag_name)));
        }
        if let Some(value) = text(self.variable, name)? {
            return Ok(Setting::new(Some(value), Source::Environment(name)));
        }
        Ok(self.of_profile(key))
    }

    /// The same for a path, which need not be UTF-8.
    fn path(
        &self,
        flag: Option<PathBuf>,
        flag_name: &'static str,
        name: &'static str,
        key: Key,
    ) -> Setting<Option<PathBuf>> {
        if let Some(value) = flag {
            return Setting::new(Some(value), Source::Flag(flag_name));
        }
        match path(self.variable, name) {
            Some(value) => Setting::new(Some(value), Source::Environment(name)),
            None => self.of_profile(key).map(PathBuf::from),
        }
    }

    fn of_profile(&self, key: Key) -> Setting<Option<String>> {
        match self.profile.text(key) {
            Some(_) if self.is_passed_over && account::is_of_an_account(key) => Setting::new(
                None,
                Source::PassedOver {
                    profile: self.profile_name.to_owned(),
                    key: key.name(),
                },
            ),
            Some(value) => Setting::new(
                Some(value.to_owned()),
                Source::Profile {
                    profile: self.profile_name.to_owned(),
                    key: key.name(),
                },
            ),
            None => Setting::new(None, Source::Default),
        }
    }

    fn parsed<T>(
        &self,
        flag: Option<T>,
        flag_name: &'static str,
        name: &'static str,
        key: Key,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Setting<Option<T>>, Failure> {
        match flag {
            Some(value) => Ok(Setting::new(Some(value), Source::Flag(flag_name))),
            None => self
                .text(None, flag_name, name, key)?
                .try_map(|text| parse(text)),
        }
    }
}

/// Colour is needed before the settings are known, to tell what is wrong with them.
pub(crate) fn colour(flags: &Global) -> Colour {
    flags.color.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn resolve(
        flags: &Global,
        variables: &[(&str, &str)],
        config: &str,
    ) -> Result<Settings, Failure> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("hwc-tickets/config.toml");
        if !config.is_empty() {
            crate::private_file::write(&path, config.as_bytes()).unwrap();
        }
        let mut table: HashMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        table.insert(
            "XDG_CONFIG_HOME".to_owned(),
            home.path().display().to_string(),
        );
        table.insert(
            "XDG_STATE_HOME".to_owned(),
            home.path().display().to_string(),
        );
        Settings::resolve(flags, &|name| table.get(name).map(OsString::from))
    }

    const CONFIG: &str = "[profiles.default]\ngroup = \"from-profile\"\ntimeout = \"5s\"\nsite = \"international\"\n\
                          [profiles.work]\ngroup = \"from-work\"\n";

    #[test]
    fn a_flag_wins_over_the_environment_and_the_environment_over_the_profile() {
        let flags = Global {
            group: Some("from-flag".to_owned()),
            ..Global::default()
        };
        let variables = [("HWC_TICKETS_GROUP", "from-environment")];
        let group = |flags: &Global, variables: &[(&str, &str)]| {
            resolve(flags, variables, CONFIG).unwrap().group
        };

        let all = group(&flags, &variables);
        assert_eq!(
            (all.value.as_deref(), &all.source),
            (Some("from-flag"), &Source::Flag("--group"))
        );
        let two = group(&Global::default(), &variables);
        assert_eq!(
            (two.value.as_deref(), &two.source),
            (
                Some("from-environment"),
                &Source::Environment("HWC_TICKETS_GROUP")
            )
        );
        let one = group(&Global::default(), &[]);
        assert_eq!(one.value.as_deref(), Some("from-profile"));
        assert_eq!(one.source.to_string(), "profile default, key group");
        let other = group(
            &Global {
                profile: Some("work".to_owned()),
                ..Global::default()
            },
            &[],
        );
        assert_eq!(other.value.as_deref(), Some("from-work"));
        let none = resolve(&Global::default(), &[], "").unwrap().group;
        assert_eq!((none.value, none.source), (None, Source::Default));
    }

    #[test]
    fn values_are_read() {
        let settings = resolve(
            &Global::default(),
            &[("HWC_TICKETS_TIME_ZONE", "GMT-03:30")],
            CONFIG,
        )
        .unwrap();
        assert_eq!(settings.timeout.value.unwrap().to_string(), "5s");
        assert_eq!(settings.site.value, Some(SiteName::International));
        assert_eq!(settings.time_zone.value.on_the_wire().minutes(), -210);
        assert_eq!(settings.output.value, Form::Table);
    }

    #[test]
    fn bad_values_name_their_place() {
        for (variables, config, expected) in [
            (
                &[("HWC_TICKETS_TIMEOUT", "soon")][..],
                "",
                "HWC_TICKETS_TIMEOUT",
            ),
            (
                &[("HWC_TICKETS_TIME_ZONE", "Asia/Atlantis")],
                "",
                "HWC_TICKETS_TIME_ZONE",
            ),
            (&[("HWC_TICKETS_OUTPUT", "xml")], "", "HWC_TICKETS_OUTPUT"),
            (&[("HWC_TICKETS_PROFILE", "wrok")], CONFIG, "wrok"),
            (
                &[],
                "[profiles.default]\nsite = \"mars\"",
                "key site of profile default",
            ),
        ] {
            let failure = resolve(&Global::default(), variables, config).unwrap_err();
            let told = failure.told(false).unwrap();
            assert!(told.what.contains(expected), "{expected}: {}", told.what);
            assert_eq!(failure.exit(), crate::exit::Exit::Usage);
        }
    }
}
