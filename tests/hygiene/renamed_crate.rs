//! hotswap under another name, given as a path and as a string. A dependency with another name is in `other-crate`.

use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(crate = facade::inner)]
struct Limit {
    #[hot(default = 3, range(min = 1))]
    max: u32,
}

mod facade {
    pub(super) use hotswap as inner;
}

#[derive(Deserialize, HotConfig)]
#[hot(crate = "facade::inner", check = fine)]
struct App {
    #[hot(nested)]
    limit: Limit,
    #[hot(default = "a", one_of("a", "b"))]
    name: String,
}

fn fine(_: &App) -> Result<(), String> {
    Ok(())
}

#[test]
fn everything_goes_through_the_other_name() {
    let app = App::hot_builder().watch(false).load().unwrap();
    assert_eq!(app.limit_max(), 3);
    assert_eq!(*app.name(), "a");
}
