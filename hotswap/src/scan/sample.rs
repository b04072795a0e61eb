//! What stands in handbooks and templates.

/// Parts of a text that nobody takes for a secret.
const PARTS: &[&str] = &[
    "example",
    "sample",
    "xxxx",
    "****",
    "....",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "dummy",
    "redacted",
    "replace",
    "your-",
    "your_",
    "insert",
    "todo",
    "notreal",
    "not-a-",
    "fake",
    "test-only",
    "00000000",
    "12345678",
    "abcdef12",
];
/// Passwords that everybody knows.
const WORDS: &[&str] = &[
    "password", "passwd", "pass", "secret", "user", "guest", "admin", "root", "test", "none", "null",
    "token", "hunter2", "letmein",
];

/// Whether the text is a sample, a UUID, or names what is to be put in.
pub(super) fn is_sample(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let enclosed =
        (text.starts_with('<') && text.ends_with('>')) || (text.starts_with('%') && text.ends_with('%'));
    text.contains("${")
        || text.contains("{{")
        || enclosed
        || is_uuid(text)
        || PARTS.iter().any(|part| lower.contains(part))
}

pub(super) fn is_sample_word(word: &str) -> bool {
    WORDS.contains(&word.to_ascii_lowercase().as_str())
        || is_sample(word)
        || word.starts_with(['$', '<', '{', '*'])
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::is_sample;

    #[test]
    fn samples_and_uuids() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "xxxxxxxxxxxxxxxx",
            "<your password>",
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            "changeme123",
        ] {
            assert!(is_sample(text), "{text}");
        }
        assert!(!is_sample("Vb7#kQ9!zR2m"));
    }
}
