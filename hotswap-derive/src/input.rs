//! A parsed struct: attributes with their spans, possibly with mistakes.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Fields, Generics, Type, Visibility};

use crate::{
    attribute::{docs, field, serde, structure},
    diagnostics::Diagnostics,
};

/// The struct as written.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) docs: String,
    pub(crate) hot: structure::Structure,
    pub(crate) serde: serde::Container,
    /// A union has no `Deserialize`, without which no implementation compiles.
    pub(crate) is_union: bool,
    /// `None` if it is not a struct with named fields.
    pub(crate) fields: Option<Vec<Field>>,
}

/// A field as written.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: String,
    pub(crate) hot: field::FieldKeys,
    pub(crate) serde: serde::Field,
}

impl Input {
    pub(crate) fn read(item: DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let hot = structure::read(&item.attrs, diagnostics);
        let serde = serde::container(&item.attrs);
        let is_union = matches!(item.data, Data::Union(_));
        let fields = named_fields(&item.ident, item.data, diagnostics);
        Self {
            docs: docs::read(&item.attrs),
            ident: item.ident,
            vis: item.vis,
            generics: item.generics,
            hot,
            serde,
            is_union,
            fields: fields
                .map(|fields| fields.into_iter().flat_map(|field| Field::read(field, diagnostics)).collect()),
        }
    }
}

impl Field {
    fn read(field: syn::Field, diagnostics: &mut Diagnostics) -> Option<Self> {
        Some(Self {
            ident: field.ident?,
            vis: field.vis,
            docs: docs::read(&field.attrs),
            hot: field::read(&field.attrs, diagnostics),
            serde: serde::field(&field.attrs),
            ty: field.ty,
        })
    }
}

/// Anything but a struct with named fields is reported.
fn named_fields(ident: &Ident, data: Data, diagnostics: &mut Diagnostics) -> Option<Vec<syn::Field>> {
    let message = match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(fields) => return Some(fields.named.into_iter().collect()),
            Fields::Unnamed(_) => {
                "a configuration needs named fields, since files name them: write `struct Name { field: Type }`"
            }
            Fields::Unit => "a configuration needs fields: write `struct Name { field: Type }`",
        },
        Data::Enum(_) => {
            "`HotConfig` is for structs; an enum that derives `Deserialize` is fine as the type of a field"
        }
        Data::Union(_) => "`HotConfig` is for structs with named fields; a union cannot be read from a file",
    };
    diagnostics.on(ident, message);
    None
}
