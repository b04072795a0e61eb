//! Limits for a patch: without them, a few small `copy` operations could exhaust the memory.

use serde_json::Value as Json;

use crate::value::MAX_DEPTH;

/// Operations of one patch.
pub(super) const OPERATIONS: usize = 10_000;

/// Roughly the bytes that all operations together may add.
const BYTES: usize = 16 << 20;

/// The cost of a value in addition to its text.
const NODE: usize = 16;

/// The message for a value that is nested too deeply.
pub(super) fn too_deep() -> String {
    format!("it makes a value more than {MAX_DEPTH} levels deep")
}

/// The remaining budget of a patch.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(BYTES)
    }

    /// Pays for a value that is added `depth` levels deep.
    pub(super) fn spend(&mut self, value: &Json, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        match value {
            Json::String(text) => self.pay(text.len())?,
            Json::Array(items) => items.iter().try_for_each(|item| self.spend(item, depth + 1))?,
            Json::Object(entries) => {
                for (key, value) in entries {
                    self.pay(key.len())?;
                    self.spend(value, depth + 1)?;
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
        self.pay(NODE)
    }

    fn pay(&mut self, bytes: usize) -> Result<(), String> {
        let message = || format!("the patch adds more than {} MiB", BYTES >> 20);
        self.0 = self.0.checked_sub(bytes).ok_or_else(message)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_limited() {
        let deep = |levels| (1..levels).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
        assert!(Budget::new().spend(&deep(MAX_DEPTH), 1).is_ok());
        assert!(Budget::new().spend(&deep(MAX_DEPTH + 1), 1).is_err());
    }

    #[test]
    fn size_is_limited_over_all() {
        let mut budget = Budget::new();
        let half = Json::String("x".repeat(BYTES / 2));
        assert!(budget.spend(&half, 0).is_ok());
        assert!(budget.spend(&half, 0).unwrap_err().contains("16 MiB"));
    }
}
