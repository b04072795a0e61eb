//! Passwords in texts that say how to connect: the parameters of URLs, and lists of settings.

use std::borrow::Cow;

use super::{
    name::{Promise, promise},
    sample,
};

/// Whether a text gives a password as a parameter: `jdbc:postgresql://db/app?password=..`, `user=app password=..`, or
/// `Server=db;Password=..`; or before an address as in Go: `user:password@tcp(db:3306)/app`.
pub(super) fn in_parameters(text: &str) -> Option<&'static str> {
    if is_option(text) {
        return Some("a password in an option");
    }
    if let Some((_, behind)) = text.split_once("://") {
        let parameters = behind.split_once(['?', ';']).map_or("", |(_, parameters)| parameters);
        return has_password(pairs(parameters, &['&', ';', '#', ' '])).then_some("a password in a URL");
    }
    (in_settings(text) || before_address(text)).then_some("a password in a connection string")
}

fn in_settings(text: &str) -> bool {
    let text = joined(text);
    let settings = || pairs(&text, &[';', ',', ' ', '\t', '\n', '\r']);
    // One alone is a remark about a setting.
    settings().count() > 1 && has_password(settings())
}

/// The text without blanks around `=`, if it starts with a setting. In other texts, such as SQL, these are comparisons.
fn joined(text: &str) -> Cow<'_, str> {
    match text.split_once('=') {
        Some((name, _)) if text.contains([' ', '\t']) && name.split_whitespace().count() <= WORDS => {
            let mut joined = String::with_capacity(text.len());
            let mut parts = text.split('=').peekable();
            while let Some(part) = parts.next() {
                // A single word before a value is the next name: `password= host=db`.
                let has_value =
                    parts.peek().is_some_and(|next| !next.is_empty() && !next.starts_with([';', ',']));
                let is_name = has_value && !part.trim().contains([' ', '\t', ';', ',']);
                joined += if is_name { part.trim_end() } else { part.trim() };
                joined += if parts.peek().is_some() { "=" } else { "" };
            }
            Cow::Owned(joined)
        }
        _ => Cow::Borrowed(text),
    }
}

/// How many words the name of a setting has at most: `Initial File Name`.
const WORDS: usize = 3;

/// Whether an option of a command gives a password: `--password=..`.
fn is_option(text: &str) -> bool {
    let options = || text.split_whitespace().filter(|word| word.starts_with("--"));
    has_password(options().filter_map(|word| word.split_once('=')))
}

/// Whether a password precedes the protocol of an address, or a path, as in the drivers of Go.
fn before_address(text: &str) -> bool {
    let is_address = |behind: &str| {
        let protocol = behind.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        behind.starts_with('/') || protocol.len() < behind.len() && protocol.starts_with('(')
    };
    let is_password = |text: &str| text.len() > 2 && !sample::is_sample_word(text);
    let mut ends = text.rmatch_indices('@').map(|(at, _)| at);
    let login = ends.find(|at| is_address(&text[at + 1..])).map(|at| &text[..at]);
    let login = login.filter(|login| !login.contains(char::is_whitespace));
    login.and_then(|login| login.split_once(':')).is_some_and(|(_, password)| is_password(password))
}

fn pairs<'t>(text: &'t str, between: &'t [char]) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(between).filter_map(|pair| pair.split_once('='))
}

fn has_password<'t>(mut pairs: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
    pairs.any(|(name, value)| {
        let value = value.trim_matches(['\'', '"']);
        (promise(name) == Promise::Secret && is_value(value)) || is_account_key(name, value)
    })
}

/// Whether a setting is the key of a storage account, or a signature made with it. Base64 may start with a `/`.
fn is_account_key(name: &str, value: &str) -> bool {
    let is_named = ["AccountKey", "SharedAccessKey", "SharedAccessSignature", "sig"]
        .iter()
        .any(|own| name.trim().eq_ignore_ascii_case(own));
    is_named && value.len() >= SIGNATURE && is_value(value.trim_start_matches('/'))
}

/// The length from which on a text may be a key or a signature.
const SIGNATURE: usize = 20;

/// Whether a text is more than a placeholder.
fn is_value(text: &str) -> bool {
    let is_placeholder = text.starts_with([':', '@', '?', '#', '(', '[', '*', '\\', '=']);
    !is_placeholder && !sample::is_no_value(text) && !sample::is_sample(text)
}

#[cfg(test)]
mod tests {
    use super::in_parameters;

