//! Walks two editions of a document side by side, and classifies each difference by the tables.

use super::{
    change::{Report, Way},
    table::{ADDS, BREAKS, EXTENSIONS, Effect, Kind, NARROWS, Rule, WIDENS, WORDS},
    value::{
        Object, Pair, identified, named, names, order, reference, resolve, section, shown, told,
        word,
    },
};
use crate::spec::pointer::{join, last};
use serde_json::Value;
use std::{cmp::Ordering, collections::HashSet};

/// Compares two editions of `file`.
pub(super) fn compare(
    file: &'static str,
    kind: Kind,
    was: &Value,
    is: &Value,
    report: &mut Report,
) {
    let mut walk = Walk {
        file,
        was,
        is,
        report,
        operation: None,
        seen: HashSet::new(),
        reached: HashSet::new(),
    };
    let at = At {
        was: String::new(),
        is: String::new(),
        place: String::new(),
        way: Way::Both,
    };
    walk.object(kind, was, is, &at);
}

/// Where the walk is.
#[derive(Clone)]
struct At {
    /// Pointer in the document as it was.
    was: String,
    /// Pointer in the document as it is.
    is: String,
    place: String,
    way: Way,
}

impl At {
    fn key(&self, key: &str) -> Self {
        Self {
            was: join(&self.was, key),
            is: join(&self.is, key),
            place: self.place.clone(),
            way: self.way,
        }
    }

    /// With one more step in words. Without a noun there is none.
    fn called(mut self, noun: &str, name: &str) -> Self {
        let step = match (noun, name) {
            ("", _) => return self,
            (noun, "") => noun.to_owned(),
            (noun, name) => format!("{noun} `{name}`"),
        };
        if !self.place.is_empty() {
            self.place.push_str(", ");
        }
        self.place.push_str(&step);
        self
    }

    /// At an object of this kind.
    fn of(mut self, kind: Kind) -> Self {
        self.way = kind.way().unwrap_or(self.way);
        self
    }

    /// In the document as it is; of what is gone, in the one as it was.
    fn pointer(&self, pair: Pair<'_>) -> &str {
        match pair {
            (Some(_), None) => &self.was,
            _ => &self.is,
        }
    }
}

struct Walk<'d> {
    file: &'static str,
    was: &'d Value,
    is: &'d Value,
    report: &'d mut Report,
    /// The operation that is looked at.
    operation: Option<String>,
    /// What was looked at behind references: by which operation, which way, and where.
    seen: HashSet<(Option<String>, Way, String, String)>,
    /// What any reference led to, by its pointer in the document as it is.
    reached: HashSet<String>,
}

impl<'d> Walk<'d> {
    fn tell(&mut self, effect: Effect, at: &At, pair: Pair<'_>, what: String) {
        let class = effect.of(at.way);
        let change = Report::change(class, self.file, at.pointer(pair), &at.place, what);
        self.report.add(change, self.operation.as_deref(), at.way);
    }

    fn unknown(&mut self, at: &At, pair: Pair<'_>, what: String) {
        self.report.unknown(self.file, at.pointer(pair), what);
    }

    /// Two editions of one object.
    fn object(&mut self, kind: Kind, was: &'d Value, is: &'d Value, at: &At) {
        let Some((was, is, at)) = self.follow(kind, was, is, at.clone().of(kind)) else {
            return;
        };
        match (was, is) {
            (Value::Object(was), Value::Object(is)) => self.keys(kind, Some(was), Some(is), &at),
            _ if was == is => {}
            _ => {
                let what = format!("was {}, is {}: no object", shown(was), shown(is));
                self.unknown(&at, (Some(was), Some(is)), what);
            }
        }
    }

    /// What the references lead to; `None` if it was looked at before, or there is nothing.
    fn follow(
        &mut self,
        kind: Kind,
        was: &'d Value,
        is: &'d Value,
        mut at: At,
    ) -> Option<(&'d Value, &'d Value, At)> {
        let (from, to) = (reference(was), reference(is));
        if from.is_none() && to.is_none() {
            return Some((was, is, at));
        }
        if kind == Kind::Schema && from != to {
            let pair = (was.get("$ref"), is.get("$ref"));
            // Generated code has a type of that name.
            self.tell(BREAKS, &at.key("$ref"), pair, told("$ref", pair));
        }
        let (Some(old), Some(new)) = (resolve(self.was, was), resolve(self.is, is)) else {
            self.unknown(
                &at,
                (Some(was), Some(is)),
                "a reference leads nowhere".to_owned(),
            );
            return None;
        };
        if let Some(target) = from {
            at.was = target.trim_start_matches('#').to_owned();
        }
        if let Some(target) = to {
            at.is = target.trim_start_matches('#').to_owned();
            // The same words for everyone who refers to it.
            at.place.clear();
            at = at.called(section(target), &last(target));
            self.reached.insert(at.is.clone());
        }
        let look = (
            self.operation.clone(),
            at.way,
            at.was.clone(),
            at.is.clone(),
        );
        self.seen.insert(look).then_some((old, new, at))
    }

