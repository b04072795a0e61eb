//! Patches at run time: the touched values are overridden leaf by leaf, or all problems are reported.

use std::ops::Range;

use super::{
    Core, Request,
    propose::{Proposal, contained},
    write,
};
use crate::{
    de::DecodeError,
    effective,
    erased_config::ErasedConfig,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, ConfigType},
    overrides::{Overrides, with_write},
    patch::{
        OverridableField, OverridableFields, Patch, PatchInput, PatchOutput, Touched, Traced, restored,
        secret_paths, with_integers, without_duplicates,
    },
    problems::Problems,
    secret::MASK,
    shape::{Leaf, Shape},
    snapshot::Published,
    template::{self, Templates},
    unknown_keys,
    value::Value,
};

impl Core {
    /// Patches the leaves with the numbers `slots`, the first of which is the number of their struct.
    ///
    /// # Errors
    /// Every problem of the patch, or of the configuration that it would give.
    pub(crate) fn patch(&self, slots: &Range<usize>, request: &Request, patch: &Patch) -> Result<u64, Error> {
        let work = || contained(|| self.try_patch(slots, request, patch));
        self.attempt(&request.cause, request.options.as_ref(), work)
    }

    fn try_patch(&self, slots: &Range<usize>, request: &Request, patch: &Patch) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let current = self.current.load_full();
        request.check_preconditions(self, &state, slots.start)?;
        let fields = OverridableFields::of_version(&current, slots);
        let given = load::merged(self.config_type.shape, &state.basis.layers);
        let absent = load::unmentioned(self.config_type.shape, &given);
        let base = self.config_type.shape.keys_of(slots.start);
        let patched = PatchRun::new(self.config_type, &current, &fields, absent, base, patch)?;
        let (values, mut issues) = patched.values();
        let is_permitted = patched.outcome.refused.is_empty();
        if values.is_empty() && issues.is_empty() && is_permitted {
            return Ok(current.version);
        }
        let mut copy = current.root.copy();
        let decoding = patched.assign(&mut *copy, &values).into_iter();
        let typed = |field: &OverridableField, value| match copy.encode(field.slot) {
            Ok(typed) => without_duplicates(with_integers(value, &typed), &typed),
            Err(_) => value,
        };
        if self.has_sources() {
            // The load decodes again and finds the other problems, but does not report keys that a leaf ignores.
            let of_no_load = |issue: &Issue| matches!(issue.kind(), IssueKind::UnknownKey | IssueKind::Write);
            issues.extend(decoding.filter(of_no_load));
            let templates = Templates::of(&*current.root, &current.tree);
            let mut kept = |field: &OverridableField, Written { plain, traced }: Written| {
                let (plain, traced) = (typed(field, plain), typed(field, traced));
                templates.kept(&*copy, field.slot, &plain, traced).map_err(|issue| issues.push(*issue)).ok()
            };
            let expected: Vec<usize> = values
                .iter()
                .filter(|(field, value)| value.is_some() && !field.flatten)
                .map(|(field, _)| field.slot)
                .collect();
            let edits = values.into_iter().flat_map(|(field, value)| {
                let value = value.and_then(|value| kept(field, value));
                let places = match value {
                    Some(value) if field.flatten => {
                        let is_touched = |keys: &Keys| patched.touches(keys);
                        let before = &patched.before;
                        load::spread_table(self.config_type, before, &field.keys, &value, &is_touched)
                    }
                    value => vec![(field.keys.clone(), value)],
                };
                places.into_iter().map(|(keys, value)| (keys, request.entry(value)))
            });
            let overrides = with_write(state.basis.overrides.clone(), edits.collect());
            if issues.is_empty() && is_permitted {
                let secrets = self.secret_manager.secrets(state.basis.secrets.clone());
                let basis = state.basis.with_overrides(overrides);
                let proposal = Proposal::of_layers(basis, &secrets, request).expecting(&*copy, &expected);
                return self
                    .propose(state, proposal)
                    .map_err(|error| patched.attribute_to_operations(&error));
            }
            issues.extend(self.problems(&state, &overrides));
            return Err(patched.attribute_to_operations(&Error::new(issues)));
        }
        let touched = values.iter().map(|(field, _)| (field.keys.clone(), request.entry(None))).collect();
        let is_of_value = |issue: &Issue| matches!(issue.kind(), IssueKind::WrongType | IssueKind::Rule);
        let (wrong, others): (Vec<_>, Vec<_>) = decoding.partition(is_of_value);
        issues.extend(write::placed(wrong, &touched).issues().cloned());
        issues.extend(others);
        let written = |field: &OverridableField| request.entry(copy.encode(field.slot).ok());
        let edits: Overrides = values.iter().map(|(field, _)| (field.keys.clone(), written(field))).collect();
        if !(issues.is_empty() && is_permitted) {
            let error = self.with_other_problems(&state, &current, copy, edits, issues);
            return Err(patched.attribute_to_operations(&error));
        }
        self.write(state, &current, copy, edits, request)
    }
}

