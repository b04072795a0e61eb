//! Saving to files.

mod hidden;
mod holes;
mod overrides;
mod reader;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, MutexGuard, PoisonError},
};

use super::{Basis, Core, State, lock::Writing, propose::contained};
use holes::Holes;
use reader::{OtherSources, Reader};

use crate::{
    effective::{self, SecretDisplay, SecretTexts, Shared},
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    load::{self, ReferencePaths},
    overrides::Overrides,
    save::{
        Target,
        leaf::{Leaves, Made},
    },
    secrets::lookup::SecretSet,
    shape::Leaf,
    snapshot::Published,
    source::{
        Layer,
        format::{
            Format,
            edit::change::{Change, add},
        },
    },
    template::holds_display_only,
    unknown_keys::normalise,
    value::Value,
    variables::{self, Variables},
};

/// The state in force while a file is written.
struct SaveInput {
    published: Arc<Published>,
    layers: Vec<Arc<Layer>>,
    variables: Arc<Variables>,
    overrides: Overrides,
    secrets: SecretSet,
    texts: SecretTexts,
    is_held: bool,
}

/// Whether a value at `keys` contains a leaf without a hole in it.
fn has_no_hole(leaf: &Leaf, keys: &Keys, value: &Value) -> bool {
    if !leaf.keys.starts_with(keys) {
        return false;
    }
    let below = Keys(leaf.keys.0[keys.0.len()..].to_vec());
    !below.find(value).is_some_and(effective::holds_secret)
}

/// The locks of one save. Dropped in the order of the fields.
struct Saving<'c> {
    _alone: MutexGuard<'c, ()>,
    /// Held if the content of the file is suppressed: otherwise a reload between the rename and the bookkeeping would
    /// treat the write as an external change.
    state: Option<Writing<'c, State>>,
}

/// The intended content of a file.
struct Document {
    /// In order; `None` removes a leaf.
    leaves: Vec<(Keys, Option<Value>)>,
    /// Flattened leaves.
    shared: Vec<Shared>,
    /// The leaves that were not set: an existing value in the file stays.
    filled: BTreeSet<Keys>,
    remarks: Vec<String>,
    /// Whether the file is to be loaded on its own.
    whole: bool,
}

impl Document {
    /// One comment for each leaf that is not written.
    fn remarks_and(&self, made: &Made) -> Vec<String> {
        let is_new = |keys: &Keys| {
            let known = format!("{keys} is secret and not written here");
            !self.remarks.iter().any(|remark| remark.starts_with(&known))
        };
        let left_out = made.left_out.iter().filter(|(keys, _)| is_new(keys)).map(|(_, remark)| remark);
        self.remarks.iter().chain(left_out).cloned().collect()
    }
}

