//! Accepted writes that change no running value: observed once, and detected by writers that did not expect
//! them.

use std::{
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use hotswap::{Error, Event, HotConfig, Restart};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{BOUND, Folder, eventually};

const LONG: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 80, restart)]
    port: u16,
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(nested)]
    part: Part,
    #[hot(default = ["a"])]
    names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 9, restart)]
    high: u32,
}

/// A configuration whose file says `text`, and the lines of its events.
fn start(folder: &Folder, text: &str) -> (AppHandle, Receiver<String>) {
    folder.write("app.toml", text);
    let (sender, events) = channel();
    let observe = move |event: &Event<'_>| drop(sender.send(event.to_string()));
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).observe(observe).load().unwrap();
    (app, events)
}

/// The events after the start, once the configuration has ended.
fn after_start(app: AppHandle, events: &Receiver<String>) -> Vec<String> {
    app.shutdown().unwrap();
    drop(app);
    std::iter::from_fn(|| events.recv_timeout(BOUND).ok()).skip(1).collect()
}

type Write = fn(&AppHandle) -> Result<u64, Error>;

/// Makes a write after `prepare`; it must change no version, have one event, and refuse a writer that does not expect it.
fn unpublished(text: &str, prepare: Write, write: Write, event: &str) {
    let folder = Folder::new();
    let (app, events) = start(&folder, text);
    prepare(&app).unwrap();
    let (version, revision, history) = (app.version(), app.current_revision(), app.history().len());

    assert_eq!(write(&app).unwrap(), version, "{event}");

    assert_eq!((app.version(), app.history().len()), (version, history), "{event}");
    assert!(app.current_revision() > revision, "{event}");
    let error = app.if_version(version).set_max(77).unwrap_err();
    assert!(error.to_string().contains("a write was accepted after version"), "{error}");
    assert!(error.to_string().contains("use `current_revision` and `if_revision`"), "{error}");
    let error = app.if_revision(revision).set_max(77).unwrap_err();
    assert!(error.to_string().contains(&format!("expected revision {revision}")), "{error}");
    assert!(error.to_string().contains("read the configuration again, and retry"), "{error}");
    app.if_revision(app.current_revision()).set_max(78).unwrap();
    assert_eq!(app.if_version(app.version()).set_max(79).unwrap(), version + 2);

    let seen = after_start(app, &events);
    let lines: Vec<_> = seen.iter().filter(|line| line.contains("stays,")).collect();
    let before: usize = revision.to_string().rsplit('.').next().unwrap().parse().unwrap();
    assert_eq!(lines.len(), before + 1, "{seen:?}");
    assert_eq!(lines[before].as_str(), format!("version {version} stays, {event}"));
}

fn nothing(app: &AppHandle) -> Result<u64, Error> {
    Ok(app.version())
}

#[test]
fn a_field_that_waits_for_a_restart_is_an_accepted_write() {
    unpublished("#", nothing, |app| app.by("alice").set_port(81), "set by alice: port");
    unpublished("#", nothing, |app| app.part().set_high(3), "set: part.high");
    unpublished("#", nothing, |app| app.update(|app| app.part.high = 3), "update: part.high");
    unpublished("#", nothing, |app| app.merge_patch(json!({ "port": 81 })), "patch: port");
    unpublished("#", |app| app.set_port(81), |app| app.set_port(82), "set: port");
    unpublished("#", |app| app.set_port(81), |app| app.set_port(80), "set: port");
}

#[test]
fn the_value_of_the_file_is_an_accepted_write() {
    unpublished(
        "max = 6",
        nothing,
        |app| app.by("bob").merge_patch(json!({ "max": 6 })),
        "patch by bob: max",
    );
    unpublished("#", nothing, |app| app.merge_patch(json!({ "names": ["a"] })), "patch: names");
    let replace = |app: &AppHandle| {
        app.patch(json!([
            { "op": "replace", "path": "/max", "value": 6 },
            { "op": "replace", "path": "/part/low", "value": 1 },
        ]))
    };
    unpublished("max = 6", nothing, replace, "patch: max, part.low");
}

#[test]
fn another_life_of_an_override_is_an_accepted_write() {
    let lend: Write = |app| app.for_duration(Duration::from_secs(600)).set_max(6);
    unpublished("#", lend, |app| app.by("bob").for_duration(LONG).set_max(6), "set by bob: max");
    unpublished("#", lend, |app| app.set_max(6), "set: max");
    unpublished("#", |app| app.set_max(6), |app| app.for_duration(LONG).set_max(6), "set: max");
    unpublished("#", lend, |app| app.for_duration(LONG).merge_patch(json!({ "max": 6 })), "patch: max");
}