    /// Every key of an object by its row.
    fn keys(&mut self, kind: Kind, was: Option<&'d Object>, is: Option<&'d Object>, at: &At) {
        let pair = |key: &str| {
            (
                was.and_then(|object| object.get(key)),
                is.and_then(|object| object.get(key)),
            )
        };
        let rows = || kind.rows().iter().chain(EXTENSIONS);
        for &(key, rule) in rows() {
            if pair(key) != (None, None) {
                self.rule(rule, key, pair(key), (was, is), &at.key(key));
            }
        }
        for key in names(was, is) {
            let pair = pair(key);
            if pair.0 != pair.1 && rows().all(|(row, _)| *row != key) {
                let what = format!("nobody has said what a change of `{key}` means here");
                self.unknown(&at.key(key), pair, what);
            }
        }
    }

    fn rule(
        &mut self,
        rule: Rule,
        key: &str,
        pair: Pair<'d>,
        around: (Option<&'d Object>, Option<&'d Object>),
        at: &At,
    ) {
        match rule {
            Rule::Elsewhere => {}
            Rule::Value(added, removed, changed) => {
                self.value(key, pair, [added, removed, changed], at);
            }
            Rule::Most => self.bound(key, pair, (WIDENS, NARROWS), at),
            Rule::Least => self.bound(key, pair, (NARROWS, WIDENS), at),
            Rule::Flag(set, unset) => self.flag(key, pair, (set, unset), at),
            Rule::Items(added, removed) => self.items(key, pair, (added, removed), at),
            Rule::Closed if pair.0.is_none() || pair.1.is_none() => {
                self.value(key, pair, [NARROWS, WIDENS, BREAKS], at);
            }
            Rule::Closed => self.items(key, pair, (WIDENS, NARROWS), at),
            Rule::Promise(words) => self.promise(key, pair, words, at),
            Rule::NamesOf(keys) => self.names_of(key, pair, keys, around, at),
            Rule::Texts(added, removed) => {
                for (name, pair) in self.entries(key, pair, at) {
                    self.value(name, pair, [added, removed, WORDS], &at.key(name));
                }
            }
            Rule::Object(kind, noun, added, removed) => {
                let subject = match noun {
                    "" => format!("`{key}` "),
                    _ => String::new(),
                };
                let at = at.clone().called(noun, "");
                self.one(kind, &subject, pair, (added, removed), at);
            }
            Rule::Map(kind, noun, added, removed) => {
                for (name, pair) in self.entries(key, pair, at) {
                    let at = at.key(name).called(noun, name);
                    if kind == Kind::Response && name.starts_with("x-") {
                        self.extension(name, pair, &at);
                    } else {
                        self.one(kind, "", pair, (added, removed), at);
                    }
                }
            }
            Rule::List(kind, noun, by, added, removed) => {
                self.list(key, pair, (kind, noun, by), (added, removed), at);
            }
            Rule::Each(kind, noun) => self.each(key, pair, (kind, noun), at),
            Rule::Paths => {
                for (path, pair) in self.entries(key, pair, at) {
                    let at = at.key(path);
                    if path.starts_with("x-") {
                        self.extension(path, pair, &at);
                        continue;
                    }
                    let object = |value: Option<&'d Value>| value.and_then(Value::as_object);
                    self.keys(Kind::PathItem, object(pair.0), object(pair.1), &at);
                }
            }
            Rule::Operation => {
                let id = pair.1.or(pair.0).and_then(|own| own.get("operationId"));
                let id = id.and_then(Value::as_str).unwrap_or(key);
                self.operation = Some(id.to_owned());
                self.one(Kind::Operation, "", pair, (ADDS, BREAKS), at.clone());
                self.operation = None;
            }
            Rule::Shared(kind, noun, added, removed) => {
                for (name, pair) in self.entries(key, pair, at) {
                    let at = at.key(name).called(noun, name);
                    match pair {
                        (Some(_), Some(_)) if self.reached.contains(&at.is) => {}
                        (Some(was), Some(is)) => self.object(kind, was, is, &at),
                        (None, _) => self.tell(added, &at, pair, "is new".to_owned()),
                        (_, None) => self.tell(removed, &at, pair, "is gone".to_owned()),
                    }
                }
            }
        }
    }

