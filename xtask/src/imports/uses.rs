//! The top-level modules that a file imports or names by `crate::`.

use std::collections::BTreeSet;

const START: &str = "crate::";

/// Comments and the tests at the end of a file do not count.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let code = without_tests(text);
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut used = BTreeSet::new();
    let mut rest = code.as_str();
    while let Some(place) = rest.find(START) {
        let before = rest[..place].chars().next_back();
        rest = &rest[place + START.len()..];
        // `other_crate::..` and `$crate::..` in a macro are read in another place.
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => used.extend(firsts(group)),
            None => used.extend(name(rest)),
        }
    }
    // What begins with a capital is a public type of the crate's root.
    used.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    used
}

/// A module of tests in the same file ends it; a line that declares a file of tests does not.
fn without_tests(text: &str) -> &str {
    const TESTS: &str = "#[cfg(test)]\nmod ";
    let is_module =
        |at: &usize| text[at + TESTS.len()..].lines().next().is_some_and(|line| line.contains('{'));
    text.match_indices(TESTS).map(|(at, _)| at).find(is_module).map_or(text, |at| &text[..at])
}

/// The first name of each path in a group, which ends at the brace that closes it.
fn firsts(group: &str) -> Vec<String> {
    let (mut depth, mut found, mut at_start) = (0_usize, Vec::new(), true);
    for (place, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && (c.is_alphanumeric() || c == '_') => {
                found.extend(name(&group[place..]));
                at_start = false;
            }
            _ => {}
        }
    }
    found
}

fn name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_module_is_found() {
        let text = "
            use crate::{a::{X, Y}, b, c::d as e};
            use crate::f::G; // crate::comment
            fn h() -> crate::i::J { crate::k::l() }
            use other_crate::m::N; use crate::Error; $crate::o::p!();
            #[cfg(test)]\nmod file_tests;
            use self::words\nuse crate::last;
            #[cfg(test)]\nmod tests { use crate::q; }";
        let found: Vec<_> = of(text).into_iter().collect();
        assert_eq!(found, ["a", "b", "c", "f", "i", "k", "last"]);
    }
}
