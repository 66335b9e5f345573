//! Which IAM is asked: the one the environment names, and none by accident.

use super::super::{IdentityError, IdentityErrorKind};
use crate::{
    endpoint::Endpoint,
    variables::{self, ReadVariable},
};

const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

/// The address of IAM in the environment (`HUAWEICLOUD_SDK_IAM_ENDPOINT`), also for a login whose other parts come from
/// elsewhere. A variable that is empty or blank counts as not set.
///
/// # Errors
/// [`IdentityErrorKind::Invalid`] when it is not UTF-8 text, or no address that is trusted: https to a host of Huawei Cloud,
/// or this machine.
pub fn iam_endpoint(read: ReadVariable<'_>) -> Result<Option<Endpoint>, IdentityError> {
    let Some(address) = variables::text(read, IAM_ENDPOINT)? else {
        return Ok(None);
    };
    let endpoint = Endpoint::parse_from_environment(&address).map_err(|error| {
        IdentityError::new(
            IdentityErrorKind::Invalid,
            format!("{IAM_ENDPOINT} cannot be used: {error}"),
            format!(
                "set {IAM_ENDPOINT} to an address of IAM such as https://iam.myhuaweicloud.com or https://iam.eu-west-101.myhuaweicloud.eu, or unset it"
            ),
        )
    })?;
    Ok(Some(endpoint))
}

/// Who tries things on this machine does not mean to give a password to the real IAM, at `issuer`.
pub(super) fn not_named(issuer: &str, service: &Endpoint) -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Invalid,
        format!(
            "{IAM_ENDPOINT} is not set: the service is on this machine ({service}), and user and password would go to {issuer}"
        ),
        format!("set {IAM_ENDPOINT} to where they belong, with a simulator {service}"),
    )
}
