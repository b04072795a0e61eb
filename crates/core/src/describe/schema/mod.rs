//! JSON Schema, draft 2020-12.
//!
//! It accepts every valid file, so a string with `${` is accepted in place of any value. Keywords of other
//! types do not apply to strings, and strings have a pattern of their own. So most rules stay next to the
//! type, where readers look for them.

mod dialect;
mod leaf;
mod level;
mod meta;
mod text;

use serde_json::{Map, Value as Json, json};

use super::{FieldContext, FieldInfo, FieldKind, StructInfo};
use crate::source::names::Names;
use level::Level;

type Schema = Map<String, Json>;

/// Whether titles and descriptions are part of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prose {
    Kept,
    LeftOut,
}

/// The schema of a root.
pub(super) fn render(section: &StructInfo, names: Option<&Names>, prose: Prose) -> Json {
    let writer = Writer { names, prose };
    let mut schema = Schema::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    writer.annotate(&mut schema, "title", section.shape.name);
    writer.annotate(&mut schema, "description", section.shape.docs);
    schema.insert("type".into(), "object".into());
    let mut level = Level::default();
    // Editors add it in any file.
    level.property("$schema", Schema::new());
    writer.fill(&mut level, section, FieldContext::default());
    level.close(&mut schema);
    meta::of_section(&mut schema, section);
    schema.into()
}

struct Writer<'n> {
    names: Option<&'n Names>,
    prose: Prose,
}

impl Writer<'_> {
    fn annotate(&self, schema: &mut Schema, keyword: &str, words: &str) {
        if self.prose == Prose::Kept && !words.is_empty() {
            schema.insert(keyword.into(), words.into());
        }
    }

    /// Adds the fields of a struct to the keys of a level.
    fn fill(&self, level: &mut Level, section: &StructInfo, place: FieldContext) {
        for field in &section.fields {
            let optional = place.optional;
            let place = place.below(field);
            match &field.body {
                FieldKind::Nested(inner) if field.shape.flatten => {
                    self.fill(level, inner, FieldContext { optional, ..place });
                }
                FieldKind::Optional(inner) if field.shape.flatten => {
                    self.fill(level, inner, FieldContext { optional: true, ..place });
                }
                FieldKind::Leaf(_) if field.shape.flatten => level.open(self.field(field, &place)),
                _ => self.add(level, field, &place, optional),
            }
        }
    }

    fn add(&self, level: &mut Level, field: &FieldInfo, place: &FieldContext, optional: bool) {
        let schema = self.field(field, place);
        for alias in field.shape.aliases {
            let mut schema = schema.clone();
            schema.remove("default");
            let words = format!("another name of `{}`", field.shape.key);
            self.annotate(&mut schema, "description", &words);
            schema.insert("deprecated".into(), true.into());
            schema.insert("x-hotswap".into(), json!({ "alias_of": field.shape.key }));
            level.property(alias, schema);
        }
        level.property(field.shape.key, schema);
        // Secrets are supplied outside of files.
        if field.is_required() && !optional && !place.secret {
            level.require(field.shape);
        }
    }

    fn field(&self, field: &FieldInfo, place: &FieldContext) -> Schema {
        match &field.body {
            FieldKind::Leaf(leaf) => {
                let mut unsaid = Vec::new();
                let mut schema = Schema::new();
                self.annotate(&mut schema, "description", field.shape.docs);
                schema.extend(leaf::of_leaf(leaf, &mut unsaid));
                if place.secret {
                    text::admit_references(&mut schema);
                }
                if let Some(default) =
                    field.default().filter(|_| !place.secret).and_then(|value| meta::json(&value))
                {
                    schema.insert("default".into(), default);
                }
                self.mark(&mut schema, field, place, &unsaid);
                schema
            }
            FieldKind::Nested(inner) => self.section(field, inner, place, false),
            FieldKind::Optional(inner) => self.section(field, inner, place, true),
        }
    }

    fn section(
        &self,
        field: &FieldInfo,
        section: &StructInfo,
        place: &FieldContext,
        nullable: bool,
    ) -> Schema {
        let mut schema = Schema::new();
        self.annotate(&mut schema, "title", section.shape.name);
        let docs = if field.shape.docs.is_empty() { section.shape.docs } else { field.shape.docs };
        self.annotate(&mut schema, "description", docs);
        schema.extend(leaf::typed(&["object"], nullable));
        let mut level = Level::default();
        self.fill(&mut level, section, place.clone());
        level.close(&mut schema);
        self.mark(&mut schema, field, place, &section.checks);
        schema
    }
}
