//! A type that panics about the order of its values: its message never has interpolated text, because the type reads other texts
//! in the same order first.

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug};

use hotswap::HotConfig;
use serde::{Deserialize, Deserializer, Serialize};

use crate::support::Folder;

thread_local! {
    /// The messages of panics, which the hook of a program prints.
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

fn assert_sorted<T: PartialOrd + Debug>(items: &[T]) {
    for pair in items.windows(2) {
        if pair[0] > pair[1] {
            let message = format!("not sorted: {:?} > {:?}", pair[0], pair[1]);
            PRINTED.with_borrow_mut(|printed| *printed += &message);
            panic!("{message}");
        }
    }
}

/// Texts in order, written in capitals; panics otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Sorted(Vec<String>);

impl<'de> Deserialize<'de> for Sorted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        assert_sorted(&texts);
        Ok(Self(texts.iter().map(|text| text.to_uppercase()).collect()))
    }
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    s: Sorted,
    #[serde(default)]
    named: BTreeMap<String, Sorted>,
    #[hot(default = 1)]
    n: u32,
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("'{item}'")).collect::<Vec<_>>().join(", ")
}

fn variables(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("${{K{number:02}}}"))
}

/// Writes another value, and a new one beside the texts.
fn assert_silent(text: &str) {
    let folder = Folder::with("app.toml", text);
    let keys = (0..20).map(|number| format!("K{number:02}=hunter{number:02}x\n"));
    folder.write(".env", &keys.collect::<String>());
    let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    let app = builder.watch(false).load().unwrap();
    let before = app.snapshot();
    app.set_n(2).unwrap();
    app.update(|app| drop(app.named.insert("z".into(), Sorted(vec!["A".into()])))).unwrap();
    app.save_overrides(folder.path("out.toml")).unwrap();
    assert_eq!(app.snapshot().s, before.s);
    PRINTED.with_borrow(|printed| {
        assert!(!printed.to_lowercase().contains("hunter"), "{text}: {printed}");
    });
}

#[test]
fn a_type_that_requires_an_order_prints_no_interpolated_text() {
    assert_silent(&format!("s = [{}]", list(variables(20))));
    assert_silent(&format!("named = {{ a = [{}], b = ['${{K00}}', 'i'] }}", list(variables(20))));
}
