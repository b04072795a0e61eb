//! The place of an error of which serde only has the words: one of the type itself, or that no variant of an untagged enum
//! matches. It is that of the buffered value, unless runs with other values show that one key alone is wrong.

use super::{
    super::cause::Cause,
    DecodeError, Inquiry,
    readings::{is_about, plainest},
    search::region,
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// How many wrong keys of one value are tried together.
const MAX_TOGETHER: usize = 2;

impl Inquiry<'_> {
    /// The error at the first key that does not fit, if that can be shown.
    pub(super) fn unexplained(
        &mut self,
        whole: &Value,
        error: DecodeError,
        log: &[DecodeError],
        within: &[Keys],
    ) -> DecodeError {
        let region = region(&error);
        // The elements of a list have no names.
        let is_in_key = |keys: &&Keys| keys.0[region.0.len()..].iter().any(|key| matches!(key, Key::Name(_)));
        let mut below: Vec<Keys> = within.iter().filter(is_in_key).cloned().collect();
        if let Some(keys) = self.refused_alone(whole, &error, &below) {
            return error.moved(&keys);
        }
        // A single value is a better place than the table around it.
        below.sort_by_key(|keys| {
            let value = tree::get(whole, &keys.0).map(Value::inside);
            matches!(value, Some(Value::List(_) | Value::Table(_)))
        });
        self.misfit(whole, log, &below, MAX_TOGETHER).unwrap_or(error)
    }

    /// The value that a type refuses in words of its own, whatever the values beside it are.
    fn refused_alone(&mut self, whole: &Value, error: &DecodeError, below: &[Keys]) -> Option<Keys> {
        let is_same =
            |other: &DecodeError| other.cause() == Cause::Other && other.to_string() == error.to_string();
        let culprit = self.culprit(whole, below, &is_same)?;
        for keys in below.iter().filter(|keys| !culprit.starts_with(keys) && !keys.starts_with(&culprit)) {
            for other in tree::get(whole, &keys.0).map(alike).unwrap_or_default() {
                let run = self.run(&tree::with(whole, &keys.0, Some(&other)), false)?;
                // The words of a check over several values depend on each of them.
                let depends = run.error.is_none_or(|error| error.cause() == Cause::Other && !is_same(&error));
                if depends {
                    return None;
                }
            }
        }
        Some(culprit)
    }

    /// The error about the first value with another of which the type takes the whole; up to `most` values are changed.
    fn misfit(
        &mut self,
        whole: &Value,
        log: &[DecodeError],
        below: &[Keys],
        most: usize,
    ) -> Option<DecodeError> {
        let refused: Vec<(&Keys, DecodeError)> = below
            .iter()
            .filter_map(|keys| {
                let value = tree::get(whole, &keys.0)?;
                let error = log.iter().find(|error| is_about(error.cause(), value))?;
                Some((keys, error.clone().moved(keys)))
            })
            .collect();
        for (keys, error) in &refused {
            for sample in samples() {
                let run = self.run(&tree::with(whole, &keys.0, Some(&sample)), false)?;
                if run.error.is_none() {
                    return Some(error.clone());
                }
            }
        }
        let (keys, error) = refused.into_iter().next().filter(|_| most > 1)?;
        let others: Vec<Keys> = below.iter().filter(|other| !other.starts_with(keys)).cloned().collect();
        for sample in samples() {
            let changed = tree::with(whole, &keys.0, Some(&sample));
            let run = self.run(&changed, false)?;
            if self.misfit(&changed, &run.log, &others, most - 1).is_some() {
                return Some(error);
            }
        }
        None
    }
}

/// One value of each kind.
pub(super) fn samples() -> [Value; 7] {
    let (list, table) = (Value::list([]), Value::empty());
    [Value::Int(1), Value::text("1"), Value::Bool(true), Value::Float(0.5), list, table, Value::Null]
}

/// Other values of the same kind.
fn alike(value: &Value) -> Vec<Value> {
    match value.inside() {
        Value::Untyped(untyped) => alike(&plainest(untyped)),
        Value::Bool(value) => vec![Value::Bool(!value)],
        Value::Int(_) | Value::Uint(_) => vec![Value::Int(0), Value::Int(1), Value::Int(100)],
        Value::Float(_) => vec![Value::Float(0.0), Value::Float(1e9)],
        Value::Text(_) | Value::Template(_) => vec![Value::text(""), Value::text("1")],
        Value::List(_) => vec![Value::list([])],
        Value::Null | Value::Bytes(_) | Value::Table(_) | Value::Secret(_) => Vec::new(),
    }
}
