//! The copies that remain in memory after everything is dropped: no more than after only parsing the same text
//! with the same parser. Each count runs in its own process, which contains the canary only in reverse.

use std::{
    fs::{self, File, OpenOptions},
    hint::black_box,
    io::Write,
    os::unix::fs::FileExt,
    path::Path,
    process::Command,
};

use hotswap::{HotConfig, PlaintextSecrets, Reading, Source, SourceError};

use crate::{app::App, canary::quoted};

const CASE: &str = "HOTSWAP_CANARY_MEMORY";

/// Without characters that a format would escape, so that the file contains it literally.
fn canary() -> String {
    quoted().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The same with another port.
fn next(text: &str) -> String {
    ["port = 11", "port: 11", "\"port\":11"]
        .iter()
        .fold(text.to_owned(), |text, port| text.replace(port, &port.replace("11", "12")))
}

/// Runs one case in its own process, and returns the number of remaining copies there.
fn left(case: &str, text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let name = case.split(' ').nth(1).unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::write(path.with_extension("next"), next(text)).unwrap();
    let backwards: String = canary().chars().rev().collect();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["memory::a_process_that_reads_it", "--exact", "--nocapture", "--include-ignored"]);
    child.env(CASE, format!("{case}\n{backwards}\n{}", path.display()));
    if name == "variable" {
        child.env("APP_PASSWORD", canary());
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let count =
        said.lines().find_map(|line| line.split_once("copies: ")).map(|(_, count)| count.trim().parse());
    count.unwrap_or_else(|| panic!("{case}: {said}{}", String::from_utf8_lossy(&output.stderr))).unwrap()
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn a_process_that_reads_it() {
    let Ok(case) = std::env::var(CASE) else { return };
    let parts: Vec<&str> = case.split('\n').collect();
    let [what, backwards, path] = parts[..] else { panic!("{case}") };
    run(what, Path::new(path));
    println!("copies: {}", copies(backwards.as_bytes()));
}

fn run(what: &str, path: &Path) {
    let allowed = || App::hot_builder().watch(false).plaintext_secrets(PlaintextSecrets::Allow);
    match what {
        "bare app.toml" | "bare source.toml" => {
            let text = fs::read_to_string(path).unwrap();
            drop(black_box(toml::de::DeTable::parse(&text)));
        }
        "bare app.json" => {
            let text = fs::read_to_string(path).unwrap();
            drop(black_box(serde_json::from_str::<serde_json::Value>(&text)));
        }
        "bare app.yaml" => {
            let text = fs::read_to_string(path).unwrap();
            black_box(saphyr_parser::Parser::new_from_str(&text).count());
        }
        // No third-party parser reads it.
        "bare .env" => drop(black_box(fs::read(path).unwrap())),
        "kept app.toml" => drop(black_box(Box::leak(fs::read_to_string(path).unwrap().into_boxed_str()))),
        "bare variable" => drop(black_box(std::env::var_os("APP_PASSWORD"))),
        "bare secret" => drop(black_box(fs::read_to_string(path).unwrap())),
        "bare bytes" => drop(black_box(fs::read(path).unwrap())),
        "own bytes" => {
            OpenOptions::new().append(true).open(path).unwrap().write_all(b"\xff").unwrap();
            let config = path.with_file_name("app.toml");
            fs::write(&config, format!("password = 'x'\nbytes = 'file:{}'", path.display())).unwrap();
            let app = allowed().file(config).load().unwrap();
            assert_eq!(app.bytes().as_ref().unwrap().expose().last(), Some(&255));
            drop(black_box(app));
        }
        "own .env" => drop(black_box(allowed().env("APP").dotenv(path).load().unwrap())),
        "own variable" => drop(black_box(allowed().env("APP").load().unwrap())),
        "own secret" => {
            let config = path.with_file_name("app.toml");
            fs::write(&config, format!("password = 'file:{}'", path.display())).unwrap();
            drop(black_box(allowed().file(config).load().unwrap()));
        }
        "own source.toml" => {
            let text = Text(fs::read_to_string(path).unwrap());
            drop(black_box(allowed().source(text).load().unwrap()));
        }
        "refused app.toml" | "refused app.json" | "refused app.yaml" => {
            drop(black_box(App::hot_builder().file(path).check().unwrap_err()));
        }
        _ => {
            let app = allowed().file(path).load().unwrap();
            app.set_port(2).unwrap();
            fs::rename(path.with_extension("next"), path).unwrap();
            app.reload().unwrap();
            app.rollback(1).unwrap();
            drop(black_box(app));
        }
    }
}

struct Text(String);

impl Source for Text {
    fn name(&self) -> String {
        "text".into()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::text(hotswap::Format::Toml, &self.0)?)
    }
}

/// The number of occurrences of the word in writable memory, which is read into one buffer that is not
/// counted.
fn copies(backwards: &[u8]) -> usize {
    const ROOM: usize = 1 << 20;
    let mut buffer = vec![0_u8; ROOM];
    let own = buffer.as_ptr() as usize..buffer.as_ptr() as usize + ROOM;
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut count = 0;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [mut from, to] = [from, to].map(|end| usize::from_str_radix(end, 16).unwrap());
        while from < to {
            let end = if from < own.start { to.min(own.start) } else { to };
            if own.contains(&from) {
                from = own.end;
                continue;
            }
            let room = (end - from).min(ROOM);
            let Ok(read @ 1..) = memory.read_at(&mut buffer[..room], from as u64) else { break };
            let found = |window: &&[u8]| window.iter().eq(backwards.iter().rev());
            count += buffer[..read].windows(backwards.len()).filter(found).count();
            // A word may cross the border of two pieces.
            from += if read == room && from + read < end { read - backwards.len() + 1 } else { read.max(1) };
        }
    }
    buffer.fill(0);
    count
}

