//! The pure pipeline: layers in, a validated configuration or every problem out.
//!
//! No file, no clock, no thread: all code that loads, checks, previews or writes calls [`load`].

mod defaults_at_fault;
mod hold;
mod interpolated;
mod merge;
mod origins;
mod overrides;
mod plan;
mod policy;
mod replaced;
mod resolve_secrets;
mod secret_reads;
mod shadowed;
mod shares;
mod sites;
mod trace;
mod unmerged;
mod withheld;

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

pub(crate) use hold::{hold, with_waiting};
pub(crate) use merge::merge;
pub(crate) use origins::placed;
pub(crate) use overrides::{put, spread, spread_table};
pub(crate) use plan::Plan;
pub(crate) use resolve_secrets::{ReferencePaths, texts};
pub(crate) use shares::SharedLeaves;
pub(crate) use trace::Trace;

pub(crate) use crate::{
    defaults::{all as all_defaults, below, default_of, unmentioned, with_serde_default},
    shape::{is_shared_key, taken_beside},
    value::place_at,
};

use crate::{
    de::{DecodeError, Ignored, Notes},
    defaults,
    describe::StructInfo,
    erased_config::{self, ErasedConfig},
    error::Error,
    examinations::AskedKeys,
    issue::{Issue, IssueKind},
    keys::{Key, Keys},
    member::Share,
    overrides::Overrides,
    panics::catch_panic,
    problems::{Problems, interpolated::Interpolated},
    resolve::interpolate,
    schema::Loadable,
    secret::{marker::SecretMarker, tracking},
    secrets::lookup::SecretLookup,
    shape::Shape,
    source::{Layer, names::Names},
    unknown_keys,
    value::Value,
};
use interpolated::interpolated;
use policy::Judge;
use resolve_secrets::SecretResolution;
use withheld::Withheld;

type Decoded = Result<Arc<dyn ErasedConfig>, DecodeError>;

/// A configuration type as values, so that everything behind the handles is compiled once.
#[derive(Clone, Copy)]
pub(crate) struct ConfigType {
    pub(crate) shape: &'static Shape,
    decode: fn(&Value, &Notes) -> Decoded,
    probe: fn(&Value, &Keys, &mut Problems) -> bool,
    /// The leaves that may contain a secret; found by tracing, and so only if there is a problem.
    guarded: fn() -> BTreeSet<Keys>,
    /// The description of the type; found by tracing, too.
    describe: fn() -> StructInfo,
    strays: fn(&Value) -> (Notes, AskedKeys),
    /// The keys that flattened leaves take from their shared tables.
    shares: fn(&Value) -> Vec<Share>,
}

impl ConfigType {
    pub(crate) fn new<T: Loadable>() -> Self {
        Self {
            shape: T::SHAPE,
            decode: |tree, notes| Ok(Arc::new(erased_config::read::<T>(tree, notes)?)),
            probe: erased_config::find_all_errors::<T>,
            guarded: || StructInfo::new::<T>().guarded(),
            describe: StructInfo::new::<T>,
            strays: erased_config::strays::<T>,
            shares: |tree| {
                let mut found = Vec::new();
                erased_config::shares::<T>(tree, 0, &Keys::root(), &mut found);
                found
            },
        }
    }

    /// Whether the leaf with this number is flattened.
    pub(crate) fn is_flattened(&self, slot: usize) -> bool {
        self.shape.is_flattened(slot)
    }

    /// Whether a key belongs to a flattened leaf, and no field has it.
    pub(crate) fn is_shared_key(&self, keys: &Keys) -> bool {
        is_shared_key(self.shape, keys)
    }

    /// The keys that each flattened leaf takes from a tree.
    pub(crate) fn shares(&self, tree: &Value) -> Vec<Share> {
        let is_any = self.shape.leaves().iter().any(|leaf| self.is_flattened(leaf.slot));
        if is_any { (self.shares)(tree) } else { Vec::new() }
    }

    /// Decodes a tree, which must not contain unknown keys from `names`.
    pub(crate) fn read_strictly(
        &self,
        tree: &Value,
        at: &Keys,
        names: &BTreeSet<Arc<str>>,
    ) -> Option<Arc<dyn ErasedConfig>> {
        let notes = Notes::default();
        let root = (self.decode)(tree, &notes).ok()?;
        let is_stray = |ignored: &Ignored| {
            let below = ignored.keys.0.get(at.0.len()..).unwrap_or_default();
            ignored.keys.starts_with(at)
                && matches!(below.first(), Some(Key::Name(name)) if names.contains(name))
        };
        (!notes.into_ignored().iter().any(is_stray)).then_some(root)
    }

