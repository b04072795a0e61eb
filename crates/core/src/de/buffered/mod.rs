//! Types that serde buffers.
//!
//! Under `flatten`, `tag` and `untagged` serde reads a value into a buffer of its own before it knows the type, and
//! the type then asks the buffer. So the decoder is asked for any value: it has to guess what a text means, it does not
//! see which keys are used, and errors have no place. All three are found by running the type again on changed values:
//!
//! - [`search`] gives refused texts another meaning, one at a time, guided by what serde says that it refused;
//!   [`pieces`] does so element by element where a value is large, and [`at_once`] to many texts where it has no elements;
//! - [`strays`] puts a value that no type can read at a key, and sees whether anything asks for it; [`large`] does so for
//!   many keys at once, and [`lost`] finds out why a value has no effect;
//! - [`locate`] does the same around an error, [`missing`] around one about a missing key, and [`type_errors`] around one that
//!   does not say what it is about.
//!
//! None of it runs for a type that never asks for any value. The work is linear in the value, and bounded: see [`WORK`].

mod at_once;
mod error_sites;
mod hints;
mod large;
mod locate;
mod lost;
mod missing;
mod pieces;
mod poison;
mod pruned;
mod readings;
mod search;
mod strays;
pub(crate) mod tree;
mod type_errors;

use super::{
    DecodeError, Decoder, Ignored, Notes, TypedKeys,
    cause::{Cause, collect_errors},
    notes::Ahead,
};
use crate::{
    keys::{Key, Keys},
    panics,
    secret::tracking,
    value::Value,
};
pub(super) use poison::Poison;
pub(crate) use readings::as_scalars;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How many nodes of values one examination may read, and how many more for each node of the value. A list of tagged
/// tables takes about fifty for each of its nodes if each table holds a text that needs another meaning.
const WORK: usize = 1_000_000;
const WORK_PER_NODE: usize = 256;

/// How often all keys are looked at again after values were given another meaning to have an effect.
const MAX_RESCUES: usize = 4;

/// Reads one type.
pub(crate) type Read<'r, F> = &'r dyn for<'p, 'v> Fn(Decoder<'p, 'v>) -> Result<F, DecodeError>;

/// What an examination found beside the value. Places are counted from the value.
#[derive(Debug, Default)]
pub(crate) struct Examination {
    pub(crate) ignored: Vec<Ignored>,
    /// Errors that serde dropped, in values that have no effect because of them.
    pub(crate) lost: Vec<DecodeError>,
    /// The places of what is ignored.
    places: BTreeSet<Keys>,
    /// Whether values that had no effect have one with these changes.
    is_rescued: bool,
    changes: BTreeMap<Keys, Value>,
    /// The value with each text as the type reads it, if that is not how it stands there.
    pub(crate) settled: Option<Value>,
    /// Whether the type reads keys of tables as the numbers and truth values that they spell.
    pub(crate) has_typed_keys: bool,
}

/// What was read, and what was found on the way.
pub(crate) struct Reading<F> {
    pub(crate) result: Result<F, DecodeError>,
    pub(crate) found: Examination,
}

/// Reads a value, and examines it if serde buffered a part of it.
pub(crate) fn read<F>(decode: Read<'_, F>, same: fn(&F, &F) -> bool, value: Option<&Value>) -> Reading<F> {
    let notes = Notes::default();
    let first = contained(|| decode(Decoder::new(value, Some(&notes))));
    let Some(value) = value.filter(|_| notes.is_buffered()) else {
        let settled = value.and_then(|value| search::with_texts(value, &notes.take_texts()));
        let found = Examination { ignored: notes.into_ignored(), settled, ..Examination::default() };
        return Reading { result: first, found };
    };
    let mut typed = Typed { decode, same, base: None };
    let mut inquiry = Inquiry::new(&mut typed, value);
    let examined = inquiry.examine(value);
    let keys = inquiry.typed;
    match examined {
        // Below a text that is too deep no place helps.
        Err(error) if error.is_too_deep() => {
            Reading { result: Err(first.err().unwrap_or(error)), found: Examination::default() }
        }
        Err(error) => Reading { result: Err(error), found: Examination::default() },
        Ok((_, found)) if found.settled.is_none() && keys.is_empty() => Reading { result: first, found },
        Ok((settled, found)) => {
            let found = Examination { has_typed_keys: !keys.is_empty(), ..found };
            Reading { result: read_as(decode, &settled, &keys), found }
        }
    }
}

