//! The hidden macro of a struct, under the name of the struct: it passes the fields of the struct to structs
//! that nest it.

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Result, Visibility, braced,
    parse::{Parse, ParseStream},
};

use super::entry::Entry;

/// The name and visibility of a hidden macro.
pub(crate) struct Callback {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// Unique, because exported macros of one crate must have different names, but two structs of one crate
    /// may have the same name.
    pub(crate) mangled: Ident,
}

impl Callback {
    pub(crate) fn new(ident: &Ident, vis: &Visibility) -> Self {
        let mangled = format_ident!("__hotswap_{}_{}", ident, place(ident));
        Self { ident: ident.clone(), vis: vis.clone(), mangled }
    }

    /// A complete list contains every field at every depth, in the order of their numbers.
    pub(crate) fn expand(&self, entries: &[Entry], complete: bool) -> TokenStream {
        let Self { ident, vis, mangled } = self;
        // Only an exported macro can be named in another crate.
        let export = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
        quote! {
            #[doc(hidden)]
            #[allow(unused_macros, non_local_definitions)]
            #export
            macro_rules! #mangled {
                ($state:tt [$($step:tt)*]) => { $($step)* ! { $state #complete #(#entries)* } };
            }
            #[doc(hidden)]
            #[allow(unused_imports, macro_expanded_macro_exports_accessed_by_absolute_paths)]
            #vis use #mangled as #ident;
        }
    }
}

/// The position of the struct in the source. All structs that a macro generates have the same position, and
/// are distinguished by the number of the expansion.
fn place(ident: &Ident) -> String {
    let span = ident.span().unwrap();
    let call = Span::call_site().unwrap();
    let expansion = format!("{call:?}");
    let mut hasher = DefaultHasher::new();
    (span.file(), span.line(), span.column(), call.line(), call.column()).hash(&mut hasher);
    expansion.split(' ').next().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl ToTokens for Callback {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { ident, vis, mangled } = self;
        tokens.extend(quote!({ #vis } #ident #mangled));
    }
}

impl Parse for Callback {
    fn parse(input: ParseStream) -> Result<Self> {
        let vis;
        braced!(vis in input);
        Ok(Self { vis: vis.parse()?, ident: input.parse()?, mangled: input.parse()? })
    }
}