    /// Decodes a tree without checking rules; `None` if it is not valid.
    pub(crate) fn read(&self, tree: &Value) -> Option<Arc<dyn ErasedConfig>> {
        (self.decode)(tree, &Notes::default()).ok()
    }
}

/// The inputs of a load.
pub(crate) struct Input<'i> {
    /// Lowest precedence first.
    pub(crate) layers: &'i [Arc<Layer>],
    pub(crate) overrides: &'i Overrides,
    /// The names of variables, for advice; `None` for a write of the program, where no source is to blame.
    pub(crate) names: Option<&'i Names>,
    /// Looks a variable up for `${..}`.
    pub(crate) variables: &'i dyn Fn(&str) -> Option<String>,
    /// The problems of sources without a layer; other problems are reported together with them.
    pub(crate) unread: Vec<Issue>,
    /// The secrets behind references.
    pub(crate) secrets: &'i SecretLookup,
}

impl Input<'_> {
    /// Whether the load is for values that the running program sets.
    fn is_write(&self) -> bool {
        self.names.is_none()
    }
}

/// The result of a load.
pub(crate) struct Loaded {
    pub(crate) root: Arc<dyn ErasedConfig>,
    /// The tree from which the configuration was decoded: merged and resolved, with defaults and overrides.
    pub(crate) tree: Value,
    /// Leaves that contain a secret but are not marked.
    pub(crate) secrets: BTreeSet<Keys>,
    /// The leaves among them that are secret because an encrypted file gives them.
    pub(crate) sealed: BTreeSet<Keys>,
    /// The references of fetched secrets.
    pub(crate) references: ReferencePaths,
    pub(crate) warnings: Vec<Issue>,
}

/// The merged layers, without defaults.
pub(crate) fn merged(shape: &'static Shape, layers: &[Arc<Layer>]) -> Value {
    let plan = Plan::new(shape);
    layers.iter().fold(Value::empty(), |below, layer| match &plan {
        Some(plan) => plan.merge(below, layer.tree()),
        None => merge(below, layer.tree()),
    })
}

/// Merges, resolves, decodes and validates. A panic of the program's code is an error like any other.
pub(crate) fn load(config_type: ConfigType, input: &Input<'_>) -> Result<Loaded, Error> {
    catch_panic(|| run(config_type, input)).unwrap_or_else(|| Err(panicked()))
}

fn panicked() -> Error {
    let help = "look for a panic in a `Deserialize` or a `Default`";
    Issue::new(IssueKind::Setup, Keys::root(), "code of the program panicked during the load")
        .with_help(help)
        .into()
}

