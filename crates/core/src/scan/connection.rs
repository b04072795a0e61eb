//! Passwords in texts that say how to connect: the parameters of URLs, and lists of settings.

use super::{
    name::{Promise, promise},
    sample,
};

/// Whether a text gives a password as a parameter: `jdbc:postgresql://db/app?password=..`, `user=app password=..`, or
/// `Server=db;Password=..`.
pub(super) fn in_parameters(text: &str) -> Option<&'static str> {
    if !text.contains('=') {
        return None;
    }
    if let Some((_, behind)) = text.split_once("://") {
        let parameters = behind.split_once(['?', ';']).map_or("", |(_, parameters)| parameters);
        return has_password(pairs(parameters, &['&', ';', '#', ' '])).then_some("a password in a URL");
    }
    let settings = || pairs(text, &[';', ',', ' ', '\t', '\n', '\r']);
    // One alone is a remark about a setting.
    (settings().count() > 1 && has_password(settings())).then_some("a password in a connection string")
}

fn pairs<'t>(text: &'t str, between: &'t [char]) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(between).filter_map(|pair| pair.split_once('='))
}

fn has_password<'t>(mut pairs: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
    pairs.any(|(name, value)| promise(name) == Promise::Secret && is_value(value.trim_matches(['\'', '"'])))
}

/// Whether a text is more than a placeholder.
fn is_value(text: &str) -> bool {
    let is_placeholder = text.starts_with([':', '@', '?', '#', '(', '[', '*', '\\']);
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
            "mysqldump --user=app --password=Vb7kQ9zR",
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
}
