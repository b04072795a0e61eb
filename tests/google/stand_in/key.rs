//! A service account with its own key, and signed tokens.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};

const NAME: &str = "app@app-1.iam.gserviceaccount.com";

pub(crate) struct ServiceAccount(KeyPair);

impl ServiceAccount {
    pub(crate) fn new() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// In the form of the console.
    pub(crate) fn file(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.0.as_der().unwrap();
        let text = BASE64_STANDARD.encode(der.as_ref());
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let (mark, lines) = ("PRIVATE KEY-----", lines.join("\n"));
        let file = json!({
            "type": "service_account",
            "client_email": NAME,
            "private_key_id": "1",
            "private_key": format!("-----BEGIN {mark}\n{lines}\n-----END {mark}\n"),
            "project_id": "app-1",
        });
        file.to_string()
    }

    /// Whether the account says of itself that it may use Google Cloud.
    pub(super) fn signed(&self, token: &str) -> bool {
        let Some((signed, signature)) = token.rsplit_once('.') else { return false };
        let claims = signed.split('.').nth(1).and_then(|claims| BASE64_URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Json = claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.0.public_key());
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        claims["iss"] == NAME
            && claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
            && key.verify(signed.as_bytes(), &signature).is_ok()
    }
}