    /// One object that is there, is new or is gone.
    fn one(
        &mut self,
        kind: Kind,
        subject: &str,
        pair: Pair<'d>,
        (added, removed): (Effect, Effect),
        at: At,
    ) {
        let at = at.of(kind);
        match pair {
            (Some(was), Some(is)) => self.object(kind, was, is, &at),
            (Some(_), None) => self.tell(removed, &at, pair, format!("{subject}is gone")),
            (None, Some(is)) => {
                let is = resolve(self.is, is).unwrap_or(is);
                match is.get("required") == Some(&Value::Bool(true)) {
                    true => {
                        let what = format!("{subject}is new and mandatory");
                        self.tell(NARROWS, &at, pair, what);
                    }
                    false => self.tell(added, &at, pair, format!("{subject}is new")),
                }
            }
            (None, None) => {}
        }
    }

    /// A key of our own in the place of a name.
    fn extension(&mut self, key: &str, pair: Pair<'d>, at: &At) {
        if pair.0 != pair.1 {
            let what = format!("nobody has said what a change of `{key}` means here");
            self.unknown(at, pair, what);
        }
    }

    fn value(&mut self, key: &str, pair: Pair<'d>, effects: [Effect; 3], at: &At) {
        let [added, removed, changed] = effects;
        let effect = match pair {
            (None, _) => added,
            (_, None) => removed,
            _ => changed,
        };
        if pair.0 != pair.1 {
            self.tell(effect, at, pair, told(key, pair));
        }
    }

    /// A number; what it means that it is more, and that it is less.
    fn bound(&mut self, key: &str, pair: Pair<'d>, (more, less): (Effect, Effect), at: &At) {
        if pair.0 == pair.1 {
            return;
        }
        let effect = match pair {
            (None, _) => Some(NARROWS),
            (_, None) => Some(WIDENS),
            (Some(was), Some(is)) => order(was, is).map(|order| match order {
                Ordering::Less => more,
                Ordering::Greater => less,
                Ordering::Equal => WORDS,
            }),
        };
        match effect {
            Some(effect) => self.tell(effect, at, pair, told(key, pair)),
            None => self.unknown(at, pair, format!("{}: no numbers", told(key, pair))),
        }
    }

    fn flag(&mut self, key: &str, pair: Pair<'d>, (set, unset): (Effect, Effect), at: &At) {
        if pair.0 == pair.1 {
            return;
        }
        let truth = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
        let effect = match (truth(pair.0), truth(pair.1)) {
            (Some(false), Some(true)) => set,
            (Some(true), Some(false)) => unset,
            // Written out, or no longer.
            (Some(_), Some(_)) => WORDS,
            _ => {
                let what = format!("{}: no truth values", told(key, pair));
                return self.unknown(at, pair, what);
            }
        };
        self.tell(effect, at, pair, told(key, pair));
    }

    fn items(&mut self, key: &str, pair: Pair<'d>, (added, removed): (Effect, Effect), at: &At) {
        let Some((was, is)) = self.lists(key, pair, at) else {
            return;
        };
        let mut is_same = true;
        for (index, item) in is.iter().enumerate() {
            if !was.contains(item) {
                is_same = false;
                let what = format!("`{key}` has {} now", shown(item));
                let at = at.key(&index.to_string());
                self.tell(added, &at, (None, Some(item)), what);
            }
        }
        for (index, item) in was.iter().enumerate() {
            if !is.contains(item) {
                is_same = false;
                let what = format!("`{key}` no longer has {}", shown(item));
                let at = at.key(&index.to_string());
                self.tell(removed, &at, (Some(item), None), what);
            }
        }
        if is_same && pair.0 != pair.1 {
            let what = format!("`{key}` is written in another way, with the same in it");
            self.tell(WORDS, at, pair, what);
        }
    }

    fn promise(&mut self, key: &str, pair: Pair<'d>, words: &[&str], at: &At) {
        if pair.0 == pair.1 {
            return;
        }
        let rank = |value| {
            let word = word(value)?;
            words.iter().position(|known| *known == word)
        };
        let effect = match (rank(pair.0), rank(pair.1)) {
            (Some(was), Some(is)) if is > was => ADDS,
            (Some(_), Some(_)) => BREAKS,
            _ => {
                let what = format!("{}: none of the known words", told(key, pair));
                return self.unknown(at, pair, what);
            }
        };
        self.tell(effect, at, pair, told(key, pair));
    }