fn read_as<F>(decode: Read<'_, F>, value: &Value, typed: &TypedKeys) -> Result<F, DecodeError> {
    contained(|| decode(Decoder::new(Some(value), Some(&Notes::with(typed.clone(), None)))))
}

/// Runs code of the program that reads a value; its panic is an error like any other.
pub(crate) fn contained<F>(read: impl FnOnce() -> Result<F, DecodeError>) -> Result<F, DecodeError> {
    panics::catch_panic(read).unwrap_or_else(|| Err(DecodeError::panicked()))
}

/// Reads a value with other meanings of its texts until the type takes it. What the type ignores is not looked for.
/// Yields the places at which it asked for any value, too.
pub(crate) fn search<F>(decode: Read<'_, F>, value: &Value) -> Result<(F, Vec<Keys>), DecodeError> {
    let mut typed = Typed { decode, same: |_, _| false, base: None };
    let mut inquiry = Inquiry::new(&mut typed, value);
    let (settled, run) = inquiry.search(value.clone())?;
    let keys = inquiry.typed;
    Ok((read_as(decode, &settled, &keys)?, run.buffered))
}

/// How a flattened type takes the table of its struct.
#[derive(Debug, Default)]
pub(crate) struct FlatReading {
    pub(crate) found: Examination,
    /// The keys that the type asks for.
    pub(crate) asked: BTreeSet<Arc<str>>,
    /// Whether it asks for every key that there is.
    pub(crate) takes_all: bool,
    /// Why it does not take what it asks for.
    pub(crate) error: Option<DecodeError>,
}

impl FlatReading {
    pub(crate) fn is_lost(&self) -> bool {
        self.error.is_some() || !self.found.lost.is_empty()
    }

    /// Leaves out of the errors whatever may be a part of a value.
    pub(crate) fn conceal(&mut self) {
        self.error.iter_mut().chain(&mut self.found.lost).for_each(DecodeError::conceal);
    }
}

/// Whether a flattened type takes every key of its table.
pub(crate) fn takes_all<F>(decode: Read<'_, F>, value: &Value) -> bool {
    let mut typed = Typed { decode, same: |_, _| false, base: None };
    Inquiry::new(&mut typed, value).asks(value, UNNAMED).unwrap_or_default()
}

/// A key that no struct names, and that comes before all others.
const UNNAMED: &str = "\u{1}";

/// Reads what a flattened type takes of a table.
pub(crate) fn read_flat<F>(decode: Read<'_, F>, same: fn(&F, &F) -> bool, value: &Value) -> FlatReading {
    let Reading { result, found } = read(decode, same, Some(value));
    let mut typed = Typed { decode, same, base: None };
    let mut inquiry = Inquiry::new(&mut typed, value);
    let takes_all = inquiry.asks(value, UNNAMED).unwrap_or_default();
    let names = value.as_table().into_iter().flat_map(|table| table.keys());
    let asked: BTreeSet<_> = match &result {
        Ok(_) => {
            let ignores = |name: &Arc<str>| found.ignored.iter().any(|ignored| ignored.keys.is_only(name));
            names.filter(|name| !ignores(name)).cloned().collect()
        }
        Err(_) if takes_all => names.cloned().collect(),
        Err(_) => inquiry.asked(value),
    };
    let error = result.err().filter(|_| !asked.is_empty());
    FlatReading { found, asked, takes_all, error }
}

/// A type with its name hidden, so that the examination is compiled once.
trait Subject {
    /// Reads a value, and keeps the result if `keep` says so, to compare later ones with it. Yields whether the result
    /// equals the one that was kept.
    fn read(&mut self, decoder: Decoder<'_, '_>, keep: bool) -> Result<bool, DecodeError>;
}

struct Typed<'r, F> {
    decode: Read<'r, F>,
    same: fn(&F, &F) -> bool,
    base: Option<F>,
}

impl<F> Subject for Typed<'_, F> {
    fn read(&mut self, decoder: Decoder<'_, '_>, keep: bool) -> Result<bool, DecodeError> {
        let read = (self.decode)(decoder)?;
        if keep {
            self.base = Some(read);
            return Ok(true);
        }
        Ok(self.base.as_ref().is_some_and(|base| (self.same)(base, &read)))
    }
}

/// One run of the type.
struct Run {
    error: Option<DecodeError>,
    /// Whether it yields the same as the run that was kept.
    same: bool,
    /// Every error of the run in order, those that serde dropped too.
    log: Vec<DecodeError>,
    ignored: Vec<Ignored>,
    /// Where the type asked for any value.
    buffered: Vec<Keys>,
}

