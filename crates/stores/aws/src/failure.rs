//! The failures of a request, without text from the server.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// AWS returned an error code.
    Refused {
        code: String,
        kms: bool,
        status: u16,
    },
    /// No credentials were found.
    NoCredentials,
    /// The source of credentials does not respond.
    LateCredentials,
    Unreachable(String),
    TimedOut,
    /// The response does not come from AWS.
    Garbled,
}

impl<E: ProvideErrorMetadata + StdError + 'static> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(refusal) => refused(refusal.err(), refusal.raw().status().as_u16()),
            SdkError::ResponseError(answer) => garbled(answer.raw().status().as_u16()),
            SdkError::TimeoutError(_) => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut,
            other => transport(other),
        }
    }
}

fn refused(error: &impl ProvideErrorMetadata, status: u16) -> Failure {
    match error.code() {
        Some(code) => Failure::Refused {
            code: code.to_owned(),
            kms: error.message().is_some_and(is_about_the_key),
            status,
        },
        None => garbled(status),
    }
}

/// Only the message shows whether the permission for the store or for its key is missing.
fn is_about_the_key(message: &str) -> bool {
    ["kms:Decrypt", "Access to KMS", "ciphertext refers"].iter().any(|words| message.contains(words))
}

fn garbled(status: u16) -> Failure {
    if status == 429 || status >= 500 {
        return Failure::Unreachable(format!("it answers with status {status}"));
    }
    Failure::Garbled
}

/// The failure of the connection.
fn transport(error: &(dyn StdError + 'static)) -> Failure {
    let mut last = error;
    for source in std::iter::successors(error.source(), |&error| error.source()) {
        if let Some(error) = source.downcast_ref::<CredentialsError>() {
            return credentials(error);
        }
        last = source;
    }
    // The errors above the last one only report that a lower layer failed.
    Failure::Unreachable(last.to_string())
}

fn credentials(error: &CredentialsError) -> Failure {
    match error {
        CredentialsError::ProviderTimedOut(_) => Failure::LateCredentials,
        _ => Failure::NoCredentials,
    }
}
