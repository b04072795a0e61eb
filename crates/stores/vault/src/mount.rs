//! The engine of a path.

/// An engine, and where it is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// With a trailing slash.
    pub(super) path: String,
    pub(super) engine: Engine,
    /// Whether it is an engine of Vault itself.
    internal: bool,
}

/// Types of engines with data of Vault itself; in a namespace their names begin with `ns_`.
const INTERNAL: [&str; 4] = ["system", "identity", "cubbyhole", "token"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// A versioned key-value engine.
    Kv2,
    /// Any other engine: key-value without versions, or dynamic secrets.
    Plain,
}

impl Mount {
    /// Parses Vault's description of a mount.
    pub(super) fn read(data: &serde_json::Value) -> Option<Self> {
        let path = data.get("path")?.as_str()?.to_owned();
        let kind = data.get("type")?.as_str()?;
        let internal = INTERNAL.contains(&kind.strip_prefix("ns_").unwrap_or(kind));
        let kv = matches!(kind, "kv" | "generic");
        let version = data.get("options").and_then(|options| options.get("version")?.as_str());
        let engine = if kv && version == Some("2") { Engine::Kv2 } else { Engine::Plain };
        // A key-value engine may have such a name; any other such mount is an authentication method.
        let logs_in = !kv && path.split('/').any(|part| part == "auth");
        Some(Self { path, engine, internal: internal || logs_in })
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        path.starts_with(&self.path)
    }

    /// Whether a path leads to an engine of Vault itself, or to an authentication method.
    pub(super) fn is_of_vault(&self, path: &str) -> bool {
        let whole = format!("/{path}/");
        // The mount path of a method starts after `auth/`; in a namespace, after its name.
        let above = whole.find(&format!("/{}", self.path)).map(|at| &whole[..at]);
        self.internal || above.is_some_and(|above| above.ends_with("/auth"))
    }

    /// The path with the name of the secret, without the `data/` of a versioned engine.
    pub(super) fn logical(&self, path: &str) -> String {
        let inside = path.strip_prefix(&self.path).filter(|_| self.engine == Engine::Kv2);
        match inside.and_then(|inside| inside.strip_prefix("data/")) {
            Some(inside) => format!("{}{inside}", self.path),
            None => path.to_owned(),
        }
    }

    /// The path of the request: `secret/app` and `secret/data/app` are the same secret of a versioned
    /// engine.
    pub(super) fn ask(&self, path: &str) -> String {
        match self.engine {
            Engine::Plain => path.to_owned(),
            Engine::Kv2 => {
                let inside = path.strip_prefix(&self.path).unwrap_or(path);
                format!("{}data/{}", self.path, inside.strip_prefix("data/").unwrap_or(inside))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Engine, Mount};

    #[test]
    fn only_the_second_version_has_data_in_its_paths() {
        let two =
            Mount::read(&json!({ "path": "a/b/", "type": "kv", "options": { "version": "2" } })).unwrap();
        assert_eq!(
            (two.ask("a/b/app"), two.ask("a/b/data/app")),
            ("a/b/data/app".into(), "a/b/data/app".into())
        );
        let one = Mount::read(&json!({ "path": "kv/", "type": "kv", "options": null })).unwrap();
        assert_eq!((one.engine, one.ask("kv/data/app")), (Engine::Plain, "kv/data/app".into()));
        let other = Mount::read(&json!({ "path": "database/", "type": "database", "options": {} })).unwrap();
        assert_eq!(other.engine, Engine::Plain);
        assert!(two.holds("a/b/app") && !two.holds("a/bc/app"));
        assert_eq!(Mount::read(&json!({ "type": "kv" })), None);
    }
}
