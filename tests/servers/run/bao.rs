//! An OpenBao server for one test.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use hotswap::secrets::vault::{Auth, Vault};
use serde_json::{Value as Json, json};

use super::{Running, eventually, free_port, http::ask};

/// The path of the binary that the build script found.
const BINARY: &str = env!("HOTSWAP_OPENBAO");

/// The root token.
pub(crate) const ROOT: &str = "root";

/// With a versioned engine at `secret/`.
pub(crate) struct Bao {
    pub(crate) port: u16,
    folder: tempfile::TempDir,
    running: Option<Running>,
    /// The unseal key of a durable server.
    key: Option<String>,
}

impl Bao {
    /// In memory.
    pub(crate) fn start() -> Self {
        let bao = Self::start_with(&[]);
        bao.wait_for_secrets();
        bao
    }

    /// A server with only TLS, and a new certificate authority in [`ca_file`](Self::ca_file).
    pub(crate) fn start_with_tls() -> Self {
        let bao = Self::start_with(&["-dev-tls"]);
        eventually("OpenBao is ready", || bao.command(&["kv", "put", "secret/app", "password=hunter2"]));
        bao
    }

    fn start_with(more: &[&str]) -> Self {
        let mut bao =
            Self { port: free_port(), folder: tempfile::tempdir().unwrap(), running: None, key: None };
        let address = format!("-dev-listen-address=127.0.0.1:{}", bao.port);
        let certificates = format!("-dev-tls-cert-dir={}", bao.folder.path().display());
        let common =
            ["server", "-dev", "-dev-no-store-token", "-dev-root-token-id", ROOT, &address, &certificates];
        bao.run(&common.iter().chain(more).copied().collect::<Vec<_>>());
        bao
    }

    /// A durable server, which can be stopped and started again.
    pub(crate) fn start_durable() -> Self {
        let (port, other) = (free_port(), free_port());
        let mut bao = Self { port, folder: tempfile::tempdir().unwrap(), running: None, key: None };
        let data = bao.folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let settings = json!({
            "storage": { "raft": { "path": data, "node_id": "one" } },
            "listener": { "tcp": {
                "address": format!("127.0.0.1:{port}"),
                "cluster_address": format!("127.0.0.1:{other}"),
                "tls_disable": true,
            } },
            "api_addr": bao.address(),
            "cluster_addr": format!("http://127.0.0.1:{other}"),
        });
        fs::write(bao.folder.path().join("settings.json"), settings.to_string()).unwrap();
        bao.run_durable();
        let body = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let made = std::cell::RefCell::new(Json::Null);
        eventually("OpenBao is initialised", || {
            ask(port, "PUT", "/v1/sys/init", &[], Some(&body)).is_ok_and(|(status, answer)| {
                *made.borrow_mut() = answer;
                status == 200
            })
        });
        let made = made.into_inner();
        bao.key = Some(text(&made, "/keys/0"));
        bao.unseal();
        let root = text(&made, "/root_token");
        let token = json!({ "id": ROOT, "policies": [ROOT], "no_parent": true });
        let header = [("X-Vault-Token", root.as_str())];
        assert_eq!(ask(port, "POST", "/v1/auth/token/create", &header, Some(&token)).unwrap().0, 200);
        bao.write("sys/mounts/secret", json!({ "type": "kv", "options": { "version": "2" } }));
        bao.wait_for_secrets();
        bao
    }

    fn run_durable(&mut self) {
        let settings = self.folder.path().join("settings.json");
        self.run(&["server", "-config", settings.to_str().unwrap()]);
    }

    /// Stops it immediately, like a power failure.
    pub(crate) fn stop(&mut self) {
        self.running = None;
    }

    /// Starts it again with its data, which only a durable server has.
    pub(crate) fn start_again(&mut self) {
        self.run_durable();
        self.unseal();
    }

    fn unseal(&self) {
        let body = json!({ "key": self.key });
        eventually("OpenBao is unsealed", || {
            ask(self.port, "PUT", "/v1/sys/unseal", &[], Some(&body)).is_ok_and(|(status, _)| status == 200)
        });
        eventually("OpenBao is active", || {
            ask(self.port, "GET", "/v1/sys/health", &[], None).is_ok_and(|(status, _)| status == 200)
        });
    }

    /// The engine at `secret/` is upgraded after the start.
    fn wait_for_secrets(&self) {
        eventually("OpenBao is ready", || {
            ask(self.port, "GET", "/v1/secret/config", &[("X-Vault-Token", ROOT)], None)
                .is_ok_and(|(status, _)| status == 200)
        });
    }

    fn run(&mut self, arguments: &[&str]) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let child = Command::new(BINARY)
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.running = Some(Running(child));
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

    /// The provider, with the root token.
    pub(crate) fn vault(&self) -> Vault {
        self.vault_as(Auth::token(ROOT))
    }

    pub(crate) fn vault_as(&self, auth: Auth) -> Vault {
        Vault::at(self.address()).auth(auth)
    }

    /// Sends a request as root, which must succeed.
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

    /// The login of a role that may read below these paths, with these token settings.
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

    /// Revokes all tokens of a login.
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
