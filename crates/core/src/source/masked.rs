//! Names of sources with the secret parts of URLs masked.

use crate::{scan, secret::MASK};

/// The name with user info, query and fragment of every URL in it masked, since a name is printed wherever its source is; and
/// with the values of settings that are called like a secret.
///
/// Passwords may contain unescaped `/`, `?` and blanks, so everything from the scheme up to the last `@` is user info,
/// and everything after the first query delimiter is a query. An `@` in a path is treated in the same way: masking too
/// much is better than showing too much.
pub(crate) fn masked(name: &str) -> String {
    without_setting(&without_query(&without_user_info(name)))
}

/// With `password=***` at the end instead of the value of the first such setting, and of all that follows.
fn without_setting(name: &str) -> String {
    match name.char_indices().find_map(|(at, sign)| end_of_key(name, at, sign)) {
        Some(end) => {
            let blanks = name[end..].len() - name[end..].trim_start().len();
            format!("{}{MASK}", &name[..end + blanks])
        }
        None => name.to_owned(),
    }
}

/// The end of a sign that separates the name of a secret setting from its value: `password=x`, `password: x`, and, for options
/// of a command, `--password x`.
fn end_of_key(name: &str, at: usize, sign: char) -> Option<usize> {
    let (before, end) = (&name[..at], at + sign.len_utf8());
    let is_secret = match sign {
        '=' => is_secret_key(before),
        ':' => !name[end..].starts_with("//") && !is_resource_name(before) && is_secret_key(before),
        _ if sign.is_whitespace() && !name[end..].trim().is_empty() => is_secret_option(before),
        _ => false,
    };
    is_secret.then_some(end)
}

/// Whether the text is the start of the resource name of a cloud, whose parts are called like secrets.
fn is_resource_name(text: &str) -> bool {
    last_word(text).starts_with("arn:")
}

fn is_secret_option(before: &str) -> bool {
    let word = last_word(before);
    word.eq_ignore_ascii_case("bearer") || word.starts_with('-') && is_secret_key(word)
}

fn is_secret_key(before: &str) -> bool {
    let is_end = |sign: char| sign.is_whitespace() || "\"'\\".contains(sign);
    let between = |sign: char| ",;&?({[<\"'\\".contains(sign);
    let setting = before.trim_end_matches(is_end).rsplit(between).next().unwrap_or_default();
    let key = last_word(setting);
    // A name of several words: `Account Key`.
    let key = if key.eq_ignore_ascii_case("key") { setting } else { key };
    scan::names_secret(key) || scan::names_credential(key)
}

fn last_word(text: &str) -> &str {
    text.rsplit(char::is_whitespace).next().unwrap_or_default()
}

fn without_user_info(name: &str) -> String {
    let Some(scheme) = name.find("://") else { return without_login(name) };
    let begin = name[..scheme].rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    let (before, url) = (without_login(&name[..begin]), &name[begin..]);
    let start = scheme + "://".len() - begin;
    match url.rfind('@').filter(|end| start <= *end) {
        Some(end) => format!("{before}{}{MASK}{}", &url[..start], &url[end..]),
        None => format!("{before}{url}"),
    }
}

/// Many clients accept `user:password@host` without a scheme.
fn without_login(text: &str) -> String {
    let login = text.rfind('@').and_then(|end| Some((start_of_login(&text[..end])?, end)));
    match login {
        Some((start, end)) => format!("{}{MASK}{}", &text[..start], &text[end..]),
        None => text.to_owned(),
    }
}

/// The start of a `user:password`; a colon before a blank ends a word instead.
fn start_of_login(before: &str) -> Option<usize> {
    let is_of_login = |at: &usize| !before[at + 1..].starts_with(char::is_whitespace);
    let colon = before.match_indices(':').map(|(at, _)| at).find(is_of_login)?;
    Some(before[..colon].rfind(char::is_whitespace).map_or(0, |blank| blank + 1))
}

