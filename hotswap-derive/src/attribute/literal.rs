//! Values in attributes: literals, negative numbers, arrays of these, and paths.

use std::fmt::{self, Display, Formatter};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprArray, ExprLit, ExprPath, ExprUnary, Lit, Path, UnOp, spanned::Spanned};

/// A value in `default = ..` and in rules.
#[derive(Clone)]
pub(crate) struct Literal {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

#[derive(Clone)]
pub(crate) enum Content {
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Char(char),
    List(Vec<Literal>),
    /// A constant, or a function without arguments.
    Path(Path),
}

impl Literal {
    pub(crate) fn read(expr: &Expr) -> syn::Result<Self> {
        let content = match expr {
            Expr::Group(group) => return Self::read(&group.expr),
            Expr::Lit(ExprLit { lit, .. }) => content(lit, "")?,
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => negative(expr)?,
            Expr::Array(ExprArray { elems, .. }) => {
                Content::List(elems.iter().map(Self::read).collect::<syn::Result<_>>()?)
            }
            Expr::Path(ExprPath { qself: None, path, .. }) => Content::Path(path.clone()),
            other => return Err(syn::Error::new_spanned(other, instead_of(other))),
        };
        let span = match expr {
            // Otherwise only the sign would be underlined.
            Expr::Unary(negative) => negative.expr.span(),
            expr => expr.span(),
        };
        Ok(Self { span, content })
    }

    /// The kind of value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.content {
            Content::Bool(_) => "a bool",
            Content::Int(_) => "an integer",
            Content::Float(_) => "a float",
            Content::Text(_) => "a string",
            Content::Char(_) => "a char",
            Content::List(_) => "a list",
            Content::Path(_) => "a path",
        }
    }
}

fn instead_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::Call(call) if is_some(&call.func) => "write the value without `Some(..)`",
        Expr::Macro(_) => {
            "write a list as `[a, b]`; anything else goes into a function named here by its path"
        }
        _ => {
            "write a literal, a list of literals, or the path of a constant or of a function without arguments"
        }
    }
}

fn is_some(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("Some"))
}

fn negative(expr: &Expr) -> syn::Result<Content> {
    match expr {
        Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => content(lit, "-"),
        other => Err(syn::Error::new_spanned(other, "only a number can be negative")),
    }
}

fn content(lit: &Lit, sign: &str) -> syn::Result<Content> {
    Ok(match lit {
        Lit::Bool(lit) => Content::Bool(lit.value),
        Lit::Str(lit) => Content::Text(lit.value()),
        Lit::Char(lit) => Content::Char(lit.value()),
        Lit::Int(lit) if matches!(lit.suffix(), "f32" | "f64") => {
            Content::Float(number(sign, lit.base10_digits(), lit)?)
        }
        Lit::Int(lit) => Content::Int(number(sign, lit.base10_digits(), lit)?),
        Lit::Float(lit) => Content::Float(number(sign, lit.base10_digits(), lit)?),
        other => {
            let message = "write text as a string such as `\"text\"`, and bytes as a list such as `[1, 2]`";
            return Err(syn::Error::new_spanned(other, message));
        }
    })
}

fn number<N: std::str::FromStr>(sign: &str, digits: &str, lit: impl ToTokens) -> syn::Result<N> {
    format!("{sign}{digits}").parse().map_err(|_| syn::Error::new_spanned(lit, "the number is too large"))
}

/// As it is written, for messages.
impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Bool(value) => write!(f, "{value}"),
            Content::Int(value) => write!(f, "{value}"),
            Content::Float(value) => write!(f, "{value:?}"),
            Content::Text(value) => write!(f, "{value:?}"),
            Content::Char(value) => write!(f, "{value:?}"),
            Content::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Content::Path(path) => f.write_str(&path.to_token_stream().to_string().replace(' ', "")),
        }
    }
}

/// As Rust code, for rules.
impl ToTokens for Literal {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let span = self.span;
        let written = match &self.content {
            Content::Bool(value) => quote!(#value),
            Content::Int(value) => {
                signed(*value < 0, proc_macro2::Literal::u128_unsuffixed(value.unsigned_abs()), span)
            }
            Content::Float(value) => {
                signed(*value < 0.0, proc_macro2::Literal::f64_unsuffixed(value.abs()), span)
            }
            Content::Text(value) => spanned(proc_macro2::Literal::string(value), span),
            Content::Char(value) => spanned(proc_macro2::Literal::character(*value), span),
            Content::List(items) => quote!([#(#items),*]),
            Content::Path(path) => quote!(#path),
        };
        tokens.extend(written);
    }
}

fn signed(negative: bool, literal: proc_macro2::Literal, span: Span) -> TokenStream {
    let literal = spanned(literal, span);
    if negative { quote::quote_spanned!(span=> -#literal) } else { literal }
}

fn spanned(mut literal: proc_macro2::Literal, span: Span) -> TokenStream {
    literal.set_span(span);
    literal.into_token_stream()
}
