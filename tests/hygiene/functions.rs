//! Structs inside function bodies, as every documentation test has them.

use hotswap::HotConfig;
use serde::Deserialize;

#[test]
fn private_structs() {
    #[derive(Deserialize, HotConfig)]
    struct Outer {
        #[hot(nested)]
        inner: Inner,
    }
    #[derive(Deserialize, HotConfig)]
    struct Inner {
        value: u32,
    }
    let handle = Outer::hot_fixed(Outer { inner: Inner { value: 3 } });
    assert_eq!(handle.inner_value(), 3);
}

#[test]
fn public_structs() {
    #[derive(Deserialize, HotConfig)]
    pub struct Inner {
        pub value: u32,
    }
    #[derive(Deserialize, HotConfig)]
    pub struct Outer {
        #[hot(nested)]
        pub inner: Inner,
    }
    let handle = Outer::hot_fixed(Outer { inner: Inner { value: 4 } });
    assert_eq!(handle.inner_value(), 4);
}

#[test]
fn structs_of_one_name() {
    #[derive(Deserialize, HotConfig)]
    pub struct Inner {
        pub other: u32,
    }
    assert_eq!(Inner::hot_fixed(Inner { other: 5 }).other(), 5);
}
