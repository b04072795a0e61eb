//! The paths that a file imports or names.

use std::collections::BTreeSet;

/// The first name of each path behind `crate::`: a module, or an item of the crate's root.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let below = paths(text, "crate").into_iter().filter_map(|path| {
        let first = path.strip_prefix("crate::")?.split("::").next()?;
        Some(first.to_owned())
    });
    below.collect()
}

/// Every path whose first name begins with `start`, the groups of imports taken apart. Comments and the tests at the end of a
/// file do not count.
pub(super) fn paths(text: &str, start: &str) -> BTreeSet<String> {
    let lines = without_tests(text).lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (place, _) in code.match_indices(start) {
        // `other_crate::..` is another name, and `$crate::..` in a macro is read in another place.
        let before = code[..place].chars().next_back();
        if !before.is_some_and(|c| is_of_name(c) || c == '$') {
            expand("", &code[place..], &mut found);
        }
    }
    found.retain(|path| path.contains("::"));
    found
}

/// Adds the path at the start of a text below `above`. Returns what follows it.
fn expand<'t>(above: &str, text: &'t str, found: &mut BTreeSet<String>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = expand(above, rest, found).trim_start();
            match rest.chars().next() {
                Some(',') => rest = &rest[1..],
                Some('}') => return &rest[1..],
                // `as` and a new name.
                Some(_) => rest = rest.trim_start_matches(|c| c != ',' && c != '}'),
                None => return rest,
            }
        }
    }
    let end = match text.starts_with('*') {
        true => 1,
        false => text.find(|c: char| !is_of_name(c)).unwrap_or(text.len()),
    };
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return rest;
    }
    let path = if above.is_empty() { name.to_owned() } else { format!("{above}::{name}") };
    match rest.strip_prefix("::") {
        Some(below) => expand(&path, below, found),
        None => {
            found.insert(path);
            rest
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A module of tests in the same file ends it; a line that declares a file of tests does not.
fn without_tests(text: &str) -> &str {
    const TESTS: &str = "#[cfg(test)]\nmod ";
    let is_module =
        |at: &usize| text[at + TESTS.len()..].lines().next().is_some_and(|line| line.contains('{'));
    text.match_indices(TESTS).map(|(at, _)| at).find(is_module).map_or(text, |at| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_module_is_found() {
        let text = "
            use crate::{a::{X, Y}, b, c::d as e, _r::{s as t, u}};
            use crate::f::G; // crate::comment
            fn h() -> crate::i::J { crate::k::l() }
            use other_crate::m::N; use crate::Error; $crate::o::p!();
            pub(in crate::r) fn v() {}
            #[cfg(test)]\nmod file_tests;
            use self::words\nuse crate::last;
            #[cfg(test)]\nmod tests { use crate::q; }";
        let found: Vec<_> = of(text).into_iter().collect();
        assert_eq!(found, ["Error", "_r", "a", "b", "c", "f", "i", "k", "last", "r"]);
    }

    #[test]
    fn groups_are_taken_apart() {
        let text = "use core_of::{Changed, secrets::{Fetched, Lease as L}, support::store::*}; core_of::x();";
        let found: Vec<_> = paths(text, "core_of").into_iter().collect();
        let expected = [
            "core_of::Changed",
            "core_of::secrets::Fetched",
            "core_of::secrets::Lease",
            "core_of::support::store::*",
            "core_of::x",
        ];
        assert_eq!(found, expected);
    }
}
