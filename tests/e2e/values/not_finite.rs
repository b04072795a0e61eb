//! An infinity and a NaN are shown as such and not as `null`, although JSON has no such numbers.

use std::sync::mpsc::channel;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{BOUND, Folder};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 0.1)]
    d: f64,
    #[hot(default = 0.5)]
    e: f32,
    #[hot(default = [1.0, 2.0])]
    list: Vec<f64>,
    #[hot(default = 1.5, restart)]
    at_start: f64,
    n: Option<f64>,
}

fn app() -> (Folder, AppHandle) {
    let folder = Folder::with("a.toml", "");
    let app =
        App::hot_builder().file(folder.path("a.toml")).allow_empty_files(true).watch(false).load().unwrap();
    (folder, app)
}

#[test]
fn an_infinity_is_shown_in_history_overrides_explanation_and_status() {
    let (_folder, app) = app();
    app.set_d(f64::INFINITY).unwrap();
    let change = app.history().last().unwrap().changes[0].clone();
    assert_eq!((change.to_string().as_str(), change.new()), ("d: 0.1 -> inf", &json!("inf")));
    let set = &app.overrides()[0];
    assert!(set.to_string().starts_with("d = inf, set at "), "{set}");
    assert_eq!(set.value(), Some(&json!("inf")));
    let explained = app.explain("d").to_string();
    assert!(explained.starts_with("d\n  = inf from a value set at run time"), "{explained}");
    let status = app.status();
    assert_eq!(serde_json::to_value(&status).unwrap()["overrides"][0]["value"], json!("inf"));
    assert!(status.to_string().contains("d = inf"), "{status}");
}

#[test]
fn a_nan_and_a_negative_infinity_are_shown_in_every_type() {
    let (_folder, app) = app();
    let (sender, changes) = channel();
    let _watch = app.watch_pattern("*", move |change| sender.send(change.to_string()).unwrap());
    app.set_e(f32::NEG_INFINITY).unwrap();
    assert_eq!(changes.recv_timeout(BOUND).unwrap(), "e: 0.5 -> -inf");
    app.set_n(Some(f64::NAN)).unwrap();
    assert_eq!(changes.recv_timeout(BOUND).unwrap(), "n: null -> nan");
    app.set_list(vec![f64::INFINITY, 1.0]).unwrap();
    assert_eq!(changes.recv_timeout(BOUND).unwrap(), "list: [1.0,2.0] -> [inf,1.0]");
    app.set_at_start(f64::INFINITY).unwrap();
    assert_eq!(app.pending_restart()[0].waiting, json!("inf"));
}

#[test]
fn a_patch_beside_an_infinity_keeps_it() {
    let (_folder, app) = app();
    app.set_list(vec![f64::INFINITY, 1.0]).unwrap();
    app.patch(json!([{"op": "replace", "path": "/list/1", "value": 7.0}])).unwrap();
    assert_eq!(*app.list(), [f64::INFINITY, 7.0]);
}
