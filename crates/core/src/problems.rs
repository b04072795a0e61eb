//! Collects every problem of one load, and knows which values may be shown.

pub(crate) mod interpolated;

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use self::interpolated::Interpolated;
use crate::{
    de::{DecodeError, Examination, Ignored, Notes},
    examinations::AskedKeys,
    issue::{Issue, IssueKind, Issues},
    keys::{Key, Keys},
    rule::{Findings, Rule},
    secret::tracking::SecretReads,
    shape::{FieldShape, Leaf, Shape},
    suggest::did_you_mean,
    unknown_keys::{SUGGESTED, unknown_key},
    value::Value,
};

/// How much of a decoding error may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Disclosure {
    Everything,
    /// The types of the value and of the field. The value is next to a secret; the error of a secret itself names no
    /// types.
    Types,
    Nothing,
}

/// The problems found so far. Origins are added later, and only if there are problems.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Issue>,
    /// The number of secret fields on the path to the current one.
    secret: usize,
    /// Leaves in which the decoder read a secret, field by field.
    secrets: BTreeSet<Keys>,
    /// The paths in these leaves at which they were read.
    reads: SecretReads,
    /// Leaves that are secret because an encrypted file gives them.
    sealed: BTreeSet<Keys>,
    /// The tree before interpolation.
    written: Option<Value>,
    /// The values after it: text of variables is not shown, literal text is.
    interpolated: Interpolated,
    /// Whether only types of existing values are checked.
    types_only: bool,
    /// The keys that flattened leaves ask for.
    asked: AskedKeys,
    /// Whether interpolation failed, so that further problems of templates are unknown.
    unresolved: bool,
}

impl Problems {
    pub(crate) fn new(written: Option<Value>, unresolved: Vec<Issue>) -> Self {
        Self { written, unresolved: !unresolved.is_empty(), found: unresolved, ..Self::default() }
    }

    /// For values for which no rule is checked.
    pub(crate) fn of_types() -> Self {
        Self { types_only: true, ..Self::default() }
    }

    /// The same, with messages about these leaves withheld.
    pub(crate) fn sealing(self, sealed: BTreeSet<Keys>) -> Self {
        Self { sealed, ..self }
    }

    /// The same, with messages that repeat a variable withheld.
    pub(crate) fn withholding(self, interpolated: Interpolated) -> Self {
        Self { interpolated, ..self }
    }

    pub(crate) fn set_asked(&mut self, asked: AskedKeys) {
        self.asked = asked;
    }

    /// The part of the table at `keys` that is left to a flattened leaf that takes every key.
    pub(crate) fn left(&self, keys: &Keys, mut table: Value) -> Value {
        if let Some(asked) = self.asked.get(keys) {
            table.entries_mut().retain(|name, _| !asked.contains(name));
        }
        table
    }

