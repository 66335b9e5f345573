//! Where credentials are looked for: given, environment, credentials file. Nothing here reads the
//! environment of the process or the real home directory.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use hwc_core::{
    identity::{
        Found, Identity, IdentityChain, IdentityContext, IdentityError, IdentityErrorKind, Keys,
    },
    secret::SecretString,
    testing::{FakeClock, ScriptedTransport, Step},
    transport::RequestBody,
};
use proptest::prelude::*;

/// Names and values of variables.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// Variables of a made-up environment.
#[derive(Default)]
struct Variables(BTreeMap<String, OsString>);

impl Variables {
    fn of(pairs: Pairs<'_>) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.into()))
                .collect(),
        )
    }

    fn find(&self) -> Result<Found, IdentityError> {
        IdentityChain::new(&|name| self.0.get(name).cloned()).find()
    }
}

/// A home directory with this credentials file in it, readable by its owner only.
struct Home {
    directory: tempfile::TempDir,
}

impl Home {
    fn with(text: impl AsRef<[u8]>) -> Self {
        let home = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(home.directory.path().join(".huaweicloud")).unwrap();
        put(&home.file(), text.as_ref());
        home
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join(".huaweicloud/credentials")
    }

    fn variables(&self) -> Variables {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        Variables(BTreeMap::from([(
            name.to_owned(),
            self.directory.path().into(),
        )]))
    }

    fn find(&self) -> Result<Found, IdentityError> {
        self.variables().find()
    }
}

/// Writes a file that only its owner can read.
fn put(path: &Path, bytes: &[u8]) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).unwrap().write_all(bytes).unwrap();
}

/// The headers the found credentials put on a request: which they are, and for what.
fn headers(found: &Found) -> http::HeaderMap {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let context = IdentityContext::new(Arc::new(clock.clone()), Arc::new(network));
    let identity = clock.run(found.provider.identity(&context)).unwrap();
    let mut request = http::Request::get("https://osm.example/")
        .body(RequestBody::default())
        .unwrap();
    identity
        .authorize(&mut request, jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    request.headers().clone()
}

/// The access key a found provider signs with.
fn access_key(found: &Found) -> String {
    let headers = headers(found);
    let text = headers["authorization"].to_str().unwrap();
    let (_, rest) = text.split_once("Access=").unwrap();
    rest.split_once(',').unwrap().0.to_owned()
}

const KEYS: [(&str, &str); 2] = [
    ("HUAWEICLOUD_SDK_AK", "AKENV"),
    ("HUAWEICLOUD_SDK_SK", "SKENV"),
];
const PASSWORD: [(&str, &str); 3] = [
    ("HWC_IAM_USER", "bridge"),
    ("HWC_IAM_PASSWORD", "secret"),
    ("HWC_IAM_ACCOUNT", "acme"),
];

#[test]
fn the_first_source_that_has_any_wins() {
    let home = Home::with("[global]\nak = AKFILE\nsk = SKFILE\n");
    let given = Keys::new(&SecretString::from("AKGIVEN"), SecretString::from("SK")).unwrap();
    let mut variables = home.variables();

    let found = variables.find().unwrap();
    assert_eq!(access_key(&found), "AKFILE");
    assert_eq!(
        found.source,
        format!("{}, section [global]", home.file().display())
    );

    variables.0.extend(Variables::of(&PASSWORD).0);
    let found = variables.find().unwrap();
    assert_eq!(
        found.source,
        "environment: HWC_IAM_USER, HWC_IAM_PASSWORD, HWC_IAM_ACCOUNT"
    );

    variables.0.extend(Variables::of(&KEYS).0);
    let found = variables.find().unwrap();
    assert_eq!(access_key(&found), "AKENV");
    assert_eq!(
        found.source,
        "environment: HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK"
    );

    let found = IdentityChain::new(&|name| variables.0.get(name).cloned())
        .with_explicit("--keys", Arc::new(given))
        .find()
        .unwrap();
    assert_eq!(
        (access_key(&found).as_str(), found.source.as_str()),
        ("AKGIVEN", "--keys")
    );
}

#[test]
fn what_belongs_to_the_keys_is_taken_along() {
    let rest = [
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "STS"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p0"),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d0"),
    ];
    let all = Variables::of(&[&KEYS[..], &rest[..]].concat())
        .find()
        .unwrap();
    assert_eq!(headers(&all)["x-security-token"], "STS");
    assert_eq!(headers(&all)["x-domain-id"], "d0");
    assert!(
        !headers(&all).contains_key("x-project-id"),
        "one of the two"
    );
    let project = Variables::of(&[&KEYS[..], &rest[..2]].concat())
        .find()
        .unwrap();
    assert_eq!(headers(&project)["x-project-id"], "p0");

    let file = Home::with(
        "[basic]\nak=B\nsk=S\nproject_id=p1\n[global]\nak=G\nsk=S\nsecurity_token=T\ndomain_id=d1\n",
    );
    let found = file.find().unwrap();
    assert_eq!(access_key(&found), "G", "tickets are a global service");
    assert_eq!(headers(&found)["x-domain-id"], "d1");
    assert_eq!(headers(&found)["x-security-token"], "T");
    let file = Home::with("[basic]\nak=B\nsk=S\nproject_id=p1\n");
    let found = file.find().unwrap();
    assert_eq!(access_key(&found), "B");
    assert_eq!(headers(&found)["x-project-id"], "p1");
}