/// A patch that was applied to the effective document.
struct PatchRun<'p> {
    config_type: ConfigType,
    current: &'p Published,
    shape: &'static Shape,
    /// The structs that have their serde default because no layer mentions them.
    absent: Vec<Keys>,
    fields: &'p OverridableFields,
    outcome: PatchOutput,
    before: Value,
    after: Value,
    /// The same with the templates of interpolated text, also where operations copied it.
    given: Value,
    /// The problems with keys of the document.
    strays: Vec<Issue>,
}

/// The new values of leaves; `None` means "as if no layer gave it".
type Values<'p> = Vec<(&'p OverridableField, Option<Written>)>;

/// The new value of a leaf.
#[derive(Clone)]
struct Written {
    /// The value in the patched document.
    plain: Value,
    /// The same with the templates of interpolated text.
    traced: Value,
}

impl Written {
    /// The value for the type of the leaf: a number of the document may be text in the template.
    fn for_type(&self, field: &OverridableField, root: &dyn ErasedConfig) -> &Value {
        let fits = |value: &Value| template::fits(root, field.slot, value);
        if self.traced == self.plain || fits(&self.plain) || !fits(&self.traced) {
            &self.plain
        } else {
            &self.traced
        }
    }
}

impl From<Value> for Written {
    fn from(plain: Value) -> Self {
        Self { traced: plain.clone(), plain }
    }
}

impl<'p> PatchRun<'p> {
    fn new(
        config_type: ConfigType,
        current: &'p Published,
        fields: &'p OverridableFields,
        absent: Vec<Keys>,
        base: Keys,
        patch: &Patch,
    ) -> Result<Self, Error> {
        let shape = current.root.shape();
        let before = effective::values(current);
        let old = base.find(&before).cloned().unwrap_or_else(Value::empty);
        let templates = effective::traced(current);
        let mut traced = Traced::default();
        let marked = base.find(&templates).and_then(|templates| traced.mark(templates, &old));
        let input = PatchInput { fields, base: base.clone(), document: old.to_json(), marked };
        let outcome = patch.apply(input).map_err(Error::new)?;
        let new = restored(outcome.document.clone().into(), Some(&old));
        let with_templates = traced.restored(new.clone(), outcome.marked.as_ref());
        let given =
            unknown_keys::normalise(&load::place_at(&templates, &base, Some(&with_templates)), shape).tree;
        let after = load::place_at(&before, &base, Some(&new));
        let normal = unknown_keys::normalise(&after, shape);
        let strays: Vec<_> = normal.unknown_keys(|issue, _| issue).collect();
        let twice = normal.twice.into_iter().map(|twice| {
            let message = format!("given twice, as `{}` too", twice.other);
            Issue::new(IssueKind::Write, twice.keys, message)
        });
        let strays = strays.into_iter().chain(twice).collect();
        Ok(Self {
            config_type,
            current,
            shape,
            absent,
            fields,
            outcome,
            before,
            after: normal.tree,
            given,
            strays,
        })
    }

    /// Whether the patch names this path, or one above or below it.
    fn touches(&self, keys: &Keys) -> bool {
        self.outcome.paths.iter().any(|path| path.starts_with(keys) || keys.starts_with(path))
    }

    /// The new values of the touched leaves, and the problems of leaves that must not be written.
    fn values(&self) -> (Values<'p>, Vec<Issue>) {
        let (mut values, mut issues) = (Values::new(), self.strays.clone());
        for (slot, touch) in &self.outcome.touched {
            let Some(field) = self.fields.get(*slot) else { continue };
            match self.value(field, touch) {
                Ok(Some(value)) => values.push((field, value)),
                Ok(None) => {}
                Err(issue) if issues.contains(&issue) => {}
                Err(issue) => issues.push(*issue),
            }
        }
        (values, issues)
    }

