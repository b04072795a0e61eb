//! The cost of references is limited by the size of their secrets.

use std::collections::BTreeMap;

use hotswap::{Error, HotConfig, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::printed;
use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "REF")]
struct Referring {
    #[hot(secret)]
    #[serde(default)]
    marked: Vec<Secret<String>>,
    #[serde(default)]
    open: Vec<Secret<String>>,
    #[serde(default)]
    map: BTreeMap<String, Secret<String>>,
    #[hot(secret)]
    #[serde(default)]
    one: Option<Secret<String>>,
}

/// The issues of a file in which each of the fields has these references.
fn of_references(folder: &Folder, references: &[String]) -> Vec<Result<Referring, Error>> {
    let map: BTreeMap<String, &String> =
        references.iter().enumerate().map(|(place, text)| (format!("k{place}"), text)).collect();
    let files = [json!({ "marked": references }), json!({ "open": references }), json!({ "map": map })];
    let load = |text: Value| {
        folder.write("app.json", &text.to_string());
        Referring::hot_builder().file(folder.path("app.json")).dotenv(folder.path(".env")).check()
    };
    files.into_iter().map(load).collect()
}

#[test]
fn references_to_one_large_text_are_bounded() {
    let big = "x".repeat(900_000);
    let folder = Folder::with(".env", &format!("BIG={big}"));
    folder.write("big", &big);
    let json = json!({ "part": big }).to_string();
    folder.write("big.json", &json);
    let (file, part) = (folder.path("big"), folder.path("big.json"));
    let few = json!({ "open": vec!["env:BIG"; 18] }).to_string();
    folder.write("few.json", &few);
    let builder = Referring::hot_builder().file(folder.path("few.json")).dotenv(folder.path(".env"));
    let whole = builder.check().unwrap();
    assert!(whole.open.iter().map(|secret| secret.expose().len()).eq([900_000; 18]));
    for reference in
        ["env:BIG".to_owned(), format!("file:{}", file.display()), format!("file:{}#part", part.display())]
    {
        for result in of_references(&folder, &vec![reference.clone(); 200]) {
            let error = result.unwrap_err();
            assert_eq!((error.issues().count(), error.has(hotswap::IssueKind::Secret)), (1, true), "{error}");
            assert!(error.to_string().contains("give more than 16 MiB of text"), "{error}");
        }
    }
}

#[test]
fn references_that_lead_to_nothing_are_counted() {
    let folder = Folder::with(".env", "");
    let references: Vec<_> = (0..10_000).map(|number| format!("env:NOPE{number}")).collect();
    for result in of_references(&folder, &references) {
        let error = result.unwrap_err();
        assert_eq!(error.issues().count(), 100);
        assert!(error.to_string().contains("NOPE0"), "{error}");
        let last = error.issues().last().unwrap().to_string();
        assert!(last.contains("9900 more of the same kind"), "{last}");
        assert!(printed(&error).len() < 200_000, "{}", printed(&error).len());
    }
}

#[test]
fn an_expanded_text_is_bounded_whatever_follows() {
    let folder = Folder::with(".env", &format!("BIG={}", "x".repeat(900_000)));
    let list = vec!["${BIG}".to_owned(); 5_000];
    folder.write("app.json", &json!({ "open": list, "marked": ["${NOPE}"] }).to_string());
    let error = Referring::hot_builder().file(folder.path("app.json")).dotenv(folder.path(".env")).check();
    let error = error.unwrap_err();
    assert_eq!(error.issues().count(), 2, "{error}");
    assert!(error.to_string().contains("expand to more than 1 MiB") && error.to_string().contains("NOPE"));
}
