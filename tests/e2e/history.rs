//! The history of versions, and rollbacks.

mod before_secrets;
mod model;
mod suppressed_variables;
mod suppressions;
mod wake_source;

use std::{sync::OnceLock, time::Duration};

use hotswap::{Cause, HotConfig, Record, Secret, WeakHandle};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder, eventually};

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: Limit,
    #[hot(default = 80, restart)]
    port: u16,
    #[hot(default = [])]
    services: Vec<Service>,
    #[hot(nested)]
    tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = 1)]
    burst: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Service {
    name: String,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tls {
    cert: String,
    #[hot(secret)]
    key: hotswap::Secret<String>,
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder()
        .file(folder.path("app.toml"))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .watch(false)
        .load()
        .unwrap()
}

fn reload(app: &AppHandle, folder: &Folder, text: &str) -> u64 {
    folder.write("app.toml", text);
    app.reload().unwrap()
}

fn lines(record: &Record) -> Vec<String> {
    record.changes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rollback_is_a_new_version_with_old_content() {
    let folder = Folder::with("app.toml", "limit.max = 6");
    let app = app(&folder);
    app.set_limit_burst(2).unwrap();
    reload(&app, &folder, "limit.max = 7");
    app.set_limit_burst(3).unwrap();

    assert_eq!(app.rollback_to(2).unwrap(), 5);
    assert_eq!((app.version(), app.limit_max(), app.limit_burst()), (5, 6, 2));
    assert_eq!(app.at(5).unwrap(), app.at(2).unwrap());
    let last = app.history().pop().unwrap();
    assert_eq!((last.version, &last.cause), (5, &Cause::Rollback(2)));
    assert_eq!(lines(&last), ["limit.max: 7 -> 6", "limit.burst: 3 -> 2"]);
}

/// I29: content that was valid once may be invalid now.
#[test]
fn what_is_not_valid_any_more_does_not_come_back() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static LEAST: AtomicU32 = AtomicU32::new(1);

    fn enough(max: &u32) -> Result<(), String> {
        let least = LEAST.load(Ordering::Relaxed);
        if *max < least { Err(format!("{max} is less than {least}")) } else { Ok(()) }
    }

    #[derive(Deserialize, HotConfig)]
    struct Strict {
        #[hot(custom = enough)]
        max: u32,
    }

    let folder = Folder::with("app.toml", "max = 5");
    let strict = Strict::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    folder.write("app.toml", "max = 9");
    strict.reload().unwrap();
    LEAST.store(6, Ordering::Relaxed);

    let error = strict.rollback(1).unwrap_err().to_string();
    assert!(error.contains("max: 5 is less than 6"), "{error}");
    assert_eq!((strict.version(), strict.max(), strict.history().len()), (2, 9, 2));
    assert!(strict.status().sources.iter().all(|source| source.held.is_none()));
}

#[test]
fn one_step_back_twice_leads_there_and_back() {
    let folder = Folder::with("app.toml", "limit.max = 6");
    let app = app(&folder);
    reload(&app, &folder, "limit.max = 7");
    app.by("alice").set_limit_burst(2).unwrap();
    assert_eq!(app.rollback(2).unwrap(), 4);
    assert_eq!((app.limit_max(), app.limit_burst(), app.overrides().len()), (6, 1, 0));
    assert_eq!(app.rollback(1).unwrap(), 5);
    assert_eq!((app.limit_max(), app.limit_burst()), (7, 2));
    assert_eq!(app.overrides()[0].by(), Some("alice"));
    // The content of the file is in force, and is shown with its line again.
    let path = folder.path("app.toml").display().to_string();
    assert_eq!(app.explain("limit.max").origin().unwrap().to_string(), format!("at {path}:1:13"));
}

#[test]
fn a_record_says_who_and_what_and_how_long() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.by("alice").set_limit_max(9).unwrap();
    app.by("bob").rollback(1).unwrap();
    let [first, set, back] = &app.history()[..] else { panic!("three versions") };
    assert_eq!((&first.cause, &first.by, first.changed.len()), (&Cause::Start, &None, 0));
    assert_eq!((set.by.as_deref(), &set.changed), (Some("alice"), &vec!["limit.max".to_owned()]));
    assert_eq!(lines(set), ["limit.max: 5 -> 9"]);
    assert_eq!((&back.cause, back.by.as_deref()), (&Cause::Rollback(1), Some("bob")));
    assert!(set.at <= back.at && back.duration > Duration::ZERO);
    let json = serde_json::to_value(back).unwrap();
    assert_eq!((&json["cause"]["rollback"], &json["changes"][0]["new"]), (&1.into(), &5.into()));
    assert!(json["duration"].as_f64().unwrap() > 0.0);
    assert_eq!(back.to_string(), "version 3, rollback to version 1 by bob\n  limit.max: 9 -> 5");
}

