//! Text that a type splits, or reads as a value of another type.

use serde_json::json;

use super::*;

/// The parts of such a text have no template, so an override with one ends with the process.
#[test]
fn a_text_that_its_type_takes_apart() {
    let host = |port| Host { name: format!("{CANARY}2"), port };
    let app = updated(|app| app.hosts.push(Host::default()));
    assert_eq!(*app.hosts(), [host(1), host(2), Host::default()]);
    let app = updated(|app| app.hosts.swap(0, 1));
    assert_eq!(*app.hosts(), [host(2), host(1)]);
    for write in [
        |app: &AppHandle| app.update(|app| app.host.port = 9),
        |app: &AppHandle| app.patch(json!([{"op": "replace", "path": "/host/port", "value": 9}])),
        |app: &AppHandle| app.update(|app| app.name.clone_from(&app.host.name)),
        |app: &AppHandle| app.patch(json!([{"op": "copy", "from": "/host/name", "path": "/name"}])),
        |app: &AppHandle| app.update(|app| app.name.clone_from(&app.list[1])),
        |app: &AppHandle| app.update(|app| app.name.clone_from(&app.url.0)),
        |app: &AppHandle| app.patch(json!([{"op": "copy", "from": "/url", "path": "/name"}])),
    ] {
        let app = after_a_restart(|app| {
            let version = write(app)?;
            let shown = app.overrides()[0].value().unwrap().to_string();
            assert!(shown.contains("${PW}") || shown.contains("${LIST}"), "{shown}");
            assert!(app.host().port == 9 || app.name().contains(CANARY));
            Ok(version)
        });
        assert_eq!((app.host().port, &**app.name()), (3, ""));
    }
}

/// The type adds a default to the content of the text.
#[test]
fn a_struct_that_was_one_text() {
    let login = |tries| Login { user: "u".into(), password: format!("x{CANARY}2"), tries };
    let app = updated(|app| app.other = Some(app.login.clone()));
    assert_eq!(*app.other(), Some(login(10)));
    let app = patched(json!([{"op": "copy", "from": "/login", "path": "/other"}]));
    assert_eq!(*app.other(), Some(login(10)));
    let app = updated(|app| app.other = Some(Login { tries: 3, ..app.login.clone() }));
    assert_eq!(*app.other(), None);
    let app = updated(|app| app.login.tries = 3);
    assert_eq!(*app.login(), login(10));
}

#[test]
fn a_field_of_any_type_takes_what_is_set() {
    let folder = folder();
    let app = load(&folder, &Log::default());
    assert_eq!(*app.any(), json!("7777701"));
    for any in [json!(7_777_701), json!("7777701"), json!(8080), json!(["a", 1]), json!(null)] {
        app.patch(json!([{"op": "replace", "path": "/any", "value": any}])).unwrap();
        assert_eq!(*app.any(), any);
        app.clear_overrides().unwrap();
        app.update(|app| app.any = any.clone()).unwrap();
        assert_eq!(*app.any(), any);
        app.clear_overrides().unwrap();
    }
    let list = json!([format!("alpha{CANARY}"), format!("beta{CANARY}1")]);
    let app = after_a_restart(|app| {
        let version = app.patch(json!([{"op": "add", "path": "/any", "value": list}]))?;
        assert_eq!(*app.any(), list);
        Ok(version)
    });
    assert_eq!(*app.any(), json!("7777702"));
}
