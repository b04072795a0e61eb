//! Regular expressions, parsed and matched like at run time.

use regex_automata::{
    nfa::thompson::{self, NFA, pikevm::PikeVM},
    util::syntax,
};

/// The size limit of `regex::Regex::new`.
const SIZE_LIMIT: usize = 10 * (1 << 20);

/// Parses a pattern as the runtime does, or returns the reason for a refusal in one line.
pub(super) fn parse(pattern: &str) -> Result<PikeVM, String> {
    let config = thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT));
    let compiled = NFA::compiler().configure(config).syntax(syntax::Config::new()).build(pattern);
    let nfa = compiled.map_err(|error| reason(pattern, &error))?;
    PikeVM::new_from_nfa(nfa).map_err(|error| error.to_string())
}

pub(super) fn matches(engine: &PikeVM, text: &str) -> bool {
    engine.is_match(&mut engine.create_cache(), text)
}

/// The parser's message, which spans several lines, and the part of the pattern that it concerns.
fn reason(pattern: &str, error: &thompson::BuildError) -> String {
    use regex_syntax::Error;
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>());
    let (words, span) = match source {
        Some(Error::Parse(error)) => (error.kind().to_string(), error.span()),
        Some(Error::Translate(error)) => (error.kind().to_string(), error.span()),
        _ => return format!("the pattern is too large, shorten its repetitions: {error}"),
    };
    let part = pattern.get(span.start.offset..span.end.offset).unwrap_or_default();
    let character = pattern.get(..span.start.offset).unwrap_or_default().chars().count() + 1;
    match part {
        "" => format!("not a regular expression: {words} at character {character}"),
        part => format!("not a regular expression: {words} at character {character}, `{part}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, parse};

    #[test]
    fn patterns_are_refused_in_one_line() {
        let cases = [
            ("a(b", "unclosed group at character 2, `(`"),
            ("ä*+[", "unclosed character class at character 4, `[`"),
            (r"\q", r"unrecognized escape sequence at character 1, `\q`"),
            (r"\p{Klingon}", r"Unicode property not found at character 1, `\p{Klingon}`"),
            (
                "(?=a)",
                "look-around, including look-ahead and look-behind, is not supported at character 1, `(?=`",
            ),
            ("(?-u)\\xff", "pattern can match invalid UTF-8 at character 6, `\\xff`"),
        ];
        for (pattern, words) in cases {
            let words = format!("not a regular expression: {words}");
            assert_eq!(parse(pattern).map(|_| ()).unwrap_err(), words);
        }
    }

    #[test]
    fn what_the_runtime_cannot_hold_is_refused() {
        let pattern = r"\w{5000}";
        assert!(regex::Regex::new(pattern).is_err());
        assert!(parse(pattern).is_err());
    }

    #[test]
    fn the_runtime_and_the_derive_agree() {
        let patterns =
            [r"^\d+$", r"(?i)straße", r"\bfoo\b", r"^[\p{Greek}-]+$", "a{2,3}$", "(?x) a b # c", r"\w{200}"];
        let texts = ["", "12", "x12", "STRASSE", "straße", "a foo b", "αβγ", "aaa", "ab", "\n"];
        for pattern in patterns {
            let (ours, theirs) = (parse(pattern).unwrap(), regex::Regex::new(pattern).unwrap());
            for text in texts {
                assert_eq!(matches(&ours, text), theirs.is_match(text), "{pattern} on {text}");
            }
        }
    }
}
