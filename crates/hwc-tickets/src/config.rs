//! How a client is set up: the builder, and what it refuses.

mod environment;

pub(crate) use environment::Environment;

use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    ids::GroupId,
    submit::Outbox,
    time::ZoneOffset,
};
use hwc_core::{Clock, identity::ProvideIdentity};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// Which of the two separate clouds the account belongs to. Sent as `X-Site`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Site {
    /// The China site: region `cn-south-1`, host `osm.cn-south-1.myhuaweicloud.com` (D-28).
    #[default]
    China,
    /// The International site: region `ap-southeast-3`, host `osm.ap-southeast-3.myhuaweicloud.com`.
    International,
}

impl Site {
    /// The region the ticket service of this site runs in.
    #[must_use]
    pub fn region(self) -> &'static str {
        match self {
            Self::China => "cn-south-1",
            Self::International => "ap-southeast-3",
        }
    }

    /// The documented address of the ticket service of this site.
    #[must_use]
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::China => "https://osm.cn-south-1.myhuaweicloud.com",
            Self::International => "https://osm.ap-southeast-3.myhuaweicloud.com",
        }
    }

    /// The official variable that overrides the address.
    #[must_use]
    pub fn endpoint_variable(self) -> &'static str {
        match self {
            Self::China => "HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1",
            Self::International => "HUAWEICLOUD_SDK_REGION_OSM_AP_SOUTHEAST_3",
        }
    }

    /// Value of `X-Site`.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::China => 0,
            Self::International => 1,
        }
    }
}

/// What to do about the field `type` of a submit. The document of 2022 requires it without saying what
/// it means; newer ones do not know it (D-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubmitType {
    /// Send this value. The default sends 0.
    Value(u8),
    /// Leave the field out.
    LeaveOut,
}

impl Default for SubmitType {
    fn default() -> Self {
        Self::Value(0)
    }
}

/// Sets up a [`Client`]. Nothing is sent and nothing is read before [`ClientBuilder::build`], which
/// reports every problem at once.
#[derive(Default)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    endpoint: Option<String>,
    site: Option<Site>,
    language: Option<String>,
    time_zone: ZoneOffset,
    group: Option<GroupId>,
    identity: Option<Arc<dyn ProvideIdentity>>,
    rate_limit: Option<u32>,
    ca_file: Option<PathBuf>,
    clock: Option<Arc<dyn Clock>>,
    text_limit: Option<usize>,
    submit_type: SubmitType,
    user_agent: Option<String>,
    outbox: Option<Arc<dyn Outbox>>,
    consistency_window: Option<Duration>,
    author_id: Option<String>,
    environment: Option<Environment>,
    /// What is wrong with values that were given as text; each names its setting.
    problems: Vec<String>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reads from the environment what is not set on the builder.
    pub fn from_env(mut self) -> Self {
        self.environment = Some(Environment::process());
        self
    }

    /// The client.
    ///
    /// # Errors
    /// Every problem of the settings, at once.
    pub fn build(self) -> Result<Client> {
        todo!("waits for hwc_core::Pipeline::builder")
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}
