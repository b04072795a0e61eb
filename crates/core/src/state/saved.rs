//! The state that is restored after a restart, adapted to the current fields and sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use super::{
    SecretFilter, Writer,
    form::{HistoryForm, LayerForm, OverrideForm, OverridesForm, SourceForm, SuppressionForm},
};
use crate::{
    history::{Version, content::VersionContent},
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{ConfigType, is_shared_key, place_at},
    overrides::{OverrideEntry, Overrides, without_expired},
    secret::marker::SecretForm,
    secrets::registry::ProviderRegistry,
    shape::Shape,
    source::{Layer, OriginIndex, SourceId, UnknownKeys, parsed_layer::SecretPolicy},
    suppressions::Suppressions,
    value::Value,
    variables::Variables,
};

/// The ids and layers of the sources after the restart.
pub(crate) struct CurrentSetup<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) sources: Vec<SourceId>,
    pub(crate) layers: &'t [Arc<Layer>],
    pub(crate) variables: &'t Arc<Variables>,
    pub(crate) rules: &'t SecretPolicy,
}

/// The state from before the restart.
#[derive(Default)]
pub(crate) struct Saved {
    /// The last version; 0 if nothing was saved.
    pub(crate) version: u64,
    pub(crate) overrides: Overrides,
    pub(crate) history: Option<SavedHistory>,
}

/// The part that is written later than the overrides.
pub(crate) struct SavedHistory {
    /// The content of the last saved version.
    pub(crate) content: VersionContent,
    pub(crate) suppressions: Suppressions,
    /// Oldest first.
    pub(crate) versions: Vec<Version>,
}

impl Saved {
    /// Parts that no longer fit are left out and reported.
    pub(crate) fn from_forms(
        overrides: Option<OverridesForm>,
        history: Option<HistoryForm>,
        today: &CurrentSetup<'_>,
        issues: &mut Vec<Issue>,
    ) -> Self {
        let history = history.filter(|history| counts_on(history.newest(), "the history", issues));
        let history = history.map(|history| open_only(history, today.shape, overrides.is_none(), issues));
        let history = history.map(|history| SavedHistory::from_form(history, today));
        let last =
            history.iter().flat_map(|history| &history.versions).map(|version| version.record.version).max();
        let (version, mut overrides) = match overrides {
            Some(OverridesForm { version, overrides, withheld }) => {
                issues.extend(withheld.into_iter().map(secret));
                let version = if counts_on(version, "the last version", issues) { version } else { 0 };
                (version, overrides_of(overrides))
            }
            // Otherwise, the overrides in the history are used.
            None => {
                (0, history.as_ref().map(|history| history.content.overrides.clone()).unwrap_or_default())
            }
        };
        overrides = without_expired(overrides, Instant::now());
        overrides.retain(|keys, entry| {
            fits(keys, today.shape, issues) && is_open(keys, entry, today.shape, issues)
        });
        Self { version: version.max(last.unwrap_or(0)), overrides, history }
    }
}

/// No program publishes this many versions. A program that starts with such a number could soon publish no more,
/// because versions never decrease and no version follows the last number.
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

/// The history without overrides of secrets, which hotswap never writes. Reports the ones that would be in force.
fn open_only(
    mut history: HistoryForm,
    shape: &'static Shape,
    counts: bool,
    issues: &mut Vec<Issue>,
) -> HistoryForm {
    let dropped = history.drop_overrides(|keys, value| is_secret(keys, value, shape));
    issues.extend(dropped.into_iter().filter(|_| counts).map(|keys| secret_override(&keys)));
    history
}

fn is_secret(keys: &Keys, value: Option<&Value>, shape: &'static Shape) -> bool {
    shape.leaves().iter().any(|leaf| leaf.secret() && touches(keys, value, &leaf.keys))
}

/// Whether an override at `keys` overrides the secret at `secret`: it has that path, or its value contains a value at
/// that path.
pub(crate) fn touches(keys: &Keys, value: Option<&Value>, secret: &Keys) -> bool {
    if keys.starts_with(secret) {
        return true;
    }
    let below = || Keys(secret.0[keys.0.len()..].to_vec());
    let given = |value| below().find(value).is_some_and(|value| !value.is_null());
    secret.starts_with(keys) && value.is_some_and(given)
}

/// The warning for an override of a secret, which is not used.
pub(crate) fn secret_override(keys: &Keys) -> Issue {
    let message = "the override is dropped, for the value of a secret is never taken from a state file";
    let issue = Issue::new(IssueKind::State, keys.clone(), message);
    issue.with_help("set it again if it is yours; otherwise find out who wrote the state directory")
}

/// Whether no secret is overridden.
fn is_open(keys: &Keys, entry: &OverrideEntry, shape: &'static Shape, issues: &mut Vec<Issue>) -> bool {
    let below = entry.below.iter().map(|below| below.value.as_ref());
    let mut values = below.chain([entry.value.as_ref()]);
    let secret = values.any(|value| is_secret(keys, value, shape));
    issues.extend(secret.then(|| secret_override(keys)));
    !secret
}

fn overrides_of(forms: Vec<OverrideForm>) -> Overrides {
    forms.into_iter().map(|form| (form.path.keys(), form.entry())).collect()
}

const WITHHELD: &str = "it holds a secret, or text from variables that cannot be resolved again";

fn secret(path: String) -> Issue {
    let message = format!("the override of {path} did not survive the restart, for {WITHHELD}");
    Issue::new(IssueKind::State, Keys::root(), message).with_help("set it again")
}

/// Whether the path fits, because the fields of the program may have changed.
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

