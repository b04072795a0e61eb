//! One table of a file: what stands on its level, flattened structs spread out.

use super::{Body, Field, Leaf, Section};
use crate::{keys::Keys, source::names::Names};

/// Where a field stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) keys: Keys,
    pub(super) restart: bool,
    pub(super) secret: bool,
    /// Inside a flattened `Option`: nothing there need be given.
    pub(super) optional: bool,
}

impl Place {
    pub(super) fn below(&self, field: &Field) -> Self {
        Self {
            keys: field.shape.keys(&self.keys),
            restart: self.restart || field.shape.restart,
            secret: self.secret || field.is_secret(),
            optional: false,
        }
    }
}

/// What stands on one level.
#[derive(Default)]
pub(super) struct Outline<'s> {
    pub(super) entries: Vec<Entry<'s>>,
    pub(super) parts: Vec<Part<'s>>,
}

/// A leaf.
pub(super) struct Entry<'s> {
    pub(super) field: &'s Field,
    pub(super) leaf: &'s Leaf,
    pub(super) place: Place,
}

/// A table of its own.
pub(super) struct Part<'s> {
    pub(super) field: &'s Field,
    pub(super) section: &'s Section,
    /// Whether it may be absent as a whole.
    pub(super) nullable: bool,
    pub(super) place: Place,
}

impl<'s> Outline<'s> {
    pub(super) fn of(section: &'s Section, place: &Place) -> Self {
        let mut outline = Self::default();
        outline.fill(section, place);
        outline
    }

    fn fill(&mut self, section: &'s Section, above: &Place) {
        for field in &section.fields {
            let place = Place { optional: above.optional && field.shape.flatten, ..above.below(field) };
            match &field.body {
                Body::Leaf(leaf) => {
                    let place = Place { optional: above.optional, ..place };
                    self.entries.push(Entry { field, leaf, place });
                }
                Body::Nested(inner) if field.shape.flatten => self.fill(inner, &place),
                Body::Optional(inner) if field.shape.flatten => {
                    self.fill(inner, &Place { optional: true, ..place });
                }
                Body::Nested(section) => {
                    self.parts.push(Part { field, section, nullable: above.optional, place });
                }
                Body::Optional(section) => self.parts.push(Part { field, section, nullable: true, place }),
            }
        }
    }
}

impl Entry<'_> {
    pub(super) fn is_required(&self) -> bool {
        self.field.is_required() && !self.place.optional && self.field.absent.is_none()
    }

    /// The variable that sets it.
    pub(super) fn variable(&self, names: Option<&Names>) -> Option<String> {
        names?.variable(&self.place.keys)
    }
}

impl Part<'_> {
    pub(super) fn docs(&self) -> &'static str {
        if self.field.shape.docs.is_empty() { self.section.shape.docs } else { self.field.shape.docs }
    }
}
