//! Finds the meanings of texts with which a type takes a value.

use std::{collections::BTreeMap, vec};

use super::{
    super::cause::Cause,
    DecodeError, Inquiry, Run,
    readings::{is_about, others},
    tree::{self, sealed_as},
};
use crate::{
    keys::Keys,
    value::{Dialect, Untyped, Value},
};

/// The meanings that were not tried yet, of the texts that were given another one.
type Left = BTreeMap<Keys, Vec<Value>>;

/// A value that was refused, and what can be changed about it.
struct Attempt {
    tree: Value,
    left: Left,
    changes: vec::IntoIter<(Keys, Vec<Value>)>,
}

impl Inquiry<'_> {
    /// A value that the type takes, with its run; or the error of the value as it stands, at its place.
    ///
    /// Depth first, one text at a time: a type that says which text it refuses needs one run per text.
    pub(super) fn search(&mut self, value: Value) -> Result<(Value, Run), DecodeError> {
        let Some(first) = self.run(&value, false) else { return Err(too_large()) };
        let value = opened(value, &first.buffered);
        let Some(first) = self.run(&value, false) else { return Err(too_large()) };
        let Some(error) = &first.error else { return Ok((value, first)) };
        let changes = changes_to(&value, &first, error, &Left::new());
        let mut attempts = vec![Attempt { tree: value.clone(), left: Left::new(), changes }];
        while let Some(attempt) = attempts.last_mut() {
            let Some((keys, mut meanings)) = attempt.changes.next() else {
                attempts.pop();
                continue;
            };
            let tree = tree::with(&attempt.tree, &keys.0, Some(&meanings.remove(0)));
            let mut left = attempt.left.clone();
            left.insert(keys, meanings);
            let Some(run) = self.run(&tree, false) else { break };
            let Some(error) = &run.error else { return Ok((tree, run)) };
            let changes = changes_to(&tree, &run, error, &left);
            attempts.push(Attempt { tree, left, changes });
        }
        self.renew();
        Err(self.located(&value, first))
    }
}

fn too_large() -> DecodeError {
    DecodeError::wrong("the value is too large for a type with `flatten`, `tag` or `untagged`")
}

/// Texts of variables that hold a structure as that structure, so that everything in it has a place.
fn opened(value: Value, buffered: &[Keys]) -> Value {
    buffered.iter().fold(value, |tree, keys| {
        let text = (0..=keys.0.len()).find_map(|depth| {
            let around = keys.0.get(..depth)?;
            let value = tree::at(&tree, around)?;
            let Value::Untyped(untyped) = value.inside() else { return None };
            Some((around, value, structure(untyped, depth < keys.0.len())?))
        });
        match text {
            Some((around, text, opened)) => tree::with(&tree, around, Some(&sealed_as(text, opened))),
            None => tree,
        }
    })
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

/// The texts that may be read in another way, each with its other meanings; first what the error itself is about.
fn changes_to(
    tree: &Value,
    run: &Run,
    error: &DecodeError,
    left: &Left,
) -> vec::IntoIter<(Keys, Vec<Value>)> {
    if error.cause() == Cause::Wide {
        return wide(tree, error, left).into_iter().collect::<Vec<_>>().into_iter();
    }
    let region = region(error);
    let within: Vec<_> = run.buffered.iter().filter(|keys| keys.starts_with(&region)).collect();
    let of = |refusal: &DecodeError| {
        let about = within
            .iter()
            .filter(|keys| tree::at(tree, &keys.0).is_some_and(|value| is_about(refusal.cause(), value)));
        let changes = about.filter_map(|keys| {
            let meanings = match left.get(*keys) {
                Some(left) => left.clone(),
                None => others(tree::at(tree, &keys.0)?, refusal),
            };
            (!meanings.is_empty()).then(|| ((*keys).clone(), meanings))
        });
        let mut changes: Vec<_> = changes.collect();
        changes.sort_by_key(|(keys, _)| left.contains_key(keys));
        changes
    };
    // serde's own message for no variant, and a secret's, hide what was refused.
    if !matches!(error.cause(), Cause::Other | Cause::Missing(_)) {
        return of(error).into_iter();
    }
    let mut found: Vec<(Keys, Vec<Value>)> = Vec::new();
    for refusal in &run.log {
        for change in of(refusal) {
            if found.iter().all(|(keys, _)| *keys != change.0) {
                found.push(change);
            }
        }
    }
    found.into_iter()
}

/// An integer that is too large for serde's buffer can still be a text.
fn wide(tree: &Value, error: &DecodeError, left: &Left) -> Option<(Keys, Vec<Value>)> {
    let (keys, value) = (error.keys(), tree::at(tree, &error.keys().0)?);
    let Value::Untyped(untyped) = value.inside() else { return None };
    let text = sealed_as(value, Value::Text(untyped.text.clone()));
    (!left.contains_key(&keys)).then(|| (keys, vec![text]))
}

/// The place up to which the decoder saw the way to an error.
pub(super) fn region(error: &DecodeError) -> Keys {
    match error.cause() {
        Cause::Missing(_) | Cause::UnknownKey => tree::parent(&error.keys()),
        _ => error.keys(),
    }
}
