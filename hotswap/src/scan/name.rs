//! Names that speak of a secret.

/// Parts of names of secrets.
const SECRET: &[&str] =
    &["passw", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "credential", "privatekey"];
/// Names that speak of something beside a secret.
const BESIDE: &[&str] = &["publickey", "keyid", "tokenurl", "keyfile", "keypath", "tokenizer"];
/// What a name ends with that says where, how long or of which kind a secret is.
const ABOUT: &[&str] = &[
    "url",
    "uri",
    "file",
    "path",
    "dir",
    "id",
    "ids",
    "name",
    "endpoint",
    "host",
    "ttl",
    "expiry",
    "expires",
    "lifetime",
    "timeout",
    "interval",
    "length",
    "len",
    "size",
    "count",
    "limit",
    "max",
    "min",
    "type",
    "algorithm",
    "header",
    "field",
    "prefix",
    "issuer",
    "audience",
    "policy",
    "version",
    "enabled",
    "required",
    "regex",
    "pattern",
    "class",
    "template",
    "hint",
    "prompt",
    "message",
    "label",
    "provider",
    "store",
    "manager",
    "rotation",
    "scope",
    "scopes",
];

/// Whether a name promises a secret, in whichever way its words are joined.
pub(crate) fn names_secret(name: &str) -> bool {
    // Nearly no name gets further, and this costs no copy.
    if !name
        .bytes()
        .any(|byte| matches!(byte, b'p' | b'P' | b's' | b'S' | b't' | b'T' | b'k' | b'K' | b'c' | b'C'))
    {
        return false;
    }
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let has = |parts: &[&str]| parts.iter().any(|part| joined.contains(part));
    has(SECRET) && !has(BESIDE) && !ABOUT.iter().any(|about| joined.ends_with(about))
}

#[cfg(test)]
mod tests {
    use super::names_secret;

    #[test]
    fn words_are_joined_in_any_way() {
        for name in
            ["db_password", "dbPassword", "api-key", "API_KEY", "privateKey", "session.token", "clientSecret"]
        {
            assert!(names_secret(name), "{name}");
        }
    }

    #[test]
    fn what_stands_beside_a_secret_is_none() {
        for name in [
            "public_key",
            "access_key_id",
            "token_url",
            "key_file",
            "password_min_length",
            "tokenTTL",
            "host",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
