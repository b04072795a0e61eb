//! How a rule reaches its subject: the field itself, inside an `Option`, behind a `Box`.
//!
//! The way to the subject is a type parameter that the compiler infers: exactly one implementation fits
//! each field. So the derive need not know the field's type, and every rule is written once.

use std::{
    borrow::Cow,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::secret::{Secret, SecretValue};

/// The field itself is the subject.
#[doc(hidden)]
pub struct Itself;

/// The field points to it, or owns it as a `String` owns a `str`.
#[doc(hidden)]
pub struct Behind;

/// The field may contain it; `M` is the rest of the way.
#[doc(hidden)]
pub struct Within<M>(PhantomData<M>);

/// The field keeps it secret; `M` is the rest of the way.
#[doc(hidden)]
pub struct Exposed<M>(PhantomData<M>);

/// Keeps the way `M` in the type of a rule, which stays `Sync` whatever `M` is.
pub(crate) type Way<M> = PhantomData<fn() -> M>;

/// A field that contains, or may contain, a `T`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this rule is for a `{T}`, but the field is a `{Self}`",
    label = "the field is a `{Self}`"
)]
pub trait Holds<T: ?Sized, M> {
    /// `None` passes every rule.
    fn held(&self) -> Option<&T>;
}

#[diagnostic::do_not_recommend]
impl<T> Holds<T, Itself> for T {
    fn held(&self) -> Option<&T> {
        Some(self)
    }
}

/// Separate implementations: with one implementation for every `Deref`, rustc would report `Deref::Target` if a
/// rule does not fit.
macro_rules! behind {
    ($([$($generics:tt)*] $pointer:ty, $target:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Holds<$target, Behind> for $pointer {
            fn held(&self) -> Option<&$target> {
                Some(self)
            }
        }
    )* };
}

behind! {
    [T: ?Sized] Box<T>, T;
    [T: ?Sized] Arc<T>, T;
    [T: ToOwned + ?Sized] Cow<'_, T>, T;
    [T] Vec<T>, [T];
    [] String, str;
    [] PathBuf, Path;
}

#[diagnostic::do_not_recommend]
impl<F: Holds<T, M>, T: ?Sized, M> Holds<T, Within<M>> for Option<F> {
    fn held(&self) -> Option<&T> {
        self.as_ref().and_then(F::held)
    }
}

/// A field that contains, or may contain, text.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this rule is for text, but the field is a `{Self}`",
    label = "not text",
    note = "a type of your own counts as text if it implements `AsRef<str>`; `custom = ..` takes any type"
)]
pub trait Text<M> {
    /// `None` passes every rule.
    fn text(&self) -> Option<&str>;

    /// Whether messages must not show it.
    fn is_secret(&self) -> bool {
        false
    }
}

#[diagnostic::do_not_recommend]
impl<F: AsRef<str>> Text<Itself> for F {
    fn text(&self) -> Option<&str> {
        Some(self.as_ref())
    }
}

#[diagnostic::do_not_recommend]
impl<F: Text<M>, M> Text<Within<M>> for Option<F> {
    fn text(&self) -> Option<&str> {
        self.as_ref().and_then(F::text)
    }

    fn is_secret(&self) -> bool {
        self.as_ref().is_some_and(F::is_secret)
    }
}

#[diagnostic::do_not_recommend]
impl<F: SecretValue + Text<M>, M> Text<Exposed<M>> for Secret<F> {
    fn text(&self) -> Option<&str> {
        self.expose().text()
    }

    fn is_secret(&self) -> bool {
        true
    }
}