    /// Names of values. That a value is new or gone is told of the values.
    fn names_of(
        &mut self,
        key: &str,
        pair: Pair<'d>,
        keys: &[&str],
        around: (Option<&'d Object>, Option<&'d Object>),
        at: &At,
    ) {
        let (Some(was), Some(is)) = pair else {
            return self.value(key, pair, [ADDS, BREAKS, BREAKS], at);
        };
        let (Some(was), Some(is)) = (named(was, keys, around.0), named(is, keys, around.1)) else {
            if pair.0 != pair.1 {
                let what = format!("{}: not one for each value", told(key, pair));
                self.unknown(at, pair, what);
            }
            return;
        };
        for (value, name) in is {
            let before = was.iter().find(|(other, _)| *other == value);
            if let Some((_, before)) = before
                && *before != name
            {
                let what = format!(
                    "the name of the value {} was {}, is {}",
                    shown(value),
                    shown(before),
                    shown(name)
                );
                self.tell(BREAKS, at, pair, what);
            }
        }
    }

    fn list(
        &mut self,
        key: &str,
        pair: Pair<'d>,
        (kind, noun, by): (Kind, &str, &[&str]),
        effects: (Effect, Effect),
        at: &At,
    ) {
        let Some((was, is)) = self.lists(key, pair, at) else {
            return;
        };
        let (was, is) = (identified(self.was, was, by), identified(self.is, is, by));
        let stands = |from: &str, index: usize| join(from, &index.to_string());
        for (index, (id, item)) in is.iter().enumerate() {
            let before = was.iter().position(|(other, _)| other == id);
            let old = before.and_then(|before| was.get(before));
            let at = At {
                was: stands(&at.was, before.unwrap_or(index)),
                is: stands(&at.is, index),
                ..at.clone()
            };
            let pair = (old.map(|(_, item)| *item), Some(*item));
            self.one(kind, "", pair, effects, at.called(noun, id));
        }
        for (index, (id, item)) in was.iter().enumerate() {
            if is.iter().all(|(other, _)| other != id) {
                let at = At {
                    was: stands(&at.was, index),
                    ..at.clone()
                };
                let pair = (Some(*item), None);
                self.one(kind, "", pair, effects, at.called(noun, id));
            }
        }
        let has = |all: &[(String, &Value)], id: &str| all.iter().any(|(other, _)| other == id);
        let was_left = was.iter().filter(|(id, _)| has(&is, id));
        let is_left = is.iter().filter(|(id, _)| has(&was, id));
        if !was_left.map(|(id, _)| id).eq(is_left.map(|(id, _)| id)) {
            let what = format!("`{key}` has another order");
            self.tell(WORDS, at, pair, what);
        }
    }

    fn each(&mut self, key: &str, pair: Pair<'d>, (kind, noun): (Kind, &str), at: &At) {
        let Some((was, is)) = self.lists(key, pair, at) else {
            return;
        };
        if was.len() != is.len() {
            let what = format!("`{key}` had {} entries, has {}", was.len(), is.len());
            return self.tell(BREAKS, at, pair, what);
        }
        for (index, (was, is)) in was.iter().zip(is).enumerate() {
            let at = at.key(&index.to_string());
            self.object(kind, was, is, &at.called(noun, &index.to_string()));
        }
    }

    /// Both as lists, what is absent as an empty one.
    fn lists(&mut self, key: &str, pair: Pair<'d>, at: &At) -> Option<(&'d [Value], &'d [Value])> {
        let list = |value: Option<&'d Value>| match value {
            None => Some(&[] as &[Value]),
            Some(value) => value.as_array().map(Vec::as_slice),
        };
        let lists = list(pair.0).zip(list(pair.1));
        if lists.is_none() && pair.0 != pair.1 {
            self.unknown(at, pair, format!("{}: no list", told(key, pair)));
        }
        lists
    }

    /// The entries of both as objects, by name.
    fn entries(&mut self, key: &str, pair: Pair<'d>, at: &At) -> Vec<(&'d str, Pair<'d>)> {
        let is_object = |value: Option<&Value>| value.is_none_or(Value::is_object);
        if !(is_object(pair.0) && is_object(pair.1)) && pair.0 != pair.1 {
            self.unknown(at, pair, format!("{}: no object", told(key, pair)));
            return Vec::new();
        }
        let object = |value: Option<&'d Value>| value.and_then(Value::as_object);
        let (was, is) = (object(pair.0), object(pair.1));
        let get = |object: Option<&'d Object>, name: &str| object.and_then(|it| it.get(name));
        names(was, is)
            .into_iter()
            .map(|name| (name, (get(was, name), get(is, name))))
            .collect()
    }
}
