use hotswap::{HotConfig, Redacted, Secret};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

impl Redacted for Login {}

type Token = Secret<String>;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(
        secret,
        default = "abc",
        non_empty,
        length(min = 3),
        regex = "^a",
        contains = "b",
        one_of("abc", "b")
    )]
    token: Secret<String>,
    #[hot(secret, length(max = 3))]
    maybe: Option<Secret<Vec<u8>>>,
    #[hot(secret, non_empty, each(length(equal = 32)))]
    keys: Vec<Secret<[u8; 32]>>,
    #[hot(secret)]
    map: HashMap<String, Option<Secret<u32>>>,
    #[hot(secret)]
    shared: Arc<BTreeMap<u8, Box<Secret<String>>>>,
    #[hot(secret)]
    logins: Vec<Login>,
    #[hot(secret, default = token)]
    alias: Token,
    unmarked: Secret<String>,
    #[hot(secret = "vault:secret/data/${STAGE}/app?version=3#db.password")]
    fetched: Secret<String>,
    #[hot(secret = "env:PIN", length(min = 4))]
    from_environment: Option<Secret<String>>,
    #[hot(not_secret)]
    token_of_the_public_demo: String,
}

fn token() -> &'static str {
    "abc"
}
