//! Which sources are suppressed, and until when.

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

/// The content of the sources, and the result of suppressing it.
fn overruled(suppressions: &Suppressions, given: &Plain) -> (Plain, Suppressions) {
    let given = given.content();
    taken(suppressions.apply(&given.layers, &given.variables), &given)
}

fn back(suppressions: &Suppressions, now: &Plain, old: &Plain) -> (Plain, Suppressions) {
    let (now, old) = (now.content(), old.content());
    taken(suppressions.roll_back_to(&now.layers, &now.variables, &old, 1), &old)
}

fn taken(effective: EffectiveSources, rest: &VersionContent) -> (Plain, Suppressions) {
    let EffectiveSources { layers, variables, suppressions } = effective;
    (Plain::new(&VersionContent { layers, variables, ..rest.clone() }), suppressions)
}

fn held(suppressions: &Suppressions) -> Vec<&str> {
    suppressions.sources().map(|(name, _)| name).collect()
}

#[test]
fn what_was_rolled_back_stays_away_until_its_source_says_something_else() {
    let [old, new, other] = [1, 2, 3].map(|max| plain(&[(0, json!({"max": max}))]));
    let (used, suppressions) = back(&Suppressions::default(), &new, &old);
    assert_eq!((&used, held(&suppressions)), (&old, vec!["0.toml"]));

    let (used, suppressions) = overruled(&suppressions, &new);
    assert_eq!((&used, held(&suppressions)), (&old, vec!["0.toml"]));

    let (used, suppressions) = overruled(&suppressions, &other);
    assert_eq!((&used, held(&suppressions)), (&other, vec![]));
    assert_eq!(overruled(&suppressions, &new).0, new);
}

#[test]
fn a_source_that_changes_releases_only_itself() {
    let old = plain(&[(0, json!({"a": 1})), (2, json!({"b": 1}))]);
    let new = plain(&[(0, json!({"a": 2})), (2, json!({"b": 2}))]);
    let (_, suppressions) = back(&Suppressions::default(), &new, &old);
    let next = plain(&[(0, json!({"a": 3})), (2, json!({"b": 2}))]);
    let (used, suppressions) = overruled(&suppressions, &next);
    assert_eq!(
        (used, held(&suppressions)),
        (plain(&[(0, json!({"a": 3})), (2, json!({"b": 1}))]), vec!["2.toml"])
    );
}

#[test]
fn to_go_back_and_forth_holds_nothing() {
    let [old, new] = [1, 2].map(|max| plain(&[(0, json!({"max": max}))]));
    let (_, suppressions) = back(&Suppressions::default(), &new, &old);
    let (used, suppressions) = back(&suppressions, &old, &new);
    assert_eq!((&used, held(&suppressions)), (&new, vec![]));
}

#[test]
fn the_source_is_held_by_what_it_gives_and_not_by_what_is_used() {
    let [first, second, third] = [1, 2, 3].map(|max| plain(&[(0, json!({"max": max}))]));
    let (_, suppressions) = back(&Suppressions::default(), &third, &second);
    let (used, suppressions) = back(&suppressions, &second, &first);
    assert_eq!(used, first);
    assert_eq!(overruled(&suppressions, &third).0, first);
    assert_eq!(overruled(&suppressions, &second).0, second);
}

#[test]
fn a_source_that_came_stays_away_and_one_that_went_stays() {
    let (less, more) = (plain(&[(2, json!({}))]), plain(&[(2, json!({})), (3, json!({"a": 1}))]));
    let (used, suppressions) = back(&Suppressions::default(), &more, &less);
    assert_eq!((&used, &overruled(&suppressions, &more).0), (&less, &less));
    let (used, suppressions) = back(&Suppressions::default(), &less, &more);
    assert_eq!((&used, &overruled(&suppressions, &less).0), (&more, &more));
    let moved = plain(&[(2, json!({"b": 1}))]);
    assert_eq!(overruled(&suppressions, &moved).0, plain(&[(2, json!({"b": 1})), (3, json!({"a": 1}))]));
}

#[test]
fn variables_are_held_until_one_of_those_that_were_rolled_back_changes() {
    let [old, new] = ["1", "2"].map(|value| with(with(Plain::default(), "X", value), "Y", value));
    let (used, suppressions) = back(&Suppressions::default(), &new, &old);
    assert_eq!(used, old);

    let beside = with(new.clone(), "Z", "1");
    let (used, suppressions) = overruled(&suppressions, &beside);
    assert_eq!(used, with(old, "Z", "1"));

    let (used, suppressions) = overruled(&suppressions, &with(new.clone(), "X", "3"));
    assert_eq!(used, with(new.clone(), "X", "3"));
    assert_eq!(overruled(&suppressions, &new).0, new);
}

/// The layer with rank 1 contains variables.
#[test]
fn variables_are_released_with_their_file() {
    let [old, new, other] = ["1", "2", "3"].map(|value| plain(&[(1, json!({"x": value}))]));
    let [old, new] = [with(old, "Y", "1"), with(new, "Y", "2")];
    let other = with(other, "Y", "2");
    let (_, suppressions) = back(&Suppressions::default(), &new, &old);
    assert_eq!(overruled(&suppressions, &other).0, other);
}

#[test]
fn the_text_of_what_a_source_gives_is_found_again() {
    let (old, new) = (plain(&[(2, json!({"a": 1}))]), plain(&[(2, json!({"a": 2}))]).content());
    let once = Suppressions::default().roll_back_to(&new.layers, &new.variables, &old.content(), 1);
    let past = VersionContent {
        layers: vec![Arc::new(layer(2, &json!({"a": 2}).into()).with_past(json!({"a": 2}).into()))],
        ..new.clone()
    };
    let twice = once.suppressions.roll_back_to(&once.layers, &once.variables, &past, 2);
    assert!(Arc::ptr_eq(&twice.layers[0], &new.layers[0]));
    assert_eq!(*twice.variables, *variables(&std::collections::BTreeMap::new()));
}
