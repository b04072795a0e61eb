//! What comes back after a restart, fitted to the fields and sources of today.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use super::{
    Veil, Writer,
    form::{HistoryForm, HoldForm, LayerForm, OverridesForm, PinForm, SourceForm, VersionForm},
};
use crate::{
    history::{Version, content::Content},
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{is_shared_key, place},
    pins::{Pin, Pins},
    secret::taint::By,
    secrets::schemes::Schemes,
    shape::Shape,
    source::{Layer, Places, SourceId, UnknownKeys, given::SecretRules},
    suppressions::Holds,
    value::Value,
    variables::Variables,
};

/// What the sources are called, and what they give, after the restart.
pub(crate) struct Today<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) sources: Vec<SourceId>,
    pub(crate) layers: &'t [Arc<Layer>],
    pub(crate) variables: &'t Arc<Variables>,
    pub(crate) rules: &'t SecretRules,
}

/// What was in force before the restart.
#[derive(Default)]
pub(crate) struct Saved {
    /// The last version; 0 if nothing was kept.
    pub(crate) version: u64,
    pub(crate) pins: Pins,
    pub(crate) past: Option<Past>,
}

/// What is only kept after the fact.
pub(crate) struct Past {
    /// What the last version that was kept stood on.
    pub(crate) content: Content,
    pub(crate) holds: Holds,
    /// Oldest first.
    pub(crate) versions: Vec<Version>,
}

impl Saved {
    /// What of it does not fit any more is left out, and told.
    pub(crate) fn of(
        overrides: Option<OverridesForm>,
        history: Option<HistoryForm>,
        today: &Today<'_>,
        issues: &mut Vec<Issue>,
    ) -> Self {
        let history = history.filter(|history| counts_on(history.newest(), "the history", issues));
        let history = history.map(|history| open_only(history, today.shape, overrides.is_none(), issues));
        let past = history.map(|history| Past::of(history, today));
        let last = past.iter().flat_map(|past| &past.versions).map(|version| version.record.version).max();
        let (version, mut pins) = match overrides {
            Some(OverridesForm { version, pins, withheld }) => {
                issues.extend(withheld.into_iter().map(secret));
                let version = if counts_on(version, "the last version", issues) { version } else { 0 };
                (version, pins_of(pins))
            }
            // The next best: what the history knows of them.
            None => (0, past.as_ref().map(|past| past.content.pins.clone()).unwrap_or_default()),
        };
        pins.retain(|keys, pin| {
            is_in_force(pin) && fits(keys, today.shape, issues) && is_open(keys, pin, today.shape, issues)
        });
        Self { version: version.max(last.unwrap_or(0)), pins, past }
    }
}

/// No program publishes so many versions. One that is given such a number could soon publish no more: the number after
/// the last one does not exist, and versions never go back.
const LAST_PLAUSIBLE: u64 = u64::MAX / 2;

fn counts_on(version: u64, what: &str, issues: &mut Vec<Issue>) -> bool {
    let plausible = version <= LAST_PLAUSIBLE;
    if !plausible {
        let message = format!("{what} is dropped, for no program gets as far as version {version}");
        let issue = Issue::new(IssueKind::State, Keys::root(), message);
        issues.push(issue.with_help("find out who wrote the state directory"));
    }
    plausible
}

/// The history without overrides of secrets, which hotswap never writes. It tells of those that would be in force.
fn open_only(
    mut history: HistoryForm,
    shape: &'static Shape,
    counts: bool,
    issues: &mut Vec<Issue>,
) -> HistoryForm {
    let dropped = history.drop_pins(|keys, value| is_secret(keys, value, shape));
    issues.extend(dropped.into_iter().filter(|_| counts).map(|keys| secret_override(&keys)));
    history
}

fn is_secret(keys: &Keys, value: Option<&Value>, shape: &'static Shape) -> bool {
    shape.leaves().iter().any(|leaf| leaf.secret() && touches(keys, value, &leaf.keys))
}

/// Whether an override at `keys` overrides the secret at `secret`: it is there, or it gives a value that holds one there.
pub(crate) fn touches(keys: &Keys, value: Option<&Value>, secret: &Keys) -> bool {
    if keys.starts_with(secret) {
        return true;
    }
    let below = || Keys(secret.0[keys.0.len()..].to_vec());
    let given = |value| below().find(value).is_some_and(|value| !value.is_null());
    secret.starts_with(keys) && value.is_some_and(given)
}

