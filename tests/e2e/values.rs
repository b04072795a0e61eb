//! The meaning of values, in every format and at every entry point.

mod absent;
mod blamed;
mod depth;
mod flattened_names;
mod not_finite;
mod numbers;
mod origins;
mod variables;
mod variants;

use hotswap::HotConfig;

use crate::support::Folder;

/// The texts of one value in every format: a file name and its content.
fn everywhere(field: &str, text: &str) -> Vec<(&'static str, String)> {
    let variable = format!("V_{}", field.to_uppercase());
    vec![
        ("a.toml", format!("{field} = {text}")),
        ("a.yaml", format!("{field}: {text}")),
        ("a.json", format!("{{\"{field}\": {text}}}")),
        (".env", format!("{variable}='{text}'")),
    ]
}

fn check<T: HotConfig>(name: &str, text: &str) -> Result<T, String> {
    let folder = Folder::with(name, text);
    let builder = T::hot_builder().env("V");
    let builder = match name {
        ".env" => builder.dotenv(folder.path(name)),
        name => builder.file(folder.path(name)),
    };
    builder.check().map_err(|error| error.to_string())
}

#[track_caller]
fn refused<T: HotConfig>(name: &str, text: &str) -> String {
    match check::<T>(name, text) {
        Ok(_) => panic!("{name} is accepted: {text}"),
        Err(error) => error,
    }
}
