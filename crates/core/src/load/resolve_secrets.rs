//! Replaces references with their secrets.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use super::{policy::forbidden, secret_reads::SecretReadSurvey, taken_beside};
use crate::{
    issue::{Issue, IssueKind, Issues},
    keys::{Key, Keys},
    overrides::Overrides,
    secret::tracking::{SecretReads, digest},
    secrets::{
        FetchError,
        lookup::{Resolution, SecretLookup},
        reference::{Reference, scheme},
    },
    shape::{Leaf, Shape},
    value::{Dialect, Untyped, Value, open_in, place_in},
};

/// The maximum number of bytes of text that references may add to one load.
///
/// A list can refer to one large variable or file many times, and each element becomes a copy in the type of the
/// field.
const RESOLVED: usize = 16 << 20;

/// References by path.
pub(crate) type ReferencePaths = BTreeMap<Keys, String>;

/// The references of one load.
pub(super) struct SecretResolution<'i> {
    secrets: &'i SecretLookup,
    shape: &'static Shape,
    overrides: &'i Overrides,
    /// The resolved references by path.
    put: ReferencePaths,
    /// The secret of each reference, which is kept in memory once however often it is used.
    values: BTreeMap<String, Value>,
    /// The used part of [`RESOLVED`].
    resolved: usize,
    /// The references that cannot be resolved.
    failed: BTreeMap<Keys, Value>,
    /// Texts that equal a reference but are not read as a secret.
    namesakes: BTreeSet<Keys>,
    issues: Issues,
    warnings: Vec<Issue>,
}

/// A reference could not be resolved; the problem is recorded.
struct Refused;

impl<'i> SecretResolution<'i> {
    pub(super) fn new(secrets: &'i SecretLookup, shape: &'static Shape, overrides: &'i Overrides) -> Self {
        let (put, values, failed, namesakes) = Default::default();
        let (issues, warnings) = Default::default();
        Self { secrets, shape, overrides, put, values, resolved: 0, failed, namesakes, issues, warnings }
    }

    /// Resolves the references in fields that are marked secret.
    pub(super) fn resolve_declared(&mut self, tree: Value) -> Value {
        let leaves: Vec<_> = self.shape.leaves().into_iter().filter(Leaf::secret).collect();
        leaves.iter().fold(tree, |tree, leaf| {
            let mut texts = texts_of(self.shape, leaf, &tree);
            if !self.is_overridden(leaf) {
                texts.retain(|(keys, _)| !may_be_list(keys.find(&tree)));
            }
            let known = |(keys, text): (Keys, &str)| {
                self.known_in(leaf, text).map(|found| (keys, text.to_owned(), found))
            };
            let found: Vec<_> = texts.into_iter().filter_map(known).collect();
            self.put_all(tree, found, self.is_overridden(leaf))
        })
    }

    /// Resolves references at paths where only the decoder detects that a secret is expected; `None` if there are no
    /// more. If serde buffered the value, only a text that was `read` as a secret is a reference, and the `survey`
    /// determines which of several equal texts was read; if the type was not read to its end, any text may be a
    /// reference.
    pub(super) fn resolve_discovered(
        &mut self,
        tree: &Value,
        reads: &SecretReads,
        read: bool,
        survey: &SecretReadSurvey,
    ) -> Option<Value> {
        if reads.is_empty() {
            return None;
        }
        let leaves = self.shape.leaves().into_iter().filter(|leaf| !leaf.secret() || !leaf.field().flatten);
        let leaves: Vec<_> = leaves.collect();
        let mut tree = tree.clone();
        let mut namesakes = BTreeSet::new();
        let of_program =
            |keys: &Keys| leaves.iter().any(|leaf| keys.starts_with(&leaf.keys) && !self.is_overridden(leaf));
        let mut found = Vec::new();
        let is_secret = |place: &Keys, text: &str| {
            !read || reads.exact.contains(place) || reads.read.contains(&digest(text))
        };
        for place in reads.places().filter(|place| of_program(place)) {
            let Some(value) = place.find_sealed(&tree) else { continue };
            let is_exact = reads.exact.contains(place);
            let inside = if is_exact { Vec::new() } else { texts_in_text(value, place, read) };
            let texts = texts(value, place).into_iter().chain(inside);
            let texts = texts.filter(|(keys, text)| self.is_new(keys) && is_secret(place, text));
            let of_place = texts.filter_map(|(keys, text)| {
                let reference = self.secrets.reference(text)?;
                Some((keys, text.to_owned(), Ok(reference)))
            });
            let mut of_place: Vec<_> = of_place.collect();
            if read && !is_exact {
                of_place.iter().for_each(|(keys, ..)| open_in(&mut tree, &keys.0));
                leave_namesakes(&mut of_place, &mut namesakes, &leaves, &tree, survey);
            }
            found.extend(of_place);
        }
        self.namesakes.extend(namesakes);
        (!found.is_empty()).then(|| self.put_all(tree, found, false))
    }

