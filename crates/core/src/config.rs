//! The public trait: how a struct is loaded, and its handle.

use std::ops::Deref;

use serde::de::DeserializeOwned;

use crate::{
    builder::Builder, describe, error::Error, handle::Handle, path::Path, schema::Schema,
    source::format::Format,
};

/// A struct whose values can change while the program runs.
///
/// Implement it with `#[derive(HotConfig)]`, see the derive macro of the same name; the hidden items are not a
/// stable interface.
///
/// ```
/// use hotswap::HotConfig;
///
/// /// Anything that has a configuration of its own.
/// fn start<T: HotConfig>() -> Result<T::Handle, hotswap::Error> {
///     T::hot_builder().env("APP").load()
/// }
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     #[hot(default = 8080)]
///     port: u16,
/// }
///
/// assert_eq!(start::<Config>()?.port(), 8080);
/// # Ok::<(), hotswap::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no configuration",
    label = "does not derive `HotConfig`",
    note = "write `#[derive(serde::Deserialize, hotswap::HotConfig)]` on the struct"
)]
pub trait HotConfig: Schema + DeserializeOwned + Send + Sync {
    /// The generated handle: every getter, setter and subscription of the struct.
    type Handle: From<Handle<Self>> + Deref<Target = Handle<Self>> + Clone + Send + Sync;

    /// The generated typed paths, counted from a root `R`.
    type Paths<R: HotConfig>: From<Path<R, Self>>;

    /// Loads the sources in the struct's attributes, validates the result, publishes version 1 and starts
    /// watching.
    ///
    /// Blocks until the sources are read; works with and without an async runtime.
    ///
    /// # Errors
    /// Every problem found in every source, together; nothing is published then.
    ///
    /// # Panics
    /// As [`Builder::load`].
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let config = Config::hot_load()?;
    /// assert_eq!((config.version(), config.rate_limit_max()), (1, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn hot_load() -> Result<Self::Handle, Error> {
        Self::hot_builder().load()
    }

    /// [`hot_load`](Self::hot_load) for async code; needs no particular runtime.
    ///
    /// # Errors
    /// As [`hot_load`](Self::hot_load).
    ///
    /// # Panics
    /// As [`Builder::load_async`].
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = block_on(Config::hot_load_async())?;
    /// assert_eq!(config.version(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn hot_load_async() -> impl Future<Output = Result<Self::Handle, Error>> + Send {
        Self::hot_builder().load_async()
    }

    /// A builder that starts from the struct's attributes.
    ///
    /// See [`Builder`] for examples.
    fn hot_builder() -> Builder<Self> {
        Builder::new()
    }

    /// A handle with no sources, for tests and for components. The value itself is not validated.
    ///
    /// Writes are validated as usual.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let limit = RateLimit::hot_fixed(RateLimit { max: 5, burst: 5 });
    /// limit.set_max(6)?;
    /// assert_eq!((limit.max(), limit.version()), (6, 2));
    /// assert!(limit.set_max(0).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn hot_fixed(value: Self) -> Self::Handle {
        crate::builder::fixed(value)
    }

    /// Typed paths to every field.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let path = Config::paths().rate_limit().max();
    /// assert_eq!((path.dotted(), path.pointer()), ("rate_limit.max".into(), "/rate_limit/max".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn paths() -> Self::Paths<Self> {
        Path::root().into()
    }

    /// The struct as a JSON Schema, draft 2020-12: docs, defaults, and every rule that has a keyword.
    ///
    /// It accepts every JSON file that is a valid configuration by itself, so a string with `${` is accepted
    /// in place of any value. Unknown keys are refused, as they are by default. Properties without a JSON
    /// Schema keyword are under `x-hotswap`: `env`, `restart`, `secret`, `unit`, `deprecated` with its
    /// advice, `merge`, and the rules `custom`, `check`, `validate` or, as text, `rules`. `format` is an
    /// annotation, as defined by draft 2020-12.
    ///
    /// The schema is found by running each type's `Deserialize` against a probe that records what it asks
    /// for; no value is read. A type that accepts more than one form, or that is recursive, is described as
    /// accepting any value; a type that accepts more than it asks for is described by what it asks for.
    /// Secrets are never required, because they are supplied outside of files.
    ///
    /// The properties of a table are in source order if `serde_json` is built with `preserve_order`,
    /// otherwise sorted by name.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let schema = Config::schema();
    /// let max = &schema["properties"]["rate_limit"]["properties"]["max"];
    /// assert_eq!((&max["minimum"], &max["default"]), (&1.into(), &100.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn schema() -> serde_json::Value {
        describe::schema::<Self>()
    }

    /// A digest of the [`schema`](Self::schema) without its titles and descriptions: 32 hexadecimal digits,
    /// the same in every build and on every platform until a field, a type, a default, a rule or an
    /// attribute such as `secret` changes.
    ///
    /// A tool that sends configurations to programs can use it to detect whether a program still accepts the
    /// same ones. The digest is 128-bit FNV-1a, which distinguishes schemas but is not cryptographic.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(Config::schema_hash().len(), 32);
    /// assert_ne!(Config::schema_hash(), RateLimit::schema_hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn schema_hash() -> String {
        describe::schema_hash::<Self>()
    }

    /// A file with every field: docs, types, rules, defaults and variables as comments, and the
    /// defaults as values.
    ///
    /// Loading the file gives the defaults. Fields without a default are commented out, and marked if they
    /// are required; so are tables that may be absent. A secret is never shown; a comment names its
    /// variable. JSON has no comments, so a JSON template contains only the values, with `null` for fields
    /// without one.
    ///
    /// Needs no cargo feature, not even that of the format.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let template = Config::template(hotswap::Format::Toml);
    /// assert!(template.contains("listen = \"127.0.0.1:8080\""));
    /// std::fs::write("app.toml", template)?;
    /// assert_eq!(Config::hot_builder().check()?.rate_limit, RateLimit { max: 100, burst: 20 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn template(format: Format) -> String {
        describe::template::<Self>(format)
    }

    /// A Markdown page with one table per configuration table: keys, types, defaults, rules, variables,
    /// docs.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let page = Config::reference();
    /// assert!(page.contains("| `rate_limit.max` | integer | `100` | from 1 to 10000 |"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn reference() -> String {
        describe::reference::<Self>()
    }
}
