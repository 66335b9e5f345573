//! What can be asked of the world, and what it answers.

use jiff::Timestamp;

use super::agreement::{Agreement, AgreementCommand, AgreementOutcome};
use super::blob::Blob;
use super::catalog::{Found, Question};
use super::contact::{ContactCommand, ContactOutcome};
use super::file::{FileAction, FileView, UploadLimits};
use super::label::{Label, LabelAction};
use super::link::FileLink;
use super::message::{Author, MessageId};
use super::people::{User, Writer};
use super::record::{Action, ContactInfo, LogLine, NewTicket, Rating, Subject, Values};
use super::relation::{RelatedTicket, RelationAction};
use super::seed::TicketSeed;
use super::text::Text;
use super::ticket::Status;
use super::tickets::{TicketFilter, TicketLine};

/// Something that happens to the world. `by` is the id of the calling customer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// A customer submits a message (createMessages).
    Submit {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// Text, at most [`content_limit`](crate::Quirks::content_limit) UTF-16 units.
        content: Text,
        /// Ids of attachments that exist.
        attachments: Vec<String>,
        /// Whether a confidential note came along. The note itself is not kept.
        confidential: bool,
    },
    /// A page of messages, newest first (listMessages).
    List {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// Messages to skip.
        offset: usize,
        /// Messages to give.
        limit: usize,
    },
    /// Messages older than a time, newest first (listMoreInstantMessages).
    More {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// The time to start from; `None` starts at the newest message. Only whole seconds are compared.
        before: Option<Timestamp>,
        /// Messages to give.
        limit: usize,
    },
    /// What is new since a cursor (listNewInstantMessages).
    Poll {
        /// Calling customer.
        by: String,
        /// Ticket ids; `None` asks about all tickets of the customer.
        tickets: Option<Vec<String>>,
        /// Group under which the customer acts on colleagues' tickets.
        group: Option<String>,
        /// The position the answer before gave.
        since: Option<Position>,
    },
    /// Numbers of unread messages (listUnreadNewInstantMessages).
    Unread {
        /// Calling customer.
        by: String,
        /// Ticket ids; `None` asks about all tickets of the customer.
        tickets: Option<Vec<String>>,
        /// Group under which the customer acts on colleagues' tickets.
        group: Option<String>,
    },
    /// All messages of a ticket so far are read (updateNewInstantMessagesRead).
    MarkRead {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// A customer takes an own message back (revokeMessage).
    Recall {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Id of the message.
        message: String,
    },
    /// The ticket with its messages (showCaseDetail).
    Detail {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// The status of a ticket (showCaseStatus).
    Status {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
    },
    /// A page of tickets, newest first (listCases, listOrderIncident).
    Tickets {
        /// Calling customer.
        by: String,
        /// Group whose tickets are listed too.
        group: Option<String>,
        /// Which tickets.
        filter: TicketFilter,
        /// Tickets to skip.
        offset: usize,
        /// Tickets to give.
        limit: usize,
    },
    /// A customer opens a ticket (createCases).
    Create(Box<NewTicket>),
    /// A customer cancels, closes, urges or deletes a ticket (updateCases).
    Act {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// What is done.
        action: Action,
        /// What is said with it.
        words: Text,
        /// A rating, with closing.
        rating: Rating,
    },
    /// A customer rates a ticket (createScores).
    Score {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// The rating.
        rating: Rating,
    },
    /// How many tickets are in each state (listCaseCounts).
    Counts {
        /// Calling customer.
        by: String,
        /// Which tickets.
        filter: TicketFilter,
    },
    /// A page of the log of a ticket, newest first (listCaseOperateLogs).
    Log {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// Entries to skip.
        offset: usize,
        /// Entries to give.
        limit: usize,
    },
    /// A customer says how to be reached (updateCaseContactInfo).
    SetContact {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// Whom to reach.
        contact: ContactInfo,
        /// Further values, of which only the mail addresses for copies are known.
        further: Values,
    },
    /// A customer stores values of extra fields (createCaseExtendsParam).
    SetValues {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
        /// The values.
        values: Values,
    },
    /// The values of extra fields (showCaseExtendsParam).
    Values {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// Something is looked up in the catalogue.
    LookUp(Question),
    /// How many tickets a customer may open (listCaseQuotas).
    Quota {
        /// Calling customer.
        by: String,
        /// Id of the kind of problem.
        kind: String,
        /// Id of the product.
        product: String,
    },
    /// A customer does something with files.
    Files {
        /// Calling customer.
        by: String,
        /// What.
        action: FileAction,
    },
    /// A customer does something with labels.
    Labels {
        /// Calling customer.
        by: String,
        /// What.
        action: LabelAction,
    },
    /// A customer does something with the tickets that belong to a ticket.
    Relations {
        /// Calling customer.
        by: String,
        /// Ticket id.
        ticket: String,
        /// What.
        action: RelationAction,
    },
    /// A customer does something with contacts.
    Contact {
        /// Calling customer.
        by: String,
        /// What.
        what: ContactCommand,
    },
    /// A customer does something with agreements.
    Agreement {
        /// Calling customer.
        by: String,
        /// What.
        what: AgreementCommand,
    },
    /// A customer asks for an own privilege (listPrivileges).
    Privilege {
        /// Calling customer.
        by: String,
        /// Its name.
        privilege: String,
    },
    /// Time passes: answers that are due are given. Every other command does this first, too.
    Tick,
    /// An engineer gives the next planned answer now, in one ticket or wherever it was planned first.
    Trigger {
        /// Ticket id.
        ticket: Option<String>,
    },
    /// An engineer writes a message.
    Reply {
        /// Ticket id.
        ticket: String,
        /// Text, of any length.
        content: Text,
        /// Ids of attachments that exist.
        attachments: Vec<String>,
    },
    /// An engineer moves a ticket to another state.
    SetStatus {
        /// Ticket id.
        ticket: String,
        /// New state.
        status: Status,
    },
    /// A ticket comes into being, with its history.
    Open(TicketSeed),
    /// An attachment comes into being.
    Attach {
        /// Its id.
        id: String,
        /// Its file name.
        name: String,
        /// Its bytes.
        content: Blob,
    },
    /// A label comes into being, or is replaced.
    AddLabel(Label),
    /// An agreement is published, perhaps in the place of another.
    Publish(Agreement),
    /// Two tickets belong together from now on.
    Relate {
        /// Ticket id.
        ticket: String,
        /// Id of the other ticket.
        related: String,
    },
    /// A customer comes into being, or is replaced.
    Enrol(User),
}

/// A place in the order of all messages, as a poll gives and takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Milliseconds since 1970.
    pub millis: i64,
    /// Number of a message.
    pub number: u64,
}

/// A message as a customer may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageView {
    /// Id, for recalling.
    pub id: MessageId,
    /// Which side wrote it.
    pub author: Author,
    /// Who wrote it.
    pub writer: Writer,
    /// Text.
    pub content: Text,
    /// Whether the text has mark-up.
    pub rich: bool,
    /// When it was written.
    pub at: Timestamp,
    /// Whether the ticket began with it.
    pub first: bool,
    /// Id and file name of each attachment.
    pub attachments: Vec<(String, String)>,
}

