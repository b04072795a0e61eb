//! The numbers of fields: literals up to the first nested struct, and expressions with its width after
//! it.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{Field, Kind, Model};

/// The expression for the number of each field, and for the number after the last field.
pub(crate) struct Slots {
    definitions: Vec<TokenStream>,
    /// The width of the whole struct.
    pub(crate) width: TokenStream,
    first_nested: usize,
}

impl Slots {
    pub(crate) fn new(model: &Model) -> Self {
        let mut definitions = Vec::new();
        let mut next = Next { after: None, offset: 1 };
        for field in &model.fields {
            definitions.push(next.written(model));
            match field.kind {
                Kind::Nested(_) => next = Next { after: Some(field), offset: 0 },
                _ => next.offset += 1,
            }
        }
        let nested = |field: &Field| matches!(field.kind, Kind::Nested(_));
        Self {
            definitions,
            width: next.written(model),
            first_nested: model.fields.iter().position(nested).unwrap_or(model.fields.len()),
        }
    }

    /// The definition in the implementation of `FieldOf`, if it differs from the default.
    pub(crate) fn definition(&self, field: &Field) -> Option<&TokenStream> {
        self.definitions.get(field.index).filter(|_| field.index > self.first_nested)
    }

    /// The expression for the number of a field in other code.
    pub(crate) fn of_field(&self, model: &Model, field: &Field) -> TokenStream {
        match field.index <= self.first_nested {
            true => self.definitions[field.index].clone(),
            false => constant(model, field),
        }
    }
}

/// The next number, as an offset from a nested field or from the start.
struct Next<'m> {
    after: Option<&'m Field>,
    offset: usize,
}

impl Next<'_> {
    fn written(&self, model: &Model) -> TokenStream {
        let offset = Literal::usize_unsuffixed(self.offset);
        let Some(field) = self.after else { return quote!(#offset) };
        let (krate, ty) = (&model.krate, &field.ty);
        let nested = constant(model, field);
        quote!(#nested + <#ty as #krate::__private::Schema>::SLOTS + #offset)
    }
}

fn constant(model: &Model, field: &Field) -> TokenStream {
    let owner = model.self_type();
    let (krate, ty) = (&model.krate, &field.ty);
    let index = Literal::usize_unsuffixed(field.index);
    quote!(<#owner as #krate::__private::FieldOf<#index, #ty>>::SLOT)
}