/// That an override of a secret was found, and is not used.
pub(crate) fn secret_override(keys: &Keys) -> Issue {
    let message = "the override is dropped, for the value of a secret is never taken from a state file";
    let issue = Issue::new(IssueKind::State, keys.clone(), message);
    issue.with_help("set it again if it is yours; otherwise find out who wrote the state directory")
}

/// Whether no secret is overridden.
fn is_open(keys: &Keys, pin: &Pin, shape: &'static Shape, issues: &mut Vec<Issue>) -> bool {
    let secret = is_secret(keys, pin.value.as_ref(), shape);
    issues.extend(secret.then(|| secret_override(keys)));
    !secret
}

fn pins_of(forms: Vec<PinForm>) -> Pins {
    forms.into_iter().map(|form| (form.path.keys(), form.pin())).collect()
}

fn is_in_force(pin: &Pin) -> bool {
    pin.until.is_none_or(|until| until.moment > Instant::now())
}

const WITHHELD: &str = "it holds a secret, or text from variables that cannot be resolved again";

fn secret(path: String) -> Issue {
    let message = format!("the override of {path} did not survive the restart, for {WITHHELD}");
    Issue::new(IssueKind::State, Keys::root(), message).with_help("set it again")
}

/// The program may have other fields than it had.
fn fits(keys: &Keys, shape: &'static Shape, issues: &mut Vec<Issue>) -> bool {
    // Each key of a flattened leaf has an override of its own.
    let place = if is_shared_key(shape, keys) { keys.parent() } else { keys.clone() };
    let leaf = shape.leaves().into_iter().find(|leaf| shape.keys_of(leaf.slot) == place);
    let why = match leaf {
        None => "the override did not survive the restart, for there is no such field any more",
        Some(leaf) if leaf.readonly() => {
            "the override did not survive the restart, for the field is read-only at run time now"
        }
        Some(_) => return true,
    };
    issues.push(Issue::new(IssueKind::State, keys.clone(), why));
    false
}

impl Past {
    /// Drops the values of secrets, which were none when they were written. `layers` are those of today.
    pub(crate) fn forget(
        &mut self,
        secrets: &BTreeSet<Keys>,
        layers: &[Arc<Layer>],
        shape: &'static Shape,
        schemes: &Arc<Schemes>,
    ) {
        let veil = Veil::new(secrets.iter().cloned().collect(), schemes);
        let writer = Writer { veil: &veil, shape };
        for layer in &mut self.content.layers {
            *layer = without_secrets(layer, secrets, &veil, layers);
        }
        let mut holds = Holds::default();
        for (source, refused, used, version) in self.holds.each() {
            let open = |layer: &Arc<Layer>| without_secrets(layer, secrets, &veil, layers);
            holds.resume(source.clone(), refused.map(open), used.map(open), version);
        }
        self.holds = holds;
        self.versions = self.versions.iter().map(|version| writer.version(version).version()).collect();
        self.content.held.retain(|keys, value| match value {
            Some(value) => veil.show(keys, value).is_some_and(|shown| shown == *value),
            None => true,
        });
        self.content.pins.retain(|keys, pin| match &pin.value {
            Some(value) => veil.show(keys, value).is_some_and(|shown| shown == *value),
            None => true,
        });
    }

    fn of(mut history: HistoryForm, today: &Today<'_>) -> Self {
        let ranks = Ranks::of(&history, today);
        history.sources_mut().for_each(|source| ranks.adjust(source));
        let secrets: Vec<Keys> = history.secrets.iter().map(|path| path.keys()).collect();
        let again = |form: LayerForm| resumed(form, &secrets, today);
        let held = history.held.into_iter().map(|form| form.held());
        let content = Content {
            layers: history.layers.into_iter().map(again).collect(),
            variables: Arc::clone(today.variables),
            pins: pins_of(history.pins),
            held: held.filter_map(|(keys, held)| Some((keys, held?))).collect(),
            value: None,
        };
        let mut holds = Holds::default();
        for HoldForm { source, refused, used, version } in history.holds {
            // A source that the program has given up holds nothing.
            if today.sources.iter().any(|known| known.rank == source.rank) {
                holds.resume(source.id(), refused.map(again), used.map(again), version);
            }
        }
        Self { content, holds, versions: history.versions.into_iter().map(VersionForm::version).collect() }
    }
}

