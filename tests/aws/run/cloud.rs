//! An empty cloud for one test.

use std::{
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

use hotswap::secrets::aws::{Config, Credentials, ParameterStore, SecretsManager};
use serde_json::{Value as Json, json};

use super::{Running, eventually, free_port, http};

/// The paths that the build script found.
const MOTO: &str = env!("HOTSWAP_MOTO");
const MINISTACK: &str = env!("HOTSWAP_MINISTACK");

/// Credentials with all permissions in the emulators.
const ADMIN: &str = "AWS4-HMAC-SHA256 Credential=admin/20260101/eu-central-1/SERVICE/aws4_request, \
                     SignedHeaders=host, Signature=0";

pub(crate) struct Cloud {
    pub(crate) port: u16,
    running: Option<Running>,
    _folder: tempfile::TempDir,
}

/// The settings for a store at this port.
pub(crate) fn at(port: u16) -> Config {
    let config = Config::from_env().region("eu-central-1").credentials(Credentials::new("app", "hunter2"));
    config.endpoint_url(format!("http://127.0.0.1:{port}"))
}

impl Cloud {
    pub(crate) fn moto() -> Self {
        Self::moto_at(free_port())
    }

    pub(crate) fn moto_at(port: u16) -> Self {
        let mut command = Command::new(MOTO);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Self::start(port, command)
    }

    /// An emulator with TLS and this certificate of [`certificates`].
    pub(crate) fn moto_with_tls(folder: &Path, name: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(MOTO);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string(), "-s", "-c"]);
        command.arg(folder.join(format!("{name}.pem"))).arg("-k").arg(folder.join(format!("{name}.key")));
        let cloud = Self::spawn(port, command);
        eventually("the cloud listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        cloud
    }

    /// An emulator that supports the stages of versions like AWS.
    pub(crate) fn ministack() -> Self {
        Self::ministack_with("AUTH", "false")
    }

    /// An emulator with permitted and forbidden secrets and parameters, and a user with only these
    /// permissions.
    pub(crate) fn guarded(action: &str, resource: &str) -> (Self, Credentials) {
        let cloud = Self::ministack_with("AUTH", "true");
        let endpoint = format!("http://127.0.0.1:{}", cloud.port);
        let made = python(MINISTACK, include_str!("guarded.py"), &[&endpoint, action, resource]);
        let (id, secret) = made.trim().split_once(' ').expect("an access key");
        (cloud, Credentials::new(id, secret.to_owned()))
    }

    fn ministack_with(variable: &str, value: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(MINISTACK);
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        command.env("SERVICES", "secretsmanager,ssm,iam,sts").env("IOT_MTLS_ENABLED", "0");
        command.env(variable, value).env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SESSION_TOKEN");
        command.env_remove("AWS_SECRET_ACCESS_KEY");
        Self::start(port, command)
    }

    fn start(port: u16, command: Command) -> Self {
        let cloud = Self::spawn(port, command);
        eventually("the cloud is ready", || {
            cloud.ask("secretsmanager.ListSecrets", &json!({})).is_ok_and(|(status, _)| status < 500)
        });
        cloud
    }

    fn spawn(port: u16, mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        command.current_dir(&folder).env("HOME", folder.path()).stdin(Stdio::null());
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let running = Some(Running(command.spawn().unwrap()));
        Self { port, running, _folder: folder }
    }

    pub(crate) fn stop(&mut self) {
        self.running = None;
    }

    pub(crate) fn config(&self) -> Config {
        at(self.port)
    }

    pub(crate) fn secrets(&self) -> SecretsManager {
        SecretsManager::new(self.config())
    }

    pub(crate) fn parameters(&self) -> ParameterStore {
        ParameterStore::new(self.config())
    }

    /// Adds a version of a secret, possibly its first one. Returns the id of the version and the ARN of
    /// the secret.
    pub(crate) fn store(&self, name: &str, text: &str) -> (String, String) {
        let (status, answer) = self
            .ask("secretsmanager.PutSecretValue", &json!({ "SecretId": name, "SecretString": text }))
            .unwrap();
        let answer = match status {
            200 => answer,
            _ => self.tell("secretsmanager.CreateSecret", &json!({ "Name": name, "SecretString": text })),
        };
        (text_of(&answer, "VersionId"), text_of(&answer, "ARN"))
    }

    /// Adds a version of a parameter, possibly its first one.
    pub(crate) fn put(&self, name: &str, text: &str) {
        let parameter = json!({ "Name": name, "Value": text, "Type": "SecureString", "Overwrite": true });
        self.tell("AmazonSSM.PutParameter", &parameter);
    }

    /// A command that must succeed.
    #[track_caller]
    pub(crate) fn tell(&self, action: &str, what: &Json) -> Json {
        let (status, answer) = self.ask(action, what).unwrap();
        assert_eq!(status, 200, "{action} {what}: {answer}");
        answer
    }

    fn ask(&self, action: &str, what: &Json) -> std::io::Result<(u16, Json)> {
        let service = if action.starts_with("AmazonSSM") { "ssm" } else { "secretsmanager" };
        let admin = ADMIN.replace("SERVICE", service);
        let headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", action),
            ("Authorization", &*admin),
        ];
        http::ask(self.port, "POST", "/", &headers, Some(what))
    }
}

/// Two self-signed certificates for this machine, `trusted` and `other`.
pub(crate) fn certificates(folder: &Path) {
    python(MOTO, include_str!("certificates.py"), &[folder.to_str().unwrap()]);
}

/// The output of a script that uses the libraries next to a program.
fn python(program: &str, script: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(Path::new(program).with_file_name("python"));
    let made = command.args(["-c", script]).args(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(made.status.success(), "{}", made.status);
    String::from_utf8(made.stdout).unwrap()
}

fn text_of(answer: &Json, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("{key} in {answer}")).to_owned()
}
