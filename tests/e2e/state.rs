//! State that survives a restart, and failures to save it.

mod claims;
mod faults;
mod full;
mod killed;
mod kinds;
mod last_good;
mod model;
mod owner;
mod replaced;
mod secrets;

use std::{
    path::PathBuf,
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use hotswap::{Builder, Cause, HotConfig, OverrideConflict};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Limit::fits)]
pub(super) struct Limit {
    #[hot(default = 100, range(min = 1))]
    max: u32,
    #[hot(default = 20)]
    burst: u32,
    #[hot(default = "a", restart)]
    name: String,
}

impl Limit {
    fn fits(&self) -> Result<(), &'static str> {
        if self.burst <= self.max { Ok(()) } else { Err("the burst is above the maximum") }
    }
}

/// Files are read only on request, so that nothing happens in between.
fn builder(folder: &Folder) -> Builder<Limit> {
    let builder = Limit::hot_builder().optional_file(folder.path("app.toml"));
    builder.watch(false).state_dir(folder.path("state"))
}

fn start(folder: &Folder) -> LimitHandle {
    builder(folder).load().unwrap()
}

/// The previous process rolled back a change of its file.
fn rolled_back() -> Folder {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    folder.write("app.toml", "max = 60");
    config.reload().unwrap();
    config.rollback(1).unwrap();
    folder
}

fn state(folder: &Folder, name: &str) -> PathBuf {
    folder.path("state").join(name)
}

#[test]
fn overrides_come_back_with_who_set_them_and_when() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.by("alice").set_max(500).unwrap();
    config.merge_patch(serde_json::json!({ "burst": null })).unwrap();
    let overrides = config.overrides();
    drop(config);

    let config = start(&folder);
    assert_eq!((config.max(), config.version()), (500, 2));
    assert_eq!(config.overrides(), overrides);
    config.clear_overrides().unwrap();
    drop(config);

    let config = start(&folder);
    assert_eq!((config.max(), config.overrides().len(), config.version()), (50, 0, 3));
}

#[test]
fn a_start_that_finds_the_same_goes_on_and_another_is_a_version_of_its_own() {
    let folder = Folder::with("app.toml", "max = 50");
    drop(start(&folder));
    assert_eq!(start(&folder).version(), 1);

    folder.write("app.toml", "max = 60");
    let config = start(&folder);
    let record = &config.history()[1];
    assert_eq!((config.version(), record.version, &record.cause), (2, 2, &Cause::Start));
    assert_eq!(record.changes[0].to_string(), "max: 50 -> 60");
}

#[test]
fn the_way_back_leads_over_the_restart() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.by("bob").set_burst(5).unwrap();
    folder.write("app.toml", "max = 60");
    config.reload().unwrap();
    let records = config.history();
    drop(config);

    let config = start(&folder);
    assert_eq!(config.history(), records);
    assert_eq!((config.at(1).unwrap().max, config.at(2).unwrap().burst), (50, 5));
    assert_eq!(config.diff(1, 3).unwrap().len(), 2);
    config.rollback_to(1).unwrap();
    assert_eq!((config.max(), config.burst(), config.overrides().len()), (50, 20, 0));
}

#[test]
fn what_was_rolled_back_stays_away() {
    let folder = rolled_back();
    folder.write("app.toml", "max = 60 # a comment is nothing else");
    let config = start(&folder);
    assert_eq!((config.max(), config.status().sources[0].held), (50, Some(1)));
    drop(config);

    folder.write("app.toml", "max = 70");
    let config = start(&folder);
    assert_eq!((config.max(), config.status().sources[0].held), (70, None));
}

#[test]
fn a_value_whose_time_is_over_does_not_come_back() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.for_duration(Duration::from_millis(200)).set_max(500).unwrap();
    drop(config);
    let set = SystemTime::now();
    eventually("its time is over", || set.elapsed().is_ok_and(|since| since.as_millis() > 200));
    let config = start(&folder);
    assert_eq!((config.max(), config.overrides().len()), (50, 0));
}

