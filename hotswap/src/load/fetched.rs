//! Puts secrets in the place of the references to them.

use std::collections::BTreeMap;

use super::{pin::taken_beside, place, policy::forbidden};
use crate::{
    issue::{Issue, IssueKind},
    keys::Keys,
    pins::Pins,
    secret::notice::{Met, digest},
    secrets::{
        FetchError,
        known::{Found, Secrets},
        reference::{Reference, scheme},
        schemes::absent,
    },
    shape::{Leaf, Shape},
    value::{Dialect, Untyped, Value},
};

/// References by the places where they stand.
pub(crate) type Places = BTreeMap<Keys, String>;

/// The references of one load.
pub(super) struct References<'i> {
    secrets: &'i Secrets,
    shape: &'static Shape,
    pins: &'i Pins,
    /// Where a secret was put, and which.
    put: Vec<(Keys, Reference)>,
    /// What cannot be had.
    failed: Vec<(Keys, Value)>,
    issues: Vec<Issue>,
    warnings: Vec<Issue>,
}

impl<'i> References<'i> {
    pub(super) fn new(secrets: &'i Secrets, shape: &'static Shape, pins: &'i Pins) -> Self {
        let (put, failed, issues, warnings) = Default::default();
        Self { secrets, shape, pins, put, failed, issues, warnings }
    }

    /// Those in fields that are known to be secret.
    pub(super) fn marked(&mut self, tree: Value) -> Value {
        let leaves: Vec<_> = self.shape.leaves().into_iter().filter(Leaf::secret).collect();
        leaves.iter().fold(tree, |tree, leaf| {
            let texts = texts_of(self.shape, leaf, &tree);
            let known = |(keys, text): (Keys, &str)| {
                self.known_in(leaf, text).map(|found| (keys, text.to_owned(), found))
            };
            let found: Vec<_> = texts.into_iter().filter_map(known).collect();
            self.put_all(tree, found, self.is_pinned(leaf))
        })
    }

    /// Those where only the decoder met a secret, now that it did; `None` if there are no more. Where serde buffered the
    /// value, only a text that was `read` as a secret is one; if the type was not read to its end, any text may be.
    pub(super) fn met(&mut self, tree: &Value, met: &Met, read: bool) -> Option<Value> {
        if met.is_empty() {
            return None;
        }
        let leaves: Vec<_> = self.shape.leaves().into_iter().filter(|leaf| !leaf.secret()).collect();
        let is_new = |keys: &Keys| {
            self.put.iter().all(|(put, _)| put != keys)
                && self.failed.iter().all(|(failed, _)| failed != keys)
        };
        let of_program =
            |keys: &Keys| leaves.iter().any(|leaf| keys.starts_with(&leaf.keys) && !self.is_pinned(leaf));
        let mut found = Vec::new();
        let is_secret = |place: &Keys, text: &str| {
            !read || met.exact.contains(place) || met.read.contains(&digest(&Value::text(text)).unwrap_or(0))
        };
        for place in met.places().filter(|place| of_program(place)) {
            let mut texts = place.find(tree).map(|value| texts(value, place)).unwrap_or_default();
            texts.retain(|(_, text)| is_secret(place, text));
            found.extend(texts.into_iter().filter(|(keys, _)| is_new(keys)).filter_map(|(keys, text)| {
                let reference = self.secrets.reference(text)?;
                Some((keys, text.to_owned(), Ok(reference)))
            }));
        }
        (!found.is_empty()).then(|| self.put_all(tree.clone(), found, false))
    }

    /// A value set at run time counts instead.
    fn is_pinned(&self, leaf: &Leaf) -> bool {
        self.pins.contains_key(&self.shape.keys_of(leaf.slot))
    }

    /// Whether the policy lets a reference be followed. If not, no store is asked.
    fn is_allowed(&self, reference: &Reference) -> bool {
        self.secrets.is_lenient() || self.secrets.allowed().contains(self.secrets.source(reference))
    }

    /// A text of the program with a scheme that nobody knows is a mistake; one of a source may be a password.
    fn known_in(&self, leaf: &Leaf, text: &str) -> Option<Result<Reference, FetchError>> {
        if let Some(reference) = self.secrets.reference(text) {
            return Some(Ok(reference));
        }
        let wanted = scheme(leaf.field().reference?)?;
        (scheme(text) == Some(wanted)).then(|| Err(absent(wanted)))
    }