    pub(crate) fn types_only(&self) -> bool {
        self.types_only
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn extend(&mut self, issues: impl IntoIterator<Item = Issue>) {
        self.found.extend(issues);
    }

    /// Records whether the leaf at `keys` contains a secret.
    pub(crate) fn met_secret(&mut self, reads: bool, keys: &Keys) {
        if reads {
            self.secrets.insert(keys.clone());
        }
    }

    /// Records where secrets were read in the leaf at `keys`; paths are relative to the leaf.
    pub(crate) fn record_secrets(&mut self, reads: SecretReads, keys: &Keys) {
        self.reads.extend(reads.below(keys));
    }

    pub(crate) fn take_met(&mut self) -> SecretReads {
        std::mem::take(&mut self.reads)
    }

    pub(crate) fn take_secrets(&mut self) -> BTreeSet<Keys> {
        std::mem::take(&mut self.secrets)
    }

    pub(crate) fn any_secret(&self, shape: &'static Shape) -> bool {
        !self.sealed.is_empty() || shape.leaves().iter().any(Leaf::secret)
    }

    /// Whether a value is secret: by a field on the path, by the file that gave it, or because the decoder
    /// read a secret.
    fn hides(&self, keys: &Keys) -> bool {
        let reads = |secret: &Keys| keys == secret || (!secret.is_root() && keys.starts_with(secret));
        self.is_marked(keys) || self.secrets.iter().any(reads)
    }

    /// Whether a value is secret by a field on the path, or by the file that gave it.
    fn is_marked(&self, keys: &Keys) -> bool {
        self.secret > 0 || self.sealed.iter().any(|leaf| keys.starts_with(leaf))
    }

    /// Adds keys that a leaf's type ignored.
    pub(crate) fn ignored(&mut self, ignored: Vec<Ignored>, keys: &Keys) {
        let mut issues = Issues::default();
        for (place, key) in ignored.into_iter().enumerate() {
            let issue = || unknown(&key, keys, place < SUGGESTED);
            issues.push_with(issue);
        }
        self.found.extend(issues.into_vec());
    }

    /// Adds the result of an examination of the leaf at `keys`.
    pub(crate) fn examined(&mut self, found: Examination, keys: &Keys) {
        self.ignored(found.ignored, keys);
        for error in found.lost {
            self.decoding(error, keys);
        }
    }

    /// Adds the notes from reading the struct at `keys`.
    pub(crate) fn noted(&mut self, notes: Notes, keys: &Keys) {
        for error in notes.take_lost() {
            self.decoding(error, keys);
        }
        self.ignored(notes.into_ignored(), keys);
    }

    /// The text before interpolation of a value at, above or below `keys`.
    fn template(&self, keys: &Keys) -> Option<Arc<str>> {
        let mut value = self.written.as_ref()?;
        for key in &keys.0 {
            match Keys(vec![key.clone()]).find(value) {
                Some(below) => value = below,
                None => break,
            }
        }
        first_template(value)
    }

    /// Whether a value at, above or below `keys` could not be resolved, which was already reported.
    pub(crate) fn is_unresolved(&self, keys: &Keys) -> bool {
        self.unresolved && self.template(keys).is_some()
    }

    fn push(&mut self, issue: Issue, help: Option<String>, template: Option<Arc<str>>) {
        let written = template
            .filter(|_| !self.hides(issue.keys()))
            .map(|text| format!("the value is written as {text:?}"));
        self.found.push(match (help, written) {
            (Some(help), Some(written)) => issue.with_help(format!("{written}; {help}")),
            (Some(help), None) | (None, Some(help)) => issue.with_help(help),
            (None, None) => issue,
        });
    }

    pub(crate) fn into_issues(self) -> Vec<Issue> {
        self.found
    }

    /// Runs `visit` inside a field, so that its problems respect the secrecy of the field.
    pub(crate) fn within<R>(&mut self, field: &FieldShape, visit: impl FnOnce(&mut Self) -> R) -> R {
        self.secret += usize::from(field.secret);
        let result = visit(self);
        self.secret -= usize::from(field.secret);
        result
    }

    /// Runs rules on the value of a leaf; true if all hold.
    pub(crate) fn check<F>(&mut self, rules: &[&dyn Rule<F>], value: &F, keys: &Keys) -> bool {
        if rules.is_empty() || self.types_only {
            return true;
        }
        if self.is_unresolved(keys) {
            return false;
        }
        let template = self.interpolated.template(keys, keys.0.len());
        let findings = Findings::check(value, rules, self.hides(keys) || template.is_some());
        self.found_by(findings, keys, &|_| template.clone())
    }

    /// Runs the checks of a struct; true if all hold. Their messages are withheld only if they may repeat a variable.
    pub(crate) fn check_struct<S>(
        &mut self,
        checks: &[&dyn Rule<S>],
        value: &S,
        keys: &Keys,
        shape: &'static Shape,
    ) -> bool {
        if checks.is_empty() || self.types_only {
            return true;
        }
        if self.is_unresolved(keys) {
            return false;
        }
        let mut findings = Findings::check(value, checks, self.hides(keys));
        let templates: Vec<_> =
            findings.found.iter().map(|finding| self.template_of_leaf(keys, shape, &finding.keys)).collect();
        for (finding, template) in findings.found.iter_mut().zip(&templates) {
            if template.is_some() || self.interpolated.is_repeated(keys, &finding.words()) {
                finding.withhold();
            }
        }
        let before = self.found.len();
        let sound = self.found_by(findings, keys, &|place| templates.get(place).cloned().flatten());
        let leaves: OnceCell<Arc<Vec<Keys>>> = OnceCell::new();
        let all = || Arc::new(shape.leaves().iter().map(|leaf| keys.join(&leaf.keys)).collect());
        for issue in self.found[before..].iter_mut().filter(|issue| issue.keys() == keys) {
            *issue = issue.clone().about(Some(Arc::clone(leaves.get_or_init(all))));
        }
        sound
    }

    /// The template of a leaf of the struct at `keys`; a struct itself has none.
    fn template_of_leaf(&self, keys: &Keys, shape: &'static Shape, below: &Keys) -> Option<Arc<str>> {
        let place = keys.join(below);
        (!shape.is_struct(below)).then(|| self.interpolated.template(&place, place.0.len())).flatten()
    }

    /// Adds the findings of rules; true if there are none. `template` returns the template of a finding by
    /// its index.
    fn found_by(
        &mut self,
        findings: Findings,
        keys: &Keys,
        template: &dyn Fn(usize) -> Option<Arc<str>>,
    ) -> bool {
        let sound = findings.found.is_empty();
        let last = findings.found.len().saturating_sub(1);
        let secret = findings.secret;
        for (place, finding) in findings.found.into_iter().enumerate() {
            let more = if place == last { findings.more } else { 0 };
            let template = template(place);
            let is_check = finding.constraint.as_ref().is_some_and(|rule| rule.get("check").is_some());
            let issue = Issue::new(IssueKind::Rule, keys.join(&finding.keys), finding.message)
                .with_constraint(finding.constraint, !secret && !is_check && template.is_none());
            self.push(issue.and_more(more), finding.help, template);
        }
        sound
    }

    /// Adds a decoding error of the leaf at `keys`; always false, for "not sound".
    pub(crate) fn decoding(&mut self, error: DecodeError, keys: &Keys) -> bool {
        let place = keys.join(&error.keys());
        if self.is_unresolved(&place) {
            return false;
        }
        let template = self.interpolated.template(&place, keys.0.len());
        let disclosure = self.disclosure(&place, keys, template.is_some());
        self.push_decoding(&error, place, disclosure, template)
    }

    /// The same for the struct at `keys`, whose fields are valid individually.
    pub(crate) fn decoding_struct(&mut self, error: DecodeError, keys: &Keys, shape: &'static Shape) -> bool {
        let below = error.keys();
        let place = keys.join(&below);
        if self.is_unresolved(&place) {
            return false;
        }
        let template = self.template_of_leaf(keys, shape, &below);
        let is_repeated = || self.interpolated.is_repeated(keys, error.message(false));
        let disclosure = self.disclosure(&place, keys, template.is_some() || is_repeated());
        self.push_decoding(&error, place, disclosure, template)
    }

    /// How much of a decoding error at `place`, in the leaf or struct at `keys`, may be shown.
    fn disclosure(&self, place: &Keys, keys: &Keys, is_interpolated: bool) -> Disclosure {
        if self.is_marked(place) || is_interpolated {
            return Disclosure::Nothing;
        }
        // A flattened leaf is read from the path of its struct.
        match self.hides(place) || self.secrets.contains(keys) {
            true => Disclosure::Types,
            false => Disclosure::Everything,
        }
    }

    fn push_decoding(
        &mut self,
        error: &DecodeError,
        place: Keys,
        disclosure: Disclosure,
        template: Option<Arc<str>>,
    ) -> bool {
        let message = match disclosure {
            Disclosure::Types => error.type_message(),
            Disclosure::Everything | Disclosure::Nothing => error.message(disclosure == Disclosure::Nothing),
        };
        let issue = Issue::new(error.kind(), place, message);
        let help = error.help(disclosure != Disclosure::Everything);
        self.push(issue, help.map(str::to_owned), template);
        false
    }

    pub(crate) fn not_a_table(&mut self, found: &Value, keys: &Keys) -> bool {
        self.decoding(DecodeError::expected_table(found), keys)
    }
}

/// The problem of a key that a leaf's type ignored.
fn unknown(key: &Ignored, above: &Keys, suggest: bool) -> Issue {
    let name = match key.keys.0.last() {
        Some(Key::Name(name)) => name.to_string(),
        Some(Key::Index(index)) => index.to_string(),
        None => String::new(),
    };
    let known = key.known.iter().copied().chain(key.also.iter().map(String::as_str));
    let message = match &key.reason {
        Some(reason) => format!("unknown key, {reason}"),
        None => unknown_key(did_you_mean(&name, known.filter(|_| suggest))),
    };
    Issue::new(IssueKind::UnknownKey, above.join(&key.keys), message)
}

fn first_template(value: &Value) -> Option<Arc<str>> {
    match value.inside() {
        Value::Template(text) => Some(Arc::clone(text)),
        Value::List(items) => items.iter().find_map(first_template),
        Value::Table(table) => table.values().find_map(first_template),
        _ => None,
    }
}
