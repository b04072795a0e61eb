//! Mounted ConfigMaps: all files are behind one link, which gets another target.

use super::stage::{Stage, publish_config_map, whole};
use crate::support::Folder;

fn mounted() -> Stage {
    let folder = Folder::new();
    publish_config_map(folder.root(), 1, &[("app.toml", &whole(1))]);
    Stage::on(folder, |builder, folder| builder.file(folder.path("app.toml")))
}

#[test]
fn row_09_config_map_swapped_twice() {
    let mut stage = mounted();
    for number in [2, 3] {
        publish_config_map(stage.folder.root(), number, &[("app.toml", &whole(number))]);
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| publish_config_map(folder.root(), 4, &[("app.toml", text)]));
}

/// The two halves of [`whole`], which are not complete if they are mixed.
fn halves(number: u64) -> [String; 2] {
    [format!("number = {number}\ntext = \"t{number}\""), format!("again = {number}")]
}

#[test]
fn row_10_two_files_of_a_config_map_change_together() {
    let folder = Folder::new();
    let swap = |folder: &Folder, number| {
        let [a, b] = halves(number);
        publish_config_map(folder.root(), number, &[("a.toml", &a), ("b.toml", &b)]);
    };
    swap(&folder, 1);
    let mut stage =
        Stage::on(folder, |builder, folder| builder.file(folder.path("a.toml")).file(folder.path("b.toml")));
    for number in 2..300 {
        swap(&stage.folder, number);
    }
    stage.publishes_within(299, 298);
    swap(&stage.folder, 300);
    stage.publishes(300);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, _| swap(folder, 1300));
}
