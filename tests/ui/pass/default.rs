use hotswap::HotConfig;
use serde::Deserialize;

const NAME: &str = "name";

fn names() -> Vec<String> {
    vec![NAME.to_owned()]
}

#[derive(Deserialize, HotConfig)]
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
}

fn main() {}
