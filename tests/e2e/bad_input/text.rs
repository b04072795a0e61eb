//! Texts that are malformed, or look malformed.

use super::{json, toml, yaml};

#[test]
fn text_that_is_not_utf8() {
    toml(b"number = 2\ntext = \"\xff\"", "app.toml:2:9").is_refused();
    yaml(b"number: 2\ntext: \xff", "app.yaml:2:7").is_refused();
    json(b"{\"number\": 2,\n\"text\": \"\xff\"}", "app.json:2:10").is_refused();
}

#[test]
fn text_in_utf16() {
    toml(b"\xff\xfen\0u\0m\0", "UTF-16").is_refused();
}

#[test]
fn byte_order_mark() {
    toml("\u{feff}number = 2", "").is_accepted(2);
    yaml("\u{feff}number: 2", "").is_accepted(2);
    json("\u{feff}{\"number\": 2}", "").is_accepted(2);
}

#[test]
fn line_ends_of_windows() {
    toml("number = 2\r\ntext = \"a\"\r\n", "").is_accepted(2);
    yaml("number: 2\r\ntext: a\r\n", "").is_accepted(2);
    json("{\r\n\"number\": 2\r\n}\r\n", "").is_accepted(2);
}

#[test]
fn empty_file() {
    toml("", "the file is empty").is_refused();
    yaml("", "the file is empty").is_refused();
    json("", "the file is empty").is_refused();
}

#[test]
fn file_of_white_space() {
    toml("\n \t\r\n", "the file is empty").is_refused();
    yaml("\n  \n", "the file is empty").is_refused();
    json("\n  \n", "the file is empty").is_refused();
}

#[test]
fn file_of_comments_only_is_a_complete_empty_layer() {
    toml("# number = 2\n", "").is_accepted(1);
    yaml("# number: 2\n", "").is_accepted(1);
    yaml("---\n# number: 2\n", "").is_accepted(1);
}

#[test]
fn text_cut_in_the_middle() {
    toml("number = 2\ntext = \"ab", "app.toml:2:").is_refused();
    yaml("number: 2\ntext: \"ab", "app.yaml:").is_refused();
    json("{\"number\": 2, \"text\": \"ab", "app.json:1:").is_refused();
}

#[test]
fn key_that_stands_twice() {
    toml("number = 2\nnumber = 3", "app.toml:2:1").is_refused();
    yaml("number: 2\nnumber: 3", "app.yaml:2:1").is_refused();
    json("{\"number\": 2,\n\"number\": 3}", "app.json:2:1").is_refused();
}

#[test]
fn a_hundred_thousand_brackets() {
    let brackets = "[".repeat(100_000);
    toml(&format!("list = {brackets}"), "app.toml:1:").is_refused();
    yaml(&format!("list: {brackets}"), "app.yaml:1:").is_refused();
    json(&format!("{{\"list\": {brackets}"), "app.json:1:").is_refused();
}

#[test]
fn a_hundred_thousand_brackets_that_close() {
    let brackets = "[".repeat(100_000) + &"]".repeat(100_000);
    toml(&format!("list = {brackets}"), "app.toml:1:").is_refused();
    yaml(&format!("list: {brackets}"), "app.yaml:1:").is_refused();
    json(&format!("{{\"list\": {brackets}}}"), "app.json:1:").is_refused();
}

#[test]
fn deep_tables() {
    toml(&format!("{}number = 2", "a.".repeat(100_000)), "app.toml:1:").is_refused();
    toml(&format!("[{}number]", "a.".repeat(100_000)), "app.toml:1:").is_refused();
    let blocks: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    yaml(&blocks, "app.yaml:").is_refused();
    json(&"{\"a\":".repeat(100_000), "app.json:1:").is_refused();
}

#[test]
fn aliases_that_multiply() {
    let level = |one: char, below: char| {
        let aliases: Vec<_> = (0..9).map(|_| format!("*{below}")).collect();
        format!("{one}: &{one} [{}]\n", aliases.join(","))
    };
    let bomb: String = ('b'..='j').zip('a'..='i').map(|(one, below)| level(one, below)).collect();
    yaml(&format!("a: &a [x,x,x,x,x,x,x,x,x]\n{bomb}"), "app.yaml:").is_refused();
}

#[test]
fn aliases_that_multiply_text() {
    let (long, short) = ("x".repeat(400_000), "x".repeat(100_000));
    let often = |alias: &str, count| vec![alias; count].join(",");
    let reason = "too much text";
    yaml(&format!("text: &s {long}\nlist: [{}]", often("*s", 4_000)), reason).is_refused();
    yaml(&format!("text: &s {short}\nlist: [{}]", often("*s", 4_000)), reason).is_refused();
    yaml(&format!("m: &m {{a: {short}}}\nl: [{}]", often("{<<: *m}", 4_000)), reason).is_refused();
    yaml(&format!("m: &m {{{short}: 1}}\nl: [{}]", often("{<<: [*m]}", 4_000)), reason).is_refused();
    yaml(&format!("m: &m ['{short}']\nl: [{}]", often("{a: *m}", 4_000)), reason).is_refused();
    yaml(&format!("number: 2\ntext: &s {short}\nlist: [{}]", often("*s", 40)), "").is_accepted(2);
}

#[test]
fn number_that_is_none() {
    toml("ratio = nan", "ratio: ").is_refused();
    yaml("ratio: .nan", "ratio: ").is_refused();
    json("{\"ratio\": NaN}", "app.json:1:").is_refused();
}

#[test]
fn number_without_end() {
    toml("ratio = inf", "ratio: ").is_refused();
    yaml("ratio: -.inf", "ratio: ").is_refused();
    json("{\"ratio\": 1e999}", "app.json:1:").is_refused();
}

#[test]
fn number_out_of_range() {
    toml("number = 256", "number: ").is_refused();
    yaml("number: -1", "number: ").is_refused();
    json("{\"number\": 123456789012345678901234567890}", "number: ").is_refused();
    toml("number = 99999999999999999999", "app.toml:1:").is_refused();
}

#[test]
fn root_that_is_no_table() {
    yaml("- 1\n- 2", "app.yaml:1:1").is_refused();
    json("[1]", "app.json:1:1").is_refused();
    json("null", "app.json:1:1").is_refused();
    yaml("just text", "app.yaml:1:1").is_refused();
}

#[test]
fn text_after_the_end() {
    json("{\"number\": 2} {}", "app.json:1:").is_refused();
    yaml("number: 2\n---\nnumber: 3", "app.yaml:").is_refused();
}

#[test]
fn zero_bytes() {
    toml(b"number = 2\n\0\0\0\0", "app.toml:2:1").is_refused();
    yaml(b"number: 2\n\0\0\0\0", "app.yaml:").is_refused();
    json(b"{\"number\": 2}\0\0", "app.json:1:").is_refused();
}
