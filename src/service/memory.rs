//! The memory of a shard: how much its data may take, when that is said, and when no further source is taken in.
//!
//! Owns: the budget and the sentences about it. Does not own: what rows take (`engine`, `ingest::otlp`), making room
//! (whoever opens sources).

use super::Service;
use super::load::LoadError;
use crate::ingest::Format;
use crate::model::limits::{
    EVENT_BYTES, LimitId, MEMORY_REFUSE_PERCENT, MEMORY_WARN_PERCENT, ROWS_MAX,
};
use crate::model::{SourceReceipt, Warning, WarningCode};
use crate::protocol::{ErrorCode, Memory};

const MIB: u64 = 1024 * 1024;
/// The shortest line that can be an event.
const LINE_BYTES_MIN: u64 = 16;
const NEXT_STEP: &str = "Choose a shorter range, pre-aggregated hours, or fewer files";

impl Service {
    /// What is held; the whole module's memory is for the platform to say.
    pub fn memory(&self) -> Memory {
        let held = self.engine.memory();
        Memory {
            events: held.events,
            resident_bytes: held.resident_bytes,
            kept_bytes: held.kept_bytes,
            held_bytes: held.resident_bytes + self.linker.resident_bytes(),
            budget_bytes: self.budget_bytes,
            module_bytes: 0,
        }
    }

    /// Is there room for so many bytes and rows more?
    pub(super) fn room(
        &self,
        name: &str,
        size: u64,
        expected_bytes: u64,
        rows: u64,
    ) -> Result<(), LoadError> {
        let memory = self.memory();
        let wanted = memory.held_bytes.saturating_add(expected_bytes);
        let allowed = self.budget_bytes / 100 * MEMORY_REFUSE_PERCENT;
        if wanted <= allowed && memory.events.saturating_add(rows) <= ROWS_MAX {
            return Ok(());
        }
        let message = format!(
            "There is no room for {name}: the data here takes {} of {} MiB, of which {MEMORY_REFUSE_PERCENT} % may be filled, and this needs about {} MiB more. {NEXT_STEP}, then read it again.",
            memory.held_bytes / MIB,
            self.budget_bytes / MIB,
            expected_bytes.div_ceil(MIB),
        );
        let limit = if wanted > allowed {
            LimitId::Memory
        } else {
            LimitId::Rows
        };
        Err(LoadError {
            code: ErrorCode::Memory,
            message: message.clone(),
            retry: true,
            receipt: SourceReceipt {
                name: name.to_owned(),
                bytes: size,
                error: Some(message),
                limits: [limit].into(),
                ..SourceReceipt::default()
            },
        })
    }
}

/// What a file needs once it is read, as far as that shows before it is decoded.
pub(super) fn expected_bytes(bytes: &[u8], format: Format) -> u64 {
    match format {
        Format::Ndjson | Format::Csv | Format::Tsv => {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
            lines.min(bytes.len() as u64 / LINE_BYTES_MIN) * EVENT_BYTES
        }
        _ => 0,
    }
}

/// What has to be said about the memory, from [`MEMORY_WARN_PERCENT`] on.
pub(super) fn warning(percent: u64) -> Option<Warning> {
    (percent >= MEMORY_WARN_PERCENT).then(|| {
        let message = format!(
            "The data takes {percent} % of the memory it may take; from {MEMORY_REFUSE_PERCENT} % on no further file is read. {NEXT_STEP}."
        );
        Warning::new(WarningCode::MemoryLow, message)
    })
}
