//! Conflicts between sources and overrides.

use std::sync::mpsc::channel;

use hotswap::{HotConfig, IssueKind, OverrideConflict};
use serde::{Deserialize, Serialize};

use super::paths;
use crate::support::{BOUND, Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Pool::fits)]
struct Pool {
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 9, range(max = 100))]
    high: u32,
    #[hot(default = 0)]
    other: u32,
}

impl Pool {
    fn fits(&self) -> Result<(), String> {
        if self.low <= self.high {
            Ok(())
        } else {
            Err(format!("low {} is above high {}", self.low, self.high))
        }
    }
}

fn pool(folder: &Folder, policy: OverrideConflict) -> PoolHandle {
    Pool::hot_builder().file(folder.path("pool.toml")).override_conflict(policy).load().unwrap()
}

#[test]
fn a_reload_that_an_override_makes_invalid_is_refused_and_names_it() {
    let folder = Folder::with("pool.toml", "high = 9");
    let config = pool(&folder, OverrideConflict::Refuse);
    config.set_other(7).unwrap();
    config.by("alice").set_low(8).unwrap();
    folder.write("pool.toml", "high = 5");
    let error = config.reload().unwrap_err();
    let named: Vec<_> = error.issues().filter(|issue| issue.kind() == IssueKind::Override).collect();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].path(), "low");
    assert!(named[0].message().contains("with the override set by alice at "), "{error}");
    assert!(error.to_string().contains("low 8 is above high 5"), "{error}");
    assert_eq!((config.high(), config.low(), config.overrides().len()), (9, 8, 2));
}

#[test]
fn once_the_override_is_cleared_the_reload_is_accepted() {
    let folder = Folder::with("pool.toml", "high = 9");
    let config = pool(&folder, OverrideConflict::Refuse);
    config.set_low(8).unwrap();
    folder.write("pool.toml", "high = 5");
    assert!(config.reload().is_err());
    config.clear_override("low").unwrap();
    eventually("the file counts", || config.high() == 5);
}

#[test]
fn an_override_in_the_way_can_be_dropped() {
    let folder = Folder::with("pool.toml", "high = 9");
    let config = pool(&folder, OverrideConflict::Drop);
    let (tell, told) = channel();
    let _warnings = config.on_warning(move |report| tell.send(report.clone()).unwrap());
    config.set_other(7).unwrap();
    config.set_low(8).unwrap();
    folder.write("pool.toml", "high = 5");
    assert!(told.recv_timeout(BOUND).unwrap().to_string().contains("low: the override is dropped"));
    eventually("the file counts", || config.high() == 5);
    assert_eq!((config.low(), paths(&config)), (1, vec!["other".to_owned()]));
}

#[test]
fn sources_that_are_invalid_by_themselves_accuse_nobody() {
    let folder = Folder::with("pool.toml", "high = 9");
    let config = pool(&folder, OverrideConflict::Drop);
    config.set_low(8).unwrap();
    folder.write("pool.toml", "high = 500");
    let error = config.reload().unwrap_err();
    assert!(!error.has(IssueKind::Override) && error.has(IssueKind::Rule), "{error}");
    assert_eq!(paths(&config), ["low"]);
}
