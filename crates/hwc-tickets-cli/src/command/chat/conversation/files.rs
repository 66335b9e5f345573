//! The files of the conversation: those that came, by number, and those that go with the next message.

use super::{Conversation, Delivery, Effect, Enclosure, Entry, Own};
use crate::render::foreign;
use hwc_tickets::{Attachment, Message};
use std::path::{Path, PathBuf};

/// The path that was typed; `~/` is the home directory.
fn path(typed: &str, home: Option<&Path>) -> PathBuf {
    match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    }
}

impl Conversation {
    /// Gives the files of a message their numbers.
    pub(super) fn number_files(&mut self, message: &Message) {
        for file in &message.attachments {
            if self.number_of(file).is_none() {
                self.files.push(file.clone());
            }
        }
    }

    /// The number of a file, from 1.
    pub(crate) fn number_of(&self, file: &Attachment) -> Option<usize> {
        let place = self.files.iter().position(|known| known == file);
        place.map(|place| place + 1)
    }

    /// `/attach`: the file is looked at before it counts.
    pub(super) fn attach(&mut self, typed: &str) -> Option<Effect> {
        if typed.is_empty() {
            self.notice = Some("/attach FILE sends a file with the next message.".to_owned());
            return None;
        }
        let path = path(typed, self.home.as_deref());
        Some(Effect::Attach { path })
    }

    /// The file was looked at.
    pub(super) fn attached(&mut self, outcome: Result<PathBuf, String>) {
        match outcome {
            Ok(path) => {
                let file = Enclosure::new(path);
                // A file is attached once.
                if !self.enclosed.iter().any(|known| known.path == file.path) {
                    self.enclosed.push(file);
                }
                self.notice = None;
            }
            Err(why) => self.notice = Some(why),
        }
    }

    /// `/save`: a number, and a directory if it is not the current one.
    pub(super) fn save(&mut self, typed: &str) -> Option<Effect> {
        let (number, directory) = match typed.split_once(char::is_whitespace) {
            Some((number, directory)) => (number, directory.trim()),
            None => (typed, ""),
        };
        let number = match (number, self.files.len()) {
            (_, 0) => {
                self.notice = Some("No file is attached to these messages.".to_owned());
                return None;
            }
            ("", 1) => Some(1),
            (number, _) => number.parse::<usize>().ok(),
        };
        let file = number.and_then(|number| self.files.get(number.checked_sub(1)?));
        let Some(file) = file.cloned() else {
            let last = self.files.len();
            self.notice = Some(format!(
                "Which file? /save 1 to /save {last}; a directory may stand behind the number."
            ));
            return None;
        };
        let directory = match directory {
            "" => PathBuf::from("."),
            typed => path(typed, self.home.as_deref()),
        };
        self.notice = Some(format!("Saving {}.", foreign::line(&file.file_name)));
        Some(Effect::Save { file, directory })
    }

    /// What of the conversation is in no ticket and in no doubt: texts that failed or wait, and the one being written.
    pub(crate) fn kept(&self) -> String {
        let draft = self.draft.text();
        let mut texts: Vec<&str> = self.lost().iter().map(|own| own.text.as_str()).collect();
        texts.retain(|text| *text != draft && !text.trim().is_empty());
        if !self.draft.is_blank() {
            texts.push(draft);
        }
        texts.join("\n\n")
    }

    /// Puts the message that is being sent back among those that wait, for no byte of it has gone out. Gives its text.
    pub(crate) fn put_back(&mut self) -> Option<&str> {
        let own = self
            .own_mut()
            .find(|own| own.delivery == Delivery::Sending)?;
        own.delivery = Delivery::Waiting;
        Some(&own.text)
    }

    /// The texts of which it is not known yet whether they arrive, or that are on their way.
    pub(crate) fn unsettled(&self) -> String {
        let is_open = |own: &&Own| {
            matches!(own.delivery, Delivery::Sending | Delivery::Unknown { .. })
                && !own.text.trim().is_empty()
        };
        let texts = self.own().filter(is_open);
        let texts: Vec<&str> = texts.map(|own| own.text.as_str()).collect();
        texts.join("\n\n")
    }

    /// The text that was kept when somebody left; and where it is not known what became of a message to this ticket, the files
    /// with such texts.
    pub(crate) fn restore(&mut self, text: String, in_doubt: Option<&[PathBuf]>) {
        let is_kept = !text.trim().is_empty() && self.draft.is_empty();
        if is_kept {
            self.draft.set(text);
        }
        self.notice = Some(match (is_kept, in_doubt) {
            (_, Some(files)) => {
                let what = "It is not known whether a message of an earlier run arrived. Before you send it again: hwc-tickets message reconcile";
                let files: Vec<String> = files
                    .iter()
                    .map(|file| file.display().to_string())
                    .collect();
                match files.is_empty() {
                    true => what.to_owned(),
                    false => format!("{what}; its text is in {}", files.join(", ")),
                }
            }
            (true, None) => "The text was kept when you left. It was not sent.".to_owned(),
            (false, None) => return,
        });
    }
}

impl Entry {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Read(message) => &message.content,
            Self::Own(own) => &own.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_typed() {
        let home = Some(Path::new("/home/me"));
        for (typed, wanted) in [
            ("~/a b.log", "/home/me/a b.log"),
            ("a.log", "a.log"),
            ("~a/b", "~a/b"),
            ("/var/log/x", "/var/log/x"),
        ] {
            assert_eq!(path(typed, home), Path::new(wanted), "{typed}");
        }
    }
}
