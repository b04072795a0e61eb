//! Finds the meanings of texts with which a type takes a value.

use std::{collections::BTreeMap, vec};

use super::{
    super::cause::Cause,
    DecodeError, Inquiry, Run, TypedKeys,
    error_sites::{ErrorSites, is_about_names, numbers},
    locate::about_number,
    readings::{is_about, others},
    tree::{self, sealed_as},
};
use crate::{
    keys::Keys,
    value::{Dialect, Untyped, Value, place_in},
};

/// How often a small value is tried with other meanings, and a large one that has no elements to try on their own.
const MAX_RUNS: usize = 2048;
const MAX_LARGE_RUNS: usize = 16;

/// The meanings that were not tried yet, of the texts that were given another one.
pub(super) type Left = BTreeMap<Keys, Vec<Value>>;

/// Something about a value that can be read in another way.
pub(super) enum Change {
    /// A text, with its other meanings.
    Text(Keys, Vec<Value>),
    /// The keys of a table as what they spell.
    Names(Keys),
}

/// Why a value is not read.
pub(super) struct Refusal {
    /// At its place.
    pub(super) error: DecodeError,
    /// The place up to which the decoder saw the way to it.
    pub(super) region: Keys,
}

/// A value that was refused, and what can be changed about it.
struct Attempt {
    tree: Value,
    left: Left,
    typed: TypedKeys,
    error: DecodeError,
    /// How many changes led here, each of which the type took; `None` if it did not take one.
    progress: Option<usize>,
    changes: vec::IntoIter<Change>,
}

impl Inquiry<'_> {
    /// A value that the type takes, with its run; or the error of the value, at its place.
    pub(super) fn search(&mut self, value: Value) -> Result<(Value, Run), DecodeError> {
        let Some(first) = self.run(&value, false) else { return Err(undecided()) };
        if first.error.is_none() && first.buffered.is_empty() {
            return Ok((value, first));
        }
        let opened = opened(value.clone(), &first.buffered);
        let own = tree::with_own_keys(&opened);
        let is_changed = own.is_some() || opened != value;
        let opened = own.unwrap_or(opened);
        let first = if is_changed { self.run(&opened, false) } else { Some(first) };
        let Some(first) = first else { return Err(undecided()) };
        self.solve(opened, first).map_err(|refusal| refusal.error)
    }

    /// Depth first, one text at a time: a type that says which text it refuses needs one run per text.
    pub(super) fn try_meanings(&mut self, value: Value, first: Run) -> Result<(Value, Run), Refusal> {
        let Some(error) = first.error.clone() else { return Ok((value, first)) };
        let is_small = tree::size(&value) <= super::pieces::SMALL;
        let mut runs_left = if is_small { MAX_RUNS } else { MAX_LARGE_RUNS };
        let (before, left) = (self.typed.clone(), Left::new());
        let changes = self.changes_to(&value, &first, &error, &left).into_iter();
        let attempt =
            Attempt { tree: value.clone(), left, typed: before.clone(), error, progress: Some(0), changes };
        let (mut attempts, mut best) = (vec![attempt], (0, value.clone(), first, before.clone()));
        while let Some(attempt) = attempts.last_mut() {
            let Some(change) = attempt.changes.next() else {
                attempts.pop();
                continue;
            };
            if runs_left == 0 {
                self.typed = before;
                return self.at_once(value, !is_small);
            }
            runs_left -= 1;
            let (tree, left) = self.changed(attempt, &change);
            let Some(run) = self.run(&tree, false) else { return Err(Refusal::undecided()) };
            let Some(error) = run.error.clone() else { return Ok((tree, run)) };
            let progress = attempt.progress.filter(|_| is_taken(attempt, &tree, &change, &error));
            let progress = progress.map(|steps| steps + 1);
            let changes = self.changes_to(&tree, &run, &error, &left).into_iter();
            if progress.is_some_and(|steps| steps > best.0) {
                best = (progress.unwrap_or_default(), tree.clone(), run, self.typed.clone());
            }
            attempts.push(Attempt { tree, left, typed: self.typed.clone(), error, progress, changes });
        }
        let (_, tree, run, typed) = best;
        self.typed = typed;
        Err(self.refusal(&value, &tree, run))
    }

    fn changed(&mut self, attempt: &Attempt, change: &Change) -> (Value, Left) {
        self.typed = attempt.typed.clone();
        let mut left = attempt.left.clone();
        match change {
            Change::Text(keys, meanings) => {
                left.insert(keys.clone(), meanings.get(1..).unwrap_or_default().to_vec());
                (tree::with(&attempt.tree, &keys.0, meanings.first()), left)
            }
            Change::Names(table) => {
                self.typed.add(numbers(&attempt.tree, table));
                (attempt.tree.clone(), left)
            }
        }
    }

    /// The error of a run on `tree` at its place; `given` is the same with every text as it was given.
    pub(super) fn refusal(&mut self, given: &Value, tree: &Value, run: Run) -> Refusal {
        let region = run.error.as_ref().map(region).unwrap_or_default();
        let asked_wide = run.log.iter().any(|error| error.cause() == Cause::Wide);
        self.renew();
        let error = self.located(tree, run);
        Refusal { error: about_number(given, &error, asked_wide).unwrap_or(error), region }
    }

    /// What may be read in another way; first what the error itself is about.
    pub(super) fn changes_to(
        &self,
        tree: &Value,
        run: &Run,
        error: &DecodeError,
        left: &Left,
    ) -> Vec<Change> {
        if error.cause() == Cause::Wide {
            return wide(tree, error, left).into_iter().collect();
        }
        let places = ErrorSites::new(tree, &run.buffered, &region(error));
        // serde's own message for no variant, and a secret's, hide what was refused.
        if !is_vague(error.cause()) {
            return self.changes_for(tree, &places, error, left);
        }
        let mut found: Vec<Change> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for refusal in &run.log {
            let changes = self.changes_for(tree, &places, refusal, left);
            found.extend(changes.into_iter().filter(|change| known.insert(change.keys().clone())));
        }
        found
    }

    fn changes_for(
        &self,
        tree: &Value,
        places: &ErrorSites,
        refusal: &DecodeError,
        left: &Left,
    ) -> Vec<Change> {
        let name = places.of_name(refusal.cause()).and_then(|table| {
            let mut typed = self.typed.clone();
            typed.add(numbers(tree, table));
            (typed != self.typed).then(|| Change::Names(table.clone()))
        });
        let texts = places.of_value(refusal.cause()).iter().filter_map(|keys| {
            let meanings = match left.get(keys) {
                Some(left) => left.clone(),
                None => others(tree::get(tree, &keys.0)?, refusal),
            };
            (!meanings.is_empty()).then(|| Change::Text(keys.clone(), meanings))
        });
        let mut changes: Vec<_> = name.into_iter().chain(texts).collect();
        changes.sort_by_key(|change| left.contains_key(change.keys()));
        changes
    }
}

