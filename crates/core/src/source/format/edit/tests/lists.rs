//! Lists whose elements move, are inserted and removed: comments go with their elements.

use serde_json::json;

use super::{Edit, at, edited};
use crate::source::format::{
    Format::{self, Json, Toml, Yaml},
    edit::change::{
        Change,
        Element::{self, Kept, Moved},
    },
};

fn new(value: impl Into<serde_json::Value>) -> Element {
    Element::New(value.into().into())
}

fn stays(index: usize) -> Element {
    Kept(index, None)
}

fn moves(index: usize) -> Element {
    Moved(index, None)
}

#[track_caller]
fn check(format: Format, before: &str, elements: Vec<Element>, after: &str) {
    let edit: Edit = (at("a"), Change::Elements(elements));
    assert_eq!(edited(format, before, &[edit]), after);
}

const ARRAY: &str =
    "a = [ # all\n  # one\n  1, # 1\n  2, # 2\n\n  # three\n  # and more\n  3, # 3\n]\nz = 1\n";

#[test]
fn comments_of_an_array_go_with_their_elements() {
    let put = |from: &str, to: &str| ARRAY.replace(from, to);
    check(Toml, ARRAY, vec![new(0), stays(0), stays(1), stays(2)], &put("  # one", "  0,\n  # one"));
    check(Toml, ARRAY, vec![stays(0), new(9), stays(1), stays(2)], &put("  2,", "  9,\n  2,"));
    check(Toml, ARRAY, vec![stays(0), stays(1), stays(2), new(4)], &put("# 3\n", "# 3\n  4,\n"));
    check(Toml, ARRAY, vec![stays(1), stays(2)], &put("  # one\n  1, # 1\n", ""));
    check(Toml, ARRAY, vec![stays(0), stays(1)], &put("\n\n  # three\n  # and more\n  3, # 3\n", "\n"));
    let moved = put("  # one\n  1, # 1\n", "").replace("# 3\n", "# 3\n  # one\n  1, # 1\n");
    check(Toml, ARRAY, vec![stays(1), stays(2), moves(0)], &moved);
    check(Toml, ARRAY, vec![], "a = [ # all\n]\nz = 1\n");
    check(Toml, ARRAY, vec![new(7)], "a = [ # all\n  7,\n]\nz = 1\n");
    let edited = put("  # one\n  1, # 1\n  2,", "  5,\n  20,");
    let change = Change::Put(serde_json::Value::from(20).into());
    check(Toml, ARRAY, vec![new(5), Kept(1, Some(change)), stays(2)], &edited);
}

#[test]
fn an_array_without_a_last_comma_stays_without() {
    let text = "a = [\n  1, # 1\n  2 # 2\n]\n";
    check(Toml, text, vec![moves(1), stays(0)], "a = [\n  2, # 2\n  1 # 1\n]\n");
    check(Toml, text, vec![stays(0)], "a = [\n  1 # 1\n]\n");
    check(Toml, text, vec![stays(0), stays(1), new(3)], "a = [\n  1, # 1\n  2, # 2\n  3\n]\n");
    check(Json, "{\"a\": [1, 2]}", vec![moves(1), stays(0)], "{\"a\": [2, 1]}");
    let lines = "{\n  \"a\": [\n    1,\n    {\n      \"x\": 1\n    }\n  ]\n}\n";
    let after = "{\n  \"a\": [\n    {\n      \"x\": 1\n    },\n    3,\n    1\n  ]\n}\n";
    check(Json, lines, vec![moves(1), new(3), stays(0)], after);
}

#[test]
fn lines_that_continue_an_array_keep_their_indent() {
    let text = "a = [1, # 1\n     2] # all\n";
    check(Toml, text, vec![stays(0), stays(1), new(3)], "a = [1, # 1\n     2,\n     3] # all\n");
    check(Toml, text, vec![new(0), stays(0), stays(1)], "a = [0,\n     1, # 1\n     2] # all\n");
    check(Toml, text, vec![moves(1), stays(0)], "a = [2,\n     1 # 1\n] # all\n");
    check(Toml, text, vec![stays(0)], "a = [1 # 1\n] # all\n");
    let table = "a = [1, 2, 3,\n     4, 5, 6]\n";
    check(Toml, table, (0..6).map(stays).chain([new(7)]).collect(), &table.replace("6]", "6, 7]"));
    let open = "a = [\n\t1,\n\t2]\n";
    check(Toml, open, vec![stays(0), stays(1), new(3)], "a = [\n\t1,\n\t2,\n\t3]\n");
    let flow = "a: [1, # 1\n    2] # all\n";
    check(Yaml, flow, vec![stays(0), stays(1), new(3)], "a: [1, # 1\n    2,\n    3] # all\n");
    check(Yaml, "a: [&x 1, 2] # all\n", vec![stays(1), moves(0)], "a: [2, &x 1] # all\n");
}

