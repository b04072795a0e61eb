//! The leaves that a patch can touch, each of which is overridden as a whole.

use std::ops::Range;

use crate::{
    effective::exposes_secret,
    error::Error,
    excerpt,
    issue::{Issue, IssueKind},
    keys::{Key, Keys},
    load,
    shape::{Leaf, Shape},
    snapshot::Published,
    suggest::did_you_mean,
    unknown_keys::unknown_key,
    value::Value,
};

/// One leaf with everything inside it; an `Option` of a nested struct is a leaf.
pub(crate) struct OverridableField {
    pub(crate) slot: usize,
    pub(crate) keys: Keys,
    /// The path with the names of flattened fields.
    named: Keys,
    /// The leaf itself, or the leaves of the struct inside the option.
    pub(crate) leaves: Vec<Leaf>,
    /// The struct inside the option.
    pub(crate) inner: Option<&'static Shape>,
    /// Whether it takes the keys of its table that match no field.
    pub(crate) flatten: bool,
    /// The paths of secrets: the leaf, or paths inside it that a patch leaves unchanged.
    pub(crate) secrets: Vec<Keys>,
}

/// The leaves below a handle, in order.
pub(crate) struct OverridableFields(Vec<OverridableField>);

/// A path that matches no field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) keys: Keys,
    pub(crate) message: String,
}

/// The target of a path.
pub(crate) enum PatchTarget<'u> {
    /// A struct, with the leaves below it.
    Above(Vec<&'u OverridableField>),
    /// A leaf, or a path inside it.
    Within(&'u OverridableField),
}

impl<'u> PatchTarget<'u> {
    pub(super) fn fields(&self) -> Vec<&'u OverridableField> {
        match self {
            Self::Above(fields) => fields.clone(),
            Self::Within(field) => vec![field],
        }
    }
}

impl OverridableField {
    /// Whether the whole leaf is secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.secrets.contains(&self.keys)
    }

    pub(crate) fn readonly(&self) -> impl Iterator<Item = &Leaf> {
        self.leaves.iter().filter(|leaf| leaf.readonly())
    }

    /// The value in a document.
    pub(crate) fn value(&self, shape: &'static Shape, tree: &Value) -> Option<Value> {
        let value = self.keys.find(tree)?;
        let (true, Some(_)) = (self.flatten, value.as_table()) else { return Some(value.clone()) };
        let mut rest = value.clone();
        for taken in load::taken_beside(shape, &self.keys) {
            rest.entries_mut().remove(&taken);
        }
        Some(rest)
    }
}

impl OverridableFields {
    /// The leaves with these numbers, and their secrets in this version.
    pub(crate) fn of_version(published: &Published, slots: &Range<usize>) -> Self {
        let mut fields = Self::new(published.root.shape(), slots);
        fields.0.iter_mut().for_each(|field| field.hide(published));
        fields
    }

    /// The leaves with these numbers.
    pub(crate) fn new(shape: &'static Shape, slots: &Range<usize>) -> Self {
        let mut fields: Vec<OverridableField> = Vec::new();
        for leaf in shape.leaves().into_iter().filter(|leaf| slots.contains(&leaf.slot)) {
            match fields.last_mut().filter(|field| field.slot == leaf.slot) {
                Some(field) => field.leaves.push(leaf),
                None => fields.push(OverridableField::new(shape, leaf)),
            }
        }
        Self(fields)
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&OverridableField> {
        self.0.iter().find(|field| field.slot == slot)
    }

    /// Finds the target at `keys`.
    ///
    /// # Errors
    /// The path matches no field; with `suggest` a similar name is searched.
    pub(crate) fn find(&self, keys: &Keys, suggest: bool) -> Result<PatchTarget<'_>, Unknown> {
        let own = || self.0.iter().filter(|field| !field.flatten);
        if let Some(field) = own().find(|field| keys.starts_with(&field.keys)) {
            field.inner.map_or(Ok(()), |inner| inside(inner, &field.keys, keys, suggest))?;
            return Ok(PatchTarget::Within(field));
        }
        let below: Vec<_> = self.0.iter().filter(|field| field.keys.starts_with(keys)).collect();
        if !below.is_empty() {
            return Ok(PatchTarget::Above(below));
        }
        let open = self.0.iter().filter(|field| field.flatten && keys.starts_with(&field.keys));
        match open.max_by_key(|field| field.keys.0.len()) {
            // The keys of a flattened leaf are on its own level; otherwise the key of a struct is wrong.
            Some(field) if !self.is_struct(keys, field.keys.0.len() + 1) => Ok(PatchTarget::Within(field)),
            _ => Err(unknown(own().map(|field| &field.keys), keys, suggest)),
        }
    }

    pub(crate) fn all(&self) -> Vec<&OverridableField> {
        self.0.iter().collect()
    }

