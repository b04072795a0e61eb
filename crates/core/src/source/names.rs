//! Maps environment variables to fields. The field table decides, not the spelling of the variable:
//! `APP_RATE_LIMIT_MAX` could mean three different nestings, only one of which exists.

use std::collections::BTreeMap;

use crate::{
    issue::{Issue, IssueKind},
    keys::Keys,
    shape::{FieldShape, Leaf, Shape},
};

/// The variables that a struct reads.
///
/// Names are case-sensitive, except on Windows, whose environment is not.
pub(crate) struct Names {
    /// With every run of `_` collapsed to one; `None` if only exact names are read.
    prefix: Option<String>,
    /// `#[hot(env = "..")]`, as written.
    exact: BTreeMap<String, usize>,
    /// Prefix and path, with every run of `_` collapsed to one.
    prefixed: BTreeMap<String, usize>,
    leaves: Vec<Leaf>,
}

impl Names {
    /// The variables for the fields of `shape`. With an empty prefix, the name of a variable is the name of
    /// its field alone.
    ///
    /// # Errors
    /// Every name that two fields use, or that a field and the profile use.
    pub(crate) fn new(shape: &'static Shape, prefix: Option<&str>) -> Result<Self, Vec<Issue>> {
        let mut names = Self {
            prefix: prefix.map(|prefix| fold(&collapse(prefix))),
            exact: BTreeMap::new(),
            prefixed: BTreeMap::new(),
            leaves: shape.leaves(),
        };
        let mut issues = names.claim_exact();
        issues.extend(names.claim_prefixed());
        if issues.is_empty() { Ok(names) } else { Err(issues) }
    }

    fn claim_exact(&mut self) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (index, leaf) in self.leaves.iter().enumerate() {
            let Some(name) = leaf.field().env.map(fold) else { continue };
            if let Some(taken) = self.exact.insert(name.clone(), index) {
                issues.push(claimed_twice(&self.leaves[taken], leaf, &name));
            } else if self.is_profile(&name) {
                issues.push(claims_profile(leaf, &name));
            }
        }
        issues
    }

    fn claim_prefixed(&mut self) -> Vec<Issue> {
        let mut issues = Vec::new();
        let exact: BTreeMap<String, usize> =
            self.exact.iter().map(|(name, index)| (collapse(name), *index)).collect();
        for (index, leaf) in self.leaves.iter().enumerate() {
            for name in self.prefix.iter().flat_map(|prefix| spellings(leaf, prefix)) {
                let taken = exact.get(&name).or_else(|| self.prefixed.get(&name));
                match taken.filter(|taken| **taken != index) {
                    Some(taken) => issues.push(claimed_twice(&self.leaves[*taken], leaf, &name)),
                    None if self.is_profile(&name) => issues.push(claims_profile(leaf, &name)),
                    None => drop(self.prefixed.insert(name, index)),
                }
            }
        }
        issues
    }

    /// The field of a variable.
    pub(crate) fn find(&self, variable: &str) -> Option<&Leaf> {
        let index =
            self.exact.get(&*fold(variable)).or_else(|| self.prefixed.get(&fold(&collapse(variable))));
        index.map(|index| &self.leaves[*index])
    }

    /// Whether the variable is for this program and not for another one.
    pub(crate) fn is_ours(&self, variable: &str) -> bool {
        let name = fold(&collapse(variable));
        self.prefix.as_deref().is_some_and(|prefix| rest(&name, prefix).is_some_and(|_| !prefix.is_empty()))
    }

    /// Whether the variable names the profile.
    pub(crate) fn is_profile(&self, variable: &str) -> bool {
        self.profile().is_some_and(|profile| profile == fold(&collapse(variable)))
    }

    /// The variable that names the profile, as `APP_PROFILE`.
    pub(crate) fn profile(&self) -> Option<String> {
        self.prefix.as_deref().filter(|prefix| !prefix.is_empty()).map(|prefix| format!("{prefix}_PROFILE"))
    }

    /// The variable to set for the field at `keys`, for a help text.
    pub(crate) fn variable(&self, keys: &Keys) -> Option<String> {
        let leaf = self.leaves.iter().find(|leaf| leaf.keys == *keys)?;
        match (leaf.field().env, self.prefix.as_deref()) {
            (Some(exact), _) => Some(fold(exact)),
            (None, prefix) => spellings(leaf, prefix?).into_iter().next(),
        }
    }

    /// The table with the name of a variable, which no variable can set as a whole, and the variables of its fields.
    pub(crate) fn table(&self, variable: &str) -> Option<(Keys, Vec<String>)> {
        let (prefix, name) = (self.prefix.as_deref()?, fold(&collapse(variable)));
        let around = self.leaves.iter().find_map(|leaf| {
            let inside = (1..leaf.trail.len()).map(|depth| &leaf.trail[..depth]);
            let mut inside = inside.filter(|trail| trail.last().is_some_and(|field| !field.flatten));
            inside.find(|trail| spelled(trail, prefix).contains(&name))
        })?;
        let keys = around.iter().fold(Keys::root(), |keys, field| field.keys(&keys));
        let below = self.leaves.iter().filter(|leaf| leaf.keys.starts_with(&keys));
        let variables = below.filter_map(|leaf| self.variable(&leaf.keys)).collect();
        Some((keys, variables))
    }

    /// The known variable that is closest to an unknown one.
    pub(crate) fn suggest(&self, variable: &str) -> Option<&str> {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let name = fold(&collapse(variable));
        // Without the prefix, which is correct already and would make different names look similar.
        let bare = |name| rest(name, prefix).unwrap_or(name);
        let best = crate::suggest::did_you_mean(bare(&name), self.known().map(|(name, _)| bare(name)))?;
        self.known().map(|(name, _)| name).find(|name| bare(name) == best)
    }

    fn known(&self) -> impl Iterator<Item = (&str, usize)> {
        self.exact.iter().chain(&self.prefixed).map(|(name, leaf)| (name.as_str(), *leaf))
    }
}

