//! Effects on the reading process, and on its children.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use super::stage::{Stage, whole};
use crate::support::{Folder, child, eventually, is_child, this_test};

#[test]
fn row_47_a_process_that_is_started_inherits_nothing() {
    let stage = Stage::one_file();
    let own = "/proc/self/fd";
    let links = |dir| -> Vec<_> {
        let entries = std::fs::read_dir(dir).unwrap().flatten();
        entries.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect()
    };
    let watching = links(own).iter().any(|link| link.ends_with("anon_inode:inotify"));
    assert!(watching, "the row needs a watcher that uses inotify: {:?}", links(own));
    let output = Command::new("ls").args(["-l", own]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !text.contains("inotify"), "{text}");
    stage.stays_alive();
}

/// A reader in its own process that prints its versions, and is alive at the end.
fn reader() {
    let folder = Folder::in_place(env::var_os("HOTSWAP_TEST_FOLDER").unwrap().into());
    let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("app.toml")));
    say("ready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let last = line.trim().parse().unwrap();
    stage.publishes_within(last, last);
    let overflows = stage.config.status().watcher.unwrap().overflows;
    say(&format!("overflows {overflows}"));
    stage.publishes_nothing_more();
    stage.stays_alive();
}

/// On a separate line, whatever the test runner prints before it.
#[expect(clippy::print_stdout, reason = "the process that started this one reads it")]
fn say(line: &str) {
    println!("\n{line}");
}

/// Starts a reader and stops it by a signal.
fn stopped_reader(folder: &Folder) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut command = child(&this_test(), &[]);
    command.env("HOTSWAP_TEST_FOLDER", folder.root()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut reader = command.spawn().unwrap();
    let mut output = BufReader::new(reader.stdout.take().unwrap());
    wait_for(&mut output, "ready");
    signal(&reader, "STOP");
    eventually("the reader is stopped", || state(&reader) == Some('T'));
    (reader, output)
}

fn wait_for(output: &mut impl BufRead, start: &str) -> String {
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with(start));
    line.expect("the reader ended early")
}

fn signal(process: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &process.id().to_string()]).status();
    assert!(status.unwrap().success());
}

fn state(process: &Child) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Resumes the reader, and returns the number of overflows of the system's queue.
fn goes_on(mut reader: Child, mut output: impl BufRead, last: u64) -> u64 {
    signal(&reader, "CONT");
    writeln!(reader.stdin.take().unwrap(), "{last}").unwrap();
    let line = wait_for(&mut output, "overflows");
    let rest: Vec<_> = output.lines().map_while(Result::ok).collect();
    assert!(reader.wait().unwrap().success(), "{rest:?}");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn row_44_stopped_during_a_thousand_edits() {
    if is_child() {
        return reader();
    }
    let folder = Folder::with("app.toml", &whole(1));
    let (reader, output) = stopped_reader(&folder);
    for number in 2..=1001 {
        folder.write("app.toml", &whole(number));
    }
    goes_on(reader, output, 1001);
}

/// A stopped reader is the slowest possible consumer, so the queue of this machine really overflows.
#[test]
fn row_25_overflow_of_the_queue_of_events() {
    if is_child() {
        return reader();
    }
    let folder = Folder::with("app.toml", &whole(1));
    let (reader, output) = stopped_reader(&folder);
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: u64 = limit.trim().parse().unwrap();
    // At least two events each. No event equals the previous one, so the system merges none.
    for number in 2..limit / 2 + 100 {
        folder.write(if number % 2 == 0 { "even" } else { "odd" }, "");
    }
    folder.write("app.toml", &whole(2));
    assert!(goes_on(reader, output, 2) >= 1);
}