#[test]
fn a_password_of_the_environment_logs_in_where_and_for_what_it_says() {
    let id = "0123456789abcdef0123456789abcdef";
    let endpoint = ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://127.0.0.1:9");
    let table: [(Pairs<'_>, &str, &str); 4] = [
        (
            &[],
            "iam.myhuaweicloud.com",
            r#""scope":{"domain":{"name":"acme"}}"#,
        ),
        (
            &[endpoint],
            "127.0.0.1",
            r#""scope":{"domain":{"name":"acme"}}"#,
        ),
        (
            &[("HWC_IAM_PROJECT", id), ("HUAWEICLOUD_SDK_DOMAIN_ID", "d0")],
            "iam.myhuaweicloud.com",
            r#""scope":{"project":{"id":"0123456789abcdef0123456789abcdef"}}"#,
        ),
        (
            &[("HUAWEICLOUD_SDK_DOMAIN_ID", "d0")],
            "iam.myhuaweicloud.com",
            r#""scope":{"domain":{"id":"d0"}}"#,
        ),
    ];
    for (more, host, scope) in table {
        let found = Variables::of(&[&PASSWORD[..], more].concat())
            .find()
            .unwrap();
        let clock = FakeClock::new();
        let body = r#"{"token":{"expires_at":"2026-01-02T00:00:00Z"}}"#;
        let network = ScriptedTransport::new(&clock)
            .then(Step::json(201, body).header("x-subject-token", "T"));
        let context = IdentityContext::new(Arc::new(clock.clone()), Arc::new(network.clone()));
        clock.run(found.provider.identity(&context)).unwrap();
        let sent = &network.requests()[0];
        assert_eq!(sent.uri.host(), Some(host));
        let body = std::str::from_utf8(&sent.body).unwrap();
        assert!(body.contains(scope), "{body}");
    }
}

#[test]
fn when_there_is_none_each_source_is_named() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let home_variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let file = Path::new(home).join(".huaweicloud").join("credentials");
    // Empty is not set.
    let error = Variables::of(&[(home_variable, home), ("HUAWEICLOUD_SDK_AK", "")])
        .find()
        .unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::Missing);
    assert_eq!(
        error.to_string(),
        format!(
            "no credentials found: looked for credentials in the program: none given; \
             looked for HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HWC_IAM_USER, HWC_IAM_PASSWORD and \
             HWC_IAM_ACCOUNT in the environment: not set; \
             looked for ak and sk in {}: no such file",
            file.display()
        )
    );
    assert!(error.help().contains("HUAWEICLOUD_SDK_AK"));
    let sources: Vec<&str> = error.tried().iter().map(|tried| tried.source).collect();
    assert_eq!(sources, ["explicit", "environment", "profile"]);

    let error = Variables::default().find().unwrap_err();
    assert!(
        error.to_string().ends_with("no home directory is known"),
        "{error}"
    );
    let outcomes = [
        ("", "neither a section [global] nor [basic]"),
        (
            "[other]\nak=A\nsk=S\n",
            "neither a section [global] nor [basic]",
        ),
        (
            "[global]\nidp_id = x\nid_token_file = /x\n",
            "no ak and sk in its section [global]",
        ),
    ];
    for (text, outcome) in outcomes {
        let error = Home::with(text).find().unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Missing);
        assert!(error.to_string().contains(outcome), "{error}");
    }
}

