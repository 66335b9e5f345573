//! The strict reader: what a lenient one would swallow (keys written twice, keys that are not text) is refused.
//!
//! `spec/openapi.yaml` has what is said of the whole, `spec/paths/<tag>.yaml` the operations (a mapping of path to path
//! item), `spec/components/<tag>.yaml` what they are made of (a mapping of section to name to component). The reader
//! puts them together; `$ref` stays `#/components/...` everywhere.

use super::{
    every_operation,
    grammar::Node,
    operation::{Operation, operations},
    places::Places,
    pointer,
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    threads::both,
};
use serde_yaml::{Mapping, Value};
use std::sync::atomic::{AtomicUsize, Ordering};

struct File {
    path: String,
    places: Places,
    /// What was merged from this file: pointer in the whole, pointer in the file.
    merged: Vec<(String, String)>,
}

/// The description, whole, with the place of everything in it.
pub struct Description {
    /// The merged document.
    pub root: Value,
    files: Vec<File>,
    /// What every operation has: pointer in the whole, pointer in the first file.
    put_in: Vec<(String, String)>,
}

impl Description {
    /// Every object of the document.
    #[must_use]
    pub fn nodes(&self) -> Vec<Node<'_>> {
        super::grammar::walk(&self.root)
    }

    /// The operations, in document order.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation<'_>> {
        operations(&self.root)
    }

    /// Where `pointer` is. What was put in stands where it is written, under that file's own pointer.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let below = |whole: &str| {
            pointer
                .strip_prefix(whole)
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let written = self.put_in.iter().find_map(|(whole, local)| {
            let rest = below(whole)?;
            Some(format!("{local}{rest}"))
        });
        let owner = || {
            self.files.iter().find_map(|file| {
                file.merged.iter().find_map(|(whole, local)| {
                    let rest = below(whole)?;
                    Some((file, format!("{local}{rest}"), pointer.to_owned()))
                })
            })
        };
        let found = match written {
            Some(local) => self.files.first().map(|file| (file, local.clone(), local)),
            None => owner().or_else(|| {
                let file = self.files.first()?;
                Some((file, pointer.to_owned(), pointer.to_owned()))
            }),
        };
        match found {
            Some((file, local, pointer)) => Place {
                file: file.path.clone(),
                line: file.places.line(&local),
                pointer: Some(pointer),
            },
            None => Place::pointer(super::OPENAPI, pointer),
        }
    }

    /// The file of `spec/paths` or `spec/components` that `pointer` is written in, by its name without ending;
    /// `None` for the first file.
    #[must_use]
    pub fn part(&self, pointer: &str) -> Option<String> {
        let file = self.place(pointer).file;
        let (_, name) = file.strip_suffix(".yaml")?.rsplit_once('/')?;
        (file != super::OPENAPI).then(|| name.to_owned())
    }

    /// A problem at `pointer`.
    #[must_use]
    pub fn problem(
        &self,
        pointer: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        Problem::at(self.place(pointer), what, remedy)
    }
}

/// Reads the description with its parts.
///
/// # Errors
/// Syntax errors, keys written twice, keys that are not text, a part that repeats an entry.
pub fn read(workspace: &Workspace) -> Result<Description> {
    let mut found = Vec::new();
    let mut paths = vec![super::OPENAPI.to_owned()];
    let mut places_in_whole = vec![("", 0)];
    for (directory, depth) in [("paths", 1), ("components", 2)] {
        let parts = parts(workspace, directory, &mut found)?;
        places_in_whole.extend(parts.iter().map(|_| (directory, depth)));
        paths.extend(parts);
    }
    let mut root = Value::Null;
    let mut files = Vec::new();
    for ((path, read), (directory, depth)) in
        yamls(workspace, paths)?.into_iter().zip(places_in_whole)
    {
        let (part, places) = read?;
        let mut file = File {
            path,
            places,
            merged: Vec::new(),
        };
        if directory.is_empty() {
            root = part;
        } else if let Value::Mapping(root) = &mut root {
            let target = root
                .entry(directory.into())
                .or_insert_with(|| Mapping::new().into());
            let at = format!("/{directory}");
            merge(target, part, depth, (&at, ""), &mut file, &mut found);
        }
        files.push(file);
    }
    // Operations before what they are made of, wherever the first component stands.
    if let Value::Mapping(root) = &mut root
        && let Some(components) = root.shift_remove("components")
    {
        root.insert("components".into(), components);
    }
    let put_in = every_operation::put_in(&mut root);
    let description = Description {
        root,
        files,
        put_in: put_in.put_in,
    };
    for (pointer, what, remedy) in put_in.wrong {
        found.push(description.problem(&pointer, what, remedy));
    }
    Problems::unless_empty(found, description)
}

