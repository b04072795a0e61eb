//! Edits of lists and tables that change nothing else of their file.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    xs: Vec<String>,
    #[serde(default)]
    nn: Vec<Vec<u32>>,
    #[hot(nested)]
    sub: Sub,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Sub {
    #[serde(default)]
    xs: Vec<String>,
    #[serde(default)]
    ts: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    name: String,
    #[serde(default)]
    m: BTreeMap<String, u32>,
}

/// A file, and what each save after an edit makes of it.
#[track_caller]
fn check(file: &str, text: &str, edits: &[fn(&mut App)], expected: &str) {
    let folder = Folder::with(file, text);
    let config = App::hot_builder().file(folder.path(file)).watch(false).load().unwrap();
    for edit in edits {
        config.update(edit).unwrap();
        config.save_overrides(folder.path(file)).unwrap();
    }
    assert_eq!(fs::read_to_string(folder.path(file)).unwrap(), expected);
    assert_eq!(App::hot_builder().file(folder.path(file)).check().unwrap(), *config.load());
}

#[test]
fn two_elements_are_added_to_an_empty_list() {
    let push: fn(&mut App) = |app| app.sub.xs.extend(["p".to_owned(), "q".to_owned()]);
    let yaml = "sub:\n  ts: []\n  xs: [] # xs\n";
    check("a.yaml", yaml, &[push], &yaml.replace("[] #", "[\"p\", \"q\"] #"));
    let toml = "[sub] # sub\nts = []\nxs = [] # xs\n";
    check("a.toml", toml, &[push], &toml.replace("[] #", "[\"p\", \"q\"] #"));
    let json = "{\n  \"sub\": {\n    \"xs\": []\n  }\n}\n";
    let lines = "[\n      \"p\",\n      \"q\"\n    ]";
    check("a.json", json, &[push], &json.replace("[]", lines));
}

#[test]
fn a_list_with_a_block_of_text_changes_its_length() {
    for header in ["|", "|-", ">"] {
        let text = format!("xs:\n- a # a\n- {header}\n  text\n- b\nsub: {{}}\n");
        check(
            "a.yaml",
            &text,
            &[|app| app.xs.insert(1, "q".to_owned())],
            &text.replace("# a\n", "# a\n- \"q\"\n"),
        );
        check("a.yaml", &text, &[|app| drop(app.xs.pop())], &text.replace("- b\n", ""));
    }
}

#[test]
fn a_dotted_key_of_a_table_in_a_list_is_removed() {
    let remove: fn(&mut App) = |app| app.sub.ts[0].m.retain(|key, _| key != "k1");
    let text = "[sub]\nxs = [\"v\"] # c\nts = [{ name = \"n\", m.k0 = 2, m.k1 = 3 }]\n";
    check("a.toml", text, &[remove], &text.replace(", m.k1 = 3", ""));
    let clear: fn(&mut App) = |app| app.sub.ts[0].m.clear();
    let one = text.replace(", m.k1 = 3", "");
    let cleared = saved_toml(&one, clear);
    assert!(cleared.starts_with("[sub]\nxs = [\"v\"] # c\nts = [{ name = \"n\""), "{cleared}");
}

fn saved_toml(text: &str, edit: fn(&mut App)) -> String {
    let folder = Folder::with("a.toml", text);
    let config = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    config.update(edit).unwrap();
    config.save_overrides(folder.path("a.toml")).unwrap();
    fs::read_to_string(folder.path("a.toml")).unwrap()
}

#[test]
fn the_first_item_of_a_list_in_a_list_is_removed_or_swapped() {
    let text = "nn:\n- - 1 # one\n  - 2 # two\n# B\n- - 3 # three\nsub: {}\n";
    let removed = text.replace("1 # one\n  - ", "");
    check("a.yaml", text, &[|app| app.nn[0].retain(|item| *item != 1)], &removed);
    let swapped = text.replace("- 1 # one\n  - 2 # two", "- 2 # two\n  - 1 # one");
    check("a.yaml", text, &[|app| app.nn[0].swap(0, 1)], &swapped);
    let emptied = text.replace("- - 3 # three", "# three\n- []");
    check("a.yaml", text, &[|app| app.nn[1].clear()], &emptied);
}
