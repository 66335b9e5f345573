//! The request for a token. Pure.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use secrecy::zeroize::Zeroizing;
use serde::Serialize;

use super::{
    super::{IdentityError, IdentityErrorKind},
    IamScope, IamUser,
};
use crate::secret::{self, ExposeSecret};

#[derive(Serialize)]
struct Login<'a> {
    auth: Auth<'a>,
}

#[derive(Serialize)]
struct Auth<'a> {
    identity: Identity<'a>,
    scope: Scope<'a>,
}

#[derive(Serialize)]
struct Identity<'a> {
    methods: [&'static str; 1],
    password: Password<'a>,
}

#[derive(Serialize)]
struct Password<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    password: &'a str,
    domain: Named<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Scope<'a> {
    Domain(Named<'a>),
    Project(Named<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

/// `POST /v3/auth/tokens`, without the catalogue in its answer.
pub(super) fn request(
    endpoint: &str,
    user: &IamUser,
    scope: &IamScope,
) -> Result<http::Request<Bytes>, IdentityError> {
    let password = user.password.expose_secret();
    let scope_text = match scope {
        IamScope::Account => &user.account,
        IamScope::DomainId(text)
        | IamScope::DomainName(text)
        | IamScope::ProjectId(text)
        | IamScope::ProjectName(text) => text,
    };
    let login = Login {
        auth: Auth {
            identity: Identity {
                methods: ["password"],
                password: Password {
                    user: User {
                        name: &user.name,
                        password,
                        domain: Named::Name(&user.account),
                    },
                },
            },
            scope: match scope {
                IamScope::Account | IamScope::DomainName(_) => {
                    Scope::Domain(Named::Name(scope_text))
                }
                IamScope::DomainId(_) => Scope::Domain(Named::Id(scope_text)),
                IamScope::ProjectId(_) => Scope::Project(Named::Id(scope_text)),
                IamScope::ProjectName(_) => Scope::Project(Named::Name(scope_text)),
            },
        },
    };
    // Room for every character written as \uXXXX: a buffer that grows leaves copies behind.
    let longest = [&user.account, &user.name, scope_text]
        .map(String::len)
        .iter()
        .sum::<usize>()
        + user.account.len()
        + password.len();
    let mut body = Zeroizing::new(Vec::with_capacity(longest * 6 + 256));
    let written = serde_json::to_writer(&mut *body, &login);
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(format!("{endpoint}/v3/auth/tokens?nocatalog=true"))
        .header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json;charset=utf8"),
        )
        .header(header::ACCEPT, HeaderValue::from_static("application/json"))
        .body(Bytes::new())
        .map_err(|_| unbuildable())?;
    written.map_err(|_| unbuildable())?;
    *request.body_mut() = secret::wiped_bytes(body);
    Ok(request)
}

fn unbuildable() -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Invalid,
        "the login request cannot be written",
        "check the IAM endpoint",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_request_is_the_documented_one() {
        let text = |text: &str| text.to_owned();
        let table = [
            (IamScope::Account, json!({"domain": {"name": "acme"}})),
            (
                IamScope::DomainId(text("d1")),
                json!({"domain": {"id": "d1"}}),
            ),
            (
                IamScope::DomainName(text("other")),
                json!({"domain": {"name": "other"}}),
            ),
            (
                IamScope::ProjectId(text("p1")),
                json!({"project": {"id": "p1"}}),
            ),
            (
                IamScope::ProjectName(text("cn-south-1")),
                json!({"project": {"name": "cn-south-1"}}),
            ),
        ];
        let user = IamUser::new("acme", "工程师", "p\"w\\d");
        for (scope, expected) in table {
            let request = request("https://iam.example", &user, &scope).unwrap();
            assert_eq!(request.method(), Method::POST);
            assert_eq!(
                request.uri().to_string(),
                "https://iam.example/v3/auth/tokens?nocatalog=true"
            );
            assert_eq!(
                request.headers()["content-type"],
                "application/json;charset=utf8"
            );
            let body: Value = serde_json::from_slice(request.body()).unwrap();
            let user = json!({"name": "工程师", "password": "p\"w\\d", "domain": {"name": "acme"}});
            assert_eq!(
                body,
                json!({"auth": {
                    "identity": {"methods": ["password"], "password": {"user": user}},
                    "scope": expected,
                }})
            );
        }
    }
}
