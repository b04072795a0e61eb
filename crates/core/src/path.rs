//! Typed paths: `AppConfig::paths().rate_limit().max()`.

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc};

use crate::{config::HotConfig, overrides::OverrideTarget};

/// The path of a field of type `F` below a struct `R`.
///
/// Created by the generated `R::paths()`, so the field always exists and has this type. `Copy`.
///
/// ```
#[doc = include_str!("example.txt")]
/// let path: hotswap::Path<Config, u32> = Config::paths().rate_limit().max();
/// assert_eq!(path.to_string(), "rate_limit.max");
///
/// let config = Config::hot_load()?;
/// config.set(path, 5)?;
/// let _subscription = config.on_change(path, |old, new| println!("{old} -> {new}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Path<R, F> {
    pub(crate) slot: usize,
    marker: PhantomData<fn(&R) -> &F>,
}

impl<R: HotConfig, F> Path<R, F> {
    pub(crate) fn root() -> Self {
        Self::new(0)
    }

    fn new(slot: usize) -> Self {
        Self { slot, marker: PhantomData }
    }

    /// For generated code: the path of the field with this number below `F`.
    #[doc(hidden)]
    pub fn __child<C>(self, slot: usize) -> Path<R, C> {
        Path::new(self.slot + slot)
    }

    /// For generated code: the paths of the nested struct with this number below `F`.
    #[doc(hidden)]
    pub fn __children<N: HotConfig>(self, slot: usize) -> N::Paths<R> {
        self.__child(slot).into()
    }

    /// The path as a JSON pointer (RFC 6901), with the names that files use.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(Config::paths().rate_limit().max().pointer(), "/rate_limit/max");
    /// assert_eq!(Config::paths().pointer(), ""); // the whole
    /// ```
    pub fn pointer(&self) -> String {
        R::SHAPE.keys_of(self.slot).pointer()
    }

    /// The path in the form of reports, with the names that files use.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(Config::paths().rate_limit().max().dotted(), "rate_limit.max");
    /// ```
    pub fn dotted(&self) -> String {
        R::SHAPE.keys_of(self.slot).to_string()
    }
}

impl<R, F> Clone for Path<R, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, F> Copy for Path<R, F> {}

impl<R: HotConfig, F> fmt::Debug for Path<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Path").field(&self.dotted()).finish()
    }
}

impl<R: HotConfig, F> fmt::Display for Path<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.dotted())
    }
}

/// The argument of a call that takes a path: a [`Path`], or the generated paths of a nested struct.
///
/// ```
#[doc = include_str!("example.txt")]
/// fn pointer(path: impl hotswap::AsPath) -> String {
///     path.as_path().pointer()
/// }
/// assert_eq!(pointer(Config::paths().rate_limit()), "/rate_limit");
/// assert_eq!(pointer(Config::paths().rate_limit().burst()), "/rate_limit/burst");
/// ```
pub trait AsPath {
    /// The struct that the path starts from.
    type Root: HotConfig;
    /// The type of the field.
    type Value: 'static;
    /// The path itself.
    fn as_path(&self) -> Path<Self::Root, Self::Value>;
}

impl<R: HotConfig, F: 'static> AsPath for Path<R, F> {
    type Root = R;
    type Value = F;
    fn as_path(&self) -> Self {
        *self
    }
}

impl<P: AsPath> AsPath for &P {
    type Root = P::Root;
    type Value = P::Value;
    fn as_path(&self) -> Path<Self::Root, Self::Value> {
        (**self).as_path()
    }
}

/// The argument of [`Handle::clear_override`](crate::Handle::clear_override): a dotted path as text, or a typed path
/// ([`AsPath`]) that starts at `S`.
///
/// ```
#[doc = include_str!("example.txt")]
/// fn reset(config: &hotswap::Handle<Config>, path: impl hotswap::OverridePath<Config>) -> Result<u64, hotswap::Error> {
///     config.clear_override(path)
/// }
/// let config = Config::hot_load()?;
/// config.set_rate_limit_max(5)?;
/// reset(&config, "rate_limit.max")?;
/// reset(&config, Config::paths().rate_limit())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait OverridePath<S> {
    #[doc(hidden)]
    fn __target(&self) -> OverrideTarget;
}

impl<P: AsPath> OverridePath<P::Root> for P {
    fn __target(&self) -> OverrideTarget {
        OverrideTarget::Field(self.as_path().slot)
    }
}

/// Types that are read as text.
macro_rules! texts {
    ($($text:ty),*) => {$(
        impl<S> OverridePath<S> for $text {
            fn __target(&self) -> OverrideTarget {
                OverrideTarget::Text(self.to_string())
            }
        }
    )*};
}

texts!(&str, &&str, String, &String, Cow<'_, str>, &Cow<'_, str>, Arc<str>, &Arc<str>, Box<str>, &Box<str>);
