//! Policies for the sources of secrets.

use std::{fmt, ops::BitOr};

/// How a secret in plain text in an ordinary file is handled; for
/// [`Builder::plaintext_secrets`](crate::Builder::plaintext_secrets), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaintextSecrets {
    /// The configuration is rejected.
    #[default]
    Deny,
    /// A warning is reported.
    Warn,
    /// Plain text is allowed.
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
    /// References such as `vault:secret/app#key` or `file:/run/secrets/key`, in any source; not `env:`.
    pub const STORES: Self = Self(1);
    /// Variables of the process and of dotenv files, also if a text refers to one by `${NAME}` or `env:NAME`.
    pub const ENVIRONMENT: Self = Self(2);
    /// Values in files: in plain text, if [`PlaintextSecrets`] allows it, and in encrypted files.
    pub const FILES: Self = Self(4);
    /// Values from [`Builder::layer`](crate::Builder::layer) and [`Builder::source`](crate::Builder::source), and
    /// defaults of fields.
    pub const PROGRAM: Self = Self(8);
    /// All sources.
    pub const ANY: Self = Self(15);

    /// Whether this set contains all of `other`.
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

/// Prints a part of a sentence: `a variable or a file`.
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
