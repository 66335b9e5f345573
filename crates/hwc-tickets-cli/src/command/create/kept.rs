//! The description that is written at a terminal: in a file of the user's own until the ticket is open.

use crate::{
    context::Context, drafts::Draft, editor, failure::Failure, render::Screen, signal::LastWords,
};
use std::io;

/// What was written, as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Kept {
    own: Option<Own>,
    /// It was looked for what an earlier run has left.
    has_looked: bool,
    /// There is no place for it, and that was told.
    is_nowhere: bool,
}

/// The file of this run.
#[derive(Debug)]
struct Own {
    draft: Draft,
    /// It is told also when a signal comes at a question.
    _words: LastWords,
}

impl Kept {
    /// The oldest description that an earlier run has left. From now on it is this run's.
    pub(super) fn resume(&mut self, context: &Context) -> Option<String> {
        let directory = context.settings.places.drafts.as_deref()?;
        if std::mem::replace(&mut self.has_looked, true) {
            return None;
        }
        match Draft::resume_new(directory) {
            Ok(Some((draft, text))) => {
                self.take(draft);
                // An editor that was killed may have left nothing in it.
                Some(text).filter(|text| !text.trim().is_empty())
            }
            Ok(None) => None,
            Err(error) => {
                let screen = &context.screen;
                screen.warn(&format!("what was kept cannot be read: {error}"));
                None
            }
        }
    }

    /// Keeps what is written by now.
    pub(super) fn keep(&mut self, text: &str, context: &Context) {
        if self.is_nowhere || self.own.is_none() && text.trim().is_empty() {
            return;
        }
        if let Err(error) = self.put(text, context) {
            self.is_nowhere = true;
            let screen = &context.screen;
            screen.warn(&format!("what you write is not kept: {error}"));
        }
    }

    /// A text as the editor leaves it. `is_own` says that it is one of the user's before.
    pub(super) async fn edited(
        &mut self,
        text: &str,
        is_own: bool,
        context: &Context,
    ) -> Result<String, Failure> {
        let put = self.put(text, context);
        let (Ok(()), Some(own)) = (put, &self.own) else {
            return editor::edited(text).await;
        };
        let opened = editor::open(own.draft.path()).await;
        let written = editor::left(own.draft.path());
        match (opened, written) {
            (Ok(()), written) => written,
            (Err(error), Ok(written)) => {
                if !is_own && (written == text || written.trim().is_empty()) {
                    self.remove(&context.screen);
                }
                Err(error.into())
            }
            (Err(error), Err(_)) => Err(error.into()),
        }
    }

    fn put(&mut self, text: &str, context: &Context) -> io::Result<()> {
        if let Some(own) = &self.own {
            return own.draft.write(text);
        }
        let directory = context.settings.places.drafts.as_deref();
        let directory = directory.ok_or_else(|| io::Error::other("no home directory is known"))?;
        let draft = Draft::begin_new(directory)?;
        draft.write(text)?;
        self.take(draft);
        Ok(())
    }

    fn take(&mut self, draft: Draft) {
        let words = LastWords::kept(offered(&draft));
        self.own = Some(Own {
            draft,
            _words: words,
        });
    }

    /// The ticket is open, or nobody wants the text.
    pub(super) fn remove(&mut self, screen: &Screen) {
        let Some(Own { draft, .. }) = self.own.take() else {
            return;
        };
        if let Err(error) = draft.remove() {
            let place = draft.path().display();
            screen.warn(&format!("the description is still in {place}: {error}"));
        }
    }

    /// The ticket is not open, or with `in_doubt` that is not known: where the description is.
    pub(super) fn tell(&mut self, in_doubt: bool, context: &Context) {
        let Some(Own { draft, .. }) = self.own.take() else {
            return;
        };
        if !draft.path().exists() {
            return;
        }
        let screen = &context.screen;
        if !in_doubt {
            screen.warn(&offered(&draft));
            return;
        }
        // Offered again, it would be opened a second time.
        let place = match draft.set_aside() {
            Ok(place) => place,
            Err((place, error)) => {
                let shown = place.display();
                screen.warn(&format!("{shown} cannot be renamed: {error}"));
                place
            }
        };
        let place = place.display();
        screen.warn(&format!(
            "your description is kept in {place}; whether its ticket is open is to be found out first"
        ));
    }
}

fn offered(draft: &Draft) -> String {
    let place = draft.path().display();
    format!("your description is kept in {place}; the next `hwc-tickets ticket create` offers it")
}