/// The files of a directory: what is shared first, then one for each tag. A file that nobody would read is refused.
fn parts(workspace: &Workspace, directory: &str, found: &mut Vec<Problem>) -> Result<Vec<String>> {
    let directory = format!("spec/{directory}");
    let (mut parts, others): (Vec<String>, Vec<String>) = workspace
        .files(&directory, "")?
        .into_iter()
        .partition(|path| {
            path.strip_prefix(&format!("{directory}/"))
                .and_then(|name| name.strip_suffix(".yaml"))
                .is_some_and(|name| !name.is_empty() && !name.contains('/'))
        });
    found.extend(others.into_iter().map(|path| {
        Problem::at(
            Place::file(path),
            "nothing reads this file",
            format!("name it `{directory}/<tag>.yaml`, or delete it"),
        )
    }));
    parts.sort_by_key(|path| (!path.ends_with("/shared.yaml"), path.clone()));
    Ok(parts)
}

/// Puts `part` into `target`: an entry has one place, and what holds entries is a mapping.
fn merge(
    target: &mut Value,
    part: Value,
    depth: usize,
    (whole, local): (&str, &str),
    file: &mut File,
    found: &mut Vec<Problem>,
) {
    let here = |file: &File, local: &str| Place {
        file: file.path.clone(),
        line: file.places.line(local),
        pointer: Some(local.to_owned()),
    };
    let (Value::Mapping(target), Value::Mapping(part)) = (target, part) else {
        found.push(Problem::at(
            here(file, local),
            match whole {
                "/paths" => "this is no mapping of paths",
                _ => "this is no mapping of components",
            },
            "write it as `name: ...` lines, or delete it",
        ));
        return;
    };
    for (key, value) in part {
        let name = key.as_str().unwrap_or_default();
        let whole = pointer::join(whole, name);
        let local = pointer::join(local, name);
        if depth > 1 {
            let section = target.entry(key).or_insert_with(|| Mapping::new().into());
            merge(section, value, depth - 1, (&whole, &local), file, found);
        } else if target.contains_key(&key) {
            found.push(Problem::at(
                here(file, &local),
                format!("`{name}` is already described in another file"),
                "keep one of the two",
            ));
        } else {
            target.insert(key, value);
            file.merged.push((whole, local));
        }
    }
}

/// What was read of a file.
type Read = Result<(Value, Places)>;

/// Reads YAML files, each strictly, two at a time; gives them in the order of `paths`.
///
/// # Errors
/// One of them is missing or is no text. What is wrong with a text stands beside its path.
pub(super) fn yamls(workspace: &Workspace, paths: Vec<String>) -> Result<Vec<(String, Read)>> {
    let texts = paths.iter().map(|path| workspace.read(path));
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    let next = AtomicUsize::new(0);
    let reader = || {
        let mut read = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(path), Some(text)) = (paths.get(index), texts.get(index)) else {
                return read;
            };
            read.push((index, yaml(path, text)));
        }
    };
    let (mut read, others) = both(reader, reader);
    read.extend(others);
    read.sort_unstable_by_key(|(index, _)| *index);
    let read = read.into_iter().map(|(_, read)| read);
    Ok(paths.into_iter().zip(read).collect())
}

/// Reads one YAML file strictly.
///
/// # Errors
/// Syntax errors, keys written twice, keys that are not text, anchors.
pub fn yaml(path: &str, text: &str) -> Result<(Value, Places)> {
    let places = Places::scan(text);
    let at = |pointer: &String, line: &usize| Place {
        file: path.to_owned(),
        line: Some(*line),
        pointer: Some(pointer.clone()),
    };
    let mut found = Vec::new();
    for (pointer, line, first) in &places.repeated {
        let key = pointer::last(pointer);
        found.push(Problem::at(
            at(pointer, line),
            format!("the key `{key}` stands twice in one mapping (first in line {first}); readers silently take one of them"),
            "delete one of the two",
        ));
    }
    for (pointer, line) in &places.not_text {
        let key = pointer::last(pointer);
        found.push(Problem::at(
            at(pointer, line),
            format!("the key `{key}` is not text to YAML; some readers refuse it, others turn it into text"),
            format!("quote it: '{key}'"),
        ));
    }
    for line in &places.aliases {
        found.push(Problem::at(
            Place::line(path, *line),
            "YAML anchors and aliases are not used here",
            "write the value out, or make it a component and `$ref` it",
        ));
    }
    match serde_yaml::from_str::<Value>(text) {
        Ok(value) => Problems::unless_empty(found, (value, places)),
        // The scan has said it better, with both lines.
        Err(_) if !found.is_empty() => Problems::unless_empty(found, (Value::Null, places)),
        Err(error) => {
            let place = match error.location() {
                Some(location) => Place::line(path, location.line()),
                None => Place::file(path),
            };
            Err(Problem::at(
                place,
                format!("is not valid YAML: {error}"),
                "mend the syntax in that line",
            )
            .into())
        }
    }
}