fn run(config_type: ConfigType, input: &Input<'_>) -> Result<Loaded, Error> {
    let merged = merged(config_type.shape, input.layers);
    let defaults = below(config_type.shape, Some(&merged));
    let complete = merge(defaults.clone(), &merged);
    let templates =
        input.layers.iter().any(|layer| layer.has_templates()) || defaults::hold_template(config_type.shape);
    let source = |keys: &Keys, text: &str| source_of(input.layers, keys, text);
    let guarded = OnceCell::new();
    let is_open = |keys: &Keys| is_open(config_type, keys, guarded.get_or_init(config_type.guarded));
    let resolve = || interpolate::resolve_shown(&complete, input.variables, &source, &is_open);
    let (resolved, unresolved) = match templates.then(resolve) {
        Some(Ok(resolved)) => (resolved, Vec::new()),
        Some(Err(issues)) => (complete.clone(), issues),
        None => (complete.clone(), Vec::new()),
    };
    let (overrides, unresolved_overrides) = overrides::resolved(input.overrides, input.variables);
    let mut references = SecretResolution::new(input.secrets, config_type.shape, input.overrides);
    let mut tree = overrides::entry(references.resolve_declared(resolved), config_type, &merged, &overrides);
    defaults::fill_nullable(config_type.shape, &mut tree);
    mark_secrets(&mut tree, config_type.shape, &BTreeSet::new());
    if input.layers.iter().any(|layer| layer.has_unknown()) {
        tree = unknown_keys::without_unknown(tree, config_type.shape);
    }
    let mut notes = Notes::default();
    let (mut decoded, mut reads) = tracking::places(|| (config_type.decode)(&tree, &notes));
    let survey = secret_reads::SecretReadSurvey::new(config_type);
    while let Some(next) = references.resolve_discovered(&tree, &reads, decoded.is_ok(), &survey) {
        (tree, notes) = (next, Notes::default());
        let (again, more) = tracking::places(|| (config_type.decode)(&tree, &notes));
        decoded = again;
        reads.extend(more);
    }
    if let Some(root) = decoded.as_mut().ok().and_then(Arc::get_mut) {
        let is_set = |keys: &Keys| input.overrides.get(keys).is_some_and(|entry| entry.value.is_some());
        root.fill_skipped(&merged, &is_set);
    }
    let mut secrets = tracking::leaves(config_type.shape, &reads);

    let sealed: BTreeSet<Keys> =
        input.layers.iter().flat_map(|layer| layer.sealed_leaves(config_type.shape)).collect();
    let unresolved =
        unresolved.into_iter().chain(unresolved_overrides).chain(references.take_issues()).collect();
    let written = (templates || references.any_failed()).then(|| references.mark(complete));
    // An override may keep a template that no layer has any more.
    let templates = templates || input.layers.iter().any(|layer| layer.has_display_only());
    let interpolated = match templates || !overrides.is_empty() {
        true => interpolated(&tree, input.variables),
        false => Interpolated::default(),
    };
    let mut problems = Problems::new(written, unresolved).sealing(sealed.clone()).withholding(interpolated);
    match &decoded {
        Ok(root) => root.validate(&mut problems),
        Err(error) => examine(config_type, &tree, error, &mut problems),
    }
    problems.noted(notes, &Keys::root());

    secrets.extend(problems.take_secrets().into_iter().chain(sealed.iter().cloned()));
    let variables = interpolate::Known::new(input.variables);
    let judge = Judge { config_type, input, defaults: &defaults, merged: &merged, variables };
    let verdict = judge.run(decoded.is_ok().then_some(&reads), &tree);
    let found = problems.into_issues().into_iter().map(|issue| references.attribute_to_reference(issue));
    let mut found = defaults_at_fault::attribute_to_defaults(config_type, found.collect(), &tree, &defaults);
    policy::without_repeated(config_type.shape, &mut found, &verdict.refused);
    let found = unmerged::advise(config_type, found, input, &tree, &defaults);
    let found: Vec<_> = found.into_iter().chain(verdict.refused).collect();
    let hidden = hidden_in(config_type, &found, &secrets);
    let found = with_values(config_type, found, &tree, &hidden);
    let (mut issues, mut warnings) = origins::locate_issues(found, config_type.shape, input, &hidden);
    warnings.extend(verdict.warnings);
    policy::without_credentials_of(&secrets, &mut issues);
    policy::without_credentials_of(&secrets, &mut warnings);
    match decoded {
        Ok(root) if issues.is_empty() => {
            let shadowed = |layer: &Layer| {
                layer
                    .shadowed_type_errors(|| {
                        shadowed::shadowed_type_errors(config_type, layer, &tree, &secrets, input.secrets)
                    })
                    .to_vec()
            };
            warnings.extend(input.layers.iter().flat_map(|layer| shadowed(layer)));
            let kept = references.take_warnings();
            if !kept.is_empty() {
                warnings.extend(placed(kept, config_type, input, &secrets));
            }
            Withheld::new(config_type, &tree, &secrets).apply(&mut warnings);
            mark_secrets(&mut tree, config_type.shape, &secrets);
            Ok(Loaded { root, tree, secrets, sealed, references: references.into_places(), warnings })
        }
        decoded => {
            let mut issues = refusal_issues(issues, warnings, decoded.err());
            Withheld::new(config_type, &tree, &secrets).apply(&mut issues);
            Err(Error::new(issues))
        }
    }
}

