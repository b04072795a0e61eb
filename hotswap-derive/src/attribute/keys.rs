//! The keys of `#[hot(..)]`, their syntax, and the error for unknown ones.

use std::collections::HashMap;

use proc_macro2::Ident;

use super::item::Item;
use crate::diagnostics::Diagnostics;

/// A key and its syntax.
pub(crate) type Key = (&'static str, &'static str);

pub(crate) const STRUCTURE: &[Key] = &[
    ("file", "`file = \"config/app.toml\"` or `file(\"config/app.toml\", optional)`"),
    ("dir", "`dir = \"conf.d\"`"),
    ("env", "`env = \"PREFIX\"`"),
    ("dotenv", "`dotenv = \".env\"` or `dotenv(\".env\", optional)`"),
    ("profile", "`profile = \"name\"`"),
    ("check", "`check = path::to::function`"),
    ("crate", "`crate = path::to::hotswap`"),
    ("test", "`test`"),
];

pub(crate) const FIELD: &[Key] = &[
    ("nested", "`nested`, or `nested = path::to::Struct` if the type is an alias"),
    ("default", "`default = value`"),
    ("env", "`env = \"VARIABLE\"`"),
    ("getter", "`getter = \"name\"`"),
    ("copy", "`copy`"),
    ("scalar", "`scalar`"),
    ("restart", "`restart`"),
    ("readonly", "`readonly`"),
    ("secret", "`secret`, or `secret = \"scheme:location#key\"`"),
    ("not_secret", "`not_secret`"),
    ("deprecated", "`deprecated = \"use `other`\"`"),
    ("unit", "`unit = \"seconds\"`"),
    (
        "merge",
        "`merge = \"append\"`, with one of `replace`, `append`, `union`, `deep`, or `merge = key(\"name\")`",
    ),
];

pub(crate) const RULE: &[Key] = &[
    ("range", "`range(min = 1, max = 10)`, with any of `min`, `max`, `exclusive_min`, `exclusive_max`"),
    ("length", "`length(min = 1, max = 10)` or `length(equal = 5)`"),
    ("non_empty", "`non_empty`"),
    ("email", "`email`"),
    ("url", "`url`"),
    ("ip", "`ip`"),
    ("regex", "`regex = \"pattern\"`"),
    ("contains", "`contains = \"text\"`"),
    ("one_of", "`one_of(\"a\", \"b\")`"),
    ("custom", "`custom = path::to::function`"),
    ("each", "`each(rule, ..)` with the rules of an element"),
    ("validate", "`validate`"),
];

/// Keys that may be repeated.
const REPEATABLE: &[&str] = &["file", "dir", "dotenv", "check", "regex", "contains", "custom"];

/// The syntax of a key.
pub(crate) fn usage(key: &str, tables: &[&[Key]]) -> &'static str {
    tables.iter().copied().flatten().find(|(name, _)| *name == key).map_or("a known key", |(_, usage)| usage)
}

/// The items with a known key that is not repeated; the others are reported.
pub(crate) fn known(items: Vec<Item>, here: &Place, diagnostics: &mut Diagnostics) -> Vec<Item> {
    let mut seen: HashMap<String, ()> = HashMap::new();
    let keep = |item: &Item| {
        let name = item.name();
        if !here.knows(&name) {
            diagnostics.on(&item.key, here.unknown(&item.key));
            return false;
        }
        let twice = seen.insert(name.clone(), ()).is_some() && !REPEATABLE.contains(&name.as_str());
        if twice {
            diagnostics.on(&item.key, format!("`{name}` is given twice, keep one"));
        }
        !twice
    };
    let mut items = items;
    items.retain(keep);
    items
}

/// The place of an attribute, and the keys that are valid there.
pub(crate) struct Place {
    /// As in "unknown key for ..".
    pub(crate) what: &'static str,
    pub(crate) tables: &'static [&'static [Key]],
    /// Keys of the other place, and its name.
    pub(crate) elsewhere: &'static [&'static [Key]],
    pub(crate) other: &'static str,
}

impl Place {
    pub(crate) fn usage(&self, key: &str) -> &'static str {
        usage(key, self.tables)
    }

    fn knows(&self, key: &str) -> bool {
        names(self.tables).any(|name| name == key)
    }

    fn unknown(&self, key: &Ident) -> String {
        let key = key.to_string();
        if names(self.elsewhere).any(|name| name == key) {
            return format!("`{key}` is a key for {}, not for {}", self.other, self.what);
        }
        match closest(&key, names(self.tables)) {
            Some(known) => format!("unknown key `{key}` for {}, did you mean `{known}`?", self.what),
            None => {
                let all: Vec<String> = names(self.tables).map(|name| format!("`{name}`")).collect();
                format!("unknown key `{key}` for {}, expected one of {}", self.what, all.join(", "))
            }
        }
    }
}

fn names(tables: &[&'static [Key]]) -> impl Iterator<Item = &'static str> {
    tables.iter().copied().flatten().map(|(name, _)| *name)
}

/// The known name that is closest to `key`.
fn closest(key: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|name| (strsim::jaro_winkler(key, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
