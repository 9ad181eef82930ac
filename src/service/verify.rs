//! Is a batch what its manifest promised?

use sha2::{Digest, Sha256};

use crate::ingest::IngestError;
use crate::protocol::ErrorCode;

/// The bytes are not those that were announced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct VerifyError(#[from] IngestError);

impl VerifyError {
    pub const fn code(&self) -> ErrorCode {
        self.0.code()
    }
}

/// Compares length (0: unknown) and SHA-256 (lower-case hex).
pub fn verify(bytes: &[u8], expected_bytes: u64, sha256: Option<&str>) -> Result<(), VerifyError> {
    let found = bytes.len() as u64;
    if expected_bytes > 0 && found != expected_bytes {
        return Err(VerifyError(IngestError::Length {
            expected: expected_bytes,
            found,
        }));
    }
    let Some(expected) = sha256 else {
        return Ok(());
    };
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if hex.eq_ignore_ascii_case(expected) {
        Ok(())
    } else {
        Err(VerifyError(IngestError::Checksum))
    }
}
