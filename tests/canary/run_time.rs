//! A running configuration with writes, patches, refusals, rollbacks and subscribers.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hotswap::{Event, HotConfig, PlaintextSecrets, Secret};
use serde_json::json;

use crate::{
    app::{App, AppHandle, told_by, told_of},
    canary::{CANARY, assert_silent, quoted},
    heard::{heard, listen},
};

struct Scene {
    app: AppHandle,
    path: std::path::PathBuf,
    said: Arc<Mutex<String>>,
    _folder: tempfile::TempDir,
}

fn scene() -> Scene {
    listen();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.toml");
    let secret = quoted();
    let text = format!(
        "password = {secret}\nkeys = [{secret}]\ntokens.a = {secret}\ndb.password = {secret}\nlogins = [{{ user = 'a', password = {secret} }}]"
    );
    fs::write(&path, text).unwrap();
    let builder = App::hot_builder().file(&path).plaintext_secrets(PlaintextSecrets::Allow);
    let said = Arc::new(Mutex::new(String::new()));
    let observed = Arc::clone(&said);
    let observe = move |event: &Event<'_>| {
        let record = event.record().map(|record| serde_json::to_string(record).unwrap());
        observed.lock().unwrap().push_str(&format!("event {event} {event:?} {record:?}\n"));
    };
    let app = builder.watch(false).observe(observe).load().unwrap();
    let hear = |what: &'static str| {
        let said = Arc::clone(&said);
        move |text: String| said.lock().unwrap().push_str(&format!("{what} {text}\n"))
    };
    let pattern = hear("pattern");
    app.watch_pattern("**", move |field| pattern(format!("{field} {field:?}"))).detach();
    let change = hear("change");
    app.subscribe(move |change_| {
        change(format!("{change_:?} {:?} {:?}", change_.changed(), change_.cause()))
    })
    .detach();
    let refused = hear("refused");
    app.on_reload_error(move |error| refused(told_of(error))).detach();
    let warned = hear("warned");
    app.on_warning(move |error| warned(told_of(error))).detach();
    Scene { app, path, said, _folder: folder }
}

