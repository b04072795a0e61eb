//! One table of a file: the entries on its level, including those of flattened structs.

use super::{FieldInfo, FieldKind, Leaf, StructInfo};
use crate::{keys::Keys, source::names::Names};

/// The position of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldContext {
    pub(super) keys: Keys,
    pub(super) restart: bool,
    pub(super) secret: bool,
    /// Whether it is inside a flattened `Option`, where nothing is required.
    pub(super) optional: bool,
}

impl FieldContext {
    pub(super) fn below(&self, field: &FieldInfo) -> Self {
        Self {
            keys: field.shape.keys(&self.keys),
            restart: self.restart || field.shape.restart,
            secret: self.secret || field.is_secret(),
            optional: false,
        }
    }
}

/// The entries on one level.
#[derive(Default)]
pub(super) struct TableLayout<'s> {
    pub(super) entries: Vec<LeafEntry<'s>>,
    pub(super) parts: Vec<TableEntry<'s>>,
}

/// A leaf.
pub(super) struct LeafEntry<'s> {
    pub(super) field: &'s FieldInfo,
    pub(super) leaf: &'s Leaf,
    pub(super) place: FieldContext,
}

/// A table of its own.
pub(super) struct TableEntry<'s> {
    pub(super) field: &'s FieldInfo,
    pub(super) section: &'s StructInfo,
    /// Whether it may be absent as a whole.
    pub(super) nullable: bool,
    pub(super) place: FieldContext,
}

impl<'s> TableLayout<'s> {
    pub(super) fn new(section: &'s StructInfo, place: &FieldContext) -> Self {
        let mut outline = Self::default();
        outline.fill(section, place);
        outline
    }

    fn fill(&mut self, section: &'s StructInfo, above: &FieldContext) {
        for field in &section.fields {
            let place =
                FieldContext { optional: above.optional && field.shape.flatten, ..above.below(field) };
            match &field.body {
                FieldKind::Leaf(leaf) => {
                    let place = FieldContext { optional: above.optional, ..place };
                    self.entries.push(LeafEntry { field, leaf, place });
                }
                FieldKind::Nested(inner) if field.shape.flatten => self.fill(inner, &place),
                FieldKind::Optional(inner) if field.shape.flatten => {
                    self.fill(inner, &FieldContext { optional: true, ..place });
                }
                FieldKind::Nested(section) => {
                    self.parts.push(TableEntry { field, section, nullable: above.optional, place });
                }
                FieldKind::Optional(section) => {
                    self.parts.push(TableEntry { field, section, nullable: true, place })
                }
            }
        }
    }
}

impl LeafEntry<'_> {
    pub(super) fn is_required(&self) -> bool {
        self.field.is_required() && !self.place.optional && self.field.absent.is_none()
    }

    /// The variable that sets it.
    pub(super) fn variable(&self, names: Option<&Names>) -> Option<String> {
        names?.variable(&self.place.keys)
    }
}

impl TableEntry<'_> {
    pub(super) fn docs(&self) -> &'static str {
        if self.field.shape.docs.is_empty() { self.section.shape.docs } else { self.field.shape.docs }
    }
}
