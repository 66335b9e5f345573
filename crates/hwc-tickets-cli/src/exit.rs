//! Exit codes: a contract, documented in the help and the manual.

/// Why the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// A failure without a code of its own.
    Failure = 1,
    /// The command line or a setting is wrong.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// No credentials, or they were refused.
    Authentication = 4,
    /// The service refused the call.
    Refused = 5,
    /// It is not known whether a message arrived, or a ticket was opened.
    Unknown = 6,
    /// Too often.
    Throttled = 7,
    /// The network failed, or the time was up.
    Network = 8,
    /// What was to be done is done, and the output that says so could not be written, or a signal ended it.
    Unwritten = 9,
    /// The terminal is gone.
    HungUp = 129,
    /// Ctrl-C.
    Interrupted = 130,
    /// Ctrl-\ at a prompt.
    Quit = 131,
    /// Told to end by SIGTERM.
    Terminated = 143,
}

/// The table for the long help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
    0  ok, also when the reader of the output has seen enough, as in `| head`
    1  failure without a code of its own, also of the service itself
    2  usage: the command line, a setting or a value is wrong; nothing was sent
    3  not found
    4  authentication: no credentials, or they were refused
    5  refused by the service, permission missing included
    6  outcome unknown: the message may have arrived, the ticket may be open; a pending file was written and is named
    7  throttled
    8  network or time-out
    9  done, but the output could not be written, or was interrupted: standard error says what was done
  129  the terminal is gone (SIGHUP)
  130  interrupted (Ctrl-C)
  131  ended by Ctrl-\\ at a prompt (SIGQUIT)
  143  told to end (SIGTERM)
A message that surely did not arrive, and a ticket that surely was not opened, end with the code of their cause.";

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