/// Replaces the text after the path with `?***`. Without a scheme, and after a `;`, only `key=value` is a query.
fn without_query(name: &str) -> String {
    let scheme = name.find("://").unwrap_or(name.len());
    let begins = |(at, sign): &(usize, &str)| (*at > scheme && *sign != ";") || name[*at..].contains('=');
    match name.match_indices(['?', '#', ';']).find(begins) {
        Some((at, _)) => format!("{}{MASK}", &name[..=at]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn user_info_and_query_are_masked() {
        for (name, shown) in [
            ("https://user:pw@host/?token=abc", "https://***@host/?***"),
            ("https://user:pw@host:8443/app.toml", "https://***@host:8443/app.toml"),
            ("https://token@host/a", "https://***@host/a"),
            ("https://user:p/w?d@host/a#access_token=x", "https://***@host/a#***"),
            ("https://host/a?token=abc#b", "https://host/a?***"),
            ("etcd https://u:pw@a,https://u:pw@b", "etcd https://***@b"),
            ("consul at user:pw@host:8500", "consul at ***@host:8500"),
            ("consul: user:pw@host:8500", "consul: ***@host:8500"),
            ("user:pw@proxy https://host/a", "***@proxy https://host/a"),
            ("db (note: x) u:pw@h", "db (note: x) ***@h"),
            ("host/key?token=abc", "host/key?***"),
            ("redis://:pw@host/0 (blue)", "redis://***@host/0 (blue)"),
            ("https://host/a;token=abc", "https://host/a;***"),
            ("https://user:p w@host/a", "https://***@host/a"),
            ("https://user:p w@host/a;v=1?token=a b", "https://***@host/a;***"),
            ("https://host/a?token=a b", "https://host/a?***"),
            ("consul at user:p w@host:8500", "consul at ***@host:8500"),
            ("Server=db;Password=abc", "Server=db;***"),
            ("host/key;token=abc", "host/key;***"),
            ("redis:pw@host", "***@host"),
            ("redis:user:pw@host:6379", "***@host:6379"),
            ("redis host=db password=a b", "redis host=db password=***"),
            ("cache:6379,password=abc,ssl=True", "cache:6379,password=***"),
            ("api_key=abc", "api_key=***"),
        ] {
            assert_shown(name, shown);
        }
    }

    #[track_caller]
    fn assert_shown(name: &str, shown: &str) {
        assert_eq!(masked(name), shown);
        assert_eq!(masked(shown), shown);
    }

    #[test]
    fn blanks_may_surround_the_sign_of_a_setting() {
        for (name, shown) in [
            ("host = db password = hunter2pass", "host = db password = ***"),
            ("db PWD = hunter2pass", "db PWD = ***"),
            ("db PWD =hunter2pass", "db PWD =***"),
            ("db\tpwd\t= 'hunter2pass'", "db\tpwd\t= ***"),
            ("db 'password' = hunter2pass", "db 'password' = ***"),
            ("Endpoint=a,Shared Access Key = hunter2pass", "Endpoint=a,Shared Access Key = ***"),
        ] {
            assert_shown(name, shown);
        }
    }

    #[test]
    fn a_colon_or_a_blank_may_separate_a_setting() {
        for (name, shown) in [
            ("password: hunter2pass", "password: ***"),
            ("password : hunter2pass", "password : ***"),
            ("db (token:hunter2pass)", "db (token:***"),
            (r#"{"password":"hunter2pass"}"#, r#"{"password":***"#),
            (r#"{"a": 1, "db": {"passwd" : "hunter2pass"}}"#, r#"{"a": 1, "db": {"passwd" : ***"#),
            (r#"{\"api_key\":\"hunter2pass\"}"#, r#"{\"api_key\":***"#),
            ("--password hunter2pass", "--password ***"),
            ("mysql -u app --pass  hunter2pass -h db", "mysql -u app --pass  ***"),
            ("plink -pw hunter2pass", "plink -pw ***"),
            ("Authorization: Bearer hunter2pass", "Authorization: ***"),
            ("proxy-authorization:Basic hunter2pass", "proxy-authorization:***"),
            ("api with bearer hunter2pass", "api with bearer ***"),
        ] {
            assert_shown(name, shown);
        }
    }

    #[test]
    fn keys_and_signatures_of_storage_accounts_are_masked() {
        for (name, shown) in [
            ("AccountKey=hunter2pass", "AccountKey=***"),
            ("blob account_key: hunter2pass", "blob account_key: ***"),
            ("SharedAccessSignature=hunter2pass", "SharedAccessSignature=***"),
            ("container sv=1&sig=hunter2pass", "container sv=1&sig=***"),
            ("redis auth=hunter2pass", "redis auth=***"),
            ("redis basic_auth = hunter2pass", "redis basic_auth = ***"),
        ] {
            assert_shown(name, shown);
        }
    }

    #[test]
    fn other_names_stay() {
        for name in [
            "",
            "consul",
            "git@host",
            "https://host/a",
            "really?",
            "#1",
            "a  b ",
            "C:\\app",
            "key@v1",
            "a; b",
            "mail: me@host",
            "host=db user=app",
            "key_id=7",
            "1password vault",
            "the password store",
            "--password",
            "--password-file /run/a",
            "secret://app/db",
            "arn:aws:secretsmanager:eu-west-1:1:secret:app",
            "password_file: /run/a",
            "author: me",
            "design=7",
            "host = db user = app",
            "Partition Key: a",
        ] {
            assert_eq!(masked(name), name);
        }
    }
}
