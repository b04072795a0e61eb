//! All fields at every depth, which are known once every nested struct has answered.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::{
    entry::{Entry, EntryKind},
    flat::Answer,
    method::{Method, MethodKind},
    root::{Inside, Root, RootField},
};
use crate::{
    claims::{EnvNames, full_name, profile_message, rival_message, selects_profile},
    diagnostics::Diagnostics,
    model::Read,
    names,
    scalar::Scalar,
};

/// The flat methods, and the struct's own hidden macro.
pub(super) fn finish(root: &Root, answers: &[Answer]) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut all = gathered(root, answers);
    let complete = root.callback.is_some() && answers.iter().all(|answer| answer.complete);
    if complete {
        number(&mut all);
    }
    let methods = without_collisions(&all, &mut diagnostics).into_iter().map(|found| method(root, found));
    let methods: TokenStream = methods.collect();
    check_variables(root, &all, &mut diagnostics);
    let diagnostics = diagnostics.into_tokens();
    let entries: Vec<Entry> = all.into_iter().map(|found| found.entry).collect();
    let callback = root.callback.as_ref().map(|callback| callback.expand(&entries, complete));
    let Root { krate, parameters, handle, bounds, .. } = root;
    let methods = (!methods.is_empty()).then(|| {
        quote! {
            #[allow(dead_code, non_snake_case)]
            impl #parameters #handle #bounds {
                #krate::__private::methods! { #methods }
            }
        }
    });
    quote!(#methods #callback #diagnostics)
}

/// A field at any depth, and the field of the root that contains it.
struct Found<'r> {
    field: &'r RootField,
    entry: Entry,
    /// Its number, if all fields before it are known.
    slot: Option<usize>,
}

impl Found<'_> {
    fn is_own(&self) -> bool {
        self.entry.path.len() == 1
    }

    /// The dotted path, such as `rate_limit.max`.
    fn shown(&self) -> String {
        let outer = &self.field.entry.getter;
        match self.entry.getter.strip_prefix(outer).and_then(|rest| rest.strip_prefix('_')) {
            Some(inner) if !self.is_own() => format!("{outer}.{inner}"),
            _ => outer.clone(),
        }
    }

    fn place(&self) -> Span {
        self.field.entry.span
    }
}

fn gathered<'r>(root: &'r Root, answers: &[Answer]) -> Vec<Found<'r>> {
    let mut answers = answers.iter();
    let mut all = Vec::new();
    for field in &root.fields {
        all.push(Found { field, entry: field.entry.clone(), slot: None });
        if field.inside == Inside::Nothing {
            continue;
        }
        let optional = field.inside == Inside::OptionalStruct;
        let inner = answers.next().map_or(&[][..], |answer| &answer.entries);
        all.extend(inner.iter().map(|entry| Found {
            field,
            entry: entry.below(&field.entry, &field.steps, optional),
            slot: None,
        }));
    }
    all
}

/// Numbers count the struct itself and then its fields at every depth; those inside an `Option` have none.
fn number(all: &mut [Found]) {
    let numbered = all.iter_mut().filter(|found| found.entry.kind != EntryKind::Hidden);
    numbered.zip(1..).for_each(|(found, slot)| found.slot = Some(slot));
}

/// The nested fields for which methods are generated: those with unique names.
fn without_collisions<'a, 'r>(all: &'a [Found<'r>], diagnostics: &mut Diagnostics) -> Vec<&'a Found<'r>> {
    let mut taken: HashMap<String, &Found> = HashMap::new();
    let (own, deep): (Vec<_>, Vec<_>) = all.iter().partition(|found| found.is_own());
    for found in own {
        taken.extend(names::methods(&found.entry.getter).map(|method| (method, found)));
    }
    let visible = deep.into_iter().filter(|found| found.entry.kind != EntryKind::Hidden);
    let mut kept = Vec::new();
    for found in visible {
        let methods = names::methods(&found.entry.getter);
        match methods.iter().find_map(|method| conflict(method, found, &taken)) {
            Some(message) => diagnostics.at(found.place(), message),
            None => {
                taken.extend(methods.map(|method| (method, found)));
                kept.push(found);
            }
        }
    }
    kept
}

fn conflict(method: &str, found: &Found, taken: &HashMap<String, &Found>) -> Option<String> {
    let shown = found.shown();
    let remedy = "name one of them with `#[hot(getter = \"..\")]`";
    if names::is_reserved(method) {
        return Some(format!("`{method}`, for `{shown}`, is a method of every handle: {remedy}"));
    }
    let other = taken.get(method)?.shown();
    Some(format!("`{shown}` and `{other}` both have a method `{method}` on the handle: {remedy}"))
}

/// Leaves of the struct itself were already compared.
fn check_variables(root: &Root, all: &[Found], diagnostics: &mut Diagnostics) {
    let Some(prefix) = root.env.as_deref() else { return };
    let mut env_names = EnvNames::default();
    for (place, found) in all.iter().enumerate() {
        let conflict = found.entry.claims.iter().find_map(|claim| {
            let name = full_name(Some(prefix), claim)?;
            let rival = env_names.take(Some(prefix), claim, place).map(|rival| &all[rival]);
            if !found.is_own() && selects_profile(Some(prefix), claim) {
                return Some(profile_message(&name));
            }
            let rival = rival.filter(|rival| !(rival.is_own() && found.is_own()))?;
            Some(rival_message(&rival.shown(), &name))
        });
        if let Some(message) = conflict {
            diagnostics.at(found.place(), format!("`{}`: {message}", found.shown()));
        }
    }
}

