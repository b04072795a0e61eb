//! Comparison in constant time.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::Secret;

/// What can be compared without telling, by the time it takes, how much of it is equal.
///
/// A [`Secret`] needs it of its value to be a field. Text, bytes, arrays, lists and numbers have it; a struct of one's
/// own compares all of its fields:
///
/// ```
/// use hotswap::{Secret, SecretEq};
/// use zeroize::Zeroize;
///
/// struct Login {
///     user: String,
///     password: String,
/// }
///
/// impl SecretEq for Login {
///     fn secret_eq(&self, other: &Self) -> bool {
///         // `&` and not `&&`, which stops at the first difference.
///         self.user.secret_eq(&other.user) & self.password.secret_eq(&other.password)
///     }
/// }
///
/// impl Zeroize for Login {
///     fn zeroize(&mut self) {
///         self.user.zeroize();
///         self.password.zeroize();
///     }
/// }
///
/// let login = |password: &str| Secret::new(Login { user: "me".into(), password: password.into() });
/// assert!(login("a") == login("a"));
/// assert!(login("a") != login("b"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a secret `{Self}` cannot be compared in constant time",
    label = "no `SecretEq`",
    note = "keep a `String` or a `Vec<u8>` secret, or implement `hotswap::SecretEq` for `{Self}`"
)]
pub trait SecretEq {
    /// Whether both are equal. The length of what is compared is no secret.
    fn secret_eq(&self, other: &Self) -> bool;
}

impl<T: Zeroize + SecretEq> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.expose().secret_eq(other.expose())
    }
}

impl<T: Zeroize + SecretEq> Eq for Secret<T> {}

macro_rules! numbers {
    ($($number:ident)*) => {
        $(impl SecretEq for $number {
            fn secret_eq(&self, other: &Self) -> bool {
                self.ct_eq(other).into()
            }
        })*
    };
}

numbers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

impl SecretEq for str {
    fn secret_eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl SecretEq for String {
    fn secret_eq(&self, other: &Self) -> bool {
        self.as_str().secret_eq(other)
    }
}

impl<T: SecretEq> SecretEq for [T] {
    fn secret_eq(&self, other: &Self) -> bool {
        let same = self.iter().zip(other).fold(true, |same, (one, other)| same & one.secret_eq(other));
        same & (self.len() == other.len())
    }
}

impl<T: SecretEq> SecretEq for Vec<T> {
    fn secret_eq(&self, other: &Self) -> bool {
        self.as_slice().secret_eq(other)
    }
}

impl<T: SecretEq, const N: usize> SecretEq for [T; N] {
    fn secret_eq(&self, other: &Self) -> bool {
        self.as_slice().secret_eq(other)
    }
}

impl<T: SecretEq + ?Sized> SecretEq for Box<T> {
    fn secret_eq(&self, other: &Self) -> bool {
        (**self).secret_eq(other)
    }
}

impl<T: SecretEq> SecretEq for Option<T> {
    fn secret_eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.secret_eq(other),
            (one, other) => one.is_none() & other.is_none(),
        }
    }
}
