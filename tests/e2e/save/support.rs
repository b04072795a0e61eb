//! Helpers for the tests of saving.

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(env = "SAVING")]
pub(super) struct Service {
    #[hot(default = "web")]
    pub name: String,
    #[hot(default = 1)]
    pub n: i64,
    pub note: Option<String>,
    #[hot(default = 30)]
    pub limit: Option<u32>,
    #[hot(secret)]
    #[serde(default)]
    pub token: Option<Secret<String>>,
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(default)]
    pub peers: Vec<Peer>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[hot(nested)]
    pub pool: Pool,
    #[hot(nested)]
    pub tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Peer {
    pub name: String,
    #[serde(default)]
    pub port: u16,
    #[serde(default)]
    pub zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(super) struct Pool {
    #[hot(default = 4)]
    pub size: u32,
    pub wait: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(super) struct Tls {
    pub cert: String,
    #[hot(secret)]
    pub key: Secret<String>,
    #[hot(default = 443)]
    pub port: u16,
}

/// A running service with one file.
pub(super) struct Saved {
    pub(super) folder: Folder,
    pub(super) file: &'static str,
    pub(super) config: ServiceHandle,
}

impl Saved {
    pub(super) fn with(file: &'static str, text: &str) -> Self {
        let folder = Folder::with(file, text);
        let config = load(&folder, file).unwrap();
        Self { folder, file, config }
    }

    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(self.folder.path(self.file)).unwrap()
    }

    pub(super) fn save_overrides(&self) -> String {
        self.config.save_overrides(self.folder.path(self.file)).unwrap();
        self.text()
    }

    pub(super) fn save(&self) -> String {
        self.config.save(self.folder.path(self.file)).unwrap();
        self.text()
    }

    pub(super) fn remove(&self, path: &str) {
        self.config.patch(serde_json::json!([{ "op": "remove", "path": path }])).unwrap();
    }

    /// The configuration that a new process loads.
    pub(super) fn again(&self) -> Service {
        builder(&self.folder, self.file).check().unwrap()
    }
}

pub(super) fn builder(folder: &Folder, file: &str) -> hotswap::Builder<Service> {
    let builder = Service::hot_builder().file(folder.path(file));
    builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow)
}

fn load(folder: &Folder, file: &str) -> Result<ServiceHandle, hotswap::Error> {
    builder(folder, file).load()
}

/// A table as TOML, each key on its line.
pub(super) fn toml(value: &serde_json::Value) -> String {
    let lines = value.as_object().into_iter().flatten();
    lines.map(|(key, value)| format!("{key} = {}\n", inline(value))).collect()
}

fn inline(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(table) => {
            let entries: Vec<_> =
                table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        serde_json::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        scalar => scalar.to_string(),
    }
}
