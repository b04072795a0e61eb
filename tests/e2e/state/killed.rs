//! A process that is killed at any time loses no value whose call has returned.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use super::{LimitHandle, builder};
use crate::support::{Folder, child, is_child, this_test};

const KILLS: u32 = 60;

/// Sets one number after the other, and prints it; reloads and patches run concurrently.
fn writer() {
    let folder = Folder::in_place(env::var_os("HOTSWAP_TEST_FOLDER").unwrap().into());
    let config = builder(&folder).load().unwrap();
    let reloads = config.clone();
    thread::spawn(move || {
        for burst in (0..20).cycle() {
            folder.replace("app.toml", &format!("burst = {burst}"));
            reloads.reload().unwrap();
        }
    });
    let first = config.max();
    for number in first + 1.. {
        match number % 3 {
            0 => config.merge_patch(serde_json::json!({ "max": number })).unwrap(),
            _ => config.by("writer").set_max(number).unwrap(),
        };
        println!("\nset {number}");
    }
}

fn start_writer(folder: &Folder) -> (Child, impl Iterator<Item = u32> + use<>) {
    let mut command = child(&this_test(), &[]);
    command.env("HOTSWAP_TEST_FOLDER", folder.root()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut writer = command.spawn().unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    (writer, lines.filter_map(|line| line.strip_prefix("set ")?.parse().ok()))
}

/// Kills a writer some time after its first number. Returns the last number that it printed.
fn kill_one(folder: &Folder) -> u32 {
    let (mut writer, mut told) = start_writer(folder);
    let first = told.next().expect("it begins");
    let moment = RandomState::new().hash_one(first) % 30_000;
    thread::sleep(Duration::from_micros(moment));
    writer.kill().unwrap();
    writer.wait().unwrap();
    told.last().unwrap_or(first)
}

fn load(folder: &Folder) -> LimitHandle {
    builder(folder).load().expect("whatever a kill leaves loads")
}

#[test]
fn whoever_is_killed_loses_nothing_that_was_told() {
    if is_child() {
        return writer();
    }
    let folder = Folder::with("app.toml", "burst = 1");
    let mut version = 0;
    for _ in 0..KILLS {
        let told = kill_one(&folder);
        let config = load(&folder);
        let state = config.status().state.unwrap();
        assert_eq!((state.found, state.problem), (Vec::new(), None));
        // The next one may be on disk, but not printed yet.
        assert!((told..=told + 1).contains(&config.max()), "{told} was told, and {} is there", config.max());
        assert!(config.version() > version, "versions go on");
        version = config.version();
        for record in config.history() {
            config.at(record.version).expect("every version that is remembered loads");
        }
    }
}
