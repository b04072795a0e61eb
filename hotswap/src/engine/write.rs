//! Writes at run time: checked in full, published as one version and pinned, or refused with nothing changed.

use std::{any::Any, sync::Arc};

use super::{Core, State, lock::Writing};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    load::{self, Input, Loaded, Pins, place, problems::Problems},
    root::Root,
    snapshot::{Cause, Published},
    value::Value,
};

impl Core {
    /// Runs `change` once, here, on a copy of the value at `base`, and publishes what came of it.
    ///
    /// # Errors
    /// A rule is broken, a changed leaf cannot be written, or `expected` is not the current version.
    pub(crate) fn update<S: 'static>(
        &self,
        base: usize,
        expected: Option<u64>,
        cause: Cause,
        change: impl FnOnce(&mut S),
    ) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let current = self.current.load_full();
        if let Some(expected) = expected.filter(|expected| *expected != current.version) {
            let message = format!("expected version {expected}, but version {} is current", current.version);
            return Err(Issue::new(IssueKind::Write, current.root.shape().keys_of(base), message).into());
        }
        let mut copy = current.root.copy();
        change(self.at_mut(&mut *copy, base));
        let leaves =
            copy.changed_since(&*current.root).into_iter().filter(|slot| current.root.shape().is_leaf(*slot));
        let edits = self.edits(&current, &*copy, leaves.collect())?;
        self.write(state, &current, copy, edits, cause)
    }

    fn at_mut<'r, S: 'static>(&self, root: &'r mut dyn Root, base: usize) -> &'r mut S {
        // At number 0 the walk would give the root itself as `dyn Any` too.
        root.at_mut(base)
            .and_then(<dyn Any>::downcast_mut)
            .expect("a handle is only made for the type that stands at its number")
    }

    /// What the changed leaves look like in a layer.
    fn edits(&self, current: &Published, copy: &dyn Root, slots: Vec<usize>) -> Result<Pins, Error> {
        let mut edits = Pins::new();
        let mut issues = Vec::new();
        for slot in slots {
            let keys = current.root.shape().keys_of(slot);
            match copy.encode(slot) {
                // A NaN differs from itself, and nobody touched it.
                Ok(value) if current.root.encode(slot).is_ok_and(|before| before == value) => {}
                Ok(value) => drop(edits.insert(keys, Some(value))),
                // Without sources nothing is decoded again, so nothing need be written.
                Err(_) if !self.has_sources() => drop(edits.insert(keys, None)),
                Err(error) => issues.push(
                    Issue::new(IssueKind::Write, keys, format!("the value cannot be written: {error}"))
                        .with_help("derive serde::Serialize for the type of the field"),
                ),
            }
        }
        if issues.is_empty() { Ok(edits) } else { Err(Error::new(issues)) }
    }

    fn write(
        &self,
        state: Writing<'_, State>,
        current: &Arc<Published>,
        copy: Box<dyn Root>,
        edits: Pins,
        cause: Cause,
    ) -> Result<u64, Error> {
        let mut pins = state.pins.clone();
        pins.extend(edits.clone());
        if !self.has_sources() {
            let loaded = fixed(copy, current, &edits)?;
            let vetted = self.vet(loaded, &cause)?;
            let next = State { pins, ..state.clone() };
            return Ok(self.commit(state, next, vetted, cause));
        }
        self.with_pins(state, pins, cause)
    }

    /// Loads the last accepted layers under other pins, and publishes that.
    fn with_pins(&self, state: Writing<'_, State>, pins: Pins, cause: Cause) -> Result<u64, Error> {
        let known = Arc::clone(&state.variables);
        let variables = |name: &str| known.get(std::ffi::OsStr::new(name))?.to_str().map(str::to_owned);
        let input = Input {
            layers: &state.layers,
            pins: &pins,
            names: None,
            variables: &variables,
            unread: Vec::new(),
        };
        let loaded = load::load(self.model, &input)?;
        let (live, pending) = self.hold_back(loaded, &input)?;
        let vetted = self.vet(live, &cause)?;
        let next = State { pins, pending, ..state.clone() };
        Ok(self.commit(state, next, vetted, cause))
    }

    /// Takes back every value that was set at run time.
    pub(crate) fn clear_pins(&self) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        if state.pins.is_empty() || !self.has_sources() {
            return Ok(self.current.version());
        }
        self.with_pins(state, Pins::new(), Cause::Clear)
    }
}

/// A handle without sources takes the value itself; only the rules speak.
fn fixed(copy: Box<dyn Root>, current: &Published, edits: &Pins) -> Result<Loaded, Error> {
    let mut problems = Problems::default();
    copy.validate(&mut problems);
    let issues = problems.into_issues();
    if !issues.is_empty() {
        return Err(Error::new(issues));
    }
    // What cannot be encoded must still differ from what was there before.
    let differing = Value::Int((current.version + 1).into());
    let tree = edits.iter().fold(current.tree.clone(), |tree, (keys, value)| {
        place(&tree, keys, Some(value.as_ref().unwrap_or(&differing)))
    });
    Ok(Loaded { root: Arc::from(copy), tree, warnings: Vec::new() })
}