impl Core {
    /// Writes the effective configuration.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        contained(|| self.try_save(path))
    }

    fn try_save(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let saving = self.begin_save(path)?;
        let input = self.save_input(path);
        let (leaves, shared) = effective::for_file(&input.published, SecretDisplay::Marked(&input.texts));
        let written = |leaf: &Leaf| {
            leaves.iter().any(|(keys, value)| has_no_hole(leaf, keys, value))
                || shared.iter().any(|(slot, _, value)| *slot == leaf.slot && !effective::holds_secret(value))
        };
        let remarks = self.remarks(&input.published, |leaf| !written(leaf));
        let leaves = leaves.into_iter().map(|(keys, value)| (keys, Some(value)));
        let removed = effective::unknown_leaves(&input.published).into_iter().map(|keys| (keys, None));
        let (leaves, filled) = (leaves.chain(removed).collect(), BTreeSet::new());
        self.write_file(path, saving, &input, &Document { leaves, shared, filled, remarks, whole: true })
    }

    fn save_input(&self, path: &Path) -> SaveInput {
        let published = self.current.load_full();
        let references = self.shared_status().references.clone();
        let state = self.in_force();
        let Basis { layers, variables, overrides, suppressions, secrets } = &state.basis;
        let mut input = SaveInput {
            published,
            layers: layers.clone(),
            variables: Arc::clone(variables),
            overrides: overrides.clone(),
            secrets: secrets.clone(),
            texts: SecretTexts::default(),
            is_held: suppressions.suppresses_file(path),
        };
        drop(state);
        input.texts = self.secret_texts(&input, &references);
        input
    }

    /// The texts in the sources that give secrets.
    fn secret_texts(&self, input: &SaveInput, references: &ReferencePaths) -> SecretTexts {
        let (shape, published) = (self.config_type.shape, &input.published);
        let merged = load::merged(shape, &input.layers);
        let given = load::merge(load::below(shape, Some(&merged)), &merged);
        let variables = |name: &str| variables::find(&input.variables, name);
        let secrets = self.secret_manager.secrets(input.secrets.clone());
        SecretTexts::of_references(references, published)
            .with_sources(published, &given, &variables, &secrets)
    }

    /// Waits for other saves. The file is read after that, so no save undoes another one.
    fn begin_save(&self, path: &Path) -> Result<Saving<'_>, Error> {
        loop {
            let is_suppressed = || self.in_force().basis.suppressions.suppresses_file(path);
            let state = if is_suppressed() { Some(self.writer.enter()?) } else { None };
            let alone = self.saves.lock().unwrap_or_else(PoisonError::into_inner);
            // A rollback may have suppressed the file in the meantime.
            if state.is_some() || !is_suppressed() {
                return Ok(Saving { _alone: alone, state });
            }
        }
    }

    fn write_file(
        &self,
        path: &Path,
        mut saving: Saving<'_>,
        input: &SaveInput,
        document: &Document,
    ) -> Result<(), Error> {
        let target = Target::read(path, self.policy.max_file_size)?;
        let (made, hidden) = self.changes(path, input, document, &target)?;
        let remarks = document.remarks_and(&made);
        let (tree, mut warnings) = target.write(&made, &remarks)?;
        // JSON has no comments.
        let remarks = if target.format() == Format::Json { remarks } else { Vec::new() };
        let lost = made.left_out.iter().map(|(_, remark)| remark.clone());
        let lost: BTreeSet<_> = lost.chain(remarks).collect();
        let warning = |remark| Issue::new(IssueKind::Write, Keys::root(), remark).at(Origin::file(path));
        warnings.extend(lost.into_iter().map(warning).chain(hidden));
        if let Some(state) = &mut saving.state {
            let shared = document.shared.iter().map(|(_, keys, _)| keys);
            let saved: Vec<_> = document.leaves.iter().map(|(keys, _)| keys).chain(shared).collect();
            let own = |tree: &Value| normalise(tree, self.config_type.shape).tree;
            state.basis.suppressions.adopt_saved(path, self.config_type.shape, &own(&tree), &saved);
            self.set_in_force(state);
            // The state is saved with the next write.
            if let Some(state_writer) = &self.state_writer {
                state_writer.mark_dirty();
            }
        }
        drop(saving);
        if !warnings.is_empty() {
            self.report_warning(Error::warnings(warnings));
        }
        Ok(())
    }

    /// The changes of the file, and warnings about values that it does not give after a restart.
    fn changes(
        &self,
        path: &Path,
        input: &SaveInput,
        document: &Document,
        target: &Target<'_>,
    ) -> Result<(Made, Vec<Issue>), Error> {
        let shape = self.config_type.shape;
        let lookup = |name: &str| variables::find(&input.variables, name);
        let own = normalise(target.tree(), shape);
        let others = OtherSources::new(path, &input.layers, document.whole, &self.files);
        let (published, texts) = (&input.published, &input.texts);
        let reader = Reader::new(self.config_type, published, texts, &lookup, others, &own.tree);
        let leaves = Leaves {
            shape,
            format: target.format(),
            tree: target.tree(),
            own: &own.tree,
            renamed: &own.renamed,
            variables: &lookup,
            reading: &reader,
            whole: document.whole,
        };
        let mut made = Made::default();
        let stays =
            |keys: &Keys| !input.is_held && document.filled.contains(keys) && keys.find(&own.tree).is_some();
        let holes = Holes { published: &input.published, file: &own.tree, variables: &lookup };
        let loses_text = |keys: &Keys, value: &Option<Value>| {
            value.as_ref().is_some_and(|value| holes.lose_text(keys, value))
        };
        let wanted = document.leaves.iter().filter(|(keys, value)| !stays(keys) && !loses_text(keys, value));
        let changes = wanted.map(|(keys, value)| leaves.change(keys, value.as_ref(), &mut made));
        let mut problems: Vec<_> = changes.filter_map(Result::err).collect();
        for (slot, keys, value) in &document.shared {
            let value = holes.without_parts(keys, value);
            problems.extend(leaves.shared(*slot, keys, &value, &mut made).err());
        }
        let issue = |why| Issue::new(IssueKind::Write, Keys::root(), why).at(Origin::file(path));
        let issues: Vec<_> = problems.into_iter().map(issue).collect();
        if !issues.is_empty() {
            return Err(Error::new(issues));
        }
        self.keep_mentioned(input, document, &leaves, &mut made);
        let hidden = self.hidden_by_variables(path, input, document, &leaves, &made);
        Ok((made, hidden))
    }

    /// Keeps a table, even an empty one, for each struct that would get its serde default back without it.
    fn keep_mentioned(&self, input: &SaveInput, document: &Document, leaves: &Leaves<'_>, made: &mut Made) {
        let structs = load::with_serde_default(self.config_type.shape);
        if structs.is_empty() {
            return;
        }
        let given = load::merged(self.config_type.shape, &input.layers);
        for keys in structs {
            let own = document.leaves.iter().map(|(leaf, value)| (leaf, value.is_some()));
            let shared = document.shared.iter().map(|(_, level, value)| (level, !value.is_null()));
            let mut below = own.chain(shared).filter(|(leaf, _)| leaf.starts_with(&keys)).peekable();
            let is_touched = below.peek().is_some();
            let has_value = below.any(|(_, has_value)| has_value);
            if !has_value && (!is_touched || keys.find(&given).is_none()) {
                continue;
            }
            let path = leaves.written(&keys);
            made.hollow.retain(|hollow| *hollow != path.0);
            let after = Change::Inside(made.changes.clone()).apply(Some(leaves.tree));
            if has_value && after.is_none_or(|after| path.find(&after).is_none()) {
                add(&mut made.changes, &path.0, Change::Put(Value::empty()));
            }
        }
    }

    /// Refuses a file of the state directory, which would be damaged by the save.
    fn spare_state(&self, path: &Path) -> Result<(), Error> {
        if !self.state_writer.as_ref().is_some_and(|state_writer| state_writer.claims(path)) {
            return Ok(());
        }
        let message = "the file belongs to the state directory, and is written by hotswap alone";
        let issue = Issue::new(IssueKind::Write, Keys::root(), message).at(Origin::file(path));
        Err(issue.with_help("choose another file").into())
    }

    /// One comment for each secret that is left out, and for each value with text whose template cannot be written
    /// to a file.
    fn remarks(&self, published: &Published, wanted: impl Fn(&Leaf) -> bool) -> Vec<String> {
        let variable = |keys: &Keys| self.names.as_ref().and_then(|names| names.variable(keys));
        let remark = |leaf: Leaf| {
            let why = match published.hides(&leaf) {
                true => "is secret and not",
                false if leaf.keys.find(&published.tree).is_some_and(holds_display_only) => {
                    "holds text from variables that a file cannot name and is not"
                }
                false => return None,
            };
            let advice = variable(&leaf.keys).map(|variable| format!(": set {variable}"));
            Some(format!("{} {why} written here{}", leaf.keys, advice.unwrap_or_default()))
        };
        self.config_type.shape.leaves().into_iter().filter(wanted).filter_map(remark).collect()
    }
}
