//! figment's providers as sources: the only use of figment's types.

use figment::value::{Num, Value as Figment};

use crate::{
    source::{Reading, Source, SourceError},
    value::{MAX_DEPTH, Value, too_deep},
};

/// A figment provider, read as figment does: its global values override those of its profile.
pub(super) struct FigmentSource<P>(pub(super) P);

impl<P: figment::Provider + Send + 'static> Source for FigmentSource<P> {
    fn name(&self) -> String {
        self.0.metadata().name.into_owned()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        let profile = self.0.profile().unwrap_or_default();
        let merged = figment::Figment::from(&Borrowed(&self.0)).select(profile);
        // Not shown, because figment's errors contain values.
        let tree = merged.extract::<Figment>().map_err(|_| SourceError::from("the provider failed"))?;
        if is_deeper_than(&tree, MAX_DEPTH) {
            return Err(too_deep().into());
        }
        Ok(Reading { tree: convert(&tree), text: None })
    }
}

struct Borrowed<'p, P>(&'p P);

impl<P: figment::Provider> figment::Provider for &Borrowed<'_, P> {
    fn metadata(&self) -> figment::Metadata {
        self.0.metadata()
    }

    fn data(&self) -> figment::Result<figment::value::Map<figment::Profile, figment::value::Dict>> {
        self.0.data()
    }
}

fn is_deeper_than(value: &Figment, levels: usize) -> bool {
    let deeper = |below: &Figment| levels == 0 || is_deeper_than(below, levels - 1);
    match value {
        Figment::Dict(_, dict) => levels == 0 || dict.values().any(deeper),
        Figment::Array(_, items) => levels == 0 || items.iter().any(deeper),
        _ => false,
    }
}

fn convert(value: &Figment) -> Value {
    match value {
        Figment::String(_, text) => Value::text(text),
        Figment::Char(_, character) => Value::text(&character.to_string()),
        Figment::Bool(_, value) => Value::Bool(*value),
        Figment::Num(_, number) => convert_number(number),
        Figment::Empty(..) => Value::Null,
        Figment::Dict(_, dict) => {
            Value::table(dict.iter().map(|(key, value)| (key.as_str().into(), convert(value))))
        }
        Figment::Array(_, items) => Value::list(items.iter().map(convert)),
    }
}

fn convert_number(number: &Num) -> Value {
    match *number {
        Num::U128(value) => value.into(),
        Num::I128(value) => Value::Int(value),
        Num::F32(value) => Value::Float(value.into()),
        Num::F64(value) => Value::Float(value),
        // All other integers fit one of the two types.
        _ => match (number.to_i128(), number.to_u128()) {
            (Some(value), _) => Value::Int(value),
            (None, Some(value)) => value.into(),
            (None, None) => Value::Null,
        },
    }
}
