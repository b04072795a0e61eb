//! Types that serde buffers.
//!
//! Under `flatten`, `tag` and `untagged` serde reads a value into a buffer of its own before it knows the type, and
//! the type then asks the buffer. So the decoder is asked for any value: it has to guess what a text means, it does not
//! see which keys are used, and errors have no place. All three are found by running the type again on changed values:
//!
//! - [`search`] gives refused texts another meaning, one at a time, guided by what serde says that it refused;
//! - [`strays`] puts a value that no type can read at one key at a time, and sees whether anything asks for it;
//! - [`locate`] does the same around an error, and [`misfits`] around one that does not say what it is about.
//!
//! None of it runs for a type that never asks for any value. The work is bounded, see [`WORK`].

mod hints;
mod locate;
mod misfits;
mod poison;
mod readings;
mod scene;
mod search;
mod strays;
pub(crate) mod tree;

use super::{
    DecodeError, Decoder, Ignored, Notes,
    cause::{Cause, listen},
};
use crate::{
    keys::{Key, Keys},
    panics,
    secret::notice,
    value::Value,
};
use poison::Poison;
pub(crate) use readings::as_scalars;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How many nodes of values one examination may read. A list of ten thousand tagged tables takes a quarter of it.
const WORK: usize = 1_000_000;

/// Reads one type.
pub(crate) type Read<'r, F> = &'r dyn for<'p, 'v> Fn(Decoder<'p, 'v>) -> Result<F, DecodeError>;

/// What an examination found beside the value. Places are counted from the value.
#[derive(Debug, Default)]
pub(crate) struct Examination {
    pub(crate) ignored: Vec<Ignored>,
    /// Errors that serde dropped, in values that have no effect because of them.
    pub(crate) lost: Vec<DecodeError>,
    /// Values that have no effect for a reason that is not known yet.
    idle: Vec<Keys>,
    /// The value with each text as the type reads it, if that is not how it stands there.
    pub(crate) settled: Option<Value>,
}

/// What was read, and what was found on the way.
pub(crate) struct Reading<F> {
    pub(crate) result: Result<F, DecodeError>,
    pub(crate) found: Examination,
}

/// Reads a value, and examines it if serde buffered a part of it.
pub(crate) fn read<F>(decode: Read<'_, F>, same: fn(&F, &F) -> bool, value: Option<&Value>) -> Reading<F> {
    let notes = Notes::default();
    let first = decode(Decoder::new(value, Some(&notes)));
    let Some(value) = value.filter(|_| notes.is_buffered()) else {
        let found = Examination { ignored: notes.into_ignored(), ..Examination::default() };
        return Reading { result: first, found };
    };
    let mut typed = Typed { decode, same, base: None };
    let (error, found) = Inquiry::new(&mut typed).examine(value);
    let result = match (error, &found.settled) {
        (Some(error), _) => Err(error),
        (None, None) => first,
        (None, Some(settled)) => decode(Decoder::new(Some(settled), None)),
    };
    Reading { result, found }
}

/// Reads a value with other meanings of its texts until the type takes it. What the type ignores is not looked for.
/// Yields the places at which it asked for any value, too.
pub(crate) fn search<F>(decode: Read<'_, F>, value: &Value) -> Result<(F, Vec<Keys>), DecodeError> {
    let mut typed = Typed { decode, same: |_, _| false, base: None };
    match Inquiry::new(&mut typed).search(value.clone()) {
        Ok((settled, run)) => Ok((decode(Decoder::new(Some(&settled), None))?, run.buffered)),
        Err(error) => Err(error),
    }
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

/// Reads what a flattened type takes of a table.
pub(crate) fn read_flat<F>(decode: Read<'_, F>, same: fn(&F, &F) -> bool, value: &Value) -> FlatReading {
    let Reading { result, found } = read(decode, same, Some(value));
    let mut typed = Typed { decode, same, base: None };
    let mut inquiry = Inquiry::new(&mut typed);
    let takes_all = inquiry.asks(value, "\u{1}").unwrap_or_default();
    let names = value.as_table().into_iter().flat_map(|table| table.keys());
    let asked: BTreeSet<_> = match &result {
        Ok(_) => {
            let ignores = |name: &Arc<str>| found.ignored.iter().any(|ignored| ignored.keys.is_only(name));
            names.filter(|name| !ignores(name)).cloned().collect()
        }
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
    /// Whether anything refused the value with this cause.
    fn refused(&self, cause: Cause) -> bool {
        self.log.iter().any(|error| error.cause() == cause)
    }
}

/// Runs a type as often as its answers need.
struct Inquiry<'s> {
    subject: &'s mut dyn Subject,
    work: usize,
}

impl<'s> Inquiry<'s> {
    fn new(subject: &'s mut dyn Subject) -> Self {
        Self { subject, work: WORK }
    }

    /// `None` when there was work enough.
    fn run(&mut self, value: &Value, keep: bool) -> Option<Run> {
        self.work = self.work.checked_sub(tree::size(value))?;
        let notes = Notes::default();
        let decoder = Decoder::new(Some(value), Some(&notes));
        let read = || panics::contain(|| self.subject.read(decoder, keep));
        // Secrets that are read here were counted where the value was read in earnest.
        let ((result, log), _) = notice::any(|| listen(read));
        let result = result.unwrap_or_else(|| Err(DecodeError::wrong("the type panicked")));
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
        Some(run.refused(poison.cause()))
    }

    /// The keys of a table that the type asks for, though it does not take the table.
    fn asked(&mut self, value: &Value) -> BTreeSet<Arc<str>> {
        let names = value.as_table().into_iter().flat_map(|table| table.keys());
        let mut poisons: BTreeMap<_, _> = names.map(|name| (Arc::clone(name), Poison::new())).collect();
        let mut asked = BTreeSet::new();
        while let Some(run) = {
            let table = Value::table(poisons.iter().map(|(name, poison)| (Arc::clone(name), poison.value())));
            self.run(&table, false)
        } {
            let refused = |(_, poison): &(&Arc<str>, &Poison)| run.refused(poison.cause());
            let Some(name) = poisons.iter().find(refused).map(|(name, _)| Arc::clone(name)) else { break };
            poisons.remove(&name);
            asked.insert(name);
        }
        asked
    }

    /// Finds how the value is to be read, and everything that is wrong with it.
    fn examine(mut self, value: &Value) -> (Option<DecodeError>, Examination) {
        let (mut tree, mut run) = match self.search(value.clone()) {
            Ok(found) => found,
            Err(error) => return (Some(error), Examination::default()),
        };
        let mut found = self.strays(&tree, &run);
        while let Some(better) = found.settled.take() {
            let Some(next) = self.run(&better, false).filter(|run| run.error.is_none()) else { break };
            (tree, run) = (better, next);
            found = self.strays(&tree, &run);
        }
        found.ignored.extend(run.ignored);
        found.settled = (tree != *value).then_some(tree);
        (None, found)
    }
}
