//! Detects random texts.

/// Up to this length a text is too short to reach the entropy of a random one.
const SHORT: usize = 32;

/// Whether a text of 10 to 150 characters is as random as keys and passwords.
///
/// Hexadecimal digits need more than 3.0 bits per character, other text more than 4.5. A shorter text that mixes kinds
/// of characters is compared with the maximum entropy of its length.
pub(super) fn is_random(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !(10..=150).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_graphic) || has_form(text) {
        return false;
    }
    let entropy = bits(bytes);
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        return bytes.len() >= 16 && entropy > 3.0 && !bytes.iter().all(u8::is_ascii_digit);
    }
    if bytes.len() > SHORT && entropy > 4.5 {
        return true;
    }
    kinds(bytes) >= 3 && entropy > 0.85 * (bytes.len() as f64).log2().min(5.3)
}

/// Whether the text is a path, an address, a list or a host name.
fn has_form(text: &str) -> bool {
    let words = text.split(['.', '-', '_', '/', ':', ',']).filter(|word| !word.is_empty());
    let spoken = |word: &str| {
        word.len() < 12
            && (word.bytes().all(|b| b.is_ascii_lowercase()) || word.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut count = 0;
    let all = words.inspect(|_| count += 1).all(spoken);
    (all && count > 1) || text.contains("://") || text.starts_with(['/', '.', '~', '$', '<', '%', '{'])
}

/// The number of kinds of characters in it: lower-case letters, capitals, digits and others.
fn kinds(bytes: &[u8]) -> usize {
    let kinds: [fn(&u8) -> bool; 4] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, u8::is_ascii_punctuation];
    kinds.iter().filter(|kind| bytes.iter().any(**kind)).count()
}

/// Shannon's entropy, in bits per character.
fn bits(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let length = bytes.len() as f64;
    let part = |count: &u32| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::{bits, is_random};

    #[test]
    fn the_entropy_of_evenly_spread_characters_is_the_logarithm_of_their_number() {
        assert!((bits(b"aabbccdd") - 2.0).abs() < 1e-9);
        assert_eq!(bits(b"aaaa"), 0.0);
    }

    #[test]
    fn words_are_not_random() {
        for text in [
            "correct-horse-battery",
            "my-service-token",
            "2024-01-02T03:04:05Z",
            "/run/secrets/token",
            "aaaaaaaaaaaa",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }

    #[test]
    fn keys_are() {
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "Vb7#kQ9!zR2m", "q8Zt1LmX4vB7nK2pW9sD3fG6hJ0cY5aR"] {
            assert!(is_random(text), "{text}");
        }
    }
}
