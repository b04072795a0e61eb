use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    name: String,
}

fn send<T: Send>(_: T) {}

fn run(app: AppHandle) {
    send(app.name());
}

fn main() {}
