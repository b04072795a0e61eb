//! Scalars of YAML whose text looks like something else.

use hotswap::HotConfig;
use serde::Deserialize;

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    text: String,
    #[serde(default)]
    number: u16,
}

fn text(yaml: &str) -> String {
    let folder = Folder::with("a.yaml", &format!("text: {yaml}\n"));
    App::hot_builder().file(folder.path("a.yaml")).check().unwrap().text
}

fn number(yaml: &str) -> Result<u16, String> {
    let folder = Folder::with("a.yaml", &format!("number: {yaml}\n"));
    let app = App::hot_builder().file(folder.path("a.yaml")).check();
    app.map(|app| app.number).map_err(|error| error.issues().next().unwrap().to_string())
}

#[test]
fn no_into_a_string_is_text() {
    assert_eq!(["no", "off", "true", "n"].map(text), ["no", "off", "true", "n"]);
}

#[test]
fn digits_into_a_string_keep_their_text() {
    assert_eq!(["0777", "1_000", "1.10", "0x1F", "1e3"].map(text), ["0777", "1_000", "1.10", "0x1F", "1e3"]);
}

#[test]
fn a_date_into_a_string_keeps_its_text() {
    assert_eq!(["2024-01-02", "12:30:45"].map(text), ["2024-01-02", "12:30:45"]);
}

#[test]
fn a_leading_zero_into_a_number_is_refused_with_an_explanation() {
    let told = number("010").unwrap_err();
    assert!(told.contains("a number with a leading zero is ambiguous in YAML"), "{told}");
    assert!(told.contains("write it without the zero"), "{told}");
    assert_eq!(number("0o10"), Ok(8));
}

#[test]
fn null_into_a_string_is_refused_unless_it_stands_in_quotes() {
    for null in ["", "~", "null"] {
        let folder = Folder::with("a.yaml", &format!("text: {null}\n"));
        let error = App::hot_builder().file(folder.path("a.yaml")).check().unwrap_err().to_string();
        assert!(error.contains("text: expected a string, found null; only an optional field"), "{error}");
    }
    assert_eq!(["''", "'~'", "'null'"].map(text), ["", "~", "null"]);
}