#[track_caller]
fn leaves_no_more_than_the_parser(name: &str, text: &str) {
    let (bare, own) = (left(&format!("bare {name}"), text), left(&format!("own {name}"), text));
    println!("{name}: own {own}, bare {bare}");
    assert!(own <= bare, "{name}: {own} copies are left, a bare parse leaves {bare}");
}

fn toml_text() -> String {
    format!("password = '{0}'\nkeys = ['{0}']\nport = 11\n", canary())
}

#[test]
fn what_is_kept_is_counted() {
    assert!(left("kept app.toml", &toml_text()) >= 2);
}

#[test]
fn toml() {
    leaves_no_more_than_the_parser("app.toml", &toml_text());
}

/// Unmarked secrets are known from the first load on.
#[test]
fn toml_with_secrets_that_only_the_decoder_meets() {
    let text = format!("{}logins = [{{ user = 'a', password = '{}' }}]", toml_text(), canary());
    leaves_no_more_than_the_parser("app.toml", &text);
}

#[test]
fn files_that_are_refused() {
    let text = toml_text();
    for text in [text.clone(), format!("{text}oops = = 1"), format!("{text}port = 1")] {
        let (bare, refused) = (left("bare app.toml", &text), left("refused app.toml", &text));
        assert!(refused <= bare, "{refused} copies are left, a bare parse leaves {bare}");
    }
}

#[test]
fn json() {
    let text = serde_json::json!({"password": canary(), "keys": [canary()], "port": 11}).to_string();
    leaves_no_more_than_the_parser("app.json", &text);
}

#[test]
fn yaml() {
    leaves_no_more_than_the_parser(
        "app.yaml",
        &format!("password: {0}\nkeys: ['{0}']\nport: 11\n", canary()),
    );
}

#[test]
fn dotenv() {
    leaves_no_more_than_the_parser(".env", &format!("APP_PASSWORD='{}'\n", canary()));
}

#[test]
fn variables() {
    leaves_no_more_than_the_parser("variable", "");
}

#[test]
fn sources() {
    leaves_no_more_than_the_parser("source.toml", &toml_text());
}

#[test]
fn references() {
    leaves_no_more_than_the_parser("secret", &canary());
    leaves_no_more_than_the_parser("bytes", &canary());
}
