//! A module in which no name of the prelude exists, and those that do mean something else.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

struct Option;
struct Some;
struct None;
struct Result;
struct Clone;
struct Send;
struct Sync;
struct Fn;
struct From;
struct Copy;
struct usize;

mod core {}
mod std {}
mod hotswap {}

#[derive(::serde::Deserialize, ::hotswap::HotConfig)]
struct Limit {
    #[hot(default = 3, range(min = 1, max = 10))]
    max: u32,
    #[hot(default = "x", non_empty)]
    name: ::std::string::String,
}

fn fine<T>(_: &T) -> ::core::result::Result<(), ::std::string::String> {
    ::core::result::Result::Ok(())
}

#[derive(::serde::Deserialize, ::hotswap::HotConfig)]
#[hot(env = "HYGIENE_NO_PRELUDE", check = fine)]
struct App {
    #[hot(nested)]
    limit: Limit,
    #[hot(nested)]
    other: ::core::option::Option<Limit>,
    #[hot(default = 1, copy, custom = fine)]
    wide: u128,
    #[hot(default = [1], each(range(max = 5)))]
    list: ::std::vec::Vec<u8>,
    #[serde(skip)]
    skipped: bool,
}

#[::core::prelude::v1::test]
fn everything_works_without_a_prelude() {
    let app = <App as ::hotswap::HotConfig>::hot_builder().watch(false).load();
    let ::core::result::Result::Ok(app) = app else { ::core::panic!("{app:?}") };
    ::core::assert_eq!(app.limit_max(), 3);
    ::core::assert_eq!(*app.limit_name(), "x");
    ::core::assert!(app.set_limit_max(4).is_ok());
    ::core::assert_eq!(app.limit().max(), 4);
    ::core::assert_eq!(app.wide(), 1);
    app.on_limit_name_change(|_, _| {}).detach();
}
