//! References and templates of secrets, in every position that a value may have.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
};

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::toml;
use crate::support::{Folder, eventually, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[hot(secret)]
    #[serde(default)]
    pw: Option<Secret<String>>,
    #[hot(secret)]
    #[serde(default)]
    plain: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    pin: Option<Secret<u32>>,
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    keys: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    pins: Vec<Secret<u32>>,
    #[serde(default)]
    ws: Vec<Site>,
    #[serde(default)]
    by_name: BTreeMap<String, Vec<Site>>,
    #[hot(nested)]
    tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Token {
        token: Secret<String>,
        #[serde(default)]
        retries: u32,
        timeout: Option<u32>,
    },
    Basic {
        user: String,
        #[serde(default)]
        pass: Option<Secret<String>>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Site {
    name: String,
    #[serde(default)]
    pw: Option<Secret<String>>,
    #[serde(default)]
    on: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tls {
    cert: String,
    #[hot(secret)]
    key: Secret<String>,
    #[serde(default)]
    sites: Vec<Site>,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];
const VARIABLES: [(&str, &str); 3] = [("SECRET_A", "hunter2"), ("SECRET_B", "sesame"), ("SECRET_N", "4711")];

fn in_child(test: fn()) {
    with_variables(&this_test(), &VARIABLES, test);
}

struct Stored {
    folder: Folder,
    file: &'static str,
    config: AppHandle,
    warnings: Arc<Mutex<Vec<String>>>,
    _subscription: hotswap::Subscription,
}

impl Stored {
    fn with(file: &'static str, value: &Value) -> Self {
        let text = if file == "a.toml" { toml(value) } else { value.to_string() };
        let folder = Folder::with(file, &text);
        let config = Self::builder(&folder, file).load().unwrap();
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&warnings);
        let _subscription = config.on_warning(move |warning| into.lock().unwrap().push(warning.to_string()));
        Self { folder, file, config, warnings, _subscription }
    }

    fn builder(folder: &Folder, file: &str) -> hotswap::Builder<App> {
        let builder = App::hot_builder().file(folder.path(file)).watch(false);
        builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow)
    }

    /// Saves into this file, and returns its text.
    fn save(&self, whole: bool, file: &str) -> String {
        let path = self.folder.path(file);
        if whole {
            self.config.save(&path).unwrap()
        } else {
            self.config.save_overrides(&path).unwrap()
        }
        let text = fs::read_to_string(path).unwrap();
        for (_, secret) in VARIABLES {
            assert!(!text.contains(secret), "{text}");
        }
        text
    }

    fn read(&self, file: &str) -> App {
        Self::builder(&self.folder, file).check().unwrap()
    }

    /// The file loads as the configuration in force, without a comment about missing values.
    fn assert_saved(&self, whole: bool, file: &str) {
        let text = self.save(whole, file);
        assert_eq!(self.read(file), *self.config.load(), "{text}");
        assert!(!text.contains("not written"), "{text}");
        assert_eq!(self.save(whole, file), text);
    }
}

fn full(reference: impl Fn(&str) -> String) -> Value {
    let [a, b, n] = ["SECRET_A", "SECRET_B", "SECRET_N"].map(reference);
    json!({
        "pw": a, "plain": {"z": a}, "pin": n, "auth": {"type": "Token", "token": b, "retries": 3},
        "keys": {"x": a, "y": b}, "pins": [n], "by_name": {"k": [{"name": "x", "pw": a}]},
        "ws": [{"name": "a", "pw": a}, {"name": "b"}, {"name": "c", "pw": b}],
        "tls": {"cert": "c", "key": b, "sites": [{"name": "d", "pw": a}]},
    })
}

fn each(test: impl Fn(&Stored, bool)) {
    let template = |name: &str| format!("${{{name}}}");
    let reference = |name: &str| format!("env:{name}");
    for file in FILES {
        for value in [full(template), full(reference)] {
            for whole in [false, true] {
                test(&Stored::with(file, &value), whole);
            }
        }
    }
}

#[test]
fn a_secret_of_variables_is_saved_as_its_template() {
    in_child(|| {
        each(|stored, _| {
            stored.config.set_n(5).unwrap();
            for file in [stored.file, "b.toml", "c.yaml", "d.json"] {
                stored.assert_saved(true, file);
                let text = fs::read_to_string(stored.folder.path(file)).unwrap();
                assert_eq!(text.matches("SECRET_").count(), 12, "{text}");
            }
        });
    });
}

#[test]
fn a_value_beside_a_secret_is_saved_with_its_reference() {
    in_child(|| {
        each(|stored, whole| {
            let change = |app: &mut App| {
                app.auth = app.auth.take().map(|auth| match auth {
                    Auth::Token { token, timeout, .. } => Auth::Token { token, retries: 4, timeout },
                    other => other,
                });
                app.tls.iter_mut().for_each(|tls| {
                    tls.cert = "d".into();
                    tls.sites[0].on = true;
                });
                app.by_name.get_mut("k").unwrap()[0].on = true;
                app.keys.remove("x");
            };
            stored.config.update(change).unwrap();
            stored.assert_saved(whole, stored.file);
            stored.assert_saved(true, "b.toml");
        });
    });
}

fn list_change(change: impl Fn(&mut Vec<Site>)) {
    each(|stored, whole| {
        stored.config.update(|app| change(&mut app.ws)).unwrap();
        let text = stored.save(false, "p.yaml");
        let two = App::hot_builder().file(stored.folder.path(stored.file)).file(stored.folder.path("p.yaml"));
        assert_eq!(two.check().unwrap(), *stored.config.load(), "{text}");
        stored.assert_saved(whole, stored.file);
        stored.assert_saved(true, "b.yaml");
    });
}

#[test]
fn each_element_of_a_list_keeps_its_reference() {
    in_child(|| {
        list_change(|sites| sites[1].on = true);
        list_change(|sites| sites[0].on = true);
        list_change(|sites| drop(sites.remove(0)));
        list_change(|sites| sites.reverse());
        list_change(|sites| sites.insert(0, Site { name: "z".into(), pw: None, on: true }));
        list_change(|sites| sites[1].pw = sites[2].pw.clone());
        list_change(|sites| sites[2].pw = None);
    });
}

#[test]
fn a_list_with_a_secret_of_the_program_is_left_out_with_a_warning() {
    in_child(|| {
        each(|stored, whole| {
            let secret = || Some(Secret::new("of the program".to_owned()));
            stored
                .config
                .update(|app| app.ws.push(Site { name: "z".into(), pw: secret(), on: true }))
                .unwrap();
            stored.config.set_n(5).unwrap();
            let before = stored.read(stored.file);
            let text = stored.save(whole, stored.file);
            assert!(!text.contains("of the program"), "{text}");
            assert_eq!(stored.read(stored.file), App { n: 5, ..before }, "{text}");
            eventually("the warning", || {
                let warnings = stored.warnings.lock().unwrap();
                warnings.iter().any(|warning| warning.contains("ws is not written here"))
            });
        });
    });
}

#[test]
fn a_variant_is_not_saved_without_its_secret() {
    in_child(|| {
        each(|stored, whole| {
            let pass = Some(Secret::new("of the program".to_owned()));
            stored.config.set_auth(Some(Auth::Basic { user: "u".into(), pass })).unwrap();
            stored.config.set_n(5).unwrap();
            let before = stored.read(stored.file);
            let text = stored.save(whole, stored.file);
            assert_eq!(stored.read(stored.file), App { n: 5, ..before }, "{text}");
            if stored.file != "a.json" {
                assert_eq!(text.matches("auth is").count(), 1, "{text}");
            }
            let text = stored.save(true, "b.yaml");
            assert_eq!(stored.read("b.yaml").auth, None, "{text}");
        });
    });
}

#[test]
fn a_variant_without_a_secret_replaces_one_that_has_it() {
    in_child(|| {
        each(|stored, whole| {
            stored.config.set_auth(Some(Auth::Basic { user: "u".into(), pass: None })).unwrap();
            stored.assert_saved(whole, stored.file);
        });
    });
}

#[test]
fn a_list_keeps_the_plain_secrets_of_its_file() {
    for file in FILES {
        for whole in [false, true] {
            let value =
                json!({"ws": [{"name": "a", "pw": "plain"}, {"name": "b"}, {"name": "c", "pw": "other"}]});
            let text = if file == "a.toml" { toml(&value) } else { value.to_string() };
            let folder = Folder::with(file, &text);
            let path = folder.path(file);
            let builder = || Stored::builder(&folder, file);
            let config = builder().load().unwrap();
            let save = || if whole { config.save(&path) } else { config.save_overrides(&path) };
            config.update(|app| app.ws[1].on = true).unwrap();
            save().unwrap();
            assert_eq!(builder().check().unwrap(), *config.load());
            config.update(|app| drop(app.ws.remove(0))).unwrap();
            save().unwrap();
            assert_eq!(builder().check().unwrap(), *config.load());
            config.update(|app| app.ws.swap(0, 1)).unwrap();
            save().unwrap();
            // Other secrets than those of their elements would be wrong.
            let saved = builder().check().unwrap().ws;
            assert!(saved == config.load().ws || saved[0].name == "b", "{saved:?}");
        }
    }
}

#[test]
fn a_secret_with_other_text_in_its_template_stays_in_its_file() {
    in_child(|| {
        for file in FILES {
            let value = json!({"auth": {"type": "Token", "token": "Bearer ${SECRET_A}"}});
            let stored = Stored::with(file, &value);
            let set = |app: &mut App| {
                app.auth = app.auth.take().map(|auth| match auth {
                    Auth::Token { token, timeout, .. } => Auth::Token { token, retries: 7, timeout },
                    other => other,
                });
            };
            stored.config.update(set).unwrap();
            let text = stored.save(false, file);
            assert_eq!(stored.read(file), *stored.config.load(), "{text}");
            let text = stored.save(true, "b.yaml");
            assert_eq!(stored.read("b.yaml").auth, None, "{text}");
        }
    });
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Flat {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    login: Login,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    pass: Secret<String>,
    #[serde(default)]
    others: Vec<Secret<String>>,
}

#[test]
fn a_flattened_struct_keeps_the_references_of_its_secrets() {
    in_child(|| {
        for text in ["${SECRET_A}", "env:SECRET_A"] {
            for file in FILES {
                let value = json!({"user": "u", "pass": text, "others": [text]});
                let folder =
                    Folder::with(file, &if file == "a.toml" { toml(&value) } else { value.to_string() });
                let builder = |file: &str| Flat::hot_builder().file(folder.path(file)).watch(false);
                let config = builder(file).load().unwrap();
                config.update(|flat| flat.login.user = "v".into()).unwrap();
                config.save_overrides(folder.path(file)).unwrap();
                config.save(folder.path("b.yaml")).unwrap();
                for file in [file, "b.yaml"] {
                    let text = fs::read_to_string(folder.path(file)).unwrap();
                    assert_eq!(builder(file).check().unwrap(), *config.load(), "{text}");
                    assert!(!text.contains("hunter2") && !text.contains("not written"), "{text}");
                }
            }
        }
    });
}
