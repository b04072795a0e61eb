//! Three levels, each in a module of its own, none of which can name the types of the others' fields.

mod pool {
    use hotswap::HotConfig;
    use serde::Deserialize;

    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Private(u8);

    #[derive(Deserialize, HotConfig)]
    pub(super) struct Pool {
        #[hot(default = 8)]
        size: u32,
        #[hot(default = "a")]
        label: String,
        #[hot(default = 1)]
        hidden: Private,
    }
}

mod database {
    use hotswap::HotConfig;
    use serde::Deserialize;

    use super::pool::Pool;

    #[derive(Deserialize, HotConfig)]
    pub(super) struct Database {
        #[hot(nested)]
        pool: Pool,
        #[hot(default = "db://")]
        url: String,
    }
}

mod tenant {
    use hotswap::HotConfig;
    use serde::Deserialize;

    #[derive(Deserialize, HotConfig)]
    pub(super) struct Tenant {
        #[hot(nested)]
        database: super::database::Database,
        #[hot(nested)]
        replica: Option<super::database::Database>,
        #[hot(default = true)]
        active: bool,
    }
}

use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    tenant: tenant::Tenant,
    #[hot(default = 1)]
    last: u8,
}

fn app() -> AppHandle {
    App::hot_builder().watch(false).load().unwrap()
}

#[test]
fn getters_at_every_depth() {
    let app = app();
    assert_eq!(app.tenant_database_pool_size(), 8);
    assert_eq!(*app.tenant_database_pool_label(), "a");
    assert_eq!(*app.tenant_database_url(), "db://");
    assert!(app.tenant_active());
    assert!(app.tenant_replica().is_none());
    assert_eq!(app.last(), 1);
}

#[test]
fn handles_at_every_depth() {
    let pool: pool::PoolHandle = app().tenant_database_pool();
    assert_eq!(pool.version(), 1);
    let database: database::DatabaseHandle = app().tenant_database();
    assert_eq!(database.version(), 1);
}

#[test]
fn setters_at_every_depth() {
    let app = app();
    app.set_tenant_database_pool_size(9).unwrap();
    app.set_tenant_database_pool_label("b".into()).unwrap();
    assert_eq!(app.tenant_database_pool_size(), 9);
    assert_eq!(app.tenant_database_pool_label().len(), 1);
    assert_eq!(app.last(), 1);
}

#[test]
fn closures_know_the_types_at_every_depth() {
    let app = app();
    app.on_tenant_database_pool_label_change(|old, new| assert_ne!(old.len(), new.len())).detach();
    app.on_tenant_database_pool_size_change(|old, new| assert_ne!(old.count_ones(), new.leading_zeros()))
        .detach();
    app.on_tenant_database_pool_change(|old, new| assert!(!std::ptr::eq(old, new))).detach();
}
