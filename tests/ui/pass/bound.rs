use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, Copy, PartialEq, Deserialize)]
struct Value;

// Neither `Clone` nor `PartialEq`, which a configuration itself does not need.
#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(copy)]
    value: Value,
    name: String,
}

fn run(app: AppHandle) {
    std::thread::spawn(move || app.name().len());
}
