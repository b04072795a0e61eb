//! A PostgreSQL server for one test, and the engine of OpenBao that creates its users.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::{MetadataExt, chown},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value as Json, json};

use super::{Bao, Running, eventually, free_port};

/// The folder with the binaries that the build script found.
const BINARIES: &str = env!("HOTSWAP_POSTGRES");

/// PostgreSQL does not run as root; this user has no permissions.
const NOBODY: u32 = 65534;

pub(crate) struct Postgres {
    pub(crate) port: u16,
    _running: Running,
    _folder: tempfile::TempDir,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let data = folder.path().join("data");
        let made = program("initdb", folder.path())
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "initdb: {made}");
        // Without a password only for the setup.
        let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), rules).unwrap();
        let child = program("postgres", folder.path())
            .args(["-h", "127.0.0.1", "-F", "-c", "unix_socket_directories=", "-p"])
            .arg(port.to_string())
            .arg("-D")
            .arg(&data)
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let postgres = Self { port, _running: Running(child), _folder: folder };
        eventually("PostgreSQL is ready", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
                && postgres.ask("select 1").as_deref() == Some("1")
        });
        postgres
    }

    /// The result of the query as text; `None` if it fails.
    pub(crate) fn ask(&self, query: &str) -> Option<String> {
        let output = self.client("postgres").arg(query).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Whether a login succeeds.
    pub(crate) fn logs_in(&self, user: &str, password: &str) -> bool {
        let mut command = self.client(user);
        command.env("PGPASSWORD", password).arg("select 1");
        command.output().unwrap().status.success()
    }

    fn client(&self, user: &str) -> Command {
        let mut command = Command::new(format!("{BINARIES}/psql"));
        command.args(["-h", "127.0.0.1", "-U", user, "-d", "postgres", "-p", &self.port.to_string(), "-Atc"]);
        command
    }

    /// The number of users that OpenBao created.
    pub(crate) fn users(&self) -> String {
        self.ask("select count(*) from pg_roles where rolname like 'v-%'").unwrap()
    }

    /// Lets OpenBao create users at `database/creds/app`, with these leases.
    pub(crate) fn behind(&self, bao: &Bao, leases: Json) {
        bao.write("sys/mounts/database", json!({ "type": "database" }));
        bao.write(
            "database/config/app",
            json!({
                "plugin_name": "postgresql-database-plugin",
                "allowed_roles": ["app"],
                "username": "postgres",
                "password": "unused",
                "connection_url":
                    format!("postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{}/postgres?sslmode=disable", self.port),
            }),
        );
        let mut role = json!({
            "db_name": "app",
            "creation_statements":
                "create role \"{{name}}\" with login password '{{password}}' valid until '{{expiration}}'",
        });
        role.as_object_mut().unwrap().extend(leases.as_object().unwrap().clone());
        bao.write("database/roles/app", role);
    }
}

fn program(name: &str, folder: &Path) -> Command {
    let path = format!("{BINARIES}/{name}");
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
