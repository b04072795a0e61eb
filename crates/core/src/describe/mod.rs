//! The description of a configuration: the types, rules and sources of its fields.
//!
//! A [`StructInfo`] contains everything that is known about a struct: names and docs from the field table,
//! forms from tracing, requirements from the rules. Schema, template and reference are three representations of
//! it.

mod form;
pub(crate) mod hash;
mod known;
mod reference;
mod schema;
mod table_layout;
mod template;

use std::collections::BTreeSet;

use serde_json::Value as Json;

pub(crate) use form::{Form, FormKind};
use table_layout::{FieldContext, LeafEntry};

use crate::{
    de::{DecodeError, Decoder},
    keys::Keys,
    panics,
    rule::{Requirement, Rule},
    schema::Loadable,
    secret::tracking,
    shape::{FieldShape, Merge, Shape},
    source::{format::Format, names::Names},
    value::Value,
};

/// A struct that derives `HotConfig`.
#[doc(hidden)]
#[derive(Debug)]
pub struct StructInfo {
    pub(crate) shape: &'static Shape,
    pub(crate) fields: Vec<FieldInfo>,
    /// The struct's checks.
    pub(crate) checks: Vec<Requirement>,
}

/// A field of such a struct.
#[derive(Debug)]
pub(crate) struct FieldInfo {
    pub(crate) shape: &'static FieldShape,
    pub(crate) body: FieldKind,
    /// Its serde default if the enclosing struct is not mentioned.
    pub(crate) absent: Option<Value>,
}

/// The kind of a field.
#[doc(hidden)]
#[derive(Debug)]
pub enum FieldKind {
    Leaf(Leaf),
    Nested(StructInfo),
    Optional(StructInfo),
}

/// A value that serde reads.
#[doc(hidden)]
#[derive(Debug)]
pub struct Leaf {
    pub(crate) form: Form,
    pub(crate) rules: Vec<Requirement>,
    /// Whether a custom function reads it, so that rules may see another value than the file has.
    pub(crate) converted: bool,
    /// Whether its type contains a secret, regardless of attributes.
    pub(crate) secret: bool,
}

impl StructInfo {
    pub(crate) fn new<T: Loadable>() -> Self {
        let members = T::SHAPE.fields.iter().zip(T::MEMBERS);
        let fields = members.map(|(shape, member)| {
            let mut field = FieldInfo { shape, body: body(shape, member.describe()), absent: None };
            let absent = shape.absent.and_then(|absent| panics::catch_panic(absent).flatten());
            absent.iter().for_each(|absent| field.note_absent(absent));
            field
        });
        Self { shape: T::SHAPE, fields: fields.collect(), checks: requirements(T::CHECKS) }
    }

    /// Whether a configuration must give it a value.
    pub(crate) fn is_required(&self) -> bool {
        self.fields.iter().any(FieldInfo::is_required)
    }
}

/// For a list that is merged by key, each document may give part of an element.
fn body(shape: &FieldShape, body: FieldKind) -> FieldKind {
    match body {
        FieldKind::Leaf(leaf) if matches!(shape.merge, Merge::Key(_)) => {
            FieldKind::Leaf(Leaf { form: leaf.form.in_pieces(), ..leaf })
        }
        body => body,
    }
}

impl FieldInfo {
    /// Whether a configuration must give it a value. Secrets are supplied outside of files.
    pub(crate) fn is_required(&self) -> bool {
        match &self.body {
            FieldKind::Leaf(leaf) => {
                let shape = self.shape;
                let given = shape.default.is_some() || shape.serde_default || shape.flatten || shape.nullable;
                !given && !leaf.form.nullable && !matches!(leaf.form.kind, FormKind::Unit)
            }
            FieldKind::Nested(section) => self.shape.absent.is_none() && section.is_required(),
            FieldKind::Optional(_) => false,
        }
    }

    /// Takes over part of the serde default of the enclosing struct.
    fn note_absent(&mut self, value: &Value) {
        let (FieldKind::Nested(section) | FieldKind::Optional(section)) = &mut self.body else {
            self.absent = Some(value.clone());
            return;
        };
        for field in &mut section.fields {
            match value.as_table().and_then(|table| table.get(field.shape.key)) {
                _ if field.shape.flatten => field.note_absent(value),
                Some(below) => field.note_absent(below),
                None => {}
            }
        }
    }

    /// Whether the value must not be shown, as far as the field itself knows.
    pub(crate) fn is_secret(&self) -> bool {
        self.shape.secret || matches!(&self.body, FieldKind::Leaf(leaf) if leaf.secret)
    }

    /// The default of an attribute, which may be a function of the program.
    pub(crate) fn default(&self) -> Option<Value> {
        if let Some(absent) = &self.absent {
            return Some(absent.clone()).filter(|absent| !absent.is_null());
        }
        panics::catch_panic(self.shape.default?)
    }
}

impl Leaf {
    pub(crate) fn new<F>(
        decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>,
        converted: bool,
        rules: &[&dyn Rule<F>],
    ) -> Self {
        let (form, secret) = tracking::reads_any(|| form::trace(&|decoder| decode(decoder).err()));
        Self { form, rules: requirements(rules), converted, secret }
    }
}

