//! A checked struct: every name is resolved, and invalid parts are removed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{ExprPath, Generics, Path, Type, Visibility};

use crate::{
    attribute::{literal::Literal, merge::Way, rule::Rule, serde::Default, structure::Source},
    claims::Claim,
    names,
    scalar::Scalar,
};

/// A struct to generate code for.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// With the bounds that generated code needs.
    pub(crate) generics: Generics,
    pub(crate) docs: String,
    pub(crate) krate: Path,
    /// Whether the struct names the crate itself.
    pub(crate) krate_given: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) env: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) checks: Vec<Path>,
    /// Whether to generate a test of the defaults.
    pub(crate) test: bool,
    /// The fields, without skipped ones.
    pub(crate) fields: Vec<Field>,
    pub(crate) skipped: Vec<Ident>,
    /// Whether there are no mistakes. Otherwise the generated code has every name, but no bodies and tables,
    /// which would require correct types.
    pub(crate) sound: bool,
}

/// A field that is not skipped.
pub(crate) struct Field {
    /// Its index among the fields that are not skipped.
    pub(crate) index: usize,
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: String,
    /// The serde name.
    pub(crate) key: String,
    pub(crate) aliases: Vec<String>,
    /// The name in generated methods, without `r#`.
    pub(crate) getter: String,
    pub(crate) flatten: bool,
    pub(crate) serde_default: bool,
    /// Its serde default, for when no file gives a value.
    pub(crate) absent: Option<Absent>,
    pub(crate) restart: bool,
    pub(crate) readonly: bool,
    pub(crate) deprecated: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) merge: Option<Way>,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Leaf(Box<Leaf>),
    Nested(Nested),
    /// An `Option` of a nested struct.
    Optional(Nested),
}

pub(crate) struct Leaf {
    pub(crate) read: Read,
    pub(crate) default: Option<Literal>,
    pub(crate) env: Option<String>,
    /// Whether it is secret by its attribute or its type.
    pub(crate) secret: bool,
    /// Whether it is secret by its attribute, so that the type must be redacted.
    pub(crate) marked_secret: bool,
    /// The reference in its attribute.
    pub(crate) reference: Option<String>,
    /// Whether it is excluded from the scan for credentials.
    pub(crate) not_secret: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) decode: Option<ExprPath>,
    pub(crate) encode: Encode,
}

/// The origin of serde's default of a field.
pub(crate) enum Absent {
    /// From an attribute of the field.
    Own(Default),
    /// From an attribute of the struct: the same field of its default.
    OfStruct(Default),
}

/// How a getter returns a leaf.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// From a cell; contains the primitive, if the type is written as one.
    Scalar(Option<Scalar>),
    /// By value, copied out of the snapshot.
    Copy(Option<Scalar>),
    /// As a guard.
    Guard,
}

/// How a leaf is encoded.
pub(crate) enum Encode {
    /// By its `Serialize`, if it has one.
    Own,
    With(ExprPath),
    /// Not at all: serde reads it with a function and has no function to write it.
    Never,
}

impl Leaf {
    /// Whether it is a primitive without attributes that are relevant at run time.
    pub(crate) fn is_plain_scalar(&self) -> bool {
        let own = matches!(self.encode, Encode::Own) && self.decode.is_none();
        matches!(self.read, Read::Scalar(Some(_))) && own && self.rules.is_empty()
    }
}

pub(crate) struct Nested {
    /// The struct as written in the type of the field.
    pub(crate) ty: Type,
    /// The path of the struct's hidden macro.
    pub(crate) path: Path,
}

impl Field {
    pub(crate) fn nested(&self) -> Option<&Nested> {
        match &self.kind {
            Kind::Nested(nested) | Kind::Optional(nested) => Some(nested),
            Kind::Leaf(_) => None,
        }
    }

    /// The variables of the field itself, below the prefix of its struct. A nested struct has none, and a
    /// flattened leaf takes the keys that match no field.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let Kind::Leaf(leaf) = &self.kind else { return Vec::new() };
        match &leaf.env {
            Some(name) => vec![Claim::exact(name)],
            None if self.flatten => Vec::new(),
            None => self.keys().map(|key| Claim::below_prefix(names::variable(key))).collect(),
        }
    }

    /// Every name by which serde reads the field.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.key).chain(&self.aliases)
    }
}

impl Model {
    /// The hidden module of the crate, with the span of user code, so that errors are reported there.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        match self.krate_given {
            // A path through `$crate` must keep its own span.
            true => {
                let krate = &self.krate;
                quote_spanned!(span=> #krate::__private)
            }
            false => quote_spanned!(span=> ::hotswap::__private),
        }
    }

    /// The struct with its own parameters.
    pub(crate) fn self_type(&self) -> TokenStream {
        let ident = &self.ident;
        let (_, parameters, _) = self.generics.split_for_impl();
        quote::quote!(#ident #parameters)
    }
}
