//! The static table of a struct.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Type, spanned::Spanned};

use super::{member, slot::Slots};
use crate::{
    attribute::{
        literal::{Content, Literal as Value},
        merge::Way,
        serde::Default,
    },
    model::{Absent, Field, Kind, Leaf, Model},
    names,
};

pub(super) fn expand(model: &Model, slots: &Slots) -> TokenStream {
    let krate = &model.krate;
    let name = names::plain(&model.ident);
    let docs = &model.docs;
    let fields = model.fields.iter().filter(|_| model.sound).map(|field| of_field(model, field, slots));
    quote! {
        &#krate::__private::Shape { name: #name, docs: #docs, fields: &[#(#fields),*] }
    }
}

fn of_field(model: &Model, field: &Field, slots: &Slots) -> TokenStream {
    let shape = Path { model, name: quote!(FieldShape) };
    let name = names::plain(&field.ident);
    let key = &field.key;
    let ty = written(&field.ty);
    let slot = slots.of_field(model, field);
    let rest = [
        text("docs", &field.docs),
        aliases(field),
        kind(model, field),
        flag("flatten", field.flatten),
        flag("serde_default", field.serde_default),
        flag("restart", field.restart),
        flag("readonly", field.readonly),
        maybe("deprecated", field.deprecated.as_ref()),
        maybe("unit", field.unit.as_ref()),
        merge(model, field),
        absent(model, field),
        match &field.kind {
            Kind::Leaf(leaf) => of_leaf(model, field, leaf),
            _ => TokenStream::new(),
        },
    ];
    quote! {
        #shape { name: #name, key: #key, ty: #ty, slot: #slot, #(#rest)* ..#shape::LEAF }
    }
}

