//! A small configuration for tests with unusual process environments.

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use super::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(crate) struct App {
    #[hot(default = 1)]
    pub(crate) number: u32,
    #[hot(default = "a")]
    pub(crate) text: String,
    #[hot(nested)]
    pub(crate) inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(crate) struct Inner {
    #[hot(default = 1.5)]
    pub(crate) ratio: f64,
}

/// A configuration with a secret from the scheme `store`.
#[derive(Debug, Deserialize, HotConfig)]
pub(crate) struct Login {
    #[hot(secret = "store:db")]
    pub(crate) password: Secret<String>,
    #[hot(default = 1)]
    pub(crate) number: u32,
}

impl App {
    /// Without sources.
    pub(crate) fn fixed() -> AppHandle {
        Self::hot_fixed(Self { number: 1, text: "a".into(), inner: Inner { ratio: 1.5 } })
    }

    /// From `app.toml` in the folder.
    pub(crate) fn builder(folder: &Folder) -> hotswap::Builder<Self> {
        Self::hot_builder().file(folder.path("app.toml"))
    }
}
