//! Contents for tests, and what is kept of old ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    history::delta::tests::tree,
    shape::{FieldShape, Shape},
    source::{Places, UnknownKeys, format::Format},
};

/// Takes any key.
pub(crate) static OPEN: Shape =
    Shape { name: "", docs: "", fields: &[FieldShape { flatten: true, ..FieldShape::LEAF }] };

/// A content in plain terms, to compare with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plain {
    pub(crate) layers: BTreeMap<usize, Value>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) pins: BTreeMap<String, Option<Value>>,
    pub(crate) held: BTreeMap<String, Option<Value>>,
}

impl Plain {
    pub(crate) fn content(&self) -> Content {
        let pin = |value: &Option<Value>| Pin {
            at: std::time::SystemTime::UNIX_EPOCH,
            ..Pin::new(value.clone(), None)
        };
        Content {
            layers: self.layers.iter().map(|(rank, tree)| layer(*rank, tree)).collect(),
            variables: variables(&self.variables),
            pins: self.pins.iter().map(|(name, value)| (Keys::root().name(name), pin(value))).collect(),
            held: self.held.iter().map(|(name, value)| (Keys::root().name(name), value.clone())).collect(),
            value: None,
        }
    }

    pub(crate) fn of(content: &Content) -> Self {
        let variable = |(name, value): (&OsString, &OsString)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        };
        Self {
            layers: content.layers.iter().map(|layer| (layer.source().rank, layer.tree().clone())).collect(),
            variables: content.variables.iter().map(variable).collect(),
            pins: content.pins.iter().map(|(keys, pin)| (keys.to_string(), pin.value.clone())).collect(),
            held: content.held.iter().map(|(keys, value)| (keys.to_string(), value.clone())).collect(),
        }
    }
}

pub(crate) fn variables(plain: &BTreeMap<String, String>) -> Arc<Variables> {
    Arc::new(plain.iter().map(|(name, value)| (name.into(), value.into())).collect())
}

/// A layer of a source that has this place among all.
pub(crate) fn layer(rank: usize, tree: &Value) -> Arc<Layer> {
    let name = format!("{rank}.toml");
    let places = match rank {
        0 => Places::Named(name.clone()),
        1 => Places::Each(BTreeMap::new()),
        _ => Places::Text { path: name.clone().into(), format: Format::Toml, text: "".into() },
    };
    let layer = Layer::new(places, tree, &OPEN, UnknownKeys::Allow);
    Arc::new(layer.of(SourceId { rank, name: name.into() }))
}

pub(crate) fn plain() -> impl Strategy<Value = Plain> {
    let name = || prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned);
    let layers = prop::collection::btree_map(0..3usize, tree(), 0..4);
    let variables = prop::collection::btree_map(name(), name(), 0..3);
    let values = || prop::collection::btree_map(name(), prop::option::of(tree()), 0..3);
    (layers, variables, values(), values()).prop_map(|(layers, variables, pins, held)| Plain {
        layers,
        variables,
        pins,
        held,
    })
}

proptest! {
    #[test]
    fn every_step_back_leads_to_what_was_there(plain in prop::collection::vec(plain(), 2..6)) {
        let contents: Vec<_> = plain.iter().map(Plain::content).collect();
        let steps: Vec<_> = contents.windows(2).map(|pair| pair[1].back_to(&pair[0])).collect();
        for first in 0..contents.len() {
            let back = contents.last().unwrap().go_back(steps[first..].iter().rev());
            prop_assert_eq!(&Plain::of(&back), &plain[first]);
        }
    }

    #[test]
    fn nothing_is_kept_of_what_is_equal(plain in plain()) {
        prop_assert!(plain.content().back_to(&plain.content()).is_empty());
    }
}

#[test]
fn a_layer_that_is_as_it_was_keeps_its_text_and_another_has_none() {
    let (one, two) = (serde_json::json!({"a": 1}).into(), serde_json::json!({"a": 2}).into());
    let old = Content { layers: vec![layer(2, &one), layer(3, &one)], ..Plain::default().content() };
    let new = Content { layers: vec![layer(2, &one), layer(3, &two)], ..old.clone() };
    let back = new.go_back([new.back_to(&old)].iter());
    let texts: BTreeSet<_> = back.layers.iter().map(|layer| layer.text_places().is_some()).collect();
    assert_eq!(texts, BTreeSet::from([true, false]));
    let origin = back.layers[1].origin(None, &["a"].into_iter().collect());
    assert_eq!(origin, crate::issue::Origin::file("3.toml"));
}

#[test]
fn a_large_pin_costs_what_changed_in_it() {
    let services = |port: u16| -> Value {
        let service =
            |place: u16| serde_json::json!({"name": place, "port": if place == 7 { port } else { 80 }});
        serde_json::Value::from((0..100).map(service).collect::<Vec<_>>()).into()
    };
    let pinned = |port| Content {
        pins: [(Keys::root().name("services"), Pin::new(Some(services(port)), None))].into(),
        ..Plain::default().content()
    };
    let (old, new) = (pinned(80), pinned(81));
    let back = new.back_to(&old);
    let [(_, Some(OldPin { pin, edits: Some(edits) }))] = &back.pins[..] else { panic!("one pin changed") };
    assert_eq!((&pin.value, edits.len()), (&None, 1));
    assert_eq!(new.go_back([back].iter()).pins, old.pins);
}