    /// Whether a path was not decided yet. A reference inside a fetched secret is not followed.
    fn is_new(&self, keys: &Keys) -> bool {
        let around = (0..=keys.0.len()).map(|depth| Keys(keys.0[..depth].to_vec()));
        let is_resolved = |keys: &Keys| self.put.contains_key(keys) || self.failed.contains_key(keys);
        !self.namesakes.contains(keys) && !around.into_iter().any(|keys| is_resolved(&keys))
    }

    /// Whether an override is used instead.
    fn is_overridden(&self, leaf: &Leaf) -> bool {
        self.overrides.contains_key(&self.shape.keys_of(leaf.slot))
    }

    /// Whether the policy permits a reference. If not, no store is asked.
    fn is_allowed(&self, reference: &Reference) -> bool {
        self.secrets.has_placeholders() || self.secrets.allowed().contains(self.secrets.source(reference))
    }

    /// A text of the program with an unknown scheme is a mistake; a text of a source may be a password.
    fn known_in(&self, leaf: &Leaf, text: &str) -> Option<Result<Reference, FetchError>> {
        if let Some(reference) = self.secrets.reference(text) {
            return Some(Ok(reference));
        }
        let wanted = scheme(leaf.field().reference?)?;
        (scheme(text) == Some(wanted)).then(|| Err(self.secrets.providers().absent(wanted)))
    }

    fn put_all(&mut self, mut tree: Value, found: Vec<Referring>, overridden: bool) -> Value {
        for (keys, text, reference) in found {
            if !self.is_new(&keys) {
                continue;
            }
            match self.value_of(&keys, &text, reference, overridden) {
                Ok(Some(value)) => {
                    place_in(&mut tree, &keys.0, Some(&value));
                    self.put.insert(keys, text);
                }
                Ok(None) => {}
                Err(Refused) => drop(self.failed.insert(keys, Value::Template(text.into()))),
            }
        }
        tree
    }

    /// The secret of a reference; `None` if an override hides it.
    ///
    /// # Errors
    /// It cannot be resolved, or must not be followed. The problem is recorded.
    fn value_of(
        &mut self,
        keys: &Keys,
        text: &str,
        reference: Result<Reference, FetchError>,
        overridden: bool,
    ) -> Result<Option<Value>, Refused> {
        if reference.as_ref().is_ok_and(|reference| !self.is_allowed(reference)) {
            // Only the policy judges a value that an override hides.
            if overridden {
                return Ok(None);
            }
            self.issues.push_with(|| forbidden(keys, self.secrets.allowed()));
            return Err(Refused);
        }
        let reference = match reference {
            Ok(reference) => reference,
            Err(_) if overridden => return Ok(None),
            Err(error) => return Err(self.refuse(keys, text, &error)),
        };
        match self.find(text, &reference) {
            // It has no effect now, but must be known once the override is removed.
            Resolution::Value(_) | Resolution::Failed(_) if overridden => Ok(None),
            Resolution::Value(value) => {
                self.pay(keys, &value)?;
                self.warn(keys, &reference);
                Ok(Some(value))
            }
            Resolution::Failed(error) => Err(self.refuse(keys, &reference.to_string(), &error)),
            Resolution::Unknown => Err(self.refuse(keys, &reference.to_string(), &unknown())),
        }
    }

    fn find(&mut self, text: &str, reference: &Reference) -> Resolution {
        match self.values.entry(text.to_owned()) {
            Entry::Occupied(known) => Resolution::Value(known.get().clone()),
            Entry::Vacant(free) => match self.secrets.find(reference) {
                Resolution::Value(value) => Resolution::Value(free.insert(text_first(&value)).clone()),
                other => other,
            },
        }
    }

    /// # Errors
    /// The references of this load supply too much text.
    fn pay(&mut self, keys: &Keys, value: &Value) -> Result<(), Refused> {
        let before = self.resolved;
        self.resolved = before.saturating_add(bytes_of(value));
        if self.resolved <= RESOLVED {
            return Ok(());
        }
        if before <= RESOLVED {
            let message = format!("the references to secrets give more than {} MiB of text", RESOLVED >> 20);
            let help = "name a large secret in fewer places, or let the program read it itself";
            let issue = || Issue::new(IssueKind::Secret, keys.clone(), message).with_help(help);
            self.issues.push_with(issue);
        }
        Err(Refused)
    }

    fn refuse(&mut self, keys: &Keys, reference: &str, error: &FetchError) -> Refused {
        self.issues.push_with(|| {
            let message = format!("cannot fetch secret `{reference}`: {error}");
            Issue::new(IssueKind::Secret, keys.clone(), message).with_any_help(error.help())
        });
        Refused
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
        std::mem::take(&mut self.issues).into_vec()
    }

    /// The tree before resolution, with failed references marked as text of unknown meaning.
    pub(super) fn mark(&self, mut written: Value) -> Value {
        self.failed.iter().for_each(|(keys, text)| place_in(&mut written, &keys.0, Some(text)));
        written
    }

    /// The reference of each fetched secret, by path.
    pub(super) fn into_places(self) -> ReferencePaths {
        self.put
    }

