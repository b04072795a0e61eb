//! The data of a struct that the code for its nested fields needs. It is passed as tokens through the hidden
//! macros of the nested structs.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    LitInt, LitStr, Path, Result, Visibility, braced,
    parse::{Parse, ParseStream},
};

use super::{
    Names,
    callback::Callback,
    entry::{Entry, all},
};
use crate::{
    model::{Field, Kind, Model},
    names,
};

pub(crate) struct Root {
    pub(crate) krate: Path,
    /// The parameters of the implementation.
    pub(crate) parameters: TokenStream,
    pub(crate) handle: TokenStream,
    pub(crate) bounds: TokenStream,
    /// The struct itself.
    pub(crate) ty: TokenStream,
    /// The prefix of its variables, if the struct has one.
    pub(crate) env: Option<String>,
    /// `None` if another expansion generates the struct's hidden macro.
    pub(crate) callback: Option<Callback>,
    pub(crate) fields: Vec<RootField>,
}

pub(crate) struct RootField {
    pub(crate) vis: Visibility,
    pub(crate) ty: TokenStream,
    pub(crate) inside: Inside,
    /// Its names in the variables of its nested fields.
    pub(crate) steps: Vec<String>,
    pub(crate) entry: Entry,
}

/// The content of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    Nothing,
    Struct,
    OptionalStruct,
}

impl Root {
    /// Without fields.
    pub(crate) fn new(model: &Model, names: &Names) -> Self {
        let (parameters, arguments, bounds) = model.generics.split_for_impl();
        let handle = &names.handle;
        Self {
            krate: model.krate.clone(),
            parameters: quote!(#parameters),
            handle: quote!(#handle #arguments),
            bounds: quote!(#bounds),
            ty: model.self_type(),
            env: model.env.clone(),
            callback: None,
            fields: Vec::new(),
        }
    }
}

impl RootField {
    pub(crate) fn new(field: &Field) -> Self {
        let ty = &field.ty;
        let steps = field.keys().map(|key| names::variable(key)).collect();
        Self {
            vis: field.vis.clone(),
            ty: quote!(#ty),
            inside: match field.kind {
                Kind::Leaf(_) => Inside::Nothing,
                Kind::Nested(_) => Inside::Struct,
                Kind::Optional(_) => Inside::OptionalStruct,
            },
            steps: if field.flatten { Vec::new() } else { steps },
            entry: Entry::new(field),
        }
    }
}

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { krate, parameters, handle, bounds, ty, env, callback, fields } = self;
        let env = env.iter();
        tokens.extend(quote! {
            { #krate } { #parameters } { #handle } { #bounds } { #ty } { #(#env)* } { #callback } #(#fields)*
        });
    }
}

impl ToTokens for RootField {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { vis, ty, inside, steps, entry } = self;
        let inside = Literal::u8_unsuffixed(*inside as u8);
        tokens.extend(quote!({ { #vis } { #ty } #inside { #(#steps)* } #entry }));
    }
}

impl Parse for Root {
    fn parse(input: ParseStream) -> Result<Self> {
        Ok(Self {
            krate: syn::parse2(group(input)?)?,
            parameters: group(input)?,
            handle: group(input)?,
            bounds: group(input)?,
            ty: group(input)?,
            env: syn::parse2::<Option<LitStr>>(group(input)?)?.map(|prefix| prefix.value()),
            callback: callback(input)?,
            fields: all(input, Ok)?,
        })
    }
}

fn callback(input: ParseStream) -> Result<Option<Callback>> {
    let tokens = group(input)?;
    if tokens.is_empty() { Ok(None) } else { syn::parse2(tokens).map(Some) }
}

impl Parse for RootField {
    fn parse(input: ParseStream) -> Result<Self> {
        let content;
        braced!(content in input);
        let input = &content;
        Ok(Self {
            vis: syn::parse2(group(input)?)?,
            ty: group(input)?,
            inside: match input.parse::<LitInt>()?.base10_parse::<u8>()? {
                0 => Inside::Nothing,
                1 => Inside::Struct,
                _ => Inside::OptionalStruct,
            },
            steps: {
                let steps;
                braced!(steps in input);
                all(&steps, |step: LitStr| Ok(step.value()))?
            },
            entry: input.parse()?,
        })
    }
}

fn group(input: ParseStream) -> Result<TokenStream> {
    let content;
    braced!(content in input);
    content.parse()
}
