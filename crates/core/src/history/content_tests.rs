//! Contents for tests, and the restoration of old contents.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    history::delta::tests::tree,
    shape::{FieldShape, Shape},
    source::{
        OriginIndex, UnknownKeys,
        format::Format,
        parsed_layer::{LayerOptions, ParsedLayer, SecretPolicy, SourceKind},
        redacted_text::RedactedText,
    },
};

/// Accepts any key.
pub(crate) static OPEN: Shape =
    Shape { name: "", docs: "", fields: &[FieldShape { flatten: true, ..FieldShape::LEAF }] };

/// A content in a form that is easy to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plain {
    pub(crate) layers: BTreeMap<usize, Value>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) overrides: BTreeMap<String, Option<Value>>,
    pub(crate) deferred: BTreeMap<String, Option<Value>>,
}

impl Plain {
    pub(crate) fn content(&self) -> VersionContent {
        let entry = |value: &Option<Value>| OverrideEntry {
            at: std::time::SystemTime::UNIX_EPOCH,
            ..OverrideEntry::new(value.clone(), None)
        };
        VersionContent {
            layers: self.layers.iter().map(|(rank, tree)| layer(*rank, tree)).collect(),
            variables: variables(&self.variables),
            overrides: self
                .overrides
                .iter()
                .map(|(name, value)| (Keys::root().name(name), entry(value)))
                .collect(),
            deferred: self
                .deferred
                .iter()
                .map(|(name, value)| (Keys::root().name(name), value.clone()))
                .collect(),
            value: None,
        }
    }

    pub(crate) fn new(content: &VersionContent) -> Self {
        let variable = |(name, value): (&OsString, &Private)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        };
        Self {
            layers: content.layers.iter().map(|layer| (layer.source().rank, layer.tree().clone())).collect(),
            variables: content.variables.iter().map(variable).collect(),
            overrides: content
                .overrides
                .iter()
                .map(|(keys, entry)| (keys.to_string(), entry.value.clone()))
                .collect(),
            deferred: content
                .deferred
                .iter()
                .map(|(keys, value)| (keys.to_string(), value.clone()))
                .collect(),
        }
    }
}

pub(crate) fn variables(plain: &BTreeMap<String, String>) -> Arc<Variables> {
    Arc::new(plain.iter().map(|(name, value)| (name.into(), value.as_str().into())).collect())
}

/// A layer of the source with this rank.
pub(crate) fn layer(rank: usize, tree: &Value) -> Arc<Layer> {
    let name = format!("{rank}.toml");
    let places = match rank {
        0 => OriginIndex::Named(name.clone()),
        1 => OriginIndex::Each(BTreeMap::new()),
        _ => OriginIndex::Text {
            path: name.clone().into(),
            format: Format::Toml,
            text: Arc::new(RedactedText::fully_redacted("")),
        },
    };
    let rules = SecretPolicy::default();
    let given = ParsedLayer::new(tree.clone(), rules.marker(&OPEN));
    let (unknown_keys, source_kind) = (UnknownKeys::Allow, SourceKind::Program);
    let terms = LayerOptions { shape: &OPEN, unknown_keys, source_kind, secrets: &rules };
    let layer = Layer::new(places, &given, &terms);
    Arc::new(layer.with_source(SourceId { rank, name: name.into() }))
}

pub(crate) fn plain() -> impl Strategy<Value = Plain> {
    let name = || prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned);
    let layers = prop::collection::btree_map(0..3usize, tree(), 0..4);
    let variables = prop::collection::btree_map(name(), name(), 0..3);
    let values = || prop::collection::btree_map(name(), prop::option::of(tree()), 0..3);
    (layers, variables, values(), values()).prop_map(|(layers, variables, overrides, deferred)| Plain {
        layers,
        variables,
        overrides,
        deferred,
    })
}