impl SavedHistory {
    /// Drops the values of fields that have become secret. `layers` are the current ones.
    pub(crate) fn forget(
        &mut self,
        secrets: &BTreeSet<Keys>,
        layers: &[Arc<Layer>],
        config_type: ConfigType,
        providers: &Arc<ProviderRegistry>,
    ) {
        self.add_read_secrets(config_type, secrets);
        let hidden: Vec<Keys> = secrets.iter().cloned().collect();
        let shape = config_type.shape;
        let secret_filter = SecretFilter::new(hidden.clone(), providers);
        let writer = Writer { secret_filter: &secret_filter, shape };
        for layer in &mut self.content.layers {
            *layer = without_secrets(layer, secrets, &secret_filter, layers);
        }
        let mut suppressions = Suppressions::default();
        for (source, refused, used, version) in self.suppressions.each() {
            let open = |layer: &Arc<Layer>| without_secrets(layer, secrets, &secret_filter, layers);
            suppressions.restore(source.clone(), refused.map(open), used.map(open), version);
        }
        self.suppressions = suppressions;
        self.versions =
            self.versions.iter().map(|version| writer.version(version).version(&hidden)).collect();
        self.content.deferred.retain(|keys, value| match value {
            Some(value) => secret_filter.redact(keys, value).is_some_and(|shown| shown == *value),
            None => true,
        });
        self.content.overrides.retain(|keys, entry| {
            entry.values().all(|value| secret_filter.redact(keys, value).is_some_and(|shown| shown == *value))
        });
    }

    fn from_form(mut history: HistoryForm, today: &CurrentSetup<'_>) -> Self {
        let ranks = SourceRanks::new(&history, today);
        history.sources_mut().for_each(|source| ranks.adjust(source));
        let secrets: Vec<Keys> = history.secrets.iter().map(|path| path.keys()).collect();
        let again = |form: LayerForm| resumed(form, &secrets, today);
        let deferred = history.deferred.into_iter().map(|form| form.deferred());
        let content = VersionContent {
            layers: history.layers.into_iter().map(again).collect(),
            variables: Arc::clone(today.variables),
            overrides: overrides_of(history.overrides),
            deferred: deferred.filter_map(|(keys, value)| Some((keys, value?))).collect(),
            value: None,
        };
        let mut suppressions = Suppressions::default();
        for SuppressionForm { source, refused, used, version } in history.suppressions {
            // A source that the program no longer has suppresses nothing.
            if today.sources.iter().any(|known| known.rank == source.rank) {
                suppressions.restore(source.id(), refused.map(again), used.map(again), version);
            }
        }
        Self {
            content,
            suppressions,
            versions: history.versions.into_iter().map(|form| form.version(&secrets)).collect(),
        }
    }
}

/// The layer with values of secrets replaced by the current ones.
fn without_secrets(
    layer: &Arc<Layer>,
    secrets: &BTreeSet<Keys>,
    secret_filter: &SecretFilter,
    today: &[Arc<Layer>],
) -> Arc<Layer> {
    if today.iter().any(|given| Arc::ptr_eq(given, layer)) {
        return Arc::clone(layer);
    }
    let given = today.iter().find(|given| given.source() == layer.source());
    let open = secret_filter.redact(&Keys::root(), layer.tree()).unwrap_or_else(Value::empty);
    let tree =
        secrets.iter().fold(open, |tree, keys| match given.and_then(|given| keys.find(given.tree())) {
            Some(secret) => place_at(&tree, keys, Some(secret)),
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

/// The layer as it was, with today's secrets. If the source still gives the same content, its current layer is used,
/// which knows its text.
fn resumed(form: LayerForm, secrets: &[Keys], today: &CurrentSetup<'_>) -> Arc<Layer> {
    // A secret in plain text in the state file is judged like one in a configuration file.
    let layer = form.layer().judged_by(today.rules);
    let Some(given) = today.layers.iter().find(|given| given.source() == layer.source()) else {
        return Arc::new(layer);
    };
    let tree = secrets.iter().fold(layer.tree().clone(), |tree, keys| match keys.find(given.tree()) {
        Some(secret) if !is_refused(secret, given, today.rules) => place_at(&tree, keys, Some(secret)),
        _ => tree,
    });
    let tree = without_gaps(&layer, tree, given);
    if tree == *given.tree() { Arc::clone(given) } else { Arc::new(layer.with_past(tree)) }
}

/// The tree with today's values in place of those with variables in a dotenv file, which are not written.
fn without_gaps(layer: &Layer, tree: Value, given: &Layer) -> Value {
    let OriginIndex::Each(places) = layer.places() else { return tree };
    let left_out = places.iter().filter(|(_, named)| !named.verbatim).map(|(keys, _)| keys);
    left_out.fold(tree, |tree, keys| match (keys.find(&tree), keys.find(given.tree())) {
        (None, Some(today)) => place_at(&tree, keys, Some(today)),
        _ => tree,
    })
}

/// Whether the current source must not give the secret in this form.
fn is_refused(secret: &Value, given: &Layer, rules: &SecretPolicy) -> bool {
    let plain = !matches!(secret, Value::List(_) | Value::Table(_))
        && SecretForm::new(secret, &rules.providers) == SecretForm::Value;
    plain && given.plaintext() == UnknownKeys::Deny
}

/// The current ranks of sources. They are numbered in order of precedence, so a new source shifts others.
struct SourceRanks {
    known: Vec<SourceId>,
    moved: BTreeMap<usize, usize>,
}

impl SourceRanks {
    fn new(history: &HistoryForm, today: &CurrentSetup<'_>) -> Self {
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

    /// Found by name; files of a directory by their neighbours.
    fn adjust(&self, source: &mut SourceForm) {
        let moved = || self.moved.get(&source.rank).copied();
        if let Some(rank) = self.by_name(source).or_else(moved) {
            source.rank = rank;
        }
    }
}
