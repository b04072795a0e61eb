//! The place of an error from one of serde's buffers: the right one, or that of the buffered value and nothing more.

use super::{
    super::cause::Cause,
    DecodeError, Inquiry, Run, WORK,
    error_sites::{ErrorSites, refused_name},
    poison::Poison,
    readings::plainest,
    search::region,
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

impl Inquiry<'_> {
    /// An error is worth some work though much was done before, and no more than that of a value of usual size.
    pub(super) fn renew(&mut self) {
        self.work = self.work.clamp(WORK / 10, WORK);
    }

    /// The error of a run on `whole`, at its place.
    pub(super) fn located(&mut self, whole: &Value, run: Run) -> DecodeError {
        let Some(error) = run.error else { return DecodeError::missing() };
        let region = region(&error);
        let within: Vec<Keys> =
            run.buffered.iter().filter(|keys| keys.starts_with(&region)).cloned().collect();
        if within.is_empty() {
            return error;
        }
        let places = ErrorSites::new(whole, &run.buffered, &region);
        match error.cause() {
            Cause::Twice => error,
            Cause::Length(length) => match lists_of(whole, &within, length).as_slice() {
                [] => self.unexplained(whole, error, &run.log, &within),
                [only] => error.moved(only),
                _ => error,
            },
            Cause::Other => self.unexplained(whole, error, &run.log, &within),
            Cause::Missing(name) => self.missing(whole, error, name, &region, &within),
            Cause::UnknownKey => self.unknown(whole, error, &region, &within),
            Cause::Wide => self.wide(whole, error, &within),
            cause => match places.of_value(cause) {
                [] => {
                    let name = places.of_name(cause).and_then(|table| refused_name(whole, table, cause));
                    error.moved(&name.unwrap_or(region))
                }
                [only] => error.moved(only),
                several => match self.culprit(whole, several, &|other| other.cause() == cause) {
                    Some(keys) => error.moved(&keys),
                    None => error.moved(&region),
                },
            },
        }
    }

    /// The table that holds the key is the one without which the error is another.
    fn unknown(&mut self, whole: &Value, error: DecodeError, region: &Keys, within: &[Keys]) -> DecodeError {
        let Some(key @ Key::Name(_)) = error.keys().0.last().cloned() else { return error };
        let tables = std::iter::once(region).chain(within.iter().filter(|keys| *keys != region));
        for keys in tables.map(|keys| keys.with(key.clone())) {
            if tree::get(whole, &keys.0).is_none() {
                continue;
            }
            let Some(run) = self.run(&tree::with(whole, &keys.0, None), false) else { break };
            if run
                .error
                .is_none_or(|other| other.cause() != Cause::UnknownKey || other.keys() != error.keys())
            {
                return error.moved(&keys);
            }
        }
        error.moved(region)
    }

    /// The integer without which the error is another.
    fn wide(&mut self, whole: &Value, error: DecodeError, within: &[Keys]) -> DecodeError {
        for keys in within {
            if !matches!(keys.0.last(), Some(Key::Name(_))) {
                continue;
            }
            let Some(run) = self.run(&tree::with(whole, &keys.0, None), false) else { break };
            if run.error.is_none_or(|other| other.cause() != Cause::Wide) {
                return error.moved(keys);
            }
        }
        error
    }

    /// Which of several values an error is about: all are replaced by ones that no type reads, and those that are asked
    /// for are put back one by one. The last one before the error comes again is the one.
    pub(super) fn culprit(
        &mut self,
        whole: &Value,
        several: &[Keys],
        is_same: &dyn Fn(&DecodeError) -> bool,
    ) -> Option<Keys> {
        let poisons: Vec<_> = several.iter().map(|keys| (keys, Poison::new())).collect();
        let mut restored: Vec<&Keys> = Vec::new();
        for _ in 0..=several.len() {
            // What is put back outside keeps its changes inside.
            let left = poisons.iter().filter(|(keys, _)| !restored.contains(keys));
            let changes = left.map(|(keys, poison)| ((*keys).clone(), poison.value())).collect();
            let run = self.run(&tree::with_all(whole, &changes), false)?;
            let error = run.error.clone()?;
            let asked = poisons.iter().find(|(_, poison)| poison.is_refused_by(error.cause()));
            match asked {
                Some((keys, _)) => restored.push(keys),
                None => {
                    // An error that does not say what it is about may be about a value that is not put back.
                    let is_vague = error.cause() == Cause::Other
                        && poisons
                            .iter()
                            .any(|(keys, poison)| !restored.contains(keys) && run.refused(poison));
                    return restored
                        .last()
                        .filter(|_| !is_vague && is_same(&error))
                        .map(|keys| (*keys).clone());
                }
            }
        }
        None
    }
}

/// What is wrong with a number that a type of numbers cannot hold, where serde says only that no variant fits, or that it
/// found a text.
pub(super) fn about_number(whole: &Value, error: &DecodeError, asked_wide: bool) -> Option<DecodeError> {
    if error.cause() != Cause::Other && !error.wants_number() {
        return None;
    }
    let keys = error.keys();
    let value = tree::get(whole, &keys.0)?.inside();
    let plain = match value {
        Value::Untyped(untyped) => {
            let found = DecodeError::unusable_number(untyped.text.trim(), untyped.dialect.rules());
            if let Some(found) = found {
                return Some(found.moved(&keys));
            }
            plainest(untyped)
        }
        value => value.clone(),
    };
    let is_wide = match plain {
        Value::Int(value) => asked_wide || i64::try_from(value).is_err() && u64::try_from(value).is_err(),
        Value::Uint(_) => true,
        _ => false,
    };
    is_wide.then(|| DecodeError::wide().moved(&keys))
}

/// The lists with this number of items.
fn lists_of(whole: &Value, within: &[Keys], length: usize) -> Vec<Keys> {
    let has_length = |keys: &&Keys| matches!(tree::get(whole, &keys.0).map(Value::inside), Some(Value::List(items)) if items.len() == length);
    within.iter().filter(has_length).cloned().collect()
}