fn requirements<F: ?Sized>(rules: &[&dyn Rule<F>]) -> Vec<Requirement> {
    rules.iter().map(|rule| rule.describe()).collect()
}

/// The names of the variables; `None` if two fields use the same name, which a load reports.
fn names<T: Loadable>() -> Option<Names> {
    Names::new(T::SHAPE, T::SETUP.env).ok()
}

pub(crate) fn schema<T: Loadable>() -> Json {
    schema::render(&StructInfo::new::<T>(), names::<T>().as_ref(), schema::Prose::Kept)
}

pub(crate) fn schema_hash<T: Loadable>() -> String {
    hash::digest(&schema::render(&StructInfo::new::<T>(), names::<T>().as_ref(), schema::Prose::LeftOut))
}

pub(crate) fn template<T: Loadable>(format: Format) -> String {
    template::render(&StructInfo::new::<T>(), names::<T>().as_ref(), format)
}

pub(crate) fn reference<T: Loadable>() -> String {
    reference::render(&StructInfo::new::<T>(), names::<T>().as_ref())
}

/// Whether the type that a function reads contains a secret, or does not reveal its form.
pub(crate) fn may_hold_secret<F>(decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>) -> bool {
    let (form, secret) = tracking::reads_any(|| form::trace(&|decoder| decode(decoder).err()));
    secret || is_opaque(&form)
}

impl StructInfo {
    /// The leaves of which it is not known that they hold no secret. Nothing of their text may be shown.
    pub(crate) fn guarded(&self) -> BTreeSet<Keys> {
        let leaves = self.shape.leaves().into_iter().zip(self.leaves_that_may_be_secret());
        leaves.filter(|(_, secret)| *secret).map(|(leaf, _)| leaf.keys).collect()
    }

    /// For each leaf, in the order of the shape: whether it is secret, or its type does not reveal its form.
    pub(crate) fn leaves_that_may_be_secret(&self) -> Vec<bool> {
        let of_field = |field: &FieldInfo| match &field.body {
            FieldKind::Leaf(leaf) => vec![field.is_secret() || is_opaque(&leaf.form)],
            FieldKind::Nested(section) | FieldKind::Optional(section) => section.leaves_that_may_be_secret(),
        };
        self.fields.iter().flat_map(of_field).collect()
    }
}

fn is_opaque(form: &Form) -> bool {
    let unseen = match &form.kind {
        FormKind::Any => true,
        FormKind::Tuple(known, length) => known.len() < *length,
        _ => false,
    };
    unseen || form.parts().into_iter().any(is_opaque)
}

impl Form {
    fn words(&self) -> String {
        match &self.kind {
            FormKind::Any => "anything".into(),
            FormKind::Unit => "nothing".into(),
            FormKind::Bool => "true or false".into(),
            FormKind::Integer(..) => "integer".into(),
            FormKind::Number => "number".into(),
            FormKind::Char => "character".into(),
            FormKind::Text(_) if self.is_plain_text() => "text".into(),
            FormKind::Text(expected) => bare(expected).into(),
            FormKind::Bytes => "text, or list of bytes".into(),
            FormKind::List(element) => format!("list of {}", element.plural()),
            FormKind::Tuple(elements, length) => match elements.first() {
                Some(first) if elements.iter().all(|element| element == first) => {
                    format!("list of {length} {}", first.plural())
                }
                _ => format!("list of {length} values"),
            },
            FormKind::Map(value) => format!("table of {}", value.plural()),
            FormKind::Struct(fields) => format!("table of {}", name_list(fields)),
            FormKind::Enum(variants) => format!("one of {}", name_list(variants)),
        }
    }

    fn plural(&self) -> String {
        match &self.kind {
            FormKind::Integer(..) => "integers".into(),
            FormKind::Number => "numbers".into(),
            FormKind::Char => "characters".into(),
            FormKind::List(_) | FormKind::Tuple(..) => "lists".into(),
            FormKind::Map(_) => "tables".into(),
            FormKind::Struct(fields) => format!("tables of {}", name_list(fields)),
            FormKind::Text(expected) if !self.is_plain_text() => format!("values, each a {}", bare(expected)),
            FormKind::Any
            | FormKind::Unit
            | FormKind::Bool
            | FormKind::Text(_)
            | FormKind::Bytes
            | FormKind::Enum(_) => self.words(),
        }
    }
}

fn name_list(forms: &[(&'static str, Form)]) -> String {
    let names: Vec<String> = forms.iter().map(|(name, _)| format!("`{name}`")).collect();
    names.join(", ")
}

/// The `expecting` message of a type, without its article.
fn bare(expected: &str) -> &str {
    let bare = expected.strip_prefix("a ").or_else(|| expected.strip_prefix("an "));
    bare.unwrap_or(expected)
}

impl LeafEntry<'_> {
    /// The form and the unit of the field.
    fn form(&self) -> String {
        let words = self.leaf.form.words();
        self.field.shape.unit.map_or_else(|| words.clone(), |unit| format!("{words} ({unit})"))
    }

    fn rules(&self) -> String {
        let rules: Vec<String> = self.leaf.rules.iter().map(ToString::to_string).collect();
        rules.join(", ")
    }
}
