//! Regular expressions for JSON Schema: those of ECMAScript in its Unicode mode.

/// Characters that must be escaped to be literal, and may be.
const SYNTAX: &str = r"^$\.*+?()[]{}|/";

/// A pattern that matches a text literally.
pub(super) fn escaped(text: &str) -> String {
    let special = |letter: &char| SYNTAX.contains(*letter) && *letter != '/';
    text.chars().flat_map(|letter| special(&letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// The pattern, if it means the same in both dialects; `\d`, `\w`, `\s` and `\b` are treated as equal,
/// although those of ECMAScript match few letters and digits beyond ASCII.
pub(super) fn translated(pattern: &str) -> Option<String> {
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(next) = rest.chars().next() {
        rest = match next {
            '\\' => after_escape(&rest[1..], in_class)?,
            '[' if in_class => return None,
            '[' => {
                in_class = true;
                let inner = rest[1..].strip_prefix('^').unwrap_or(&rest[1..]);
                // At this position only Rust treats it as a literal.
                if inner.starts_with(']') {
                    return None;
                }
                inner
            }
            ']' if in_class => {
                in_class = false;
                &rest[1..]
            }
            '&' | '-' | '~' if in_class && rest[1..].starts_with(next) => return None,
            '(' if !in_class && rest.starts_with("(?") => after_group(&rest[2..])?,
            '{' if !in_class => after_count(&rest[1..])?,
            ']' | '}' if !in_class => return None,
            // Repeated repetitions are not valid in ECMAScript.
            '*' | '+' | '?' if !in_class && rest[1..].starts_with(['*', '+']) => return None,
            _ => &rest[next.len_utf8()..],
        };
    }
    Some(pattern.to_owned())
}

/// `\d`, `\.`, `\x41`, `\u0041`, `\p{L}`.
fn after_escape(rest: &str, in_class: bool) -> Option<&str> {
    let next = rest.chars().next()?;
    let rest = &rest[next.len_utf8()..];
    let hex = |digits: usize| {
        let code = rest.get(..digits)?;
        code.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| &rest[digits..])
    };
    match next {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v' => Some(rest),
        'b' | 'B' if !in_class && !rest.starts_with('{') => Some(rest),
        '-' if in_class => Some(rest),
        'x' => hex(2),
        'u' => hex(4),
        'p' | 'P' => {
            let (name, rest) = rest.strip_prefix('{')?.split_once('}')?;
            (name.len() <= 2 && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(rest)
        }
        other => SYNTAX.contains(other).then_some(rest),
    }
}

/// `(?:`, `(?<name>`; flags are Rust's own.
fn after_group(rest: &str) -> Option<&str> {
    if let Some(rest) = rest.strip_prefix(':') {
        return Some(rest);
    }
    let (name, rest) = rest.strip_prefix('<')?.split_once('>')?;
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    (name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(letters))
        .then_some(rest)
}

/// `{2}`, `{2,}`, `{2,3}`.
fn after_count(rest: &str) -> Option<&str> {
    let (count, rest) = rest.split_once('}')?;
    let (low, high) = count.split_once(',').unwrap_or((count, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!low.is_empty() && digits(low) && digits(high)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{escaped, translated};

    #[test]
    fn what_both_dialects_read_is_kept() {
        for pattern in [
            r"^[a-z][a-z0-9-]*$",
            r"\d{4}-\d{2}",
            r"a|b",
            r"(?:x|y)+?",
            r"(?<year>\d+)",
            r"[^/\]]+",
            r"\p{Lu}\x41",
            "ü.*",
            "",
            r"^\$\{",
            "a{2,}",
        ] {
            assert_eq!(translated(pattern).as_deref(), Some(pattern));
        }
    }

    #[test]
    fn what_only_rust_reads_is_not() {
        for pattern in [
            r"(?i)abc",
            r"(?P<n>x)",
            r"\x{41}",
            r"\pL",
            r"\p{Greek}",
            r"[[:alpha:]]",
            r"[a&&b]",
            r"\A\z",
            r"[]a]",
            r"\@",
            r"a\-b",
            r"a}",
            r"\b{start}",
            r"a++",
        ] {
            assert_eq!(translated(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn escapes_are_those_of_unicode_mode() {
        assert_eq!(escaped("a.b/c-${"), r"a\.b/c-\$\{");
    }
}
