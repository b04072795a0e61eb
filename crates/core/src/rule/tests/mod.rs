//! One small value, one expectation. Every rule is in a constant, as the derive emits it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use super::*;

use crate::shape::{FieldShape, Kind, Shape};

mod check;
mod custom;
mod each;
mod length;
mod one_of;
mod range;
mod text;
mod validate;
mod within;

type Rules<F> = &'static [&'static dyn Rule<F>];

/// The report for a value, one line for each problem.
fn report<F>(rules: Rules<F>, value: F, secret: bool) -> String {
    let found = Findings::check(&value, rules, secret).found;
    let line = |finding: Finding| {
        let place = if finding.keys.is_root() { String::new() } else { format!("{}: ", finding.keys) };
        format!("{place}{}", finding.message)
    };
    found.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn told<F>(rules: Rules<F>, value: F) -> String {
    report(rules, value, false)
}

fn told_of_secret<F>(rules: Rules<F>, value: F) -> String {
    report(rules, value, true)
}

const POOL: Shape = Shape {
    name: "Pool",
    docs: "",
    fields: &[FieldShape { name: "max_size", key: "maxSize", slot: 1, ..FieldShape::LEAF }],
};

const APP: Shape = Shape {
    name: "App",
    docs: "",
    fields: &[
        FieldShape { name: "db", key: "database", slot: 1, kind: Kind::Nested(&POOL), ..FieldShape::LEAF },
        FieldShape { name: "flat", slot: 3, flatten: true, kind: Kind::Optional(&POOL), ..FieldShape::LEAF },
    ],
};
