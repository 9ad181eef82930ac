//! A shard: sources in, answers out. The worker, the companion and the tests drive the same one.
//!
//! Owns: what became of each source, the linking of telemetry over all its files, provenance. Does not own: fetching,
//! messages, threads, a clock (whoever has one passes the time that went by).

mod archive;
mod load;
mod memory;
mod provenance;
mod rows;
mod verify;

use std::collections::BTreeMap;

pub use archive::{ArchiveLoad, LoadedArchive};
pub use load::{Intake, LoadError, Loaded, Refusal};
pub use rows::{PART_BYTES, RowPart, Rows, RowsError};
pub use verify::{VerifyError, verify};

use crate::engine::{Engine, PartialAnswer, PartialError, Pass, ValuePass, answer};
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
    stage: Stage,
    /// Its tables are made here, from this shard's states alone.
    is_alone: Option<Box<(Question, Vec<Query>, AskContext)>>,
}

enum Stage {
    /// All rows into states.
    States(Box<Pass>),
    /// The states, and once more over the rows for what their percentiles need.
    Values(Box<PartialAnswer>, Box<ValuePass>),
    Complete(Box<PartialAnswer>),
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

    /// Begins a question whose states will be merged with those of other shards: [`Self::finish`].
    pub fn begin_ask(
        &mut self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Asking {
        let pass = self.engine.begin(question, queries, context);
        Asking {
            stage: Stage::States(Box::new(pass)),
            is_alone: None,
        }
    }

    /// Begins a question that this shard answers alone: [`Self::tables`].
    pub fn begin_alone(
        &mut self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Asking {
        let pass = self.engine.begin_binned(question, queries, context);
        let asked = (question.clone(), queries.to_vec(), context.clone());
        Asking {
            stage: Stage::States(Box::new(pass)),
            is_alone: Some(Box::new(asked)),
        }
    }

    /// Walks over about so many rows; true when the answer is complete.
    pub fn step(&self, asking: &mut Asking, rows_max: usize) -> bool {
        let is_at_work = match &mut asking.stage {
            Stage::States(pass) => pass.step(&self.engine, rows_max),
            Stage::Values(_, pass) => pass.step(&self.engine, rows_max),
            Stage::Complete(_) => false,
        };
        if is_at_work {
            return false;
        }
        let stage = std::mem::replace(&mut asking.stage, Stage::Complete(Box::default()));
        asking.stage = match (stage, asking.is_alone.as_deref()) {
            (Stage::States(pass), Some((question, queries, context))) => {
                let states = Box::new(pass.finish(&self.engine));
                let wanted = states.wanted(question, queries, context, self.engine.zone());
                if wanted.is_empty() {
                    Stage::Complete(states)
                } else {
                    let engine = &self.engine;
                    let pass = engine.begin_values(question, queries, context, &wanted);
                    Stage::Values(states, Box::new(pass))
                }
            }
            (Stage::States(pass), None) => Stage::Complete(Box::new(pass.finish(&self.engine))),
            (Stage::Values(mut states, pass), _) => {
                states.add_values(pass.finish());
                Stage::Complete(states)
            }
            (complete @ Stage::Complete(_), _) => complete,
        };
        matches!(asking.stage, Stage::Complete(_))
    }

    /// This shard's states and receipts, for [`Self::merge`] in any shard of the same question.
    pub fn finish(&self, asking: Asking, elapsed_ms: f64) -> Result<Vec<u8>, PartialError> {
        let states = self.states(asking);
        self.about_shard(elapsed_ms).encode(&states)
    }

    /// The tables of a question that this shard answers alone.
    pub fn tables(
        &self,
        asking: Asking,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
        elapsed_ms: f64,
    ) -> (Vec<ResultTable>, Provenance) {
        let states = self.states(asking);
        self.answer(
            states,
            self.about_shard(elapsed_ms),
            1,
            question,
            queries,
            context,
        )
    }

    /// Complete, unless somebody did not wait.
    fn states(&self, asking: Asking) -> PartialAnswer {
        match asking.stage {
            Stage::States(pass) => pass.finish(&self.engine),
            Stage::Values(states, _) | Stage::Complete(states) => *states,
        }
    }

    fn about_shard(&self, elapsed_ms: f64) -> ShardAnswer {
        let receipts = self.receipts.values().cloned().collect();
        ShardAnswer::new(receipts, elapsed_ms, self.memory().percent())
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
        Ok(self.answer(states, merged, shards.len(), question, queries, context))
    }

    fn answer(
        &self,
        states: PartialAnswer,
        about: ShardAnswer,
        shards: usize,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> (Vec<ResultTable>, Provenance) {
        let answered = answer(
            states,
            question,
            queries,
            context,
            self.engine.zone(),
            self.engine.directory(),
        );
        let provenance = about.provenance(
            &answered,
            context,
            self.engine.zone().name(),
            &self.engine_name(),
            shards,
        );
        (answered.tables, provenance)
    }

    /// The whole way at once, where nobody interrupts.
    pub fn ask(
        &mut self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Result<(Vec<ResultTable>, Provenance), PartialError> {
        let mut asking = self.begin_alone(question, queries, context);
        while !self.step(&mut asking, usize::MAX / 2) {}
        Ok(self.tables(asking, question, queries, context, 0.0))
    }
}