#[test]
fn an_override_of_the_value_of_the_file_is_cleared_by_an_accepted_write() {
    let set: Write = |app| app.merge_patch(json!({ "max": 6 }));
    unpublished("max = 6", set, |app| app.by("eve").clear_override("max"), "override cleared by eve: max");
    unpublished("max = 6", set, |app| app.clear_overrides(), "override cleared: max");
    unpublished(
        "port = 80",
        |app| app.set_port(81),
        |app| app.clear_override("port"),
        "override cleared: port",
    );
}

#[test]
fn a_rollback_to_equal_values_is_an_accepted_write() {
    let versions: Write = |app| {
        app.set_part_low(2)?;
        app.set_part_low(1)
    };
    unpublished("#", versions, |app| app.by("eve").rollback(2), "rollback to version 1 by eve: part.low");
}

#[test]
fn a_value_that_is_set_again_expires_as_the_last_write_says() {
    let folder = Folder::new();
    let (app, _) = start(&folder, "#");
    app.by("alice").for_duration(LONG).set_max(6).unwrap();
    let first = app.overrides()[0].expires().unwrap();
    app.by("bob").for_duration(2 * LONG).set_max(6).unwrap();
    let prolonged = app.overrides().remove(0);
    assert!(prolonged.expires().unwrap() > first + LONG / 2);
    assert_eq!(prolonged.by(), Some("bob"));
    app.set_max(6).unwrap();
    assert_eq!((app.overrides()[0].expires(), app.version()), (None, 2));
    app.for_duration(Duration::from_millis(20)).set_max(6).unwrap();
    eventually("the value of the file is back", || app.max() == 5);
}

#[test]
fn a_struct_that_is_set_again_prolongs_the_overrides_in_it() {
    let folder = Folder::new();
    let (app, _) = start(&folder, "#");
    app.for_duration(LONG).set_part_low(2).unwrap();
    app.set_part(Part { low: 2, high: 9 }).unwrap();
    let overrides = app.overrides();
    assert_eq!((overrides.len(), overrides[0].path(), overrides[0].expires()), (1, "part.low", None));
}

#[test]
fn a_write_that_changes_nothing_is_no_change() {
    let folder = Folder::new();
    let (app, events) = start(&folder, "max = 6");
    let revision = app.current_revision();
    app.set_max(6).unwrap();
    app.update(|_| {}).unwrap();
    app.clear_overrides().unwrap();
    app.reload().unwrap();
    app.set_max(7).unwrap();
    let changed = app.current_revision();
    app.set_max(7).unwrap();
    assert_eq!(
        (revision.version(), changed.to_string(), app.current_revision()),
        (1, "2.0".to_owned(), changed)
    );
    app.if_version(2).set_max(8).unwrap();
    assert_eq!(after_start(app, &events).len(), 2);
}

#[test]
fn an_override_that_expires_without_a_difference_is_observed_and_blocks_no_writer() {
    let folder = Folder::new();
    let (app, events) = start(&folder, "max = 6");
    app.if_version(1).set_part_low(4).unwrap();
    app.for_duration(Duration::from_millis(20)).merge_patch(json!({ "max": 6 })).unwrap();
    eventually("the override expires", || app.overrides().len() == 1);
    app.if_revision(app.current_revision()).set_part_low(5).unwrap();
    let seen = after_start(app, &events);
    assert_eq!(seen[1..3], ["version 2 stays, patch: max", "version 2 stays, override expired: max"]);
}

#[test]
fn a_reload_that_changes_no_running_value_is_observed_and_blocks_no_writer() {
    let folder = Folder::new();
    let (app, events) = start(&folder, "max = 6");
    let file = folder.path("app.toml").display().to_string();
    let revision = app.current_revision();
    folder.write("app.toml", "max = 6\nport = 81");
    app.reload().unwrap();
    assert!(app.current_revision() > revision);
    folder.write("app.toml", "max = 'six'");
    app.reload().unwrap_err();
    let revision = app.current_revision();
    folder.write("app.toml", "max = 6\nport = 81");
    app.reload().unwrap();
    assert!(app.current_revision() > revision);
    app.if_version(1).set_max(7).unwrap();
    let seen = after_start(app, &events);
    let line = format!("version 1 stays, file {file}");
    assert_eq!([&seen[0], &seen[2]], [&format!("{line}: port"), &line], "{seen:?}");
    assert!(seen[1].contains("refused"), "{seen:?}");
}

