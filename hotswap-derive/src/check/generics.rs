//! Checks the generic parameters of the struct.

use syn::{GenericParam, parse_quote};

use crate::{diagnostics::Diagnostics, input::Input, model::Model};

/// Adds the bounds on type parameters that generated code needs. Lifetimes are refused: a configuration outlives
/// all of them.
pub(super) fn check(mut model: Model, diagnostics: &mut Diagnostics) -> Option<Model> {
    let krate = model.krate.clone();
    let mut outlives = true;
    for parameter in &mut model.generics.params {
        match parameter {
            GenericParam::Type(parameter) => {
                parameter.bounds.push(parse_quote!(#krate::__private::Parameter));
                parameter.default = None;
            }
            GenericParam::Const(parameter) => parameter.default = None,
            GenericParam::Lifetime(lifetime) => {
                let message = "a configuration owns its values: use an owned type such as `String` and leave out the lifetime";
                diagnostics.on(&lifetime.lifetime, message);
                outlives = false;
            }
        }
    }
    outlives.then_some(model)
}

/// A test cannot choose types for the parameters.
pub(super) fn refuse_test(input: &Input, diagnostics: &mut Diagnostics) {
    if let (Some(test), true) = (input.hot.test, !input.generics.params.is_empty()) {
        let message = "a struct with parameters cannot test itself: remove `test`";
        diagnostics.at(test, message);
    }
}
