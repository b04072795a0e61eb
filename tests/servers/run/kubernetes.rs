//! A stub for the only request that the Kubernetes method sends to a cluster.
//!
//! There is no cluster here. OpenBao's side of the login, and ours, are real.

use serde_json::json;

use super::{Bao, http::serve, text};

/// The account to which the stub assigns every token.
const ACCOUNT: &str = r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":{"authenticated":true,
    "user":{"username":"system:serviceaccount:default:app","uid":"u-1"}}}"#;

/// A token in the form of a cluster, for the account `app` in `default`, without a signature, which only the cluster
/// checks.
pub(crate) const SERVICE_ACCOUNT: &str = "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAia3ViZXJuZXRlcy9zZXJ2aWNlYWNjb3VudCIsICJrdWJlcm5ldGVzLmlvIjogeyJuYW1lc3BhY2UiOiAiZGVmYXVsdCIsICJzZXJ2aWNlYWNjb3VudCI6IHsibmFtZSI6ICJhcHAiLCAidWlkIjogInUtMSJ9fSwgImV4cCI6IDQxMDI0NDQ4MDAsICJpYXQiOiAxNjAwMDAwMDAwLCAibmJmIjogMTYwMDAwMDAwMCwgInN1YiI6ICJzeXN0ZW06c2VydmljZWFjY291bnQ6ZGVmYXVsdDphcHAifQ.c2lnbmF0dXJl";

/// Lets the service account `app` log in as the role `app`, which may read below these paths.
pub(crate) struct Kubernetes;

impl Kubernetes {
    pub(crate) fn behind(bao: &Bao, paths: &[&str]) -> Self {
        let cluster = serve(201, ACCOUNT);
        // An authority is required, but any will do for a stub without TLS.
        bao.write("sys/mounts/pki", json!({ "type": "pki" }));
        let authority = bao.write("pki/root/generate/internal", json!({ "common_name": "stub" }));
        bao.write("sys/auth/kubernetes", json!({ "type": "kubernetes" }));
        bao.write(
            "auth/kubernetes/config",
            json!({
                "kubernetes_host": format!("http://127.0.0.1:{cluster}"),
                "kubernetes_ca_cert": text(&authority, "/data/certificate"),
                "disable_local_ca_jwt": true,
                "token_reviewer_jwt": SERVICE_ACCOUNT,
            }),
        );
        bao.policy("pods", paths);
        let account = json!({
            "bound_service_account_names": "app",
            "bound_service_account_namespaces": "default",
            "token_policies": ["pods"],
        });
        bao.write("auth/kubernetes/role/app", account);
        Self
    }
}
