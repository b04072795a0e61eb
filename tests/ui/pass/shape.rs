use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct App {
    max: u32,
    #[serde(skip)]
    count: u32,
    of_enum: Level,
}

#[derive(Clone, Default, PartialEq, Deserialize)]
enum Level {
    #[default]
    Low,
}

#[derive(Deserialize, HotConfig)]
struct Empty {}

#[derive(Deserialize, HotConfig)]
struct Wide<T, const N: usize> {
    value: T,
}
