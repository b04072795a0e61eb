//! Policies for secrets in sources, and values that look like secrets.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, IssueKind, PlaintextSecrets, ScanCredentials, Secret, SecretSources};
use serde::Deserialize;

use crate::support::{Folder, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret, default = "")]
    #[serde(alias = "pw")]
    password: Secret<String>,
    #[hot(default = [])]
    keys: Vec<Secret<String>>,
    #[serde(default)]
    login: Option<Login>,
    #[hot(default = "")]
    url: String,
    #[hot(not_secret, default = "")]
    token: String,
}

/// No field says that it holds a secret.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

/// Each problem of one kind with its position.
fn found(error: &hotswap::Error, kind: IssueKind) -> Vec<String> {
    let of_kind = error.issues().filter(|issue| issue.kind() == kind);
    of_kind.map(|issue| format!("{} {}", issue.path(), issue.origin().map_or(String::new(), place))).collect()
}

fn place(origin: &hotswap::Origin) -> String {
    match origin {
        hotswap::Origin::File { path, line: Some(line), column: Some(column) } => {
            format!("{}:{line}:{column}", path.file_name().unwrap().display())
        }
        other => other.to_string(),
    }
}

fn plain(file: &str, text: &str) -> Vec<String> {
    let folder = Folder::with(file, text);
    let outcome = App::hot_builder().file(folder.path(file)).check();
    outcome.err().iter().flat_map(|error| found(error, IssueKind::PlainSecret)).collect()
}

