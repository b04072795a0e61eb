//! YAML tables that take in others by `<<`.

use serde_json::json;

use super::{edited, out, set};
use crate::source::format::Format::Yaml;

const LINES: &str =
    "base: &b # base\n  x: 1 # x\n  w: 2\nt: # t\n  <<: *b # m\n  y: 2 # y\nu: {<<: *b, x: 5} # u\n";

#[test]
fn a_merged_table_stays_where_an_entry_of_its_source_changes() {
    let kept = |old: &str, new: &str| LINES.replacen(old, new, 1).replace("y: 2 # y\n", "y: 2 # y\n  x: 1\n");
    assert_eq!(edited(Yaml, LINES, &[set("base.x", 9)]), kept("x: 1", "x: 9"));
    assert_eq!(edited(Yaml, LINES, &[out("base.x")]), kept("x: 1 # x", "# x"));
    let both = edited(Yaml, LINES, &[set("base.w", 9)]);
    let expected = LINES.replace("w: 2", "w: 9").replace("# y\n", "# y\n  w: 2\n");
    assert_eq!(both, expected.replace("x: 5}", "x: 5, w: 2}"));
    let deep = "base: &b {p: {x: 1}} # b\nt: # t\n  <<: *b # m\n";
    let expected = deep.replace("x: 1", "x: 2") + "  p:\n    x: 1\n";
    assert_eq!(edited(Yaml, deep, &[set("base.p.x", 2)]), expected);
}

#[test]
fn an_entry_that_a_source_gets_does_not_reach_merged_tables() {
    let written = edited(Yaml, LINES, &[set("base.z", 9)]);
    let expected = LINES.replace("w: 2\n", "w: 2\n  z: 9\n").replacen("*b", "&b { w: 2, x: 1 }", 1);
    assert_eq!(written, expected);
}

#[test]
fn an_entry_of_a_merged_table_is_set_and_removed() {
    let set_x = |text: &str, new: &str| LINES.replace(text, new);
    assert_eq!(edited(Yaml, LINES, &[set("t.x", 9)]), set_x("# y\n", "# y\n  x: 9\n"));
    assert_eq!(edited(Yaml, LINES, &[set("t.y", 9)]), set_x("y: 2", "y: 9"));
    assert_eq!(edited(Yaml, LINES, &[out("t.x")]), LINES.replacen("*b", "{ w: 2 }", 1));
    assert_eq!(edited(Yaml, LINES, &[out("u.w")]), set_x("{<<: *b, x", "{<<: { x: 1 }, x"));
    let both = edited(Yaml, LINES, &[set("base.x", 9), set("t.x", 8)]);
    assert_eq!(both, LINES.replace("x: 1", "x: 9").replace("# y\n", "# y\n  x: 8\n"));
    let whole = edited(Yaml, LINES, &[set("base", json!({ "x": 5 }))]);
    assert!(whole.contains("# m") && whole.contains("# t") && whole.contains("# y"), "{whole}");
}
