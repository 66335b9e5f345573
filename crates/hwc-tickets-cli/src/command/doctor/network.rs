//! What needs the network: names, connection, TLS, clock, sign-in. Each step tells its own failure.

use super::{Check, Verdict, proxy};
use crate::{clock, context::Context, render};
use http::{Request, Uri, header};
use hwc_tickets::{
    ErrorKind, Transport as _,
    transport::{HttpTransport, RequestBody, TransportFault, TransportFaultKind},
};
use jiff::{SignedDuration, Timestamp};
use std::future::IntoFuture as _;

/// Beyond this difference the service refuses a signature, and the client signs once more by the time of the answer.
const SIGNING_WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Worth a look beyond this.
const NOTABLE: SignedDuration = SignedDuration::from_mins(5);
/// A ticket that surely does not exist, asked for to see whether the credentials are accepted.
const PROBE: &str = "hwc-tickets-doctor";

pub(super) async fn checks(context: &Context) -> Vec<Check> {
    // The address as every call uses it.
    let endpoint = match context.settings.endpoint() {
        Ok(Some(endpoint)) => endpoint.to_string(),
        Ok(None) => context.settings.endpoint_address(),
        Err(failure) => return vec![Check::failed("endpoint", &failure)],
    };
    let uri = match endpoint.parse::<Uri>() {
        Ok(uri) if uri.host().is_some() && uri.scheme().is_some() => uri,
        _ => {
            return vec![Check::new(
                "endpoint",
                Verdict::Fail,
                "it is not an address",
                "Write it as https://host or https://host:port.",
            )];
        }
    };
    // Proxy and CA files, as every call uses them.
    let transport = match context.transport() {
        Ok(transport) => transport,
        Err(failure) => return vec![Check::failed("transport", &failure)],
    };
    if let Err(failure) = context
        .anonymous()
        .and_then(|builder| context.finish(builder.token("doctor")))
    {
        return vec![Check::failed("settings", &failure)];
    }
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });

    let mut checks = vec![
        proxy::check(&transport, &host, port),
        names(&host, port).await,
    ];
    let answered = connection(context, &transport, &uri, tls, &mut checks).await;
    match answered {
        None => {
            checks.extend(["clock", "sign-in"].map(|name| Check::skipped(name, "no connection")))
        }
        Some(date) => {
            checks.push(clock_difference(date));
            checks.push(sign_in(context).await);
        }
    }
    checks
}

async fn names(host: &str, port: u16) -> Check {
    match render::wait("resolving the name", tokio::net::lookup_host((host, port))).await {
        Ok(addresses) => {
            let mut addresses: Vec<String> =
                addresses.map(|address| address.ip().to_string()).collect();
            addresses.dedup();
            Check::ok("dns", format!("{host} is {}", addresses.join(", ")))
        }
        Err(_) => Check::new(
            "dns",
            Verdict::Warn,
            format!("{host} cannot be resolved here"),
            "Check the spelling and the name server. With a proxy the proxy resolves it, and this does not matter.",
        ),
    }
}

/// Connects and reads the head of one answer, without credentials. Gives its `Date` when there was one.
async fn connection(
    context: &Context,
    transport: &HttpTransport,
    uri: &Uri,
    tls: bool,
    checks: &mut Vec<Check>,
) -> Option<Option<Timestamp>> {
    let timeouts = context.timeouts();
    let request = Request::builder()
        .uri(uri.clone())
        .header(header::USER_AGENT, "hwc-tickets-cli")
        .body(RequestBody::default())
        .ok()?;
    let sending = async {
        tokio::select! {
            biased;
            answer = transport.send(request) => answer,
            () = clock::sleep(timeouts.attempt) => Err(TransportFault::new(TransportFaultKind::Interrupted, "no answer in time")),
        }
    };
    match render::wait("connecting", sending).await {
        Ok(answer) => {
            checks.push(Check::ok("connection", format!("{uri} answers")));
            checks.push(match (tls, &context.settings.ca_file.value) {
                (false, _) => Check::ok("tls", "none: plain http to this machine"),
                (true, None) => Check::ok(
                    "tls",
                    "certificate accepted by the authorities of this machine",
                ),
                (true, Some(path)) => Check::ok(
                    "tls",
                    format!(
                        "certificate accepted, with {} trusted as well",
                        path.display()
                    ),
                ),
            });
            Some(clock::told(answer.headers()))
        }
        Err(fault) => {
            let (name, advice) = match fault.kind {
                TransportFaultKind::Tls(flaw) => ("tls", flaw.help()),
                TransportFaultKind::Resolve => (
                    "connection",
                    "Check the spelling of the endpoint and the name server.",
                ),
                TransportFaultKind::Malformed
                | TransportFaultKind::HeadTooLarge
                | TransportFaultKind::TooManyInterim => (
                    "connection",
                    "Something else answers there. Check endpoint, port and proxy.",
                ),
                _ => (
                    "connection",
                    "Check the endpoint, the network, the firewall and the proxy.",
                ),
            };
            checks.push(Check::new(name, Verdict::Fail, fault.to_string(), advice));
            None
        }
    }
}

fn clock_difference(date: Option<Timestamp>) -> Check {
    let Some(date) = date else {
        return Check::new(
            "clock",
            Verdict::Warn,
            "the service did not send its time",
            "Compare the clock of this machine by hand.",
        );
    };
    let difference = clock::now().duration_since(date);
    let seconds = difference.as_secs();
    let text = match seconds {
        -2..=2 => "the same as the service, to two seconds".to_owned(),
        _ if seconds > 0 => format!("{seconds} s ahead of the service"),
        _ => format!("{} s behind the service", seconds.unsigned_abs()),
    };
    let advice = "Set the clock of this machine, preferably with a time server (NTP).";
    match difference.abs() {
        difference if difference > SIGNING_WINDOW => Check::new(
            "clock",
            // Whether calls get through is what the sign-in says.
            Verdict::Warn,
            format!(
                "{text}; what is signed with keys is refused at first, and sent again with the time of the service"
            ),
            advice,
        ),
        difference if difference > NOTABLE => Check::new("clock", Verdict::Warn, text, advice),
        _ => Check::ok("clock", text),
    }
}

/// Asks for a ticket that does not exist: whoever is told so has been let in.
async fn sign_in(context: &Context) -> Check {
    let Ok(ticket) = context
        .client()
        .and_then(|client| Ok(client.ticket(PROBE)?))
    else {
        return Check::skipped("sign-in", "no usable credentials");
    };
    match render::wait("signing in", ticket.status().into_future()).await {
        Ok(_) => unproven(format!(
            "the service answered for ticket {PROBE}, which does not exist"
        )),
        Err(error) => match error.kind() {
            ErrorKind::NotFound => Check::ok(
                "sign-in",
                format!(
                    "the credentials are accepted (asked about ticket {PROBE}, which does not exist)"
                ),
            ),
            // Refused for its content, it was let in as far as that; a gateway may refuse so, too.
            ErrorKind::Refused => unproven(error.to_string()),
            _ => Check::new(
                "sign-in",
                Verdict::Fail,
                error.to_string(),
                crate::failure::advice::of(&error).into_owned(),
            ),
        },
    }
}

/// An answer that shows neither that the credentials are accepted nor that they are not.
fn unproven(answer: String) -> Check {
    Check::new(
        "sign-in",
        Verdict::Warn,
        format!("not known whether the credentials are accepted: {answer}"),
        "Try a ticket of your own: hwc-tickets ticket status TICKET",
    )
}
