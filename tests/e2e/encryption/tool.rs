//! Round trips with the tool `age`.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hotswap::HotConfig;

use super::{App, GIVEN, KEY, RECIPIENT, done, text};
use crate::support::{BOUND, Folder, this_test, with_variables};

const PLAINTEXT: &str = "password = 'hunter2'\n";

/// Runs a tool of age to its end, and returns its output.
#[track_caller]
fn tool(name: &str, words: &[&str]) -> String {
    let output = Command::new(name).args(words).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `age` on a terminal, and answers its prompt for a passphrase this many times.
#[track_caller]
fn on_a_terminal(words: &str, answers: usize, made: &Path) {
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &format!("age {words}"), "/dev/null"]);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all("correct horse\n".repeat(answers).as_bytes()).unwrap();
    let begin = Instant::now();
    // The end of the input closes the terminal, and ends `age`, so it comes last.
    while child.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < BOUND, "`age` still waits");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(input);
    assert!(made.is_file(), "`age` wrote nothing");
}

/// An identity of `age-keygen`, and its recipient.
fn identity(folder: &Folder, name: &str) -> (PathBuf, String) {
    let path = folder.path(name);
    tool("age-keygen", &["-o", text(&path)]);
    let recipient = tool("age-keygen", &["-y", text(&path)]).trim().to_owned();
    (path, recipient)
}

#[test]
#[cfg_attr(without = "age", ignore = "needs age")]
fn what_age_encrypts_is_read() {
    with_variables(&this_test(), GIVEN, || {
        let folder = Folder::with("plain", PLAINTEXT);
        let (_, other) = identity(&folder, "other.txt");
        let path = folder.path("a.toml.age");
        for words in [
            &["-r", RECIPIENT][..],
            &["--armor", "-r", RECIPIENT],
            &["-r", &other, "-r", RECIPIENT],
            &["--armor", "-r", &other, "-r", RECIPIENT],
        ] {
            tool("age", &[words, &["-o", text(&path), text(&folder.path("plain"))]].concat());
            let config = App::hot_builder().file(&path).load().unwrap();
            assert_eq!(config.password().expose(), "hunter2", "{words:?}");
        }
    });
}

#[test]
#[cfg_attr(without = "age", ignore = "needs age")]
fn what_is_encrypted_here_is_read_by_age() {
    let folder = Folder::with("a.toml", PLAINTEXT);
    let ((one, first), (other, second)) = (identity(&folder, "one.txt"), identity(&folder, "other.txt"));
    done(&["encrypt", "-i", text(&folder.path("a.toml")), "-r", &first, "-r", &second]);
    for key in [&one, &other] {
        let sealed = folder.path("a.toml.age");
        assert_eq!(tool("age", &["-d", "-i", text(key), text(&sealed)]), PLAINTEXT);
    }
}

#[test]
#[cfg_attr(without = "age", ignore = "needs age")]
fn what_is_rotated_here_is_read_by_age() {
    let folder = Folder::with("plain", "hunter2");
    let ((one, first), (other, second)) = (identity(&folder, "one.txt"), identity(&folder, "other.txt"));
    // An armored file is used unchanged in a multi-line string, which is only rotated manually; a single line is
    // rotated.
    tool("age", &["-r", &first, "-o", text(&folder.path("value")), text(&folder.path("plain"))]);
    let line = Command::new("base64").arg("--wrap=0").arg(folder.path("value")).output().unwrap();
    let line = String::from_utf8(line.stdout).unwrap();
    folder.write("a.toml", &format!("# why\na = 'age:{line}' # here\n"));
    let sealed = folder.path("b.yaml.age");
    tool("age", &["--armor", "-r", &first, "-o", text(&sealed), text(&folder.path("plain"))]);

    let (plain, key) = (folder.path("a.toml"), text(&one).to_owned());
    done(&["rotate-recipients", text(&plain), text(&sealed), "-I", &key, "-r", &second]);
    assert_eq!(tool("age", &["-d", "-i", text(&other), text(&sealed)]), "hunter2");
    let text_now = fs::read_to_string(&plain).unwrap();
    let now = text_now.strip_prefix("# why\na = 'age:").unwrap().strip_suffix("' # here\n").unwrap();
    // Without the padding that `base64` requires.
    folder.write("now", &format!("{now}{}", "=".repeat((4 - now.len() % 4) % 4)));
    let bytes = Command::new("base64").arg("--decode").arg(folder.path("now")).output().unwrap();
    fs::write(folder.path("now.age"), bytes.stdout).unwrap();
    assert_eq!(tool("age", &["-d", "-i", text(&other), text(&folder.path("now.age"))]), "hunter2");
}

#[test]
#[cfg_attr(without = "age", ignore = "needs age")]
fn passphrases_are_read_both_ways() {
    let variables = [("HOTSWAP_AGE_PASSPHRASE", "correct horse")];
    with_variables(&this_test(), &variables, || {
        let folder = Folder::with("a.toml", PLAINTEXT);
        let (plain, sealed) = (folder.path("a.toml"), folder.path("a.toml.age"));
        on_a_terminal(&format!("-p -o {} {}", text(&sealed), text(&plain)), 2, &sealed);
        let config = App::hot_builder().file(&sealed).load().unwrap();
        assert_eq!(config.password().expose(), "hunter2");

        done(&["encrypt", "-i", text(&plain), "--passphrase"]);
        let back = folder.path("back");
        on_a_terminal(&format!("-d -o {} {}", text(&back), text(&sealed)), 1, &back);
        assert_eq!(fs::read_to_string(back).unwrap(), PLAINTEXT);
    });
}

#[test]
#[cfg_attr(without = "age", ignore = "needs age")]
fn an_identity_file_that_age_locked_opens() {
    let name = this_test();
    let variables =
        [("HOTSWAP_AGE_PASSPHRASE", "correct horse"), ("HOTSWAP_AGE_IDENTITY_FILE", "locked.age")];
    with_variables(&name, &variables, || {
        let folder = Folder::with("key.txt", KEY);
        std::env::set_current_dir(folder.root()).unwrap();
        on_a_terminal("-p -o locked.age key.txt", 2, Path::new("locked.age"));
        folder.write("plain", PLAINTEXT);
        tool("age", &["-r", RECIPIENT, "-o", "a.toml.age", "plain"]);
        assert_eq!(App::hot_builder().file("a.toml.age").load().unwrap().password().expose(), "hunter2");
    });
}