#[test]
fn a_comment_behind_several_elements_stays_on_its_line() {
    let text = "a = [1, 2, # both\n  3]\n";
    check(Toml, text, vec![stays(0), stays(2)], "a = [1, # both\n  3]\n");
    check(Toml, text, vec![stays(1), stays(2)], "a = [2, # both\n  3]\n");
}

const SECTIONS: &str = "# licence\n\n# one\n[[a]] # head\nn = 1 # 1\n# x = 1\n\n[a.t]\nx = 1\n\n# two\n[[a]]\nn = 2 # 2\n# y = 1\n\n[z]\nx = 1\n";

#[test]
fn comments_of_sections_go_with_them() {
    let (rest, last) = SECTIONS.split_once("\n[z]").unwrap();
    let (top, rest) = rest.split_once("# one").unwrap();
    let (one, two) = rest.split_once("\n# two").unwrap();
    let (one, two) = (format!("# one{one}"), format!("# two{two}"));
    let fresh = "[[a]]\nm = 7\n";
    let all = |sections: &[&str]| format!("{top}{}\n[z]{last}", sections.join("\n"));
    assert_eq!(all(&[&one, &two]), SECTIONS);
    let seven = || new(json!({ "m": 7 }));
    check(Toml, SECTIONS, vec![seven(), stays(0), stays(1)], &all(&[fresh, &one, &two]));
    check(Toml, SECTIONS, vec![stays(0), seven(), stays(1)], &all(&[&one, fresh, &two]));
    check(Toml, SECTIONS, vec![stays(0), stays(1), seven()], &all(&[&one, &two, fresh]));
    check(Toml, SECTIONS, vec![stays(1), moves(0)], &all(&[&two, &one]));
    check(Toml, SECTIONS, vec![moves(1), stays(0)], &all(&[&two, &one]));
    check(Toml, SECTIONS, vec![stays(1)], &all(&[&two]));
    check(Toml, SECTIONS, vec![stays(0)], &all(&[&one]));
    check(Toml, SECTIONS, vec![seven()], &all(&[fresh]));
    let written = edited(Toml, SECTIONS, &[(at("a"), Change::Elements(vec![]))]);
    assert!(written.starts_with("# licence\n") && written.contains("a = []"), "{written}");
    assert!(!written.contains("# one") && written.contains("[z]"), "{written}");
}

#[test]
fn an_element_changes_and_moves_at_once() {
    let set = Change::Inside(
        vec![super::set("n", 9)].into_iter().map(|(keys, change)| (keys.0[0].clone(), change)).collect(),
    );
    let text = "# one\n[[a]]\nn = 1 # 1\n\n# two\n[[a]]\nn = 2 # 2\n";
    let after = "# two\n[[a]]\nn = 2 # 2\n\n# one\n[[a]]\nn = 9 # 1\n";
    check(Toml, text, vec![stays(1), Moved(0, Some(set.clone()))], after);
    let text = "a:\n  # one\n  - n: 1 # 1\n  # two\n  - n: 2 # 2\n";
    let after = "a:\n  # two\n  - n: 2 # 2\n  # one\n  - n: 9 # 1\n";
    check(Yaml, text, vec![stays(1), Moved(0, Some(set))], after);
}

const BLOCK: &str = "a: # all\n  # one\n  - n: 1 # 1\n    # x: 1\n  # two\n  - n: 2 # 2\n    m: 3 # 3\n    # end\n# z\nz: 1\n";