proptest! {
    #[test]
    fn every_step_back_leads_to_what_was_there(plain in prop::collection::vec(plain(), 2..6)) {
        // Only variables that a text refers to are restored.
        let names = layer(7, &Value::table([("names".into(), Value::Template("${a}${b}".into()))]));
        let naming = |plain: &Plain| {
            let mut content = plain.content();
            content.layers.push(Arc::clone(&names));
            content
        };
        let contents: Vec<_> = plain.iter().map(naming).collect();
        let deltas: Vec<_> = contents.windows(2).map(|pair| pair[1].delta_to(&pair[0], &BTreeSet::new())).collect();
        for first in 0..contents.len() {
            let back = contents.last().unwrap().apply_deltas(deltas[first..].iter().rev());
            let mut back = Plain::new(&back);
            back.layers.remove(&7);
            prop_assert_eq!(&back, &plain[first]);
        }
    }

    #[test]
    fn nothing_is_kept_of_what_is_equal(plain in plain()) {
        prop_assert!(plain.content().delta_to(&plain.content(), &BTreeSet::new()).is_empty());
    }
}

#[test]
fn of_secrets_nothing_is_kept() {
    let hidden = |text: &str| Value::secret(Value::text(text));
    let tree = |user: &str, password: &str| -> Value {
        let login = Value::table([("user".into(), Value::text(user)), ("password".into(), hidden(password))]);
        Value::table([("login".into(), login), ("list".into(), Value::list([hidden(password)]))])
    };
    let content = |user: &str, password: &str| VersionContent {
        layers: vec![layer(0, &tree(user, password))],
        variables: variables(&[("PASSWORD".to_owned(), password.to_owned())].into()),
        overrides: [(Keys::root().name("pin"), OverrideEntry::new(Some(hidden(password)), None))].into(),
        deferred: [(Keys::root().name("held"), Some(hidden(password)))].into(),
        value: None,
    };
    let (old, new) = (content("a", "old"), content("b", "new"));
    let back = new.delta_to(&old, &BTreeSet::new());
    assert_eq!((back.variables.len(), back.overrides.len(), back.deferred.len()), (0, 0, 0));
    let before = new.apply_deltas([back].iter());
    assert_eq!(*before.layers[0].tree(), tree("a", "new"));
    assert_eq!(
        (before.variables, before.overrides, before.deferred),
        (new.variables, new.overrides, new.deferred)
    );
}

#[test]
fn a_reference_comes_back_and_a_secret_does_not() {
    let tree = |value: Value| Value::table([("password".into(), value)]);
    let reference = || tree(Value::text("vault:app#password"));
    let secret = || tree(Value::secret(Value::text("hunter2")));
    let content =
        |tree: Value| VersionContent { layers: vec![layer(0, &tree)], ..Plain::default().content() };
    let back = |new: Value, old: Value| {
        let (new, old) = (content(new), content(old));
        new.apply_deltas([new.delta_to(&old, &BTreeSet::new())].iter()).layers[0].tree().clone()
    };
    assert_eq!(back(secret(), reference()), reference());
    assert_eq!(back(reference(), secret()), reference());
    assert_eq!(back(secret(), Value::empty()), secret());
    assert_eq!(back(Value::empty(), secret()), Value::empty());
    let variable = || tree(Value::secret(Value::Template("${PASSWORD}".into())));
    assert_eq!(back(secret(), variable()), variable());
}

#[test]
fn a_layer_that_is_as_it_was_keeps_its_text_and_another_has_none() {
    let (one, two) = (serde_json::json!({"a": 1}).into(), serde_json::json!({"a": 2}).into());
    let old = VersionContent { layers: vec![layer(2, &one), layer(3, &one)], ..Plain::default().content() };
    let new = VersionContent { layers: vec![layer(2, &one), layer(3, &two)], ..old.clone() };
    let back = new.apply_deltas([new.delta_to(&old, &BTreeSet::new())].iter());
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
    let overridden = |port| VersionContent {
        overrides: [(Keys::root().name("services"), OverrideEntry::new(Some(services(port)), None))].into(),
        ..Plain::default().content()
    };
    let (old, new) = (overridden(80), overridden(81));
    let back = new.delta_to(&old, &BTreeSet::new());
    let [(_, Some(OldOverride { entry, edits: Some(edits) }))] = &back.overrides[..] else {
        panic!("one pin changed")
    };
    assert_eq!((&entry.value, edits.len()), (&None, 1));
    assert_eq!(new.apply_deltas([back].iter()).overrides, old.overrides);
}
