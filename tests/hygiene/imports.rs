//! A nested struct under each name that an import can give it.

mod settings {
    use hotswap::HotConfig;
    use serde::Deserialize;

    #[derive(Default, Deserialize, HotConfig)]
    pub(in crate::imports) struct Limit {
        pub(in crate::imports) max: u32,
    }
}

mod by_glob {
    use hotswap::HotConfig;
    use serde::Deserialize;

    use super::settings::*;

    #[derive(Default, Deserialize, HotConfig)]
    pub(super) struct App {
        #[hot(nested)]
        pub(super) limit: Limit,
    }
}

mod by_another_name {
    use hotswap::HotConfig;
    use serde::Deserialize;

    use super::settings::Limit as Bound;

    #[derive(Default, Deserialize, HotConfig)]
    pub(super) struct App {
        #[hot(nested)]
        pub(super) limit: Bound,
    }
}

mod by_path {
    use hotswap::HotConfig;
    use serde::Deserialize;

    #[derive(Default, Deserialize, HotConfig)]
    pub(super) struct App {
        #[hot(nested)]
        pub(super) limit: crate::imports::settings::Limit,
        #[hot(nested)]
        pub(super) other: super::settings::Limit,
    }
}

mod by_alias {
    use hotswap::HotConfig;
    use serde::Deserialize;

    type Alias = super::settings::Limit;

    #[derive(Default, Deserialize, HotConfig)]
    pub(super) struct App {
        #[hot(nested = super::settings::Limit)]
        pub(super) limit: Alias,
    }
}

use hotswap::HotConfig;

#[test]
fn each_import_reaches_the_fields() {
    assert_eq!(by_glob::App::hot_fixed(Default::default()).limit_max(), 0);
    assert_eq!(by_another_name::App::hot_fixed(Default::default()).limit_max(), 0);
    assert_eq!(by_path::App::hot_fixed(Default::default()).other_max(), 0);
    assert_eq!(by_alias::App::hot_fixed(Default::default()).limit_max(), 0);
}
