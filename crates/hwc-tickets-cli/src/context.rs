//! What every command works with: settings, screen, and the client made of them.

pub(crate) use crate::signal::interrupt;
use crate::{
    cli::SiteName, credentials, failure::Failure, pending_files::PendingFiles, render::Screen,
    seen, settings::Settings,
};
use hwc_tickets::{
    Client, ClientBuilder, GroupId, RetryPolicy, Site, TicketId, Timeouts, transport::HttpTransport,
};
use std::future::Future;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) screen: Screen,
    pub(crate) pending_files: PendingFiles,
}

impl Context {
    pub(crate) fn new(settings: Settings) -> Self {
        let screen = Screen::new(settings.output.value, settings.verbose)
            .filtered(settings.jq.as_deref())
            .with_columns(settings.columns.as_deref());
        let pending_files = PendingFiles::new(settings.places.pending.as_deref());
        if let Some(unseen) = settings
            .unseen
            .as_deref()
            .filter(|_| settings.places.config.is_some())
        {
            screen.warn(&format!("{unseen}; no profile is used"));
        }
        Self {
            settings,
            screen,
            pending_files,
        }
    }

    /// A client as the settings say.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.finish(self.builder()?)
    }

    /// Makes the client.
    pub(crate) fn finish(&self, builder: ClientBuilder) -> Result<Client, Failure> {
        builder.build().map_err(Failure::from)
    }

    /// A client that writes down in `records` what it sends.
    pub(crate) fn client_with(&self, records: PendingFiles) -> Result<Client, Failure> {
        records.sweep();
        self.finish(self.builder()?.outbox(records))
    }

    /// Keeps ids of tickets for completions.
    pub(crate) fn remember<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        let settings = &self.settings;
        seen::remember(settings.places.seen.as_deref(), &settings.profile_name, ids);
    }

    /// Whether it is the id of a ticket that was seen before.
    pub(crate) fn has_seen(&self, id: &str) -> bool {
        let settings = &self.settings;
        seen::is_known(settings.places.seen.as_deref(), &settings.profile_name, id)
    }

    /// Names the records that cannot be read, next to a doubt that they may keep open.
    pub(crate) fn warn_of_unreadable_records(&self) {
        for problem in self.pending_files.unreadable() {
            self.screen.warn(&format!(
                "as long as a pending file cannot be read, no message is confirmed that could be its own; fix it, or \
                 move it out of the directory: {problem}"
            ));
        }
    }

    /// Names variables with credentials that a profile takes the place of.
    pub(crate) fn warn_of_ignored_variables(&self) {
        if let Some(words) = credentials::ignored_in_words(&self.settings) {
            self.screen.warn(&words);
        }
    }

    /// A client with credentials, ready to be changed.
    pub(crate) fn builder(&self) -> Result<ClientBuilder, Failure> {
        let credential = credentials::find(&self.settings)?;
        self.warn_of_ignored_variables();
        let builder = self.anonymous()?.identity(credential.provider);
        Ok(match credential.account {
            Some(account) => builder.account(account),
            None => builder,
        })
    }

    /// Everything but the credentials.
    pub(crate) fn anonymous(&self) -> Result<ClientBuilder, Failure> {
        let settings = &self.settings;
        let mut builder = Client::builder()
            .time_zone(settings.time_zone.value.on_the_wire())
            .timeouts(self.timeouts())
            .user_agent(concat!("hwc-tickets-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(site) = settings.site.value {
            builder = builder.site(site.into());
        }
        if let Some(language) = &settings.language.value {
            builder = builder.language(language.clone());
        }
        if let Some(group) = &settings.group.value {
            let id = GroupId::new(group)
                .map_err(|error| settings.group.source.refused(&error.to_string()))?;
            builder = builder.group(id);
        }
        if let Some(retries) = settings.retries.value {
            builder =
                builder.retry(RetryPolicy::standard().max_attempts(retries.saturating_add(1)));
        }
        if let Some(path) = &settings.ca_file.value {
            builder = builder.ca_file(path.clone());
        }
        if let Some(address) = settings.endpoint()? {
            builder = builder.endpoint(address.to_string());
        }
        Ok(builder)
    }

    /// The real network, as the settings say.
    pub(crate) fn transport(&self) -> Result<HttpTransport, Failure> {
        let mut builder = HttpTransport::builder().connect_timeout(self.timeouts().connect);
        if let Some(path) = &self.settings.ca_file.value {
            builder = builder.ca_file(path.clone());
        }
        builder.build().map_err(|error| {
            Failure::usage(error.to_string(), "Correct what is named, or unset it.")
        })
    }

    /// Limits of time, the given total among them.
    pub(crate) fn timeouts(&self) -> Timeouts {
        let mut timeouts = Timeouts::default();
        if let Some(total) = self.settings.timeout.value {
            timeouts.total = total.0;
            timeouts.attempt = timeouts.attempt.min(total.0);
            timeouts.connect = timeouts.connect.min(total.0);
        }
        timeouts
    }
}

impl From<SiteName> for Site {
    fn from(site: SiteName) -> Self {
        match site {
            SiteName::China => Self::China,
            SiteName::International => Self::International,
        }
    }
}

/// Checks the id of a ticket before anything else happens.
pub(crate) fn ticket_id(text: &str) -> Result<TicketId, Failure> {
    if text == "-" {
        return Err(Failure::usage(
            "`-` is not a ticket id",
            "Only `message follow -` and `message unread -` read ids from standard input, with no other id beside it.",
        ));
    }
    Ok(TicketId::new(text).map_err(hwc_tickets::Error::from)?)
}

/// Runs `work` until it ends or the program is told to end.
pub(crate) async fn interruptible<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        done = work => done,
        () = interrupt() => Err(Failure::Interrupted { what: None }),
    }
}
