use hotswap::HotConfig;
use serde::Deserialize;

const NAME: &str = "name";

fn names() -> Vec<String> {
    vec![NAME.to_owned()]
}

#[derive(Deserialize, HotConfig)]
#[hot(test)]
struct App {
    #[hot(default = 255)]
    byte: u8,
    #[hot(default = -1.5)]
    ratio: f32,
    #[hot(default = 'x')]
    letter: char,
    #[hot(default = ["a", "b"])]
    list: Vec<String>,
    #[hot(default = [[1], []])]
    lists: Vec<Vec<u8>>,
    #[hot(default = NAME)]
    name: String,
    #[hot(default = names)]
    names: Vec<String>,
    #[hot(default = 3)]
    maybe: Option<u32>,
    #[hot(default = "0.0.0.0:80")]
    listen: std::net::SocketAddr,
    #[hot(default = u64::MAX)]
    most: u64,
    #[hot(default = FEW, range(min = 1, max = u32::MAX))]
    few: u32,
    #[hot(default = Self::HALF, range(exclusive_max = 1))]
    half: f64,
    #[hot(default = 0, range(min = LEAST))]
    least: i64,
    #[hot(default = ["a@b.c"], each(email, length(min = 5)), contains = "a@b.c")]
    mails: Vec<String>,
    #[hot(default = "http://a", url, regex = "^http", one_of("http://a"))]
    url: Option<String>,
    #[hot(default = "::1", ip)]
    ip: String,
    #[hot(default = ["a", "a"], length(max = 1))]
    unique: std::collections::BTreeSet<String>,
}

const FEW: u8 = 1;
const LEAST: i64 = -1;

impl App {
    const HALF: f64 = 0.5;
}
