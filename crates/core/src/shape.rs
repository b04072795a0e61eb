//! The derive's description of a struct, as data without types: names, docs, defaults, nesting.
//!
//! All code that needs no value of the struct uses this data: environment names, unknown keys, aliases,
//! paths, templates.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// A struct that derives `HotConfig`.
#[derive(Debug)]
pub struct Shape {
    /// The struct's Rust name.
    pub name: &'static str,
    /// Its doc comment.
    pub docs: &'static str,
    /// Its fields in the order of the source, without skipped ones.
    pub fields: &'static [FieldShape],
}

/// A field of such a struct.
#[derive(Debug)]
pub struct FieldShape {
    /// The Rust name, without `r#`.
    pub name: &'static str,
    /// The serde name.
    pub key: &'static str,
    /// Other names that serde accepts.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
    /// The type as written.
    pub ty: &'static str,
    /// The field's number within the struct; see [`Member`](crate::member::Member).
    pub slot: usize,
    /// The kind of its content.
    pub kind: Kind,
    /// `#[serde(flatten)]`: its keys are on the level of the field itself.
    pub flatten: bool,
    /// `#[serde(default)]` on the field or the struct.
    pub serde_default: bool,
    /// The serde default of a nested struct that no layer mentions; it returns `None` if the value cannot be
    /// written.
    pub absent: Option<fn() -> Option<Value>>,
    /// An `Option` that a function reads and that has no default: serde reports it as missing if it is
    /// `None`.
    pub nullable: bool,
    /// `#[hot(default = ..)]`.
    pub default: Option<fn() -> Value>,
    /// `#[hot(env = "..")]`.
    pub env: Option<&'static str>,
    /// `#[hot(restart)]`.
    pub restart: bool,
    /// `#[hot(readonly)]`: the running program cannot write it.
    pub readonly: bool,
    /// `#[hot(secret)]`: the value is never shown.
    pub secret: bool,
    /// `#[hot(secret = "..")]`: the reference from which the value is fetched unless a layer gives another.
    pub reference: Option<&'static str>,
    /// `#[hot(not_secret)]`: the value is not a credential, even if it looks like one.
    pub not_secret: bool,
    /// `#[hot(deprecated = "..")]`: what to do instead.
    pub deprecated: Option<&'static str>,
    /// `#[hot(unit = "..")]`: the unit of a number.
    pub unit: Option<&'static str>,
    /// `#[hot(merge = ..)]`.
    pub merge: Merge,
}

/// How the values of a field in two layers are merged.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Tables are merged key by key at every depth; the higher layer replaces everything else.
    Deep,
    /// The higher layer replaces the whole value.
    Replace,
    /// Lists are concatenated, the lower layer first.
    Append,
    /// Like `Append`, without duplicate elements.
    Union,
    /// Lists of tables are merged element by element: elements with the same value of this key are merged,
    /// others are appended.
    Key(&'static str),
}

/// The kind of the content of a field.
#[derive(Debug)]
pub enum Kind {
    /// A value of any type that serde reads.
    Leaf,
    /// Another struct that derives `HotConfig`.
    Nested(&'static Shape),
    /// An `Option` of such a struct; treated as a leaf except for names and defaults.
    Optional(&'static Shape),
}

impl FieldShape {
    /// A leaf without attributes; generated code overrides what differs.
    pub const LEAF: Self = Self {
        name: "",
        key: "",
        aliases: &[],
        docs: "",
        ty: "",
        slot: 0,
        kind: Kind::Leaf,
        flatten: false,
        serde_default: false,
        absent: None,
        nullable: false,
        default: None,
        env: None,
        restart: false,
        readonly: false,
        secret: false,
        reference: None,
        not_secret: false,
        deprecated: None,
        unit: None,
        merge: Merge::Deep,
    };

    /// The shape below the field, if it is a struct of ours.
    pub(crate) fn inner(&self) -> Option<&'static Shape> {
        match self.kind {
            Kind::Leaf => None,
            Kind::Nested(shape) | Kind::Optional(shape) => Some(shape),
        }
    }

    /// The path of the field, if its struct has the path `parent`.
    pub(crate) fn keys(&self, parent: &Keys) -> Keys {
        if self.flatten { parent.clone() } else { parent.name(self.key) }
    }
}

/// A leaf with the fields on the path to it.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Counted from the root struct; an inner leaf of an `Option<Nested>` has the number of the option.
    pub(crate) slot: usize,
    pub(crate) keys: Keys,
    /// From the root's field down to the leaf itself.
    pub(crate) trail: Vec<&'static FieldShape>,
}

