//! The variables of fields, and detection of duplicates.

use std::collections::HashMap;

/// A variable of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The name below the prefix, unless exact.
    pub(crate) name: String,
    /// Whether it is the exact name of `#[hot(env = "..")]`.
    pub(crate) exact: bool,
}

impl Claim {
    pub(crate) fn exact(name: &str) -> Self {
        Self { name: name.to_owned(), exact: true }
    }

    pub(crate) fn below_prefix(name: String) -> Self {
        Self { name, exact: false }
    }

    /// The same leaf, seen from the enclosing struct.
    pub(crate) fn below(&self, step: &str) -> Self {
        match self.exact {
            true => self.clone(),
            false => Self::below_prefix(format!("{step}_{}", self.name)),
        }
    }
}

/// The fields by variable.
#[derive(Default)]
pub(crate) struct EnvNames {
    /// By the name with each `__` replaced by `_`, because both may separate two steps of a path.
    taken: HashMap<String, Vec<(Claim, usize)>>,
}

impl EnvNames {
    /// Registers a variable for a field. Returns the field that already has it, if any.
    pub(crate) fn take(&mut self, prefix: Option<&str>, claim: &Claim, field: usize) -> Option<usize> {
        let name = full_name(prefix, claim)?;
        let takers = self.taken.entry(name.replace("__", "_")).or_default();
        let rival = takers
            .iter()
            .find(|(other, owner)| {
                *owner != field && !(other.exact && claim.exact && other.name != claim.name)
            })
            .map(|(_, owner)| *owner);
        takers.push((claim.clone(), field));
        rival
    }
}

/// `None` if the struct has no prefix.
pub(crate) fn full_name(prefix: Option<&str>, claim: &Claim) -> Option<String> {
    match (claim.exact, prefix) {
        (true, _) => Some(claim.name.clone()),
        (false, Some(prefix)) => Some(format!("{prefix}_{}", claim.name)),
        (false, None) => None,
    }
}

/// Whether the variable is the one that selects the profile.
pub(crate) fn selects_profile(prefix: Option<&str>, claim: &Claim) -> bool {
    prefix.is_some_and(|prefix| full_name(Some(prefix), claim) == Some(format!("{prefix}_PROFILE")))
}

pub(crate) fn profile_message(name: &str) -> String {
    format!("the variable {name} selects the profile: name the field's own with `#[hot(env = \"..\")]`")
}

pub(crate) fn rival_message(other: &str, name: &str) -> String {
    format!("`{other}` takes the variable {name} too: give one of them its own with `#[hot(env = \"..\")]`")
}

#[cfg(test)]
mod tests {
    use super::{Claim, EnvNames};

    #[test]
    fn one_underscore_and_two_are_one_name() {
        let mut env_names = EnvNames::default();
        let take = |env_names: &mut EnvNames, name: &str, field| {
            env_names.take(Some("APP"), &Claim::below_prefix(name.to_owned()), field)
        };
        assert_eq!(take(&mut env_names, "POOL_SIZE", 0), None);
        assert_eq!(take(&mut env_names, "POOL__SIZE", 1), Some(0));
    }

    #[test]
    fn exact_names_are_compared_exactly() {
        let mut env_names = EnvNames::default();
        assert_eq!(env_names.take(None, &Claim::exact("A_B"), 0), None);
        assert_eq!(env_names.take(None, &Claim::exact("A__B"), 1), None);
        assert_eq!(env_names.take(None, &Claim::exact("A_B"), 2), Some(0));
    }
}
