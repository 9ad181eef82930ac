//! Where an answer comes from: receipts of all shards, warnings, fingerprint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::memory;
use crate::engine::{Answered, PartialAnswer, PartialError};
use crate::model::{Provenance, SourceReceipt, Warning, WarningCode};
use crate::query::AskContext;

/// What a shard sends beside its states.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShardAnswer {
    receipts: Vec<SourceReceipt>,
    elapsed_ms: f64,
    /// How full the memory is of the shard whose is fullest.
    memory_percent: u64,
}

impl ShardAnswer {
    pub fn new(receipts: Vec<SourceReceipt>, elapsed_ms: f64, memory_percent: u64) -> Self {
        Self {
            receipts,
            elapsed_ms,
            memory_percent,
        }
    }

    /// With the shard's states.
    pub fn encode(&self, states: &PartialAnswer) -> Result<Vec<u8>, PartialError> {
        // The states are long: they go behind the rest as they are.
        let rest = (&self.receipts, self.elapsed_ms, self.memory_percent);
        let head = postcard::to_stdvec(&rest).map_err(|_| PartialError)?;
        let states = states.encode();
        let mut bytes = Vec::with_capacity(8 + head.len() + states.len());
        bytes.extend_from_slice(&(head.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&states);
        Ok(bytes)
    }

    pub fn decode(bytes: &[u8]) -> Result<(Self, PartialAnswer), PartialError> {
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or(PartialError)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| PartialError)?;
        let (head, states) = rest.split_at_checked(length).ok_or(PartialError)?;
        let (receipts, elapsed_ms, memory_percent) =
            postcard::from_bytes(head).map_err(|_| PartialError)?;
        let answer = Self {
            receipts,
            elapsed_ms,
            memory_percent,
        };
        Ok((answer, PartialAnswer::decode(states)?))
    }

    /// Shards work side by side: the slowest is what was waited for.
    pub fn add(&mut self, other: Self) {
        self.receipts.extend(other.receipts);
        self.elapsed_ms = self.elapsed_ms.max(other.elapsed_ms);
        self.memory_percent = self.memory_percent.max(other.memory_percent);
    }

    pub fn provenance(
        mut self,
        answered: &Answered,
        context: &AskContext,
        zone: &str,
        engine: &str,
        shards: usize,
    ) -> Provenance {
        // One order whatever the number of shards.
        self.receipts.sort_by(|a, b| a.name.cmp(&b.name));
        let mut warnings = context.warnings.clone();
        warnings.extend(answered.warnings.clone());
        warnings.extend(of_receipts(&self.receipts));
        warnings.extend(memory::warning(self.memory_percent));
        if !context.complete {
            let message = "Not all batches this question needs are loaded yet; the numbers grow until they are.";
            warnings.push(Warning::new(WarningCode::Partial, message));
        }
        warnings.sort();
        warnings.dedup();
        let engine = if shards > 1 {
            format!("{engine} · {shards} shards")
        } else {
            engine.to_owned()
        };
        Provenance {
            dropped_fields: sum(self.receipts.iter().map(|receipt| &receipt.dropped_fields)),
            sources: self.receipts,
            warnings,
            exact: answered.exact,
            engine,
            fingerprint: format!("{:016x}", answered.fingerprint),
            now_us: context.now_us,
            zone: zone.to_owned(),
            newest_event_us: answered.newest_event_us,
            rows_scanned: answered.rows_scanned,
            rows_skipped: answered.rows_skipped,
            elapsed_ms: self.elapsed_ms,
            complete: context.complete,
        }
    }
}

fn sum<'a>(counts: impl Iterator<Item = &'a BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    let mut total = BTreeMap::new();
    for (name, count) in counts.flatten() {
        *total.entry(name.clone()).or_default() += count;
    }
    total
}

fn of_receipts(receipts: &[SourceReceipt]) -> Vec<Warning> {
    let total = |count: fn(&SourceReceipt) -> u64| receipts.iter().map(count).sum::<u64>();
    let rows = |count: u64| if count == 1 { "row" } else { "rows" };
    let mut warnings = Vec::new();
    let set_aside = total(|receipt| receipt.set_aside);
    if set_aside > 0 {
        let message = format!(
            "{set_aside} {} could not be read and {} set aside; the receipt says which and why.",
            rows(set_aside),
            if set_aside == 1 { "is" } else { "are" }
        );
        warnings.push(Warning::new(WarningCode::RowsSetAside, message));
    }
    let unrecognised = total(|receipt| receipt.unrecognised.values().sum());
    if unrecognised > 0 {
        let message = format!(
            "{unrecognised} spans or log records have a shape nobody recognised and are in no number; the receipt lists them by scope and name."
        );
        warnings.push(Warning::new(WarningCode::Unrecognised, message));
    }
    let cut = total(|receipt| receipt.names_cut);
    if cut > 0 {
        let message = format!("{cut} names were longer than 1 KiB and were cut.");
        warnings.push(Warning::new(WarningCode::NamesCut, message));
    }
    let notes = receipts.iter().flat_map(|receipt| &receipt.notes);
    warnings.extend(notes.map(|note| Warning::new(WarningCode::Assumed, note.clone())));
    warnings
}
