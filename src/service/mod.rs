//! A shard: sources in, answers out. The worker, the companion and the tests drive the same one.
//!
//! Owns: what became of each source, the linking of telemetry over all its files, provenance. Does not own: fetching,
//! messages, threads, a clock (whoever has one passes the time that went by).

mod archive;
mod load;
mod memory;
mod provenance;
mod verify;

use std::collections::BTreeMap;

pub use archive::{ArchiveLoad, LoadedArchive};
pub use load::{Intake, LoadError, Loaded, Refusal};
pub use verify::{VerifyError, verify};

use crate::engine::{Engine, PartialAnswer, PartialError, Pass, answer};
use crate::ingest::otlp::Linker;
use crate::model::limits::WORKER_BYTES_MAX;
use crate::model::{Directory, Provenance, ResultTable, SourceReceipt, Zone};
use crate::query::{AskContext, Query, Question};
use provenance::ShardAnswer;

/// The engine's source that holds the executions of all telemetry files, which are linked together.
const LINKED: u32 = u32::MAX;

/// Sources are numbered from 1 by whoever opens them; files of archives from here.
const FIRST_MEMBER: u32 = 1 << 31;

/// One shard.
pub struct Service {
    engine: Engine,
    platform: String,
    receipts: BTreeMap<u32, SourceReceipt>,
    /// The files of each archive; they have numbers of their own, from [`FIRST_MEMBER`] on.
    members: BTreeMap<u32, Vec<u32>>,
    last_member: u32,
    linker: Linker,
    /// What its data may take.
    budget_bytes: u64,
}

/// A question on its way.
pub struct Asking {
    pass: Pass,
}

impl Service {
    /// `platform` goes into the provenance: "wasm" or "native". Its data may take what that of one worker may.
    pub fn new(platform: &str) -> Self {
        Self::with_budget(platform, WORKER_BYTES_MAX)
    }

    /// The same with another budget of memory.
    pub fn with_budget(platform: &str, budget_bytes: u64) -> Self {
        Self {
            engine: Engine::default(),
            platform: platform.to_owned(),
            receipts: BTreeMap::new(),
            members: BTreeMap::new(),
            last_member: 0,
            linker: Linker::default(),
            budget_bytes,
        }
    }

    /// "toolscope 0.1.0 · native"
    pub fn engine_name(&self) -> String {
        format!(
            "toolscope {} · {}",
            env!("CARGO_PKG_VERSION"),
            self.platform
        )
    }

    pub fn set_zone(&mut self, zone: Zone) {
        self.engine.set_zone(zone);
    }

    pub fn set_directory(&mut self, directory: Option<Directory>) {
        self.engine.set_directory(directory);
    }

    /// What its data may take from now on; what is held stays.
    pub fn set_budget(&mut self, budget_bytes: u64) {
        self.budget_bytes = budget_bytes;
    }

    /// What became of each source, in the order of their numbers.
    pub fn receipts(&self) -> impl Iterator<Item = &SourceReceipt> {
        self.receipts.values()
    }

    /// Earliest and latest event held.
    pub fn data_span(&self) -> Option<(i64, i64)> {
        self.engine.data_span()
    }

    pub fn begin_ask(
        &mut self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Asking {
        Asking {
            pass: self.engine.begin(question, queries, context),
        }
    }

    /// Walks over about so many rows; true when the answer is complete.
    pub fn step(&self, asking: &mut Asking, rows_max: usize) -> bool {
        !asking.pass.step(&self.engine, rows_max)
    }

    /// This shard's states and receipts, for [`Self::merge`] in any shard of the same question.
    pub fn finish(&self, asking: Asking, elapsed_ms: f64) -> Result<Vec<u8>, PartialError> {
        let states = asking.pass.finish(&self.engine);
        ShardAnswer::new(
            &states,
            self.receipts.values().cloned().collect(),
            elapsed_ms,
            self.memory().percent(),
        )
        .encode()
    }

    /// Tables of all shards' states, in the order of the queries.
    pub fn merge(
        &self,
        shards: &[Vec<u8>],
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Result<(Vec<ResultTable>, Provenance), PartialError> {
        let mut merged = ShardAnswer::default();
        let mut states = PartialAnswer::default();
        for shard in shards {
            let (answer, partial) = ShardAnswer::decode(shard)?;
            states = states.merge(partial);
            merged.add(answer);
        }
        let answered = answer(
            states,
            question,
            queries,
            context,
            self.engine.zone(),
            self.engine.directory(),
        );
        let provenance = merged.provenance(
            &answered,
            context,
            self.engine.zone().name(),
            &self.engine_name(),
            shards.len(),
        );
        Ok((answered.tables, provenance))
    }

    /// The whole way at once, where nobody interrupts.
    pub fn ask(
        &mut self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Result<(Vec<ResultTable>, Provenance), PartialError> {
        let mut asking = self.begin_ask(question, queries, context);
        while !self.step(&mut asking, usize::MAX / 2) {}
        let states = self.finish(asking, 0.0)?;
        self.merge(&[states], question, queries, context)
    }
}