impl Scene {
    #[track_caller]
    fn is_silent(&self, what: &str, outcome: &str) {
        self.is_silent_but_for_now(what, outcome);
        let deadline = Instant::now() + Duration::from_secs(30);
        // Callbacks are called a moment later.
        while self.said.lock().unwrap().is_empty() && Instant::now() < deadline && self.app.version() > 1 {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.is_silent_but_for_now(what, outcome);
    }

    #[track_caller]
    fn is_silent_but_for_now(&self, what: &str, outcome: &str) {
        let said = self.said.lock().unwrap().clone();
        assert_silent(what, &format!("{outcome}\n{}\n{said}\n{}", told_by(&self.app), heard()));
    }
}

fn outcome(result: Result<u64, hotswap::Error>) -> String {
    result.map_or_else(|error| told_of(&error), |version| version.to_string())
}

fn other() -> String {
    format!("{}2", *CANARY)
}

#[test]
fn writes_keep_it() {
    let scene = scene();
    let set = outcome(scene.app.by("me").set_password(Secret::new(other())));
    scene.is_silent("set", &set);
    let update = outcome(scene.app.update(|app| {
        app.logins.push(crate::app::Login { user: "b".into(), password: Secret::new(other()) });
        app.keys.push(Secret::new(other()));
    }));
    scene.is_silent("update", &update);
    let refused = outcome(scene.app.set_short(Secret::new(other())));
    scene.is_silent("a set that is refused", &refused);
    scene.app.set_check("fail".into()).unwrap_err();
    let refused = outcome(scene.app.set_check("panic".into()));
    scene.is_silent("a check that panics", &refused);
}

#[test]
fn patches_keep_it() {
    let scene = scene();
    let secret = &*CANARY;
    let patches = [
        json!([{"op": "replace", "path": "/password", "value": secret}]),
        json!([{"op": "test", "path": "/password", "value": secret}]),
        json!([{"op": "add", "path": "/keys/-", "value": secret}]),
        json!([{"op": "copy", "from": "/password", "path": "/check"}]),
        json!([{"op": "move", "from": "/tokens/a", "path": "/check"}]),
        json!([{"op": "copy", "from": "/logins/0", "path": "/logins/1"}]),
        json!([{"op": "replace", "path": "/db", "value": {"password": secret}}]),
        json!([{"op": "replace", "path": "/passwort", "value": secret}]),
        json!([{"op": "replace", "path": "/password", "value": [secret]}]),
        json!([{"op": "oops", "path": secret, "value": secret}]),
        json!([{"op": "replace", "path": "/port", "value": 7}]),
    ];
    for patch in patches {
        let what = patch.to_string().replace(&quoted(), "<the canary>");
        let said = outcome(scene.app.patch(patch));
        // Paths do not contain secrets, and are shown.
        if !what.contains("oops") {
            scene.is_silent(&what, &said);
        }
    }
    let merged = outcome(
        scene.app.merge_patch(json!({"password": secret, "keys": [secret], "db": {"password": secret}})),
    );
    scene.is_silent("a merge patch", &merged);
}

#[test]
fn hooks_and_callbacks_keep_it() {
    let scene = scene();
    let hook = scene.app.prepare(|change| Err::<(), _>(format!("no: {change:?} {:?}", change.new())));
    let refused = outcome(scene.app.set_port(9));
    scene.is_silent("a hook that refuses", &refused);
    drop(hook);
    let hook = scene.app.prepare(|change| -> Result<(), String> { panic!("canary: {:?}", change.new()) });
    let refused = outcome(scene.app.set_port(10));
    scene.is_silent("a hook that panics", &refused);
    drop(hook);
    scene.app.on_password_change(|old, new| panic!("canary: {old:?} {new:?}")).detach();
    let set = outcome(scene.app.set_password(Secret::new(other())));
    scene.is_silent("a callback that panics", &set);
    let assertion = std::panic::catch_unwind(|| assert_eq!(Secret::new(other()), Secret::from("canary")));
    assert_silent("assert_eq", &format!("{:?}", assertion.unwrap_err().downcast_ref::<String>()));
}

#[test]
fn reloads_and_rollbacks_keep_it() {
    let scene = scene();
    let text = fs::read_to_string(&scene.path).unwrap();
    let secret = quoted();
    let mut said = String::new();
    for text in [
        text.replace("tokens", "# tokens") + "port = 3",
        text.replace("'a'", "'b'"),
        format!("password = {secret} oops"),
        format!("password = [{secret}]"),
        format!("password = \"x\"\nshort = {secret}"),
        format!("password = {secret}\ncheck = 'fail'"),
        format!("password = {secret}\ncheck = 'panic'"),
        text.replace("Zk", "Zk2"),
    ] {
        fs::write(&scene.path, text).unwrap();
        said.push_str(&outcome(scene.app.reload()));
        scene.is_silent("a reload", &said);
    }
    said.push_str(&outcome(scene.app.rollback(1)));
    said.push_str(&outcome(scene.app.rollback_to(1)));
    said.push_str(&outcome(scene.app.rollback_to(77)));
    said.push_str(&outcome(scene.app.clear_overrides()));
    scene.is_silent("rollbacks", &said);
    // Every version uses today's secrets.
    assert_eq!(*scene.app.at(1).unwrap().password.expose(), format!("{}2", *CANARY));
}

#[test]
fn what_survives_a_restart_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("app.toml"), folder.path().join("state"));
    let secret = quoted();
    let text = |port: u16| {
        format!(
            "password = {secret}\nport = {port}\nkeys = [{secret}]\nlogins = [{{ user = 'a', password = {secret} }}]"
        )
    };
    let load = || {
        let builder = App::hot_builder().file(&path).plaintext_secrets(PlaintextSecrets::Allow);
        builder.watch(false).state_dir(&state).load().unwrap()
    };
    fs::write(&path, text(1)).unwrap();
    let app = load();
    app.set_password(Secret::new(other())).unwrap();
    fs::write(&path, text(2).replace("Zk", "Zk2")).unwrap();
    app.reload().unwrap();
    app.shutdown().unwrap();
    drop(app);
    let again = load();
    assert_silent("after a restart", &told_by(&again));
    again.shutdown().unwrap();
    drop(again);
    let files: Vec<_> = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let bytes = fs::read(&file).unwrap_or_default();
        assert_silent("the state", &String::from_utf8_lossy(&bytes));
    }
}
