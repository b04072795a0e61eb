//! `merge = ".."`: how the values of two layers are merged.

use proc_macro2::Span;
use syn::{Expr, ExprCall, ExprLit, Lit, LitStr, spanned::Spanned};

use super::item::Item;

/// A merge strategy and its span.
pub(crate) struct Merge {
    pub(crate) span: Span,
    pub(crate) way: Way,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Way {
    Replace,
    Append,
    Union,
    Deep,
    /// The elements of a list by the value of this key.
    Key(String),
}

impl Merge {
    /// `merge = "name"` or `merge = key("name")`.
    pub(crate) fn read(item: &Item, usage: &str) -> syn::Result<Self> {
        let value: Expr = item.value(usage)?;
        let wrong = || syn::Error::new(value.span(), format!("write {usage}"));
        let way = match &value {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => named(name).ok_or_else(wrong)?,
            Expr::Call(call) => Way::Key(key(call).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        Ok(Self { span: value.span(), way })
    }
}

fn named(name: &LitStr) -> Option<Way> {
    match name.value().as_str() {
        "replace" => Some(Way::Replace),
        "append" => Some(Way::Append),
        "union" => Some(Way::Union),
        "deep" => Some(Way::Deep),
        _ => None,
    }
}

fn key(call: &ExprCall) -> Option<String> {
    match (&*call.func, call.args.first()) {
        (Expr::Path(function), Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })))
            if function.path.is_ident("key") && call.args.len() == 1 && !name.value().is_empty() =>
        {
            Some(name.value())
        }
        _ => None,
    }
}
