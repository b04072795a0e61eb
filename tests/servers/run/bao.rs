//! An OpenBao of the test's own.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use hotswap::secrets::vault::{Auth, Vault};
use serde_json::{Value as Json, json};

use super::{Running, eventually, free_port, http::ask};

/// Where the build script found the binary.
const BINARY: &str = env!("HOTSWAP_OPENBAO");

/// The token of who may do everything.
pub(crate) const ROOT: &str = "root";

/// In memory, with an engine with versions at `secret/`.
pub(crate) struct Bao {
    pub(crate) port: u16,
    folder: tempfile::TempDir,
    _running: Running,
}

impl Bao {
    pub(crate) fn start() -> Self {
        let bao = Self::start_with(&[]);
        eventually("OpenBao is ready", || {
            // The engine at `secret/` is upgraded after the start.
            ask(bao.port, "GET", "/v1/secret/config", &[("X-Vault-Token", ROOT)], None)
                .is_ok_and(|(status, _)| status == 200)
        });
        bao
    }

    /// One that speaks TLS only, with a fresh authority in [`ca_file`](Self::ca_file).
    pub(crate) fn start_with_tls() -> Self {
        let bao = Self::start_with(&["-dev-tls"]);
        eventually("OpenBao is ready", || bao.command(&["kv", "put", "secret/app", "password=hunter2"]));
        bao
    }

    fn start_with(more: &[&str]) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(BINARY)
            .args(["server", "-dev", "-dev-no-store-token", "-dev-root-token-id", ROOT])
            .args([format!("-dev-listen-address=127.0.0.1:{port}")])
            .args([format!("-dev-tls-cert-dir={}", folder.path().display())])
            .args(more)
            .env_clear()
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { port, folder, _running: Running(child) }
    }

    /// Whether the server's own command line succeeds.
    fn command(&self, arguments: &[&str]) -> bool {
        let ca_file = self.ca_file();
        let variables = [("BAO_ADDR", self.secure_address()), ("BAO_TOKEN", ROOT.into())];
        let mut command = Command::new(BINARY);
        command.args(arguments).env_clear().envs(variables).env("BAO_CACERT", ca_file);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn secure_address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("vault-ca.pem")
    }

    /// The provider, with a token that may do everything.
    pub(crate) fn vault(&self) -> Vault {
        self.vault_as(Auth::token(ROOT))
    }

    pub(crate) fn vault_as(&self, auth: Auth) -> Vault {
        Vault::at(self.address()).auth(auth)
    }

    /// Asks as root, for what must succeed.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Json>) -> Json {
        let headers: Vec<_> = headers.iter().copied().chain([("X-Vault-Token", ROOT)]).collect();
        let (status, answer) =
            ask(self.port, method, &format!("/v1/{path}"), &headers, body.as_ref()).expect("an answer");
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    #[track_caller]
    pub(crate) fn write(&self, path: &str, body: Json) -> Json {
        self.ask("POST", path, &[], Some(body))
    }

    /// A token that may read below these paths.
    pub(crate) fn token(&self, paths: &[&str], more: Json) -> String {
        self.policy("readers", paths);
        let mut body = json!({ "policies": ["readers"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text(&self.write("auth/token/create", body), "/auth/client_token")
    }

    pub(crate) fn policy(&self, name: &str, paths: &[&str]) {
        let rule = |path: &&str| format!("path \"{path}\" {{ capabilities = [\"read\"] }}\n");
        let policy: String = paths.iter().map(rule).collect();
        self.write(&format!("sys/policies/acl/{name}"), json!({ "policy": policy }));
    }

    /// The login of a role that may read below these paths, whose tokens are like this.
    pub(crate) fn app_role(&self, paths: &[&str], more: Json) -> Auth {
        self.policy("readers", paths);
        self.write("sys/auth/approle", json!({ "type": "approle" }));
        let mut body = json!({ "token_policies": ["readers"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.write("auth/approle/role/app", body);
        let role = text(&self.ask("GET", "auth/approle/role/app/role-id", &[], None), "/data/role_id");
        let secret = text(&self.write("auth/approle/role/app/secret-id", json!({})), "/data/secret_id");
        Auth::app_role(role, secret)
    }

    /// Ends all tokens that a login gave.
    pub(crate) fn revoke_logins(&self) {
        self.write("sys/leases/revoke-prefix/auth/approle/login", json!({}));
    }
}

#[track_caller]
pub(crate) fn text(answer: &Json, place: &str) -> String {
    answer
        .pointer(place)
        .and_then(Json::as_str)
        .unwrap_or_else(|| panic!("no {place} in {answer}"))
        .to_owned()
}
