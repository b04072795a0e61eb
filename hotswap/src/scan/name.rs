//! Names that speak of a secret.

/// Parts of names of secrets.
const SECRET: &[&str] = &[
    "passw",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "credential",
    "privatekey",
    "signingkey",
    "encryptionkey",
];
/// Parts of names that can mean nothing but the secret itself: whatever text they have is one.
const CERTAIN: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "apisecret",
    "appsecret",
    "clientsecret",
    "cookiesecret",
    "jwtsecret",
    "sessionsecret",
    "sharedsecret",
    "signingsecret",
    "webhooksecret",
    "accesstoken",
    "apitoken",
    "authtoken",
    "bearertoken",
    "refreshtoken",
];
/// Names that speak of something beside a secret.
const BESIDE: &[&str] = &["publickey", "keyid", "tokenurl", "keyfile", "keypath", "tokenizer"];
/// What a name ends with that says where, how long or of which kind a secret is.
const ABOUT: &[&str] = &[
    "age",
    "attempts",
    "backend",
    "chars",
    "characters",
    "charset",
    "cmd",
    "column",
    "command",
    "days",
    "encoding",
    "env",
    "format",
    "hours",
    "location",
    "minutes",
    "mode",
    "placeholder",
    "ref",
    "reference",
    "reset",
    "retries",
    "seconds",
    "secs",
    "source",
    "strength",
    "var",
    "variable",
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

/// What a name says of the value under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// That it is a secret.
    Secret,
    /// That it may be one, or may be called so.
    Maybe,
    Nothing,
}

/// Whether a name promises a secret, in whichever way its words are joined.
pub(crate) fn names_secret(name: &str) -> bool {
    promise(name) != Promise::Nothing
}

pub(super) fn promise(name: &str) -> Promise {
    // Nearly no name gets further, and this costs no copy.
    if !name
        .bytes()
        .any(|byte| matches!(byte, b'p' | b'P' | b's' | b'S' | b't' | b'T' | b'k' | b'K' | b'c' | b'C'))
    {
        return Promise::Nothing;
    }
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let has = |parts: &[&str]| parts.iter().any(|part| joined.contains(part));
    if !has(SECRET) || has(BESIDE) || ABOUT.iter().any(|about| joined.ends_with(about)) {
        return Promise::Nothing;
    }
    if has(CERTAIN) { Promise::Secret } else { Promise::Maybe }
}

#[cfg(test)]
mod tests {
    use super::{Promise, names_secret, promise};

    #[test]
    fn a_name_may_be_certain() {
        for name in ["db_password", "apiKey", "PASSPHRASE", "client-secret", "auth.token", "smtp_pwd"] {
            assert_eq!(promise(name), Promise::Secret, "{name}");
        }
        for name in ["token", "secret", "pull_secret", "credentials"] {
            assert_eq!(promise(name), Promise::Maybe, "{name}");
        }
        for name in ["password_hint", "api_key_id", "password_max_age", "password_env", "compass"] {
            assert_eq!(promise(name), Promise::Nothing, "{name}");
        }
    }

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
