//! Key prefixes of providers, and passwords in URLs.

/// The prefix of a key, the minimum number of characters after it, and the kind of key.
const KEYS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghu_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("ghr_", 30, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 10, "a Slack token"),
    ("xoxp-", 10, "a Slack token"),
    ("xoxa-", 10, "a Slack token"),
    ("xoxr-", 10, "a Slack token"),
    ("xoxs-", 10, "a Slack token"),
    ("xapp-", 10, "a Slack token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("whsec_", 24, "a webhook secret"),
    ("AIza", 35, "a Google API key"),
    ("ya29.", 20, "a Google token"),
    ("SG.", 40, "a SendGrid key"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEI", 20, "a PyPI token"),
    ("hvs.", 24, "a Vault token"),
    ("dop_v1_", 32, "a DigitalOcean token"),
    ("shpat_", 32, "a Shopify token"),
    ("glsa_", 32, "a Grafana token"),
    ("sk-ant-", 20, "an API key"),
    ("sk-proj-", 20, "an API key"),
    ("AGE-SECRET-KEY-1", 50, "an age identity"),
];

/// The kind of provider key in the text.
pub(super) fn known(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let mut before = b' ';
    for (at, byte) in bytes.iter().enumerate() {
        let begins = !before.is_ascii_alphanumeric();
        before = *byte;
        if begins
            && matches!(
                byte,
                b'A' | b'S' | b'a' | b'd' | b'g' | b'h' | b'n' | b'p' | b'r' | b's' | b'w' | b'x' | b'y'
            )
            && let Some(found) = key_at(&bytes[at..])
        {
            return Some(found);
        }
    }
    let pem = text.contains("-----BEGIN") && text.contains("PRIVATE KEY");
    pem.then_some("a private key").or_else(|| is_jwt(text).then_some("a JSON Web Token"))
}

fn key_at(bytes: &[u8]) -> Option<&'static str> {
    let follows = |count: usize, rest: &[u8]| {
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count() >= count
    };
    let found = KEYS.iter().find(|(prefix, count, _)| {
        bytes.strip_prefix(prefix.as_bytes()).is_some_and(|rest| follows(*count, rest))
    });
    found.map(|(_, _, what)| *what)
}

/// Whether the text has three parts in base64, the first of which is a JSON object.
fn is_jwt(text: &str) -> bool {
    let parts: Vec<_> = if text.starts_with("eyJ") { text.split('.').collect() } else { Vec::new() };
    let encoded = |part: &&str| {
        part.len() > 8 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b))
    };
    parts.len() == 3 && parts.iter().all(encoded)
}

/// Finds a password in a URL, except common sample passwords.
pub(super) fn in_url(text: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#', ' ']).next()?;
    let (user_info, _) = authority.rsplit_once('@')?;
    let (_, password) = user_info.split_once(':')?;
    (password.len() > 2 && !super::sample::is_sample_word(password)).then_some("a password in a URL")
}

#[cfg(test)]
mod tests {
    use super::{in_url, known};

    #[test]
    fn keys_are_found_wherever_they_begin() {
        let key = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        for text in [key.clone(), format!("Bearer {key}"), format!("https://example.org/?token={key}")] {
            assert_eq!(known(&text), Some("a GitHub token"), "{text}");
        }
        assert_eq!(known(&format!("x{key}")), None);
        assert_eq!(known("ghp_short"), None);
    }

    #[test]
    fn a_certificate_is_no_key() {
        assert_eq!(known("-----BEGIN CERTIFICATE-----\nMIIB"), None);
        assert_eq!(known("-----BEGIN EC PRIVATE KEY-----\nMHcC"), Some("a private key"));
    }

    #[test]
    fn a_url_without_a_password_has_none() {
        assert_eq!(in_url("postgres://app:Vb7kQ9zR@db/app"), Some("a password in a URL"));
        for text in [
            "https://user@host/a:b",
            "postgres://app:@db",
            "http://localhost:8080/a@b",
            "redis://:password@cache",
        ] {
            assert_eq!(in_url(text), None, "{text}");
        }
    }
}
