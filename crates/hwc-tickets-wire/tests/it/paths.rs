//! Path values cannot change the route.

use crate::service::Service;
use hwc_core::{Delivery, FaultKind};
use hwc_tickets_wire::{messages::RevokeMessage, tickets::ShowCaseStatus};

#[test]
fn values_that_could_change_the_route_are_not_sent() {
    for value in [
        "", ".", "..", "a/b", "a\\b", "%2e%2e", "a?b", "a#b", "a\nb", "a\u{0}b", "a\u{85}b",
    ] {
        let service = Service::saying("{}");
        for outcome in [
            service.send(&RevokeMessage::new(value, "m1")),
            service.send(&RevokeMessage::new("c1", value)),
        ] {
            let fault = outcome.unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery),
                (FaultKind::InvalidInput, Delivery::NotSent),
                "{value:?}"
            );
            let shown = format!("{fault} {fault:?}");
            assert!(value.len() < 3 || !shown.contains(value), "{shown}");
        }
        assert_eq!(service.network.requests().len(), 0, "{value:?}");
    }
}

#[test]
fn other_values_are_encoded() {
    for (value, encoded) in [
        ("a b", "a%20b"),
        ("工单", "%E5%B7%A5%E5%8D%95"),
        ("a+b&c=d", "a%2Bb%26c%3Dd"),
        ("a,b;c:d@e!$'()*", "a%2Cb%3Bc%3Ad%40e%21%24%27%28%29%2A"),
        ("...", "..."),
        ("a.b~c", "a.b~c"),
        ("TT_2018-01", "TT_2018-01"),
    ] {
        let service = Service::saying("{}");
        service.send(&ShowCaseStatus::new(value)).unwrap();
        let path = service.network.requests()[0].uri.path().to_owned();
        assert_eq!(
            path,
            format!("/v2/servicerequest/cases/{encoded}/status"),
            "{value}"
        );
    }
}
