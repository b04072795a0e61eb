//! Sample values of manuals and templates.

/// Parts of texts that show that the text is a sample.
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
];
/// Digits and letters in order, which do not occur in a random text. Not used for a provider key, which is identified
/// by its prefix.
const IN_ORDER: &[&str] = &["00000000", "12345678", "abcdef12"];
/// Words in place of a value, or that name its source.
const STATES: &[&str] = &[
    "none", "null", "nil", "true", "false", "yes", "no", "on", "off", "auto", "disabled", "enabled",
    "optional", "required", "prompt", "unset", "empty", "keyring", "keychain", "stdin",
];
/// Well-known sample passwords.
const WORDS: &[&str] = &[
    "password", "passwd", "pass", "secret", "user", "guest", "admin", "root", "test", "none", "null",
    "token", "hunter2", "letmein",
];

/// Whether the text contains an ordered sequence, unlike a random text.
pub(super) fn is_in_order(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    IN_ORDER.iter().any(|part| lower.contains(part))
}

/// Whether the text is not a secret value: a state, a small number, a path, an address, or a hash with a
/// prefix for its kind.
pub(super) fn is_no_value(text: &str) -> bool {
    let state = STATES.contains(&text.to_ascii_lowercase().as_str());
    let small = text.len() < 4 || (text.len() < 6 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let elsewhere = text.contains("://") || text.starts_with(['/', '.', '~', '$', '<', '%', '{']);
    state || small || elsewhere
}

/// Whether the text is a sample, a UUID, one repeated character, or a placeholder.
pub(super) fn is_sample(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let enclosed =
        (text.starts_with('<') && text.ends_with('>')) || (text.starts_with('%') && text.ends_with('%'));
    text.contains("{{")
        || enclosed
        || is_uuid(text)
        || is_one_character(text)
        || PARTS.iter().any(|part| lower.contains(part))
}

pub(super) fn is_sample_word(word: &str) -> bool {
    WORDS.contains(&word.to_ascii_lowercase().as_str())
        || is_sample(word)
        || word.starts_with(['$', '<', '{', '*'])
}

/// Checks the part after the prefix, if there is one.
fn is_one_character(text: &str) -> bool {
    let key = text.rsplit(['_', '-']).next().unwrap_or(text).as_bytes();
    key.len() > 7 && key.iter().all(|byte| Some(byte) == key.first())
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