/// The problems of a load that is refused. A type may refuse an unknown key for which the policy is only a
/// warning.
fn refusal_issues(issues: Vec<Issue>, warnings: Vec<Issue>, error: Option<DecodeError>) -> Vec<Issue> {
    let Some(error) = error.filter(|_| issues.is_empty()) else { return issues };
    let unknown: Vec<_> =
        warnings.into_iter().filter(|warning| warning.kind() == IssueKind::UnknownKey).collect();
    match unknown.is_empty() {
        true => vec![Issue::new(IssueKind::WrongType, error.keys(), error.message(true))],
        false => unknown,
    }
}

/// Whether a path is in a leaf that is known to contain no secret.
fn is_open(config_type: ConfigType, keys: &Keys, guarded: &BTreeSet<Keys>) -> bool {
    let leaves = config_type.shape.leaves();
    let leaf = leaves.iter().find(|leaf| !leaf.field().flatten && keys.starts_with(&leaf.keys));
    leaf.is_some_and(|leaf| !leaf.secret() && !guarded.contains(&leaf.keys))
}

/// The layer that gives the template at a path; joined lists and defaults of fields have none.
fn source_of(layers: &[Arc<Layer>], keys: &Keys, text: &str) -> usize {
    let gives = |layer: &Arc<Layer>| {
        keys.find(layer.tree())
            .is_some_and(|value| matches!(value.inside(), Value::Template(own) if **own == *text))
    };
    layers.iter().rposition(gives).unwrap_or(layers.len())
}

/// Adds the values that rules refused, where they may be shown. A flattened leaf has the path of its struct, and no
/// value of its own there.
pub(crate) fn with_values(
    config_type: ConfigType,
    found: Vec<Issue>,
    tree: &Value,
    hidden: &BTreeSet<Keys>,
) -> Vec<Issue> {
    let shows = |issue: &Issue| {
        !config_type.shape.is_struct(issue.keys())
            && !hidden.iter().any(|leaf| leaf.is_related_to(issue.keys()))
    };
    found.into_iter().map(|issue| if shows(&issue) { issue.with_value_in(tree) } else { issue }).collect()
}

/// The leaves whose text reports do not show: those that contain a secret, and those that may.
pub(crate) fn hidden_in(
    config_type: ConfigType,
    found: &[Issue],
    secrets: &BTreeSet<Keys>,
) -> BTreeSet<Keys> {
    // An unknown key shows only the key and no value.
    let shows = found.iter().any(|issue| issue.kind() != IssueKind::UnknownKey);
    let guarded = if shows { (config_type.guarded)() } else { BTreeSet::new() };
    secrets.iter().cloned().chain(guarded).collect()
}

/// The leaves in which their types read a secret, in a tree that was encoded from a value and not loaded.
pub(crate) fn secrets_in(config_type: ConfigType, tree: &Value) -> BTreeSet<Keys> {
    let mut problems = Problems::of_types();
    tracking::reads_any(|| (config_type.probe)(tree, &Keys::root(), &mut problems));
    problems.take_secrets()
}

/// Whether the type of a leaf reads a secret from the tree, or does not read its value.
pub(crate) fn may_hold_secret(config_type: ConfigType, tree: &Value, leaf: &Keys) -> bool {
    let find = || {
        let mut problems = Problems::of_types();
        tracking::reads_any(|| (config_type.probe)(tree, &Keys::root(), &mut problems));
        let is_read = problems.take_secrets().contains(leaf);
        is_read || problems.into_issues().iter().any(|issue| issue.keys().is_related_to(leaf))
    };
    catch_panic(find).unwrap_or(true)
}

/// Marks the secrets of a tree that has no templates and no references any more.
pub(crate) fn mark_secrets(tree: &mut Value, shape: &'static Shape, hidden: &BTreeSet<Keys>) {
    SecretMarker { shape, hidden, providers: None }.mark(tree);
}

/// Finds every problem, leaf by leaf; serde's error is reported if no leaf explains it.
fn examine(config_type: ConfigType, tree: &Value, error: &DecodeError, problems: &mut Problems) {
    let before = problems.len();
    let (strays, asked) = (config_type.strays)(tree);
    problems.set_asked(asked);
    (config_type.probe)(tree, &Keys::root(), problems);
    problems.noted(strays, &Keys::root());
    if problems.len() == before && !problems.is_unresolved(&error.keys()) {
        let message =
            error.message(problems.any_secret(config_type.shape) || !(config_type.guarded)().is_empty());
        problems.extend([Issue::new(IssueKind::WrongType, error.keys(), message)]);
    }
}
