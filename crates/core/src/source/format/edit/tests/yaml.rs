//! YAML in place.

use serde_json::json;

use super::{edited, out, set};
use crate::{
    source::format::{Format, edit::change::Change},
    value::Value,
};

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
    assert_eq!(fewer, "peers:\n  - name: b\n    port: 2 # two\nz: 1\n");
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
fn an_alias_keeps_its_value_where_its_anchor_changes() {
    assert_eq!(edit("a: &x 1\nb: *x\n", &[set("b", 2)]), "a: &x 1\nb: 2\n");
    assert_eq!(edit("a: &x 1 # one\nb: *x # two\n", &[set("a", 2)]), "a: 2 # one\nb: 1 # two\n");
    let three = "a: &x 1 # one\nb: *x # two\nc: *x\n";
    assert_eq!(edit(three, &[set("a", 2)]), "a: 2 # one\nb: &x 1 # two\nc: *x\n");
    assert_eq!(edit(three, &[out("a")]), "# one\nb: &x 1 # two\nc: *x\n");
    let both = edit(three, &[set("a", 2), set("b", 2)]);
    assert_eq!(both, "a: 2 # one\nb: 2 # two\nc: 1\n");
    let list = "a: # all\n  - &x p # p\n  - q\nb: [*x, 1] # two\n";
    assert_eq!(edit(list, &[set("a.0", "z")]), list.replace("&x p", "\"z\"").replace("*x", "p"));
    let flow = "a: &t {x: 1} # a\nb: {kind: n, opts: *t} # b\n";
    assert_eq!(edit(flow, &[set("a.x", 2)]), "a: &t {x: 2} # a\nb: {kind: n, opts: { x: 1 }} # b\n");
    assert_eq!(edit(flow, &[set("b.opts.z", 2)]), flow.replace("*t", "{ x: 1, z: 2 }"));
    let block = "a: &t\n  x: 1 # x\n  w: 2\n# b\nb: *t # b\nc: 1 # c\n";
    assert_eq!(edit(block, &[set("a.x", 5)]), block.replace("x: 1", "x: 5").replace("*t", "{ w: 2, x: 1 }"));
    assert_eq!(
        edit(block, &[set("b.z", 3)]),
        block.replace("# b\nb: *t # b\n", "# b\n# b\nb:\n  w: 2\n  x: 1\n  z: 3\n")
    );
}

#[test]
fn a_key_of_a_merged_table_changes_in_place() {
    let text = "# base\nbase: &b\n  x: 1 # x\nt: # t\n  <<: *b # m\n  y: 2\nu: {<<: *b}\n";
    let expected = text.replace("x: 1 # x\n", "x: 1 # x\n  z: 3\n").replacen("*b", "&b { x: 1 }", 1);
    assert_eq!(edit(text, &[set("base.z", 3)]), expected);
    let expected = text.replace("x: 1 # x", "x: 7 # x").replace("y: 2\n", "y: 2\n  x: 1\n");
    let expected = expected.replace("{<<: *b}", "{<<: *b, x: 1}");
    assert_eq!(edit(text, &[set("base.x", 7)]), expected);
    let text = "base: &b\n  x: 1 # x\nt:\n  <<: *b\n  y: 2\n";
    assert_eq!(edit(text, &[set("t.x", 5)]), format!("{text}  x: 5\n"));
    let merged = edit(text, &[out("t.x")]);
    assert!(merged.contains("# x") && merged.starts_with("base: &b\n  x: 1 # x\n"), "{merged}");
}

#[test]
fn a_key_with_a_question_mark_is_edited() {
    let text = "# n\n? n\n: 5 # five\nm: 1 # m\n";
    assert_eq!(edit(text, &[set("n", 6)]), text.replace('5', "6"));
    assert_eq!(edit(text, &[set("x", 6)]), format!("{text}x: 6\n"));
    assert_eq!(edit(text, &[out("n")]), "# n\n# five\nm: 1 # m\n");
    assert_eq!(edit(text, &[set("n", json!({"a": 1}))]), "# n\n# five\nn:\n  a: 1\nm: 1 # m\n");
    let nested = "t:\n  ? n\n  : # why\n    5 # five\nm: 1 # m\n";
    assert_eq!(edit(nested, &[set("t.n", 6)]), nested.replace('5', "6"));
    assert_eq!(edit(nested, &[set("t.x", 6)]), nested.replace("five\n", "five\n  x: 6\n"));
}

#[test]
fn a_value_below_its_key_changes_in_place() {
    let text = "n: # one\n  # two\n  5 # three\nname:\n  'a' # four\n";
    assert_eq!(edit(text, &[set("n", 6), set("name", "b")]), text.replace('5', "6").replace("'a'", "\"b\""));
}

#[test]
fn a_dash_on_a_line_of_its_own_is_the_dash_of_its_item() {
    let text = "# top\nz: 1 # z\npeers: # all\n  -\n    name: a # a\n    port: 1\n  - # second\n    # b\n    name: b\n  - &x\n    name: c\n  - !!map\n    name: d # d\n";
    assert_eq!(edit(text, &[set("peers.0.port", 2)]), text.replace("port: 1", "port: 2"));
    assert_eq!(edit(text, &[set("peers.1.name", "z")]), text.replace("name: b", "name: \"z\""));
    assert_eq!(edit(text, &[set("peers.2.name", "z")]), text.replace("name: c", "name: \"z\""));
    assert_eq!(edit(text, &[set("peers.3.name", "z")]), text.replace("name: d", "name: \"z\""));
    assert_eq!(edit(text, &[set("peers.0.x", 2)]), text.replace("port: 1\n", "port: 1\n    x: 2\n"));
    assert_eq!(edit(text, &[set("peers.4.name", "e")]), format!("{text}  - name: \"e\"\n"));
    let fewer = text.replace("  -\n    name: a # a\n    port: 1\n", "");
    assert_eq!(edit(text, &[out("peers.0")]), fewer);
    assert_eq!(edit(text, &[out("peers.2")]), text.replace("  - &x\n    name: c\n", ""));
}

#[test]
fn a_comment_in_brackets_stays_with_its_entry() {
    let text = "pool: {\n  size: 1, # s\n}\nhosts: [\n  a, # a\n  b # b\n]\n";
    let expected = text.replace("# s\n", "# s\n  wait: 2,\n");
    assert_eq!(edit(text, &[set("pool.wait", 2)]), expected);
    assert_eq!(edit(text, &[set("hosts.2", "c")]), text.replace("b # b\n", "b, # b\n  \"c\"\n"));
    let one = "pool: {\n  size: 1 # s\n}\n";
    assert_eq!(edit(one, &[set("pool.wait", 2)]), "pool: {\n  size: 1, # s\n  wait: 2\n}\n");
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