#[test]
fn half_set_credentials_are_an_error_and_name_what_is_missing() {
    let table: [(Pairs<'_>, &str); 7] = [
        (
            &[("HUAWEICLOUD_SDK_SECURITY_TOKEN", "STS")],
            "HUAWEICLOUD_SDK_SECURITY_TOKEN is set in the environment, but not HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK",
        ),
        (
            &[("HWC_IAM_PROJECT", "p")],
            "HWC_IAM_PROJECT is set in the environment, but not HWC_IAM_USER and HWC_IAM_PASSWORD and HWC_IAM_ACCOUNT",
        ),
        (
            &KEYS[..1],
            "HUAWEICLOUD_SDK_AK is set in the environment, but not HUAWEICLOUD_SDK_SK",
        ),
        (
            &KEYS[1..],
            "HUAWEICLOUD_SDK_SK is set in the environment, but not HUAWEICLOUD_SDK_AK",
        ),
        (
            &PASSWORD[..1],
            "HWC_IAM_USER is set in the environment, but not HWC_IAM_PASSWORD and HWC_IAM_ACCOUNT",
        ),
        (
            &PASSWORD[1..2],
            "HWC_IAM_PASSWORD is set in the environment, but not HWC_IAM_USER and HWC_IAM_ACCOUNT",
        ),
        (
            &PASSWORD[..2],
            "HWC_IAM_USER is set in the environment, but not HWC_IAM_ACCOUNT",
        ),
    ];
    for (set, text) in table {
        let error = Variables::of(set).find().unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(error.kind(), IdentityErrorKind::Missing);
    }
    for (text, what) in [
        ("[global]\nak=A\n", "[global] has ak but no sk"),
        ("[basic]\nsk=S\n", "[basic] has sk but no ak"),
        ("[global]\nak=A\nsk=\n", "[global] has ak but no sk"),
    ] {
        let error = Home::with(text).find().unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn values_that_cannot_be_used_are_refused_by_name() {
    let endpoint = |address| [&PASSWORD[..], &[("HUAWEICLOUD_SDK_IAM_ENDPOINT", address)]].concat();
    let keys = |access| vec![("HUAWEICLOUD_SDK_AK", access), KEYS[1]];
    let table = [
        (keys("A\r\nX: 1"), "the access key (AK)"),
        (keys("工"), "the access key (AK)"),
        (
            endpoint("http://iam.example"),
            "HUAWEICLOUD_SDK_IAM_ENDPOINT",
        ),
        (
            endpoint("https://iam.evil.example"),
            "HUAWEICLOUD_SDK_IAM_ENDPOINT",
        ),
        (
            endpoint("https://u:p@iam.myhuaweicloud.com"),
            "HUAWEICLOUD_SDK_IAM_ENDPOINT",
        ),
        (endpoint("iam"), "HUAWEICLOUD_SDK_IAM_ENDPOINT"),
        (
            vec![PASSWORD[0], PASSWORD[2], ("HWC_IAM_PASSWORD", "line\n")],
            "the password",
        ),
    ];
    for (set, named) in table {
        let error = Variables::of(&set).find().unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_refused_by_name() {
    use std::os::unix::ffi::OsStringExt as _;
    let mut variables = Variables::of(&KEYS);
    let bytes = OsString::from_vec(vec![b'S', 0xff]);
    variables.0.insert("HUAWEICLOUD_SDK_SK".to_owned(), bytes);
    let error = variables.find().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value of HUAWEICLOUD_SDK_SK is not UTF-8 text"
    );
}

#[test]
fn a_named_file_has_to_be_there() {
    let home = Home::with("[global]\nak=A\nsk=S\n");
    let mut variables = home.variables();
    let elsewhere = home.directory.path().join("elsewhere");
    variables.0.insert(
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE".to_owned(),
        elsewhere.clone().into(),
    );
    let error = variables.find().unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::Unreadable);
    assert!(error.to_string().contains("does not exist"), "{error}");
    put(&elsewhere, b"[global]\nak=NAMED\nsk=S\n");
    assert_eq!(access_key(&variables.find().unwrap()), "NAMED");
}

/// A file that others have access to is refused with the command that mends it, and the command does.
#[cfg(unix)]
#[test]
fn a_file_others_can_read_is_refused_and_the_help_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("it's mine");
    put(&file, b"[global]\nak=A\nsk=S\n");
    let variables = Variables(BTreeMap::from([(
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE".to_owned(),
        file.clone().into(),
    )]));
    let set =
        |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o600, 0o400] {
        set(mode);
        assert!(variables.find().is_ok(), "{mode:o}");
    }
    for mode in [0o640, 0o604, 0o644, 0o660, 0o602, 0o610, 0o601, 0o777] {
        set(mode);
        let error = variables.find().unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Unreadable);
        assert!(
            error.to_string().contains(&format!("(mode {mode:03o})")),
            "{error}"
        );
        let command = error.help().strip_prefix("run: ").unwrap();
        assert!(command.starts_with("chmod 600 "), "{command}");
        let done = std::process::Command::new("sh")
            .args(["-c", command])
            .status()
            .unwrap();
        assert!(done.success());
        assert!(variables.find().is_ok());
    }
}

