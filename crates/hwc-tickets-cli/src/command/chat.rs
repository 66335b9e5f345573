//! `hwc-tickets chat`: conversations and the list of tickets on one screen.

mod app;
mod conversation;
mod help;
mod leave;
mod link;
mod older;
mod row;
mod screen;
mod session;
mod terminal;
#[cfg(test)]
mod tests;
mod tickets;
mod work;
mod writing;

use crate::{
    cli::{Form, Span, chat::Chat, message},
    context::{Context, ticket_id},
    failure::Failure,
};
use app::App;
use session::{Pace, Session, unusable};
use terminal::Terminal;

pub(crate) async fn run(args: Chat, context: &Context) -> Result<(), Failure> {
    let ticket = args.ticket.as_deref().map(ticket_id).transpose()?;
    if !terminal::is_there() || context.screen.form() != Form::Table {
        let Some(ticket) = args.ticket else {
            return Err(Failure::usage(
                "no ticket is named, and there is no terminal to choose one on",
                "Name a ticket. `hwc-tickets ticket list` lists them.",
            ));
        };
        let follow = plain(ticket, args.tail, args.interval);
        return super::follow::run_until_input_ends(follow, context).await;
    }
    let client = context.client_with(context.pending_files.clone())?;
    let Span(shortest) = args.interval;
    let terminal = Terminal::take().map_err(unusable)?;
    let (columns, rows) = terminal.size().map_err(unusable)?;
    let app = App::new(context.settings.time_zone.value, columns, rows)
        .keep_unread(args.keep_unread)
        .tail(args.tail)
        .home(std::env::home_dir());
    let pace = Pace {
        tail: args.tail,
        shortest,
        keeps_unread: args.keep_unread,
    };
    let mut session = Session::new(context, client, terminal, app, pace);
    let outcome = session.run(ticket).await;
    session.leave(outcome)
}

/// The same without a screen.
fn plain(ticket: String, tail: u64, interval: Span) -> message::Follow {
    message::Follow {
        ticket: vec![ticket],
        since: None,
        tail: Some(tail),
        cursor: None,
        skip_own: false,
        until_status: None,
        interval,
        duration: None,
        exec: None,
        notify: None,
        exec_timeout: Span(message::EXEC_TIMEOUT),
        bell: false,
        notify_terminal: None,
    }
}
