//! Every source, and every kind of failure of a source.

use std::{fs, process::Command};

use hotswap::{HotConfig, PlaintextSecrets, Reading, Source, SourceError, UnknownKeys};

use crate::{
    app::{App, POLICIES, told},
    canary::{CANARY, assert_silent},
    texts::{FORMATS, cases},
};

#[test]
fn files_keep_it_however_they_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for (format, name) in FORMATS {
        let path = folder.path().join(name);
        for case in cases(format) {
            fs::write(&path, &case.text).unwrap();
            for policy in POLICIES {
                let said = told(App::hot_builder().file(&path).plaintext_secrets(policy));
                // What stands where a number belongs is no secret to anybody; see the limits.
                if case.what != "the secret where a number belongs" {
                    assert_silent(&format!("{format:?}, {policy:?}, {}", case.what), &said);
                }
            }
        }
    }
}

#[test]
fn a_key_that_no_field_takes_keeps_it_even_if_it_is_let_pass() {
    let folder = tempfile::tempdir().unwrap();
    for (format, name) in FORMATS {
        let path = folder.path().join(name);
        for case in cases(format).into_iter().filter(|case| case.what.starts_with("an unknown key")) {
            fs::write(&path, &case.text).unwrap();
            let builder = App::hot_builder().file(&path).unknown_keys(UnknownKeys::Allow);
            assert_silent(case.what, &told(builder.plaintext_secrets(PlaintextSecrets::Allow)));
        }
    }
}

/// Sources of the program: as text in a format, as values, as a figment provider.
struct Remote(Result<Reading, &'static str>);

impl Source for Remote {
    fn name(&self) -> String {
        "remote".into()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        self.0.clone().map_err(SourceError::from)
    }
}

#[test]
fn sources_of_the_program_keep_it() {
    for (format, _) in FORMATS {
        for case in cases(format).into_iter().filter(|case| case.what != "the secret where a number belongs")
        {
            let reading = Reading::text(format, &case.text);
            assert_silent(case.what, &format!("{reading:?}"));
            if let Ok(reading) = reading {
                assert_silent(case.what, &told(App::hot_builder().source(Remote(Ok(reading)))));
            }
        }
    }
}

/// With the canary in its name, and in its error.
struct Named(bool);

impl Source for Named {
    fn name(&self) -> String {
        format!("https://user:{0}@host/app?token={0}", *CANARY)
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        match self.0 {
            true => Ok(Reading::values(&serde_json::json!({ "password": "x", "port": "x" }))?),
            false => Err(SourceError::from(format!("{} does not answer", self.name()))),
        }
    }
}

#[test]
fn a_name_of_a_source_keeps_it() {
    for reads in [true, false] {
        let said = told(App::hot_builder().source(Named(reads)));
        assert!(said.contains("https://***@host/app?***"), "{said}");
        assert_silent("the name of a source", &said);
    }
}

#[test]
fn layers_of_figment_keep_it() {
    use figment::providers::Serialized;
    for (format, _) in FORMATS.into_iter().filter(|(_, name)| name.ends_with("json")) {
        for case in cases(format).into_iter().filter(|case| case.what != "the secret where a number belongs")
        {
            let Ok(json) = serde_json::from_str::<serde_json::Value>(&case.text) else { continue };
            assert_silent(case.what, &told(App::hot_builder().layer(Serialized::defaults(json))));
        }
    }
}

#[test]
fn dotenv_files_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let secret = &*CANARY;
    let texts = [
        format!("APP_PASSWORD='{secret}'"),
        format!("APP_PASSWORD='{secret}"),
        format!("APP_PASSWORD={secret} and more"),
        format!("APP_PASSWORD='{secret}'\nno equals {secret}"),
        format!("APP_PASSWORD='x'\nAPP_NUMBER='{secret}'"),
        format!("APP_PASSWORD='x'\nAPP_KEYS='[{secret}'"),
        format!("APP_PASSWORD='x'\nAPP_TOKENS='{secret}'"),
        format!("APP_PASSWORD='{secret}'\nAPP_LOGINS='[{{\"user\": \"{secret}'"),
        format!("APP_PASSWORD='{secret}'\nAPP_PASSWORT='{secret}'"),
        format!("APP_PASSWORD='{secret}'\nAPP__PASSWORD='{secret}-'"),
        format!("APP_PASSWORD='x'\nAPP_SHORT='{secret}'\nAPP_CHECK=fail"),
    ];
    for text in texts {
        fs::write(&path, &text).unwrap();
        assert_silent("dotenv", &told(App::hot_builder().env("APP").dotenv(&path)));
    }
}

#[test]
fn variables_keep_it() {
    const MARK: &str = "HOTSWAP_CANARY_CASE";
    let names = ["PASSWORD", "NUMBER", "KEYS", "TOKENS", "LOGINS", "SHORT", "PASSWORT"];
    if let Ok(canary) = std::env::var(MARK) {
        let said = told(App::hot_builder().env("APP"));
        assert!(!said.contains(&canary), "{said}");
        return;
    }
    for name in names {
        let this = std::env::current_exe().unwrap();
        let mut child = Command::new(this);
        child.args(["sources::variables_keep_it", "--exact", "--nocapture"]);
        child.env("APP_PASSWORD", "x").env(format!("APP_{name}"), &*CANARY).env(MARK, &*CANARY);
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{name}");
        assert_silent(name, &said);
    }
}

#[test]
fn references_to_files_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, secret) = (folder.path().join("app.toml"), folder.path().join("secret"));
    fs::write(&secret, &*CANARY).unwrap();
    let reference = format!("'file:{}'", secret.display());
    // Not UTF-8, so it is bytes.
    let other = folder.path().join("other");
    fs::write(&other, [CANARY.as_bytes(), b"\xff"].concat()).unwrap();
    let bytes = format!("'file:{}'", other.display());
    for text in [
        format!("password = {reference}"),
        format!(
            "password = {reference}\nkeys = [{reference}]\ntokens.a = {reference}\ndb.password = {reference}"
        ),
        format!("password = {reference}\nlogins = [{{ user = 'a', password = {reference} }}]"),
        format!("password = {reference}\nnumber = {reference}"),
        format!("password = {reference}\nshort = {reference}"),
        format!("password = {reference}\ncheck = 'fail'"),
        format!("password = {reference}\ncheck = 'panic'"),
        format!("password = 'file:{}#key'", secret.display()),
        format!("password = {reference}\nbytes = {reference}"),
        format!("password = {reference}\nbytes = {bytes}"),
        format!("password = {bytes}"),
        format!("password = {reference}\nnumber = {bytes}"),
        format!("password = {reference}\nbytes = 'file:{}#key'", other.display()),
        format!("password = {reference}\nbytes = {bytes}\ncheck = 'fail'"),
    ] {
        fs::write(&path, &text).unwrap();
        assert_silent(&text, &told(App::hot_builder().file(&path)));
    }
}