    #[test]
    fn a_password_may_be_a_parameter_of_a_url() {
        for text in [
            "jdbc:postgresql://db/app?user=app&password=Vb7kQ9zR",
            "jdbc:mysql://db:3306/app?password=hunter2",
            "jdbc:sqlserver://db:1433;databaseName=app;user=app;password=Vb7kQ9zR",
            "amqp://mq/app?sslPassword=Vb7kQ9zR#part",
            "https://example.org/v1?api_key=internal",
        ] {
            assert_eq!(in_parameters(text), Some("a password in a URL"), "{text}");
        }
        for text in [
            "postgres://db/app?sslmode=verify-full",
            "jdbc:postgresql://db/app?user=app&password=",
            "jdbc:postgresql://db/app?passwordEncryption=scram",
            "jdbc:postgresql://db/app?password={password}",
            "https://example.org/a?token=abc&state=x",
            "https://example.org/reset-password?lang=en",
        ] {
            assert_eq!(in_parameters(text), None, "{text}");
        }
    }

    #[test]
    fn a_password_may_be_one_of_several_settings() {
        for text in [
            "user=app password=hunter2",
            "host=db port=5432 user=app password='Vb7kQ9zR' dbname=app",
            "Server=db;User Id=app;Password=Vb7kQ9zR;",
            "Data Source=db;Pwd=Vb7kQ9zR",
            "cache:6379,password=Vb7kQ9zR,ssl=True",
        ] {
            assert_eq!(in_parameters(text), Some("a password in a connection string"), "{text}");
        }
        for text in [
            "host=db user=app",
            "user=app password= host=db",
            "user=%u password=%p",
            "UPDATE users SET password=:password WHERE id=:id",
            "give password=.. to log in",
            "user=app password=${PW}",
            "grant_type=password&scope=all",
            "password=required",
        ] {
            assert_eq!(in_parameters(text), None, "{text}");
        }
    }

    #[track_caller]
    fn assert_found(texts: &[&str], others: &[&str]) {
        for text in texts {
            assert_eq!(in_parameters(text), Some("a password in a connection string"), "{text}");
        }
        for text in others {
            assert_eq!(in_parameters(text), None, "{text}");
        }
    }

    #[test]
    fn blanks_may_surround_the_signs_of_settings() {
        assert_found(
            &[
                "host = db password = hunter2pass",
                "host = db user=app passwd= 'hunter2pass'",
                "Data Source=h;PASSWORD = 'hunter2pass'",
                "Data Source = h ; Pwd\t=\thunter2pass",
                "cache:6379, password = hunter2pass, ssl = True",
            ],
            &[
                "host = db password = ",
                "host = db password = user = app",
                "host = db password = ${PW}",
                "host = db user = app",
                "SELECT id FROM users WHERE name = login AND password = digest",
                "a == b and password == other",
                "password = required",
            ],
        );
    }

    #[test]
    fn an_option_of_a_command_may_give_a_password() {
        for text in [
            "--password=hunter2pass",
            "mysqldump --user=app --password=Vb7kQ9zR",
            "run --api-key='hunter2pass'",
            "--db.passwd=hunter2pass -v",
            "--password=hunter2pass --url=https://example.org/a",
        ] {
            assert_eq!(in_parameters(text), Some("a password in an option"), "{text}");
        }
        let others =
            ["--password=", "--password=required", "--password-file=secret/file", "password=hunter2pass"];
        assert_found(&[], &others);
    }

    #[test]
    fn a_login_may_precede_an_address_without_scheme() {
        assert_found(
            &[
                "u:hunter2pass@tcp(h:3306)/db",
                "u:hunter2pass@tcp6([::1]:3306)/db?parseTime=true",
                "app:hunter@2/pass@unix(/tmp/db.sock)/db",
                "u:hunter2pass@/db",
            ],
            &[
                "u:@tcp(h:3306)/db",
                "u@tcp(h:3306)/db",
                "u:password@tcp(h:3306)/db",
                "u:${PW}@tcp(h:3306)/db",
                "registry:5000/app@sha256:abc",
                "npm:@scope/package",
                "mail: me@(home)",
            ],
        );
    }

    #[test]
    fn the_key_of_a_storage_account_is_a_password() {
        let key = "Vb7kQ9zR+a1B2c3D4e5f6G7h8".repeat(3);
        for begin in ["AccountName=a;AccountKey=", "AccountName=a;AccountKey=/", "a=b; SharedAccessKey = "] {
            assert_found(&[&format!("{begin}{key}==;")], &[]);
        }
        let url = format!("BlobEndpoint=https://a.example.net/;SharedAccessSignature=sv=1&sig={key}");
        assert_eq!(in_parameters(&url), Some("a password in a URL"));
        assert_eq!(in_parameters(&format!("https://a.net/c?sv=1&sig={key}")), Some("a password in a URL"));
        assert_found(&[], &["AccountName=a;AccountKey=", "AccountName=a;AccountKey=${KEY}", "a=b;sig=v1"]);
    }
}
