//! Converts the parsed struct to the checked model, and reports every mistake.

mod claims;
mod default;
mod field;
mod generics;
mod kept;
mod merge;
mod methods;
mod nested;
mod pattern;
mod rule;
mod secret;
mod unit;

use syn::parse_quote;

use crate::{diagnostics::Diagnostics, input::Input, model::Model};

/// The model of the valid parts; `None` if no implementation could compile.
pub(crate) fn check(input: Input, diagnostics: &mut Diagnostics) -> Option<Model> {
    refuse_reshaping(&input, diagnostics);
    if input.is_union {
        return None;
    }
    let fields = field::check_all(&input, diagnostics);
    generics::refuse_test(&input, diagnostics);
    let mut model = Model {
        sound: true,
        krate_given: input.hot.krate.is_some(),
        krate: input.hot.krate.unwrap_or_else(|| parse_quote!(::hotswap)),
        generics: input.generics,
        ident: input.ident,
        vis: input.vis,
        docs: input.docs,
        sources: input.hot.sources,
        env: input.hot.env.map(|prefix| prefix.value()),
        profile: input.hot.profile.map(|name| name.value()),
        checks: input.hot.checks,
        test: input.hot.test.is_some(),
        fields: fields.taking_part,
        skipped: fields.skipped,
    };
    methods::check(&mut model, diagnostics);
    claims::check_keys(&model, diagnostics);
    claims::check_variables(&model, diagnostics);
    let model = generics::check(model, diagnostics)?;
    Some(Model { sound: diagnostics.is_empty(), ..model })
}

/// A file contains the fields of a struct, so serde attributes that give it another form are
/// refused.
fn refuse_reshaping(input: &Input, diagnostics: &mut Diagnostics) {
    for key in &input.serde.reshaping {
        diagnostics.on(
            key,
            format!(
                "`#[serde({key})]` gives the struct another form than a table of its fields: remove it, or remove \
                 `HotConfig` and use the struct as the type of a field"
            ),
        );
    }
}
