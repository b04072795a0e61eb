//! Fields that need a restart: pending values, their origins, and the other policies.

use std::collections::BTreeMap;

use hotswap::{HotConfig, IssueKind, Restart, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = 80, restart)]
    port: u16,
    #[hot(default = 5)]
    max: u32,
    #[hot(nested, restart)]
    tls: Tls,
    #[hot(nested)]
    cache: Option<Cache>,
    #[hot(nested, restart)]
    proxy: Option<Cache>,
    #[hot(default = "old", restart, secret)]
    key: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tls {
    #[hot(default = "a.pem")]
    cert: String,
    #[hot(default = 2)]
    rounds: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Cache {
    #[hot(default = "/var/cache", restart)]
    path: String,
    #[hot(default = 1)]
    size: u32,
}

fn app(folder: &Folder, policy: Restart) -> AppHandle {
    App::hot_builder()
        .file(folder.path("app.toml"))
        .watch(false)
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .restart(policy)
        .load()
        .unwrap()
}

/// The pending values after a reload of `text`, one line for each.
fn waiting(before: &str, text: &str) -> (AppHandle, Vec<String>) {
    let folder = Folder::with("app.toml", before);
    let app = app(&folder, Restart::Report);
    folder.write("app.toml", text);
    app.reload().unwrap();
    let waiting = app.pending_restart().into_iter();
    let waiting = waiting.map(|field| format!("{}: {} -> {}", field.path, field.running, field.waiting));
    let waiting = waiting.collect();
    (app, waiting)
}

#[test]
fn what_waits_has_a_place() {
    let folder = Folder::with("app.toml", "port = 80");
    let app = app(&folder, Restart::Report);
    folder.write("app.toml", "\nport = 81");
    app.reload().unwrap();
    let place = format!("at {}:2:8", folder.path("app.toml").display());
    assert_eq!(app.pending_restart()[0].origin.to_string(), place);
    let status = app.status().to_string();
    assert!(status.contains(&format!("port stays 80 until a restart, then it is 81 {place}")), "{status}");

    app.set_port(82).unwrap();
    assert_eq!(app.pending_restart()[0].origin.to_string(), "from a value set at run time");
}

#[derive(Debug, Deserialize, HotConfig)]
struct Flat {
    #[hot(nested)]
    inner: FlatInner,
    #[hot(restart)]
    #[serde(flatten)]
    sink: Option<Sink>,
    #[hot(restart)]
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, HotConfig)]
struct FlatInner {
    #[hot(default = 1)]
    n: u32,
    #[hot(restart)]
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Sink {
    path: String,
    size: u32,
}

#[test]
fn a_flattened_field_is_named_by_what_differs() {
    let before = "path = 'a'\nsize = 1\nx = 1\ny = 'old'\n[inner]\nz = 1\n";
    for (old, new, expected) in [
        ("x = 1", "x = 2", "x: 1 -> 2"),
        ("y = 'old'", "", r#"y: "old" -> null"#),
        ("x = 1", "x = 1\nk = [1]", "k: null -> [1]"),
        ("size = 1", "size = 2", "size: 1 -> 2"),
        ("z = 1", "z = 3", "inner.z: 1 -> 3"),
        ("z = 1", "z = 3\nw = 4", r#"inner.rest: {"z":1} -> {"w":4,"z":3}"#),
        ("x = 1\ny = 'old'", "x = 2", r#"rest: {"x":1,"y":"old"} -> {"x":2}"#),
        (
            "path = 'a'\nsize = 1",
            "path = 'b'\nsize = 2",
            r#"sink: {"path":"a","size":1} -> {"path":"b","size":2}"#,
        ),
    ] {
        let folder = Folder::with("app.toml", before);
        let app = Flat::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
        folder.write("app.toml", &before.replace(old, new));
        app.reload().unwrap();
        let waiting = app.pending_restart();
        let shown: Vec<_> = waiting
            .iter()
            .map(|field| format!("{}: {} -> {}", field.path, field.running, field.waiting))
            .collect();
        assert_eq!(shown, [expected]);
    }
}

#[test]
fn a_flattened_field_that_is_set_waits_no_longer() {
    let folder = Folder::with("app.toml", "x = 1\n[inner]\nz = 1\n");
    let app = Flat::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    folder.write("app.toml", "x = 2\n[inner]\nz = 2\n");
    app.reload().unwrap();
    assert_eq!(app.pending_restart().len(), 2);
    app.set_rest(app.load().rest.clone()).unwrap();
    let waiting: Vec<_> = app.pending_restart().into_iter().map(|field| field.path).collect();
    assert_eq!(waiting, ["inner.z"]);
}

#[test]
fn a_marked_struct_waits_leaf_by_leaf() {
    let (app, waiting) = waiting("max = 5", "max = 6\ntls.cert = 'b.pem'");
    assert_eq!(waiting, [r#"tls.cert: "a.pem" -> "b.pem""#]);
    assert_eq!((&**app.tls_cert(), app.max()), ("a.pem", 6));
}

#[test]
fn a_marked_option_waits_as_a_whole() {
    let (app, waiting) = waiting("max = 5", "max = 6\nproxy = { size = 3 }");
    assert_eq!(waiting, [r#"proxy: null -> {"path":"/var/cache","size":3}"#]);
    assert!(app.proxy().is_none());
    assert_eq!(app.max(), 6);
}

#[test]
fn what_is_not_marked_in_an_option_goes_live() {
    let (app, waiting) = waiting("cache.size = 1", "cache.size = 2");
    assert_eq!((waiting.len(), app.cache().as_ref().unwrap().size), (0, 2));
}

#[test]
fn what_is_marked_in_an_option_holds_the_option_back() {
    let (app, waiting) = waiting("cache.size = 1", "cache = { path = '/tmp', size = 2 }");
    assert_eq!(waiting, [r#"cache.path: "/var/cache" -> "/tmp""#]);
    assert_eq!(app.cache().as_ref().unwrap(), &Cache { path: "/var/cache".into(), size: 1 });
}

#[test]
fn a_secret_waits_unseen() {
    let (app, waiting) = waiting("max = 5", "key = 'new'");
    assert_eq!(waiting, [r#"key: "***" -> "***""#]);
    assert_eq!(app.key().expose(), "old");
}

#[test]
fn setting_the_running_value_again_clears_what_waits() {
    let folder = Folder::with("app.toml", "port = 81");
    let app = app(&folder, Restart::Report);
    app.set_port(82).unwrap();
    assert_eq!(app.pending_restart().len(), 1);
    assert_eq!(app.set_port(81).unwrap(), 1);
    assert_eq!((app.port(), app.pending_restart()), (81, Vec::new()));
}

#[test]
fn setting_a_whole_struct_as_it_runs_clears_what_waits_in_it() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder, Restart::Report);
    app.set_tls_rounds(3).unwrap();
    app.set_tls(Tls { cert: "a.pem".into(), rounds: 2 }).unwrap();
    assert_eq!(app.pending_restart(), []);
}

#[test]
fn a_closure_takes_a_pending_value_back_by_setting_the_running_one() {
    let folder = Folder::with("app.toml", "port = 81");
    let app = app(&folder, Restart::Report);
    app.set_port(82).unwrap();
    assert_eq!(app.update(|app| app.port = 81).unwrap(), 1);
    assert_eq!((app.port(), app.pending_restart()), (81, Vec::new()));

    folder.write("app.toml", "port = 83");
    app.clear_overrides().unwrap();
    app.reload().unwrap();
    assert_eq!(app.pending_restart().len(), 1);
    app.update(|app| (app.port, app.max) = (81, 6)).unwrap();
    assert_eq!((app.port(), app.max(), app.pending_restart()), (81, 6, Vec::new()));
}

#[test]
fn a_nested_handle_takes_pending_values_back_in_a_closure() {
    let folder = Folder::with("app.toml", "proxy = {}");
    let app = app(&folder, Restart::Report);
    app.set_tls(Tls { cert: "b.pem".into(), rounds: 3 }).unwrap();
    app.update(|app| app.proxy = None).unwrap();
    assert_eq!(app.pending_restart().len(), 3);
    app.tls().update(|tls| tls.rounds = 2).unwrap();
    assert_eq!(app.pending_restart().len(), 2);
    app.update(|app| {
        app.tls.cert = "a.pem".into();
        app.proxy = Some(Cache { path: "/var/cache".into(), size: 1 });
    })
    .unwrap();
    assert_eq!((app.version(), app.pending_restart()), (1, Vec::new()));
}

#[test]
fn a_closure_that_changes_another_field_keeps_pending_values() {
    let folder = Folder::with("app.toml", "port = 81");
    let app = app(&folder, Restart::Report);
    folder.write("app.toml", "port = 82\nkey = 'new'");
    app.reload().unwrap();
    let before = app.pending_restart();
    app.update(|app| app.max = 6).unwrap();
    assert_eq!((app.pending_restart(), app.overrides().len()), (before, 1));
    app.update(|app| app.port += 1).unwrap();
    let waiting = app.pending_restart().into_iter().find(|field| field.path == "port").unwrap().waiting;
    assert_eq!((app.port(), waiting), (81, json!(83)));
}

#[test]
fn the_policy_can_refuse() {
    let folder = Folder::with("app.toml", "port = 80\nkey = 'old'");
    let app = app(&folder, Restart::Refuse);
    folder.write("app.toml", "port = 81\nkey = 'new'\nmax = 6");
    let error = app.reload().unwrap_err();
    assert!(error.issues().all(|issue| issue.kind() == IssueKind::Restart));
    let text = error.to_string();
    let path = folder.path("app.toml").display().to_string();
    for said in [
        format!(
            "port: it cannot change from 80 to 81 without a restart; take the change back, or make it with a restart\n    at {path}:1:8"
        ),
        "key: it cannot change from \"***\" to \"***\"".to_owned(),
    ] {
        assert!(text.contains(&said), "{text}");
    }
    assert!(app.set_port(82).is_err());
    assert_eq!((app.version(), app.max(), app.pending_restart()), (1, 5, Vec::new()));
}

#[test]
fn the_policy_can_apply() {
    let folder = Folder::with("app.toml", "port = 80");
    let app = app(&folder, Restart::Apply);
    folder.write("app.toml", "port = 81");
    assert_eq!(app.reload().unwrap(), 2);
    assert_eq!((app.port(), app.pending_restart()), (81, Vec::new()));
}

#[test]
fn what_waits_serialises() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder, Restart::Report);
    app.set_port(82).unwrap();
    let status = serde_json::to_value(app.status()).unwrap();
    let expected = json!([{ "path": "port", "running": 80, "waiting": 82, "origin": "override" }]);
    assert_eq!(status["pending_restart"], expected);
}
