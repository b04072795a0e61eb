//! Mounted file systems: full ones, stacked ones, and ones without events. Each row runs in its own mount
//! namespace.

use std::{fs, process::Command, time::Duration};

use super::stage::{Stage, publish_config_map, shell, whole};
use crate::support::{Folder, eventually, with_mounts};

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn row_20_disk_full_in_the_middle_of_a_save() {
    with_mounts(|| {
        let folder = Folder::new();
        shell(folder.root(), "mkdir small; mount -t tmpfs -o size=8k none small", &[]);
        folder.write("small/app.toml", &whole(1));
        let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("small/app.toml")));
        let cut = format!("number = 2\ntext = \"{}\"\n", "x".repeat(16_000));
        fs::write(stage.path("small/app.toml"), cut).unwrap_err();
        assert_eq!(fs::metadata(stage.path("small/app.toml")).unwrap().len(), 8192);
        stage.refuses("app.toml:2");
        stage.write("small/app.toml", &whole(2));
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.write("small/app.toml", text));
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn row_29_single_file_mounted_and_the_original_replaced() {
    with_mounts(|| {
        let folder = Folder::with("host/app.toml", &whole(1));
        folder.write("app.toml", "");
        shell(folder.root(), "mount --bind host/app.toml app.toml", &[]);
        let mut stage = Stage::on(folder, |builder, folder| {
            builder.file(folder.path("app.toml")).poll_interval(Duration::from_millis(200))
        });
        stage.replace("host/app.toml", &whole(2));
        // Only the old content is visible here, and the status reports this.
        eventually("the status tells it", || {
            stage.degraded().is_some_and(|message| message.contains("it has no name any more"))
        });
        stage.publishes_nothing_more();
        assert_eq!(stage.config.number(), 1);
        shell(stage.folder.root(), "umount app.toml; mount --bind host/app.toml app.toml", &[]);
        stage.publishes(2);
        stage.stays_alive();
    });
}

fn overlay() -> Folder {
    let folder = Folder::with("lower/app.toml", &whole(1));
    let script = "mkdir upper work merged
        mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged";
    shell(folder.root(), script, &[]);
    folder
}

#[test]
#[cfg_attr(without = "overlay", ignore = "needs overlayfs")]
fn row_30_overlay_copies_up_and_then_writes() {
    with_mounts(|| {
        let mut stage = Stage::on(overlay(), |builder, folder| {
            // Some kernels report only the second write.
            builder.file(folder.path("merged/app.toml")).poll_interval(Duration::from_secs(1))
        });
        for number in [2, 3] {
            stage.write("merged/app.toml", &whole(number));
            stage.publishes(number);
        }
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.replace("merged/app.toml", text));
    });
}

#[test]
#[cfg_attr(without = "overlay", ignore = "needs overlayfs")]
fn row_31_overlay_changed_underneath() {
    with_mounts(|| {
        let mut stage = Stage::on(overlay(), |builder, folder| {
            builder.file(folder.path("merged/app.toml")).poll_interval(Duration::from_millis(200))
        });
        stage.write("lower/app.toml", &whole(2));
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.write("merged/app.toml", text));
    });
}

/// FUSE reports changes that are made through it, but not changes behind it, such as those of another
/// machine.
#[test]
#[cfg_attr(without = "bindfs", ignore = "needs bindfs")]
fn row_32_file_system_that_tells_nothing() {
    with_mounts(|| {
        let folder = Folder::with("far/app.toml", &whole(1));
        shell(folder.root(), "mkdir near; bindfs -o attr_timeout=0,entry_timeout=0 far near", &[]);
        let mut stage = Stage::on(folder, |builder, folder| {
            builder.file(folder.path("near/app.toml")).poll_interval(Duration::from_millis(200))
        });
        for number in [2, 3] {
            stage.replace("far/app.toml", &whole(number));
            stage.publishes(number);
        }
        stage.publishes_nothing_more();
        let near = stage.path("near");
        stage.stays_alive_by(|folder, text| folder.write("far/app.toml", text));
        // The server of the file system ends with its mount.
        assert!(Command::new("umount").arg("--lazy").arg(near).status().unwrap().success());
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn row_33_config_map_mounted_by_sub_path() {
    with_mounts(|| {
        let folder = Folder::new();
        fs::create_dir(folder.path("volume")).unwrap();
        publish_config_map(&folder.path("volume"), 1, &[("app.toml", &whole(1))]);
        folder.write("app.toml", "");
        shell(folder.root(), "mount --bind volume/..1/app.toml app.toml", &[]);
        let mut stage = Stage::on(folder, |builder, folder| {
            builder.file(folder.path("app.toml")).poll_interval(Duration::from_millis(200))
        });
        // Detected at the start, when it can still be corrected.
        assert!(stage.degraded().is_some_and(|message| message.contains("it is mounted by itself")));
        publish_config_map(&stage.path("volume"), 2, &[("app.toml", &whole(2))]);
        stage.publishes_nothing_more();
        assert_eq!(stage.config.number(), 1);
        stage.stays_alive();
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_directory_mounted_over_is_found_by_polling() {
    with_mounts(|| {
        let folder = Folder::with("config/app.toml", &whole(1));
        folder.write("other/app.toml", &whole(2));
        let mut stage = Stage::on(folder, |builder, folder| {
            builder.file(folder.path("config/app.toml")).poll_interval(Duration::from_millis(200))
        });
        shell(stage.folder.root(), "mount --bind other config", &[]);
        stage.publishes(2);
        shell(stage.folder.root(), "umount config", &[]);
        stage.publishes(1);
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.write("config/app.toml", text));
    });
}
