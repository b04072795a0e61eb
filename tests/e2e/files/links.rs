//! Symbolic links, and hard ones.

use std::{fs, os::unix::fs::symlink, time::Duration};

use hotswap::{Health, HotConfig};

use super::stage::{Config, Stage, shell, whole};
use crate::support::{Folder, eventually};

#[test]
fn row_11_linked_directory_swapped() {
    let folder = Folder::new();
    folder.write("releases/1/app.toml", &whole(1));
    symlink("releases/1", folder.path("current")).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("current/app.toml")));
    for number in [2, 3] {
        stage.write(&format!("releases/{number}/app.toml"), &whole(number));
        let goal = format!("releases/{number}");
        shell(stage.folder.root(), "ln -s $1 next; mv -T next current", &[&goal]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("releases/3/app.toml", text));
}

#[test]
fn row_12_linked_file_given_another_goal() {
    let folder = Folder::with("one.toml", &whole(1));
    folder.write("far/two.toml", &whole(2));
    symlink("one.toml", folder.path("app.toml")).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("app.toml")));
    shell(stage.folder.root(), "ln -sfn far/two.toml app.toml", &[]);
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("far/two.toml", text));
}

#[test]
fn row_13_required_file_is_a_dangling_link_at_start() {
    let folder = Folder::new();
    symlink("real.toml", folder.path("app.toml")).unwrap();
    let error = Config::hot_builder().file(folder.path("app.toml")).load().unwrap_err();
    assert!(error.to_string().contains("real.toml"), "{error}");
}

#[test]
fn row_13_optional_file_is_a_dangling_link_at_start() {
    let folder = Folder::with("base.toml", &whole(1));
    fs::create_dir(folder.path("far")).unwrap();
    symlink("far/real.toml", folder.path("app.toml")).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| {
        builder.file(folder.path("base.toml")).optional_file(folder.path("app.toml"))
    });
    let absent = |stage: &Stage| stage.config.status().sources.iter().any(|at| at.health == Health::Absent);
    assert!(absent(&stage));
    stage.write("far/real.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    assert!(!absent(&stage));
    stage.stays_alive_by(|folder, text| folder.replace("far/real.toml", text));
}

#[test]
fn row_14_link_loop_at_start() {
    let folder = Folder::new();
    symlink("app.toml", folder.path("app.toml")).unwrap();
    let error = Config::hot_builder().file(folder.path("app.toml")).load().unwrap_err();
    assert!(error.to_string().contains("a symbolic link leads back to itself"), "{error}");
}

#[test]
fn row_14_link_loop_while_running() {
    let mut stage = Stage::one_file();
    shell(stage.folder.root(), "ln -s b a; ln -s a b; ln -sfn b app.toml", &[]);
    stage.refuses("a symbolic link leads back to itself");
    shell(stage.folder.root(), "printf '%s' \"$1\" > tmp; mv tmp a", &[&whole(2)]);
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("a", text));
}

#[test]
fn row_18_hard_link_written_from_elsewhere() {
    let folder = Folder::with("config/app.toml", &whole(1));
    fs::create_dir(folder.path("far")).unwrap();
    fs::hard_link(folder.path("config/app.toml"), folder.path("far/other.toml")).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| {
        builder.file(folder.path("config/app.toml")).poll_interval(Duration::from_millis(200))
    });
    stage.write("far/other.toml", &whole(2));
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("config/app.toml", text));
}

#[test]
fn a_link_to_a_link_in_another_directory_is_followed_all_the_way() {
    let folder = Folder::with("c/real.toml", &whole(1));
    fs::create_dir_all(folder.path("b")).unwrap();
    symlink("../c/real.toml", folder.path("b/middle.toml")).unwrap();
    symlink("b/middle.toml", folder.path("app.toml")).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("app.toml")));
    stage.write("c/other.toml", &whole(2));
    shell(stage.folder.root(), "ln -s ../c/other.toml b/next; mv -T b/next b/middle.toml", &[]);
    stage.publishes(2);
    stage.publishes_nothing_more();
    eventually("the file is well", || stage.degraded().is_none());
    stage.stays_alive_by(|folder, text| folder.replace("c/other.toml", text));
}
