//! The trait that `#[derive(HotConfig)]` implements, and what generated code stands on.

use std::ops::Deref;

use serde::de::DeserializeOwned;

use crate::{
    builder::{Builder, Setup},
    error::Error,
    handle::Handle,
    member::Member,
    path::Path,
    rule::Rule,
    shape::Shape,
};

/// A struct whose values can change while the program runs.
///
/// Implement it with `#[derive(HotConfig)]`, see the [derive macro](derive@crate::HotConfig); the hidden items are not a
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
pub trait HotConfig: DeserializeOwned + Send + Sync + Sized + 'static {
    /// The generated handle: every getter, setter and subscription of the struct.
    type Handle: From<Handle<Self>> + Deref<Target = Handle<Self>> + Clone + Send + Sync;

    /// The generated typed paths, counted from a root `R`.
    type Paths<R: HotConfig>: From<Path<R, Self>>;

    #[doc(hidden)]
    const SHAPE: &'static Shape;
    /// One per field of `SHAPE`, in its order.
    #[doc(hidden)]
    const MEMBERS: &'static [&'static dyn Member<Self>];
    /// How many numbers the struct and everything nested in it take.
    #[doc(hidden)]
    const SLOTS: usize;
    /// The struct's `check`s.
    #[doc(hidden)]
    const CHECKS: &'static [&'static dyn Rule<Self>];
    /// What the struct's attributes say about sources.
    #[doc(hidden)]
    const SETUP: Setup;
    /// A clone, field by field, so that the struct itself need not be `Clone`.
    #[doc(hidden)]
    fn __clone(&self) -> Self;

    /// Loads what the struct's attributes say, validates it, publishes version 1 and starts watching.
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

    /// A handle with no sources, for tests and for components. The value is taken as it is, not validated.
    ///
    /// Writes work on it, and validate.
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
}

/// Field number `I` of a struct, of type `F`.
///
/// The type is a parameter because an associated type would expose private field types. For each `I` there is
/// exactly one `F`, so callers need not name it.
#[doc(hidden)]
pub trait FieldOf<const I: usize, F>: 'static {
    /// The field's number, counted from the struct: the struct is 0, then each field and, below a nested
    /// one, its fields, in the order of the source.
    const SLOT: usize;
    fn get(&self) -> &F;
    fn get_mut(&mut self) -> &mut F;
}
