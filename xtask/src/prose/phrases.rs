//! The phrases, each with a replacement.

use std::fmt;

const PHRASES: [(&str, &str); 36] = [
    ("anew", "again"),
    ("are told", "are notified, are reported"),
    ("by themselves", "say what does it: expire, are removed"),
    ("cannot be had", "cannot fetch, is not available"),
    ("gives no thread", "cannot spawn the thread"),
    ("goes by itself", "expires"),
    ("in the place of", "instead of"),
    ("is met", "is read, is found"),
    ("is none", "repeat the noun"),
    ("is told", "is notified, is reported"),
    ("are none", "repeat the noun"),
    ("key by key", "tables merge recursively"),
    ("no field says", "not marked"),
    ("no layer says", "no layer sets"),
    ("nobody could say", "name what is not known"),
    ("of its own accord", "name the cause"),
    ("say anew", "repeat"),
    ("says nothing of", "does not mention"),
    ("so many", "give the number"),
    ("stand at", "is at, is in"),
    ("stand in", "is in"),
    ("stands at", "is at"),
    ("stands beside", "is next to"),
    ("stands for", "represents, refers to"),
    ("stands in", "is in"),
    ("stands on", "is computed from, depends on"),
    ("stands there", "is there, exists"),
    ("that is none", "repeat the noun"),
    ("to be had", "available"),
    ("was met", "was read, was found"),
    ("was told", "was notified, was reported"),
    ("were told", "were notified, were reported"),
    ("what stands", "name it"),
    ("who waits", "a waiting caller"),
    ("whoever", "name the reader, the caller, the user"),
    ("whose going", "name the removal"),
];

/// One phrase in one line.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    phrase: &'static str,
    advice: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}:{}: `{}`; write: {}", self.path, self.line, self.phrase, self.advice)
    }
}

/// Every phrase of a text, by line. Code is searched, too: the phrases contain blanks, and no identifier does.
pub(crate) fn find(path: &str, text: &str) -> Vec<Finding> {
    let numbered = text.lines().enumerate();
    numbered.flat_map(|(index, line)| in_line(path, index + 1, &line.to_ascii_lowercase())).collect()
}

fn in_line(path: &str, line: usize, text: &str) -> Vec<Finding> {
    let hits = PHRASES.iter().filter(|(phrase, _)| contains_words(text, phrase));
    hits.map(|&(phrase, advice)| Finding { path: path.to_owned(), line, phrase, advice }).collect()
}

/// Whether `phrase` occurs in `text` with no letter on either side.
fn contains_words(text: &str, phrase: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(phrase).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + phrase.len()..]);
        !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases_of(text: &str) -> Vec<&'static str> {
        find("a.rs", text).into_iter().map(|finding| finding.phrase).collect()
    }

    #[test]
    fn a_phrase_is_found_in_any_case() {
        assert_eq!(phrases_of("// Whoever reads this\n//! sets watches anew"), ["whoever", "anew"]);
    }

    #[test]
    fn a_phrase_inside_a_word_is_not_one() {
        assert_eq!(phrases_of("fn renewal() {} // renew, this none"), [""; 0]);
    }

    #[test]
    fn a_finding_says_where_and_what_to_write() {
        let found = find("src/a.rs", "\nx // there is none");
        assert_eq!(found[0].to_string(), "  src/a.rs:2: `is none`; write: repeat the noun");
    }
}
