use super::{SourceMap, SpanOf, locate};
use crate::{
    keys::{Key, Keys},
    source::format::Format::{self, *},
};

/// `a.0.b` as a path.
fn keys(path: &str) -> Keys {
    let key = |part: &str| part.parse().map_or_else(|_| Key::Name(part.into()), Key::Index);
    Keys(path.split('.').filter(|part| !part.is_empty()).map(key).collect())
}

/// The positions of the key and of the value.
fn found(format: Format, text: &str, path: &str) -> [Option<(usize, usize)>; 2] {
    [SpanOf::Key, SpanOf::Value].map(|spot| locate(format, text, &keys(path), spot))
}

fn at(key: (usize, usize), value: (usize, usize)) -> [Option<(usize, usize)>; 2] {
    [Some(key), Some(value)]
}

#[test]
fn toml_has_many_ways_to_a_value() {
    let text = "a.b = 1\nc = { d = [1, { e = 2 }] }\n[t.u]\nv = 3\n[[s]]\nw = 1\n[[s]]\nw = 2\nx.y = 4\n";
    assert_eq!(found(Toml, text, "a.b"), at((1, 3), (1, 7)));
    assert_eq!(found(Toml, text, "c.d"), at((2, 7), (2, 11)));
    assert_eq!(found(Toml, text, "c.d.1.e"), at((2, 17), (2, 21)));
    assert_eq!(found(Toml, text, "t.u.v"), at((4, 1), (4, 5)));
    assert_eq!(found(Toml, text, "t.u"), at((3, 4), (3, 1)));
    assert_eq!(found(Toml, text, "s.1.w"), at((8, 1), (8, 5)));
    assert_eq!(found(Toml, text, "s.1"), at((7, 1), (7, 1)));
    assert_eq!(found(Toml, text, "s.0.x"), [None, None]);
    assert_eq!(found(Toml, text, "s.1.x.y"), at((9, 3), (9, 7)));
}

#[test]
fn yaml_has_blocks_and_flows() {
    let text = "a:\n  b: 1\nc: {d: [1, {e: 2}]}\nf:\n  - x\n  - g: |\n      y\n? h\n: z\n";
    assert_eq!(found(Yaml, text, "a.b"), at((2, 3), (2, 6)));
    assert_eq!(found(Yaml, text, "a"), at((1, 1), (2, 3)));
    assert_eq!(found(Yaml, text, "c.d.1.e"), at((3, 13), (3, 16)));
    assert_eq!(found(Yaml, text, "f.1"), at((6, 5), (6, 5)));
    assert_eq!(found(Yaml, text, "f.1.g"), at((6, 5), (7, 7)));
    assert_eq!(found(Yaml, text, "h"), at((8, 3), (9, 3)));
}

#[test]
fn a_yaml_alias_stands_where_it_is_written() {
    let text = "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n";
    assert_eq!(found(Yaml, text, "c"), at((2, 1), (2, 4)));
    assert_eq!(found(Yaml, text, "c.b"), at((1, 8), (1, 11)));
    assert_eq!(found(Yaml, text, "d.b"), at((1, 8), (1, 11)));
    assert_eq!(found(Yaml, text, "d.e"), at((5, 3), (5, 6)));
}

#[test]
fn json_has_its_places() {
    let text = "{\"ü\": {\"b\": [1,\n {\"c\\n\": null}]},\n\t\"d\":1.5e3 }";
    assert_eq!(found(Json, text, "ü.b"), at((1, 8), (1, 13)));
    assert_eq!(found(Json, text, "ü.b.0"), at((1, 14), (1, 14)));
    assert_eq!(found(Json, text, "ü.b.1.c\n"), at((2, 3), (2, 10)));
    assert_eq!(found(Json, text, "d"), at((3, 2), (3, 6)));
}

#[test]
fn a_byte_order_mark_takes_no_column() {
    assert_eq!(found(Toml, "\u{feff}a = 1", "a"), at((1, 1), (1, 5)));
    assert_eq!(found(Yaml, "\u{feff}a: 1", "a"), at((1, 1), (1, 4)));
    assert_eq!(found(Json, "\u{feff}{\"a\": 1}", "a"), at((1, 2), (1, 7)));
}

#[test]
fn a_carriage_return_takes_no_line() {
    assert_eq!(found(Toml, "a = 1\r\nb = 2\r\n", "b"), at((2, 1), (2, 5)));
    assert_eq!(found(Yaml, "a: 1\r\nb: 2\r\n", "b"), at((2, 1), (2, 4)));
    assert_eq!(found(Json, "{\"a\": 1,\r\n\"b\": 2}", "b"), at((2, 1), (2, 6)));
}

#[test]
fn what_is_not_there_has_only_a_nearest_place() {
    assert_eq!(locate(Toml, "[a]\nb = 1", &keys("a.c"), SpanOf::Key), None);
    assert_eq!(
        SourceMap::new(Toml, "[a]\nb = 1").map(|places| places.nearest(&keys("a.c"), SpanOf::Value).1),
        Some((1, 1))
    );
    assert_eq!(
        SourceMap::new(Yaml, "a:\n  b: 1").map(|places| places.nearest(&keys("a.b.c.d"), SpanOf::Key).1),
        Some((2, 3))
    );
    assert_eq!(SourceMap::new(Json, "{").map(|places| places.nearest(&keys("a"), SpanOf::Key).1), None);
}

mod agree;
