//! Fetches one secret, verifies its checksum, and extracts it from the response.

use google_cloud_secretmanager_v1::model::{AccessSecretVersionResponse, SecretPayload};
use hotswap_core::secrets::{FetchError, Fetched, Payload};
use zeroize::{Zeroize, Zeroizing};

use super::{checksum::crc32c, error_messages, secret_version::SecretVersion, session::Session};

pub(super) async fn fetch(session: &Session, place: &SecretVersion) -> Result<Fetched, FetchError> {
    let (service, address) = session.service(place.region.as_deref()).await?;
    let question = service.access_secret_version().set_name(place.name()).send();
    let answer = session.in_time(question, || error_messages::late(&address)).await?;
    taken(
        answer.map_err(|error| error_messages::unread(&error, place, &address, session.credentials()))?,
        &address,
    )
}

fn taken(answer: AccessSecretVersionResponse, address: &str) -> Result<Fetched, FetchError> {
    // The version number, whatever the request contained.
    let version = answer.name.rsplit('/').next().filter(|version| !version.is_empty());
    let (Some(version), Some(payload)) = (version, answer.payload) else {
        return Err(error_messages::garbled(address));
    };
    Ok(Fetched::new(checked(payload)?).version(version))
}

/// A text, or bytes that are not UTF-8.
fn checked(payload: SecretPayload) -> Result<Payload, FetchError> {
    let sum = i64::from(crc32c(&payload.data));
    let bytes = Zeroizing::new(payload.data.to_vec());
    // The only other copy is the text of the response, which the client has freed.
    if let Ok(mut data) = payload.data.try_into_mut() {
        data.zeroize();
    }
    if payload.data_crc32c.is_some_and(|expected| expected != sum) {
        // A transmission error is unlikely to occur again.
        return Err(FetchError::unreachable("the secret does not match its checksum")
            .with_help("it is fetched again; if it stays so, add a new version"));
    }
    Ok(match std::str::from_utf8(&bytes) {
        Ok(text) => Payload::text(text.to_owned()),
        Err(_) => Payload::bytes(bytes.to_vec()),
    })
}