#[test]
fn an_edit_that_changes_nothing_in_force_has_no_event_and_no_revision() {
    let folder = Folder::new();
    let (app, events) = start(&folder, "max = 6");
    app.set_max(7).unwrap();
    app.set_part_low(3).unwrap();
    let revision = app.current_revision();
    for text in
        ["# a comment\nmax = 6", "max = 8", "port = 80\nmax = 7", "[part]\nlow = 3", "part = { low = 3 }"]
    {
        folder.write("app.toml", text);
        app.reload().unwrap();
        assert_eq!(app.current_revision(), revision, "{text}");
    }
    app.save_overrides(folder.path("app.toml")).unwrap();
    app.reload().unwrap();
    assert_eq!(app.current_revision(), revision);
    assert_eq!(after_start(app, &events).len(), 2);
}

#[test]
fn a_watched_file_whose_comments_change_has_no_event() {
    let folder = Folder::with("app.yaml", "max: 6");
    let (sender, events) = channel();
    let observe = move |event: &Event<'_>| drop(sender.send(event.to_string()));
    let app = App::hot_builder().file(folder.path("app.yaml")).observe(observe).load().unwrap();
    let reloads = || app.status().counts.reloads;
    let before = reloads();
    folder.write("app.yaml", "# a comment\nmax: 6");
    eventually("the edit is read", || reloads() > before);
    folder.write("app.yaml", "max: 7");
    eventually("the value changes", || app.max() == 7);
    assert_eq!(app.current_revision().to_string(), "2.0");
    assert_eq!(after_start(app, &events).len(), 1);
}

#[test]
fn a_handle_without_sources_counts_such_writes_too() {
    let app = Part::hot_fixed(Part { low: 1, high: 9 });
    let revision = app.current_revision();
    app.merge_patch(json!({ "low": 1 })).unwrap();
    assert!(app.if_version(1).set_low(2).is_err() && app.if_revision(revision).set_low(2).is_err());
    assert_eq!(app.if_revision(app.current_revision()).set_low(2).unwrap(), 2);
}

#[test]
fn an_accepted_write_names_its_author_and_takes_time() {
    let folder = Folder::with("app.toml", "#");
    let (sender, events) = channel();
    let observe = move |event: &Event<'_>| {
        if let Event::Accepted { number, by, changed, duration, version, .. } = event {
            let _ = sender.send((*number, by.map(str::to_owned), changed.to_vec(), *duration, *version));
        }
        assert!(!format!("{event:?}").starts_with("Accepted") || event.record().is_none());
    };
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).observe(observe).load().unwrap();
    app.by("alice").update(|app| (app.port, app.part.high) = (81, 3)).unwrap();
    let (number, by, changed, duration, version) = events.recv_timeout(BOUND).unwrap();
    assert_eq!((number, by.as_deref(), version), (2, Some("alice"), 1));
    assert_eq!(changed, ["part.high", "port"]);
    assert!(duration > Duration::ZERO);
    assert_eq!(app.status().observers[0].panics, 0);
}

#[test]
fn a_refused_write_for_a_restart_is_no_accepted_one() {
    let folder = Folder::with("app.toml", "#");
    let app = App::hot_builder()
        .file(folder.path("app.toml"))
        .watch(false)
        .restart(Restart::Refuse)
        .load()
        .unwrap();
    let revision = app.current_revision();
    app.set_port(81).unwrap_err();
    assert_eq!(app.current_revision(), revision);
    app.if_version(1).set_max(6).unwrap();
}

#[test]
fn a_revision_travels_over_a_wire() {
    let folder = Folder::new();
    let (app, _) = start(&folder, "#");
    app.set_port(81).unwrap();
    let text = serde_json::to_string(&app.current_revision()).unwrap();
    let again: hotswap::Revision = serde_json::from_str(&text).unwrap();
    assert_eq!((again, again.version(), again.to_string()), (app.current_revision(), 1, "1.1".to_owned()));
}

#[test]
fn the_same_write_by_the_same_author_blocks_nobody() {
    let writes: [Write; 4] = [
        |app| app.if_version(app.version()).merge_patch(json!({ "max": 7 })),
        |app| app.patch_if(2, json!([{ "op": "replace", "path": "/max", "value": 7 }])),
        |app| app.by("bob").merge_patch(json!({ "max": 7, "names": ["b"] })),
        |app| app.merge_patch_if(2, json!({ "names": ["b"] })),
    ];
    for write in writes {
        let folder = Folder::new();
        let (app, events) = start(&folder, "#");
        let patch = json!({ "max": 7, "names": ["b"] });
        app.merge_patch(patch.clone()).unwrap();
        if write(&app).unwrap() == 2 && app.overrides().iter().all(|entry| entry.by().is_none()) {
            for _ in 0..3 {
                assert_eq!(app.merge_patch_if(2, patch.clone()).unwrap(), 2);
                assert_eq!(write(&app).unwrap(), 2);
            }
            assert_eq!(after_start(app, &events).len(), 1);
        } else {
            assert!(app.merge_patch_if(2, patch).is_err(), "another author");
        }
    }
}
