//! Rules as constants of the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::{
    attribute::{
        literal::Literal,
        rule::{Kind, Rule},
    },
    model::Model,
};

/// With the span of the rule, so that an unsuitable type is reported there.
pub(super) fn expand(model: &Model, rule: &Rule) -> TokenStream {
    let span = rule.span;
    let private = model.private_at(span);
    let kind = |name: &str| {
        let name = Ident::new(name, span);
        quote_spanned!(span=> #private::#name)
    };
    let plain = |name: &str| {
        let kind = kind(name);
        quote_spanned!(span=> #kind::RULE)
    };
    let written = match &rule.kind {
        Kind::Range(bounds) => within(span, kind("Range"), bounds),
        Kind::Length(bounds) => within(span, kind("Length"), bounds),
        Kind::NonEmpty => plain("NonEmpty"),
        Kind::Email => plain("Email"),
        Kind::Url => plain("Url"),
        Kind::Ip => plain("Ip"),
        Kind::Validate => plain("Validate"),
        Kind::Regex(text) => pattern(span, kind("Regex"), &kind("Pattern"), text),
        Kind::Contains(needle) => call(span, kind("Contains"), quote!(#needle)),
        Kind::OneOf(choices) => call(span, kind("OneOf"), quote!(&[#(#choices),*])),
        Kind::Custom(function) => {
            let name = super::shape::written(function);
            let function = quote_spanned!(span=> #name, |value| #private::in_words(#function(value)));
            call(span, kind("Custom"), function)
        }
        Kind::Each(rules) => {
            let (kind, rules) = (kind("Each"), rules.iter().map(|rule| expand(model, rule)));
            quote_spanned!(span=> #kind { rules: &[#(#rules),*] })
        }
    };
    quote_spanned!(span=> &#written)
}

fn within(span: Span, kind: TokenStream, bounds: &[(&'static str, Literal)]) -> TokenStream {
    let bounds = bounds.iter().map(|(name, value)| {
        let name = Ident::new(name, value.span);
        quote!(#name: ::core::option::Option::Some(#value))
    });
    quote_spanned!(span=> #kind { #(#bounds,)* ..#kind::ANY })
}

fn call(span: Span, kind: TokenStream, argument: TokenStream) -> TokenStream {
    quote_spanned!(span=> #kind::new(#argument))
}

/// A `static`, so that the pattern is compiled once.
fn pattern(span: Span, kind: TokenStream, pattern: &TokenStream, text: &syn::LitStr) -> TokenStream {
    quote_spanned! {span=>
        #kind::new({
            static PATTERN: #pattern = #pattern::new(#text);
            &PATTERN
        })
    }
}
