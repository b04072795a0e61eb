//! The checksum that Secret Manager sends with each secret.

/// Castagnoli's polynomial, with its bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// CRC32C, bit by bit, because a secret has at most 64 KiB.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::crc32c;

    /// The values of RFC 3720, and the check value of the CRC catalogue.
    #[test]
    fn it_gives_what_others_give() {
        assert_eq!(crc32c(b""), 0);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }
}
