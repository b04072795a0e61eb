mod app {
    #[derive(serde::Deserialize, hotswap::HotConfig)]
    pub(super) struct App {
        name: String,
    }
}

fn run(app: app::AppHandle) {
    app.name();
}

fn main() {}
