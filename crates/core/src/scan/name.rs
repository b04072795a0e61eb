//! Names that indicate a secret.

use super::word_lists::{
    ABOUT, BESIDE, CERTAIN, CREDENTIAL, CREDENTIAL_OF, OTHER, PASS_OF, PASS_OTHER, SECRET, VALUE,
};

/// What a name indicates about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// It is a secret.
    Secret,
    /// It may be a secret.
    Maybe,
    Nothing,
}

/// Whether a name indicates a secret, however its words are joined.
pub(crate) fn names_secret(name: &str) -> bool {
    promise(name) != Promise::Nothing
}

/// Whether a setting of a connection or a header of a request with this name is a credential; as a field of a configuration, it
/// may be something else.
pub(crate) fn names_credential(name: &str) -> bool {
    let words = Words::new(name);
    let is_last = |last: &String| CREDENTIAL.contains(&last.as_str());
    words.0.last().is_some_and(is_last) || CREDENTIAL_OF.iter().any(|end| words.0.concat().ends_with(end))
}

pub(super) fn promise(name: &str) -> Promise {
    // A cheap check that excludes most names without a copy.
    if !name
        .bytes()
        .any(|byte| matches!(byte, b'p' | b'P' | b's' | b'S' | b't' | b'T' | b'k' | b'K' | b'c' | b'C'))
    {
        return Promise::Nothing;
    }
    let words = Words::new(name);
    if is_about(&words) || words.have(BESIDE) {
        return Promise::Nothing;
    }
    if words.have(CERTAIN) || words.end_with_pass() {
        return Promise::Secret;
    }
    if words.have(SECRET) { Promise::Maybe } else { Promise::Nothing }
}

/// What the name of a table indicates about the values in it.
pub(super) fn promise_inside(table: &str, name: &str) -> Promise {
    let own = promise(name);
    if own != Promise::Nothing || is_about(&Words::new(name)) {
        return own;
    }
    if matches!(name, "key" | "keys") {
        return promise(&format!("{table}_{name}"));
    }
    match promise(table) {
        // In a table with a plural name, the keys name the owners of the secrets.
        Promise::Secret if table.ends_with(['s', 'S']) || VALUE.contains(&name) => Promise::Secret,
        Promise::Secret | Promise::Maybe => Promise::Maybe,
        Promise::Nothing => Promise::Nothing,
    }
}

/// Whether the last word shows that the value only describes a secret.
fn is_about(words: &Words) -> bool {
    let Some(last) = words.0.last() else { return false };
    let joined = |about: &&str| {
        let before = last.strip_suffix(about);
        before.is_some_and(|before| SECRET.iter().chain(CERTAIN).any(|part| before.ends_with(part)))
    };
    ABOUT.contains(&last.as_str()) || ABOUT.iter().any(joined)
}

/// The words of a name in lower case, without numbers and without words that only sound like a secret.
struct Words(Vec<String>);

impl Words {
    fn new(name: &str) -> Self {
        let letters: Vec<char> = name.chars().collect();
        let mut words = vec![String::new()];
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| letters[at]);
            let after = letters.get(at + 1);
            let begins = letter.is_uppercase()
                && (before.is_some_and(char::is_lowercase)
                    || (before.is_some_and(char::is_uppercase)
                        && after.is_some_and(|after| after.is_lowercase())));
            if begins || !letter.is_alphabetic() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
                word.extend(letter.to_lowercase());
            }
        }
        words.retain(|word| !word.is_empty() && !OTHER.contains(&word.as_str()));
        Self(words)
    }

    /// Whether a part is contained in one word, or equals several consecutive words; the last one may
    /// be plural.
    fn have(&self, parts: &[&str]) -> bool {
        let inside = |part: &str| self.0.iter().any(|word| word.contains(part));
        let joined: Vec<String> =
            [2, 3].iter().flat_map(|length| self.0.windows(*length)).map(|words| words.concat()).collect();
        let spread =
            |part: &str| joined.iter().any(|words| words.strip_suffix('s').unwrap_or(words).ends_with(part));
        parts.iter().any(|part| inside(part) || spread(part))
    }

    /// `pass` is a password as the last word, but not before other words: `pass_rate`.
    fn end_with_pass(&self) -> bool {
        match self.0.as_slice() {
            [before @ .., last] if matches!(&**last, "pass" | "pw") => {
                before.last().is_none_or(|before| !PASS_OTHER.contains(&before.as_str()))
            }
            [.., last] => {
                let before = last.strip_suffix("pass").or_else(|| last.strip_suffix("pw"));
                before.is_some_and(|before| PASS_OF.contains(&before))
            }
            [] => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Promise, names_secret, promise, promise_inside};

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
    fn words_are_compared_whole() {
        for name in [
            "password_admin",
            "api_key_sendgrid",
            "api_key_stage",
            "apiKeyStage",
            "password2",
            "tokenizer_api_key",
            "oauth2_access_token",
            "db_pass",
            "pass",
            "dbpass",
            "SMTP_PASS",
            "smtp_pw",
            "pw",
            "dbPw",
            "mysqlpw",
            "master_key",
            "auth_key",
            "hmacKey",
            "api_keys",
        ] {
            assert_eq!(promise(name), Promise::Secret, "{name}");
        }
        for name in [
            "max_tokens_budget",
            "passthrough",
            "bypass",
            "compass",
            "pass_rate",
            "low_pass",
            "pw_min_length",
            "max_pw",
            "publicKey",
            "key_prefix",
            "api_key_prefix",
            "password_min_length",
            "token_bucket_size",
            "tokenizer",
            "tokenurl",
            "passwordfile",
            "passwordless",
            "auth_keyring",
        ] {
            assert_eq!(promise(name), Promise::Nothing, "{name}");
        }
    }

    #[test]
    fn a_table_promises_for_its_values() {
        for (table, name, expected) in [
            ("api_keys", "sendgrid", Promise::Secret),
            ("api_keys", "header", Promise::Nothing),
            ("password", "value", Promise::Secret),
            ("password", "validator", Promise::Nothing),
            ("password", "alphabet", Promise::Maybe),
            ("hmac", "key", Promise::Secret),
            ("public", "key", Promise::Nothing),
            ("cache", "key", Promise::Nothing),
            ("server", "host", Promise::Nothing),
        ] {
            assert_eq!(promise_inside(table, name), expected, "{table}.{name}");
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
