//! The modules of a crate, and which of them each one names. Tests and generated files are left out.

use super::TextFile;
use crate::problem::Problem;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Item, UseTree};

/// Where a module is in its crate: `["submit", "run"]`; the root is empty.
pub(super) type Path = Vec<String>;

/// Which module names which, and by which path.
pub(super) type Edges = BTreeMap<Path, BTreeMap<Path, String>>;

/// How often one re-export may lead to the next.
const DEPTH: usize = 16;

/// What stands in one module.
#[derive(Default)]
struct Module {
    file: String,
    is_generated: bool,
    /// Names that `use` brings in, with the path behind each.
    imports: BTreeMap<String, Path>,
    /// Modules that `use ...::*` opens.
    globs: Vec<Path>,
    /// Every path that it names, as written.
    named: BTreeSet<Path>,
}

/// The modules of one crate.
pub(super) struct Modules(BTreeMap<Path, Module>);

impl Modules {
    /// The modules below the crate root at `root`, a path of a `lib.rs` or `main.rs`.
    pub(super) fn read<'a>(
        root: &str,
        find: &impl Fn(&str) -> Option<&'a TextFile>,
        found: &mut Vec<Problem>,
    ) -> Self {
        let mut modules = Self(BTreeMap::new());
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        modules.read_file(root, folder, Vec::new(), find, found);
        modules
    }

    fn read_file<'a>(
        &mut self,
        path: &str,
        folder: &str,
        at: Path,
        find: &impl Fn(&str) -> Option<&'a TextFile>,
        found: &mut Vec<Problem>,
    ) {
        // A module that is not there is for the compiler to tell.
        let Some(file) = find(path) else { return };
        match syn::parse_file(&file.text) {
            Ok(parsed) => {
                self.0.entry(at.clone()).or_default().is_generated = file.is_generated();
                self.read_items(parsed.items, path, folder, &at, find, found);
            }
            Err(error) => found.push(file.problem(
                1,
                format!("cannot be read as Rust: {error}"),
                "let the compiler show the place",
            )),
        }
    }

    fn read_items<'a>(
        &mut self,
        items: Vec<Item>,
        path: &str,
        folder: &str,
        at: &Path,
        find: &impl Fn(&str) -> Option<&'a TextFile>,
        found: &mut Vec<Problem>,
    ) {
        let mut module = self.0.remove(at).unwrap_or_default();
        path.clone_into(&mut module.file);
        let mut children = Vec::new();
        for item in items {
            match item {
                Item::Mod(child) if !is_for_tests(&child.attrs) => children.push(child),
                Item::Use(import) if !is_for_tests(&import.attrs) => {
                    module.import(&import.tree, &mut Vec::new());
                }
                Item::Mod(_) | Item::Use(_) => {}
                other => scan(other.to_token_stream(), &mut module.named),
            }
        }
        self.0.insert(at.clone(), module);
        for child in children {
            let name = child.ident.to_string();
            let mut below = at.clone();
            below.push(name.clone());
            let inner = format!("{folder}/{name}");
            match child.content {
                Some((_, items)) => self.read_items(items, path, &inner, &below, find, found),
                None => self.read_file(&format!("{inner}.rs"), &inner, below, find, found),
            }
        }
    }

    /// The file of a module.
    pub(super) fn file(&self, module: &Path) -> &str {
        self.0.get(module).map_or("", |module| &module.file)
    }

    /// Which handwritten file names which other one, and by which path; each by the module that it is. A module and what is
    /// below it may know each other, so they make no edge. A path that leads through a re-export names both: the file that
    /// it is taken from, and the one where it really is.
    pub(super) fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (from, module) in self.0.iter().filter(|(_, module)| !module.is_generated) {
            let own = self.of_file(from);
            let edges = edges.entry(own.clone()).or_default();
            // A name alone leads elsewhere only through what a glob opens.
            let leads = |path: &&Path| path.len() > 1 || !module.globs.is_empty();
            for path in module.named.iter().filter(leads) {
                for to in self.resolve(from, path, DEPTH) {
                    let to = self.of_file(&to);
                    let is_generated = self.0.get(&to).is_none_or(|module| module.is_generated);
                    if !is_generated && !to.starts_with(&own) && !own.starts_with(&to) {
                        edges.entry(to).or_insert_with(|| path.join("::"));
                    }
                }
            }
        }
        edges
    }

    /// The module that the file of this one is: another, if this one is written inside of it.
    fn of_file(&self, module: &Path) -> Path {
        let file = self.file(module);
        let mut outermost = module.clone();
        while let Some((_, above)) = outermost.split_last() {
            if self.0.get(above).is_none_or(|above| above.file != file) {
                break;
            }
            outermost.pop();
        }
        outermost
    }

    /// The modules that `path` leads through to where its item is, as seen from the module at `from`.
    fn resolve(&self, from: &Path, path: &[String], depth: usize) -> BTreeSet<Path> {
        let Some(depth) = depth.checked_sub(1) else {
            return BTreeSet::new();
        };
        let mut base = from.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                base.clear();
                rest = rest.get(1..).unwrap_or_default();
            }
            Some("self") => rest = rest.get(1..).unwrap_or_default(),
            Some("super") => {
                while rest.first().is_some_and(|step| step == "super") {
                    base.pop();
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
            // From outside, unless this module knows the name.
            _ => return self.descend(from, path, depth, false),
        }
        self.descend(&base, rest, depth, true)
    }

    /// Follows `rest` from the module at `base`. `is_rooted` tells whether the path before it led here.
    fn descend(
        &self,
        base: &Path,
        rest: &[String],
        depth: usize,
        is_rooted: bool,
    ) -> BTreeSet<Path> {
        let here = || BTreeSet::from_iter(is_rooted.then(|| base.clone()));
        let (Some((step, further)), Some(module)) = (rest.split_first(), self.0.get(base)) else {
            return here();
        };
        let mut child = base.clone();
        child.push(step.clone());
        if self.0.contains_key(&child) {
            return self.descend(&child, further, depth, true);
        }
        let behind = |import: &Path, rest: &[String]| {
            let path = [import.as_slice(), rest].concat();
            self.resolve(base, &path, depth)
        };
        let mut to = here();
        match module.imports.get(step) {
            Some(import) if import.first() != Some(step) => to.extend(behind(import, further)),
            Some(_) => {}
            None => {
                for glob in &module.globs {
                    let opened = self.module_at(base, glob, depth);
                    if opened.is_some_and(|opened| self.has(&opened, step)) {
                        to.extend(behind(glob, rest));
                    }
                }
            }
        }
        to
    }

    /// The module that `path` names.
    fn module_at(&self, from: &Path, path: &[String], depth: usize) -> Option<Path> {
        self.resolve(from, path, depth).pop_last()
    }

    /// Whether the module at `path` has a module or an import with this name.
    fn has(&self, path: &Path, name: &str) -> bool {
        let mut child = path.clone();
        child.push(name.to_owned());
        self.0.contains_key(&child)
            || (self.0.get(path)).is_some_and(|module| module.imports.contains_key(name))
    }
}

