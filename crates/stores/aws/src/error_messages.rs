//! Messages for failures. They never contain text from the server.

use std::fmt;

use aws_config::SdkConfig;
use hotswap_core::secrets::{FetchError, FetchErrorKind};

use super::{
    config::LOG,
    failure::Failure,
    secret_name::{SecretName, VersionSelector},
};

/// The store and the request, for messages.
#[derive(Clone, Debug)]
pub(super) struct RequestInfo {
    pub(super) service: &'static str,
    /// The action that a policy must allow.
    pub(super) action: &'static str,
    /// The region, and the endpoint if it is not the default of the region.
    pub(super) at: String,
}

impl RequestInfo {
    pub(super) fn new(service: &'static str, action: &'static str, config: &SdkConfig) -> Self {
        let region = config.region().map_or("no region", |region| region.as_ref());
        let at = match config.endpoint_url() {
            Some(url) => format!("{region} ({url})"),
            None => region.to_owned(),
        };
        Self { service, action, at }
    }
}

impl fmt::Display for RequestInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.service, self.at)
    }
}

/// The name or the version does not exist.
pub(super) fn missing(asked: &RequestInfo, place: &SecretName) -> FetchError {
    let name = &place.name;
    match &place.version_selector {
        None => FetchError::not_found(format!("there is no `{name}` in {asked}"))
            .with_help("is the name right, and is it the right region and account?"),
        Some(VersionSelector::Version(id)) => {
            FetchError::not_found(format!("there is no `{name}`, or no version `{id}` of it, in {asked}"))
                .with_help("are name and version right, and is it the right region and account?")
        }
        Some(VersionSelector::Moving(at)) => {
            FetchError::not_found(format!("there is no `{name}`, or no version of it at `{at}`, in {asked}"))
                .with_help("are name and version right, and is it the right region and account?")
        }
    }
}

/// The error of a failed read.
pub(super) fn unread(failure: Failure, asked: &RequestInfo, place: &SecretName) -> FetchError {
    let Failure::Refused { code, kms, status } = failure else { return unavailable(failure, asked) };
    let name = &place.name;
    match &*code {
        "ResourceNotFoundException" | "ParameterNotFound" | "ParameterVersionNotFound" => {
            missing(asked, place)
        }
        "AccessDeniedException" | "AccessDenied" if !kms => {
            FetchError::denied(format!("who asks may not read `{name}` in {asked}"))
                .with_help(format!("allow `{}` on it", asked.action))
        }
        "AccessDeniedException" | "AccessDenied" | "DecryptionFailure" | "InvalidKeyId" => {
            FetchError::denied(format!("`{name}` cannot be decrypted for who asks {}", asked.service))
                .with_help("allow `kms:Decrypt` on its key, and see whether the key is enabled")
        }
        "InvalidRequestException" => FetchError::not_found(format!("`{name}` is to be deleted"))
            .with_help("restore it, or name another one"),
        "InvalidParameterException" | "ValidationException" => {
            let version = if place.version_selector.is_some() { ", or not its version" } else { "" };
            FetchError::invalid(format!("{asked} does not take the name `{name}`{version}"))
                .with_help("correct the reference")
        }
        "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => {
            FetchError::new(FetchErrorKind::Unauthenticated, format!("the time is another one in {asked}"))
                .with_help("set the clock of this machine")
        }
        code if is_unknown(code) => unknown(code, asked),
        code if status == 429 || status >= 500 || is_overload(code) => {
            FetchError::unreachable(format!("{asked} is overloaded, or has a fault"))
                .with_help("wait; if it goes on, ask less often with `secret_refresh`")
        }
        _ => FetchError::invalid(format!("{asked} refuses to give `{name}`")),
    }
}

/// The credentials are invalid or have expired.
fn unknown(code: &str, asked: &RequestInfo) -> FetchError {
    let (why, help) = match code {
        "ExpiredTokenException" | "ExpiredToken" => {
            ("the credentials have expired", "get new ones where these came from")
        }
        _ => ("the credentials are not valid", "see whether access key, secret key and token are right"),
    };
    FetchError::new(FetchErrorKind::Unauthenticated, format!("{why}, says {asked}")).with_help(help)
}

fn is_unknown(code: &str) -> bool {
    [
        "ExpiredToken",
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "InvalidSignature",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "InvalidToken",
        "AuthFailure",
    ]
    .iter()
    .any(|begin| code.starts_with(begin))
}

fn is_overload(code: &str) -> bool {
    ["Throttl", "TooManyRequests", "RequestLimitExceeded", "Internal", "ServiceUnavailable"]
        .iter()
        .any(|begin| code.starts_with(begin))
}

/// The error for the variable that makes the SDK log responses, which cannot be overridden.
pub(super) fn exposed() -> FetchError {
    FetchError::invalid(format!("the variable {LOG} would put secrets into the log of AWS's SDK"))
        .with_help("unset it")
}

/// The client failed, not AWS.
pub(super) fn lost() -> FetchError {
    FetchError::unreachable("the client ended before it had an answer")
}

/// Failures of any request.
fn unavailable(failure: Failure, asked: &RequestInfo) -> FetchError {
    match failure {
        Failure::NoCredentials => {
            FetchError::new(FetchErrorKind::Unauthenticated, "there are no credentials for AWS").with_help(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or run under a role",
            )
        }
        Failure::LateCredentials => {
            FetchError::new(FetchErrorKind::TimedOut, "nobody gives credentials for AWS in time").with_help(
                "does the service answer that gives them? If there is none, set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or name a profile",
            )
        }
        Failure::TimedOut => {
            FetchError::new(FetchErrorKind::TimedOut, format!("{asked} does not answer in time"))
                .with_help("is the region right, and does the network reach it?")
        }
        Failure::Unreachable(why) => FetchError::unreachable(format!("{asked} cannot be reached: {why}"))
            .with_help("is the region right, and does the network reach it?"),
        Failure::Garbled | Failure::Refused { .. } => {
            FetchError::invalid(format!("{asked} does not answer as AWS does"))
                .with_help("is the endpoint right?")
        }
    }
}
