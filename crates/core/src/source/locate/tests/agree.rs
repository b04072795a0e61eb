//! Random trees, written in the various notations of every format: each value is found where it was
//! written.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    keys::{Key, Keys},
    source::{
        format::{Format, parse},
        locate::{SourceMap, SpanOf},
    },
    value::Value,
};

#[derive(Clone, Debug)]
enum Tree {
    /// Each gets a number of its own when it is written.
    Leaf,
    List(Vec<Tree>),
    Table(BTreeMap<String, Tree>),
}

fn table(tree: impl Strategy<Value = Tree>) -> impl Strategy<Value = BTreeMap<String, Tree>> {
    proptest::collection::btree_map("[a-c]{1,2}|[a.ü\"/~ \\]]{0,3}", tree, 0..4)
}

fn root() -> impl Strategy<Value = Tree> {
    let tree = Just(Tree::Leaf).prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            Just(Tree::Leaf),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            table(inner).prop_map(Tree::Table),
        ]
    });
    table(tree).prop_map(Tree::Table)
}

/// Writes trees; each choice between two notations takes the next of `choices`.
struct Writer {
    out: String,
    leaves: usize,
    choices: Vec<bool>,
}

impl Writer {
    fn text(choices: &[bool], tree: &Tree, write: fn(&mut Self, &BTreeMap<String, Tree>)) -> String {
        let mut writer = Self { out: String::new(), leaves: 1000, choices: choices.to_vec() };
        if let Tree::Table(entries) = tree {
            write(&mut writer, entries);
        }
        writer.out
    }

    fn choose(&mut self) -> bool {
        self.choices.rotate_left(1);
        self.choices[0]
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn leaf(&mut self) {
        self.leaves += 1;
        self.push(&self.leaves.to_string());
    }

    /// A key, bare if possible.
    fn key(&mut self, key: &str) -> String {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase());
        if plain && self.choose() { key.into() } else { serde_json::to_string(key).unwrap() }
    }

    /// `[..]` and `{..}`, which all formats have.
    fn inline(&mut self, tree: &Tree, assign: &str) {
        match tree {
            Tree::Leaf => self.leaf(),
            Tree::List(items) => {
                self.push("[");
                for (index, item) in items.iter().enumerate() {
                    self.push(if index > 0 { ", " } else { " " });
                    self.inline(item, assign);
                }
                self.push("]");
            }
            Tree::Table(entries) => self.inline_table(entries, assign),
        }
    }

    fn inline_table(&mut self, entries: &BTreeMap<String, Tree>, assign: &str) {
        self.push("{");
        for (index, (key, value)) in entries.iter().enumerate() {
            self.push(if index > 0 { ", " } else { " " });
            let key = if assign == JSON { serde_json::to_string(key).unwrap() } else { self.key(key) };
            self.push(&(key + assign));
            self.inline(value, assign);
        }
        self.push("}");
    }

    fn json(&mut self, entries: &BTreeMap<String, Tree>) {
        self.push("\n ");
        self.inline_table(entries, JSON);
    }

    fn toml(&mut self, entries: &BTreeMap<String, Tree>) {
        self.toml_table("", entries);
    }

    /// The entries below a header: values first, because the next header ends them.
    fn toml_table(&mut self, path: &str, entries: &BTreeMap<String, Tree>) {
        let mut headed = Vec::new();
        for (key, value) in entries {
            let key = self.key(key);
            match value {
                Tree::Table(_) if self.choose() => headed.push((key, value)),
                Tree::List(items) if is_tables(items) && self.choose() => headed.push((key, value)),
                _ => self.toml_value(&key, value),
            }
        }
        for (key, value) in headed {
            self.toml_headed(&format!("{path}{key}"), value);
        }
    }

    fn toml_value(&mut self, key: &str, value: &Tree) {
        match value {
            Tree::Table(entries) if !entries.is_empty() && self.choose() => {
                for (below, value) in entries {
                    let below = self.key(below);
                    self.toml_value(&format!("{key} . {below}"), value);
                }
            }
            _ => {
                self.push(&format!("{key} = "));
                self.inline(value, " = ");
                self.push("\n");
            }
        }
    }

    fn toml_headed(&mut self, path: &str, value: &Tree) {
        let (open, close, tables) = match value {
            Tree::List(items) => ("[[", "]]", items.as_slice()),
            table => ("[", "]", std::slice::from_ref(table)),
        };
        for table in tables {
            self.push(&format!("{open}{path}{close}\n"));
            if let Tree::Table(entries) = table {
                self.toml_table(&format!("{path}."), entries);
            }
        }
    }