#[test]
fn a_secret_in_plain_text_is_refused_with_its_place() {
    assert_eq!(plain("a.toml", "url = 'x'\npassword = 'hunter2'"), ["password a.toml:2:12"]);
    assert_eq!(plain("a.yaml", "keys:\n  - hunter2\n  - 'x'"), ["keys[0] a.yaml:2:5", "keys[1] a.yaml:3:5"]);
    assert_eq!(plain("a.json", r#"{"pw": "hunter2"}"#), ["password a.json:1:8"]);
}

#[test]
fn one_that_only_the_decoder_knows_is_refused_too() {
    assert_eq!(
        plain("a.toml", "login = { user = 'a', password = 'hunter2' }"),
        ["login.password a.toml:1:34"]
    );
    assert_eq!(
        plain("a.toml", "login = { user = 'a', password = '${HOTSWAP_NOT_SET:}' }"),
        Vec::<String>::new()
    );
}

#[test]
fn what_leads_to_a_secret_is_none() {
    for value in ["env:DB_PASSWORD", "file:/run/secrets/db", "vault:app#password", "${HOTSWAP_NOT_SET:}", ""]
    {
        assert_eq!(plain("a.toml", &format!("password = '{value}'")), Vec::<String>::new(), "{value}");
    }
    for value in ["'${HOTSWAP_NOT_SET:hunter2}'", "'$${literal'", "'http:x'", "' '"] {
        assert_eq!(plain("a.toml", &format!("password = {value}")), ["password a.toml:1:12"], "{value}");
    }
}

/// Anyone who can read the file can read the secret, even if it is overridden.
#[test]
fn a_hidden_one_is_refused_too() {
    with_variables(
        "credentials::a_hidden_one_is_refused_too",
        &[("APP_PASSWORD", "of-the-environment")],
        || {
            let folder = Folder::with("a.toml", "password = 'hunter2'");
            let builder = || App::hot_builder().file(folder.path("a.toml")).env("APP");
            let error = builder().check().unwrap_err();
            assert_eq!(found(&error, IssueKind::PlainSecret), ["password a.toml:1:12"]);
            let help = error.issues().next().unwrap().help().unwrap();
            assert!(help.contains("or set APP_PASSWORD"), "{help}");
            let app = builder().plaintext_secrets(PlaintextSecrets::Warn).load().unwrap();
            assert_eq!(
                (app.password().expose().as_str(), app.status().warnings.len()),
                ("of-the-environment", 1)
            );
            let app = builder().plaintext_secrets(PlaintextSecrets::Allow).load().unwrap();
            assert!(app.status().warnings.is_empty());
        },
    );
}

#[test]
fn files_in_a_directory_are_files_and_other_sources_are_none() {
    let folder = Folder::with("conf.d/a.toml", "password = 'hunter2'");
    let error = App::hot_builder().dir(folder.path("conf.d")).check().unwrap_err();
    assert_eq!(found(&error, IssueKind::PlainSecret), ["password a.toml:1:12"]);
    folder.write(".env", "APP_PASSWORD=hunter2");
    let values = serde_json::json!({"password": "hunter2"});
    let provider = figment::providers::Serialized::defaults(values);
    for builder in
        [App::hot_builder().env("APP").dotenv(folder.path(".env")), App::hot_builder().layer(provider)]
    {
        assert_eq!(builder.check().unwrap().password.expose(), "hunter2");
    }
}

#[test]
fn a_reload_is_refused_as_a_start_is() {
    let folder = Folder::with("a.toml", "url = 'x'");
    let app = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    folder.write("a.toml", "password = 'hunter2'");
    assert!(app.reload().unwrap_err().has(IssueKind::PlainSecret));
    folder.write("a.toml", "password = '${HOTSWAP_NOT_SET:}'\nurl = 'y'");
    app.reload().unwrap();
    assert_eq!(*app.url(), "y");
}

#[test]
fn only_sources_that_may_supply_a_secret_do() {
    let folder = Folder::with("a.toml", "password = 'file:/no/such/file'");
    folder.write("b.toml", "password = '${HOTSWAP_NOT_SET:}'");
    folder.write(".env", "APP_PASSWORD=hunter2");
    let refused = |builder: Builder<App>, allowed| {
        let outcome = builder.env("APP").secret_sources(allowed).check();
        outcome.err().is_some_and(|error| error.to_string().contains("this source must not supply a secret"))
    };
    let file = |name: &str| App::hot_builder().file(folder.path(name));
    assert!(refused(file("a.toml"), SecretSources::ENVIRONMENT | SecretSources::FILES));
    assert!(!refused(file("a.toml"), SecretSources::STORES));
    assert!(refused(file("b.toml"), SecretSources::STORES));
    assert!(!refused(file("b.toml"), SecretSources::ENVIRONMENT));
    assert!(refused(App::hot_builder().dotenv(folder.path(".env")), SecretSources::FILES));
    assert!(!refused(App::hot_builder().dotenv(folder.path(".env")), SecretSources::ANY));
}

#[test]
fn a_credential_in_a_field_that_shows_it_warns_once_and_is_not_told() {
    let key = format!("AKIA{}", "QZ7TPX4M2KLC6VWN");
    let folder = Folder::with("a.toml", &format!("url = '{key}'\ntoken = '{key}'"));
    let builder = || App::hot_builder().file(folder.path("a.toml")).watch(false);
    let app = builder().load().unwrap();
    let warnings = app.status().warnings;
    assert!(
        warnings.len() == 1 && warnings[0].starts_with("url: the value looks like an AWS access key"),
        "{warnings:?}"
    );
    assert!(!warnings[0].contains("AKIA"), "{warnings:?}");
    let error = builder().scan_credentials(ScanCredentials::Deny).check().unwrap_err();
    assert_eq!(found(&error, IssueKind::Credential), ["url a.toml:1:7"]);
    assert!(builder().scan_credentials(ScanCredentials::Off).load().unwrap().status().warnings.is_empty());
}

/// Secret values are not reported as credentials.
#[test]
fn a_secret_is_no_finding() {
    let key = "Vb7kQ9zR2mXt4LpW8nYc";
    let folder =
        Folder::with("a.toml", &format!("password = '{key}'\nlogin = {{ user = 'a', password = '{key}' }}"));
    let app = App::hot_builder().file(folder.path("a.toml")).plaintext_secrets(PlaintextSecrets::Allow);
    assert_eq!(app.load().unwrap().status().warnings, Vec::<String>::new());
}

#[derive(Debug, Deserialize, HotConfig)]
struct Named {
    #[hot(default = "")]
    db_password: String,
    #[hot(nested)]
    openai: OpenAi,
    #[serde(default)]
    extra: BTreeMap<String, String>,
    #[hot(not_secret, default = "")]
    public_api_key: String,
    #[hot(default = "")]
    note: String,
}

#[derive(Debug, Deserialize, HotConfig)]
struct OpenAi {
    #[hot(default = "")]
    api_key: String,
    #[hot(default = [])]
    passphrases: Vec<String>,
}

#[test]
fn a_literal_value_under_the_name_of_a_secret_is_told_by_field_rule_and_remedy() {
    let in_order = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let text = format!(
        "db_password = 'hunter2'\nopenai = {{ api_key = 'internal', passphrases = ['open sesame'] }}\n\
         extra = {{ client_secret = 'acme' }}\npublic_api_key = 'shown'\nnote = '{in_order}'\n"
    );
    let folder = Folder::with("a.toml", &text);
    let builder = || Named::hot_builder().file(folder.path("a.toml")).watch(false);
    let warnings = builder().load().unwrap().status().warnings;
    let by_name = "the value looks like a credential, by the name of its field, and is shown";
    let expected = [
        ("db_password", by_name),
        ("extra.client_secret", by_name),
        ("note", "the value looks like a GitHub token, and is shown"),
        ("openai.api_key", by_name),
        ("openai.passphrases[0]", by_name),
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (path, rule) in expected {
        let warning = warnings.iter().find(|warning| warning.starts_with(&format!("{path}: {rule}")));
        let warning = warning.unwrap_or_else(|| panic!("{path}: {warnings:#?}"));
        assert!(warning.contains("#[hot(secret)]") && warning.contains("#[hot(not_secret)]"), "{warning}");
        assert!(
            !["hunter2", "internal", "sesame", "acme", in_order].iter().any(|value| warning.contains(value))
        );
    }
    let error = builder().scan_credentials(ScanCredentials::Deny).check().unwrap_err();
    assert_eq!(found(&error, IssueKind::Credential).len(), expected.len());

    folder
        .write("a.toml", "db_password = '${NOT_SET:}'\nopenai = { api_key = 'env:KEY', passphrases = [''] }");
    assert!(builder().load().unwrap().status().warnings.is_empty());
}

#[derive(Deserialize)]
struct Labelled {
    name: String,
    value: String,
    credential: bool,
}

#[derive(Deserialize, HotConfig)]
struct Values {
    values: Vec<BTreeMap<String, String>>,
}

/// The detection rates in the guide.
#[test]
fn false_alarms_are_rare_and_most_credentials_are_found() {
    let labelled: Vec<Labelled> = serde_json::from_str(include_str!("credentials/values.json")).unwrap();
    let values: Vec<_> =
        labelled.iter().map(|value| BTreeMap::from([(value.name.clone(), value.value.clone())])).collect();
    let folder = Folder::with("a.json", &serde_json::json!({ "values": values }).to_string());
    let builder = Values::hot_builder().file(folder.path("a.json")).scan_credentials(ScanCredentials::Deny);
    let error = builder.check().err().unwrap();
    // Some have variables that are not set.
    let indices: Vec<usize> = error
        .issues()
        .filter(|issue| issue.kind() == IssueKind::Credential)
        .map(|issue| issue.path()["values[".len()..].split(']').next().unwrap().parse().unwrap())
        .collect();
    let count = |credential: bool| labelled.iter().filter(|value| value.credential == credential).count();
    let hits =
        |credential: bool| indices.iter().filter(|index| labelled[**index].credential == credential).count();
    let names = |wanted: bool, found: bool| -> Vec<String> {
        let all = labelled.iter().enumerate();
        all.filter(|(index, value)| value.credential == wanted && indices.contains(index) == found)
            .map(|(_, value)| format!("{} = {}", value.name, value.value))
            .collect()
    };
    println!("missed: {:#?}\nfalse alarms: {:#?}", names(true, false), names(false, true));
    let (credentials, harmless) = (count(true), count(false));
    let (found, alarms) = (hits(true), hits(false));
    println!("{found} of {credentials} found, {alarms} of {harmless} false alarms");
    assert!(credentials >= 100 && harmless >= 100);
    assert!(alarms <= 1, "{alarms} of {harmless}");
    assert!(found * 100 >= credentials * 90, "{found} of {credentials}");
}

#[derive(Debug, Deserialize, HotConfig)]
struct Tables {
    #[serde(default)]
    api_keys: BTreeMap<String, String>,
    #[serde(default)]
    password: BTreeMap<String, String>,
    #[serde(default)]
    hmac: BTreeMap<String, String>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    url: String,
}

/// The name of a table counts for the values in it, and text next to a variable is scanned.
#[test]
fn credentials_in_tables_and_beside_variables_are_found() {
    let found = |text: &str| {
        let folder = Folder::with("a.toml", text);
        let app = Tables::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
        app.status()
            .warnings
            .iter()
            .map(|warning| warning.split(": ").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (text, path) in [
        ("api_keys = { sendgrid = 'internal' }", "api_keys.sendgrid"),
        ("password = { value = 'hunter2' }", "password.value"),
        ("password = { current = 'hunter2' }", "password.current"),
        ("hmac = { key = 'internal' }", "hmac.key"),
        ("password = { value = 'hunter2${NOPE:}' }", "password.value"),
        ("api_keys = { a = '${NOPE:internal}' }", "api_keys.a"),
        ("url = 'postgres://app:Vb7kQ9zR@${NOPE:db}/app'", "url"),
        ("url = '${NOPE:postgres://app:Vb7kQ9zR@db/app}'", "url"),
    ] {
        assert_eq!(found(text), [path], "{text}");
    }
    for text in [
        "api_keys = { header = 'X-Api-Key', rotation = 'weekly', a = '${NOPE:}' }",
        "password = { validator = 'zxcvbn', policy = 'strict', alphabet = 'latin', file = 'pw.txt' }",
        "hmac = { algorithm = 'sha256' }",
        "secrets = { backend = 'kubernetes', team = 'payments' }",
        "password = { value = 'Bearer ${NOPE:}' }",
        "url = 'postgres://app:${NOPE:}@${NOPE:db}/app'",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Connections {
    #[serde(default)]
    url: String,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    smtp_pw: String,
    #[serde(default)]
    mail: BTreeMap<String, String>,
}

/// In a file of any format.
#[track_caller]
fn warns_at(key: &str, value: serde_json::Value, path: Option<&str>) {
    let keys: Vec<_> = key.split('.').collect();
    let nested = keys.iter().rev().fold(value.clone(), |inner, key| serde_json::json!({ *key: inner }));
    let texts = [
        ("a.json", nested.to_string()),
        ("a.yaml", nested.to_string()),
        ("a.toml", format!("{key} = {value}")),
    ];
    for (name, text) in texts {
        let folder = Folder::with(name, &text);
        let app = Connections::hot_builder().file(folder.path(name)).watch(false).load().unwrap();
        let warnings = app.status().warnings;
        let paths: Vec<_> = warnings.iter().map(|warning| warning.split(": ").next().unwrap()).collect();
        assert_eq!(paths, path.into_iter().collect::<Vec<_>>(), "{text}");
        assert!(!format!("{warnings:?}").contains("Vb7k"), "{warnings:?}");
    }
}

#[test]
fn a_password_in_the_parameters_of_a_connection_is_found() {
    for text in [
        "postgres://app:${NOPE:Vb7kQ9zR}@db/app",
        "postgres://${NOPE:app}:${NOPE:Vb7kQ9zR}@${NOPE:db}/app",
        "${NOPE:postgres://app:${NOPE:Vb7kQ9zR}@db/app}",
        "jdbc:postgresql://db/app?user=app&password=Vb7kQ9zR",
        "jdbc:postgresql://db/app?password=${NOPE:Vb7kQ9zR}",
        "jdbc:sqlserver://db;user=app;password=Vb7kQ9zR",
        "user=app password=Vb7kQ9zR",
        "user=app password=${NOPE:Vb7kQ9zR} host=${NOPE:db}",
        "Server=db;User Id=app;Pwd=Vb7kQ9zR;",
    ] {
        warns_at("url", text.into(), Some("url"));
        warns_at("all", serde_json::json!(["x", text]), Some("all[1]"));
    }
    warns_at("smtp_pw", "mailer".into(), Some("smtp_pw"));
    warns_at("mail.pw", "mailer".into(), Some("mail.pw"));
    for text in [
        "postgres://app:${NOPE:}@db/app",
        "postgres://${NOPE:app}@${NOPE:db}/app",
        "jdbc:postgresql://db/app?user=app&password=${NOPE:}",
        "user=app password=${NOPE:} host=db",
        "user=app host=db",
    ] {
        warns_at("url", text.into(), None);
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Careless {
    #[hot(default = "ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3D4")]
    token: String,
    #[hot(nested)]
    database: CarelessDatabase,
    #[hot(nested)]
    replica: Option<CarelessDatabase>,
    #[hot(not_secret, default = "ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3D4")]
    sample: String,
    #[hot(default = 1)]
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct CarelessDatabase {
    #[hot(default = ["postgres://app@db", "postgres://app:Vb7kQ9zR@db/app"])]
    urls: Vec<String>,
}

/// Defaults are part of the program, whatever the layers contain.
#[test]
fn a_credential_in_a_default_is_told_at_its_field() {
    let folder = Folder::with("a.toml", "token = 'none'\nport = 2");
    let builder = || Careless::hot_builder().file(folder.path("a.toml"));
    let error = builder().scan_credentials(ScanCredentials::Deny).check().unwrap_err();
    let origin = "from the default of the field";
    let expected = ["database.urls[1]", "replica.urls[1]", "token"].map(|path| format!("{path} {origin}"));
    let mut places = found(&error, IssueKind::Credential);
    places.sort();
    assert_eq!((places.as_slice(), error.issues().len()), (expected.as_slice(), 3), "{error}");
    assert!(!error.to_string().contains("Vb7k") && !error.to_string().contains("ghp_"), "{error}");

    let app = builder().load().unwrap();
    assert_eq!(app.status().warnings.len(), 3, "{:?}", app.status().warnings);
    folder.write("a.toml", "token = 'none'\nport = 3");
    app.reload().unwrap();
    assert_eq!(app.status().warnings.len(), 3);
    assert!(builder().scan_credentials(ScanCredentials::Off).load().unwrap().status().warnings.is_empty());
}