impl Module {
    /// Takes an import down, with `before` as the path that leads to it.
    fn import(&mut self, tree: &UseTree, before: &mut Path) {
        let (name, step) = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before);
                before.pop();
                return;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before);
                }
                return;
            }
            UseTree::Glob(_) => {
                self.globs.push(before.clone());
                self.named.insert(before.clone());
                return;
            }
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(renamed) => (renamed.rename.to_string(), renamed.ident.to_string()),
        };
        let mut path = before.clone();
        let name = match (step.as_str(), path.last()) {
            ("self", Some(module)) if name == "self" => module.clone(),
            ("self", Some(_)) => name,
            _ => {
                path.push(step);
                name
            }
        };
        self.named.insert(path.clone());
        self.imports.insert(name, path);
    }
}

/// Whether an item is compiled in tests only.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let mut attributes = attributes.iter();
    attributes.any(|attribute| is_cfg_of_tests(attribute.meta.to_token_stream()))
}

/// Whether this is what follows `#` before something that is compiled in tests only.
fn marks_tests(attribute: &TokenTree) -> bool {
    matches!(attribute, TokenTree::Group(group) if is_cfg_of_tests(group.stream()))
}

/// Whether an attribute, without what is around it, is the `cfg` of something that is compiled in tests only.
fn is_cfg_of_tests(attribute: TokenStream) -> bool {
    let mut tokens = attribute.into_iter();
    matches!(
        (tokens.next(), tokens.next()),
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(condition)))
            if name == "cfg" && is_only_tests(condition.stream())
    )
}

/// Whether `test`, or `all(test, ...)`.
fn is_only_tests(condition: TokenStream) -> bool {
    let mut tokens = condition.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => name == "test",
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(all))) => {
            name == "all"
                && all
                    .stream()
                    .into_iter()
                    .any(|token| matches!(token, TokenTree::Ident(name) if name == "test"))
        }
        _ => false,
    }
}

/// Adds every path in `tokens`, also those inside of macros and of imports in a function.
fn scan(tokens: TokenStream, named: &mut BTreeSet<Path>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(sign)
                if sign.as_char() == '#' && tokens.get(at).is_some_and(marks_tests) =>
            {
                while let Some(token) = tokens.get(at + 1) {
                    at += 1;
                    let is_body = matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace);
                    if is_body || is(at, ';') {
                        break;
                    }
                }
                at += 1;
            }
            TokenTree::Group(group) => scan(group.stream(), named),
            TokenTree::Ident(first) => {
                // What follows `::` belongs to something that is no path, such as `Vec::<u8>::new`; what follows `.` is a method.
                let continues =
                    at >= 2 && (is(at - 2, ':') && at >= 3 && is(at - 3, ':') || is(at - 2, '.'));
                let mut path = vec![first.to_string()];
                let mut inside = None;
                while is(at, ':') && is(at + 1, ':') {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(step)) => path.push(step.to_string()),
                        Some(TokenTree::Group(group)) => {
                            inside = Some(group.stream());
                            at += 3;
                            break;
                        }
                        _ => break,
                    }
                    at += 3;
                }
                match inside {
                    _ if continues => {}
                    Some(branches) => {
                        let mut below = BTreeSet::new();
                        scan(branches, &mut below);
                        named.extend(
                            below
                                .into_iter()
                                .map(|branch| [path.as_slice(), branch.as_slice()].concat()),
                        );
                        named.insert(path);
                    }
                    None => {
                        named.insert(path);
                    }
                }
            }
            _ => {}
        }
    }
}
