//! Files in every format, with every kind of mistake.

use hotswap::Format;

use crate::canary::quoted;

/// A text with the canary, valid or with a mistake.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) text: String,
}

pub(crate) const FORMATS: [(Format, &str); 3] =
    [(Format::Toml, "app.toml"), (Format::Yaml, "app.yaml"), (Format::Json, "app.json")];

/// Entries of the root, each a key with what stands behind it.
fn entries(format: Format, entries: &[(&str, &str)]) -> String {
    let one = |(key, value): &(&str, &str)| match format {
        Format::Toml => format!("{key} = {value}"),
        Format::Yaml => format!("{key}: {value}"),
        _ => format!("\"{key}\": {value}"),
    };
    let lines: Vec<_> = entries.iter().map(one).collect();
    match format {
        Format::Json => format!("{{\n{}\n}}\n", lines.join(",\n")),
        _ => format!("{}\n", lines.join("\n")),
    }
}

/// A table on one line.
fn table(format: Format, entries: &[(&str, &str)]) -> String {
    let one = |(key, value): &(&str, &str)| match format {
        Format::Toml => format!("{key} = {value}"),
        Format::Yaml => format!("{key}: {value}"),
        _ => format!("\"{key}\": {value}"),
    };
    format!("{{ {} }}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
}

pub(crate) fn cases(format: Format) -> Vec<Case> {
    let secret = &*quoted();
    let (list, nested) = (format!("[{secret}]"), table(format, &[("password", secret)]));
    let login = format!("[{}]", table(format, &[("user", "\"me\""), ("password", secret)]));
    let broken_login =
        format!("[{}]", table(format, &[("user", "7"), ("passwort", secret), ("password", "[]")]));
    let deep = format!("[{}]", table(format, &[("user", "\"me\""), ("password", &list)]));
    let bare = crate::canary::CANARY.replace('"', "");
    let with = |before: &str, after: &str| serde_json::to_string(&format!("{before}{bare}{after}")).unwrap();
    let template = with("${HOTSWAP_CANARY_NOT_SET:", "}");
    let beside = with("", "${HOTSWAP_CANARY_NOT_SET:}");
    // No name of a variable, as the canary itself would end at its first sign.
    let unclosed = with("${", "");
    let kind = table(format, &[("type", secret)]);
    let auth = table(format, &[("type", "\"basic\""), ("user", "\"me\""), ("password", secret)]);
    let auth_beside = table(format, &[("type", "\"basic\""), ("user", "\"me\""), ("password", &beside)]);
    let broken_auth = table(format, &[("type", "\"basic\""), ("user", "7"), ("password", secret)]);
    let map = table(format, &[("a", secret)]);
    let base = ("password", secret);
    let is = |what, list: &[(&str, &str)]| Case { what, text: entries(format, list) };
    let is_text = |what, text: String| Case { what, text };
    let good = entries(format, &[base, ("port", "2")]);
    vec![
        is("good", &[base]),
        is(
            "everywhere",
            &[base, ("held", secret), ("keys", &list), ("tokens", &map), ("db", &nested), ("logins", &login)],
        ),
        is("a default in a template", &[("password", &template)]),
        is("text beside a variable", &[("password", &beside), ("logins", &login)]),
        is("text beside a variable in an enum", &[base, ("auth", &auth_beside)]),
        is("a brace that is not closed", &[("password", &unclosed)]),
        is("a brace that is not closed, in an enum", &[base, ("auth", &unclosed)]),
        is("in an enum", &[base, ("auth", &auth)]),
        is("a text for an enum", &[base, ("auth", secret)]),
        is("a kind of an enum", &[base, ("auth", &kind)]),
        is("a wrong enum", &[base, ("auth", &broken_auth)]),
        is_text("no end on the line", good.replacen(secret, secret.trim_end_matches('"'), 1)),
        is_text("two signs on the line", good.replacen(secret, &format!("= : {secret}"), 1)),
        is_text("something behind it on the line", good.replacen(secret, &format!("{secret} oops"), 1)),
        is_text("a broken neighbour", good.replacen('2', "= [", 1)),
        is_text("a broken neighbour before", format!("oops = = {good}")),
        is("a list", &[("password", &list)]),
        is("a table", &[("password", &map)]),
        is("a text for a number", &[("password", "\"x\""), ("number", secret)]),
        is("a text for a list", &[base, ("keys", secret)]),
        is("a text for a map", &[base, ("tokens", secret)]),
        is("a text for a struct", &[base, ("db", secret)]),
        is("a text for a list of structs", &[base, ("logins", secret)]),
        is("a wrong struct in a list", &[base, ("logins", &broken_login)]),
        is("a list in a struct in a list", &[base, ("logins", &deep)]),
        is("the secret where a number belongs", &[base, ("port", secret)]),
        is("a rule", &[base, ("short", secret)]),
        is("a check", &[base, ("keys", &list), ("logins", &login), ("check", "\"fail\"")]),
        is("a panic", &[base, ("keys", &list), ("logins", &login), ("check", "\"panic\"")]),
        is("an unknown key beside it", &[base, ("passwort", secret)]),
        is(
            "an unknown key in a struct",
            &[base, ("db", &table(format, &[("pasword", secret), ("password", secret)]))],
        ),
        is("it stands twice", &[base, ("password", secret)]),
        is("too deep", &[base, ("keys", &format!("{}{secret}{}", "[".repeat(90), "]".repeat(90)))]),
    ]
}