impl Leaf {
    pub(crate) fn field(&self) -> &'static FieldShape {
        self.trail[self.trail.len() - 1]
    }

    /// The path of the table that a flattened leaf shares, with the name of the leaf.
    pub(crate) fn keys_with_name(&self) -> Keys {
        self.keys.name(self.field().key)
    }

    fn restart(&self) -> bool {
        self.trail.iter().any(|field| field.restart)
    }

    /// The path of the value that waits as a whole if this leaf needs a restart: the leaf, or the marked
    /// `Option` around it.
    pub(crate) fn restart_keys(&self) -> Option<Keys> {
        let option = self.trail.iter().position(|field| matches!(field.kind, Kind::Optional(_)));
        let outer = option.map(|option| &self.trail[..=option]);
        match outer.filter(|outer| outer.iter().any(|field| field.restart)) {
            Some(outer) => Some(outer.iter().fold(Keys::root(), |keys, field| field.keys(&keys))),
            None => self.restart().then(|| self.keys.clone()),
        }
    }

    pub(crate) fn readonly(&self) -> bool {
        self.trail.iter().any(|field| field.readonly)
    }

    pub(crate) fn secret(&self) -> bool {
        self.trail.iter().any(|field| field.secret)
    }
}

impl Shape {
    /// Every leaf in order, including leaves inside an `Option<Nested>`.
    pub(crate) fn leaves(&'static self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.collect_leaves(0, true, &Keys::root(), &[], &mut leaves);
        leaves
    }

    /// Whether `below` is the path of this struct or of a nested struct, and not of a leaf.
    pub(crate) fn is_struct(&'static self, below: &Keys) -> bool {
        let inside = |leaf: &Leaf| leaf.keys.starts_with(below) && leaf.keys != *below;
        below.is_root() || self.leaves().iter().any(inside)
    }

