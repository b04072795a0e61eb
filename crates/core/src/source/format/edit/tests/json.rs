//! JSON in place.

use serde_json::json;

use super::{edited, out, set};
use crate::source::format::Format;

fn edit(text: &str, edits: &[super::Edit]) -> String {
    edited(Format::Json, text, edits)
}

#[test]
fn order_and_layout_stay() {
    let text = "{\n  \"z\": [1,   2],\n  \"limit\": {\n    \"max\": 1,\n    \"burst\": 1e3\n  }\n}\n";
    assert_eq!(edit(text, &[set("limit.max", 5)]), text.replace("\"max\": 1", "\"max\": 5"));
    let odd = "{ \"z\" : [1,   2],\t\"a\":{\"b\":1 ,\"c\":2}}";
    assert_eq!(edit(odd, &[set("a.c", 3)]), odd.replace("\"c\":2", "\"c\":3"));
}

#[test]
fn new_entries_follow_the_indent_of_the_others() {
    let text = "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n";
    let edits = [set("a.c", json!([1])), set("d.e", "x")];
    let expected = "{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"c\": [\n\t\t\t1\n\t\t]\n\t},\n\t\"d\": {\n\t\t\"e\": \"x\"\n\t}\n}\n";
    assert_eq!(edit(text, &edits), expected);
    assert_eq!(edit("{\"a\": 1}", &[set("b", 2)]), "{\"a\": 1, \"b\": 2}");
    assert_eq!(edit("{\n    \"a\": {}\n}", &[set("a.b", 2)]), "{\n    \"a\": {\n        \"b\": 2\n    }\n}");
}

#[test]
fn new_entries_come_last_and_removed_ones_are_gone() {
    let expected = "{\n  \"a\": {\n    \"b\": \"x\"\n  }\n}\n";
    assert_eq!(edit("", &[set("a.b", "x"), set("c", true), out("c")]), expected);
    let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n";
    assert_eq!(edit(text, &[out("a")]), "{\n  \"b\": 2,\n  \"c\": 3\n}\n");
    assert_eq!(edit(text, &[out("b")]), "{\n  \"a\": 1,\n  \"c\": 3\n}\n");
    assert_eq!(edit(text, &[out("c")]), "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
    assert_eq!(edit(text, &[out("b"), out("c")]), "{\n  \"a\": 1\n}\n");
    assert_eq!(edit(text, &[out("c"), set("d", 4)]), "{\n  \"a\": 1,\n  \"b\": 2,\n  \"d\": 4\n}\n");
    assert_eq!(edit(text, &[out("a"), out("b"), out("c")]), "{}\n");
}

#[test]
fn one_item_of_a_list_changes() {
    let text = "{\"peers\": [\n  {\"name\": \"a\",  \"port\": 1},\n  {\"name\": \"b\",  \"port\": 2}\n]}";
    assert_eq!(edit(text, &[set("peers.1.port", 9)]), text.replace("\"port\": 2", "\"port\": 9"));
    assert_eq!(edit(text, &[out("peers.0")]), "{\"peers\": [\n  {\"name\": \"b\",  \"port\": 2}\n]}");
    assert_eq!(
        edit(text, &[out("peers.1"), set("peers.0.port", 3)]),
        "{\"peers\": [\n  {\"name\": \"a\",  \"port\": 3}\n]}"
    );
    let grown = edit("{\"a\": [1, 2]}", &[set("a.2", 3)]);
    assert_eq!(grown, "{\"a\": [1, 2, 3]}");
}

#[test]
fn a_removal_of_nothing_changes_nothing() {
    assert_eq!(edit("{}", &[out("a.b")]), "{}");
}

#[test]
fn null_can_be_written() {
    assert_eq!(edit("{\"a\": 1}", &[set("a", json!(null))]), "{\"a\": null}");
}