/// A ticket as a customer may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TicketView {
    /// Ticket id.
    pub id: String,
    /// State.
    pub status: Status,
    /// What it is about.
    pub title: Text,
    /// When it was opened.
    pub opened: Timestamp,
    /// Id of the owner.
    pub owner: String,
    /// Name of the owner.
    pub owner_name: String,
    /// Group whose members may see it.
    pub group: Option<String>,
    /// Newest messages, oldest first; at most 65,535.
    pub messages: Vec<MessageView>,
    /// What it is about, as ids of the catalogue.
    pub subject: Subject,
    /// Whom to reach.
    pub contact: ContactInfo,
    /// What the customer thinks of how it was handled.
    pub rating: Rating,
}

/// Unread messages of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadView {
    /// Ticket id.
    pub ticket: String,
    /// State of the ticket.
    pub status: Status,
    /// Number of unread messages, not capped.
    pub unread: usize,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Done,
    /// A message was stored under this id.
    Stored {
        /// The id. The service does not tell it.
        message: String,
    },
    /// A page of messages.
    Page {
        /// All visible messages of the ticket, not capped; or those as old as asked for, see
        /// [`count_of_older`](crate::Quirks::count_of_older).
        total: usize,
        /// The page, newest first.
        messages: Vec<MessageView>,
    },
    /// What is new.
    News {
        /// Each ticket that may be seen.
        tickets: Vec<UnreadView>,
        /// New messages by ticket, oldest first; tickets without any are left out.
        messages: Vec<(String, Vec<MessageView>)>,
        /// Where to go on. Never before the position that was given.
        next: Position,
    },
    /// Unread messages of each ticket that may be seen.
    Unread(Vec<UnreadView>),
    /// A ticket.
    Detail(Box<TicketView>),
    /// A status.
    Status(Status),
    /// A page of tickets.
    Tickets {
        /// All tickets that fit, not capped.
        total: usize,
        /// The page, newest first.
        tickets: Vec<TicketLine>,
    },
    /// A ticket was opened under this id.
    Opened {
        /// The id.
        ticket: String,
    },
    /// Numbers of tickets by state; a state without any is left out.
    Counts(Vec<(Status, usize)>),
    /// A page of a log.
    Log {
        /// All entries, not capped.
        total: usize,
        /// The page, newest first.
        lines: Vec<LogLine>,
    },
    /// Values of extra fields.
    Values(Values),
    /// What was looked up.
    Found(Found),
    /// A quota.
    Quota {
        /// How many tickets may be opened in all, if that is limited.
        total: Option<usize>,
        /// How many are left of them.
        left: Option<usize>,
    },
    /// A file was stored under this id.
    Uploaded {
        /// The id.
        file: String,
    },
    /// Files, in the order asked for.
    Files(Vec<FileView>),
    /// Links to files, in the order asked for.
    Links(Vec<FileLink>),
    /// What may be uploaded.
    UploadLimits(UploadLimits),
    /// A page of labels, or those of a ticket, in the order of their ids.
    Labels {
        /// All labels that fit.
        total: usize,
        /// The page.
        labels: Vec<Label>,
    },
    /// The tickets that belong to a ticket, in the order of their ids.
    Related(Vec<RelatedTicket>),
    /// Something about contacts.
    Contact(ContactOutcome),
    /// Something about agreements.
    Agreement(AgreementOutcome),
    /// Whether a customer has a privilege.
    Privilege(bool),
    /// So many planned answers were given.
    Answered(usize),
    /// It was refused, and nothing changed.
    Refused(Refusal),
}

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A value is outside its limits.
    #[error("a value is outside its limits")]
    Invalid,
    /// The credential is of nobody in this world.
    #[error("the credential is of nobody in this world")]
    NoSuchCustomer,
    /// The ticket does not exist, or belongs to another account.
    #[error("the ticket does not exist, or belongs to another account")]
    NoSuchTicket,
    /// The ticket is a colleague's, and the group is missing or wrong.
    #[error("the ticket is a colleague's, and the group is missing or wrong")]
    NotAllowed,
    /// The ticket is closed.
    #[error("the ticket is closed")]
    Closed,
    /// The ticket has no such message.
    #[error("the ticket has no such message")]
    NoSuchMessage,
    /// The message is recalled already.
    #[error("the message is recalled already")]
    AlreadyRecalled,
    /// The message is older than the time for recalling.
    #[error("the message is older than the time for recalling")]
    TooLate,
    /// The message or file is somebody else's, or it is the message the ticket began with.
    #[error("the message or file is somebody else's, or it is the message the ticket began with")]
    NotOwn,
    /// There is no such file, or the caller may not see it.
    #[error("there is no such file, or the caller may not see it")]
    NoSuchFile,
    /// A message has the file.
    #[error("a message has the file")]
    FileInUse,
    /// The account or the ticket has no such label.
    #[error("the account or the ticket has no such label")]
    NoSuchLabel,
    /// The two tickets do not belong together.
    #[error("the two tickets do not belong together")]
    NoSuchRelation,
    /// There is no such agreement.
    #[error("there is no such agreement")]
    NoSuchAgreement,
    /// The agreement is signed already.
    #[error("the agreement is signed already")]
    SignedAlready,
    /// The code is not the one that was sent, or is no longer good.
    #[error("the code is not the one that was sent, or is no longer good")]
    NotVerified,
    /// A code was sent to the contact less than a minute ago.
    #[error("a code was sent to the contact less than a minute ago")]
    CodeTooSoon,
    /// The customer had too many codes today.
    #[error("the customer had too many codes today")]
    NoMoreCodes,
    /// The customer uploaded too much today.
    #[error("the customer uploaded too much today")]
    DailyVolume,
    /// The world is full.
    #[error("the world is full")]
    Full,
    /// The state of the ticket does not allow it.
    #[error("the state of the ticket does not allow it")]
    WrongState,
    /// The ticket was urged a short time ago.
    #[error("the ticket was urged a short time ago")]
    UrgedTooOften,
    /// The ticket was opened a short time ago and cannot be urged yet.
    #[error("the ticket was opened a short time ago and cannot be urged yet")]
    UrgedTooSoon,
    /// The ticket has a rating already.
    #[error("the ticket has a rating already")]
    ScoredAlready,
    /// The customer may not open tickets.
    #[error("the customer may not open tickets")]
    NoRole,
    /// The support plan has no tickets of this kind.
    #[error("the support plan has no tickets of this kind")]
    NotInPlan,
    /// There is no such severity.
    #[error("there is no such severity")]
    NoSuchSeverity,
    /// A mail address for copies is none, or there are too many.
    #[error("a mail address for copies is none, or there are too many")]
    BadCopy,
    /// The contact is not a verified one.
    #[error("the contact is not a verified one")]
    ContactNotVerified,
    /// No more tickets of this kind can be opened.
    #[error("no more tickets of this kind can be opened")]
    QuotaUsedUp,
}