    fn collect_leaves(
        &'static self,
        base: usize,
        numbered: bool,
        parent: &Keys,
        trail: &[&'static FieldShape],
        out: &mut Vec<Leaf>,
    ) {
        for field in self.fields {
            let keys = field.keys(parent);
            let slot = if numbered { base + field.slot } else { base };
            let trail = [trail, &[field]].concat();
            match field.kind {
                Kind::Leaf => out.push(Leaf { slot, keys, trail }),
                Kind::Nested(inner) => inner.collect_leaves(slot, numbered, &keys, &trail, out),
                Kind::Optional(inner) => inner.collect_leaves(slot, false, &keys, &trail, out),
            }
        }
    }

    /// The given numbers of this struct, and the numbers of every struct nested in it.
    pub(crate) fn structs(&'static self, numbers: Range<usize>) -> Vec<Range<usize>> {
        let mut found = vec![numbers.clone()];
        let ends = self.fields.iter().skip(1).map(|next| numbers.start + next.slot).chain([numbers.end]);
        for (field, end) in self.fields.iter().zip(ends) {
            if let Kind::Nested(inner) = field.kind {
                found.extend(inner.structs(numbers.start + field.slot..end));
            }
        }
        found
    }

    /// The struct with this number.
    pub(crate) fn inner_of(&'static self, slot: usize) -> &'static Shape {
        self.trail(slot).last().and_then(|field| field.inner()).unwrap_or(self)
    }

    /// The field with this key, by its own name; fields of flattened structs belong to this level too.
    pub(crate) fn field_named(&self, key: &str) -> Option<&'static FieldShape> {
        self.fields.iter().find_map(|field| match field.inner() {
            Some(inner) if field.flatten => inner.field_named(key),
            _ => (field.key == key && !field.flatten).then_some(field),
        })
    }

    /// Whether any field is secret, at any depth.
    pub(crate) fn any_secret(&self) -> bool {
        self.fields.iter().any(|field| field.secret || field.inner().is_some_and(Self::any_secret))
    }

    /// Whether any field is an `Option` that serde reports as missing, at any depth.
    pub(crate) fn any_nullable(&self) -> bool {
        self.fields.iter().any(|field| field.nullable || field.inner().is_some_and(Self::any_nullable))
    }

    /// Whether any field has this name in files.
    pub(crate) fn has_key(&'static self, name: &str) -> bool {
        self.fields.iter().any(|field| {
            field.key == name
                || field.aliases.contains(&name)
                || field.inner().is_some_and(|inner| inner.has_key(name))
        })
    }

    /// The path of the field with this number, counted from this struct; number 0 is the struct itself.
    pub(crate) fn keys_of(&'static self, slot: usize) -> Keys {
        self.trail(slot).iter().fold(Keys::root(), |keys, field| field.keys(&keys))
    }

    /// The path with the names of flattened fields, to tell the fields of one table apart.
    pub(crate) fn named_keys(&'static self, slot: usize) -> Keys {
        self.trail(slot).iter().fold(Keys::root(), |keys, field| keys.name(field.key))
    }

    /// The path of a field in messages: a flattened leaf has its own name, because its table has other fields, too.
    pub(crate) fn shown_keys(&'static self, slot: usize) -> Keys {
        if self.is_leaf(slot) && self.is_flattened(slot) { self.named_keys(slot) } else { self.keys_of(slot) }
    }

    /// The numbers of the field with this number, and of everything below it.
    pub(crate) fn numbers_of(&'static self, slot: usize) -> Range<usize> {
        let structs = self.structs(0..usize::MAX).into_iter();
        let mut found = structs.filter(|numbers| numbers.start == slot);
        found.next().unwrap_or(slot..slot + 1)
    }

    /// Whether the field with this number is flattened.
    pub(crate) fn is_flattened(&'static self, slot: usize) -> bool {
        self.trail(slot).last().is_some_and(|field| field.flatten)
    }

    /// Whether the number belongs to a leaf: an `Option<Nested>` is a leaf, a nested struct is not.
    pub(crate) fn is_leaf(&'static self, slot: usize) -> bool {
        self.trail(slot).last().is_some_and(|field| !matches!(field.kind, Kind::Nested(_)))
    }

    /// The numbers on the path from the struct itself, which is 0, to this number.
    pub(crate) fn down_to(&'static self, slot: usize) -> impl Iterator<Item = usize> {
        let below = self.trail(slot).into_iter().scan(0, |number, field| {
            *number += field.slot;
            Some(*number)
        });
        std::iter::once(0).chain(below)
    }

    /// The fields on the path to the field with this number.
    pub(crate) fn trail(&'static self, slot: usize) -> Vec<&'static FieldShape> {
        let (mut shape, mut rest, mut trail) = (self, slot, Vec::new());
        while rest > 0 {
            let next = shape.fields.partition_point(|field| field.slot <= rest);
            let Some(field) = next.checked_sub(1).and_then(|last| shape.fields.get(last)) else { break };
            trail.push(field);
            rest -= field.slot;
            match field.kind {
                Kind::Nested(inner) => shape = inner,
                Kind::Leaf | Kind::Optional(_) => break,
            }
        }
        trail
    }
}

/// The keys of other fields in the same table as the leaf at `keys`; empty unless it is flattened.
pub(crate) fn taken_beside(shape: &'static Shape, keys: &Keys) -> BTreeSet<Arc<str>> {
    let below = shape.leaves().into_iter().filter(|leaf| leaf.keys.starts_with(keys));
    let others = below.filter(|leaf| shape.keys_of(leaf.slot) != *keys);
    let names = others.filter_map(|leaf| match leaf.keys.0.get(keys.0.len()) {
        Some(Key::Name(name)) => Some(Arc::clone(name)),
        _ => None,
    });
    names.collect()
}

/// Whether a key belongs to a flattened leaf, and no field has it.
pub(crate) fn is_shared_key(shape: &'static Shape, keys: &Keys) -> bool {
    let leaves = shape.leaves();
    let beside =
        leaves.iter().any(|leaf| shape.is_flattened(leaf.slot) && shape.keys_of(leaf.slot) == keys.parent());
    !keys.is_root() && beside && !leaves.iter().any(|leaf| shape.keys_of(leaf.slot) == *keys)
}