impl Change {
    pub(super) fn keys(&self) -> &Keys {
        match self {
            Self::Text(keys, _) | Self::Names(keys) => keys,
        }
    }
}

impl Refusal {
    /// There was not work enough to find out.
    pub(super) fn undecided() -> Self {
        Self { error: undecided(), region: Keys::root() }
    }
}

fn undecided() -> DecodeError {
    DecodeError::wrong("too many of its plain scalars may be text or something else to find out which")
        .with_general_help("put those that are text in quotes")
}

/// Whether the type took what was changed: the error before was about it, and the error after is not, or is elsewhere.
fn is_taken(before: &Attempt, tree: &Value, change: &Change, error: &DecodeError) -> bool {
    let is_about = |tree: &Value, cause: Cause| match change {
        Change::Text(keys, _) => tree::get(tree, &keys.0).is_some_and(|value| is_about(cause, value)),
        Change::Names(table) => is_about_names(tree, table, cause),
    };
    let (was, is) = (region(&before.error), region(error));
    if !was.starts_with(&is) && !is.starts_with(&was) {
        return true;
    }
    let was_wide = before.error.cause() == Cause::Wide && before.error.keys() == *change.keys();
    (was_wide || is_about(&before.tree, before.error.cause())) && !is_about(tree, error.cause())
}

/// Whether an error does not say which value it is about.
fn is_vague(cause: Cause) -> bool {
    matches!(cause, Cause::Other | Cause::Length(_) | Cause::Missing(_))
}

/// Texts of variables that hold a structure as that structure, so that everything in it has a place.
fn opened(value: Value, buffered: &[Keys]) -> Value {
    buffered.iter().fold(value, |tree, keys| {
        let text = (0..=keys.0.len()).find_map(|depth| {
            let around = keys.0.get(..depth)?;
            let value = tree::get(&tree, around)?;
            let Value::Untyped(untyped) = value.inside() else { return None };
            Some((around, value, structure(untyped, depth < keys.0.len())?))
        });
        match text {
            Some((around, text, opened)) => tree::with(&tree, around, Some(&sealed_as(text, opened))),
            None => tree,
        }
    })
}

/// The value with the texts at some places as texts, in which a type that is asked later looks for no structure.
pub(super) fn with_texts(value: &Value, places: &[Keys]) -> Option<Value> {
    let mut changed = None;
    for keys in places {
        let Some(given) = keys.find(value) else { continue };
        let text = given.as_text().map(|text| sealed_as(given, Value::text(text)));
        place_in(changed.get_or_insert_with(|| value.clone()), &keys.0, text.as_ref());
    }
    changed
}

/// The structure that a text was read as: JSON, or a list if something in it was read.
fn structure(untyped: &Untyped, is_entered: bool) -> Option<Value> {
    let read = match untyped.dialect {
        _ if is_entered => untyped.list(),
        Dialect::Interpolated => None,
        _ => untyped.json(),
    };
    read?.ok().cloned()
}

/// An integer that is too large for serde's buffer can still be a text.
fn wide(tree: &Value, error: &DecodeError, left: &Left) -> Option<Change> {
    let (keys, value) = (error.keys(), tree::get(tree, &error.keys().0)?);
    let Value::Untyped(untyped) = value.inside() else { return None };
    let text = sealed_as(value, Value::Text(untyped.text.clone()));
    (!left.contains_key(&keys)).then(|| Change::Text(keys, vec![text]))
}

/// The place up to which the decoder saw the way to an error.
pub(super) fn region(error: &DecodeError) -> Keys {
    match error.cause() {
        Cause::Missing(_) | Cause::UnknownKey | Cause::Twice => tree::parent(&error.keys()),
        _ => error.keys(),
    }
}