#[cfg(unix)]
#[test]
fn links_directories_and_sockets_are_refused() {
    let home = Home::with("[global]\nak=A\nsk=S\n");
    let path = |name: &str| home.directory.path().join(name);
    std::os::unix::fs::symlink(home.file(), path("link")).unwrap();
    std::os::unix::fs::symlink(path("nowhere"), path("dangling")).unwrap();
    std::fs::create_dir(path("directory")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    for (name, why) in [
        ("link", "a symbolic link"),
        ("dangling", "a symbolic link"),
        ("directory", "not a file"),
        ("socket", "not a file"),
    ] {
        let mut variables = home.variables();
        variables.0.insert(
            "HUAWEICLOUD_SDK_CREDENTIALS_FILE".to_owned(),
            path(name).into(),
        );
        let error = variables.find().unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Unreadable, "{name}");
        assert!(error.to_string().contains(why), "{name}: {error}");
    }
}

#[test]
fn hostile_files_are_refused_with_their_line_and_without_their_content() {
    let full = |length: usize| {
        let mut text = b"[global]\nak=A\nsk=S\n#".to_vec();
        text.resize(length, b'x');
        text
    };
    assert!(Home::with(full(64 * 1024)).find().is_ok(), "at the limit");
    let table: [(Vec<u8>, &str); 10] = [
        (full(64 * 1024 + 1), "larger than 64 KiB"),
        (full(10 * 1024 * 1024), "larger than 64 KiB"),
        (b"[global]\nak=\xff\nsk=S\n".to_vec(), "not UTF-8"),
        (b"\xff\xfe[\0g\0".to_vec(), "not UTF-8"),
        (b"ak=C4NARY\nsk=S\n".to_vec(), "line 1"),
        (b"[global]\nak=A\nC4NARY\n".to_vec(), "line 3"),
        (b"[global\nak=C4NARY\n".to_vec(), "line 1"),
        (b"[global]\nsk=C4NARY\nSK=other\n".to_vec(), "line 3"),
        (
            b"[global]\nak=A\nsk=C4NARY\0\n".to_vec(),
            "the secret key (SK)",
        ),
        (b"[global]\nak=A\nsk='C4NARY'\n".to_vec(), "quotes"),
    ];
    for (text, what) in table {
        let error = Home::with(&text).find().unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        for shown in [
            error.to_string(),
            format!("{error:?}"),
            error.help().to_owned(),
        ] {
            assert!(!shown.contains("C4NARY"), "{shown}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the file: credentials or a typed error, never a panic and never its content.
    #[test]
    fn any_file_gives_credentials_or_a_typed_error(
        lines in prop::collection::vec(
            prop_oneof![
                Just("[global]".to_owned()),
                Just("[basic]".to_owned()),
                "(ak|sk|security_token|domain_id|project_id|AK)[ =:]{0,3}C4NARY[ -~]{0,4}",
                "\\PC{0,20}",
                "[\\x00-\\x1f\\[\\]=:#; ]{0,8}",
            ],
            0..12,
        ),
    ) {
        let text = lines.join("\n");
        match Home::with(&text).find() {
            Ok(found) => {
                let shown = format!("{found:?}");
                prop_assert!(!shown.contains("C4NARY"));
                prop_assert!(!headers(&found)["authorization"].is_empty());
            }
            Err(error) => {
                let shown = format!("{error} {error:?} {}", error.help());
                prop_assert!(!shown.contains("C4NARY"), "{}", shown);
            }
        }
    }
}

/// A fixed identity can stand in the chain as it is.
#[test]
fn the_error_of_a_chain_is_about_credentials() {
    let error = Variables::default().find().unwrap_err();
    let fault = hwc_core::Fault::from(error);
    assert_eq!(fault.kind, hwc_core::FaultKind::Credentials);
    let keys = Keys::new(&SecretString::from("AK"), SecretString::from("SK")).unwrap();
    let chain = IdentityChain::new(&|_| None).with_explicit("test", Arc::new(Identity::from(keys)));
    assert_eq!(access_key(&chain.find().unwrap()), "AK");
}