/// The layer without values of secrets, but for those of today.
fn without_secrets(
    layer: &Arc<Layer>,
    secrets: &BTreeSet<Keys>,
    veil: &Veil,
    today: &[Arc<Layer>],
) -> Arc<Layer> {
    if today.iter().any(|given| Arc::ptr_eq(given, layer)) {
        return Arc::clone(layer);
    }
    let given = today.iter().find(|given| given.source() == layer.source());
    let open = veil.show(&Keys::root(), layer.tree()).unwrap_or_else(Value::empty);
    let tree =
        secrets.iter().fold(open, |tree, keys| match given.and_then(|given| keys.find(given.tree())) {
            Some(secret) => place(&tree, keys, Some(secret)),
            None => tree,
        });
    let tree = match given {
        Some(given) => without_gaps(layer, tree, given),
        None => tree,
    };
    match given.filter(|given| *given.tree() == tree) {
        Some(given) => Arc::clone(given),
        None => Arc::new(layer.with_past(tree)),
    }
}

/// The layer as it was, with today's secrets. If the source gives the same again, it is that one, which knows its text.
fn resumed(form: LayerForm, secrets: &[Keys], today: &Today<'_>) -> Arc<Layer> {
    // A secret in plain text in the file is as good as one in a configuration file.
    let layer = form.layer().judged_by(today.rules);
    let Some(given) = today.layers.iter().find(|given| given.source() == layer.source()) else {
        return Arc::new(layer);
    };
    let tree = secrets.iter().fold(layer.tree().clone(), |tree, keys| match keys.find(given.tree()) {
        Some(secret) if !is_refused(secret, given, today.rules) => place(&tree, keys, Some(secret)),
        _ => tree,
    });
    let tree = without_gaps(&layer, tree, given);
    if tree == *given.tree() { Arc::clone(given) } else { Arc::new(layer.with_past(tree)) }
}

/// The tree with today's values in place of those with variables in a dotenv file, which are not written.
fn without_gaps(layer: &Layer, tree: Value, given: &Layer) -> Value {
    let Places::Each(places) = layer.places() else { return tree };
    let left_out = places.iter().filter(|(_, named)| !named.verbatim).map(|(keys, _)| keys);
    left_out.fold(tree, |tree, keys| match (keys.find(&tree), keys.find(given.tree())) {
        (None, Some(today)) => place(&tree, keys, Some(today)),
        _ => tree,
    })
}

/// Whether today's source must not give the secret as it does.
fn is_refused(secret: &Value, given: &Layer, rules: &SecretRules) -> bool {
    let plain =
        !matches!(secret, Value::List(_) | Value::Table(_)) && By::of(secret, &rules.schemes) == By::Value;
    plain && given.plaintext() == UnknownKeys::Deny
}

/// Where sources stand today. They are numbered in order of precedence, so a new one moves others.
struct Ranks {
    known: Vec<SourceId>,
    moved: BTreeMap<usize, usize>,
}

impl Ranks {
    fn of(history: &HistoryForm, today: &Today<'_>) -> Self {
        let mut ranks = Self { known: today.sources.clone(), moved: BTreeMap::new() };
        for layer in &history.layers {
            let source = layer.source();
            if let Some(rank) = ranks.by_name(source) {
                ranks.moved.entry(source.rank).or_insert(rank);
            }
        }
        ranks
    }

    fn by_name(&self, source: &SourceForm) -> Option<usize> {
        let mut same = self.known.iter().filter(|known| *known.name == *source.name).map(|known| known.rank);
        let stays = same.clone().any(|rank| rank == source.rank);
        if stays { Some(source.rank) } else { same.next() }
    }

    /// By its name; the files of a directory by their neighbours.
    fn adjust(&self, source: &mut SourceForm) {
        let moved = || self.moved.get(&source.rank).copied();
        if let Some(rank) = self.by_name(source).or_else(moved) {
            source.rank = rank;
        }
    }
}
