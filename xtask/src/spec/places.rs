//! Line numbers of a YAML file by JSON pointer, and what a plain reader would swallow: keys written twice
//! and keys that are not text.

use super::pointer;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{BTreeMap, HashMap};

/// What one scan of a YAML text found.
#[derive(Debug, Default, Clone)]
pub struct Places {
    lines: HashMap<String, usize>,
    /// Keys written twice in one mapping: pointer, line of the second, line of the first.
    pub repeated: Vec<(String, usize, usize)>,
    /// Keys that YAML reads as a number, a boolean or null: pointer and line.
    pub not_text: Vec<(String, usize)>,
    /// Anchors and aliases: line.
    pub aliases: Vec<usize>,
}

enum Frame {
    Mapping {
        pointer: String,
        key: Option<String>,
        seen: BTreeMap<String, usize>,
    },
    Sequence {
        pointer: String,
        index: usize,
    },
}

impl Frame {
    /// Pointer of the value that comes next.
    fn next(&mut self) -> String {
        match self {
            Self::Mapping { pointer, key, .. } => {
                pointer::join(pointer, key.take().as_deref().unwrap_or_default())
            }
            Self::Sequence { pointer, index } => {
                let next = pointer::join(pointer, &index.to_string());
                *index += 1;
                next
            }
        }
    }
}

impl Places {
    /// Scans `text`. Stops silently at a syntax error: the reader of values reports that one.
    #[must_use]
    pub fn scan(text: &str) -> Self {
        let mut places = Self::default();
        let mut stack: Vec<Frame> = Vec::new();
        // The same few keys stand everywhere.
        let mut texts: HashMap<String, bool> = HashMap::new();
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let line = span.start.line();
            match event {
                Event::Scalar(text, style, anchor, _) => {
                    places.note_anchor(anchor, line);
                    if let Some(Frame::Mapping {
                        pointer,
                        key: key @ None,
                        seen,
                    }) = stack.last_mut()
                    {
                        let at = pointer::join(pointer, &text);
                        if let Some(first) = seen.insert(text.to_string(), line) {
                            places.repeated.push((at.clone(), line, first));
                        }
                        if style == ScalarStyle::Plain
                            && !*texts
                                .entry(text.to_string())
                                .or_insert_with(|| is_text(&text))
                        {
                            places.not_text.push((at.clone(), line));
                        }
                        places.lines.entry(at).or_insert(line);
                        *key = Some(text.into_owned());
                    } else {
                        places.value(&mut stack, line);
                    }
                }
                Event::Alias(_) => {
                    places.aliases.push(line);
                    places.value(&mut stack, line);
                }
                Event::MappingStart(anchor, _) => {
                    places.note_anchor(anchor, line);
                    let pointer = places.value(&mut stack, line);
                    stack.push(Frame::Mapping {
                        pointer,
                        key: None,
                        seen: BTreeMap::new(),
                    });
                }
                Event::SequenceStart(anchor, _) => {
                    places.note_anchor(anchor, line);
                    let pointer = places.value(&mut stack, line);
                    stack.push(Frame::Sequence { pointer, index: 0 });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    stack.pop();
                }
                _ => {}
            }
        }
        places
    }

    fn note_anchor(&mut self, anchor: usize, line: usize) {
        if anchor != 0 {
            self.aliases.push(line);
        }
    }

    fn value(&mut self, stack: &mut [Frame], line: usize) -> String {
        let at = stack.last_mut().map(Frame::next).unwrap_or_default();
        // The key of an entry is its place; items of lists have none, so theirs is where they start.
        self.lines.entry(at.clone()).or_insert(line);
        at
    }

    /// The line of `pointer`, or of the nearest thing around it that the file has.
    #[must_use]
    pub fn line(&self, pointer: &str) -> Option<usize> {
        let mut at = pointer;
        loop {
            if let Some(line) = self.lines.get(at) {
                return Some(*line);
            }
            at = pointer::parent(at)?;
        }
    }
}

/// Whether YAML reads this plain scalar as text.
fn is_text(scalar: &str) -> bool {
    matches!(
        serde_yaml::from_str(scalar),
        Ok(serde_yaml::Value::String(_)) | Err(_)
    )
}
