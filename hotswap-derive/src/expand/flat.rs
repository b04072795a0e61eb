//! The flat methods of a struct with nested fields, and its hidden macro with everything in it flattened.
//!
//! Only the nested structs know their fields. So the derive calls the hidden macro of the first one, and passes
//! its own data as state; that macro calls [`flatten`] with the state and its entries; and `flatten` continues
//! with the next one, until all have answered. Paths inside a `macro_rules!` resolve at the call site, so each
//! level is flattened in its own module, and no path is resolved in another module.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    LitBool, Result, braced,
    parse::{Parse, ParseStream, Parser},
    parse_quote_spanned,
    spanned::Spanned,
};

use super::{
    Names, all_fields,
    callback::Callback,
    entry::{Entry, all},
    root::{Inside, Root, RootField},
};
use crate::model::{Field, Model, Nested};

/// Each nested struct nests two macro calls, and the default recursion limit of a crate is 128. Beyond this
/// number of nested structs, the hidden macro of the struct lists only its own fields.
const LONGEST_CHAIN: usize = 40;

/// Calls the hidden macros of the nested structs, if there are any.
pub(super) fn start(model: &Model, names: &Names) -> TokenStream {
    let callback = Callback::new(&model.ident, &model.vis);
    let fields: Vec<RootField> = model.fields.iter().map(RootField::new).collect();
    let asks: Vec<TokenStream> = model.fields.iter().filter_map(|field| ask(model, names, field)).collect();
    let root = Root::new(model, names);
    if asks.len() <= LONGEST_CHAIN {
        return begin(&Root { callback: Some(callback), fields, ..root }, &asks);
    }
    let own = callback.expand(&fields.iter().map(|field| field.entry.clone()).collect::<Vec<_>>(), false);
    let nested = fields.into_iter().filter(|field| field.inside != Inside::Nothing);
    let each = nested.zip(&asks).map(|(field, ask)| {
        begin(&Root { env: None, fields: vec![field], ..Root::new(model, names) }, &[ask])
    });
    quote!(#own #(#each)*)
}

fn begin(root: &Root, asks: &[impl ToTokens]) -> TokenStream {
    if asks.is_empty() {
        return all_fields::finish(root, &[]);
    }
    let krate = &root.krate;
    let state = State {
        krate: quote!(#krate),
        pending: quote!(#({ #asks })*),
        root: quote!(#root),
        answers: TokenStream::new(),
    };
    state.advance().unwrap_or_else(syn::Error::into_compile_error)
}

/// The request to one nested struct: the path of its macro; code that fails to compile with our message, at the
/// field, if there is no such macro; and code that makes it compile once there is an answer.
fn ask(model: &Model, names: &Names, field: &Field) -> Option<TokenStream> {
    let Nested { path, ty } = field.nested()?;
    let span = ty.span();
    let (private, owner, handle) = (model.private_at(span), model.self_type(), &names.handle);
    let index = Literal::usize_unsuffixed(field.index);
    // The name of the struct with the span of the field, where the error is reported.
    let (_, arguments, _) = model.generics.split_for_impl();
    let mut ident = model.ident.clone();
    ident.set_span(span);
    let mut asking = model.generics.clone();
    asking
        .make_where_clause()
        .predicates
        .push(parse_quote_spanned!(span=> #ident #arguments: #private::Answered<#index>));
    let (parameters, arguments, bounds) = model.generics.split_for_impl();
    let where_answered = &asking.where_clause;
    Some(quote! {
        { #path }
        { impl #parameters #private::Asks<#index> for #handle #arguments #where_answered {} }
        { impl #parameters #private::Answered<#index> for #owner #bounds {} }
    })
}

/// Receives the entries of one nested struct. The remaining structs and the state are passed on unchanged.
pub(crate) fn flatten(input: TokenStream) -> TokenStream {
    let mut input = input.into_iter();
    let (state, answered) = State::read(group(&mut input));
    let next = state.with(input.collect()).advance().unwrap_or_else(syn::Error::into_compile_error);
    quote!(#answered #next)
}

/// Opaque tokens, because the state passes through every nested struct's macro. Only the last step parses
/// them.
struct State {
    krate: TokenStream,
    pending: TokenStream,
    root: TokenStream,
    /// One group per nested struct that has answered.
    answers: TokenStream,
}

impl State {
    /// The state, and the code that records that there was an answer.
    fn read(state: TokenStream) -> (Self, TokenStream) {
        let mut state = state.into_iter();
        let [krate, pending, root, answered] = std::array::from_fn(|_| group(&mut state));
        (Self { krate, pending, root, answers: state.collect() }, answered)
    }

    fn with(mut self, entries: TokenStream) -> Self {
        self.answers.extend([TokenTree::Group(Group::new(proc_macro2::Delimiter::Brace, entries))]);
        self
    }

    fn advance(self) -> Result<TokenStream> {
        let Self { krate, pending, root, answers } = self;
        let mut pending = pending.into_iter();
        let Some(TokenTree::Group(next)) = pending.next() else {
            let answers = (|input: ParseStream| all(input, Ok)).parse2(answers)?;
            return Ok(all_fields::finish(&syn::parse2(root)?, &answers));
        };
        let rest: TokenStream = pending.collect();
        let mut next = next.stream().into_iter();
        let [path, asks, answered] = std::array::from_fn(|_| group(&mut next));
        Ok(quote! {
            #asks
            #path! { { { #krate } { #rest } { #root } { #answered } #answers } [#krate::__private::flatten] }
        })
    }
}

/// The content of the next group, which exists because the derive generated it.
fn group(tokens: &mut impl Iterator<Item = TokenTree>) -> TokenStream {
    match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    }
}

/// The entries of one nested struct.
pub(super) struct Answer {
    /// Whether it lists every field at every depth.
    pub(super) complete: bool,
    pub(super) entries: Vec<Entry>,
}

impl Parse for Answer {
    fn parse(input: ParseStream) -> Result<Self> {
        let content;
        braced!(content in input);
        Ok(Self { complete: content.parse::<LitBool>()?.value, entries: all(&content, Ok)? })
    }
}