    /// The leaves at a dotted path below the struct with the number `base`: one, or all of a struct. A flattened field
    /// may be given by its own name.
    pub(crate) fn named(
        &self,
        shape: &'static Shape,
        base: usize,
        path: &str,
    ) -> Result<Vec<&OverridableField>, Error> {
        let (keys, named) = (shape.keys_of(base), shape.named_keys(base));
        let name = |field: &OverridableField| field.keys.below(&keys).to_string();
        let own_name = |field: &OverridableField| field.named.below(&named).to_string();
        let find = |name: &dyn Fn(&OverridableField) -> String| -> Vec<_> {
            self.0.iter().filter(|field| is_below(&name(field), path)).collect()
        };
        let found = Some(find(&name)).filter(|found| !found.is_empty()).unwrap_or_else(|| find(&own_name));
        if !found.is_empty() {
            return Ok(found);
        }
        let issue = |message: &str| Issue::new(IssueKind::Write, keys.clone(), message);
        let names: Vec<_> = self.0.iter().map(own_name).collect();
        let shown = excerpt::visible(path);
        if let Some(whole) = names.iter().find(|name| !name.is_empty() && is_below(path, name)) {
            let message = format!("`{shown}` is a part of `{whole}`, which is set as a whole");
            return Err(issue(&message).with_help(format!("clear `{whole}`")).into());
        }
        let message = match did_you_mean(path, names.iter().map(String::as_str)) {
            Some(meant) => format!("no such field: `{shown}`, did you mean `{meant}`?"),
            None => format!("no such field: `{shown}`"),
        };
        Err(issue(&message).into())
    }

    fn is_struct(&self, keys: &Keys, depth: usize) -> bool {
        let part = Keys(keys.0[..depth.min(keys.0.len())].to_vec());
        self.0.iter().any(|field| field.keys.starts_with(&part))
    }
}

impl OverridableField {
    fn new(shape: &'static Shape, leaf: Leaf) -> Self {
        let trail = shape.trail(leaf.slot);
        let field = trail.last().copied().unwrap_or_else(|| leaf.field());
        Self {
            slot: leaf.slot,
            keys: shape.keys_of(leaf.slot),
            named: shape.named_keys(leaf.slot),
            inner: field.inner(),
            flatten: field.flatten,
            secrets: Vec::new(),
            leaves: vec![leaf],
        }
    }

    /// Records the paths of secrets, from marked fields and from types.
    fn hide(&mut self, published: &Published) {
        let shape = published.root.shape();
        let whole =
            shape.trail(self.slot).iter().any(|field| field.secret) || published.is_sealed(&self.keys);
        let said = self.leaves.iter().filter(|leaf| leaf.secret()).map(|leaf| leaf.keys.clone());
        self.secrets = said.collect();
        let mut unclear = whole;
        match published.root.encode(self.slot) {
            Ok(value) => {
                unclear |= exposes_secret(published, self.slot, &value);
                secret_paths(&value, &self.keys, &mut self.secrets);
            }
            Err(_) => unclear |= published.hides_at(&self.keys),
        }
        self.secrets.sort_unstable();
        self.secrets.dedup();
        // An element of a list may have another index after the patch.
        unclear |= self.secrets.iter().flat_map(|keys| &keys.0).any(|key| matches!(key, Key::Index(_)));
        if unclear {
            self.secrets = vec![self.keys.clone()];
        }
    }
}

/// Whether a dotted path equals another one or continues it.
fn is_below(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether the struct inside an option, which has the path `base`, contains the path.
fn inside(shape: &'static Shape, base: &Keys, keys: &Keys, suggest: bool) -> Result<(), Unknown> {
    let rest = Keys(keys.0[base.0.len()..].to_vec());
    if rest.is_root() {
        return Ok(());
    }
    let found = OverridableFields::new(shape, &(0..usize::MAX)).find(&rest, suggest).map(drop);
    found.map_err(|unknown| Unknown { keys: base.join(&unknown.keys), ..unknown })
}

/// The first key of the path that matches no field.
fn unknown<'k>(known: impl Iterator<Item = &'k Keys> + Clone, keys: &Keys, suggest: bool) -> Unknown {
    let shared = |other: &Keys| other.0.iter().zip(&keys.0).take_while(|(a, b)| a == b).count();
    let depth = known.clone().map(shared).max().unwrap_or(0).min(keys.0.len().saturating_sub(1));
    let place = Keys(keys.0[..depth].to_vec());
    let beside =
        known.filter(|other| other.starts_with(&place)).filter_map(|other| match other.0.get(depth) {
            Some(Key::Name(name)) => Some(&**name),
            _ => None,
        });
    let meant = match keys.0.get(depth) {
        Some(Key::Name(name)) if suggest => did_you_mean(name, beside),
        _ => None,
    };
    Unknown { keys: Keys(keys.0[..keys.0.len().min(depth + 1)].to_vec()), message: unknown_key(meant) }
}

/// The paths at which a type marked a secret.
pub(crate) fn secret_paths(value: &Value, keys: &Keys, found: &mut Vec<Keys>) {
    match value {
        Value::Secret(_) => found.push(keys.clone()),
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| secret_paths(item, &keys.index(index), found));
        }
        Value::Table(entries) => {
            entries.iter().for_each(|(name, value)| secret_paths(value, &keys.name(name), found));
        }
        _ => {}
    }
}
