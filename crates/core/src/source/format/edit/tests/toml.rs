//! TOML in place.

use serde_json::json;

use super::{edited, out, set};
use crate::source::format::Format;

fn edit(text: &str, edits: &[super::Edit]) -> String {
    edited(Format::Toml, text, edits)
}

#[test]
fn comments_order_and_layout_stay() {
    let text = "# the top\nb = 1   # why\n\n[limit] # here\nmax   =  2 # more\n# the end\n";
    let written = edit(text, &[set("limit.max", 5), set("b", 9)]);
    assert_eq!(written, "# the top\nb = 9   # why\n\n[limit] # here\nmax   =  5 # more\n# the end\n");
}

#[test]
fn inline_and_dotted_tables_stay_as_they_are() {
    let text = "limit = { max = 1, burst = 2 }\npool.size = 3\n";
    let written =
        edit(text, &[set("limit.max", 5), set("pool.size", 4), set("pool.wait", 1), set("limit.x", 1)]);
    assert_eq!(written, "limit = { max = 5, burst = 2, x = 1 }\npool.size = 4\npool.wait = 1\n");
}

#[test]
fn a_new_table_gets_a_header() {
    assert_eq!(edit("a = 1\n", &[set("x.y.z", "t")]), "a = 1\n\n[x.y]\nz = \"t\"\n");
    assert_eq!(edit("a = 1\n", &[set("x.y", 1), set("b", 2)]), "a = 1\nb = 2\n\n[x]\ny = 1\n");
    assert_eq!(edit("[a.b]\nc = 1\n", &[set("a.d", 2)]), "[a.b]\nc = 1\n\n[a]\nd = 2\n");
    assert_eq!(edit("[a]\n# none\n\n[b]\nc = 1\n", &[set("a.d", 2)]), "[a]\nd = 2\n# none\n\n[b]\nc = 1\n");
}

#[test]
fn the_comment_of_a_file_stays_at_its_top() {
    let text = "# licence\n\n# of the limit\n[limit]\nmax = 1\n";
    assert_eq!(edit(text, &[set("a", 1)]), "# licence\n\na = 1\n\n# of the limit\n[limit]\nmax = 1\n");
    for text in ["# Pool settings\n[pool]\nsize = 1\n", "# one\n# two\n[[peers]]\nname = 'a'\n"] {
        assert_eq!(edit(text, &[set("n", 1)]), format!("n = 1\n\n{text}"));
    }
    let text = "# licence\r\n  \r\n# of the limit\r\n[limit]\r\nmax = 1\r\n";
    assert_eq!(edit(text, &[set("a", 1)]), text.replace("# of", "a = 1\r\n\r\n# of"));
    let text = "# licence\n# of the name\nname = 'a' # why\nport = 1\n";
    assert_eq!(edit(text, &[out("name")]), "# licence\n# of the name\n# why\nport = 1\n");
}

#[test]
fn a_removed_entry_leaves_the_comments_around_it() {
    assert_eq!(edit("a = 1\n[x]\nb = 2\n", &[out("x.b"), out("q.r")]), "a = 1\n[x]\n");
    let text = "# top\n[x] # of x\n# of b\nb = [\n  1, # one\n]\nc = 2\n";
    assert_eq!(edit(text, &[out("x.b")]), "# top\n[x] # of x\n# of b\n# one\nc = 2\n");
    assert_eq!(edit(text, &[out("x")]), "# top\n# of x\n# of b\n# one\n");
}

#[test]
fn one_table_of_a_list_changes() {
    let text = "[[peers]] # first\nname = 'a'\n  port=1 # one\n\n[peers.tls]\non = true\n\n# second\n[[peers]]\nname = 'b'\nport = 2\n\n[z]\n";
    assert_eq!(edit(text, &[set("peers.0.port", 9)]), text.replace("port=1", "port=9"));
    assert_eq!(edit(text, &[set("peers.1.name", "c")]), text.replace("'b'", "\"c\""));
    let more = edit(text, &[set("peers.2", json!({"name": "c", "port": 3}))]);
    assert_eq!(more, text.replace("\n[z]", "\n[[peers]]\nname = \"c\"\nport = 3\n\n[z]"));
    let fewer = edit(text, &[out("peers.0")]);
    assert_eq!(fewer, "# second\n[[peers]]\nname = 'b'\nport = 2\n\n[z]\n");
    let added = edit(text, &[set("peers.0.weight", 5)]);
    assert_eq!(added, text.replace("# one\n", "# one\n  weight = 5\n"));
}

