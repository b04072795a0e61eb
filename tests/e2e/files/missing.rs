//! Files and directories that disappear, reappear, or appear late.

use std::{
    fs::{self, File},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use hotswap::Health;

use super::stage::{Stage, shell, whole};
use crate::support::{Folder, eventually};

/// A required `base.toml` with the value 1, and an optional `app.toml` with the value 2.
fn with_optional(path: &str, there: bool) -> Stage {
    let folder = Folder::with("base.toml", &whole(1));
    if there {
        folder.write(path, &whole(2));
    }
    Stage::on(folder, |builder, folder| {
        builder.file(folder.path("base.toml")).optional_file(folder.path(path))
    })
}

#[test]
fn row_07_required_file_deleted_and_made_again() {
    let mut stage = Stage::one_file();
    fs::remove_file(stage.path("app.toml")).unwrap();
    stage.refuses("no file at");
    stage.write("app.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_07_optional_file_away_for_a_moment() {
    let mut stage = with_optional("app.toml", true);
    fs::remove_file(stage.path("app.toml")).unwrap();
    eventually("the file is missed", || health(&stage, "app.toml") == Some(Health::Missing));
    assert_eq!(stage.config.number(), 2);
    stage.write("app.toml", &whole(3));
    stage.publishes(3);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

fn health(stage: &Stage, name: &str) -> Option<Health> {
    let sources = stage.config.status().sources;
    sources.iter().find(|source| source.name.ends_with(name)).map(|source| source.health)
}

#[test]
fn row_08_required_file_deleted_for_ever() {
    let mut stage = Stage::one_file();
    fs::remove_file(stage.path("app.toml")).unwrap();
    stage.refuses("no file at");
    // A required file stays in force however often everything is read again.
    for _ in 0..3 {
        assert!(stage.config.reload().is_err());
        assert_eq!((stage.config.number(), stage.config.version()), (1, 1));
    }
    assert_eq!(health(&stage, "app.toml"), Some(Health::Failing));
    stage.stays_alive();
}

#[test]
fn row_08_optional_file_deleted_for_ever_leaves_after_the_grace() {
    let mut stage = with_optional("app.toml", true);
    fs::remove_file(stage.path("app.toml")).unwrap();
    stage.publishes(1);
    assert_eq!(health(&stage, "app.toml"), Some(Health::Absent));
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_15_file_and_two_parents_come_later() {
    let mut stage = with_optional("one/two/app.toml", false);
    stage.write("one/two/app.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("one/two/app.toml", text));
}

#[test]
fn row_15_file_and_two_parents_come_one_by_one() {
    let mut stage = with_optional("one/two/app.toml", false);
    for dir in ["one", "one/two"] {
        fs::create_dir(stage.path(dir)).unwrap();
        stage.publishes_nothing_more();
    }
    stage.replace("one/two/app.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("one/two/app.toml", text));
}

fn below_a_directory() -> Stage {
    let folder = Folder::with("config/app.toml", &whole(1));
    Stage::on(folder, |builder, folder| builder.file(folder.path("config/app.toml")))
}

#[test]
fn row_16_parent_removed_and_made_again() {
    let mut stage = below_a_directory();
    fs::remove_dir_all(stage.path("config")).unwrap();
    stage.refuses("no file at");
    stage.write("config/app.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("config/app.toml", text));
}

#[test]
fn row_16_parent_removed_and_made_again_at_once() {
    let mut stage = below_a_directory();
    for number in 2..8 {
        let script = "rm -rf config; mkdir config; printf '%s' \"$1\" > config/app.toml";
        shell(stage.folder.root(), script, &[&whole(number)]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("config/app.toml", text));
}

#[test]
fn row_17_parent_renamed_away_and_another_in_its_place() {
    let mut stage = below_a_directory();
    stage.write("new/app.toml", &whole(2));
    shell(stage.folder.root(), "mv config old; mv new config", &[]);
    stage.publishes(2);
    stage.write("old/app.toml", &whole(3));
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("config/app.toml", text));
}

#[test]
fn row_40_deleted_while_a_reader_has_it_open() {
    let mut stage = Stage::one_file();
    let open = File::open(stage.path("app.toml")).unwrap();
    fs::remove_file(stage.path("app.toml")).unwrap();
    stage.refuses("no file at");
    stage.replace("app.toml", &whole(2));
    stage.publishes(2);
    drop(open);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_46_removed_between_the_looks_at_it() {
    let mut stage = with_optional("app.toml", true);
    let (path, done) = (stage.path("app.toml"), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                fs::remove_file(&path).unwrap();
                stage.folder.replace("app.toml", &whole(2));
                // It exists as long as it is missing; if every read of the whole grace period found it
                // missing, it would leave the merge.
                thread::sleep(Duration::from_millis(1));
            }
        });
        for _ in 0..50 {
            stage.config.reload().unwrap();
        }
        done.store(true, Ordering::Release);
    });
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn an_optional_file_that_never_was_there_is_no_problem() {
    let mut stage = with_optional("app.toml", false);
    assert_eq!(health(&stage, "app.toml"), Some(Health::Absent));
    thread::sleep(Duration::from_millis(1));
    stage.publishes_nothing_more();
    stage.stays_alive();
}
