//! The comments of a TOML text.

use std::ops::Range;

/// Each from its `#` to the end of its line; for a text that parses.
pub(in crate::source::format) fn comments(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].find(['#', '"', '\'']) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with('#') {
            let end = at + rest.find('\n').unwrap_or(rest.len());
            found.push(at..end);
            at = end;
        } else {
            at += string(rest);
        }
    }
    found
}

/// The length of the string that the text begins with.
fn string(text: &str) -> usize {
    let quote = &text[..1];
    let long = quote.repeat(3);
    let (quote, width) = if text.starts_with(&long) { (&*long, 3) } else { (quote, 1) };
    let escapes = quote.starts_with('"');
    let mut at = width;
    while let Some(next) = text[at..].find(['"', '\'', '\\']) {
        at += next;
        let rest = &text[at..];
        if let Some(rest) = rest.strip_prefix('\\') {
            let escaped = rest.chars().next().map_or(0, char::len_utf8);
            at += 1 + if escapes { escaped } else { 0 };
        } else if rest.starts_with(quote) {
            // A long string may end in quotes of its own, two at most.
            let more = if width == 3 {
                rest[3..].bytes().take_while(|byte| *byte == quote.as_bytes()[0]).count()
            } else {
                0
            };
            return at + width + more.min(2);
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::comments;

    fn found(text: &str) -> Vec<&str> {
        comments(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_comment_begins_outside_of_strings() {
        let text = "# one\na = \"#\\\"#\" # two\nb = '#\\' # three\n\"c#\" = 1# four";
        assert_eq!(found(text), ["# one", "# two", "# three", "# four"]);
    }

    #[test]
    fn a_string_of_several_lines_has_no_comments() {
        let text = "a = \"\"\"\n# no \\\"\"\"\"\"\" # one\nb = '''\n# no''''' # two\nc = '' # three\n";
        assert_eq!(found(text), ["# one", "# two", "# three"]);
    }
}
