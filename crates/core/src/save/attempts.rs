//! The ways in which a file can say a value.

use super::{
    difference::{Names, without_holes},
    leaf::Leaves,
};
use crate::{keys::Keys, source::format::edit::change::Change, value::Value};

impl Leaves<'_> {
    /// The ways to write a value, the least change first.
    pub(super) fn attempts(&self, slot: Option<usize>, old: Option<&Value>, new: &Value) -> Vec<Change> {
        let in_place = self.attempts_in_place(slot, old, new);
        if in_place.last().is_some_and(|change| self.is_sound(slot, old, change, new)) {
            return in_place;
        }
        let rest = slot.and_then(|slot| self.reading.remainder(slot, new));
        let rest_in_place = rest.as_ref().zip(old).zip(slot).and_then(|((rest, old), slot)| {
            self.difference(old, &self.reading.alone(slot, old)?, rest, Names::Own)
        });
        let rest = rest.and_then(|rest| without_holes(&rest, None));
        let whole = without_holes(new, old);
        let explicit = whole.as_ref().and_then(|whole| self.explicit(slot?, whole, new));
        let changes = rest_in_place.map(|change| self.expressible(change));
        let whole = [rest, explicit, whole].into_iter().flatten().map(Change::Put);
        in_place.into_iter().chain(changes).chain(whole).collect()
    }

    /// Changes of what the file has, as its type reads it, up to the first sound one. Aliases come after the names that the
    /// type writes. A set is read in another order than the file has, so the last attempt takes the text as it is.
    fn attempts_in_place(&self, slot: Option<usize>, old: Option<&Value>, new: &Value) -> Vec<Change> {
        let (Some(slot), Some(old)) = (slot, old) else { return Vec::new() };
        let Some(read) = self.reading.read(slot, Some(old)) else { return Vec::new() };
        let mut attempts = Vec::new();
        for (read, names) in [(&read, Names::Own), (&read, Names::Aliases), (old, Names::Own)] {
            let change = self.difference(old, read, new, names).map(|change| self.expressible(change));
            attempts.extend(change);
            if attempts.last().is_some_and(|change| self.is_sound(Some(slot), Some(old), change, new)) {
                break;
            }
        }
        attempts
    }

    /// The value with something at each key that only other sources give, such as `null`, so that it reads as without.
    fn explicit(&self, slot: usize, whole: &Value, new: &Value) -> Option<Value> {
        let read = self.reading.read(slot, Some(whole))?;
        let mut extra = Vec::new();
        superfluous(&read, new, &Keys::root(), &mut extra);
        if extra.is_empty() || extra.len() > MAX_EXPLICIT {
            return None;
        }
        extra.iter().try_fold(whole.clone(), |value, keys| {
            let candidates =
                neutral().into_iter().map(|neutral| crate::value::place_at(&value, keys, Some(&neutral)));
            candidates.into_iter().find(|candidate| {
                let read = self.reading.read(slot, Some(&self.expressed(candidate.clone())));
                read.is_some_and(|read| keys.find(&read).is_none())
            })
        })
    }
}

/// Upper bound on the keys of other sources for which a replacement is tried; each takes several readings.
const MAX_EXPLICIT: usize = 32;

/// Values that a type may leave out when it writes itself.
fn neutral() -> [Value; 7] {
    let text = Value::text("");
    [Value::Null, Value::Bool(false), Value::Int(0), Value::Float(0.0), text, Value::list([]), Value::empty()]
}

/// The places in tables that are read and not wanted.
fn superfluous(read: &Value, new: &Value, at: &Keys, found: &mut Vec<Keys>) {
    let (Some(read), Some(new)) = (read.as_table(), new.as_table()) else { return };
    for (name, read) in read {
        match new.get(name) {
            Some(new) => superfluous(read, new, &at.name(name), found),
            None => found.push(at.name(name)),
        }
    }
}
