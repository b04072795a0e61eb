//! What a file, a variable or a profile can be and must not: refused at the start with one report, and while
//! running with the last good configuration kept.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hotswap::{Error, Health, HotConfig, IssueKind, Origin};
use serde::Deserialize;

use crate::support::{
    Folder, assert_passed, child, eventually, is_child, this_test, with_variables, without_privileges,
};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "BAD")]
struct App {
    #[hot(default = 1)]
    number: u8,
    #[hot(default = 0.5, range(min = 0.0, max = 1.0))]
    ratio: f64,
    #[hot(default = "")]
    text: String,
    #[serde(default)]
    list: Vec<String>,
}

/// One input in the place of a good one.
struct Input<'a> {
    /// The name of the file; its end chooses the format.
    file: &'a str,
    /// A complete content that says `number: 7`.
    good: &'a str,
    bad: &'a [u8],
    /// A part of the report.
    reason: &'a str,
}

fn toml<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.toml", good: "number = 7", bad: bad.as_ref(), reason }
}

fn yaml<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.yaml", good: "number: 7", bad: bad.as_ref(), reason }
}

fn json<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.json", good: "{\"number\": 7}", bad: bad.as_ref(), reason }
}

impl Input<'_> {
    #[track_caller]
    fn is_refused(&self) {
        let put = |folder: &Folder| {
            fs::write(folder.path("new"), self.bad).expect("written");
            fs::rename(folder.path("new"), folder.path(self.file)).expect("renamed");
        };
        is_refused(self.file, self.good, self.reason, put);
    }

    #[track_caller]
    fn is_accepted(&self, number: u8) {
        let folder = Folder::new();
        fs::write(folder.path(self.file), self.bad).expect("written");
        let app = App::hot_builder().file(folder.path(self.file)).load().expect("accepted at start");
        assert_eq!((app.number(), app.status().warnings), (number, Vec::new()));
        folder.write(self.file, &self.good.replace('7', "9"));
        eventually("the good content is published", || app.number() == 9);
        fs::write(folder.path(self.file), self.bad).expect("written");
        eventually("accepted while running", || app.number() == number);
        assert_eq!((app.version(), app.status().last_error), (3, None));
    }
}

/// `put` makes the file at `file` bad: at the start there is one report and no handle; while running the last good
/// content stays, the status and one report say why, and the next good content is taken.
#[track_caller]
fn is_refused(file: &str, good: &str, reason: &str, put: impl Fn(&Folder)) {
    let folder = Folder::new();
    put(&folder);
    let start = Instant::now();
    let error = App::hot_builder().file(folder.path(file)).load().expect_err("refused at start");
    assert!(error.to_string().contains(reason), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10), "refused after {:?}", start.elapsed());

    let folder = Folder::with(file, good);
    let app = App::hot_builder().file(folder.path(file)).load().expect("loaded");
    let errors = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&errors);
    let _errors = app.on_reload_error(move |error: &Error| {
        heard.lock().expect("no panic holds it").push(error.to_string());
    });
    put(&folder);
    eventually("a refusal is reported", || !errors.lock().expect("no panic holds it").is_empty());
    assert_eq!((app.number(), app.version()), (7, 1));
    let status = app.status();
    assert!(status.last_error.is_some_and(|error| error.contains(reason)));

    let _ = fs::remove_dir(folder.path(file));
    folder.replace(file, &good.replace('7', "8"));
    eventually("the next good content is published", || app.number() == 8);
    let status = app.status();
    assert_eq!((app.version(), status.last_error), (2, None));
    assert!(status.sources.iter().all(|source| source.health == Health::Ok), "{:?}", status.sources);
    let errors = errors.lock().expect("no panic holds it");
    assert!(errors.len() == 1 && errors[0].contains(reason), "{errors:?}");
}

#[test]
fn missing_required_file_is_named_by_its_absolute_path() {
    let folder = Folder::new();
    let this = folder.path("app.toml").display().to_string();
    is_refused("app.toml", "number = 7", "no file at /", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
    });
    let error = App::hot_builder().file(folder.path("app.toml")).load().unwrap_err();
    assert!(error.has(IssueKind::Unreadable) && error.to_string().contains(&this), "{error}");
    let error = App::hot_builder().file("no/such/file.toml").load().unwrap_err();
    let absolute = std::env::current_dir().unwrap().join("no/such/file.toml");
    assert!(error.to_string().contains(&absolute.display().to_string()), "{error}");
}

#[test]
fn unreadable_file() {
    without_privileges(|| {
        is_refused("app.toml", "number = 7", "permission denied", |folder| {
            folder.write("new", "number = 2");
            fs::set_permissions(folder.path("new"), Permissions::from_mode(0o000)).unwrap();
            fs::rename(folder.path("new"), folder.path("app.toml")).unwrap();
        });
    });
}

#[test]
fn directory_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a directory", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        fs::create_dir(folder.path("app.toml")).unwrap();
    });
}

