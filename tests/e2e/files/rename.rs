//! Writers that write a temporary file and rename it over the original.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
};

use super::stage::{Stage, shell, whole};
use crate::support::eventually;

#[test]
fn row_03_temporary_file_renamed_over_twice() {
    let mut stage = Stage::one_file();
    for number in [2, 3] {
        stage.replace("app.toml", &whole(number));
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_04_sed_in_place_twice() {
    let mut stage = Stage::one_file();
    for number in [2, 3] {
        let from = (number - 1).to_string();
        shell(stage.folder.root(), "sed -i s/$1/$2/ app.toml", &[&from, &number.to_string()]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive();
}

/// The save of vim, or the same system calls.
const VIM: &str = "if command -v vim >/dev/null
    then vim -u NONE -es -c 'set backupskip= backupcopy=no backup' -c \"%s/$1/$2/\" -c wq app.toml
    else
        : > 4913; rm 4913; : > .app.toml.swp; mv app.toml app.toml~
        sed s/$1/$2/ app.toml~ > app.toml; rm .app.toml.swp; fi";

#[test]
fn row_05_vim_renames_twice() {
    let mut stage = Stage::one_file();
    for number in [2, 3] {
        let from = (number - 1).to_string();
        shell(stage.folder.root(), VIM, &[&from, &number.to_string()]);
        stage.publishes(number);
        assert!(stage.path("app.toml~").exists());
    }
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_45_a_writer_killed_before_its_rename() {
    let mut stage = Stage::one_file();
    let script =
        "cp app.toml app.toml.tmp; printf 'number =' > app.toml.tmp; ln -s nowhere ..data_tmp; read x";
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(stage.folder.root()).stdin(Stdio::piped());
    let mut writer = command.spawn().unwrap();
    eventually("the writer is half way", || fs::symlink_metadata(stage.path("..data_tmp")).is_ok());
    writer.kill().unwrap();
    writer.wait().unwrap();
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("app.toml", text));
}

#[test]
fn hundreds_of_renames_end_with_the_last() {
    let mut stage = Stage::one_file();
    for number in 2..=500 {
        stage.replace("app.toml", &whole(number));
        thread::yield_now();
    }
    stage.publishes_within(500, 499);
    stage.publishes_nothing_more();
    stage.stays_alive();
}