#[test]
fn changes_are_told_at_the_deepest_place() {
    let services =
        |port: u16| format!("services = [{{name = 'a', port = 1}}, {{name = 'b', port = {port}}}]");
    let folder = Folder::with("app.toml", &services(2));
    let app = app(&folder);
    reload(&app, &folder, &services(3));
    reload(&app, &folder, &services(3).replace("[{", "[{name = 'c', port = 4}, {"));
    let history = app.history();
    assert_eq!(
        (&history[1].changed, lines(&history[1])),
        (&vec!["services".to_owned()], vec!["services[1].port: 2 -> 3".to_owned()])
    );
    assert_eq!(lines(&history[2]), [r#"services[0]: null -> {"name":"c","port":4}"#]);
}

/// A value that is too large to be encoded for each change is shown as the source gave it.
#[test]
fn changes_of_a_large_leaf_are_told_at_the_deepest_place_too() {
    let services = |port: u16| {
        let one = |number: u16| format!("{{name = 'a', port = {}}}", if number == 900 { port } else { 1 });
        format!("services = [{}]", (0..1_000).map(one).collect::<Vec<_>>().join(","))
    };
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    reload(&app, &folder, &services(2));
    reload(&app, &folder, &services(3));
    let history = app.history();
    assert_eq!(lines(&history[1]).len(), 1_000);
    assert_eq!(lines(&history[2]), ["services[900].port: 2 -> 3"]);
}

#[test]
fn secrets_are_redacted() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    reload(&app, &folder, "tls = { cert = 'a', key = 'hunter2' }");
    reload(&app, &folder, "tls = { cert = 'b', key = 'hunter2' }");
    reload(&app, &folder, "tls = { cert = 'b', key = 'hunter3' }");
    let history = app.history();
    assert_eq!(lines(&history[1]), [r#"tls: null -> {"cert":"a","key":"***"}"#]);
    assert_eq!(lines(&history[2]), [r#"tls.cert: "a" -> "b""#]);
    assert_eq!(lines(&history[3]), [r#"tls.key: "***" -> "***""#]);
    let told =
        format!("{history:?} {:?} {}", app.diff(1, 4).unwrap(), serde_json::to_string(&history).unwrap());
    assert!(!told.contains("hunter"), "{told}");
    assert_eq!(app.at(2).unwrap().tls.as_ref().unwrap().key.expose(), "hunter3");
}

/// An unmarked secret, and a type that cannot be written.
#[test]
fn secrets_that_types_hold_are_redacted_and_other_values_are_shown_as_they_were_given() {
    #[derive(Clone, Debug, Deserialize, HotConfig)]
    struct Held {
        logins: Vec<Login>,
        level: Level,
    }

    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Login {
        password: Secret<String>,
    }

    #[derive(Clone, Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        Low,
        High,
    }

    let folder = Folder::with("app.toml", "level = 'low'\nlogins = [{password = 'hunter2'}]");
    let builder = Held::hot_builder().file(folder.path("app.toml"));
    let held = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).watch(false).load().unwrap();
    folder.write("app.toml", "level = 'high'\nlogins = [{password = 'hunter3'}]");
    held.reload().unwrap();
    let told = [r#"logins: "***" -> "***""#, r#"level: "low" -> "high""#];
    assert_eq!(lines(&held.history()[1]), told);
    assert_eq!(held.diff(1, 2).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>(), told);
    assert_eq!(held.at(1).unwrap().logins[0].password.expose(), "hunter3");
}

#[test]
fn versions_are_compared_in_both_directions() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.set_limit_max(9).unwrap();
    app.set_limit_burst(2).unwrap();
    app.set_limit_max(5).unwrap();
    let diff = |a, b| app.diff(a, b).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(diff(1, 4), ["limit.burst: 1 -> 2"]);
    assert_eq!(diff(3, 1), ["limit.max: 9 -> 5", "limit.burst: 2 -> 1"]);
    assert!(diff(2, 2).is_empty());
}

#[test]
fn unknown_versions_are_named_with_those_that_are_known() {
    let folder = Folder::with("app.toml", "#");
    let app = App::hot_builder().file(folder.path("app.toml")).history(2).load().unwrap();
    for max in 6..9 {
        app.set_limit_max(max).unwrap();
    }
    let known = "versions 3 to 4 are";
    let says = |error: hotswap::Error, what: &str| {
        let error = error.to_string();
        assert!(error.ends_with(&format!("{what}; {known}")), "{error}");
    };
    says(app.at(2).unwrap_err(), "version 2 is not remembered");
    says(app.diff(4, 1).unwrap_err(), "version 1 is not remembered");
    says(app.rollback_to(5).unwrap_err(), "version 5 is not remembered");
    says(app.rollback(2).unwrap_err(), "version 2 is not remembered");
    says(app.rollback(4).unwrap_err(), "no version is 4 steps back");
    assert_eq!((app.version(), app.rollback(1).unwrap()), (4, 5));
}

#[test]
fn without_history_there_is_no_way_back() {
    let folder = Folder::with("app.toml", "#");
    let app = App::hot_builder().file(folder.path("app.toml")).no_history().load().unwrap();
    app.set_limit_max(6).unwrap();
    let error = app.rollback(1).unwrap_err().to_string();
    assert!(
        error.ends_with("version 1 is not remembered; none is, as the history is switched off"),
        "{error}"
    );
    assert_eq!((app.at(2).unwrap().limit.max, app.history()), (6, vec![]));
}

#[test]
fn a_component_does_not_roll_back_the_application() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.set_limit_max(6).unwrap();
    let limit = app.limit();
    assert!(limit.rollback(1).is_err() && limit.rollback_to(1).is_err());
    assert!(limit.at(1).is_err() && limit.diff(1, 2).is_err());
    assert_eq!((limit.history().len(), app.version()), (2, 2));
}

#[test]
fn to_go_back_to_what_holds_publishes_nothing() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    assert_eq!((app.rollback(0).unwrap(), app.rollback_to(1).unwrap(), app.history().len()), (1, 1, 1));
}

#[test]
fn a_field_that_needs_a_restart_keeps_running_through_a_rollback() {
    let folder = Folder::with("app.toml", "port = 80");
    let app = app(&folder);
    reload(&app, &folder, "port = 81\nlimit.max = 6");
    reload(&app, &folder, "port = 82\nlimit.max = 7");
    assert_eq!((app.at(2).unwrap().port, app.port()), (80, 80));
    app.rollback(1).unwrap();
    assert_eq!((app.port(), app.limit_max(), &app.pending_restart()[0].waiting), (80, 6, &81.into()));
    app.rollback_to(1).unwrap();
    assert!(app.pending_restart().is_empty());
}

/// A pending write gives no new version; it belongs to the version in which it was made.
#[test]
fn what_waits_is_part_of_the_version_it_was_written_in() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    assert_eq!((app.set_port(81).unwrap(), app.set_limit_max(6).unwrap()), (1, 2));
    app.rollback(1).unwrap();
    assert_eq!((app.limit_max(), &app.pending_restart()[0].waiting), (5, &81.into()));
}

#[test]
fn a_fixed_handle_goes_back_too() {
    #[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
    struct Mute {
        word: Word,
        #[hot(default = 1)]
        max: u32,
    }
    // It cannot be written, so it cannot be loaded again, either.
    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Word(String);

    let word = |text: &str| Word(text.to_owned());
    let mute = Mute::hot_fixed(Mute { word: word("a"), max: 1 });
    mute.set_word(word("b")).unwrap();
    mute.set_max(2).unwrap();
    assert_eq!(*mute.at(1).unwrap(), Mute { word: word("a"), max: 1 });
    let told: Vec<_> = mute.diff(1, 3).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(told, [r#"word: "***" -> "***""#, "max: 1 -> 2"]);
    assert_eq!((mute.rollback_to(1).unwrap(), mute.word().0.clone()), (4, "a".to_owned()));
    assert_eq!((mute.rollback(1).unwrap(), mute.max(), mute.word().0.clone()), (5, 2, "b".to_owned()));
}

/// I19: dropping an old value neither blocks nor is blocked.
#[test]
fn an_old_value_may_ask_for_anything_when_it_goes() {
    static ASKED: OnceLock<WeakHandle<Curious>> = OnceLock::new();

    #[derive(Clone, Deserialize, HotConfig)]
    struct Curious {
        value: Value,
    }

    #[derive(Clone, PartialEq, Deserialize)]
    struct Value(u32);

    impl Drop for Value {
        fn drop(&mut self) {
            if let Some(config) = ASKED.get().and_then(WeakHandle::upgrade) {
                drop((config.history(), config.status(), config.at(config.version())));
            }
        }
    }

    let config = Curious::hot_fixed(Curious { value: Value(0) });
    ASKED.set(config.downgrade()).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        (1..100).for_each(|value| assert_eq!(config.set_value(Value(value)).unwrap(), u64::from(value) + 1));
        tell.send(config.history().len()).unwrap();
    });
    assert_eq!(told.recv_timeout(BOUND).unwrap(), 32);
}

#[test]
fn a_value_whose_time_is_over_does_not_come_back() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.for_duration(Duration::from_millis(1)).set_limit_max(6).unwrap();
    app.set_limit_burst(2).unwrap();
    std::thread::sleep(Duration::from_millis(2));
    app.rollback_to(2).unwrap();
    assert_eq!((app.limit_max(), app.limit_burst(), app.overrides().len()), (5, 1, 0));
}

/// I4: each version increments one of the numbers, whichever thread wrote it.
#[test]
fn four_threads_at_once_lose_no_version() {
    const EACH: u32 = 25;
    let folder = Folder::with("app.toml", "limit.max = 1\nlimit.burst = 0");
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).history(1000).load().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let app = app.by(format!("thread {thread}"));
            scope.spawn(move || {
                for _ in 0..EACH {
                    app.update(|app| match thread % 2 {
                        0 => app.limit.max += 1,
                        _ => app.limit.burst += 1,
                    })
                    .unwrap();
                }
            });
        }
    });
    let history = app.history();
    assert_eq!(history.len(), 4 * EACH as usize + 1);
    for record in &history {
        let Limit { max, burst } = app.at(record.version).unwrap().limit;
        assert_eq!(
            (u64::from(max + burst), record.changes.len()),
            (record.version, usize::from(record.version > 1))
        );
    }
    let of_one = history.iter().filter(|record| record.by.as_deref() == Some("thread 2")).count();
    assert_eq!(of_one, EACH as usize);
}

#[test]
fn subscribers_hear_of_a_rollback() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.set_limit_max(6).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let _subscription =
        app.subscribe(move |change| tell.send((change.cause().clone(), change.new().limit.max)).unwrap());
    app.rollback(1).unwrap();
    assert_eq!(told.recv_timeout(BOUND).unwrap(), (Cause::Rollback(1), 5));
}

#[test]
fn a_change_of_a_file_after_a_rollback_is_heard() {
    let folder = Folder::with("app.toml", "limit.max = 6");
    let app = App::hot_builder().file(folder.path("app.toml")).load().unwrap();
    folder.write("app.toml", "limit.max = 7");
    eventually("the file is read", || app.limit_max() == 7);
    app.rollback(1).unwrap();
    folder.write("app.toml", "limit.max = 7 # a comment changes nothing");
    folder.write("app.toml", "limit.max = 8");
    eventually("something else is heard", || app.limit_max() == 8);
    let versions: Vec<_> = app.history().iter().map(|record| lines(record).join(" ")).collect();
    assert_eq!(versions[2..], ["limit.max: 7 -> 6", "limit.max: 6 -> 8"]);
}
