//! Configuration of a component that programs bring in.

use serde::Deserialize;
use settings::HotConfig;

/// A cache.
#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(crate = settings)]
pub struct Cache {
    /// In entries.
    #[hot(default = 100)]
    pub size: u32,
    /// Nobody outside reads it by itself.
    #[hot(default = "lru")]
    policy: String,
    /// Where evicted entries go.
    #[hot(nested)]
    pub spill: spill::Spill,
}

/// Two structs of one name must not meet in the crate's macros.
pub mod spill {
    use serde::Deserialize;
    use settings::HotConfig;

    /// A directory.
    #[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
    #[hot(crate = settings)]
    pub struct Spill {
        /// Where it is.
        #[hot(default = "/tmp/spill")]
        pub path: String,
        /// Of another kind.
        #[hot(nested)]
        pub cache: Cache,
    }

    /// The cache of the directory.
    #[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
    #[hot(crate = settings)]
    pub struct Cache {
        /// Whether there is one.
        #[hot(default = true)]
        pub enabled: bool,
    }
}

impl Cache {
    /// A cache of so many entries.
    pub fn sized(size: u32) -> Self {
        let spill = spill::Spill { path: String::new(), cache: spill::Cache { enabled: false } };
        Self { size, policy: "lru".to_owned(), spill }
    }
}

#[cfg(test)]
mod tests {
    use settings::HotConfig;

    use super::Cache;

    #[test]
    fn everything_goes_through_the_other_name() {
        let cache = Cache::hot_builder().watch(false).load().unwrap();
        assert_eq!(cache.size(), 100);
        assert!(cache.spill_cache_enabled());
    }
}
