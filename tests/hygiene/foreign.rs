//! A nested struct of another crate, which knows hotswap by another name.

use hotswap::HotConfig;
use other_crate::Cache;
use serde::Deserialize;

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    cache: Cache,
    #[hot(nested)]
    spare: other_crate::spill::Cache,
}

fn app() -> AppHandle {
    App::hot_fixed(App { cache: Cache::sized(7), spare: other_crate::spill::Cache { enabled: true } })
}

#[test]
fn flat_getters_reach_into_another_crate() {
    assert_eq!(app().cache_size(), 7);
    assert_eq!(*app().cache_policy(), "lru");
    assert!(app().spare_enabled());
}

#[test]
fn two_structs_of_one_name_do_not_meet() {
    assert!(!app().cache_spill_cache_enabled());
}

#[test]
fn the_nested_handle_is_the_other_crates_own() {
    let cache: other_crate::CacheHandle = app().cache();
    assert_eq!(cache.size(), 7);
}

#[test]
fn paths_lead_into_another_crate() {
    assert_eq!(App::paths().cache().spill().cache().enabled().dotted(), "cache.spill.cache.enabled");
}
