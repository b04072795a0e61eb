//! Names of fields that generated code could take for its own, and names that methods cannot have as they are.

use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Default, Deserialize, HotConfig)]
struct Odd {
    value: u32,
    path: String,
    self_: bool,
    r#type: u8,
    f: String,
    root: String,
    handle: String,
    config: String,
    r#fn: String,
    some: Option<u8>,
    __f: u8,
    #[hot(getter = "revision")]
    version: u32,
    #[hot(getter = "match")]
    matcher: u8,
}

#[derive(Default, Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    r#mod: Odd,
    #[hot(nested, getter = "second")]
    other: Odd,
}

// Parameters with the names that generated code would choose.
#[derive(Default, Deserialize, HotConfig)]
struct Parameters<R, F, S> {
    r: R,
    f: F,
    s: S,
}

#[test]
fn own_methods() {
    let odd = Odd::hot_fixed(Odd::default());
    assert_eq!((odd.value(), odd.r#type(), odd.revision(), odd.r#match()), (0, 0, 0, 0));
    assert!(!odd.self_());
    assert_eq!(*odd.r#fn(), "");
    odd.set_type(3).unwrap();
    odd.set_revision(4).unwrap();
    odd.on_fn_change(|_, _| {}).detach();
    assert_eq!((odd.r#type(), odd.revision()), (3, 4));
}

#[test]
fn flat_methods() {
    let app = App::hot_fixed(App::default());
    app.set_mod_type(5).unwrap();
    app.set_second_revision(6).unwrap();
    assert_eq!((app.mod_type(), app.second_type(), app.second_revision()), (5, 0, 6));
    assert_eq!(app.r#mod().r#type(), 5);
    app.on_mod_root_change(|old, new| assert_ne!(old, new)).detach();
}

#[test]
fn parameters() {
    let handle = Parameters::hot_fixed(Parameters { r: 1_u8, f: 2_u8, s: 3_u8 });
    assert_eq!((*handle.r(), *handle.f(), *handle.s()), (1, 2, 3));
}

#[test]
fn paths_follow_the_names_of_files() {
    assert_eq!(App::paths().r#mod().r#type().dotted(), "mod.type");
    assert_eq!(App::paths().second().revision().dotted(), "other.version");
}