    /// The new value of one touched leaf; `None` if it is unchanged after all.
    fn value(
        &self,
        field: &OverridableField,
        touch: &Touched,
    ) -> Result<Option<Option<Written>>, Box<Issue>> {
        self.tables_above(field)?;
        let (before, value) = (field.value(self.shape, &self.before), field.value(self.shape, &self.after));
        for leaf in field.readonly() {
            let whole = leaf.keys == field.keys && before != value;
            if whole || leaf.keys.find(&self.before) != leaf.keys.find(&self.after) {
                return Err(Box::new(write::written_by_sources_only(leaf.keys.clone())));
            }
        }
        let untouched = field.leaves.iter().all(Leaf::readonly);
        if untouched || (field.is_secret() && !touch.removed && value.as_ref().is_none_or(is_mask)) {
            return Ok(None);
        }
        if field.is_secret() && value.is_some() {
            return Err(Box::new(secret(field.keys.clone())));
        }
        match value.zip(field.value(self.shape, &self.given)) {
            Some((plain, traced)) => {
                let (plain, traced) = (self.complete(field, plain)?, self.complete(field, traced)?);
                Ok(Some(Some(Written { plain, traced })))
            }
            None => Ok(Some(self.fallback(field, touch)?.map(Written::from))),
        }
    }

    /// The new value of a leaf that has no value after the patch; `None` means "as if no layer gave it".
    ///
    /// In a struct that has its serde default, this would be the value of the default until a file mentions the
    /// struct. A removed leaf keeps that value, and a leaf that is missing in a new value of the struct gets the value
    /// that it would have after a file with that value.
    fn fallback(&self, field: &OverridableField, touch: &Touched) -> Result<Option<Value>, Box<Issue>> {
        let Some(whole) = self.absent.iter().find(|whole| field.keys.starts_with(whole)) else {
            return Ok(None);
        };
        if field.is_secret() {
            return Ok(None);
        }
        if touch.removed || whole.find(&self.after).is_none() {
            return Ok(load::default_of(self.shape, &field.keys, Some(&Value::empty())));
        }
        let whole_value = whole.find(&self.after).cloned().unwrap_or_else(Value::empty);
        let given = load::place_at(&Value::empty(), whole, Some(&whole_value));
        if let Some(default) = load::default_of(self.shape, &field.keys, Some(&given)) {
            return Ok(Some(default));
        }
        match self.read_without(field, &given) {
            Some(value) => Ok(Some(value)),
            None => {
                let issue = Issue::new(IssueKind::Missing, field.keys.clone(), "missing value");
                Err(Box::new(issue.with_help(format!("give `{}` in the new value too", field.keys))))
            }
        }
    }

    /// The serde default of a missing leaf that has no default of its own.
    fn serde_default(&self, field: &OverridableField) -> Option<Value> {
        let has_default = self.shape.trail(field.slot).last().is_some_and(|field| field.serde_default);
        has_default.then(|| self.read_without(field, &Value::empty())).flatten()
    }

    /// The value that the type of the struct has for a leaf that is missing.
    fn read_without(&self, field: &OverridableField, given: &Value) -> Option<Value> {
        let tree = load::merge(self.current.tree.clone(), given);
        // Secrets are masked in the document.
        let secrets = self.shape.leaves().into_iter().filter(|leaf| self.current.hides(leaf));
        let tree = secrets.fold(tree, |tree, leaf| match leaf.keys.find(&self.current.tree) {
            Some(secret) => load::place_at(&tree, &leaf.keys, Some(secret)),
            None => tree,
        });
        let tree = load::place_at(&tree, &field.keys, None);
        self.config_type.read(&tree)?.encode(field.slot).ok()
    }

    /// All values above a leaf must be tables.
    fn tables_above(&self, field: &OverridableField) -> Result<(), Box<Issue>> {
        for depth in 0..field.keys.0.len() {
            let keys = Keys(field.keys.0[..depth].to_vec());
            if let Some(found) = keys.find(&self.after).filter(|found| found.as_table().is_none()) {
                let error = DecodeError::expected_table(found);
                return Err(Box::new(Issue::new(IssueKind::WrongType, keys, error.message(false))));
            }
        }
        Ok(())
    }