#[test]
fn comments_of_a_block_go_with_its_items() {
    let one = "  # one\n  - n: 1 # 1\n    # x: 1\n";
    let two = "  # two\n  - n: 2 # 2\n    m: 3 # 3\n    # end\n";
    let fresh = "  - m: 7\n";
    let all = |items: &[&str]| format!("a: # all\n{}# z\nz: 1\n", items.concat());
    assert_eq!(all(&[one, two]), BLOCK);
    let seven = || new(json!({ "m": 7 }));
    check(Yaml, BLOCK, vec![seven(), stays(0), stays(1)], &all(&[fresh, one, two]));
    check(Yaml, BLOCK, vec![stays(0), seven(), stays(1)], &all(&[one, fresh, two]));
    check(Yaml, BLOCK, vec![stays(0), stays(1), seven()], &all(&[one, two, fresh]));
    check(Yaml, BLOCK, vec![moves(1), stays(0)], &all(&[two, one]));
    check(Yaml, BLOCK, vec![stays(1)], &all(&[two]));
    check(Yaml, BLOCK, vec![seven(), stays(1)], &all(&[fresh, two]));
    check(Yaml, BLOCK, vec![], "a: [] # all\n# z\nz: 1\n");
    let flat = "a:\n- 1 # 1\n\n# two\n- 2\n";
    check(Yaml, flat, vec![moves(1), new(5), stays(0)], "a:\n# two\n- 2\n\n- 5\n\n- 1 # 1\n");
}

#[test]
fn a_list_in_a_list_is_edited_from_its_second_item_on() {
    let text = "a:\n  - - 1 # 1\n    - 2 # 2\n  - - 3 # 3\n";
    let inner = Change::Elements(vec![stays(0), new(5), stays(1)]);
    check(Yaml, text, vec![Kept(0, Some(inner)), stays(1)], &text.replace("    - 2", "    - 5\n    - 2"));
    check(Yaml, text, vec![moves(1), stays(0)], "a:\n  - - 3 # 3\n  - - 1 # 1\n    - 2 # 2\n");
}

/// A change of the list at `a.0`.
fn inner(elements: Vec<Element>) -> Vec<Element> {
    vec![Kept(0, Some(Change::Elements(elements))), stays(1)]
}

#[test]
fn the_first_item_of_a_list_in_a_list_moves() {
    for indent in ["", "  "] {
        let all = |items: &str| {
            let text = format!("a: # all\n- {items}# B\n- - 3 # three\n  - 4\n");
            text.replace('\n', &format!("\n{indent}")).trim_end_matches(' ').to_owned()
        };
        let text = all("- 1 # one\n  # of two\n  - 2 # two\n  - x: 5\n    # end\n");
        let check = |elements, after: &str| check(Yaml, &text, inner(elements), &all(after));
        check(vec![stays(1), stays(2)], "# of two\n  - 2 # two\n  - x: 5\n    # end\n");
        check(vec![stays(2)], "- x: 5\n    # end\n");
        check(vec![stays(1), moves(0)], "# of two\n  - 2 # two\n  - 1 # one\n");
        check(vec![moves(2), stays(0)], "- x: 5\n    # end\n  - 1 # one\n");
        check(vec![new(0), stays(0)], "- 0\n  - 1 # one\n");
        check(vec![new(0), new(9), stays(2)], "- 0\n  - 9\n  - x: 5\n    # end\n");
        check(vec![new(7)], "- 7\n");
    }
    let text = "a:\n- - - 1 # one\n    - 2 # two\n- []\n";
    let deep = inner(vec![Kept(0, Some(Change::Elements(vec![stays(1), moves(0)])))]);
    check(Yaml, text, deep, "a:\n- - - 2 # two\n    - 1 # one\n- []\n");
}

#[test]
fn a_list_in_a_list_is_emptied() {
    let text = "a:\n- - 1\n  - 2\n# B\n- - 3 # three\n";
    check(Yaml, text, inner(vec![]), "a:\n- []\n# B\n- - 3 # three\n");
}

#[test]
fn an_anchor_in_an_element_that_moves_keeps_its_aliases() {
    let text = "a:\n  - &x 1 # 1\n  - 2 # 2\nb: *x # b\n";
    check(Yaml, text, vec![stays(1), moves(0)], "a:\n  - 2 # 2\n  - &x 1 # 1\nb: 1 # b\n");
    check(Yaml, text, vec![stays(1)], "a:\n  - 2 # 2\nb: 1 # b\n");
}