#[test]
fn a_value_that_was_lent_goes_in_time() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.for_duration(Duration::from_secs(2)).set_max(500).unwrap();
    let goes = config.overrides()[0].expires().unwrap();
    drop(config);

    let config = start(&folder);
    let (max, overrides) = (config.max(), config.overrides());
    // On a slow machine it may have expired by now.
    if SystemTime::now() < goes {
        assert_eq!((max, overrides[0].expires()), (500, Some(goes)));
    }
    eventually("it has gone", || config.max() == 50);
    drop(config);
    assert_eq!(start(&folder).overrides().len(), 0);
}

#[test]
fn what_waited_for_a_restart_is_there() {
    let folder = Folder::with("app.toml", "name = 'a'");
    let config = start(&folder);
    config.set_name("b".to_owned()).unwrap();
    assert_eq!((config.name().as_str(), config.pending_restart().len()), ("a", 1));
    drop(config);

    let config = start(&folder);
    assert_eq!((config.name().as_str(), config.pending_restart().len()), ("b", 0));
    assert_eq!(config.at(1).unwrap().name, "a");
}

#[test]
fn an_override_that_does_not_fit_any_more_is_refused_or_dropped() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.by("alice").set_burst(40).unwrap();
    drop(config);

    folder.write("app.toml", "max = 30");
    let refused = builder(&folder).load().unwrap_err().to_string();
    assert!(refused.contains("set by alice") && refused.contains("OverrideConflict::Drop"), "{refused}");
    let config = builder(&folder).override_conflict(OverrideConflict::Drop).load().unwrap();
    assert_eq!((config.max(), config.burst(), config.overrides().len()), (30, 20, 0));
}

#[test]
fn an_override_of_a_field_that_is_gone_is_told() {
    #[derive(Debug, Deserialize, HotConfig)]
    struct Other {
        #[hot(default = 1)]
        max: u32,
        #[hot(default = 1, readonly)]
        burst: u32,
    }
    let folder = Folder::new();
    let config = start(&folder);
    config.update(|limit| (limit.max, limit.burst) = (50, 5)).unwrap();
    config.set_name("b".to_owned()).unwrap();
    drop(config);

    let other = Other::hot_builder().watch(false).state_dir(folder.path("state")).load().unwrap();
    assert_eq!((other.max(), other.burst()), (50, 1));
    let found = other.status().state.unwrap().found.join("\n");
    assert!(found.contains("no such field any more") && found.contains("read-only"), "{found}");
}

/// Sources are numbered in order, which a new source changes.
#[test]
fn a_source_that_is_new_moves_no_other() {
    let folder = rolled_back();
    folder.write("base.toml", "burst = 7");
    let builder = Limit::hot_builder().file(folder.path("base.toml")).file(folder.path("app.toml"));
    let config = builder.watch(false).state_dir(folder.path("state")).load().unwrap();
    assert_eq!((config.max(), config.burst()), (50, 7));
    let held: Vec<_> = config.status().sources.iter().map(|source| source.held).collect();
    assert_eq!(held, [None, Some(1), None]);
}

#[test]
fn without_a_history_overrides_come_back_all_the_same() {
    let folder = Folder::new();
    let config = builder(&folder).no_history().load().unwrap();
    config.set_max(500).unwrap();
    drop(config);
    let config = builder(&folder).no_history().load().unwrap();
    assert_eq!((config.max(), config.version(), config.history().len()), (500, 3, 0));
}

#[test]
fn what_was_told_while_it_shuts_down_is_there() {
    let folder = Folder::with("app.toml", "max = 50");
    for round in 0..20 {
        let config = start(&folder);
        let (tell, told) = mpsc::channel();
        let writer = thread::spawn({
            let config = config.clone();
            move || {
                let set = |max: &u32| config.set_max(*max).is_ok();
                (100..).take_while(set).inspect(|max| tell.send(*max).unwrap()).last()
            }
        });
        (0..=round).for_each(|_| assert!(told.recv_timeout(BOUND).is_ok()));
        config.shutdown().unwrap();
        assert_eq!(writer.join().unwrap(), Some(start(&folder).max()));
    }
}

#[test]
fn a_write_during_which_it_shuts_down_is_refused() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    let write = config.update(|limit| {
        config.shutdown().unwrap();
        limit.max = 500;
    });
    assert!(write.unwrap_err().to_string().contains("shut down"));
    assert_eq!((config.max(), start(&folder).max()), (50, 50));
}