    fn yaml(&mut self, entries: &BTreeMap<String, Tree>) {
        self.yaml_table(entries, 0);
    }

    fn yaml_table(&mut self, entries: &BTreeMap<String, Tree>, indent: usize) {
        if entries.is_empty() {
            self.push(&format!("{}{{}}\n", " ".repeat(indent)));
        }
        for (key, value) in entries {
            let key = self.key(key);
            self.push(&format!("{}{key}:", " ".repeat(indent)));
            self.yaml_value(value, indent);
        }
    }

    fn yaml_value(&mut self, value: &Tree, indent: usize) {
        match value {
            Tree::Table(entries) if self.choose() => {
                self.push("\n");
                self.yaml_table(entries, indent + 2);
            }
            Tree::List(items) if !items.is_empty() && self.choose() => {
                self.push("\n");
                for item in items {
                    self.push(&format!("{}-", " ".repeat(indent + 1)));
                    self.yaml_value(item, indent + 1);
                }
            }
            _ => {
                self.push(" ");
                self.inline(value, ": ");
                self.push("\n");
            }
        }
    }
}

const JSON: &str = " : ";

fn is_tables(items: &[Tree]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item, Tree::Table(_)))
}

fn leaves(value: &Value, keys: &Keys, out: &mut Vec<(Keys, String)>) {
    match value {
        Value::Table(table) => table.iter().for_each(|(name, value)| leaves(value, &keys.name(name), out)),
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &keys.index(index), out));
        }
        Value::Int(number) => out.push((keys.clone(), number.to_string())),
        Value::Untyped(untyped) => out.push((keys.clone(), untyped.text.to_string())),
        other => panic!("no leaf was written so: {other:?}"),
    }
}

/// The text at a position.
fn behind(text: &str, (line, column): (usize, usize)) -> String {
    text.lines().nth(line - 1).unwrap().chars().skip(column - 1).collect()
}

fn agree(format: Format, text: &str, tree: &Tree) {
    let value = parse(format, text).unwrap_or_else(|flaws| panic!("{flaws:?}\n{text}"));
    let mut found = Vec::new();
    leaves(&value, &Keys::root(), &mut found);
    assert_eq!(found.len(), count(tree), "{text}");
    let places = SourceMap::new(format, text).unwrap();
    for (keys, number) in found {
        let place = places.locate(&keys, SpanOf::Value).unwrap();
        assert!(behind(text, place).starts_with(&number), "{keys} at {place:?}\n{text}");
        let place = places.locate(&keys, SpanOf::Key).unwrap();
        if let Some(Key::Name(name)) = keys.0.last() {
            let (behind, quoted) = (behind(text, place), serde_json::to_string(name).unwrap());
            assert!(
                behind.starts_with(&**name) || behind.starts_with(&quoted),
                "{keys} at {place:?}\n{text}"
            );
        }
    }
}

fn count(tree: &Tree) -> usize {
    match tree {
        Tree::Leaf => 1,
        Tree::List(items) => items.iter().map(count).sum(),
        Tree::Table(entries) => entries.values().map(count).sum(),
    }
}

fn choices() -> impl Strategy<Value = Vec<bool>> {
    proptest::collection::vec(any::<bool>(), 17)
}

proptest! {
    #[test]
    fn json(tree in root(), choices in choices()) {
        agree(Format::Json, &Writer::text(&choices, &tree, Writer::json), &tree);
    }

    #[test]
    fn toml(tree in root(), choices in choices()) {
        agree(Format::Toml, &Writer::text(&choices, &tree, Writer::toml), &tree);
    }

    #[test]
    fn yaml(tree in root(), choices in choices()) {
        agree(Format::Yaml, &Writer::text(&choices, &tree, Writer::yaml), &tree);
    }

    /// RFC 6901: the pointer of every leaf leads to it in the JSON of the tree.
    #[test]
    fn a_pointer_leads_back(tree in root(), choices in choices()) {
        let text = Writer::text(&choices, &tree, Writer::json);
        let value = parse(Format::Json, &text).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut found = Vec::new();
        leaves(&value, &Keys::root(), &mut found);
        for (keys, number) in found {
            prop_assert_eq!(json.pointer(&keys.pointer()).unwrap().to_string(), number);
        }
    }
}