impl Run {
    /// Whether anything asked for the value and refused it.
    fn refused(&self, poison: &Poison) -> bool {
        self.log.iter().any(|error| poison.is_refused_by(error.cause()))
    }

    /// Whether a struct took the value of a field and was given a second one.
    fn took_twice(&self) -> bool {
        self.log.iter().any(|error| error.cause() == Cause::Twice)
    }
}

/// Runs a type as often as its answers need.
struct Inquiry<'s> {
    subject: &'s mut dyn Subject,
    work: usize,
    typed: TypedKeys,
}

impl<'s> Inquiry<'s> {
    fn new(subject: &'s mut dyn Subject, value: &Value) -> Self {
        let work = tree::size(value).saturating_mul(WORK_PER_NODE).saturating_add(WORK);
        Self { subject, work, typed: TypedKeys::default() }
    }

    /// `None` when there was work enough.
    fn run(&mut self, value: &Value, keep: bool) -> Option<Run> {
        self.run_ahead(value, keep, None)
    }

    /// The same with some keys before all others of their table.
    fn run_ahead(&mut self, value: &Value, keep: bool, ahead: Option<Ahead>) -> Option<Run> {
        self.work = self.work.checked_sub(tree::size(value))?;
        let notes = Notes::with(self.typed.clone(), ahead);
        let decoder = Decoder::new(Some(value), Some(&notes));
        let read = || contained(|| self.subject.read(decoder, keep));
        // Secrets that are read here were counted where the value was read in earnest.
        let ((result, log), _) = tracking::reads_any(|| collect_errors(read));
        let buffered = notes.take_buffered();
        let ignored = notes.into_ignored();
        let (same, error) = match result {
            Ok(same) => (same, None),
            Err(error) => (false, Some(error)),
        };
        Some(Run { error, same, log, ignored, buffered })
    }

    /// Whether the type asks for this key of the table.
    fn asks(&mut self, value: &Value, name: &str) -> Option<bool> {
        let poison = Poison::new();
        let run = self.run(&tree::with(value, &[Key::Name(name.into())], Some(&poison.value())), false)?;
        Some(run.refused(&poison))
    }

    /// The keys of a table that the type asks for, though it does not take the table.
    fn asked(&mut self, value: &Value) -> BTreeSet<Arc<str>> {
        // Some are asked for only if others are there, as the fields of a variant are after its tag.
        let asked = self.asked_with(value, BTreeSet::new(), false);
        self.asked_with(value, asked, true)
    }

    /// The same, with the values of the keys that are known to be asked for, or without them.
    fn asked_with(
        &mut self,
        value: &Value,
        mut asked: BTreeSet<Arc<str>>,
        with_values: bool,
    ) -> BTreeSet<Arc<str>> {
        let Some(table) = value.as_table() else { return asked };
        let poisons: BTreeMap<_, _> = table.keys().map(|name| (Arc::clone(name), Poison::new())).collect();
        loop {
            let entries = table.iter().filter(|(name, _)| with_values || !asked.contains(*name));
            let given = entries.map(|(name, value)| {
                let value = if asked.contains(name) { value.clone() } else { poisons[name].value() };
                (Arc::clone(name), value)
            });
            // A value that is refused would hide what is asked for after it.
            let names = table.keys().filter(|name| !asked.contains(*name)).cloned().collect();
            let ahead = Some(Ahead { table: Keys::root(), names, times: 1 });
            let Some(run) = self.run_ahead(&Value::table(given), false, ahead) else { return asked };
            let refused =
                |(name, poison): &(&Arc<str>, &Poison)| !asked.contains(*name) && run.refused(poison);
            let found: Vec<_> = poisons.iter().filter(refused).map(|(name, _)| Arc::clone(name)).collect();
            if found.is_empty() {
                return asked;
            }
            asked.extend(found);
        }
    }

    /// Finds how the value is to be read, and everything that is wrong with it.
    fn examine(&mut self, value: &Value) -> Result<(Value, Examination), DecodeError> {
        let (mut tree, mut run) = self.search(value.clone())?;
        let mut found = self.strays(&tree, &run);
        for _ in 0..MAX_RESCUES {
            if !found.is_rescued {
                break;
            }
            let better = tree::with_all(&tree, &found.changes);
            let Some(next) = self.run(&better, false).filter(|run| run.error.is_none()) else { break };
            (tree, run) = (better, next);
            found = self.strays(&tree, &run);
        }
        found.ignored.extend(run.ignored);
        found.settled = (tree != *value).then(|| tree.clone());
        Ok((tree, found))
    }
}