fn method(root: &Root, found: &Found) -> TokenStream {
    let Root { krate, ty: owner, .. } = root;
    let vis = &found.field.vis;
    let way = Way::new(root, found);
    let Way { slot, ty, parameters, bounds, get } = &way;
    Method {
        krate,
        root: owner,
        vis,
        getter: &found.entry.getter,
        span: found.entry.span,
        docs: &found.entry.docs,
        ty,
        parameters,
        bounds,
        slot,
        get,
        kind: match found.entry.kind {
            EntryKind::Leaf(read) => MethodKind::Leaf(read),
            EntryKind::Nested | EntryKind::Hidden => MethodKind::Nested,
        },
    }
    .expand()
}

/// The path from the root to a nested field. The type of the root's field can be written; those below it
/// are type parameters, for which only one type fits.
struct Way {
    slot: TokenStream,
    ty: TokenStream,
    parameters: TokenStream,
    bounds: TokenStream,
    get: TokenStream,
}

impl Way {
    fn new(root: &Root, found: &Found) -> Self {
        let Root { krate, ty: owner, .. } = root;
        let (value, own_parameter) = value(krate, found.entry.kind);
        let types = types(owner, &found.field.ty, found.entry.path.len(), &value);
        let path = &found.entry.path;
        let steps = || -> Vec<TokenStream> {
            let steps = path.iter().zip(types.windows(2));
            steps.map(|(index, pair)| step(root, *index, &pair[0], &pair[1])).collect()
        };
        // The first step belongs to the root, which needs no bound.
        let promises = found.entry.path.iter().zip(types.windows(2)).skip(1).map(|(index, pair)| {
            let (outer, inner, index) = (&pair[0], &pair[1], Literal::usize_unsuffixed(*index));
            quote!(#outer: #krate::__private::FieldOf<#index, #inner>)
        });
        let between = types[2..types.len() - 1].iter().map(|ty| quote!(#ty));
        let parameters: Vec<TokenStream> = between.chain(own_parameter).collect();
        let (parameters, bounds) = match parameters.as_slice() {
            [] => (TokenStream::new(), TokenStream::new()),
            some => (quote!(<#(#some),*>), quote!(where #(#promises),*)),
        };
        Self {
            slot: match found.slot.map(Literal::usize_unsuffixed) {
                Some(slot) => quote!(#slot),
                None => {
                    let steps = steps();
                    quote!(#(#steps::SLOT)+*)
                }
            },
            parameters,
            bounds,
            get: match found.entry.kind {
                EntryKind::Leaf(Read::Guard | Read::Copy(_)) => projection(root, path, &types, steps),
                _ => TokenStream::new(),
            },
            ty: value,
        }
    }
}

/// The type of the value, and its type parameter unless the token is known.
fn value(krate: &syn::Path, kind: EntryKind) -> (TokenStream, Option<TokenStream>) {
    let primitive = |scalar: Scalar| {
        let name = scalar.ident();
        quote!(::core::primitive::#name)
    };
    let bound = match kind {
        EntryKind::Leaf(Read::Scalar(Some(scalar)) | Read::Copy(Some(scalar))) => {
            return (primitive(scalar), None);
        }
        EntryKind::Leaf(Read::Scalar(None)) => quote!(#krate::__private::Scalar),
        EntryKind::Leaf(Read::Copy(None)) => quote!(#krate::__private::ByValue + 'static),
        EntryKind::Leaf(Read::Guard) => quote!('static),
        EntryKind::Nested | EntryKind::Hidden => quote!(#krate::HotConfig),
    };
    (quote!(__F), Some(quote!(__F: #bound)))
}

/// The root, its field, then every struct on the path, and the value.
fn types(owner: &TokenStream, field: &TokenStream, depth: usize, value: &TokenStream) -> Vec<TokenStream> {
    let between = (1..depth - 1).map(|place| {
        let name: Ident = format_ident!("__N{place}");
        quote!(#name)
    });
    [owner, field].into_iter().cloned().chain(between).chain([value.clone()]).collect()
}

fn step(root: &Root, index: usize, outer: &TokenStream, inner: &TokenStream) -> TokenStream {
    let krate = &root.krate;
    let index = Literal::usize_unsuffixed(index);
    quote!(<#outer as #krate::__private::FieldOf<#index, #inner>>)
}

/// The projection from the root to the value. A function compiles faster than a closure, and most paths have
/// two steps.
fn projection(
    root: &Root,
    path: &[usize],
    types: &[TokenStream],
    steps: impl FnOnce() -> Vec<TokenStream>,
) -> TokenStream {
    let krate = &root.krate;
    if let [first, second] = path {
        let (first, second) = (Literal::usize_unsuffixed(*first), Literal::usize_unsuffixed(*second));
        return quote!(#krate::__private::get_inner::<#first, #second, #(#types),*>);
    }
    let inside_out = steps().iter().fold(quote!(root), |inner, step| quote!(#step::get(#inner)));
    quote!(|root| #inside_out)
}
