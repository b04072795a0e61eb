//! Secret Manager's method `access`.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value as Json, json};

use super::{PROJECT, State, http::Response};

/// One version of a secret.
pub(crate) struct Version {
    data: Vec<u8>,
    pub(crate) sum: Option<u32>,
    pub(crate) state: &'static str,
    pub(crate) alias: &'static str,
    pub(crate) denied: bool,
}

impl Version {
    pub(super) fn new(data: impl Into<Vec<u8>>) -> Self {
        let data = data.into();
        let sum = Some(crc32c(&data));
        Self { data, sum, state: "ENABLED", alias: "", denied: false }
    }
}

impl State {
    pub(super) fn access(&self, path: &str, authorization: Option<&str>) -> Response {
        if let Some((status, body)) = &self.instead {
            return (*status, serde_json::from_str(body).unwrap_or_else(|_| Json::from(body.as_str())));
        }
        if !authorization.is_some_and(|token| self.knows(token)) {
            let message = "Request had invalid authentication credentials: canary.";
            return refusal(401, "UNAUTHENTICATED", message, Some("ACCESS_TOKEN_EXPIRED"));
        }
        let name = path.strip_prefix("/v1/").and_then(|path| path.strip_suffix(":access"));
        let Some((secret, asked)) = name.and_then(|name| name.split_once("/versions/")) else {
            return refusal(400, "INVALID_ARGUMENT", "canary", None);
        };
        let numbered = secret.replace(PROJECT, "123456789");
        let Some((number, version)) = self.find(secret, asked) else {
            return refusal(404, "NOT_FOUND", &format!("Secret [{numbered}] canary not found."), None);
        };
        let name = format!("{numbered}/versions/{number}");
        if version.denied {
            let message = "Permission 'secretmanager.versions.access' denied for resource canary.";
            return refusal(403, "PERMISSION_DENIED", message, Some("IAM_PERMISSION_DENIED"));
        }
        if version.state != "ENABLED" {
            let message = format!("Secret Version [{name}] is in {} state canary.", version.state);
            return refusal(400, "FAILED_PRECONDITION", &message, None);
        }
        let mut payload = json!({ "data": BASE64_STANDARD.encode(&version.data) });
        if let Some(sum) = version.sum {
            // 64-bit numbers are texts in Google's JSON.
            payload["dataCrc32c"] = sum.to_string().into();
        }
        (200, json!({ "name": name, "payload": payload }))
    }

    /// The newest version, even if it is disabled, or the one with that number or alias.
    fn find(&self, secret: &str, asked: &str) -> Option<(usize, &Version)> {
        let versions = self.secrets.get(secret)?;
        let mut numbered = versions.iter().enumerate().map(|(index, version)| (index + 1, version));
        match asked.parse::<usize>() {
            Ok(number) => numbered.find(|(own, _)| *own == number),
            Err(_) if asked == "latest" => numbered.next_back(),
            Err(_) => numbered.find(|(_, version)| version.alias == asked),
        }
    }
}

/// An error of Google, with a machine-readable reason.
pub(crate) fn refusal(code: u16, status: &str, message: &str, reason: Option<&str>) -> Response {
    let kind = "type.googleapis.com/google.rpc.ErrorInfo";
    let info =
        |reason| json!({ "@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": {} });
    let details: Vec<_> = reason.map(info).into_iter().collect();
    (code, json!({ "error": { "code": code, "message": message, "status": status, "details": details } }))
}

/// With a lookup table, unlike the library.
fn crc32c(bytes: &[u8]) -> u32 {
    let table: Vec<u32> =
        (0..256_u32).map(|byte| (0..8).fold(byte, |sum, _| (sum >> 1) ^ (0x82f6_3b78 * (sum & 1)))).collect();
    let step = |sum: u32, byte: &u8| (sum >> 8) ^ table[usize::from(sum as u8 ^ byte)];
    bytes.iter().fold(u32::MAX, step) ^ u32::MAX
}
