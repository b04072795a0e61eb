//! Which sources are overruled, and until when.

use serde_json::json;

use super::*;
use crate::{
    history::content::tests::{Plain, layer, variables},
    value::Value,
};

fn plain(layers: &[(usize, serde_json::Value)]) -> Plain {
    let layers = layers.iter().map(|(rank, tree)| (*rank, Value::from(tree.clone())));
    Plain { layers: layers.collect(), ..Plain::default() }
}

fn with(mut plain: Plain, name: &str, value: &str) -> Plain {
    plain.variables.insert(name.to_owned(), value.to_owned());
    plain
}

/// What the sources give, and what is made of it.
fn overruled(holds: &Holds, given: &Plain) -> (Plain, Holds) {
    let given = given.content();
    taken(holds.overrule(&given.layers, &given.variables), &given)
}

fn back(holds: &Holds, now: &Plain, old: &Plain) -> (Plain, Holds) {
    let (now, old) = (now.content(), old.content());
    taken(holds.go_back(&now.layers, &now.variables, &old, 1), &old)
}

fn taken(ground: Ground, rest: &Content) -> (Plain, Holds) {
    let Ground { layers, variables, holds } = ground;
    (Plain::of(&Content { layers, variables, ..rest.clone() }), holds)
}

fn held(holds: &Holds) -> Vec<&str> {
    holds.sources().map(|(name, _)| name).collect()
}

#[test]
fn what_was_rolled_back_stays_away_until_its_source_says_something_else() {
    let [old, new, other] = [1, 2, 3].map(|max| plain(&[(0, json!({"max": max}))]));
    let (used, holds) = back(&Holds::default(), &new, &old);
    assert_eq!((&used, held(&holds)), (&old, vec!["0.toml"]));

    let (used, holds) = overruled(&holds, &new);
    assert_eq!((&used, held(&holds)), (&old, vec!["0.toml"]));

    let (used, holds) = overruled(&holds, &other);
    assert_eq!((&used, held(&holds)), (&other, vec![]));
    assert_eq!(overruled(&holds, &new).0, new);
}

#[test]
fn a_source_that_changes_releases_only_itself() {
    let old = plain(&[(0, json!({"a": 1})), (2, json!({"b": 1}))]);
    let new = plain(&[(0, json!({"a": 2})), (2, json!({"b": 2}))]);
    let (_, holds) = back(&Holds::default(), &new, &old);
    let next = plain(&[(0, json!({"a": 3})), (2, json!({"b": 2}))]);
    let (used, holds) = overruled(&holds, &next);
    assert_eq!((used, held(&holds)), (plain(&[(0, json!({"a": 3})), (2, json!({"b": 1}))]), vec!["2.toml"]));
}

#[test]
fn to_go_back_and_forth_holds_nothing() {
    let [old, new] = [1, 2].map(|max| plain(&[(0, json!({"max": max}))]));
    let (_, holds) = back(&Holds::default(), &new, &old);
    let (used, holds) = back(&holds, &old, &new);
    assert_eq!((&used, held(&holds)), (&new, vec![]));
}

#[test]
fn the_source_is_held_by_what_it_gives_and_not_by_what_is_used() {
    let [first, second, third] = [1, 2, 3].map(|max| plain(&[(0, json!({"max": max}))]));
    let (_, holds) = back(&Holds::default(), &third, &second);
    let (used, holds) = back(&holds, &second, &first);
    assert_eq!(used, first);
    assert_eq!(overruled(&holds, &third).0, first);
    assert_eq!(overruled(&holds, &second).0, second);
}

#[test]
fn a_source_that_came_stays_away_and_one_that_went_stays() {
    let (less, more) = (plain(&[(2, json!({}))]), plain(&[(2, json!({})), (3, json!({"a": 1}))]));
    let (used, holds) = back(&Holds::default(), &more, &less);
    assert_eq!((&used, &overruled(&holds, &more).0), (&less, &less));
    let (used, holds) = back(&Holds::default(), &less, &more);
    assert_eq!((&used, &overruled(&holds, &less).0), (&more, &more));
    let moved = plain(&[(2, json!({"b": 1}))]);
    assert_eq!(overruled(&holds, &moved).0, plain(&[(2, json!({"b": 1})), (3, json!({"a": 1}))]));
}

#[test]
fn variables_are_held_until_one_of_those_that_were_rolled_back_changes() {
    let [old, new] = ["1", "2"].map(|value| with(with(Plain::default(), "X", value), "Y", value));
    let (used, holds) = back(&Holds::default(), &new, &old);
    assert_eq!(used, old);

    let beside = with(new.clone(), "Z", "1");
    let (used, holds) = overruled(&holds, &beside);
    assert_eq!(used, with(old, "Z", "1"));

    let (used, holds) = overruled(&holds, &with(new.clone(), "X", "3"));
    assert_eq!(used, with(new.clone(), "X", "3"));
    assert_eq!(overruled(&holds, &new).0, new);
}

/// The layer of rank 1 is one of variables.
#[test]
fn variables_are_released_with_their_file() {
    let [old, new, other] = ["1", "2", "3"].map(|value| plain(&[(1, json!({"x": value}))]));
    let [old, new] = [with(old, "Y", "1"), with(new, "Y", "2")];
    let other = with(other, "Y", "2");
    let (_, holds) = back(&Holds::default(), &new, &old);
    assert_eq!(overruled(&holds, &other).0, other);
}

#[test]
fn the_text_of_what_a_source_gives_is_found_again() {
    let (old, new) = (plain(&[(2, json!({"a": 1}))]), plain(&[(2, json!({"a": 2}))]).content());
    let once = Holds::default().go_back(&new.layers, &new.variables, &old.content(), 1);
    let past = Content {
        layers: vec![Arc::new(layer(2, &json!({"a": 2}).into()).with_past(json!({"a": 2}).into()))],
        ..new.clone()
    };
    let twice = once.holds.go_back(&once.layers, &once.variables, &past, 2);
    assert!(Arc::ptr_eq(&twice.layers[0], &new.layers[0]));
    assert_eq!(*twice.variables, *variables(&std::collections::BTreeMap::new()));
}
