//! Addresses: what is one, what is refused, and where credentials may go without being asked.

use hwc_core::{Endpoint, endpoint::InvalidEndpoint};

use InvalidEndpoint::{MoreThanAHost, NotAnAddress, NotHttps, UserInfo};

#[test]
fn what_is_an_endpoint() {
    for (text, shown, loopback, huawei) in [
        (
            "https://osm.cn-south-1.myhuaweicloud.com",
            "https://osm.cn-south-1.myhuaweicloud.com",
            false,
            true,
        ),
        (
            "https://osm.cn-south-1.myhuaweicloud.cn/",
            "https://osm.cn-south-1.myhuaweicloud.cn",
            false,
            true,
        ),
        (
            "HTTPS://OSM.Example.COM:8443",
            "https://osm.example.com:8443",
            false,
            false,
        ),
        (
            "https://example.com:443",
            "https://example.com",
            false,
            false,
        ),
        (
            " https://iam.huaweicloud.com ",
            "https://iam.huaweicloud.com",
            false,
            true,
        ),
        (
            "http://localhost:8080",
            "http://localhost:8080",
            true,
            false,
        ),
        ("http://127.0.0.1", "http://127.0.0.1", true, false),
        ("http://127.9.9.9:1", "http://127.9.9.9:1", true, false),
        ("http://[::1]:80", "http://[::1]", true, false),
        ("https://localhost", "https://localhost", true, false),
        (
            "https://iam.eu-west-101.myhuaweicloud.eu",
            "https://iam.eu-west-101.myhuaweicloud.eu",
            false,
            true,
        ),
        (
            "https://osm.eu-west-101.myhuaweicloud.eu:443",
            "https://osm.eu-west-101.myhuaweicloud.eu",
            false,
            true,
        ),
        // Looks like the platform and is not.
        (
            "https://myhuaweicloud.eu.evil.example",
            "https://myhuaweicloud.eu.evil.example",
            false,
            false,
        ),
        (
            "https://iam.xmyhuaweicloud.eu",
            "https://iam.xmyhuaweicloud.eu",
            false,
            false,
        ),
        (
            "https://iam.myhuaweicloud.evil",
            "https://iam.myhuaweicloud.evil",
            false,
            false,
        ),
        (
            "https://myhuaweicloud.com.evil.example",
            "https://myhuaweicloud.com.evil.example",
            false,
            false,
        ),
        (
            "https://evilmyhuaweicloud.com",
            "https://evilmyhuaweicloud.com",
            false,
            false,
        ),
        (
            "https://myhuaweicloud.com",
            "https://myhuaweicloud.com",
            false,
            false,
        ),
    ] {
        let endpoint: Endpoint = text.parse().unwrap();
        assert_eq!(endpoint.to_string(), shown);
        assert_eq!(endpoint.is_loopback(), loopback, "{text}");
        assert_eq!(endpoint.is_huawei_cloud(), huawei, "{text}");
        // From the environment, only the platform and this machine.
        let trusted = Endpoint::parse_from_environment(text);
        assert_eq!(trusted.is_ok(), loopback || huawei, "{text}");
        if let Err(refused) = trusted {
            assert!(
                refused.to_string().contains("myhuaweicloud.eu"),
                "{refused}"
            );
        }
    }
}

#[test]
fn what_is_refused() {
    for (text, expected) in [
        ("", NotAnAddress),
        ("osm.myhuaweicloud.com", NotAnAddress),
        ("https://", NotAnAddress),
        ("https://exa mple.com", NotAnAddress),
        ("http://example.com", NotHttps),
        ("http://10.0.0.1", NotHttps),
        ("http://0.0.0.0", NotHttps),
        ("http://169.254.169.254", NotHttps),
        ("http://localhost.example.com", NotHttps),
        ("http://127.0.0.1.example.com", NotHttps),
        ("http://[::2]", NotHttps),
        ("ftp://example.com", NotHttps),
        ("file:///etc/passwd", NotAnAddress),
        ("https://user@example.com", UserInfo),
        ("https://user:secret@example.com", UserInfo),
        ("https://:secret@example.com", UserInfo),
        ("https://example.com/v2", MoreThanAHost),
        ("https://example.com/?a=b", MoreThanAHost),
        ("https://example.com/#top", MoreThanAHost),
    ] {
        let error = text.parse::<Endpoint>().unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
