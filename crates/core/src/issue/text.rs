//! The text of messages.

use crate::excerpt;

/// A message without its numbers and generated names. Counters, ids and the names of temporary files differ each time
/// the same problem occurs, so messages are compared without them before a problem is reported again.
pub(crate) fn gist(message: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let is_generated = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let mut gist = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let end = if part(first) { rest.find(|c| !part(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        gist.push_str(if is_generated(word) { "#" } else { word });
        rest = after;
    }
    gist
}

/// The maximum length of a message in bytes.
const LONGEST: usize = 4096;

/// A message of user code may contain a value. A line break or a terminal escape in it must not forge a line, and its
/// length must be limited.
pub(crate) fn one_line(text: String) -> String {
    if text.len() <= LONGEST && !text.contains(excerpt::misleads) {
        return text;
    }
    let mut line = String::new();
    for c in text.chars() {
        match excerpt::misleads(c) {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
        if line.len() > LONGEST {
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn counters_and_generated_names_make_no_difference() {
        let same = |one: &str, other: &str| gist(one) == gist(other);
        assert!(same("attempt 9 failed", "attempt 10 failed"));
        assert!(same("at /state/.hotswap-a8Xk2.tmp", "at /state/.hotswap-7bQz1.tmp"));
        assert!(same("request 5f1c-09: refused (403)", "request 77aa-1c: refused (403)"));
        assert!(!same("attempt 9 failed", "attempt 9 was refused"));
        assert!(!same("no file at a.toml", "no file at b.toml"));
        assert_eq!(gist("a: é — ü"), "a: é — ü");
    }
}
