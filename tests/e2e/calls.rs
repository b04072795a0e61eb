//! The `Debug` and `Display` output of handles, guards, paths and changes, and the async variants of calls.

use std::time::Duration;

use hotswap::{Cause, HotConfig};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(
    file = "base.toml",
    file("{profile}.toml", optional),
    dotenv("site.env", optional),
    env = "CALLS",
    profile = "site"
)]
struct Calls {
    #[hot(default = "info")]
    level: String,
    #[hot(default = "1m 30s", copy)]
    #[serde(with = "hotswap::duration")]
    pause: Duration,
    #[hot(default = 'x')]
    mark: char,
    #[hot(default = 0.5)]
    share: f32,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 1)]
    size: u32,
}

fn fixed() -> CallsHandle {
    Calls::hot_fixed(Calls {
        level: "info".into(),
        pause: Duration::from_secs(90),
        mark: 'x',
        share: 0.5,
        part: Part { size: 1 },
    })
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn the_attributes_name_the_sources() {
    let folder = Folder::with("base.toml", "level = 'warn'\npart.size = 2\nshare = 0.25");
    folder.write("site.toml", "part.size = 3");
    folder.write("site.env", "CALLS_MARK=y");
    let name = "calls::the_attributes_name_the_sources";
    with_variables(name, &[("CALLS_PAUSE", "5s")], || {
        // Paths are relative to the working directory, which belongs to this process.
        std::env::set_current_dir(folder.root()).unwrap();
        let config = block_on(Calls::hot_load_async()).unwrap();
        assert_eq!((config.level().as_str(), config.part_size(), config.mark()), ("warn", 3, 'y'));
        assert_eq!((config.pause(), config.share()), (Duration::from_secs(5), 0.25));
        let none = Calls::hot_builder().clear_sources();
        assert_eq!(block_on(none.check_async()).unwrap(), *fixed().snapshot());
    });
}

#[test]
fn async_writes_do_what_their_twins_do() {
    let config = fixed();
    assert_eq!(block_on(config.set_async(Calls::paths().part().size(), 4)).unwrap(), 2);
    assert_eq!(block_on(config.update_async(|config| config.part.size += 1)).unwrap(), 3);
    assert_eq!(block_on(config.reload_async()).unwrap(), 3);
    assert_eq!(config.part_size(), 5);
}

#[test]
fn guards_show_and_compare_what_they_hold() {
    let config = fixed();
    let level = config.level();
    assert_eq!(level, "info");
    assert_eq!((format!("{level}"), format!("{level:?}")), ("info".to_owned(), "\"info\"".to_owned()));
    assert_eq!(format!("{:?}", config.load()), format!("{:?}", *config.snapshot()));
    assert_eq!(format!("{:?}", config.part().load()), "Part { size: 1 }");
    let watch = config.watch(Calls::paths().level());
    assert_eq!(
        (watch.borrow().to_string(), format!("{watch:?}")),
        ("info".to_owned(), "Watch(\"info\")".to_owned())
    );
}

#[test]
fn handles_and_paths_name_themselves() {
    let config = fixed();
    let size = Calls::paths().part().size();
    assert_eq!(
        (size.to_string(), format!("{size:?}")),
        ("part.size".to_owned(), "Path(\"part.size\")".to_owned())
    );
    let plain: &hotswap::Handle<Calls> = &config;
    assert_eq!(format!("{plain:?}"), "Handle { config: \"Calls\", version: 1 }");
    let weak = config.downgrade();
    let again = weak.clone();
    assert_eq!(format!("{weak:?}"), "WeakHandle");
    drop(config);
    assert!(weak.upgrade().is_none() && again.upgrade().is_none());
}

#[test]
fn a_change_tells_what_why_and_since_when() {
    let config = fixed();
    let (tell, told) = std::sync::mpsc::channel();
    let _subscription = config.subscribe(move |change| {
        tell.send((
            format!("{change:?}"),
            change.old().part.size,
            change.new().part.size,
            change.cause().clone(),
        ))
        .unwrap();
    });
    config.set_part_size(2).unwrap();
    let (shown, old, new, cause) = told.recv_timeout(BOUND).unwrap();
    assert_eq!(shown, "Change { version: 2, cause: Set, changed: [\"part.size\"], .. }");
    assert_eq!((old, new, cause), (1, 2, Cause::Set));
}

#[test]
fn a_pattern_tells_both_values_and_a_bad_one_matches_nothing() {
    let config = fixed();
    let (tell, told) = std::sync::mpsc::channel();
    let never = tell.clone();
    let _nothing = config.watch_pattern("part.[", move |_| never.send(None).unwrap());
    let _subscription = config.part().watch_pattern("*", move |field| {
        tell.send(Some((field.path().to_owned(), field.old().clone(), field.new().clone(), field.version())))
            .unwrap();
    });
    config.set_part_size(2).unwrap();
    let heard = told.recv_timeout(BOUND).unwrap();
    assert_eq!(heard, Some(("size".to_owned(), 1.into(), 2.into(), 2)));
    let error = config.try_watch_pattern("part.[", |_| {}).unwrap_err().to_string();
    assert!(error.contains("`part.[` is not a pattern"), "{error}");
}

#[test]
fn causes_are_told_in_words() {
    let folder = Folder::with("app.toml", "part.size = 2");
    folder.write("app.env", "CALLS_MARK=y");
    let config = Calls::hot_builder()
        .clear_sources()
        .file(folder.path("app.toml"))
        .env("CALLS")
        .dotenv(folder.path("app.env"))
        .watch(false)
        .load()
        .unwrap();
    let mut causes = vec![config.status().cause.to_string()];
    config.set_part_size(3).unwrap();
    causes.push(config.status().cause.to_string());
    config.update(|config| config.part.size = 4).unwrap();
    causes.push(config.status().cause.to_string());
    config.clear_overrides().unwrap();
    causes.push(config.status().cause.to_string());
    folder.write("app.env", "CALLS_MARK=z");
    config.reload().unwrap();
    causes.push(config.status().cause.to_string());
    let file = format!("file {}", folder.path("app.env").display());
    assert_eq!(causes, ["start", "set", "update", "override cleared", &file]);
}

#[test]
fn a_duration_is_written_as_people_write_it() {
    let folder = Folder::with("app.toml", "pause = '2h 5m'");
    let config =
        Calls::hot_builder().clear_sources().file(folder.path("app.toml")).watch(false).load().unwrap();
    assert_eq!(config.pause(), Duration::from_secs(7500));
    let (tell, told) = std::sync::mpsc::channel();
    let _subscription = config.watch_pattern("pause", move |field| tell.send(field.new().clone()).unwrap());
    config.set_pause(Duration::from_millis(61_500)).unwrap();
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "1m 1s 500ms");
    folder.write("app.toml", "pause = '2'");
    let error = Calls::hot_builder().clear_sources().file(folder.path("app.toml")).check().unwrap_err();
    assert!(error.to_string().contains("pause: not a duration, write one like 10s"), "{error}");
}

#[test]
fn a_pattern_that_is_too_large_is_an_error() {
    let config = fixed();
    for pattern in ["*.".repeat(100_000), "?".repeat(2_000), "{a,b}".repeat(1_000), "[a-z]".repeat(205)] {
        let error = config.try_watch_pattern(&pattern, |_| {}).unwrap_err().to_string();
        assert!(error.contains("the limit is 1024 bytes") && error.len() < 300, "{error}");
        let _nothing = config.watch_pattern(&pattern, |_| {});
    }
    // Whether they are patterns or not: no panic.
    for pattern in [
        "*.".repeat(512),
        "**.".repeat(341),
        "?".repeat(1_024),
        "{a,b}".repeat(204),
        "[!a-z]".repeat(170),
        "{".repeat(512) + &"}".repeat(512),
        "{a,".repeat(255) + &"}".repeat(255),
    ] {
        let _ = config.try_watch_pattern(&pattern, |_| {});
    }
}
