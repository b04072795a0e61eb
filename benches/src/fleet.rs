//! A large configuration: 4,500 services of seven leaves, about one megabyte of text.

use std::{collections::BTreeMap, fmt::Write, ops::Range};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

pub(crate) const SERVICES: usize = 4_500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Fleet::ports_are_set)]
pub(crate) struct Fleet {
    /// The value that every edit changes.
    #[hot(default = 0)]
    pub(crate) revision: u32,
    #[hot(default = "eu-1", length(min = 1, max = 64))]
    pub(crate) region: String,
    #[hot(length(min = 1, max = 10_000))]
    pub(crate) services: BTreeMap<String, Service>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    host: String,
    port: u16,
    owner: String,
    weight: f64,
    timeout_ms: u32,
    enabled: bool,
    health: String,
}

impl Fleet {
    fn ports_are_set(&self) -> Result<(), String> {
        match self.services.iter().find(|(_, service)| service.port == 0) {
            None => Ok(()),
            Some((name, _)) => Err(format!("{name} has no port")),
        }
    }

    /// The services at this revision, which also changes a value in the middle.
    pub(crate) fn of(services: Range<usize>, revision: u32) -> Self {
        let middle = services.start.midpoint(services.end);
        let entry = |number: usize| {
            let edit = if number == middle { revision } else { 0 };
            (format!("service-{number:05}"), Service::numbered(number, edit))
        };
        Self { revision, region: "eu-1".to_owned(), services: services.map(entry).collect() }
    }
}

impl Service {
    fn numbered(number: usize, edit: u32) -> Self {
        Self {
            host: format!("10.{}.{}.17", number / 256, number % 256),
            port: 1024 + (number % 50_000) as u16,
            owner: format!("team-{}@example.org", number % 97),
            weight: (number % 8) as f64 / 8.0,
            timeout_ms: 1_000 + edit,
            enabled: !number.is_multiple_of(5),
            health: format!("/health/{number}"),
        }
    }
}

/// A file format, in the types of the alternatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Json,
    Toml,
    Yaml,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Json, Self::Toml, Self::Yaml];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
        }
    }

    pub(crate) fn file(self, stem: &str) -> String {
        format!("{stem}.{}", self.name().to_lowercase())
    }

    pub(crate) fn text(self, fleet: &Fleet) -> String {
        match self {
            Self::Json => serde_json::to_string_pretty(fleet).expect("a fleet is JSON"),
            Self::Toml => toml::to_string(fleet).expect("a fleet is TOML"),
            Self::Yaml => yaml(fleet),
        }
    }
}

/// Written manually, because no YAML writer is maintained; JSON strings are valid YAML.
fn yaml(fleet: &Fleet) -> String {
    let mut text = format!("revision: {}\nregion: {}\nservices:\n", fleet.revision, fleet.region);
    for (name, service) in &fleet.services {
        let Service { host, port, owner, weight, timeout_ms, enabled, health } = service;
        writeln!(
            text,
            "  {name}:\n    host: {host}\n    port: {port}\n    owner: {owner:?}\n    weight: {weight:?}\n    \
             timeout_ms: {timeout_ms}\n    enabled: {enabled}\n    health: {health}"
        )
        .expect("a string can be written to");
    }
    text
}
