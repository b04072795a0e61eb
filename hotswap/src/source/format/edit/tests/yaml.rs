//! YAML in place.

use serde_json::json;

use super::{edited, out, set};
use crate::{save::change::Change, source::format::Format, value::Value};

fn edit(text: &str, edits: &[super::Edit]) -> String {
    edited(Format::Yaml, text, edits)
}

#[test]
fn comments_order_and_layout_stay() {
    let text = "# head\nport: 8080   # of the proxy\nname: \"8080\"\n\nhosts: [a, \"]\"] # two\nlimit:\n    max: 1 # one\n    # more to come\nlast: ~\n";
    let edits = [
        set("limit.max", 5),
        set("limit.burst", 7),
        set("hosts", json!(["c"])),
        set("new.x", "${y}"),
        set("port", 1),
        out("name"),
        out("nothing"),
    ];
    let expected = "# head\nport: 1   # of the proxy\n\nhosts: [\"c\"] # two\nlimit:\n    max: 5 # one\n    burst: 7\n    # more to come\nlast: ~\nnew:\n  x: \"$${y}\"\n";
    assert_eq!(edit(text, &edits), expected);
}

#[test]
fn a_text_of_comments_keeps_them() {
    assert_eq!(edit("# later\n", &[set("a.b", 1)]), "# later\na:\n  b: 1\n");
    assert_eq!(edit("# later", &[set("a", 1)]), "# later\na: 1\n");
}

#[test]
fn a_value_of_several_lines_is_replaced_as_a_whole() {
    let text = "hosts: # all\n  - a # one\n  - b\nport: 80\n";
    assert_eq!(edit(text, &[set("hosts", json!(["c"]))]), "# all\n# one\nhosts: [\"c\"]\nport: 80\n");
    assert_eq!(edit("a: | # x\n  x\nb: 1\n", &[set("a", "y")]), "# x\na: \"y\"\nb: 1\n");
    assert_eq!(edit("a: one\n  two\nb: 1\n", &[set("a", 3)]), "a: 3\nb: 1\n");
    assert_eq!(edit("a:\n  b: 1 # b\n", &[set("a", json!({"c": {"d": 2}}))]), "# b\na:\n  c:\n    d: 2\n");
}

#[test]
fn one_item_of_a_list_changes() {
    let text = "peers:\n  # first\n  - name: a # a\n    port: 1\n  - name: b\n    port: 2 # two\nz: 1\n";
    assert_eq!(edit(text, &[set("peers.1.port", 9)]), text.replace("port: 2", "port: 9"));
    assert_eq!(edit(text, &[set("peers.0.name", "c")]), text.replace("name: a", "name: \"c\""));
    assert_eq!(edit(text, &[set("peers.0.x", 1)]), text.replace("port: 1\n", "port: 1\n    x: 1\n"));
    assert_eq!(edit(text, &[out("peers.1.name")]), text.replace("name: b\n    ", ""));
    let fewer = edit(text, &[out("peers.0")]);
    assert_eq!(fewer, "peers:\n  # first\n  # a\n  - name: b\n    port: 2 # two\nz: 1\n");
    let more = edit(text, &[set("peers.2", json!({"name": "c", "tls": {"up": true}}))]);
    assert_eq!(more, text.replace("z: 1", "  - name: \"c\"\n    tls:\n      up: true\nz: 1"));
    let list = "a:\n- 1 # one\n- 2\n";
    assert_eq!(edit(list, &[set("a.0", 5), set("a.2", 3)]), "a:\n- 5 # one\n- 2\n- 3\n");
    assert_eq!(edit(list, &[out("a.1")]), "a:\n- 1 # one\n");
}

#[test]
fn entries_in_brackets_change_one_by_one() {
    let text = "a: {b: 1, c: [1, 2, {d: x}], } # all\n";
    assert_eq!(edit(text, &[set("a.c.2.d", 5)]), text.replace("d: x", "d: 5"));
    assert_eq!(edit(text, &[out("a.b")]), text.replace("b: 1, ", ""));
    assert_eq!(edit(text, &[set("a.c.3", 5)]), text.replace("{d: x}]", "{d: x}, 5]"));
    assert_eq!(edit("a: {b: 1, c: 2}", &[out("a.b")]), "a: {c: 2}");
    assert_eq!(edit("a: {}\nb: []\n", &[set("a.x", 1), set("b.0", 1)]), "a: {x: 1}\nb: [1]\n");
}

#[test]
fn a_table_without_entries_gets_brackets() {
    assert_eq!(edit("t:\n  a: 1 # one\n", &[out("t.a")]), "t: {}\n  # one\n");
    assert_eq!(edit("t:\n  a: 1\nx: 1\n", &[out("t.a")]), "t: {}\nx: 1\n");
    assert_eq!(edit("t:\nx: 1\n", &[set("t", json!(2))]), "t: 2\nx: 1\n");
    assert_eq!(edit("t:\nx: 1\n", &[set("t.a", json!(2))]), "t:\n  a: 2\nx: 1\n");
}

#[test]
fn an_anchor_that_others_use_is_not_touched() {
    assert_eq!(edit("a: &x 1\nb: *x\n", &[set("b", 2)]), "a: &x 1\nb: 2\n");
    // It cannot be kept here. The comments are.
    assert_eq!(edit("a: &x 1 # one\nb: *x\n", &[set("a", 2)]), "# one\na: 2\nb: 1\n");
    let text = "base: &b\n  x: 1 # x\nt:\n  <<: *b\n  y: 2\n";
    assert_eq!(edit(text, &[set("t.x", 5)]), format!("{text}  x: 5\n"));
    let merged = edit(text, &[out("t.x")]);
    assert!(merged.contains("# x") && merged.starts_with("base: &b\n  x: 1 # x\n"), "{merged}");
}

#[test]
fn null_can_be_written() {
    assert_eq!(edit("a: 1 # x\n", &[set("a", json!(null))]), "a: null # x\n");
}

#[test]
fn a_removal_of_nothing_changes_nothing() {
    assert_eq!(edit("x: 1", &[out("a.b")]), "x: 1");
}

#[test]
fn markers_of_a_document_stay() {
    assert_eq!(edit("%YAML 1.2\n---\na: 1\n...\n", &[set("b", 2)]), "%YAML 1.2\n---\na: 1\nb: 2\n...\n");
    assert_eq!(edit("--- # x\na: 1\n", &[set("a", 2)]), "--- # x\na: 2\n");
}

#[test]
fn plain_scalars_stay_plain() {
    let plain = (super::at("a"), Change::Put(Value::yaml("1.10")));
    assert_eq!(edit("b: 010\n", &[plain]), "b: 010\na: 1.10\n");
}