    fn put_all(
        &mut self,
        tree: Value,
        found: Vec<(Keys, String, Result<Reference, FetchError>)>,
        pinned: bool,
    ) -> Value {
        found.into_iter().fold(tree, |tree, (keys, text, reference)| {
            if reference.as_ref().is_ok_and(|reference| !self.is_allowed(reference)) {
                // What is hidden by a value set at run time is the policy's to judge.
                if pinned {
                    return tree;
                }
                self.issues.push(forbidden(&keys, self.secrets.allowed()));
                self.failed.push((keys, Value::Template(text.into())));
                return tree;
            }
            let found = reference.map(|reference| (self.secrets.find(&reference), reference));
            match found {
                // Nothing of it shows, but it has to be known by the time when it does.
                Ok((Found::Value(_) | Found::Failed(_), _)) | Err(_) if pinned => return tree,
                Ok((Found::Value(value), reference)) => {
                    let tree = place(&tree, &keys, Some(&text_first(&value)));
                    self.warn(&keys, &reference);
                    self.put.push((keys, reference));
                    return tree;
                }
                Ok((Found::Failed(error), reference)) => self.refuse(&keys, &reference.to_string(), &error),
                Ok((Found::Unknown, reference)) => self.refuse(&keys, &reference.to_string(), &unknown()),
                Err(error) => self.refuse(&keys, &text, &error),
            }
            self.failed.push((keys, Value::Template(text.into())));
            tree
        })
    }

    fn refuse(&mut self, keys: &Keys, reference: &str, error: &FetchError) {
        let message = format!("the secret `{reference}` cannot be had: {error}");
        let issue = Issue::new(IssueKind::Secret, keys.clone(), message);
        self.issues.push(match error.help() {
            Some(help) => issue.with_help(help),
            None => issue,
        });
    }

    fn warn(&mut self, keys: &Keys, reference: &Reference) {
        let warnings = self.secrets.warnings(reference).into_iter();
        self.warnings.extend(warnings.map(|warning| {
            Issue::new(IssueKind::Secret, keys.clone(), format!("the secret `{reference}`: {warning}"))
        }));
    }

    pub(super) fn take_warnings(&mut self) -> Vec<Issue> {
        std::mem::take(&mut self.warnings)
    }

    pub(super) fn take_issues(&mut self) -> Vec<Issue> {
        std::mem::take(&mut self.issues)
    }

    /// The tree as it was written, with what cannot be had marked as text whose meaning is not known.
    pub(super) fn mark(&self, written: Value) -> Value {
        self.failed.iter().fold(written, |tree, (keys, text)| place(&tree, keys, Some(text)))
    }

    /// Where each secret stands that was fetched, and the reference that it stands for.
    pub(super) fn into_places(self) -> Places {
        self.put.into_iter().map(|(keys, reference)| (keys, reference.to_text())).collect()
    }

    pub(super) fn any_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Says of a value that is wrong where it was fetched from.
    pub(super) fn blame(&self, issue: Issue) -> Issue {
        let at = |keys: &Keys| !issue.keys().is_root() && (issue.keys().starts_with(keys));
        match self.put.iter().find(|(keys, _)| at(keys)).filter(|_| issue.help().is_none()) {
            Some((_, reference)) => issue.with_help(format!("it was fetched from `{reference}`")),
            None => issue,
        }
    }
}

/// A fetched text is text to a type that takes any value: a password of digits must not change its type.
fn text_first(value: &Value) -> Value {
    match value.inside() {
        Value::Untyped(untyped) => {
            Value::secret(Value::Untyped(Untyped { dialect: Dialect::Interpolated, ..untyped.clone() }))
        }
        _ => value.clone(),
    }
}

/// What is said of a secret while nobody has asked for it.
fn unknown() -> FetchError {
    FetchError::unreachable("it was not fetched yet").with_help("reload first")
}

/// The texts in a leaf, with their places.
fn texts_of<'v>(shape: &'static Shape, leaf: &Leaf, tree: &'v Value) -> Vec<(Keys, &'v str)> {
    let Some(value) = leaf.keys.find(tree) else { return Vec::new() };
    if !leaf.field().flatten {
        return texts(value, &leaf.keys);
    }
    let taken = taken_beside(shape, &leaf.keys);
    let entries = value.as_table().into_iter().flatten().filter(|(name, _)| !taken.contains(*name));
    entries.flat_map(|(name, value)| texts(value, &leaf.keys.name(name))).collect()
}

/// Every text in a value, with its place. None is copied: most are secrets themselves.
pub(super) fn texts<'v>(value: &'v Value, keys: &Keys) -> Vec<(Keys, &'v str)> {
    match value.inside() {
        Value::Text(text) => vec![(keys.clone(), &**text)],
        Value::Untyped(untyped) => vec![(keys.clone(), &*untyped.text)],
        Value::List(items) => {
            items.iter().enumerate().flat_map(|(index, item)| texts(item, &keys.index(index))).collect()
        }
        Value::Table(table) => {
            table.iter().flat_map(|(name, value)| texts(value, &keys.name(name))).collect()
        }
        _ => Vec::new(),
    }
}
