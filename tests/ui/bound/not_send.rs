use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    value: std::rc::Rc<u32>,
}

fn main() {}
