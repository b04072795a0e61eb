//! Conflicts between the sources and values set at run time.

use serde::Serialize;

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, ConfigType, Input, Loaded},
    overrides::{Attribution, Overrides},
};

/// How a reload is handled that a value set at run time makes invalid; for
/// [`Builder::override_conflict`](crate::Builder::override_conflict), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OverrideConflict {
    /// The reload is refused, and the report names the override at fault.
    #[default]
    Refuse,
    /// The override is removed, the reload is accepted, and a warning is reported.
    Drop,
}

/// Loads with the overrides that are valid for these sources.
///
/// # Errors
/// Returns every problem; if the sources are valid by themselves, also each override at fault.
pub(crate) fn load_resolving_conflicts(
    config_type: ConfigType,
    policy: OverrideConflict,
    input: &Input<'_>,
) -> Result<(Loaded, Overrides), Error> {
    let error = match load::load(config_type, input) {
        Ok(loaded) => return Ok((loaded, input.overrides.clone())),
        Err(error) => error,
    };
    let Some(kept) = valid(config_type, input, &error) else { return Err(error) };
    let at_fault = input.overrides.iter().filter(|(keys, _)| !kept.contains_key(keys));
    match policy {
        OverrideConflict::Refuse => {
            let words = at_fault.map(|(keys, entry)| {
                let expires = entry.until.map(|until| until.shown);
                let stamp = Attribution { by: entry.by.as_deref(), at: entry.at, expires };
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
            let mut loaded = load::load(config_type, &with(input, &kept))?;
            loaded.warnings.extend(words);
            Ok((loaded, kept))
        }
    }
}

/// The largest set of overrides with which the load is valid; `None` if it is invalid without any.
fn valid(config_type: ConfigType, input: &Input<'_>, error: &Error) -> Option<Overrides> {
    let fits = |overrides: &Overrides| load::load(config_type, &with(input, overrides)).is_ok();
    if input.overrides.is_empty() || !fits(&Overrides::new()) {
        return None;
    }
    let suspect = |keys: &Keys| {
        error.issues().any(|issue| keys.starts_with(issue.keys()) || issue.keys().starts_with(keys))
    };
    let mut kept = input.overrides.clone();
    kept.retain(|keys, _| !suspect(keys));
    if !fits(&kept) {
        kept.clear();
    }
    // The newest override is removed first.
    let mut others: Vec<_> = input.overrides.iter().filter(|(keys, _)| !kept.contains_key(keys)).collect();
    others.sort_by_key(|(_, entry)| entry.at);
    for (keys, entry) in others {
        kept.insert(keys.clone(), entry.clone());
        if !fits(&kept) {
            kept.remove(keys);
        }
    }
    Some(kept)
}

fn with<'i>(input: &Input<'i>, overrides: &'i Overrides) -> Input<'i> {
    Input { overrides, unread: input.unread.clone(), ..*input }
}
