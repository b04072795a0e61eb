use hotswap::HotConfig;

#[derive(HotConfig)]
struct App {
    max: u32,
}

fn main() {}
