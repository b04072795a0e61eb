//! The flat methods of a struct with nested fields, and its hidden macro with everything in it flattened.
//!
//! Only the nested structs know their fields. So the derive calls the hidden macro of the first one, with what it
//! knows itself as state; that macro calls [`flatten`] with the state and its entries; and `flatten` goes on to
//! the next one, until all have answered. Paths inside a `macro_rules!` resolve where it is called, so each level
//! is flattened in its own module, and no path is ever resolved in another.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Path, Result,
    parse::{Parse, ParseStream, Parser},
};

use super::{
    Names,
    callback::Callback,
    entry::{Entry, all},
    gather,
    root::{Inside, Root, RootField, group},
};
use crate::model::Model;

/// Each nested struct nests two macro calls, and a crate allows 128 unless it says otherwise. Beyond this number
/// the struct's own hidden macro lists only its own fields.
const LONGEST_CHAIN: usize = 40;

/// Calls the hidden macros of the nested structs, if there are any.
pub(super) fn start(model: &Model, names: &Names) -> TokenStream {
    let callback = Callback::of(&model.ident, &model.vis);
    let fields: Vec<RootField> = model.fields.iter().map(RootField::of).collect();
    let paths: Vec<&Path> =
        model.fields.iter().flat_map(|field| field.nested()).map(|nested| &nested.path).collect();
    let root = Root::of(model, names);
    if paths.len() <= LONGEST_CHAIN {
        return go_on(&Root { callback: Some(callback), fields, ..root }, &paths);
    }
    let own = callback.expand(&fields.iter().map(|field| field.entry.clone()).collect::<Vec<_>>());
    let nested = fields.into_iter().filter(|field| field.inside != Inside::Nothing);
    let each = nested.zip(paths).map(|(field, path)| {
        go_on(&Root { env: None, fields: vec![field], ..Root::of(model, names) }, &[path])
    });
    quote!(#own #(#each)*)
}

fn go_on(root: &Root, paths: &[&Path]) -> TokenStream {
    match paths {
        [] => gather::finish(root, &[]),
        [first, rest @ ..] => {
            let krate = &root.krate;
            quote! {
                #first! { { { #krate } { #({ #rest })* } { #root } } [#krate::__private::flatten] }
            }
        }
    }
}

/// Takes the entries of one nested struct; what remains, and what is known, comes back as it was given.
pub(crate) fn flatten(input: TokenStream) -> TokenStream {
    let parse = |input: ParseStream| {
        let (state, entries) = (group(input)?, input.parse::<TokenStream>()?);
        State::parse.parse2(state).map(|state| state.with(entries))
    };
    let step = parse.parse2(input).and_then(State::step);
    step.unwrap_or_else(syn::Error::into_compile_error)
}

/// Opaque tokens, since it passes through every nested struct's macro.
struct State {
    krate: TokenStream,
    pending: TokenStream,
    root: TokenStream,
    /// One group per nested struct that has answered.
    answers: TokenStream,
}

impl Parse for State {
    fn parse(input: ParseStream) -> Result<Self> {
        Ok(Self {
            krate: group(input)?,
            pending: group(input)?,
            root: group(input)?,
            answers: input.parse()?,
        })
    }
}

impl State {
    fn with(mut self, entries: TokenStream) -> Self {
        self.answers.extend([TokenTree::Group(Group::new(proc_macro2::Delimiter::Brace, entries))]);
        self
    }

    fn step(self) -> Result<TokenStream> {
        let Self { krate, pending, root, answers } = self;
        let mut pending = pending.into_iter();
        let Some(TokenTree::Group(next)) = pending.next() else {
            let answers = (|input: ParseStream| all(input, Ok)).parse2(answers)?;
            return Ok(gather::finish(&syn::parse2(root)?, &answers));
        };
        let (next, rest) = (next.stream(), pending.collect::<TokenStream>());
        Ok(quote! {
            #next! { { { #krate } { #rest } { #root } #answers } [#krate::__private::flatten] }
        })
    }
}

/// The entries of one nested struct.
pub(super) struct Answer(pub(super) Vec<Entry>);

impl Parse for Answer {
    fn parse(input: ParseStream) -> Result<Self> {
        let entries = group(input)?;
        (|input: ParseStream| all(input, Ok)).parse2(entries).map(Self)
    }
}
