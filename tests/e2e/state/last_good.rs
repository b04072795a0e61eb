//! A start whose sources are refused.

use std::sync::mpsc::channel;

use hotswap::{Cause, HotConfig, IssueKind, LastGood};

use super::{Limit, LimitHandle, builder, start};
use crate::support::{BOUND, Folder, eventually};

fn from_last_good(folder: &Folder) -> Result<LimitHandle, hotswap::Error> {
    builder(folder).start_from_last_good(LastGood::OnFailure).load()
}

/// A folder of a previous run, whose file is broken now.
fn broken() -> Folder {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.by("alice").set_burst(5).unwrap();
    drop(config);
    folder.write("app.toml", "max = ");
    folder
}

#[test]
fn a_start_from_broken_sources_fails_unless_told_otherwise() {
    let folder = broken();
    assert!(builder(&folder).load().unwrap_err().has(IssueKind::Syntax));
}

#[test]
fn the_last_good_configuration_is_taken_and_everybody_is_told() {
    let folder = broken();
    let config = from_last_good(&folder).unwrap();
    assert_eq!((config.max(), config.burst(), config.version()), (50, 5, 3));
    assert_eq!(config.overrides()[0].by(), Some("alice"));
    let status = config.status();
    assert_eq!((status.cause, status.counts.refused), (Cause::LastGood, 1));
    assert!(status.last_error.unwrap().contains("app.toml:1:7"));
    assert_eq!(config.history().last().unwrap().cause, Cause::LastGood);

    let (tell, told) = channel();
    let _errors = config.on_reload_error(move |error| tell.send(error.clone()).unwrap());
    assert!(told.recv_timeout(BOUND).unwrap().has(IssueKind::Syntax));
}

#[test]
fn sources_that_are_well_again_are_taken() {
    let folder = broken();
    let config = from_last_good(&folder).unwrap();
    folder.write("app.toml", "max = 70");
    config.reload().unwrap();
    assert_eq!((config.max(), config.burst(), config.status().last_error), (70, 5, None));
    let (tell, told) = channel();
    let _errors = config.on_reload_error(move |error| tell.send(error.to_string()).unwrap());
    folder.write("app.toml", "max = 0");
    assert!(config.reload().is_err());
    // The first report is about the latest refusal.
    assert!(told.recv_timeout(BOUND).unwrap().contains("less than the minimum"));
}

#[test]
fn watched_sources_that_are_well_again_are_taken_by_themselves() {
    let folder = broken();
    let builder = Limit::hot_builder().file(folder.path("app.toml")).state_dir(folder.path("state"));
    let config = builder.start_from_last_good(LastGood::OnFailure).load().unwrap();
    assert_eq!(config.max(), 50);
    folder.replace("app.toml", "max = 70");
    eventually("the file is taken", || config.max() == 70);
}

#[test]
fn a_file_that_is_gone_or_invalid_is_a_failure_too() {
    let folder = broken();
    std::fs::remove_file(folder.path("app.toml")).unwrap();
    let load = || {
        let builder = Limit::hot_builder().file(folder.path("app.toml")).watch(false);
        let builder = builder.state_dir(folder.path("state")).start_from_last_good(LastGood::OnFailure);
        let config = builder.load().unwrap();
        (config.max(), config.status().cause)
    };
    assert_eq!(load(), (50, Cause::LastGood));
    folder.write("app.toml", "max = 0");
    assert_eq!(load(), (50, Cause::LastGood));
    folder.write("app.toml", "max = 60");
    assert_eq!(load(), (60, Cause::Start));
}

#[test]
fn where_nothing_was_kept_the_start_fails() {
    let folder = Folder::with("app.toml", "max = ");
    assert!(from_last_good(&folder).unwrap_err().has(IssueKind::Syntax));
}

#[test]
fn a_last_good_configuration_that_is_none_any_more_is_told_beside_the_refusal() {
    #[derive(Debug, serde::Deserialize, HotConfig)]
    struct Stricter {
        #[hot(range(max = 9))]
        #[allow(dead_code)]
        max: u32,
    }
    let folder = broken();
    let builder = Stricter::hot_builder().file(folder.path("app.toml")).state_dir(folder.path("state"));
    let refused = builder.watch(false).start_from_last_good(LastGood::OnFailure).load().unwrap_err();
    assert!(refused.has(IssueKind::Syntax) && refused.has(IssueKind::State) && refused.has(IssueKind::Rule));
}

#[test]
fn it_needs_a_place_where_it_is_kept() {
    let builder = Limit::hot_builder().start_from_last_good(LastGood::OnFailure);
    assert!(builder.load().unwrap_err().has(IssueKind::Setup));
}
