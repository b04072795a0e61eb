//! Messages for failures. They never contain text from a server.

use std::{error::Error as StdError, io};

use google_cloud_gax::{
    client_builder::Error as BuildError,
    error::{
        CredentialsError, Error,
        rpc::{Code, Status, StatusDetails},
    },
};
use hotswap_core::secrets::{FetchError, FetchErrorKind};

use super::{credentials::Credentials, secret_version::SecretVersion};

/// The error of a failed read.
pub(super) fn unread(
    error: &Error,
    place: &SecretVersion,
    address: &str,
    credentials: &Credentials,
) -> FetchError {
    if let Some(status) = error.status() {
        return refused(status, place, address);
    }
    let source = error.source().and_then(|source| source.downcast_ref::<CredentialsError>());
    if let Some(error) = source {
        return no_token(error, credentials);
    }
    match error.http_status_code() {
        Some(status) if status == 429 || status >= 500 => busy(address),
        Some(_) => garbled(address),
        None if error.is_timeout() => late(address),
        None if error.is_deserialization() => garbled(address),
        None => away(address, error).with_help("see whether the machine may connect to it"),
    }
}

fn refused(status: &Status, place: &SecretVersion, address: &str) -> FetchError {
    let SecretVersion { secret, version, .. } = place;
    match status.code {
        Code::NotFound => {
            FetchError::not_found(format!("there is no secret `{secret}`, or no version `{version}` of it"))
                .with_help("correct the name, or add a version with `gcloud secrets versions add`")
        }
        Code::PermissionDenied => denied(status, secret),
        Code::Unauthenticated => {
            FetchError::new(FetchErrorKind::Unauthenticated, "the token is not valid, or not any more")
                .with_help("see whether the credentials are still valid")
        }
        Code::FailedPrecondition => unusable(&status.message, secret, version),
        Code::InvalidArgument => {
            FetchError::invalid(format!("Secret Manager knows no name such as `{secret}`"))
                .with_help("a regional secret needs its full name, `projects/../locations/../secrets/..`")
        }
        Code::ResourceExhausted => FetchError::unreachable("the quota of Secret Manager is used up")
            .with_help("ask less often, or raise it"),
        _ => busy(address),
    }
}

/// Google also reports this for a secret that does not exist.
fn denied(status: &Status, secret: &str) -> FetchError {
    let reason = status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => Some(info.reason.as_str()),
        _ => None,
    });
    match reason {
        Some("SERVICE_DISABLED") => {
            FetchError::denied("the Secret Manager API is not enabled in the project")
                .with_help("enable it with `gcloud services enable secretmanager.googleapis.com`")
        }
        Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT") => {
            FetchError::denied("the token is not for Secret Manager: it lacks the scope `cloud-platform`")
                .with_help("give the machine, or the credentials, the scope `cloud-platform`")
        }
        _ => FetchError::denied(format!("access to `{secret}` is denied, or there is no such secret"))
            .with_help(format!("grant `roles/secretmanager.secretAccessor` on {secret}")),
    }
}

/// The state is only in the message.
fn unusable(message: &str, secret: &str, version: &str) -> FetchError {
    let (state, help) = if message.contains("DISABLED") {
        ("is disabled", "enable it with `gcloud secrets versions enable`, or name another one")
    } else if message.contains("DESTROYED") {
        ("was destroyed", "name another one, or add one with `gcloud secrets versions add`")
    } else {
        ("cannot be read in its state", "see its state with `gcloud secrets versions list`")
    };
    FetchError::not_found(format!("version `{version}` of `{secret}` {state}")).with_help(help)
}

/// The error of a failed login.
pub(super) fn no_token(error: &CredentialsError, credentials: &Credentials) -> FetchError {
    let error = match (cause(error), error.is_transient()) {
        (Some(cause), _) => {
            FetchError::unreachable(format!("no token can be had for the credentials {credentials}: {cause}"))
        }
        (None, true) => {
            FetchError::unreachable(format!("no token can be had for the credentials {credentials} now"))
        }
        (None, false) => FetchError::new(
            FetchErrorKind::Unauthenticated,
            format!("the credentials {credentials} give no token"),
        ),
    };
    error.with_help(credentials.remedy())
}

/// The error of creating the client.
pub(super) fn no_client(error: &BuildError) -> FetchError {
    if error.is_universe_domain_mismatch() {
        return FetchError::invalid("the credentials are for another universe of Google's")
            .with_help("set GOOGLE_CLOUD_UNIVERSE_DOMAIN to theirs");
    }
    FetchError::invalid("no client can be made of the settings")
        .with_help("give the endpoint as `https://host`")
}

pub(super) fn late(who: &str) -> FetchError {
    FetchError::new(FetchErrorKind::TimedOut, format!("{who} does not answer in time"))
        .with_help("see whether it can be reached, or raise `SecretManager::timeout`")
}

pub(super) fn garbled(address: &str) -> FetchError {
    FetchError::invalid(format!("{address} does not answer as Secret Manager does"))
        .with_help("see whether the endpoint is right, and no proxy stands before it")
}

fn busy(address: &str) -> FetchError {
    FetchError::unreachable(format!("{address} fails for now"))
        .with_help("see https://status.cloud.google.com")
}

fn away(address: &str, error: &Error) -> FetchError {
    match cause(error) {
        Some(cause) => FetchError::unreachable(format!("{address} cannot be reached: {cause}")),
        None => FetchError::unreachable(format!("{address} cannot be reached")),
    }
}

/// The error of the system or of TLS. The errors of the clients above it only report that a lower
/// layer failed.
fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e io::Error> {
    std::iter::successors(Some(error), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .last()
}