#[test]
fn pipe_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a named pipe", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        assert!(Command::new("mkfifo").arg(folder.path("app.toml")).status().unwrap().success());
    });
}

#[test]
fn device_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a device", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        std::os::unix::fs::symlink("/dev/zero", folder.path("app.toml")).unwrap();
    });
}

#[test]
fn file_of_a_gibibyte() {
    is_refused("app.toml", "number = 7", "larger than the limit of 16777216 bytes", |folder| {
        File::create(folder.path("new")).unwrap().set_len(1 << 30).unwrap();
        fs::rename(folder.path("new"), folder.path("app.toml")).unwrap();
    });
}

#[test]
fn text_that_is_not_utf8() {
    toml(b"number = 2\ntext = \"\xff\"", "app.toml:2:9").is_refused();
    yaml(b"number: 2\ntext: \xff", "app.yaml:2:7").is_refused();
    json(b"{\"number\": 2,\n\"text\": \"\xff\"}", "app.json:2:10").is_refused();
}

#[test]
fn text_in_utf16() {
    toml(b"\xff\xfen\0u\0m\0", "UTF-16").is_refused();
}

#[test]
fn byte_order_mark() {
    toml("\u{feff}number = 2", "").is_accepted(2);
    yaml("\u{feff}number: 2", "").is_accepted(2);
    json("\u{feff}{\"number\": 2}", "").is_accepted(2);
}

#[test]
fn line_ends_of_windows() {
    toml("number = 2\r\ntext = \"a\"\r\n", "").is_accepted(2);
    yaml("number: 2\r\ntext: a\r\n", "").is_accepted(2);
    json("{\r\n\"number\": 2\r\n}\r\n", "").is_accepted(2);
}

#[test]
fn empty_file() {
    toml("", "the file is empty").is_refused();
    yaml("", "the file is empty").is_refused();
    json("", "the file is empty").is_refused();
}

#[test]
fn file_of_white_space() {
    toml("\n \t\r\n", "the file is empty").is_refused();
    yaml("\n  \n", "the file is empty").is_refused();
    json("\n  \n", "the file is empty").is_refused();
}

#[test]
fn file_of_comments_only_is_a_complete_empty_layer() {
    toml("# number = 2\n", "").is_accepted(1);
    yaml("# number: 2\n", "").is_accepted(1);
    yaml("---\n# number: 2\n", "").is_accepted(1);
}

#[test]
fn text_cut_in_the_middle() {
    toml("number = 2\ntext = \"ab", "app.toml:2:").is_refused();
    yaml("number: 2\ntext: \"ab", "app.yaml:").is_refused();
    json("{\"number\": 2, \"text\": \"ab", "app.json:1:").is_refused();
}

#[test]
fn key_that_stands_twice() {
    toml("number = 2\nnumber = 3", "app.toml:2:1").is_refused();
    yaml("number: 2\nnumber: 3", "app.yaml:2:1").is_refused();
    json("{\"number\": 2,\n\"number\": 3}", "app.json:2:1").is_refused();
}

#[test]
fn a_hundred_thousand_brackets() {
    let brackets = "[".repeat(100_000);
    toml(&format!("list = {brackets}"), "app.toml:1:").is_refused();
    yaml(&format!("list: {brackets}"), "app.yaml:1:").is_refused();
    json(&format!("{{\"list\": {brackets}"), "app.json:1:").is_refused();
}

#[test]
fn a_hundred_thousand_brackets_that_close() {
    let brackets = "[".repeat(100_000) + &"]".repeat(100_000);
    toml(&format!("list = {brackets}"), "app.toml:1:").is_refused();
    yaml(&format!("list: {brackets}"), "app.yaml:1:").is_refused();
    json(&format!("{{\"list\": {brackets}}}"), "app.json:1:").is_refused();
}

#[test]
fn deep_tables() {
    toml(&format!("{}number = 2", "a.".repeat(100_000)), "app.toml:1:").is_refused();
    toml(&format!("[{}number]", "a.".repeat(100_000)), "app.toml:1:").is_refused();
    let blocks: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    yaml(&blocks, "app.yaml:").is_refused();
    json(&"{\"a\":".repeat(100_000), "app.json:1:").is_refused();
}

#[test]
fn aliases_that_multiply() {
    let level = |one: char, below: char| {
        let aliases: Vec<_> = (0..9).map(|_| format!("*{below}")).collect();
        format!("{one}: &{one} [{}]\n", aliases.join(","))
    };
    let bomb: String = ('b'..='j').zip('a'..='i').map(|(one, below)| level(one, below)).collect();
    yaml(&format!("a: &a [x,x,x,x,x,x,x,x,x]\n{bomb}"), "app.yaml:").is_refused();
}

#[test]
fn number_that_is_none() {
    toml("ratio = nan", "ratio: ").is_refused();
    yaml("ratio: .nan", "ratio: ").is_refused();
    json("{\"ratio\": NaN}", "app.json:1:").is_refused();
}

#[test]
fn number_without_end() {
    toml("ratio = inf", "ratio: ").is_refused();
    yaml("ratio: -.inf", "ratio: ").is_refused();
    json("{\"ratio\": 1e999}", "app.json:1:").is_refused();
}

