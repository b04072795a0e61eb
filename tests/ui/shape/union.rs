use hotswap::HotConfig;

#[derive(Clone, Copy, HotConfig)]
union App {
    max: u32,
}

fn main() {}