    pub(super) fn any_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Adds the reference from which an invalid value was fetched.
    pub(super) fn attribute_to_reference(&self, issue: Issue) -> Issue {
        let at = |keys: &Keys| !issue.keys().is_root() && (issue.keys().starts_with(keys));
        match self.put.iter().find(|(keys, _)| at(keys)).filter(|_| issue.help().is_none()) {
            Some((_, text)) => {
                let reference =
                    self.secrets.reference(text).map_or_else(String::new, |found| found.to_string());
                issue.with_help(format!("it was fetched from `{reference}`"))
            }
            None => issue,
        }
    }
}

/// A text that refers to a secret: its path, its text and its target.
type Referring = (Keys, String, Result<Reference, FetchError>);

/// Moves texts that equal a reference and are not read as a secret to `namesakes`: a user name must not be fetched
/// because it equals the reference next to it in the same leaf. If it is unknown which text is the secret, all are
/// fetched.
fn leave_namesakes(
    found: &mut Vec<Referring>,
    namesakes: &mut BTreeSet<Keys>,
    leaves: &[Leaf],
    tree: &Value,
    survey: &SecretReadSurvey,
) {
    let leaf = |keys: &Keys| {
        let around = leaves.iter().filter(|leaf| keys.starts_with(&leaf.keys));
        around.map(|leaf| leaf.keys.clone()).max_by_key(|keys| keys.0.len())
    };
    let mut alike: BTreeMap<(Option<Keys>, String), BTreeMap<Keys, Keys>> = BTreeMap::new();
    for (keys, text, _) in found.iter() {
        alike.entry((leaf(keys), text.clone())).or_default().insert(keys.clone(), keys.clone());
    }
    for mut places in alike.into_values().filter(|places| places.len() > 1) {
        if let Some(asked) = survey.asked(tree, &places) {
            places.retain(|keys, _| !asked.contains(keys));
            found.retain(|(keys, ..)| !places.contains_key(keys));
            namesakes.extend(places.into_keys());
        }
    }
}

/// For a type that accepts any value, a fetched text is text: a password of digits must not change its type.
fn text_first(value: &Value) -> Value {
    match value.inside() {
        Value::Untyped(untyped) => {
            Value::secret(Value::Untyped(Untyped { dialect: Dialect::Interpolated, ..untyped.clone() }))
        }
        _ => value.clone(),
    }
}

/// The size of the text in a value.
fn bytes_of(value: &Value) -> usize {
    match value.inside() {
        Value::Text(text) | Value::Template(text) => text.len(),
        Value::Untyped(untyped) => untyped.text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.iter().map(bytes_of).sum(),
        Value::Table(table) => table.iter().map(|(name, value)| name.len() + bytes_of(value)).sum(),
        _ => 0,
    }
}

/// The error of a secret that was not requested.
fn unknown() -> FetchError {
    FetchError::unreachable("it was not fetched yet").with_help("reload first")
}

/// The texts in a leaf, with their paths.
fn texts_of<'v>(shape: &'static Shape, leaf: &Leaf, tree: &'v Value) -> Vec<(Keys, &'v str)> {
    let Some(value) = leaf.keys.find(tree) else { return Vec::new() };
    if !leaf.field().flatten {
        return texts(value, &leaf.keys);
    }
    let taken = taken_beside(shape, &leaf.keys);
    let entries = value.as_table().into_iter().flatten().filter(|(name, _)| !taken.contains(*name));
    entries.flat_map(|(name, value)| texts(value, &leaf.keys.name(name))).collect()
}

/// Whether only the type determines if a text is one reference or a list of them.
fn may_be_list(value: Option<&Value>) -> bool {
    match value.map(Value::inside) {
        Some(Value::Untyped(untyped)) => {
            untyped.text.contains(',') && untyped.opened(&Key::Index(0)).is_some()
        }
        _ => false,
    }
}

/// The texts in the lists and tables inside texts. If the type was not `read` to its end, only a value that starts
/// like JSON is known to contain one.
pub(super) fn texts_in_text<'v>(value: &'v Value, keys: &Keys, read: bool) -> Vec<(Keys, &'v str)> {
    match value.inside() {
        Value::Untyped(untyped) => {
            let list = || if read && untyped.text.contains(',') { untyped.items() } else { None };
            let opened = untyped.opened(&Key::Name("".into())).or_else(list);
            opened.map(|opened| texts(opened, keys)).unwrap_or_default()
        }
        Value::List(items) if read => {
            let items = items.iter().enumerate();
            items.flat_map(|(index, item)| texts_in_text(item, &keys.index(index), read)).collect()
        }
        Value::Table(table) if read => {
            table.iter().flat_map(|(name, value)| texts_in_text(value, &keys.name(name), read)).collect()
        }
        _ => Vec::new(),
    }
}

/// Every text in a value, with its path. Texts are not copied, because most are secrets.
pub(crate) fn texts<'v>(value: &'v Value, keys: &Keys) -> Vec<(Keys, &'v str)> {
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
