//! Files that a request brings along.

use crate::{
    limit::{Measured, Path, See},
    model::Shape,
};
use hwc_core::{FilePart, Source};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A file to upload: where its bytes come from, what it is called, and what it is.
///
/// As JSON, for the index: `{"name": .., "content": ..}` with the content as a text.
#[derive(Clone)]
pub struct Upload {
    source: Source,
    content_type: Option<String>,
}

impl Upload {
    /// The bytes of `source`, under its name.
    pub fn new(source: impl Into<Source>) -> Self {
        Self {
            source: source.into(),
            content_type: None,
        }
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.source = self.source.named(name);
        self
    }

    /// With this content type, e.g. `image/png`; else it is only said to be bytes. Counts in a form alone.
    #[must_use]
    pub fn content_type(mut self, kind: impl Into<String>) -> Self {
        self.content_type = Some(kind.into());
        self
    }

    pub(crate) fn source(&self) -> Source {
        self.source.clone()
    }

    pub(crate) fn part(&self) -> FilePart {
        let part = FilePart::new(self.source());
        match &self.content_type {
            Some(kind) => part.content_type(kind),
            None => part,
        }
    }
}

impl From<Source> for Upload {
    fn from(source: Source) -> Self {
        Self::new(source)
    }
}

impl<'de> Deserialize<'de> for Upload {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Text {
            name: Option<String>,
            content: String,
        }
        let Text { name, content } = Text::deserialize(from)?;
        let upload = Self::new(content.into_bytes());
        Ok(match name {
            Some(name) => upload.named(name),
            None => upload,
        })
    }
}

/// Length alone: the name of a file may be as confidential as what is in it.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<file of {} bytes>", self.source.length())
    }
}

impl Shape for Upload {
    fn shape(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// No limit of a file is documented.
impl Measured for Upload {
    fn measure(&self, _: &mut Path, _: &mut See<'_>) {}
}

/// No, one or many files.
pub(crate) trait Uploads {
    /// Hands out one after the other.
    fn each(&self, take: &mut dyn FnMut(&Upload));
}

impl Uploads for Upload {
    fn each(&self, take: &mut dyn FnMut(&Upload)) {
        take(self);
    }
}

impl<U: Uploads> Uploads for Option<U> {
    fn each(&self, take: &mut dyn FnMut(&Upload)) {
        if let Some(files) = self {
            files.each(take);
        }
    }
}

impl<U: Uploads> Uploads for Vec<U> {
    fn each(&self, take: &mut dyn FnMut(&Upload)) {
        for files in self {
            files.each(take);
        }
    }
}