#[test]
fn one_entry_of_a_map_changes() {
    let text = "[tags] # all\na = 'x' # of a\n# of b\nb = 'y'\n\n[z]\nc = 1\n";
    assert_eq!(edit(text, &[set("tags.b", "v")]), text.replace("'y'", "\"v\""));
    assert_eq!(edit(text, &[set("tags.c d", "v")]), text.replace("'y'\n", "'y'\n\"c d\" = \"v\"\n"));
    assert_eq!(edit(text, &[out("tags.a")]), "[tags] # all\n# of a\n# of b\nb = 'y'\n\n[z]\nc = 1\n");
}

#[test]
fn one_item_of_an_array_changes() {
    let text = "a = [ # all\n  1, # one\n  2, # two\n]\nb = [1, 2]\nc = [{x = 1, y.z = 2}, {x = 3}]\n";
    assert_eq!(edit(text, &[set("a.1", 9)]), text.replace("2, # two", "9, # two"));
    assert_eq!(edit(text, &[set("a.2", 3)]), text.replace("# two\n", "# two\n  3,\n"));
    assert_eq!(edit(text, &[out("b.0")]), text.replace("b = [1, 2]", "b = [2]"));
    assert_eq!(edit(text, &[out("b.1"), set("b.0", 7)]), text.replace("b = [1, 2]", "b = [7]"));
    assert_eq!(edit(text, &[set("b.2", 3)]), text.replace("b = [1, 2]", "b = [1, 2, 3]"));
    assert_eq!(edit(text, &[set("c.0.y.z", 5)]), text.replace("y.z = 2", "y.z = 5"));
    assert_eq!(edit(text, &[set("c.1.w", 5)]), text.replace("{x = 3}", "{x = 3, w = 5}"));
    assert_eq!(edit(text, &[out("c.0.x")]), text.replace("x = 1, ", ""));
    assert_eq!(edit(text, &[out("c.0.y.z")]), text.replace(", y.z = 2", ""));
}

#[test]
fn a_table_that_becomes_a_value_is_replaced() {
    assert_eq!(edit("[a]\nb = 1 # one\n\n[c]\nd = 1\n", &[set("a", 5)]), "a = 5\n\n# one\n\n[c]\nd = 1\n");
    assert_eq!(edit("a = 5 # five\nb = 1\n", &[set("a.x", 5)]), "a = { x = 5 } # five\nb = 1\n");
}

#[test]
fn one_of_several_dotted_keys_in_brackets_is_removed() {
    let text = "[s]\nxs = ['v'] # c\nts = [{ n = 'n', m.x = 2, m.y = [3, 4], m.z = 5, k = 1 }] # t\n";
    let item = |from: &str| text.replace(from, "");
    assert_eq!(edit(text, &[out("s.ts.0.m.x")]), item(" m.x = 2,"));
    assert_eq!(edit(text, &[out("s.ts.0.m.y")]), item(" m.y = [3, 4],"));
    assert_eq!(edit(text, &[out("s.ts.0.m.z"), out("s.ts.0.k")]), item(", m.z = 5, k = 1"));
    assert_eq!(edit(text, &[out("s.ts.0.n"), set("s.ts.0.m.z", 6)]), item("n = 'n', ").replace("5", "6"));
    assert_eq!(edit(text, &[out("s.ts.0.m")]), item("m.x = 2, m.y = [3, 4], m.z = 5, "));
    let apart = "t = { a.x = 1, b = 2, a.y = 3, a.z = 4 } # end\n";
    assert_eq!(edit(apart, &[out("t.a.y"), set("t.c", 1)]), "t = { a.x = 1, b = 2, a.z = 4, c = 1 } # end\n");
    assert_eq!(edit(apart, &[out("t.a")]), "t = { b = 2 } # end\n");
}

#[test]
fn a_table_of_dotted_keys_in_brackets_is_replaced() {
    let text = "[s]\nxs = ['v'] # c\nts = [{ n = 'n', m.x = 2, k = 1 }] # t\n";
    let replaced = |with: &str| text.replace("m.x = 2, k = 1", &format!("k = 1, m = {with}"));
    assert_eq!(edit(text, &[set("s.ts.0.m", json!({}))]), replaced("{}"));
    assert_eq!(edit(text, &[set("s.ts.0.m", 5)]), replaced("5"));
}

#[test]
fn what_cannot_be_done_in_place_keeps_its_comments() {
    // The key `a` was written twice, and an entry of it goes.
    let text = "# top\nt = { a.x = 1, a.y = 2 } # end\n";
    let written = edit(text, &[out("t.a.y"), set("t.b", 1)]);
    assert!(written.contains("# top") && written.contains("# end"), "{written}");
}
