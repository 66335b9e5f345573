//! No circle of files inside a crate: whoever reads one of them would have to know all of them.

use super::{
    House, TextFile,
    modules::{Edges, Modules, Path},
};
use crate::problem::{Place, Problem};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const REMEDY: &str = "move what both need into a file of its own, named for what it is; or hand the lower one what it needs \
    as an argument; or make one the child of the other, where it is a part of it";

/// Inside a crate no file names another that leads back to it. A module and its own descendants may know each other.
pub(super) fn no_circles(house: &House, found: &mut Vec<Problem>) {
    let files: BTreeMap<&str, &TextFile> = house
        .rust()
        .map(|file| (file.path.as_str(), file))
        .collect();
    let roots = files.keys().filter(|path| {
        (path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs"))
            && !path.contains("/fixtures/")
    });
    for root in roots {
        let modules = Modules::read(root, &|path| files.get(path).copied(), found);
        let edges = modules.edges();
        for group in groups(&edges) {
            let file = |module: &Path| modules.file(module);
            let circle = shortest(&group, &edges);
            let mut told = String::new();
            for (module, path) in &circle {
                told.push_str(&format!("{} names `{path}`, ", file(module)));
            }
            let first = circle.first().map(|(module, _)| file(module));
            told.push_str(&format!("and so back to {}", first.unwrap_or_default()));
            if group.len() > circle.len() {
                let all: Vec<&str> = group.iter().map(file).collect();
                told.push_str(&format!(
                    "; {} files hang together: {}",
                    all.len(),
                    all.join(", ")
                ));
            }
            found.push(Problem::at(
                Place::file(first.unwrap_or_default()),
                format!("a circle of files: {told}"),
                REMEDY,
            ));
        }
    }
}

/// The modules that lead to each other, in groups.
fn groups(edges: &Edges) -> Vec<BTreeSet<Path>> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = edges
        .keys()
        .map(|from| (from, reach(from, edges)))
        .collect();
    let leads = |from: &Path, to: &Path| reached.get(from).is_some_and(|all| all.contains(to));
    let mut groups: Vec<BTreeSet<Path>> = Vec::new();
    for module in edges.keys().filter(|module| leads(module, module)) {
        if groups.iter().any(|group| group.contains(module)) {
            continue;
        }
        let group = edges
            .keys()
            .filter(|to| leads(module, to) && leads(to, module));
        groups.push(group.cloned().collect());
    }
    groups
}

/// Every module that `from` leads to.
fn reach<'a>(from: &Path, edges: &'a Edges) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = edges
        .get(from)
        .into_iter()
        .flat_map(BTreeMap::keys)
        .collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(edges.get(module).into_iter().flat_map(BTreeMap::keys));
        }
    }
    reached
}

/// The shortest way round in a group: each module with the path by which it names the next.
fn shortest(group: &BTreeSet<Path>, edges: &Edges) -> Vec<(Path, String)> {
    let rounds = group.iter().map(|start| round(start, group, edges));
    rounds
        .filter(|round| !round.is_empty())
        .min_by_key(Vec::len)
        .unwrap_or_default()
}

/// The shortest way from `start` back to it.
fn round(start: &Path, group: &BTreeSet<Path>, edges: &Edges) -> Vec<(Path, String)> {
    let mut open = VecDeque::from([vec![(start, "")]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = open.pop_front() {
        let Some((last, _)) = way.last() else {
            continue;
        };
        for (next, path) in edges.get(*last).into_iter().flatten() {
            let mut further = way.clone();
            if let Some((_, by)) = further.last_mut() {
                *by = path;
            }
            if next == start {
                let told = further.into_iter();
                return told
                    .map(|(module, path)| (module.clone(), path.to_owned()))
                    .collect();
            }
            if group.contains(next) && seen.insert(next) {
                further.push((next, ""));
                open.push_back(further);
            }
        }
    }
    Vec::new()
}
