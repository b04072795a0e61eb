//! From the text of a file to a value tree, and to the places of the values in the text.

// What only one format needs is dead in a build without it.
#![cfg_attr(not(all(feature = "json", feature = "toml", feature = "yaml")), allow(dead_code))]

pub(crate) mod edit;
mod json;
mod name;
pub(crate) mod text;
#[cfg(feature = "toml")]
mod toml;
pub(crate) mod write;
#[cfg(feature = "yaml")]
mod yaml;

use std::{ops::Range, path::Path};

// Variables hold JSON whatever files this build reads.
pub(crate) use self::json::{Fault as JsonFault, value as json_value};
use self::text::{Flaw, without_mark};
use super::locate::SpanNode;
use crate::value::{DUPLICATE_KEY, MAX_DEPTH, Value, too_deep};

/// A file format. Each needs the cargo feature of its name; all three are on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// TOML 1.1, in files that end in `.toml`.
    Toml,
    /// YAML 1.2 with merge keys (`<<`), in files that end in `.yaml` or `.yml`; one document per file.
    Yaml,
    /// JSON (RFC 8259), in files that end in `.json`.
    Json,
}

/// What a format can do with a text that has no byte order mark.
struct Reader {
    parse: fn(&str) -> Result<Value, Vec<Flaw>>,
    spans: fn(&str) -> Option<SpanNode>,
    /// With changes, and everything else as it stands; `None` where that is not possible.
    in_place: edit::InPlace,
    /// A new text: the root table, comments for its top, and what ends a line.
    whole: fn(&Value, &[String], &str) -> String,
    comments: fn(&str) -> Vec<Range<usize>>,
}

/// One line per format: its cargo feature, its module, its extensions.
macro_rules! formats {
    ($($format:ident $feature:literal $module:ident [$($extension:literal)+];)+) => {
        impl Format {
            /// The format of files with this extension, in either case; `None` for any other name.
            ///
            /// ```
            /// assert_eq!(hotswap::Format::of("config/app.YML"), Some(hotswap::Format::Yaml));
            /// assert_eq!(hotswap::Format::of("config/app.ini"), None);
            /// ```
            pub fn of(path: impl AsRef<Path>) -> Option<Self> {
                let extension = path.as_ref().extension()?.to_str()?.to_ascii_lowercase();
                match extension.as_str() {
                    $($($extension)|+ => Some(Self::$format),)+
                    _ => None,
                }
            }

            /// Every extension of every format.
            pub(crate) const EXTENSIONS: &[&str] = &[$($($extension,)+)+];

            /// The cargo feature that brings the parser.
            pub(crate) fn feature(self) -> &'static str {
                match self {
                    $(Self::$format => $feature,)+
                }
            }

            fn reader(self) -> Option<Reader> {
                match self {
                    $(
                        #[cfg(feature = $feature)]
                        Self::$format => Some(Reader {
                            parse: $module::parse,
                            spans: $module::spans,
                            in_place: $module::in_place,
                            whole: $module::whole,
                            comments: $module::comments,
                        }),
                    )+
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }
    };
}

formats! {
    Toml "toml" toml ["toml"];
    Yaml "yaml" yaml ["yaml" "yml"];
    Json "json" json ["json"];
}

/// Reads a whole file; the root is always a table.
///
/// # Errors
/// Every problem that the parser can tell apart, in the order of the text. A message never repeats the text.
pub(crate) fn parse(format: Format, text: &str) -> Result<Value, Vec<Flaw>> {
    let Some(reader) = format.reader() else {
        let feature = format.feature();
        let message = format!(
            "this build reads no {feature} files, switch on the cargo feature `{feature}` of hotswap"
        );
        return Err(vec![Flaw::new(message, (1, 1))]);
    };
    (reader.parse)(without_mark(text))
}

/// Where the values of a text stand; `None` when it does not parse.
pub(super) fn spans(format: Format, text: &str) -> Option<SpanNode> {
    (format.reader()?.spans)(without_mark(text))
}

/// The text of a file with some values changed; an empty text is a file that is not there yet.
///
/// # Errors
/// Why a value cannot be written in this format.
pub(crate) fn edit(format: Format, text: &str, wanted: &edit::Wanted<'_>) -> Result<String, String> {
    let Some(reader) = format.reader() else {
        let feature = format.feature();
        return Err(format!(
            "this build writes no {feature} files, switch on the cargo feature `{feature}` of hotswap"
        ));
    };
    edit::edit(format, &reader, text, wanted)
}

/// Where the comments of a text stand.
#[cfg(test)]
fn comments(format: Format, text: &str) -> Vec<Range<usize>> {
    format.reader().map(|reader| (reader.comments)(text)).unwrap_or_default()
}

/// A new text.
#[cfg(test)]
fn whole(format: Format, tree: &Value) -> String {
    format.reader().map(|reader| (reader.whole)(tree, &[], "\n")).unwrap_or_default()
}

/// What a file says whose root is a list or a scalar.
fn root_is_no_table(found: &str) -> String {
    format!("a configuration file holds a table at its root, found {found}")
}

/// A string of a file, which may hold `${..}`.
fn string(text: &str) -> Value {
    // One search for a byte is cheaper than for a pair, and nearly no string has a dollar.
    let template = text.contains('$') && text.contains("${");
    if template { Value::Template(text.into()) } else { Value::Text(text.into()) }
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests;
#[cfg(test)]
#[cfg(not(feature = "yaml"))]
mod without;
