//! `#[hot(test)]`: the generated test runs with these, and what it calls fails for a wrong default.

use std::{net::SocketAddr, panic::catch_unwind, time::Duration};

use hotswap::{__private::test_defaults, HotConfig};
use serde::Deserialize;

/// Its test is one of this program's.
#[derive(Deserialize, HotConfig)]
#[hot(test)]
struct RightOnes {
    #[hot(default = "127.0.0.1:80")]
    listen: SocketAddr,
    #[hot(default = "10s", range(min = Duration::ZERO))]
    #[serde(with = "hotswap::duration")]
    wait: Duration,
    /// Required: nothing is said about it.
    #[hot(length(min = 8))]
    name: String,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Deserialize, HotConfig)]
struct Inner {
    #[hot(default = small, range(max = 10))]
    number: u8,
}

fn small() -> u8 {
    1
}

#[test]
fn the_test_of_a_struct_is_there() {
    right_ones_defaults();
}

#[derive(Deserialize, HotConfig)]
struct WrongOnes {
    #[hot(default = "127.0.0.1")]
    listen: SocketAddr,
    #[hot(default = large, range(max = 10))]
    number: u8,
    name: String,
}

fn large() -> u8 {
    11
}

#[test]
fn a_wrong_default_is_reported() {
    let panic = catch_unwind(test_defaults::<WrongOnes>).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "the defaults of `WrongOnes` are not valid
configuration rejected: 2 problems
  listen: invalid socket address syntax
    from the default of the field
  number: 11 is greater than the maximum 10
    from the default of the field"
    );
}
