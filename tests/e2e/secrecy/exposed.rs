//! Types that write a secret as plain text, in unmarked fields.

use std::{collections::BTreeMap, fmt::Debug, sync::mpsc::channel};

use hotswap::{Builder, HotConfig, PlaintextSecrets, Secret};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use crate::support::{BOUND, Folder};

fn plain<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// A secret that serializes its value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Exposed(Secret<String>);

impl Serialize for Exposed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        plain(&self.0, serializer)
    }
}

/// A login in one text.
#[derive(Clone, Debug, PartialEq)]
struct Login {
    user: String,
    password: Secret<String>,
}

impl Serialize for Login {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", self.user, self.password.expose()))
    }
}

impl<'de> Deserialize<'de> for Login {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (user, password) = text.split_once(':').ok_or_else(|| serde::de::Error::custom("no login"))?;
        Ok(Self { user: user.to_owned(), password: Secret::new(password.to_owned()) })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[serde(serialize_with = "plain")]
    #[hot(default = "none")]
    token: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[serde(serialize_with = "plain")]
    #[hot(default = "none")]
    token: Secret<String>,
    #[hot(default = "a:b")]
    login: Login,
    #[hot(default = [])]
    list: Vec<Exposed>,
    #[serde(default)]
    map: BTreeMap<String, Exposed>,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    maybe: Option<Inner>,
    #[hot(default = "x")]
    name: String,
}

fn value(secret: &str) -> App {
    let secret = Secret::new(secret.to_owned());
    App {
        token: secret.clone(),
        login: Login { user: "a".into(), password: secret.clone() },
        list: vec![Exposed(secret.clone())],
        map: [("a".to_owned(), Exposed(secret.clone()))].into(),
        inner: Inner { token: secret.clone() },
        maybe: Some(Inner { token: secret }),
        name: "x".into(),
    }
}

#[track_caller]
fn shows_nothing(what: &str, shown: impl Debug) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains("hunter"), "{what}: {shown}");
}

/// All outputs with values.
#[track_caller]
fn nothing_is_shown(app: &AppHandle, folder: &Folder) {
    let records = app.history();
    assert!(records.last().unwrap().changes.iter().any(|change| change.path().starts_with("token")));
    shows_nothing("history", (&records, serde_json::to_string(&records).unwrap()));
    shows_nothing("printed history", records.iter().map(ToString::to_string).collect::<Vec<_>>());
    let last = app.version();
    shows_nothing("diff", app.diff(1, last).unwrap());
    shows_nothing("explain", app.explain_all());
    shows_nothing("overrides", (app.overrides(), app.status()));
    let saved = folder.path("saved.yaml");
    app.save(&saved).unwrap();
    shows_nothing("save", std::fs::read_to_string(&saved).unwrap());
    for path in ["/token", "/login", "/list/0", "/map/a", "/inner/token", "/maybe/token"] {
        let copy = json!([{"op": "copy", "from": path, "path": "/name"}]);
        app.patch(copy).expect_err(path);
        let test = json!([{"op": "test", "path": path, "value": "hunter2"}]);
        app.patch(test).expect_err(path);
    }
    assert_eq!(app.name(), "x");
}

#[test]
fn a_fixed_configuration_shows_none_of_them() {
    let app = App::hot_fixed(value("hunter1"));
    let (tell, told) = channel();
    let _pattern = app.watch_pattern("**", move |field| drop(tell.send(field.clone())));
    app.by("alice").update(|app| *app = value("hunter2")).unwrap();
    shows_nothing("pattern", told.recv_timeout(BOUND).unwrap());
    nothing_is_shown(&app, &Folder::new());
}

/// The first value contains no secret, so a later value is judged separately.
#[test]
fn a_secret_that_is_set_later_is_shown_as_little() {
    let app = App::hot_fixed(App { list: Vec::new(), map: BTreeMap::new(), maybe: None, ..value("hunter1") });
    app.set_list(vec![Exposed(Secret::new("hunter2".into()))]).unwrap();
    shows_nothing("list", app.history());
    app.set_map([("a".to_owned(), Exposed(Secret::new("hunter2".into())))].into()).unwrap();
    shows_nothing("map", app.history());
    app.set_maybe(Some(Inner { token: Secret::new("hunter2".into()) })).unwrap();
    shows_nothing("maybe", (app.history(), app.overrides(), app.explain_all()));
    app.set_token(Secret::new("hunter2".into())).unwrap();
    nothing_is_shown(&app, &Folder::new());
}

#[test]
fn a_rollback_brings_no_old_secret_back() {
    let app = App::hot_fixed(value("hunter1"));
    app.update(|app| *app = App { name: "y".into(), ..value("hunter2") }).unwrap();
    app.rollback(1).unwrap();
    let app = app.snapshot();
    assert_eq!(*app, value("hunter2"));
}

fn builder(folder: &Folder) -> Builder<App> {
    App::hot_builder().file(folder.path("app.yaml")).plaintext_secrets(PlaintextSecrets::Allow).watch(false)
}

#[test]
fn a_loaded_configuration_shows_none_of_them_either() {
    let text = |secret: &str| {
        format!(
            "token: {secret}\nlogin: a:{secret}\nlist: [{secret}]\nmap: {{a: {secret}}}\n\
             inner: {{token: {secret}}}\nmaybe: {{token: {secret}}}\n"
        )
    };
    let folder = Folder::with("app.yaml", &text("hunter1"));
    let app = builder(&folder).load().unwrap();
    folder.write("app.yaml", &text("hunter2"));
    app.reload().unwrap();
    nothing_is_shown(&app, &folder);
    let app = builder(&folder).load().unwrap();
    app.update(|app| *app = value("hunter3")).unwrap();
    nothing_is_shown(&app, &folder);
}
