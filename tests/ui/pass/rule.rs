use hotswap::HotConfig;
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};

#[derive(Clone, PartialEq, Deserialize)]
struct Address;

impl validator::Validate for Address {
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        Ok(())
    }
}

fn even<T>(_: &T) -> Result<(), String> {
    Ok(())
}

#[derive(Deserialize, HotConfig)]
#[hot(check = App::fits)]
struct App {
    #[hot(range(min = 1, exclusive_max = LIMIT), custom = even, one_of(2, 4))]
    max: u32,
    #[hot(range(exclusive_min = 0, max = 1))]
    ratio: f64,
    #[hot(range(min = Duration::ZERO))]
    wait: Duration,
    #[hot(length(min = 1, max = 5), non_empty, regex = "^a", contains = "b", contains = "c")]
    name: Option<String>,
    #[hot(email)]
    mail: String,
    #[hot(url, one_of("http://a", "http://b"))]
    url: String,
    #[hot(ip)]
    ip: String,
    #[hot(non_empty, each(non_empty, each(range(min = 1))))]
    lists: Vec<Vec<u8>>,
    #[hot(each(email))]
    mails: HashMap<String, String>,
    #[hot(validate)]
    address: Address,
}

const LIMIT: u32 = 10;

impl App {
    fn fits(&self) -> Result<(), hotswap::CheckError> {
        Err(hotswap::CheckError::new("never").field("max"))
    }
}
