//! Removed secrets, values that contain secrets, and values that expire.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::toml;
use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Vault {
    #[hot(default = 1)]
    n: i64,
    #[hot(secret)]
    #[serde(default)]
    token: Option<Secret<String>>,
    #[serde(default)]
    loose: Option<Secret<String>>,
    #[hot(secret)]
    #[serde(default)]
    pin: Option<Secret<u32>>,
    #[serde(default)]
    keys: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    logins: Vec<Login>,
    #[hot(nested)]
    #[serde(default)]
    pool: Pool,
    #[hot(nested)]
    tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(secret)]
    #[serde(default)]
    token: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tls {
    cert: String,
    #[hot(secret)]
    key: Secret<String>,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

struct Stored {
    folder: Folder,
    file: &'static str,
    config: VaultHandle,
    heard: Arc<Mutex<Vec<String>>>,
    _hears: hotswap::Subscription,
}

impl Stored {
    fn with(file: &'static str, value: &Value) -> Self {
        let text = match file {
            "a.toml" => toml(value),
            _ => serde_json::to_string(value).unwrap(),
        };
        let folder = Folder::with(file, &text);
        let config = Self::builder(&folder, file).watch(false).load().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&heard);
        let _hears = config.on_warning(move |warning| into.lock().unwrap().push(warning.to_string()));
        Self { folder, file, config, heard, _hears }
    }

    fn builder(folder: &Folder, file: &str) -> hotswap::Builder<Vault> {
        let builder = Vault::hot_builder().file(folder.path(file));
        builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow)
    }

    fn save(&self, whole: bool) -> String {
        let path = self.folder.path(self.file);
        if whole {
            self.config.save(&path).unwrap()
        } else {
            self.config.save_overrides(&path).unwrap()
        }
        fs::read_to_string(path).unwrap()
    }

    fn again(&self) -> Vault {
        Self::builder(&self.folder, self.file).check().unwrap()
    }

    /// A comment in the file, or a warning where the format has none.
    fn says(&self, text: &str, remark: &str) {
        if self.file == "a.json" {
            eventually("the warning", || {
                self.heard.lock().unwrap().iter().any(|heard| heard.contains(remark))
            });
        } else {
            assert!(text.contains(remark), "{text}");
        }
    }
}

fn full() -> Value {
    json!({
        "token": "old", "loose": "old", "pin": 7, "keys": {"a": "old", "b": "old"},
        "logins": [{"user": "u", "password": "old"}], "pool": {"token": "old"},
        "tls": {"cert": "c", "key": "old"},
    })
}

fn assert_removed(stored: &Stored, whole: bool) {
    let text = stored.save(whole);
    assert!(!text.contains("old") && !text.contains('7'), "{text}");
    assert_eq!(stored.again(), *stored.config.load(), "{text}");
    assert!(!text.contains("not written"), "{text}");
}

#[test]
fn a_secret_that_is_set_to_nothing_is_gone_after_a_restart() {
    for file in FILES {
        for whole in [false, true] {
            let stored = Stored::with(file, &full());
            let set = |vault: &mut Vault| {
                *vault = Vault { n: vault.n, ..serde_json::from_value(json!({"n": 1})).unwrap() }
            };
            stored.config.update(set).unwrap();
            assert_removed(&stored, whole);
        }
    }
}

#[test]
fn a_secret_that_a_patch_removes_is_gone_after_a_restart() {
    for file in FILES {
        for whole in [false, true] {
            let stored = Stored::with(file, &full());
            let paths = ["/token", "/loose", "/pin", "/keys", "/logins", "/pool/token", "/tls"];
            let remove = paths.map(|path| json!({ "op": "remove", "path": path }));
            stored.config.patch(json!(remove)).unwrap();
            assert_removed(&stored, whole);
        }
    }
}

#[test]
fn one_secret_of_a_map_is_removed_and_the_others_stay() {
    for file in FILES {
        let stored = Stored::with(file, &full());
        let mut keys = stored.config.load().keys.clone();
        keys.remove("a");
        stored.config.set_keys(keys).unwrap();
        let text = stored.save(false);
        assert_eq!(stored.again().keys, stored.config.load().keys, "{text}");
        stored.says(&text, "keys is secret and not written here");
    }
}

#[test]
fn a_secret_that_is_set_is_never_written() {
    for file in FILES {
        for whole in [false, true] {
            let stored = Stored::with(file, &json!({"n": 5}));
            let secret = || Secret::new("sesame".to_owned());
            stored.config.set_token(Some(secret())).unwrap();
            stored.config.set_pin(Some(Secret::new(4711))).unwrap();
            stored.config.set_keys([("k".into(), secret())].into()).unwrap();
            stored.config.set_logins(vec![Login { user: "u".into(), password: secret() }]).unwrap();
            let text = stored.save(whole);
            assert!(!text.contains("sesame") && !text.contains("4711"), "{text}");
            for leaf in ["token", "pin", "keys", "logins"] {
                stored.says(&text, &format!("{leaf} is secret and not written here"));
            }
            assert_eq!(stored.again().n, 5);
        }
    }
}

#[test]
fn a_struct_that_needs_a_secret_is_left_out() {
    for file in FILES {
        let stored = Stored::with(file, &json!({"n": 5}));
        let tls = Tls { cert: "c".into(), key: Secret::new("sesame".to_owned()) };
        stored.config.set_tls(Some(tls)).unwrap();
        stored.config.set_n(6).unwrap();
        let text = stored.save(false);
        stored.says(&text, "tls is not written here: it is incomplete without a secret in it");
        assert_eq!((stored.again().n, stored.again().tls), (6, None), "{text}");
        assert_eq!(stored.save(false), text);
    }
}

#[test]
fn a_struct_whose_secret_the_file_has_is_saved() {
    for file in FILES {
        let stored = Stored::with(file, &full());
        let tls = Tls { cert: "d".into(), key: Secret::new("old".to_owned()) };
        stored.config.set_tls(Some(tls.clone())).unwrap();
        let text = stored.save(false);
        assert_eq!(stored.again().tls, Some(tls), "{text}");
    }
}

#[test]
fn a_value_that_is_set_for_a_while_is_not_saved() {
    for file in FILES {
        let stored = Stored::with(file, &json!({"n": 5}));
        stored.config.for_duration(Duration::from_secs(600)).set_n(7).unwrap();
        let text = stored.save(false);
        assert_eq!(stored.again().n, 5, "{text}");
        stored.says(&text, "n is set for a while and not written here");
        assert_eq!(stored.save(false), text);
        stored.config.set_n(8).unwrap();
        stored.save(false);
        assert_eq!(stored.again().n, 8);
    }
}