/// Every name of a leaf with the prefix: its primary name first, then names from aliases.
fn spellings(leaf: &Leaf, prefix: &str) -> Vec<String> {
    // An exact name resolves a collision, so it replaces the others. A flattened leaf has no name.
    if leaf.field().env.is_some() || leaf.field().flatten {
        return Vec::new();
    }
    spelled(&leaf.trail, prefix)
}

/// Every name from the fields on a path.
fn spelled(trail: &[&FieldShape], prefix: &str) -> Vec<String> {
    let mut names = vec![prefix.to_string()];
    for field in trail.iter().filter(|field| !field.flatten) {
        let segments: Vec<String> =
            std::iter::once(field.key).chain(field.aliases.iter().copied()).map(segment).collect();
        names =
            names.iter().flat_map(|name| segments.iter().map(move |segment| join(name, segment))).collect();
    }
    names.iter().map(|name| fold(name)).collect()
}

fn join(name: &str, segment: &str) -> String {
    if name.is_empty() { segment.to_string() } else { format!("{name}_{segment}") }
}

/// A serde name as part of the name of a variable: `poolSize`, `pool-size` and `pool.size` become
/// `POOL_SIZE`.
fn segment(key: &str) -> String {
    let parts = key.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(humps).collect::<Vec<_>>().join("_").to_uppercase()
}

/// `HTTPServer` becomes `HTTP_Server`; a part without lower-case letters, such as `SHA256SUM`, is not split.
fn humps(part: &str) -> String {
    let letters: Vec<char> = part.chars().collect();
    let mixed = letters.iter().any(|letter| letter.is_lowercase());
    let starts = |at: usize| {
        let capital = letters[at].is_uppercase();
        let after_small = at > 0 && !letters[at - 1].is_uppercase();
        let before_small = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        mixed && capital && (after_small || before_small)
    };
    (0..letters.len()).fold(String::new(), |mut humps, at| {
        if starts(at) {
            humps.push('_');
        }
        humps.push(letters[at]);
        humps
    })
}

/// The name with every run of `_` collapsed to one, and none at its end.
fn collapse(name: &str) -> String {
    let mut collapsed = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter != '_' || !collapsed.ends_with('_') {
            collapsed.push(letter);
        }
    }
    collapsed.truncate(collapsed.trim_end_matches('_').len());
    collapsed
}

/// On Windows, names of variables are case-insensitive.
fn fold(name: &str) -> String {
    if cfg!(windows) { name.to_uppercase() } else { name.to_string() }
}

/// The part after the prefix and its `_`.
fn rest<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    if prefix.is_empty() { Some(name) } else { name.strip_prefix(prefix)?.strip_prefix('_') }
}

fn claimed_twice(first: &Leaf, second: &Leaf, name: &str) -> Issue {
    let message = format!("`{}` and `{}` would both be read from {name}", first.keys, second.keys);
    Issue::new(IssueKind::Setup, Keys::root(), message)
        .with_help("name the variable of one of them with `#[hot(env = \"..\")]`")
}

fn claims_profile(leaf: &Leaf, name: &str) -> Issue {
    let message = format!("`{}` would be read from {name}, which names the profile", leaf.keys);
    Issue::new(IssueKind::Setup, Keys::root(), message)
        .with_help("name the variable of the field with `#[hot(env = \"..\")]`")
}

#[cfg(test)]
mod tests;