#[test]
fn several_elements_of_an_empty_list_are_separated_by_commas() {
    let texts = || vec![new("p"), new("q"), new("r")];
    check(Yaml, "a: [] # a\nb:\n- v # v\n", texts(), "a: [\"p\", \"q\", \"r\"] # a\nb:\n- v # v\n");
    check(Toml, "a = [] # a\n", texts(), "a = [\"p\", \"q\", \"r\"] # a\n");
    check(Toml, "a = [ # a\n]\n", vec![new(1), new(2)], "a = [1, 2, # a\n]\n");
    check(Json, "{\"a\": []}", vec![new(1), new(2)], "{\"a\": [\n  1,\n  2\n]}");
    let tables = || vec![new(json!({ "x": 1 })), new(json!({ "x": 2 }))];
    let yaml = "n:\n  a: []\n  xs:\n  - v5 # c5\n";
    let edit: Edit = (at("n.a"), Change::Elements(tables()));
    assert_eq!(edited(Yaml, yaml, &[edit]), yaml.replace("[]", "[{ x: 1 }, { x: 2 }]"));
    let json = "{\n  \"a\": [],\n  \"z\": 1\n}\n";
    check(Json, json, vec![new(1), new(2)], "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"z\": 1\n}\n");
}

#[test]
fn several_entries_of_an_empty_table_are_separated_by_commas() {
    let edits = [super::set("a.x", 1), super::set("a.w", "t")];
    assert_eq!(edited(Yaml, "a: {} # a\nb: [v] # v\n", &edits), "a: {x: 1, w: \"t\"} # a\nb: [v] # v\n");
    assert_eq!(edited(Toml, "a = {} # a\n", &edits), "a = { x = 1, w = \"t\" } # a\n");
    let lines = "{\n  \"a\": {\n    \"x\": 1,\n    \"w\": \"t\"\n  }\n}\n";
    assert_eq!(edited(Json, "{\n  \"a\": {}\n}\n", &edits), lines);
    let replaced = [super::out("a.v"), super::set("a.x", 1), super::set("a.w", 2)];
    assert_eq!(edited(Yaml, "a: {v: 0} # a\n", &replaced), "a: {x: 1, w: 2} # a\n");
    assert_eq!(edited(Toml, "a = {v = 0} # a\n", &replaced), "a = { x = 1, w = 2 } # a\n");
    assert_eq!(edited(Json, "{\"a\": {\"v\": 0}}", &replaced), "{\"a\": {\"x\": 1, \"w\": 2}}");
}

#[test]
fn a_list_with_blocks_of_text_keeps_its_lines() {
    for header in ["|", "|-", "|+", ">", ">-", "|2-", "| # why", "&x |-", "!!str >"] {
        let (first, block, last) = ("- a # a\n", format!("- {header}\n  text\n  - more\n"), "- b\n");
        let text = format!("a:\n{first}{block}{last}z: 1\n");
        let all = |items: &[&str]| format!("a:\n{}z: 1\n", items.concat());
        let q = || new("q");
        check(
            Yaml,
            &text,
            vec![stays(0), q(), stays(1), stays(2)],
            &all(&[first, "- \"q\"\n", &block, last]),
        );
        check(
            Yaml,
            &text,
            vec![stays(0), stays(1), stays(2), q()],
            &all(&[first, &block, last, "- \"q\"\n"]),
        );
        check(Yaml, &text, vec![stays(0), stays(1)], &all(&[first, &block]));
        check(Yaml, &text, vec![stays(0), stays(2)], &all(&[first, last]).replace("&x", ""));
        check(Yaml, &text, vec![stays(1), moves(0), stays(2)], &all(&[&block, first, last]));
        check(Yaml, &text, vec![stays(2), moves(1), moves(0)], &all(&[last, &block, first]));
    }
}

#[test]
fn a_block_of_text_in_a_list_is_replaced_with_its_header() {
    for header in ["|", "|-", ">2+"] {
        let text = format!("a:\n- a # a\n- {header}\n  text\n- b\n");
        let change = Change::Put(serde_json::Value::from("q").into());
        let after = "a:\n- a # a\n- \"q\"\n- b\n";
        check(Yaml, &text, vec![stays(0), Kept(1, Some(change)), stays(2)], after);
    }
}

#[test]
fn a_table_with_blanks_inside_its_brackets_is_edited_in_a_list() {
    for first in ["{ n: 1, z: null }", "{ n: \"q\" }", "{n: 1}", "{  n: 1 }", "{ n: [ 1, 2 ] }", "[ 1 ]"] {
        for (open, close) in [("[", "]"), ("[\n  ", "\n]"), ("[ ", " ] # all")] {
            let text = format!("# top\na: {open}{first}, {{ n: 2 }}{close}\nz: 1 # end\n");
            let written = edited(Yaml, &text, &[super::set("a.1.n", 9)]);
            assert_eq!(written, text.replace("{ n: 2 }", "{ n: 9 }"));
            check(Yaml, &text, vec![stays(0), stays(1), new(3)], &text.replace("2 }", "2 }, 3"));
        }
    }
}
