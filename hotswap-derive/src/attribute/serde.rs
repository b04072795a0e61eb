//! `#[serde(..)]`, as far as it affects the form of files. serde itself reports mistakes in it.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, ExprPath, LitStr};

use super::item::{self, Item, ItemValue};
use crate::diagnostics::Diagnostics;

/// The serde default of a missing value.
#[derive(Clone)]
pub(crate) enum Default {
    /// `Default` of the type.
    Trait,
    /// The result of a function.
    Function(ExprPath),
}

/// The serde attributes of a struct.
#[derive(std::default::Default)]
pub(crate) struct Container {
    pub(crate) rename_all: Option<String>,
    pub(crate) default: Option<Default>,
    /// Keys that give the struct another form than a table of its fields.
    pub(crate) reshaping: Vec<Ident>,
}

/// The serde attributes of a field.
#[derive(std::default::Default)]
pub(crate) struct Field {
    pub(crate) rename: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) default: Option<Default>,
    pub(crate) skip: bool,
    pub(crate) flatten: Option<Ident>,
    pub(crate) deserialize_with: Option<ExprPath>,
    pub(crate) serialize_with: Option<ExprPath>,
}

pub(crate) fn container(attrs: &[Attribute]) -> Container {
    let mut container = Container::default();
    for item in items(attrs) {
        match item.name().as_str() {
            "rename_all" => container.rename_all = name(&item),
            "default" => container.default = default(&item),
            "transparent" | "from" | "try_from" | "into" | "tag" | "untagged" | "remote" | "content" => {
                container.reshaping.push(item.key);
            }
            _ => {}
        }
    }
    container
}

pub(crate) fn field(attrs: &[Attribute]) -> Field {
    let mut field = Field::default();
    for item in items(attrs) {
        match item.name().as_str() {
            "rename" => field.rename = name(&item),
            "alias" => field.aliases.extend(item.value::<LitStr>("").ok().map(|name| name.value())),
            "default" => field.default = default(&item),
            "skip" | "skip_deserializing" => field.skip = true,
            "flatten" => field.flatten = Some(item.key),
            "with" => {
                field.deserialize_with = inside(&item, "deserialize");
                field.serialize_with = inside(&item, "serialize");
            }
            "deserialize_with" => field.deserialize_with = path(&item),
            "serialize_with" => field.serialize_with = path(&item),
            _ => {}
        }
    }
    field
}

/// `default`, or `default = "path"`.
fn default(item: &Item) -> Option<Default> {
    match item.given {
        ItemValue::Nothing => Some(Default::Trait),
        _ => path(item).map(Default::Function),
    }
}

/// Invalid attributes are ignored, because serde reports them.
fn items(attrs: &[Attribute]) -> Vec<Item> {
    item::read(attrs, "serde", &mut Diagnostics::default())
}

/// `rename = "name"`, or the name for reading in `rename(deserialize = "name")`.
fn name(item: &Item) -> Option<String> {
    match &item.given {
        ItemValue::List(tokens) => deserialize(tokens.clone()),
        _ => item.value::<LitStr>("").ok().map(|name| name.value()),
    }
}

fn deserialize(tokens: TokenStream) -> Option<String> {
    let items = item::parse(tokens, &mut Diagnostics::default());
    items.iter().find(|item| item.key == "deserialize").and_then(name)
}

fn path(item: &Item) -> Option<ExprPath> {
    item.value::<LitStr>("").ok().and_then(|text| text.parse().ok())
}

fn inside(item: &Item, function: &str) -> Option<ExprPath> {
    let mut path = path(item)?;
    path.path.segments.push(Ident::new(function, item.span()).into());
    Some(path)
}
