//! An input of four times the size costs about four times as much.

use std::time::{Duration, Instant};

use super::{give, peak, turn};
use crate::corpus::Entrance;

/// An input by the number of its parts.
type Shape = (&'static str, Entrance, fn(usize) -> String);

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn listed(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

const SHAPES: &[Shape] = &[
    ("unknown keys", Entrance::Toml, |count| lines(count, |key| format!("numbex{key} = 1\n"))),
    ("unknown keys", Entrance::Yaml, |count| lines(count, |key| format!("numbex{key}: 1\n"))),
    ("unknown keys", Entrance::Json, |count| {
        format!("{{{}}}", listed(count, |key| format!("\"numbex{key}\":1")))
    }),
    ("unknown keys in a list", Entrance::Json, |count| {
        format!(
            "{{\"items\":[{}]}}",
            listed(count, |_| "{\"name\":\"a-name-of-usual-length\",\"prot\":1}".into())
        )
    }),
    ("unknown keys in a list", Entrance::Toml, |count| {
        lines(count, |_| "[[items]]\nname = 'a-name-of-usual-length'\nprot = 1\n".into())
    }),
    ("wrong items", Entrance::Json, |count| format!("{{\"list\":[{}]}}", listed(count, |_| "\"x\"".into()))),
    ("wrong items in a flow", Entrance::Yaml, |count| {
        format!("map: {{{}}}", listed(count, |key| format!("k{key}: x")))
    }),
    ("wrong lines", Entrance::Toml, |count| "= \n".repeat(12 * count)),
    ("wrong lines in a small text", Entrance::Toml, |count| "= \n".repeat(5 * count / 2)),
    ("wrong letters on one line", Entrance::Toml, |count| "] ".repeat(4 * count)),
    ("references to nothing", Entrance::Json, |count| {
        format!("{{\"passwords\":[{}]}}", listed(count, |key| format!("\"env:NOPE{key}\"")))
    }),
    ("references to nothing by type", Entrance::Json, |count| {
        format!("{{\"secrets\":[{}]}}", listed(count, |key| format!("\"env:NOPE{key}\"")))
    }),
    ("references", Entrance::Json, |count| {
        format!("{{\"passwords\":[{}]}}", listed(count, |_| "\"env:PATH\"".into()))
    }),
    ("references by type", Entrance::Json, |count| {
        format!("{{\"secrets\":[{}]}}", listed(count, |_| "\"env:PATH\"".into()))
    }),
    ("duplicates", Entrance::Toml, |count| "number = 1\n".repeat(count)),
    ("duplicates", Entrance::Yaml, |count| "number: 1\n".repeat(count)),
    ("duplicates", Entrance::Json, |count| format!("{{{}}}", listed(count, |_| "\"number\":1".into()))),
    ("a long key", Entrance::Toml, |count| format!("{} = 1", "k".repeat(8 * count))),
    ("a long key", Entrance::Json, |count| format!("{{\"{}\":1}}", "k".repeat(8 * count))),
    ("a long text", Entrance::Yaml, |count| format!("number: {}", "x ".repeat(4 * count))),
    ("open lists", Entrance::Json, |count| "[".repeat(8 * count)),
    ("open lists", Entrance::Yaml, |count| "[".repeat(8 * count)),
    ("open lists", Entrance::Toml, |count| format!("a = {}", "[".repeat(8 * count))),
    ("dotted keys", Entrance::Toml, |count| format!("{}a = 1", "a.".repeat(4 * count))),
    ("headers", Entrance::Toml, |count| lines(count, |key| format!("[any.a{key}]\n"))),
    ("aliases", Entrance::Yaml, |count| format!("a: &a [1]\nany: [{}]", listed(count, |_| "*a".into()))),
    ("anchors", Entrance::Yaml, |count| lines(count, |key| format!("k{key}: &a{key} x\n"))),
    ("indented lines", Entrance::Yaml, |count| {
        format!("any:\n{}", lines(count, |key| format!(" k{key}: x\n")))
    }),
    ("variables", Entrance::Template, |count| "${NOPE:x}".repeat(count)),
    ("missing variables", Entrance::Template, |count| lines(count, |key| format!("${{NOPE{key}}}"))),
    ("defaults in defaults", Entrance::Template, |count| "${NOPE:".repeat(count)),
    ("braces", Entrance::Template, |count| format!("${{NOPE:{}", "{".repeat(8 * count))),
    ("dollars", Entrance::Template, |count| "$".repeat(8 * count)),
    ("missing variables", Entrance::Json, |count| {
        format!("{{\"inner\":{{\"tags\":[{}]}}}}", listed(count, |_| "\"${NOPE}\"".into()))
    }),
    ("variables", Entrance::Dotenv, |count| {
        format!("A=x\n{}", lines(count, |key| format!("B{key}=\"$A ${{A}}\"\n")))
    }),
    ("unknown variables", Entrance::Dotenv, |count| lines(count, |key| format!("FUZ_NUMBEX{key}=1\n"))),
    ("missing variables", Entrance::Dotenv, |count| lines(count, |key| format!("A{key}=$NOPE\n"))),
    ("missing variables in one value", Entrance::Dotenv, |count| {
        format!("A={}", lines(count, |key| format!("$NOPE{key}")))
    }),
    ("wrong lines", Entrance::Dotenv, |count| "A B\n".repeat(count)),
    ("open quotes", Entrance::Dotenv, |count| "A='\\'x\n".repeat(count)),
    ("comments", Entrance::Dotenv, |count| "# x\n".repeat(2 * count)),
    ("hashes", Entrance::Dotenv, |count| format!("A={}", "#".repeat(8 * count))),
    ("defaults in defaults", Entrance::Dotenv, |count| format!("A={}", "${B:-".repeat(count))),
    ("operations", Entrance::Patch, |count| {
        let step = |_| "{\"op\":\"add\",\"path\":\"/list/-\",\"value\":1}".into();
        format!("[{}]", listed(count / 4, step))
    }),
    ("wrong operations", Entrance::Patch, |count| {
        format!(
            "[{}]",
            listed(count / 4, |key| format!("{{\"op\":\"add\",\"path\":\"/x{key}\",\"value\":1}}"))
        )
    }),
    ("a long pointer", Entrance::Patch, |count| {
        format!("[{{\"op\":\"add\",\"path\":\"{}\",\"value\":1}}]", "/a".repeat(4 * count))
    }),
    ("unknown keys", Entrance::Patch, |count| {
        format!("{{{}}}", listed(count, |key| format!("\"x{key}\":1")))
    }),
];

/// The parts of the smaller input.
const COUNT: usize = 2_000;

/// A table with one short entry takes some hundred bytes in memory and eight in a text, and its span takes as much
/// again: a text that consists only of such tables costs more than any realistic one.
const fn allowed(bytes: usize) -> usize {
    (1 << 20) + 128 * bytes
}

/// Between the expected factor of four and the factor of sixteen for quadratic cost.
const FACTOR: u32 = 10;

/// Shorter times mostly consist of the fixed cost of a load.
const NOISE: Duration = Duration::from_millis(400);

#[test]
fn every_input_costs_in_proportion_to_its_size() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    give(Entrance::Json, "{\"x\": 1}", &folder);
    for (name, entrance, shape) in SHAPES {
        let (small, large) = (shape(COUNT), shape(4 * COUNT));
        let time = |text: &str| {
            let started = Instant::now();
            give(*entrance, text, &folder);
            started.elapsed()
        };
        let used = peak(|| give(*entrance, &large, &folder));
        assert!(used <= allowed(large.len()), "{entrance:?}, {name}: {used} bytes for {}", large.len());
        // A busy machine may slow down one run, but not three in a row.
        let linear = (0..3).any(|_| {
            let slow = time(&large);
            slow < NOISE || slow < FACTOR * time(&small)
        });
        assert!(linear, "{entrance:?}, {name}: {:?} and then {:?}", time(&small), time(&large));
    }
}
