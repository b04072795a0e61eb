//! Messages of a check of interpolated text: shown, unless they repeat a variable.

use std::collections::BTreeMap;

use hotswap::{CheckError, HotConfig};
use serde::Deserialize;

use crate::support::Folder;

const WITHHELD: &str = "the value fails a check of the program";

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = App::ordered, check = App::named)]
struct App {
    #[hot(default = "")]
    name: String,
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 10)]
    high: u32,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = Pool::says)]
struct Pool {
    #[hot(default = "")]
    url: String,
    #[hot(default = "")]
    says: String,
    #[hot(default = "")]
    blames: String,
}

impl App {
    fn ordered(&self) -> Result<(), &'static str> {
        if self.low <= self.high { Ok(()) } else { Err("low above high") }
    }

    fn named(&self) -> Result<(), CheckError> {
        match self.low {
            7 => Err(CheckError::new("seven").field("low")),
            8 => Err(CheckError::new("eight").field("name")),
            9 => Err(CheckError::new(format!("nine {}", self.name)).field("low")),
            _ => Ok(()),
        }
    }
}

impl Pool {
    fn says(&self) -> Result<(), CheckError> {
        let error = match &*self.says {
            "" => return Ok(()),
            "panic" => panic!("about {}", self.url),
            "help" => CheckError::new("bad").help(format!("not {}", self.url)),
            "user" => CheckError::new(self.url.rsplit('@').next_back().unwrap_or_default().to_owned()),
            "debug" => CheckError::new(format!("{:?}", self.url)),
            words => CheckError::new(words.replace("{url}", &self.url)),
        };
        Err(if self.blames.is_empty() { error } else { error.field(&*self.blames) })
    }
}

const VARIABLES: &str = "N=hunter2\nURL=pg://app:hunter2@db.example/x\nS=ab\nQ='a\"b\\\\c hunter2'\n";

fn report(name: &str, text: &str) -> String {
    let folder = Folder::with(name, text);
    folder.write(".env", VARIABLES);
    let builder = App::hot_builder().dotenv(folder.path(".env")).file(folder.path(name));
    builder.check().unwrap_err().to_string()
}

#[track_caller]
fn assert_shown(report: &str, words: &str) {
    assert!(report.contains(words) && !report.contains(WITHHELD), "{report}");
}

#[track_caller]
fn assert_withheld(report: &str) {
    assert!(report.contains(WITHHELD) && !report.contains("hunter2"), "{report}");
}

#[test]
fn a_check_beside_a_variable_keeps_its_words() {
    for name in ["${MISSING:x}", "$${N}", "${N}", "a ${N} b", "$${N} ${N}", "${S}", "${URL}"] {
        for (low, words) in [(20, "low above high"), (7, "low: seven")] {
            for (file, text) in [
                ("a.yaml", format!("low: {low}\nname: '{name}'\n")),
                ("a.toml", format!("low = {low}\nname = '{name}'\n")),
                ("a.json", format!("{{\"low\": {low}, \"name\": \"{name}\"}}")),
                ("a.toml", format!("low = {low}\nlabels = {{ a = '{name}' }}\n")),
                ("a.toml", format!("low = {low}\npool.url = '{name}'\n")),
            ] {
                assert_shown(&report(file, &text), words);
            }
        }
    }
}

#[test]
fn a_check_of_a_nested_struct_keeps_its_words() {
    for (name, text) in [
        ("a.toml", "name = '${N}'\n[pool]\nsays = 'bad words'"),
        ("a.toml", "[pool]\nurl = '${URL}'\nsays = 'bad words'"),
        ("a.yaml", "pool:\n  url: ${URL}\n  says: bad words\n  blames: says"),
        ("a.json", "{\"pool\": {\"url\": \"$${URL}\", \"says\": \"bad words\", \"blames\": \"url\"}}"),
    ] {
        assert_shown(&report(name, text), "bad words");
    }
}

#[test]
fn a_check_that_blames_interpolated_text_is_withheld() {
    for text in [
        "low = 8\nname = '${N}'",
        "[pool]\nurl = '${URL}'\nsays = 'words'\nblames = 'url'",
        "[pool]\nsays = '${N}'\nblames = 'says'",
    ] {
        assert_withheld(&report("a.toml", text));
    }
    assert_shown(&report("a.toml", "low = 8\nname = '$${N}'"), "name: eight");
    // No part of it comes from a variable.
    assert_shown(&report("a.toml", "low = 8\nname = '${MISSING:hunter2}'"), "name: eight");
}

#[test]
fn words_that_repeat_a_variable_are_withheld() {
    for text in [
        "low = 9\nname = '${N}'",
        "low = 9\nname = 'a${N}b'",
        "low = 9\nname = '${S}'",
        "[pool]\nurl = '${URL}'\nsays = 'not {url}'",
        "[pool]\nurl = '${URL}'\nsays = 'user'",
        "[pool]\nurl = '${URL}'\nsays = 'help'",
        "[pool]\nurl = '${Q}'\nsays = 'debug'",
        "[pool]\nurl = 'x'\nsays = 'it is ${N}'",
    ] {
        assert_withheld(&report("a.toml", text));
    }
    let panicked = report("a.toml", "[pool]\nurl = '${URL}'\nsays = 'panic'");
    assert!(panicked.contains("check panicked") && !panicked.contains("hunter2"), "{panicked}");
}

#[test]
fn a_short_variable_counts_only_as_a_word() {
    let report = report("a.toml", "[pool]\nurl = '${S}'\nsays = 'about nothing'");
    assert_shown(&report, "about nothing");
}

#[test]
fn a_write_beside_a_variable_is_refused_in_the_words_of_the_check() {
    for name in ["${MISSING:x}", "$${N}", "${N}"] {
        let folder = Folder::with("a.yaml", &format!("name: '{name}'\n"));
        folder.write(".env", VARIABLES);
        let builder = App::hot_builder().dotenv(folder.path(".env")).file(folder.path("a.yaml"));
        let app = builder.watch(false).load().unwrap();
        assert_shown(&app.set_low(20).unwrap_err().to_string(), "low above high");
        let patch = serde_json::json!([{ "op": "replace", "path": "/low", "value": 7 }]);
        assert_shown(&app.patch(patch).unwrap_err().to_string(), "seven");
        folder.write("a.yaml", &format!("name: '{name}'\nlow: 20\n"));
        assert_shown(&app.reload().unwrap_err().to_string(), "low above high");
    }
}

#[test]
fn a_write_over_a_template_is_no_longer_withheld() {
    let folder = Folder::with("a.toml", "name = '${N}'");
    folder.write(".env", VARIABLES);
    let builder = App::hot_builder().dotenv(folder.path(".env")).file(folder.path("a.toml"));
    let app = builder.watch(false).load().unwrap();
    assert_withheld(&app.set_low(9).unwrap_err().to_string());
    assert_withheld(&app.set_low(8).unwrap_err().to_string());
    app.set_name("plain".into()).unwrap();
    assert_shown(&app.set_low(9).unwrap_err().to_string(), "low: nine plain");
}
