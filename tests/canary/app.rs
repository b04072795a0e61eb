//! A configuration with secrets in all positions, and all of its outputs.

use std::collections::BTreeMap;

use hotswap::{Format, HotConfig, PlaintextSecrets, Secret};
use serde::{Deserialize, Serialize};

use crate::heard::{heard, listen};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = App::fits)]
pub(crate) struct App {
    #[hot(secret)]
    pub(crate) password: Secret<String>,
    /// With a rule that no canary satisfies.
    #[hot(default = "", length(max = 4))]
    pub(crate) short: Secret<String>,
    #[serde(default)]
    pub(crate) held: Option<Secret<String>>,
    #[hot(default = [])]
    pub(crate) keys: Vec<Secret<String>>,
    #[serde(default)]
    pub(crate) tokens: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    pub(crate) number: Option<Secret<u64>>,
    #[serde(default)]
    pub(crate) bytes: Option<Secret<Vec<u8>>>,
    #[hot(nested)]
    pub(crate) db: Option<Db>,
    /// No field says that these hold secrets.
    #[hot(default = [])]
    pub(crate) logins: Vec<Login>,
    /// Values that serde buffers before they are read.
    #[serde(default)]
    pub(crate) auth: Option<Auth>,
    #[hot(default = 1)]
    pub(crate) port: u16,
    /// The behaviour of the check.
    #[hot(default = "pass")]
    pub(crate) check: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(crate) struct Db {
    #[hot(default = "localhost")]
    pub(crate) host: String,
    pub(crate) password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Auth {
    Basic { user: String, password: Secret<String> },
}

impl App {
    fn fits(&self) -> Result<(), String> {
        match self.check.as_str() {
            "fail" => Err(format!("{self:?} {self:#?} {}", serde_json::to_string(self).unwrap())),
            "panic" => panic!("canary: {self:?}"),
            _ => Ok(()),
        }
    }
}

pub(crate) const POLICIES: [PlaintextSecrets; 3] =
    [PlaintextSecrets::Deny, PlaintextSecrets::Warn, PlaintextSecrets::Allow];

/// Loads, and returns all outputs, whether it is refused or not.
pub(crate) fn told(builder: hotswap::Builder<App>) -> String {
    listen();
    let described = format!("{builder:?}");
    // A panic in a `Deserialize` of the program would appear here.
    let loaded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| builder.watch(false).load()));
    let said = match loaded {
        Ok(Ok(app)) => told_by(&app),
        Ok(Err(error)) => told_of(&error),
        Err(payload) => format!("{:?}", payload.downcast_ref::<String>()),
    };
    format!("{described}\n{said}\n{}", heard())
}

/// All outputs of a running configuration.
pub(crate) fn told_by(app: &AppHandle) -> String {
    let json = |value: serde_json::Result<String>| value.unwrap();
    let version = app.version();
    let snapshot = app.snapshot();
    let paths = [
        "password",
        "keys",
        "keys[0]",
        "tokens",
        "tokens.a",
        "db",
        "db.password",
        "logins",
        "logins[0].password",
        "auth",
        "auth.password",
        "passwort",
        "nothing",
    ];
    let mut said = vec![
        format!("{snapshot:?} {snapshot:#?} {app:?} {:?} {:#?}", app.load(), app.db()),
        format!("{:?} {} {:?} {:?}", app.password(), app.password(), app.keys(), app.tokens()),
        json(serde_json::to_string(&*snapshot)),
        format!("{0:?} {0} {1}", app.explain_all(), json(serde_json::to_string(&app.explain_all()))),
        format!("{:?} {}", app.status(), json(serde_json::to_string(&app.status()))),
        format!("{:?} {}", app.history(), json(serde_json::to_string(&app.history()))),
        format!("{:?} {:?}", app.overrides(), app.pending_restart()),
        format!("{:?}", app.diff(1, version).map_err(|error| told_of(&error))),
        format!("{:?}", app.at(1).map_err(|error| told_of(&error))),
        App::schema().to_string(),
        App::reference(),
    ];
    said.extend([Format::Toml, Format::Yaml, Format::Json].map(App::template));
    said.extend(paths.map(|path| {
        format!("{0:?} {0} {1}", app.explain(path), json(serde_json::to_string(&app.explain(path))))
    }));
    said.push(app.history().iter().map(ToString::to_string).collect());
    said.push(saved(app));
    said.join("\n")
}

/// The content of saved files.
fn saved(app: &AppHandle) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut said = String::new();
    for name in ["all.toml", "all.yaml", "all.json"] {
        let path = folder.path().join(name);
        let outcome = (app.save(&path), app.save_overrides(&path));
        said.push_str(&format!("{outcome:?}"));
    }
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        said.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    said
}

/// All outputs of an error.
pub(crate) fn told_of(error: &hotswap::Error) -> String {
    let json = serde_json::to_string(error).unwrap();
    let mut said = format!("{error} {error:?} {error:#?} {} {json}", error.report());
    for issue in error.issues() {
        said.push_str(&format!(
            "{issue} {issue:?} {:?} {:?} {}",
            issue.help(),
            issue.origin(),
            issue.message()
        ));
    }
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        said.push_str(&format!("{source} {source:?}"));
        cause = source.source();
    }
    said
}