    /// Adds the secrets inside the value, and the defaults of the struct inside an option.
    fn complete(&self, field: &OverridableField, mut value: Value) -> Result<Value, Box<Issue>> {
        if value.as_table().is_none() {
            return Ok(value);
        }
        let kept = if field.secrets.is_empty() { None } else { self.current.root.encode(field.slot).ok() };
        for keys in &field.secrets {
            let below = Keys(keys.0[field.keys.0.len()..].to_vec());
            let parent = Keys(below.0[..below.0.len().saturating_sub(1)].to_vec());
            let kept = kept.as_ref().and_then(|kept| below.find(kept));
            match below.find(&value) {
                Some(given) if !is_mask(given) => return Err(Box::new(secret(keys.clone()))),
                Some(_) => value = load::place_at(&value, &below, kept),
                // A patch can replace a struct without knowing its secrets.
                None if field.inner.is_some() && kept.is_some() && parent.find(&value).is_some() => {
                    value = load::place_at(&value, &below, kept);
                }
                None => {}
            }
        }
        match field.inner {
            Some(inner) => Ok(load::merge(load::below(inner, Some(&value)), &value)),
            None => Ok(value),
        }
    }

    /// Decodes the new values of the leaves, to find keys that their types ignore and that the patch added.
    fn assign(&self, copy: &mut dyn ErasedConfig, values: &Values<'_>) -> Vec<Issue> {
        let mut problems = Problems::default();
        for (field, value) in values {
            let default = || match field.flatten {
                true => Some(Value::empty()),
                false => {
                    load::default_of(self.shape, &field.keys, None).or_else(|| self.serde_default(field))
                }
            };
            let value = value.as_ref().map(|value| value.for_type(field, &*copy).clone()).or_else(default);
            copy.assign(field.slot, value.as_ref(), &mut problems);
            problems.extend(self.new_secrets(field, copy));
        }
        let brought = |issue: &Issue| {
            issue.kind() != IssueKind::UnknownKey || issue.keys().find(&self.before).is_none()
        };
        let known = |issue: &Issue| self.strays.iter().any(|stray| stray.keys() == issue.keys());
        problems.into_issues().into_iter().filter(|issue| brought(issue) && !known(issue)).collect()
    }

    /// Secrets that the patch would add: a type may contain a secret even if the field is not marked.
    fn new_secrets(&self, field: &OverridableField, copy: &dyn ErasedConfig) -> Vec<Issue> {
        let (before, Ok(now)) = (self.current.root.encode(field.slot).ok(), copy.encode(field.slot)) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        secret_paths(&now, &Keys::root(), &mut places);
        let brought =
            |below: &Keys| before.as_ref().and_then(|before| below.find(before)) != below.find(&now);
        places.retain(brought);
        places.iter().map(|below| secret(field.keys.join(below))).collect()
    }

    /// The problems of the patch itself, and the others with the operation at fault.
    fn attribute_to_operations(&self, error: &Error) -> Error {
        let others = error.issues().map(|issue| self.blame_one(issue.clone()));
        Error::new(self.outcome.refused.iter().cloned().chain(others).collect())
    }

    fn blame_one(&self, issue: Issue) -> Issue {
        if issue.keys().is_root() {
            return issue;
        }
        let related = |field: &OverridableField| {
            issue.keys().starts_with(&field.keys) || field.keys.starts_with(issue.keys())
        };
        let touched = self.outcome.touched.iter();
        let mut at_fault = touched.filter(|(slot, _)| self.fields.get(**slot).is_some_and(related));
        let beside = || {
            let parent = Keys(issue.keys().0[..issue.keys().0.len().saturating_sub(1)].to_vec());
            let mut touched = self.outcome.touched.iter();
            touched.find(|(slot, _)| {
                self.fields.get(**slot).is_some_and(|field| field.keys.starts_with(&parent))
            })
        };
        match at_fault.next().or_else(beside) {
            Some((_, touch)) => touch.attribute_to_patch(issue),
            None => issue,
        }
    }
}

fn is_mask(value: &Value) -> bool {
    matches!(value, Value::Text(text) if **text == *MASK)
}

fn secret(keys: Keys) -> Issue {
    Issue::new(IssueKind::Write, keys, "a patch neither reads nor writes a secret")
        .with_help("set it by the field's own setter")
}
