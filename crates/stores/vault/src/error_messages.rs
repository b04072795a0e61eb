//! Messages for failures. They never contain text from the server.

use hotswap_core::{
    secrets::{FetchError, FetchErrorKind},
    support::store::Shown,
};
use serde_json::Value as Json;

use super::{
    auth::{Auth, Method},
    call::Failure,
};

/// The error of a failed read.
pub(super) fn unread(failure: Failure, address: &str, path: &str) -> FetchError {
    match failure {
        Failure::Answered { status: 403, .. } => denied(path),
        Failure::Answered { status: 404, body } => missing(&body, path),
        Failure::Answered { status: 400 | 405, .. } => {
            FetchError::invalid(format!("Vault cannot read `{path}`"))
                .with_help("is the name of the role or key right?")
        }
        other => unavailable(other, address),
    }
}

fn denied(path: &str) -> FetchError {
    FetchError::denied(format!("the token may not read `{path}`"))
        .with_help(format!("give its policy `path \"{path}\" {{ capabilities = [\"read\"] }}`"))
}

/// A deleted version still has its timestamps.
fn missing(body: &str, path: &str) -> FetchError {
    let known: Option<Json> = serde_json::from_str(body).ok();
    let metadata = known.as_ref().and_then(|known| known.pointer("/data/metadata"));
    match metadata.and_then(|metadata| metadata.get("version")) {
        Some(version) => FetchError::not_found(format!("version {version} of `{path}` was deleted"))
            .with_help("undelete it, or name another version"),
        None => FetchError::not_found(format!("there is nothing at `{path}`"))
            .with_help("is the path right, and is there such a version?"),
    }
}

/// The error of a failed mount lookup.
pub(super) fn unmounted(failure: Failure, address: &str, path: &str) -> FetchError {
    match failure {
        Failure::Answered { status: 403 | 404, .. } => FetchError::denied(format!(
            "no secrets engine is mounted at `{path}`, or the token may not see it"
        ))
        .with_help("is the path right, and does the token's policy reach it?"),
        other => unavailable(other, address),
    }
}

/// The error of a failed login.
pub(super) fn unknown(failure: Failure, address: &str, auth: &Auth, namespace: Option<&str>) -> FetchError {
    let Failure::Answered { status: 400..=405, .. } = failure else { return unavailable(failure, address) };
    let refused = |role: String, help: &str| {
        let message = format!("the login at `auth/{}` with {role} was refused", auth.mount);
        FetchError::new(FetchErrorKind::Unauthenticated, message)
            .with_help(format!("{help}{}", within(namespace)))
    };
    match &auth.method {
        Method::Wrapped(_) => FetchError::new(
            FetchErrorKind::Unauthenticated,
            "the wrapped token was unwrapped before, or has expired",
        )
        .with_help("if you did not unwrap it, somebody else did; give a new one"),
        Method::AppRole { role, .. } => refused(
            format!("the role id `{role}`"),
            "see whether role id and secret id are right, and still last",
        ),
        Method::Kubernetes { role, .. } => {
            refused(format!("the role `{role}`"), "see whether the role is bound to this service account")
        }
        Method::Token(_) | Method::TokenFile(_) => expired(&auth.method, namespace),
    }
}

/// The error of a token that is no longer valid and cannot be replaced.
pub(super) fn expired(method: &Method, namespace: Option<&str>) -> FetchError {
    let help = match method {
        Method::TokenFile(path) => format!("write a new one to {}", Shown(path)),
        _ => "give a new one".into(),
    };
    FetchError::new(FetchErrorKind::Unauthenticated, "the token is not valid, or not any more")
        .with_help(help + &within(namespace))
}

/// A token of another namespace is not known, either.
fn within(namespace: Option<&str>) -> String {
    namespace.map_or_else(String::new, |name| format!("; see whether the namespace `{name}` is right"))
}

/// The error of a failed renewal.
pub(super) fn lapsed(failure: Failure, address: &str) -> FetchError {
    match failure {
        Failure::Answered { status: 400 | 404, .. } => {
            FetchError::not_found("the lease is gone: it has expired, or was revoked")
        }
        Failure::Answered { status: 403, .. } => FetchError::denied("the token may not renew leases")
            .with_help("give its policy `path \"sys/leases/renew\" { capabilities = [\"update\"] }`"),
        other => unavailable(other, address),
    }
}

/// The error of a failed revocation.
pub(super) fn unrevoked(failure: Failure, address: &str) -> FetchError {
    match failure {
        Failure::Answered { status: 403, .. } => {
            FetchError::denied("the token may not revoke leases, or is not known any more")
                .with_help("give its policy `path \"sys/leases/revoke\" { capabilities = [\"update\"] }`")
        }
        other => lapsed(other, address),
    }
}

/// Failures of any request.
fn unavailable(failure: Failure, address: &str) -> FetchError {
    match failure {
        Failure::TimedOut => {
            FetchError::new(FetchErrorKind::TimedOut, format!("{address} does not answer in time"))
        }
        Failure::Unreachable(why) => FetchError::unreachable(format!("{address} cannot be reached: {why}"))
            .with_help("is the address right (VAULT_ADDR), and does the server run?"),
        Failure::Untrusted(why) => FetchError::unreachable(format!("{address} is not trusted: {why}"))
            .with_help("name the authority of its certificate by VAULT_CACERT or `Vault::ca_file`"),
        Failure::Answered { status: 503, .. } => {
            FetchError::unreachable(format!("{address} is sealed, or not ready")).with_help("unseal it")
        }
        Failure::Answered { status, .. } if status == 429 || status >= 500 => {
            FetchError::unreachable(format!("{address} answers with status {status}"))
                .with_help("the server's log says why")
        }
        Failure::Answered { status, .. } => {
            FetchError::invalid(format!("{address} answers with status {status}"))
        }
        Failure::Garbled => FetchError::invalid(format!("{address} does not answer as Vault does"))
            .with_help("is the address right (VAULT_ADDR), and is it one of `http` or `https`?"),
    }
}
