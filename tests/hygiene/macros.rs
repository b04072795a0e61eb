//! Structs of a macro that is given parts of them as tokens: these have the place of the call, and the rest that of the macro.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

/// The fields as they are.
macro_rules! of_fields {
    ($name:ident { $($fields:tt)* }) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
        #[serde(default)]
        struct $name { $($fields)* }
    };
}

/// Attributes, names and types of fields one by one.
macro_rules! of_parts {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field_attribute:meta])* $field:ident: $ty:ty,)* }) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
        $(#[$attribute])*
        struct $name { $($(#[$field_attribute])* $field: $ty,)* }
    };
}

/// The whole struct.
macro_rules! of_item {
    ($($item:tt)*) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
        $($item)*
    };
}

fn is_short(text: &str) -> Result<(), String> {
    if text.len() < 9 { Ok(()) } else { Err("is long".into()) }
}

fn is_sound(parts: &Parts) -> Result<(), String> {
    if parts.count < 9 { Ok(()) } else { Err("counts too far".into()) }
}

of_fields!(Inner {
    count: u16,
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
});

of_parts! {
    #[hot(check = is_sound)]
    Parts {
        count: u16,
        #[hot(custom = is_short)]
        text: String,
        #[hot(range(max = 5), default = 3)]
        bounded: u8,
        #[serde(skip)]
        skipped: Vec<u8>,
    }
}

of_item! {
    #[serde(default)]
    struct Whole {
        #[hot(nested)]
        inner: Inner,
        #[hot(nested)]
        parts: Parts,
        #[hot(nested)]
        maybe: Option<Inner>,
        list: Vec<String>,
        #[hot(restart)]
        port: Option<u16>,
    }
}

#[test]
fn a_struct_whose_fields_a_macro_was_given_can_be_changed() {
    let handle = Whole::hot_fixed(Whole::default());
    handle.set_inner_count(2).unwrap();
    handle.set_inner_name("a".to_owned()).unwrap();
    handle.set_list(vec!["b".to_owned()]).unwrap();
    handle.set_parts_text("c".to_owned()).unwrap();
    assert_eq!(
        (handle.inner_count(), handle.inner_name().as_str(), &**handle.list()),
        (2, "a", &["b".to_owned()][..])
    );
    assert!(handle.set_parts_text("123456789".to_owned()).is_err());
    assert!(handle.set_parts_count(9).is_err());
    assert_eq!((handle.parts_text().as_str(), handle.parts_count()), ("c", 0));
}