#[test]
fn number_out_of_range() {
    toml("number = 256", "number: ").is_refused();
    yaml("number: -1", "number: ").is_refused();
    json("{\"number\": 123456789012345678901234567890}", "number: ").is_refused();
    toml("number = 99999999999999999999", "app.toml:1:").is_refused();
}

#[test]
fn root_that_is_no_table() {
    yaml("- 1\n- 2", "app.yaml:1:1").is_refused();
    json("[1]", "app.json:1:1").is_refused();
    json("null", "app.json:1:1").is_refused();
    yaml("just text", "app.yaml:1:1").is_refused();
}

#[test]
fn text_after_the_end() {
    json("{\"number\": 2} {}", "app.json:1:").is_refused();
    yaml("number: 2\n---\nnumber: 3", "app.yaml:").is_refused();
}

#[test]
fn zero_bytes() {
    toml(b"number = 2\n\0\0\0\0", "app.toml:2:1").is_refused();
    yaml(b"number: 2\n\0\0\0\0", "app.yaml:").is_refused();
    json(b"{\"number\": 2}\0\0", "app.json:1:").is_refused();
}

#[test]
fn variable_that_is_not_unicode() {
    if !is_child() {
        let mut child = child(&this_test(), &[]);
        child.env("BAD_TEXT", OsStr::from_bytes(b"a\xff"));
        return assert_passed(&child.output().unwrap());
    }
    let error = App::hot_load().unwrap_err();
    let issue = error.issues().next().unwrap();
    assert_eq!((issue.path(), error.issues().len()), ("text".into(), 1));
    assert_eq!(issue.origin(), Some(&Origin::Env { name: "BAD_TEXT".into() }));
}

#[test]
fn variable_of_another_program_that_is_not_unicode() {
    if !is_child() {
        let mut child = child(&this_test(), &[]);
        child.env("OTHER", OsStr::from_bytes(b"a\xff")).env(OsStr::from_bytes(b"\xfe"), "");
        return assert_passed(&child.output().unwrap());
    }
    assert_eq!(App::hot_load().unwrap().number(), 1);
}

#[test]
fn variable_with_the_wrong_type() {
    let name = "bad_input::variable_with_the_wrong_type";
    with_variables(name, &[("BAD_NUMBER", "many")], || {
        let error = App::hot_load().unwrap_err().to_string();
        assert!(
            error.contains("number: ") && error.contains("from environment variable BAD_NUMBER"),
            "{error}"
        );
    });
}

#[test]
fn profile_that_matches_no_file() {
    let folder = Folder::new();
    let builder = App::hot_builder().profile("production").optional_file(folder.path("{profile}.toml"));
    let error = builder.load().unwrap_err();
    let tried = folder.path("production.toml").display().to_string();
    assert!(error.has(IssueKind::Setup) && error.to_string().contains(&tried), "{error}");
}

#[test]
fn profile_that_leads_elsewhere() {
    let folder = Folder::with("config/development.toml", "number = 2");
    folder.write("secret.toml", "number = 3");
    for name in ["../secret", "..", "", "a/b", "a\0b", "ä"] {
        let builder = App::hot_builder().profile(name).file(folder.path("config/{profile}.toml"));
        let error = builder.load().unwrap_err();
        assert!(error.has(IssueKind::Setup) && error.issues().len() == 1, "{name:?}: {error}");
    }
}

#[test]
fn profile_variable_that_leads_elsewhere() {
    let name = "bad_input::profile_variable_that_leads_elsewhere";
    with_variables(name, &[("BAD_PROFILE", "../secret")], || {
        let error = App::hot_builder().optional_file("config/{profile}.toml").load().unwrap_err();
        assert!(error.to_string().contains("from environment variable BAD_PROFILE"), "{error}");
    });
}

#[test]
fn reference_to_a_variable_that_is_not_set() {
    toml("number = 2\ntext = \"${HOTSWAP_TEST_NOT_SET}\"", "app.toml:2:8").is_refused();
    yaml("number: 2\ntext: ${HOTSWAP_TEST_NOT_SET}", "app.yaml:2:7").is_refused();
    json("{\"number\": 2,\n\"text\": \"${HOTSWAP_TEST_NOT_SET}\"}", "app.json:2:9").is_refused();
}

#[test]
fn reference_that_never_closes() {
    toml("text = \"${HOME\"", "app.toml:1:8").is_refused();
}

#[test]
fn every_problem_of_every_source_is_in_one_report() {
    let folder = Folder::with("1.toml", "number = 300\nnubmer = 1\n");
    folder.write("2.json", "{");
    let builder = App::hot_builder().file(folder.path("1.toml")).file(folder.path("2.json"));
    let error = builder.file(folder.path("3.yaml")).load().unwrap_err();
    for part in ["number: ", "nubmer", "2.json:1:", "3.yaml"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    assert_eq!(error.issues().len(), 4, "{error}");
}
