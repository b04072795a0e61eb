//! Finds the leaves with secrets that only the decoder sees: inside lists, maps and structs of the program.
//!
//! Reading a secret increments a counter, which the decoder decrements when it records the path. If serde
//! buffers a value first (flatten, untagged), the decoder is not called; the counter is then handled one level
//! higher, and everything below that level counts as secret.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashSet},
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use zeroize::Zeroizing;

use super::SecretValue;
use crate::{de::as_scalars, keys::Keys, shape::Shape, value::Value};

thread_local! {
    /// The number of secrets that were read and whose path is unknown.
    static UNPLACED: Cell<usize> = const { Cell::new(0) };
    /// The paths at which secrets were read, while a caller tracks them.
    static MET: RefCell<Option<SecretReads>> = const { RefCell::new(None) };
}

/// The key of the digests of texts, which is unknown outside of the process.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The paths at which secrets were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretReads {
    /// Paths of values that are exactly one secret.
    pub(crate) exact: BTreeSet<Keys>,
    /// Paths of buffered values that contain a secret.
    pub(crate) regions: BTreeSet<Keys>,
    /// Tuples around such paths: each element has its own type.
    pub(crate) tuples: BTreeSet<Keys>,
    /// Digests of the texts that were read as secrets there.
    pub(crate) read: HashSet<u64>,
    /// Whether a secret was read there that shows no text, so that it cannot be located by a digest.
    pub(crate) silent: bool,
    /// The number of values that did not fit the type of a secret.
    pub(crate) refused: usize,
}

impl SecretReads {
    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.regions.is_empty()
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = &Keys> {
        self.exact.iter().chain(&self.regions)
    }

    pub(crate) fn extend(&mut self, more: Self) {
        self.exact.extend(more.exact);
        self.regions.extend(more.regions);
        self.tuples.extend(more.tuples);
        self.read.extend(more.read);
        self.silent |= more.silent;
        self.refused += more.refused;
    }

    /// The same paths with `keys` as prefix.
    pub(crate) fn below(self, keys: &Keys) -> Self {
        let below = |places: BTreeSet<Keys>| places.iter().map(|place| keys.join(place)).collect();
        let (exact, regions, tuples) = (below(self.exact), below(self.regions), below(self.tuples));
        Self { exact, regions, tuples, ..self }
    }
}

/// The digest of a text as [`read`] takes it.
pub(crate) fn digest(text: &str) -> u64 {
    KEY.hash_one(text)
}

/// The digests of the forms in which a secret may show a scalar to [`read`]: a number is read in any notation, but
/// written in one. Empty for a value that is not a scalar.
pub(crate) fn digests(value: &Value) -> HashSet<u64> {
    let mut found: HashSet<u64> = value.as_text().map(digest).into_iter().collect();
    let mut add = |value: &Value| match value {
        Value::Bool(value) => drop(found.insert(digest_of(value))),
        Value::Int(value) => found.extend(digests_of_float(*value as f64).chain([digest_of(value)])),
        Value::Uint(value) => found.extend(digests_of_float(*value as f64).chain([digest_of(value)])),
        Value::Float(value) => found.extend(digests_of_float(*value)),
        _ => {}
    };
    match value.inside() {
        Value::Untyped(untyped) => as_scalars(untyped).for_each(|scalar| add(&scalar)),
        scalar => add(scalar),
    }
    found
}

fn digest_of(value: &impl ToString) -> u64 {
    digest(&Zeroizing::new(value.to_string()))
}

/// In double and in single precision.
fn digests_of_float(value: f64) -> impl Iterator<Item = u64> {
    [digest_of(&value), digest_of(&(value as f32))].into_iter()
}

/// A secret is being read.
pub(super) fn begin_read() {
    UNPLACED.set(UNPLACED.get() + 1);
}

/// A secret was read. If serde buffered the value, its position can only be found by its text.
pub(super) fn read(value: &impl SecretValue) {
    if UNPLACED.get() == 0 {
        return;
    }
    MET.with_borrow_mut(|reads| {
        if let Some(reads) = reads {
            let mut silent = true;
            value.scalars(&mut |text| {
                silent = false;
                reads.read.insert(digest(text));
            });
            reads.silent |= silent;
        }
    });
}

/// A function of the program converted a value of another type to a secret.
pub(super) fn record_converted(value: &impl SecretValue) {
    if MET.with_borrow(Option::is_some) {
        begin_read();
        read(value);
    }
}

/// A value did not fit the type of a secret.
pub(super) fn refused() {
    update(|reads| reads.refused += 1);
}

/// The decoder was asked for a secret, and knows its path.
pub(crate) fn record_at(keys: impl FnOnce() -> Keys) {
    UNPLACED.set(UNPLACED.get().saturating_sub(1));
    update(|reads| reads.exact.extend([keys()]));
}

/// Reads a value one level down. Secrets whose path is unknown afterwards are somewhere in this value.
pub(crate) fn within<R>(keys: impl FnOnce() -> Keys, read: impl FnOnce() -> R) -> R {
    let before = UNPLACED.get();
    let result = read();
    if UNPLACED.replace(before) > before {
        update(|reads| reads.regions.extend([keys()]));
    }
    result
}

/// Reads a list of a fixed length.
pub(crate) fn tuple<R>(keys: impl FnOnce() -> Keys, read: impl FnOnce() -> R) -> R {
    let count =
        || MET.with_borrow(|reads| reads.as_ref().map_or(0, |reads| reads.exact.len() + reads.regions.len()));
    let before = count();
    let result = read();
    if count() > before {
        update(|reads| reads.tuples.extend([keys()]));
    }
    result
}

fn update(note: impl FnOnce(&mut SecretReads)) {
    MET.with_borrow_mut(|reads| {
        if let Some(reads) = reads {
            note(reads);
        }
    });
}

/// Whether `read` reads a secret.
pub(crate) fn reads_any<R>(read: impl FnOnce() -> R) -> (R, bool) {
    let (result, reads) = places(read);
    (result, !reads.is_empty())
}

/// The paths at which `read` reads a secret; if serde buffers, the paths of the buffered values.
pub(crate) fn places<R>(read: impl FnOnce() -> R) -> (R, SecretReads) {
    let scope = Scope { outer: MET.replace(Some(SecretReads::default())), unplaced: UNPLACED.get() };
    let result = within(Keys::root, read);
    let reads = MET.take().unwrap_or_default();
    drop(scope);
    (result, reads)
}

/// The reads outside of [`places`], which a panic of the program must not lose.
struct Scope {
    outer: Option<SecretReads>,
    unplaced: usize,
}

impl Drop for Scope {
    fn drop(&mut self) {
        MET.set(self.outer.take());
        UNPLACED.set(self.unplaced);
    }
}

/// The paths of the leaves in which secrets were read.
pub(crate) fn leaves(shape: &'static Shape, reads: &SecretReads) -> BTreeSet<Keys> {
    if reads.is_empty() {
        return BTreeSet::new();
    }
    let leaves = shape.leaves().into_iter().filter(|leaf| {
        reads.places().any(|reads| match leaf.field().flatten {
            // It has the path of its struct, which its neighbours share.
            true => *reads == leaf.keys,
            false => reads.starts_with(&leaf.keys),
        })
    });
    leaves.map(|leaf| leaf.keys).collect()
}
