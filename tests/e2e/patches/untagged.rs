//! A secret of an untagged type, whose variants have the same path.

use hotswap::{Builder, HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    cred: Option<Cred>,
    #[serde(default)]
    creds: Vec<Cred>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Cred {
    Plain(Secret<String>),
    Pair { user: String, pass: Secret<String> },
}

fn builder(folder: &Folder, name: &str) -> Builder<App> {
    App::hot_builder().file(folder.path(name)).dotenv(folder.path(".env")).watch(false)
}

fn folder(name: &str, text: &str) -> Folder {
    let folder = Folder::with(name, text);
    folder.write(".env", "TOK=hunter2tok\nKEY=hunter2key");
    folder
}

const TEXTS: &[(&str, &str)] = &[
    ("a.toml", "cred = {user = 'u', pass = '${TOK}'}"),
    ("a.yaml", "cred:\n  user: u\n  pass: ${TOK}\n"),
    ("a.json", r#"{"cred": {"user": "u", "pass": "${TOK}"}}"#),
    ("b.toml", "cred = {user = 'u', pass = 'env:HOME'}"),
];

#[test]
fn a_refused_patch_names_the_secret_only() {
    for (name, text) in TEXTS {
        let folder = folder(name, text);
        let app = builder(&folder, name).load().unwrap();
        let patches = [
            app.patch(json!([{"op": "replace", "path": "/cred", "value": "hunter2new"}])),
            app.merge_patch(json!({"cred": "hunter2new"})),
        ];
        for refused in patches {
            let error = refused.unwrap_err();
            assert_eq!(error.issues().count(), 1, "{error}");
            assert!(error.to_string().contains("a patch neither reads nor writes a secret"), "{error}");
        }
    }
}

#[test]
fn another_variant_of_a_secret_is_set() {
    for (name, text) in TEXTS {
        let folder = folder(name, text);
        let app = builder(&folder, name).load().unwrap();
        app.set_cred(Some(Cred::Plain("hunter2new".into()))).unwrap();
        app.set_n(2).unwrap();
        app.reload().unwrap();
        assert_eq!(*app.cred(), Some(Cred::Plain("hunter2new".into())));
    }
}

#[test]
fn a_list_has_items_of_both_variants() {
    for plain in ["${KEY}", "env:HOME"] {
        let text = format!("creds = ['{plain}', {{user = 'u', pass = '${{TOK}}'}}]");
        let folder = folder("a.toml", &text);
        let app = builder(&folder, "a.toml").load().unwrap();
        assert_eq!(app.creds()[1], Cred::Pair { user: "u".into(), pass: "hunter2tok".into() });
    }
}

/// The policy still finds every secret in plain text.
#[test]
fn a_secret_in_plain_text_is_refused_in_every_variant() {
    for text in [
        "cred = 'hunter2'",
        "cred = {user = 'u', pass = 'hunter2'}",
        "creds = ['${KEY}', {user = 'u', pass = 'hunter2'}]",
        "creds = [{user = 'u', pass = '${KEY}'}, 'hunter2']",
    ] {
        let folder = folder("a.toml", text);
        let error = builder(&folder, "a.toml").load().unwrap_err().to_string();
        assert!(error.contains("a secret stands here as plain text"), "{text} {error}");
        let at = if text.contains("pass = 'hunter2'") { "pass" } else { "cred" };
        assert!(error.contains(at) && !error.contains("user:"), "{error}");
    }
}

#[test]
fn a_secret_in_plain_text_below_another_variant_is_refused() {
    for (low, high) in [
        ("cred = {user = 'u', pass = 'hunter2'}", "cred = '${KEY}'"),
        ("creds = [{user = 'u', pass = 'hunter2'}]", "creds = ['${KEY}']"),
    ] {
        let folder = folder("low.toml", low);
        folder.write("high.toml", high);
        let error =
            builder(&folder, "low.toml").file(folder.path("high.toml")).load().unwrap_err().to_string();
        assert!(error.contains(": a secret stands here as plain text"), "{error}");
        assert!(error.contains("low.toml:1:") && !error.contains("hunter2"), "{error}");
    }
}
