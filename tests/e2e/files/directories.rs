//! Directories of files.

use std::fs;

use super::stage::{Stage, shell, whole};
use crate::support::Folder;

/// `conf.d` with one complete file, `50.toml`.
fn conf_d() -> Stage {
    let folder = Folder::with("conf.d/50.toml", &whole(1));
    Stage::on(folder, |builder, folder| builder.dir(folder.path("conf.d")))
}

/// By name, so that later names override earlier ones.
#[test]
fn row_42_files_join_by_the_order_of_their_names() {
    let mut stage = conf_d();
    stage.write("conf.d/10.toml", &whole(2));
    stage.publishes_nothing_more();
    stage.write("conf.d/60.toml", &whole(3));
    stage.publishes(3);
    stage.write("conf.d/55.toml", &whole(4));
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("conf.d/60.toml", text));
}

#[test]
fn row_42_a_removed_file_leaves() {
    let folder = Folder::with("conf.d/50.toml", &whole(1));
    folder.write("conf.d/60.toml", &whole(2));
    let mut stage = Stage::on(folder, |builder, folder| builder.dir(folder.path("conf.d")));
    fs::remove_file(stage.path("conf.d/60.toml")).unwrap();
    stage.publishes(1);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("conf.d/50.toml", text));
}

#[test]
fn row_42_a_renamed_file_takes_its_new_place() {
    let folder = Folder::with("conf.d/50.toml", &whole(1));
    folder.write("conf.d/60.toml", &whole(2));
    let mut stage = Stage::on(folder, |builder, folder| builder.dir(folder.path("conf.d")));
    fs::rename(stage.path("conf.d/60.toml"), stage.path("conf.d/40.toml")).unwrap();
    stage.publishes(1);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("conf.d/50.toml", text));
}

#[test]
fn row_42_leavings_are_ignored() {
    let mut stage = conf_d();
    let names =
        [".60.toml", "60.toml~", ".60.toml.swp", "4913", "..data", "..60.toml", "#60.toml#", "60.toml.bak"];
    for name in names {
        stage.write(&format!("conf.d/{name}"), &whole(2));
    }
    fs::create_dir(stage.path("conf.d/60.toml")).unwrap();
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("conf.d/50.toml", text));
}

#[test]
fn row_42_each_save_of_an_editor_is_one_version() {
    let mut stage = conf_d();
    let script =
        "cp 50.toml .50.toml.swp; mv 50.toml 50.toml~; printf '%s' \"$1\" > 50.toml; rm .50.toml.swp";
    for number in 2..6 {
        shell(&stage.path("conf.d"), script, &[&whole(number)]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("conf.d/50.toml", text));
}

#[test]
fn row_42_a_directory_that_goes_is_refused_and_comes_back() {
    let mut stage = conf_d();
    fs::rename(stage.path("conf.d"), stage.path("away")).unwrap();
    stage.refuses("conf.d");
    stage.write("conf.d/50.toml", &whole(2));
    stage.publishes(2);
    stage.stays_alive_by(|folder, text| folder.write("conf.d/50.toml", text));
}
