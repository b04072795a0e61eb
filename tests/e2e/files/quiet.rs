//! Writes to the file that change no value, or none in the end.

use std::{fs, time::Duration};

use super::stage::{Stage, shell, whole};
use crate::support::Folder;

#[test]
fn row_21_touched_and_rewritten_with_the_same() {
    let mut stage = Stage::one_file();
    shell(stage.folder.root(), "touch app.toml", &[]);
    stage.publishes_nothing_more();
    shell(stage.folder.root(), "chmod 600 app.toml; chown $(id -u) app.toml", &[]);
    stage.publishes_nothing_more();
    stage.write("app.toml", &whole(1));
    stage.publishes_nothing_more();
    stage.replace("app.toml", &whole(1));
    stage.publishes_nothing_more();
    // Another text with the same values is not a change, either.
    stage.replace("app.toml", &format!("# a comment\n{}", whole(1)));
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_36_there_and_back_in_one_window() {
    let mut stage = Stage::on(Folder::with("app.toml", &whole(1)), |builder, folder| {
        // Long enough for both edits on the slowest machine.
        builder
            .file(folder.path("app.toml"))
            .debounce(Duration::from_secs(2))
            .max_wait(Duration::from_secs(8))
    });
    stage.replace("app.toml", &whole(2));
    stage.replace("app.toml", &whole(1));
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_39_read_ten_thousand_times() {
    let mut stage = Stage::one_file();
    let reloads = stage.config.status().counts.reloads;
    for _ in 0..10_000 {
        fs::read(stage.path("app.toml")).unwrap();
    }
    assert_eq!(stage.config.status().counts.reloads, reloads);
    stage.publishes_nothing_more();
    assert_eq!(stage.config.status().counts.reloads, reloads + 1);
    stage.stays_alive();
}
