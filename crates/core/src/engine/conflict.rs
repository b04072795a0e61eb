//! What the sources say and what was set at run time may not fit together.

use serde::Serialize;

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, Input, Loaded, Model},
    pins::{Pins, Stamp},
};

/// What becomes of a reload that a value set at run time makes invalid; for
/// [`Builder::override_conflict`](crate::Builder::override_conflict), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OverrideConflict {
    /// The reload is refused, and the report names the override at fault.
    #[default]
    Refuse,
    /// The override goes, the reload is accepted, and a warning tells.
    Drop,
}

/// Loads, and keeps the pins with which that is valid.
///
/// # Errors
/// Every problem; if the sources are valid by themselves, also each override at fault.
pub(crate) fn settle(
    model: Model,
    policy: OverrideConflict,
    input: &Input<'_>,
) -> Result<(Loaded, Pins), Error> {
    let error = match load::load(model, input) {
        Ok(loaded) => return Ok((loaded, input.pins.clone())),
        Err(error) => error,
    };
    let Some(kept) = valid(model, input, &error) else { return Err(error) };
    let at_fault = input.pins.iter().filter(|(keys, _)| !kept.contains_key(keys));
    match policy {
        OverrideConflict::Refuse => {
            let words = at_fault.map(|(keys, pin)| {
                let expires = pin.until.map(|until| until.shown);
                let stamp = Stamp { by: pin.by.as_deref(), at: pin.at, expires };
                let message = format!("what the sources say is invalid with the override set{stamp}");
                Issue::new(IssueKind::Override, keys.clone(), message)
                    .with_help("take it back by `clear_override`, or change the sources")
            });
            Err(Error::new(error.issues().cloned().chain(words).collect()))
        }
        OverrideConflict::Drop => {
            let words = at_fault.map(|(keys, _)| {
                let message = "the override is dropped, for what the sources say is invalid with it";
                Issue::new(IssueKind::Override, keys.clone(), message)
            });
            let words: Vec<_> = words.collect();
            let mut loaded = load::load(model, &with(input, &kept))?;
            loaded.warnings.extend(words);
            Ok((loaded, kept))
        }
    }
}

/// As many of the pins as the sources are valid with; `None` if they are not valid with none.
fn valid(model: Model, input: &Input<'_>, error: &Error) -> Option<Pins> {
    let fits = |pins: &Pins| load::load(model, &with(input, pins)).is_ok();
    if input.pins.is_empty() || !fits(&Pins::new()) {
        return None;
    }
    let suspect = |keys: &Keys| {
        error.issues().any(|issue| keys.starts_with(issue.keys()) || issue.keys().starts_with(keys))
    };
    let mut kept = input.pins.clone();
    kept.retain(|keys, _| !suspect(keys));
    if !fits(&kept) {
        kept.clear();
    }
    // The newest is the first to go.
    let mut others: Vec<_> = input.pins.iter().filter(|(keys, _)| !kept.contains_key(keys)).collect();
    others.sort_by_key(|(_, pin)| pin.at);
    for (keys, pin) in others {
        kept.insert(keys.clone(), pin.clone());
        if !fits(&kept) {
            kept.remove(keys);
        }
    }
    Some(kept)
}

fn with<'i>(input: &Input<'i>, pins: &'i Pins) -> Input<'i> {
    Input { pins, unread: input.unread.clone(), ..*input }
}
