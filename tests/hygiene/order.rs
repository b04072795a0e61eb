//! The outer struct stands before the inner ones.

use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Default, Deserialize, HotConfig)]
struct First {
    #[hot(nested)]
    second: Second,
    #[hot(nested)]
    again: Second,
}

#[derive(Default, Deserialize, HotConfig)]
struct Second {
    #[hot(nested)]
    third: Third,
}

#[derive(Default, Deserialize, HotConfig)]
struct Third {
    value: u32,
}

/// Structs that a macro writes all stand at one place of the source.
macro_rules! twins {
    ($($module:ident $ty:ty),*) => {
        $(mod $module {
            use hotswap::HotConfig;
            use serde::Deserialize;

            #[derive(Default, Deserialize, HotConfig)]
            pub struct Twin {
                pub value: $ty,
            }
        })*
    };
}

twins!(left u8, right u16);

#[derive(Default, Deserialize, HotConfig)]
struct Twins {
    #[hot(nested)]
    left: left::Twin,
    #[hot(nested)]
    right: right::Twin,
}

#[test]
fn the_outer_struct_knows_the_inner_ones() {
    let handle = First::hot_fixed(First::default());
    handle.set_again_third_value(2).unwrap();
    assert_eq!((handle.second_third_value(), handle.again_third_value()), (0, 2));
}

#[test]
fn structs_of_a_macro_are_told_apart() {
    let handle = Twins::hot_fixed(Twins::default());
    let (left, right): (u8, u16) = (handle.left_value(), handle.right_value());
    assert_eq!((left, right), (0, 0));
}

macro_rules! many {
    ($($field:ident)*) => {
        #[derive(Default, Deserialize, HotConfig)]
        struct Many {
            $(#[hot(nested)] $field: Third,)*
        }
    };
}

many! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7
    d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3 h4 h5
}

#[test]
fn more_siblings_than_macros_can_nest() {
    assert_eq!(Many::hot_fixed(Many::default()).h5_value(), 0);
}

#[derive(Default, Deserialize, HotConfig)]
struct Around {
    before: u8,
    #[hot(nested)]
    many: Many,
    #[hot(nested)]
    third: Third,
}

#[test]
fn such_a_struct_can_be_nested() {
    let handle = Around::hot_fixed(Around::default());
    handle.many().set_h5_value(1).unwrap();
    handle.set_third_value(2).unwrap();
    assert_eq!((handle.many_h5().value(), handle.third_value(), handle.many_h4().value()), (1, 2, 0));
}
