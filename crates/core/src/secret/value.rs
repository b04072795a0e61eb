//! Types that can be kept secret: they can be wiped, and compared in constant time.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::Secret;

/// The type of a [`Secret`]: a value that can be wiped, and compared in a time that does not depend on how much of it
/// is equal.
///
/// Implemented for text, bytes, numbers, and arrays, lists and options of them. Your own struct implements both
/// operations field by field:
///
/// ```
/// use hotswap::{Secret, SecretValue};
///
/// struct Login {
///     user: String,
///     password: String,
/// }
///
/// impl SecretValue for Login {
///     fn wipe(&mut self) {
///         self.user.wipe();
///         self.password.wipe();
///     }
///
///     fn secret_eq(&self, other: &Self) -> bool {
///         // `&` and not `&&`, which stops at the first difference.
///         self.user.secret_eq(&other.user) & self.password.secret_eq(&other.password)
///     }
/// }
///
/// let login = |password: &str| Secret::new(Login { user: "me".into(), password: password.into() });
/// assert!(login("a") == login("a"));
/// assert!(login("a") != login("b"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be kept secret, because nothing says how to wipe it and compare it",
    label = "no `SecretValue`",
    note = "keep a `String` or a `Vec<u8>` secret, or implement `hotswap::SecretValue` for `{Self}`"
)]
pub trait SecretValue {
    /// Whether a secret of this type that is given as a text is read from the bytes of that text. This is so for
    /// `Vec<u8>`, `[u8; N]` and options of them; otherwise the text is read as a list such as `1,2`. Set it for your
    /// own type that reads a list of bytes:
    ///
    /// ```
    /// use hotswap::SecretValue;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Key([u8; 32]);
    ///
    /// impl SecretValue for Key {
    ///     const IS_BYTES: bool = true;
    ///
    ///     fn wipe(&mut self) {
    ///         self.0.wipe();
    ///     }
    ///
    ///     fn secret_eq(&self, other: &Self) -> bool {
    ///         self.0.secret_eq(&other.0)
    ///     }
    /// }
    /// ```
    const IS_BYTES: bool = false;

    /// Whether the type is a single byte.
    #[doc(hidden)]
    const IS_BYTE: bool = false;

    /// Shows each text and number in it, to locate them in a value that serde buffered.
    #[doc(hidden)]
    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        let _ = look;
    }

    /// Overwrites the value, including all memory that it owns.
    fn wipe(&mut self);

    /// Whether both are equal. The length of a value is not secret.
    fn secret_eq(&self, other: &Self) -> bool;
}

impl<T: SecretValue> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.expose().secret_eq(other.expose())
    }
}

impl<T: SecretValue> Eq for Secret<T> {}

macro_rules! primitives {
    ($($primitive:ident as $bits:expr;)*) => {
        $(impl SecretValue for $primitive {
            const IS_BYTE: bool = matches!(stringify!($primitive).as_bytes(), b"u8");

            fn scalars(&self, look: &mut dyn FnMut(&str)) {
                look(&Zeroizing::new(self.to_string()));
            }

            fn wipe(&mut self) {
                self.zeroize();
            }

            fn secret_eq(&self, other: &Self) -> bool {
                let bits = $bits;
                bits(*self).ct_eq(&bits(*other)).into()
            }
        })*
    };
}

primitives! {
    u8 as u8::to_le; u16 as u16::to_le; u32 as u32::to_le; u64 as u64::to_le; u128 as u128::to_le;
    i8 as i8::to_le; i16 as i16::to_le; i32 as i32::to_le; i64 as i64::to_le; i128 as i128::to_le;
    usize as usize::to_le; isize as isize::to_le;
    bool as u8::from; char as u32::from; f32 as f32::to_bits; f64 as f64::to_bits;
}

impl SecretValue for String {
    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        look(self);
    }

    fn wipe(&mut self) {
        self.zeroize();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl SecretValue for Box<str> {
    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        look(self);
    }

    fn wipe(&mut self) {
        self.zeroize();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl<T: SecretValue> SecretValue for [T] {
    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        self.iter().for_each(|one| one.scalars(look));
        if !T::IS_BYTE {
            return;
        }
        // Bytes may have been given as a text.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.len()));
        for one in self {
            one.scalars(&mut |number| bytes.extend(number.parse::<u8>()));
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            look(text);
        }
    }

    fn wipe(&mut self) {
        self.iter_mut().for_each(T::wipe);
    }

    fn secret_eq(&self, other: &Self) -> bool {
        let same = self.iter().zip(other).fold(true, |same, (one, other)| same & one.secret_eq(other));
        same & (self.len() == other.len())
    }
}

/// Does not wipe the unused capacity, because the elements need not implement `Zeroize`.
impl<T: SecretValue> SecretValue for Vec<T> {
    const IS_BYTES: bool = T::IS_BYTE;

    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        self.as_slice().scalars(look);
    }

    fn wipe(&mut self) {
        self.as_mut_slice().wipe();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.as_slice().secret_eq(other)
    }
}

impl<T: SecretValue, const N: usize> SecretValue for [T; N] {
    const IS_BYTES: bool = T::IS_BYTE;

    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        self.as_slice().scalars(look);
    }

    fn wipe(&mut self) {
        self.as_mut_slice().wipe();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.as_slice().secret_eq(other)
    }
}

impl<T: SecretValue> SecretValue for Option<T> {
    const IS_BYTES: bool = T::IS_BYTES;

    fn scalars(&self, look: &mut dyn FnMut(&str)) {
        self.iter().for_each(|value| value.scalars(look));
    }

    fn wipe(&mut self) {
        self.iter_mut().for_each(T::wipe);
    }

    fn secret_eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.secret_eq(other),
            (one, other) => one.is_none() & other.is_none(),
        }
    }
}
