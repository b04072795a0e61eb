//! Where secrets may come from.

use std::{fmt, ops::BitOr};

/// What becomes of a secret that stands as plain text in an ordinary file; for
/// [`Builder::plaintext_secrets`](crate::Builder::plaintext_secrets), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaintextSecrets {
    /// The configuration is rejected.
    #[default]
    Deny,
    /// A warning.
    Warn,
    /// Nothing.
    Allow,
}

/// A set of the sources that may supply a secret; for [`Builder::secret_sources`](crate::Builder::secret_sources),
/// which has an example.
///
/// ```
/// use hotswap::SecretSources;
///
/// let both = SecretSources::STORES | SecretSources::ENVIRONMENT;
/// assert!(both.contains(SecretSources::STORES) && !both.contains(SecretSources::FILES));
/// assert!(SecretSources::ANY.contains(both));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretSources(u8);

impl SecretSources {
    /// References, as `vault:secret/app#key` or `file:/run/secrets/key`, in whichever source they stand; not `env:`.
    pub const STORES: Self = Self(1);
    /// Variables: of the process, of dotenv files, and where a text names one, `${NAME}` or `env:NAME`.
    pub const ENVIRONMENT: Self = Self(2);
    /// Values in files: in plain text, if [`PlaintextSecrets`] lets them, and in files that are encrypted.
    pub const FILES: Self = Self(4);
    /// Values that [`Builder::layer`](crate::Builder::layer) and [`Builder::source`](crate::Builder::source) bring, and
    /// defaults of fields.
    pub const PROGRAM: Self = Self(8);
    /// All of them.
    pub const ANY: Self = Self(15);

    /// Whether all of `other` are in it.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const NAMES: [(Self, &'static str); 4] = [
        (Self::STORES, "a reference to a store"),
        (Self::ENVIRONMENT, "a variable"),
        (Self::FILES, "a file"),
        (Self::PROGRAM, "a source of the program"),
    ];
}

impl Default for SecretSources {
    fn default() -> Self {
        Self::ANY
    }
}

impl BitOr for SecretSources {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// As a sentence goes on: `a variable or a file`.
impl fmt::Display for SecretSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Self::NAMES.iter().filter(|(one, _)| self.contains(*one)).collect();
        for (place, (_, name)) in names.iter().enumerate() {
            let before = if place == 0 { "" } else { " or " };
            write!(f, "{before}{name}")?;
        }
        if names.is_empty() { f.write_str("nothing") } else { Ok(()) }
    }
}

impl fmt::Debug for SecretSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretSources({self})")
    }
}