fn of_leaf(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    let secret = flag("secret", leaf.secret);
    let not_secret = flag("not_secret", leaf.not_secret);
    let nullable = nullable(model, field, leaf);
    let reference = leaf.reference.iter().map(|text| {
        let krate = &model.krate;
        quote! {
            reference: ::core::option::Option::Some(#text),
            default: ::core::option::Option::Some(|| #krate::__private::reference(#text)),
        }
    });
    let env = leaf.env.iter().map(|name| quote!(env: ::core::option::Option::Some(#name),));
    let default = leaf.default.iter().map(|value| {
        let value = default(model, field, leaf, value);
        quote!(default: ::core::option::Option::Some(|| #value),)
    });
    quote!(#secret #not_secret #nullable #(#reference)* #(#env)* #(#default)*)
}

/// Whether the type is an `Option`, under any name: serde reports an `Option` with a custom function as missing,
/// whereas any other is `None`.
fn nullable(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    if leaf.decode.is_none() || field.serde_default || leaf.default.is_some() {
        return TokenStream::new();
    }
    let (krate, ty) = (&model.krate, &field.ty);
    quote!(nullable: #krate::__private::Probe::<#ty>::IS_OPTION,)
}

fn text(name: &str, text: &str) -> TokenStream {
    let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
    if text.is_empty() { TokenStream::new() } else { quote!(#name: #text,) }
}

fn flag(name: &str, set: bool) -> TokenStream {
    let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
    if set { quote!(#name: true,) } else { TokenStream::new() }
}

fn maybe(name: &str, text: Option<&String>) -> TokenStream {
    let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
    text.map_or_else(TokenStream::new, |text| quote!(#name: ::core::option::Option::Some(#text),))
}

fn merge(model: &Model, field: &Field) -> TokenStream {
    let merge = Path { model, name: quote!(Merge) };
    match &field.merge {
        None => TokenStream::new(),
        Some(Way::Replace) => quote!(merge: #merge::Replace,),
        Some(Way::Append) => quote!(merge: #merge::Append,),
        Some(Way::Union) => quote!(merge: #merge::Union,),
        Some(Way::Deep) => quote!(merge: #merge::Deep,),
        Some(Way::Key(key)) => quote!(merge: #merge::Key(#key),),
    }
}

/// The serde default of a nested struct that no layer mentions, in the form of a layer.
fn absent(model: &Model, field: &Field) -> TokenStream {
    let Some(value) = absent_value(model, field) else { return TokenStream::new() };
    let private = model.private_at(field.ty.span());
    let write = match field.kind {
        Kind::Optional(_) => quote!(#private::absent_option),
        _ => quote!(#private::absent),
    };
    quote!(absent: ::core::option::Option::Some(|| #write(&#value)),)
}

/// The same as an expression of the field's type.
pub(super) fn absent_value(model: &Model, field: &Field) -> Option<TokenStream> {
    field.nested()?;
    let (krate, ident, owner, ty) = (&model.krate, &field.ident, model.self_type(), &field.ty);
    let made = |default: &Default, ty: &TokenStream| match default {
        Default::Trait => quote!(<#ty as ::core::default::Default>::default()),
        Default::Function(path) => quote!(#path()),
    };
    Some(match field.absent.as_ref()? {
        Absent::Own(default) => made(default, &quote!(#ty)),
        Absent::OfStruct(default) => {
            let whole = made(default, &owner);
            // Copied, because a field cannot be moved out of a struct with a destructor.
            let copy = match field.kind {
                Kind::Optional(_) => quote! {
                    ::core::option::Option::map(
                        ::core::option::Option::as_ref(&whole.#ident), #krate::__private::Schema::__clone)
                },
                _ => quote!(#krate::__private::Schema::__clone(&whole.#ident)),
            };
            quote!({ let whole: #owner = #whole; #copy })
        }
    })
}

fn aliases(field: &Field) -> TokenStream {
    let aliases = &field.aliases;
    if aliases.is_empty() { TokenStream::new() } else { quote!(aliases: &[#(#aliases),*],) }
}

fn kind(model: &Model, field: &Field) -> TokenStream {
    let krate = &model.krate;
    let kind = Path { model, name: quote!(Kind) };
    let inner = |ty: &Type| quote!(<#ty as #krate::__private::Schema>::SHAPE);
    match &field.kind {
        Kind::Leaf(_) => TokenStream::new(),
        Kind::Nested(nested) => {
            let inner = inner(&nested.ty);
            quote!(kind: #kind::Nested(#inner),)
        }
        Kind::Optional(nested) => {
            let inner = inner(&nested.ty);
            quote!(kind: #kind::Optional(#inner),)
        }
    }
}

/// A default as a value of a layer. The value of a constant or function is encoded like the field itself.
fn default(model: &Model, field: &Field, leaf: &Leaf, value: &Value) -> TokenStream {
    let tree = Path { model, name: quote!(Value) };
    match &value.content {
        Content::Bool(value) => quote!(#tree::Bool(#value)),
        Content::Int(value) => {
            let value = Literal::i128_unsuffixed(*value);
            quote!(#tree::Int(#value))
        }
        Content::Float(value) => {
            let value = Literal::f64_unsuffixed(*value);
            quote!(#tree::Float(#value))
        }
        Content::Text(text) => quote!(#tree::text(#text)),
        Content::Char(letter) => {
            let text = letter.to_string();
            quote!(#tree::text(#text))
        }
        Content::List(items) => {
            let items = items.iter().map(|item| default(model, field, leaf, item));
            quote!(#tree::list([#(#items),*]))
        }
        Content::Path(path) => {
            let (krate, ty) = (&model.krate, &field.ty);
            let encode = member::encode_function(model, field, leaf);
            quote!(#krate::__private::default_of::<#ty, _>(#encode, #path))
        }
    }
}

/// A hidden item of the runtime.
struct Path<'m> {
    model: &'m Model,
    name: TokenStream,
}

impl ToTokens for Path<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (krate, name) = (&self.model.krate, &self.name);
        tokens.extend(quote!(#krate::__private::#name));
    }
}

/// A type or path with the usual spacing, because tokens do not contain spaces.
pub(super) fn written(tokens: &impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let mut text = String::new();
    let mut blank = false;
    for letter in spaced.chars() {
        if letter == ' ' {
            blank = true;
            continue;
        }
        let before = text.chars().last().unwrap_or('<');
        let words = |c: char| c.is_alphanumeric() || c == '_';
        if blank && (words(before) && words(letter) || ",;+".contains(before) || "+".contains(letter)) {
            text.push(' ');
        }
        text.push(letter);
        blank = false;
    }
    text
}
