//! Which proxy is used for the service: the decision of the transport itself. Passwords are never shown.

use super::Check;
use hwc_tickets::transport::{HttpTransport, ProxyRoute};

/// Variables that name a proxy for plain http only, which people take for one for everything.
const HTTP_ONLY: [&str; 2] = ["HTTP_PROXY", "http_proxy"];

pub(super) fn check(transport: &HttpTransport, host: &str, port: u16) -> Check {
    let Some(route) = transport.route_to(host, port) else {
        return Check::skipped("proxy", "the endpoint names no host");
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match (&route, HTTP_ONLY.into_iter().find(is_set)) {
        (ProxyRoute::NoProxy, Some(name)) => Check::new(
            "proxy",
            super::Verdict::Warn,
            format!("none: {name} is for plain http, and the service is asked over https"),
            "If a proxy is needed, name it in HTTPS_PROXY.",
        ),
        _ => Check::ok("proxy", route.to_string()),
    }
}
