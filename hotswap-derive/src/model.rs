//! A struct as checked: every name resolved, nothing impossible left.

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
    /// Whether a test of the defaults is wanted.
    pub(crate) test: bool,
    /// Without skipped ones.
    pub(crate) fields: Vec<Field>,
    pub(crate) skipped: Vec<Ident>,
    /// Whether nothing is wrong with it. If something is, the code has no bodies and no tables, for which types
    /// would have to be right, and still has every name.
    pub(crate) sound: bool,
}

/// A field that takes part.
pub(crate) struct Field {
    /// Among the fields that take part.
    pub(crate) index: usize,
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: String,
    /// The serde name.
    pub(crate) key: String,
    pub(crate) aliases: Vec<String>,
    /// What generated methods are named after, without `r#`.
    pub(crate) getter: String,
    pub(crate) flatten: bool,
    pub(crate) serde_default: bool,
    /// What serde takes for it where a file has nothing.
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
    /// By its attribute or by its type.
    pub(crate) secret: bool,
    /// By its attribute, so that the type must show nothing.
    pub(crate) marked_secret: bool,
    /// What its attribute says to fetch.
    pub(crate) reference: Option<String>,
    /// Not to be searched for credentials.
    pub(crate) not_secret: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) decode: Option<ExprPath>,
    pub(crate) encode: Encode,
}

/// Where serde's default of a field comes from.
pub(crate) enum Absent {
    /// From an attribute of the field.
    Own(Default),
    /// From one of the struct: the same field of the whole default.
    OfStruct(Default),
}

/// How a getter hands out a leaf.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// From a cell of its own; the primitive, if the type is written as one.
    Scalar(Option<Scalar>),
    /// By value, copied out of the snapshot.
    Copy(Option<Scalar>),
    /// As a guard.
    Guard,
}

/// How a leaf is written.
pub(crate) enum Encode {
    /// By its `Serialize`, if it has one.
    Own,
    With(ExprPath),
    /// serde reads it with a function and has none to write it with.
    Never,
}

impl Leaf {
    /// A primitive about which no attribute says anything that the runtime would have to know.
    pub(crate) fn is_plain_scalar(&self) -> bool {
        let own = matches!(self.encode, Encode::Own) && self.decode.is_none();
        matches!(self.read, Read::Scalar(Some(_))) && own && self.rules.is_empty()
    }
}

pub(crate) struct Nested {
    /// The struct as the field's type spells it.
    pub(crate) ty: Type,
    /// Names the struct's hidden macro.
    pub(crate) path: Path,
}

impl Field {
    pub(crate) fn nested(&self) -> Option<&Nested> {
        match &self.kind {
            Kind::Nested(nested) | Kind::Optional(nested) => Some(nested),
            Kind::Leaf(_) => None,
        }
    }

    /// The variables that the field itself takes, below the prefix of its struct. A nested struct takes none,
    /// and a flattened leaf takes the keys that no field does.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let Kind::Leaf(leaf) = &self.kind else { return Vec::new() };
        match &leaf.env {
            Some(name) => vec![Claim::exact(name)],
            None if self.flatten => Vec::new(),
            None => self.keys().map(|key| Claim::below_prefix(names::variable(key))).collect(),
        }
    }

    /// Every name that serde reads the field by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.key).chain(&self.aliases)
    }
}

impl Model {
    /// The hidden part of the crate, at the place of something of the user's, so that what does not fit is
    /// reported there.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        match self.krate_given {
            // A path through `$crate` must keep its own place.
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
