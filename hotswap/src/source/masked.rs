//! Names of sources without what a URL in them keeps secret.

use crate::secret::MASK;

/// The name with user info, query and fragment of every URL in it masked, since a name is printed wherever its source is.
///
/// Passwords may hold `/` and `?` that nobody has escaped, so everything up to the last `@` of a word is user info. An `@` of a
/// path is taken for one, too: a name that shows too little is better than one that shows too much.
pub(crate) fn masked(name: &str) -> String {
    let mut shown = String::new();
    let mut rest = name;
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, more) = rest.split_at(end);
        shown.push_str(&masked_word(word));
        let space = more.find(|c: char| !c.is_whitespace()).unwrap_or(more.len());
        shown.push_str(&more[..space]);
        rest = &more[space..];
    }
    shown
}

fn masked_word(word: &str) -> String {
    let (scheme, rest) = match word.find("://") {
        Some(at) => word.split_at(at + 3),
        // `user:password@host` is understood by many clients.
        None if word.split_once('@').is_some_and(|(before, _)| before.contains(':')) => ("", word),
        None => return masked_query("", word),
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => masked_query(&format!("{scheme}{MASK}@"), host),
        None => masked_query(scheme, rest),
    }
}

/// With `?***` in the place of what follows the path. Without a scheme only `key=value` is a query.
fn masked_query(before: &str, rest: &str) -> String {
    match rest.find(['?', '#']) {
        Some(at) if !before.is_empty() || rest[at..].contains('=') => {
            format!("{before}{}{MASK}", &rest[..=at])
        }
        _ => format!("{before}{rest}"),
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
            ("host/key?token=abc", "host/key?***"),
            ("redis://:pw@host/0 (blue)", "redis://***@host/0 (blue)"),
        ] {
            assert_eq!(masked(name), shown);
            assert_eq!(masked(shown), shown);
        }
    }

    #[test]
    fn other_names_stay() {
        for name in
            ["", "consul", "git@host", "https://host/a", "really?", "#1", "a  b ", "C:\\app", "key@v1"]
        {
            assert_eq!(masked(name), name);
        }
    }
}
