//! Short programs for the everyday tasks, one in each file beside this one, run against a simulated service.
//!
//! `cargo run -p hwc-tickets --all-features --example snippets`. No account and no network are needed.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

mod attachment;
mod drain_unread;
mod first_message;
mod follow;
mod lost_answer;
mod own_settings;
mod submit_all;
mod unread_counts;
mod whole_conversation;
#[cfg(feature = "blocking")]
mod without_async;

use hwc_tickets::{
    Draft, SecretString, TicketId,
    sim::{self, Fault, FaultRule, Operation, Simulator},
};
use std::{env, error::Error, io::Write as _, process::Command, time::Duration};

fn main() -> Result<(), Box<dyn Error>> {
    // Two of them take everything from the environment: this program starts itself again with that set.
    match env::args().nth(1).as_deref() {
        #[cfg(feature = "blocking")]
        Some("without_async") => Ok(without_async::without_async()?),
        Some("first_message") => {
            runtime()?.block_on(first_message::first_message())?;
            Ok(())
        }
        _ => runtime()?.block_on(all()),
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

async fn all() -> Result<(), Box<dyn Error>> {
    let service = Simulator::builder().seed(7).start().await?;
    let token = service.credentials().token;
    let client = sim::client(&service).build()?;
    let ticket = client.ticket("case-123")?;
    let directory = tempfile::tempdir()?;

    println!("# first_message");
    in_environment(&service, "first_message").await?;

    println!("\n# lost_answer");
    let lost = FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit();
    service.fault(lost);
    // The reads after it are refused, so that the doubt stays for a while.
    service.fault(refused_reads());
    let keep = |pending: &str| {
        println!("kept: {} bytes", pending.len());
        service.clear_faults();
    };
    lost_answer::lost_answer(&client, keep).await?;

    println!("\n# whole_conversation");
    whole_conversation::whole_conversation(&ticket).await?;

    println!("\n# follow");
    let tickets = ["case-123", "TT202611210002"].map(TicketId::try_from);
    let interval = (Duration::from_millis(10), Duration::from_millis(50));
    follow::follow(
        &client,
        tickets.into_iter().collect::<Result<_, _>>()?,
        &directory.path().join("cursor.json"),
        interval,
        3,
    )
    .await?;

    println!("\n# unread_counts");
    let thousand = (0..1000).map(|number| TicketId::try_from(format!("TT20261121{number:04}")));
    unread_counts::unread_counts(&client, thousand.collect::<Result<_, _>>()?).await;

    println!("\n# submit_all");
    let drafts = ["case-123", "no-such-ticket"]
        .map(|id| TicketId::try_from(id).map(|ticket| Draft::new(ticket, "Any news?")));
    submit_all::submit_all(&client, drafts.into_iter().collect::<Result<_, _>>()?).await;

    println!("\n# attachment");
    let log = directory.path().join("disk.log");
    std::fs::File::create_new(&log)?.write_all(b"disk full\n")?;
    attachment::attachment(&client, &log).await?;

    #[cfg(feature = "blocking")]
    {
        println!("\n# without_async");
        in_environment(&service, "without_async").await?;
    }

    println!("\n# own_settings");
    let vault = own_settings::Vault {
        token: SecretString::from(token),
    };
    let outbox = directory.path().join("outbox");
    let own = own_settings::own_settings(&service.endpoint(), vault, &outbox)?;
    let sent = own.ticket("case-123")?.submit("Written down first").await?;
    println!("sent after {} attempt(s)", sent.attempts);

    println!("\n# drain_unread");
    let jira = drain_unread::Jira::default();
    let handled = drain_unread::drain_unread(&ticket, &jira).await?;
    println!("{handled} handled");

    println!("\nIn the ticket: {:?}", service.arrived("case-123"));
    service.shutdown().await;
    Ok(())
}

/// Lets the read before a submit pass, and refuses those that look for it.
fn refused_reads() -> FaultRule {
    let refused = Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    };
    FaultRule::new(Operation::ListMessages, refused)
        .skipping(1)
        .times(100)
}

/// Runs one of the snippets as a program that gets its settings from the environment.
async fn in_environment(service: &Simulator, snippet: &str) -> Result<(), Box<dyn Error>> {
    let mut program = Command::new(env::current_exe()?);
    program
        .arg(snippet)
        .env("HWC_TICKETS_ENDPOINT", service.endpoint())
        .env("HWC_TICKETS_TOKEN", service.credentials().token);
    // The service runs on this thread.
    let status = tokio::task::spawn_blocking(move || program.status()).await??;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{snippet} ended with {status}").into())
    }
}
