//! The literal parts of a text with variables.

use std::borrow::Cow;

/// The literal parts of a text: the text around its variables in one piece, and each default. A text without variables
/// is one piece.
pub(crate) fn literals(text: &str) -> Vec<Cow<'_, str>> {
    literals_within(text, DEEPEST)
}

/// The text with the defaults of its variables in their places, and without variables that have none.
pub(crate) fn with_defaults(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    put_defaults(text, DEEPEST, &mut whole);
    whole
}

fn put_defaults(text: &str, levels: usize, whole: &mut String) {
    let mut rest = text;
    while let (1.., Some((before, behind))) = (levels, rest.split_once("${")) {
        let (variable, after) = until_closed(behind);
        whole.push_str(before.strip_suffix('$').unwrap_or(before));
        if let Some((_, default)) = variable.split_once(':') {
            put_defaults(default.trim_start_matches([' ', '\t']), levels - 1, whole);
        }
        rest = after;
    }
    whole.push_str(if levels == 0 { "" } else { rest });
}

/// Interpolation refuses defaults that are nested deeper, so nothing in them becomes a value.
const DEEPEST: usize = 32;

fn literals_within(text: &str, levels: usize) -> Vec<Cow<'_, str>> {
    if levels == 0 {
        return Vec::new();
    }
    if !text.contains("${") {
        return vec![Cow::Borrowed(text)];
    }
    let (mut around, mut found, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once("${") {
        let (variable, after) = until_closed(behind);
        // An escaped variable is expanded by another program.
        around.push(before.strip_suffix('$').unwrap_or(before));
        if let Some((_, default)) = variable.split_once(':') {
            let default = default.trim_start_matches(['-', '=', '?', '+', ' ', '\t']);
            found.extend(literals_within(default, levels - 1));
        }
        rest = after;
    }
    around.push(rest);
    if !around.iter().all(|piece| is_affix(piece)) {
        found.push(Cow::Owned(around.concat()));
    }
    found
}

/// Whether a text next to a variable is a word that names the kind of the variable, as in `Bearer ${TOKEN}`.
fn is_affix(piece: &str) -> bool {
    let word = piece.trim_matches(|letter: char| !letter.is_alphanumeric());
    let spoken = word.len() <= AFFIX && word.chars().all(|c| c.is_alphabetic() || "-_/:. ".contains(c));
    word.is_empty() || (spoken && word != piece)
}

/// Longer words may be passphrases.
const AFFIX: usize = 12;

/// The text up to the closing brace, and the rest.
fn until_closed(text: &str) -> (&str, &str) {
    let mut open = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => return (&text[..at], &text[at + 1..]),
            '}' => open -= 1,
            _ => {}
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::{literals, with_defaults};

    #[test]
    fn defaults_are_put_in_their_places() {
        for (text, expected) in [
            ("pg://${USER:app}:${PW:hunter2}@db", "pg://app:hunter2@db"),
            ("pg://app:${PW}@${HOST: db}", "pg://app:@db"),
            ("${A:${B:x}y}z", "xyz"),
            ("plain", "plain"),
        ] {
            assert_eq!(with_defaults(text), expected, "{text}");
        }
        assert_eq!(with_defaults(&"${A:".repeat(100_000)), "");
    }

    #[test]
    fn nesting_is_bounded() {
        for deep in ["${A:".repeat(100_000), format!("{}{}", "${A:".repeat(50_000), "}".repeat(50_000))] {
            assert!(literals(&deep).iter().all(|text| text.is_empty()), "{} bytes", deep.len());
        }
    }

    #[test]
    fn variables_are_taken_out_and_defaults_are_texts() {
        for (text, expected) in [
            ("hunter2", vec!["hunter2"]),
            ("${PW}", vec![]),
            ("${A}${B:}", vec![""]),
            ("hunter2${PW}", vec!["hunter2"]),
            ("$${PW}hunter2", vec!["hunter2"]),
            ("${PW:hunter2}", vec!["hunter2"]),
            ("${PW:-hunter2}", vec!["hunter2"]),
            ("${A:${B:hunter2}}", vec!["hunter2"]),
            ("pg://app:hunter2@${HOST}/db", vec!["pg://app:hunter2@/db"]),
            ("Bearer ${TOKEN}", vec![]),
            ("${ENV}-password", vec![]),
            ("hunter${X}", vec!["hunter"]),
            ("hunter2${", vec!["hunter2"]),
        ] {
            assert_eq!(literals(text), expected, "{text}");
        }
    }
}
