//! Writers that truncate the file and rewrite it.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    thread,
    time::{Duration, Instant},
};

use super::stage::{Stage, shell, whole};
use crate::support::Folder;

#[test]
fn row_01_truncate_and_write() {
    let mut stage = Stage::one_file();
    for number in 2..12 {
        shell(stage.folder.root(), "printf '%s' \"$1\" > app.toml", &[&whole(number)]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_02_three_chunks_each_beginning_valid() {
    let mut stage = Stage::one_file();
    let mut file = File::create(stage.path("app.toml")).unwrap();
    for line in whole(2).split_inclusive('\n') {
        file.write_all(line.as_bytes()).unwrap();
        file.flush().unwrap();
        thread::sleep(Duration::from_millis(200));
    }
    drop(file);
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_06_vim_with_backupcopy() {
    let mut stage = Stage::one_file();
    let script = "if command -v vim >/dev/null
        then vim -u NONE -es -c 'set backupcopy=yes backup backupskip=' -c '%s/1/2/' -c wq app.toml
        else cp app.toml app.toml~; sed s/1/2/ app.toml~ > app.toml; fi";
    shell(stage.folder.root(), script, &[]);
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_19_truncated_to_nothing() {
    let mut stage = Stage::one_file();
    shell(stage.folder.root(), "truncate -s 0 app.toml", &[]);
    stage.refuses("the file is empty");
    stage.stays_alive();
}

#[test]
fn row_23_two_writes_a_millisecond_apart() {
    let mut stage = Stage::one_file();
    stage.write("app.toml", &whole(2));
    thread::sleep(Duration::from_millis(1));
    stage.write("app.toml", &whole(3));
    stage.publishes_within(3, 2);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_24_a_writer_that_never_pauses() {
    let mut stage = Stage::one_file();
    let (start, mut number, mut latest) = (Instant::now(), 1, 1);
    while start.elapsed() < Duration::from_secs(10) {
        number += 1;
        stage.write("app.toml", &whole(number));
        latest = stage.config.number().max(latest);
        // Ten times the configured wait, counted in writes, because a machine that stalls also stalls the
        // writer.
        assert!(number - latest < 100, "{number} was written, {latest} is published");
        thread::sleep(Duration::from_millis(50));
    }
    stage.publishes_within(number, number);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn a_writer_that_appends_for_longer_than_any_wait_publishes_no_part() {
    let mut stage = Stage::one_file();
    let mut file = OpenOptions::new().write(true).truncate(true).open(stage.path("app.toml")).unwrap();
    for line in whole(2).split_inclusive('\n') {
        file.write_all(line.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(700));
    }
    drop(file);
    stage.publishes(2);
    stage.stays_alive();
}

/// Longer than any single write, even on a machine that stalls.
fn patient() -> Stage {
    Stage::on(Folder::with("app.toml", &whole(1)), |builder, folder| {
        builder.file(folder.path("app.toml")).write_wait(Duration::from_secs(60))
    })
}

/// As in the count of torn reads: each intermediate state lasts for a while, and most are valid TOML.
#[test]
fn a_writer_that_truncates_every_millisecond_publishes_no_part() {
    let mut stage = patient();
    let (start, mut number) = (Instant::now(), 1);
    while start.elapsed() < Duration::from_secs(6) {
        number += 1;
        let mut file = File::create(stage.path("app.toml")).unwrap();
        for line in whole(number).split_inclusive('\n') {
            file.write_all(line.as_bytes()).unwrap();
        }
        drop(file);
        thread::sleep(Duration::from_millis(1));
    }
    stage.publishes_within(number, number);
    stage.stays_alive();
}

/// There is always a write in progress, and no partial content is ever published.
#[test]
fn a_writer_that_is_always_in_the_middle_publishes_no_part() {
    let mut stage = patient();
    let (start, mut number) = (Instant::now(), 1);
    while start.elapsed() < Duration::from_secs(8) {
        number += 1;
        let mut file = File::create(stage.path("app.toml")).unwrap();
        for line in whole(number).split_inclusive('\n') {
            file.write_all(line.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(3));
        }
    }
    stage.publishes_within(number, number);
    stage.stays_alive();
}
