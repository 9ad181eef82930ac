//! The engine under test, in one piece or in several.

use toolscope::engine::{Answered, Engine, PartialAnswer, answer};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::schema::text_index;
use toolscope::model::{AggregateBatch, Batch, Column, Directory, EventRow, ResultTable, Zone};
use toolscope::native::zones;
use toolscope::query::{AskContext, Query, Question};

use super::events::Event;

pub struct Shards {
    engines: Vec<Engine>,
    directory: Option<Directory>,
}

fn batch(events: &[Event]) -> Batch {
    let mut builder = BatchBuilder::default();
    for event in events {
        let mut row = EventRow {
            time_us: event.time_us,
            kind: event.kind,
            outcome: event.outcome,
            event_id: event.id,
            duration_ms: event.duration_ms,
            cost_usd: event.other.cost_usd,
            tokens_in: event.other.tokens_in,
            tokens_out: event.other.tokens_out,
            bytes: event.other.bytes,
            ..EventRow::default()
        };
        let texts = [
            (Column::Tool, event.tool),
            (Column::User, event.user),
            (Column::Workspace, event.workspace),
            (Column::ErrorClass, event.error),
            (Column::Server, event.other.server),
            (Column::Platform, event.other.platform),
            (Column::Session, event.other.session),
            (Column::Model, event.other.model),
        ];
        for (column, text) in texts {
            row.text[text_index(column).unwrap()] = text;
        }
        builder.push(&row);
    }
    builder.finish()
}

fn engine(question: &Question, directory: Option<&Directory>) -> Engine {
    let mut engine = Engine::new();
    engine.set_zone(zone(question));
    engine.set_directory(directory.cloned());
    engine
}

pub fn zone(question: &Question) -> Zone {
    zones::zone(&question.zone).unwrap()
}

/// All data's span, whatever the shard.
pub fn context(question: &Question, events: &[Event]) -> AskContext {
    let times = || events.iter().map(|event| event.time_us);
    AskContext {
        now_us: question.now_us.unwrap(),
        data_span_us: times().min().zip(times().max()),
        complete: true,
        warnings: Vec::new(),
    }
}

impl Shards {
    pub fn one(events: &[Event], question: &Question, directory: Option<&Directory>) -> Self {
        let mut engine = engine(question, directory);
        engine.load(0, batch(events));
        Self {
            engines: vec![engine],
            directory: directory.cloned(),
        }
    }

    /// One engine, many batches, each out of order.
    pub fn batches(events: &[Event], parts: usize, question: &Question) -> Self {
        let mut engine = engine(question, None);
        for (source, part) in (0..).zip(events.chunks(events.len().div_ceil(parts).max(1))) {
            engine.load(source, batch(part));
        }
        Self {
            engines: vec![engine],
            directory: None,
        }
    }

    pub fn workers(events: &[Event], count: usize, question: &Question) -> Self {
        Self::workers_with(events, count, question, None)
    }

    pub fn workers_with(
        events: &[Event],
        count: usize,
        question: &Question,
        directory: Option<&Directory>,
    ) -> Self {
        let engines = (0..count).map(|worker| {
            let mut engine = engine(question, directory);
            let share: Vec<Event> = events.iter().skip(worker).step_by(count).cloned().collect();
            engine.load(0, batch(&share));
            engine
        });
        Self {
            engines: engines.collect(),
            directory: directory.cloned(),
        }
    }

    /// Loads events once more; how many were repeats?
    pub fn deliver(&mut self, events: &[Event]) -> u64 {
        self.engines[0].load(9, batch(events)).duplicates
    }

    pub fn fingerprint(&self) -> u64 {
        self.engines
            .iter()
            .map(Engine::fingerprint)
            .fold(0, u64::wrapping_add)
    }

    /// Loads a batch of pre-aggregated hours into the first shard.
    pub fn load_hours(&mut self, batch: AggregateBatch) {
        self.engines[0].load_aggregate(7, batch).unwrap();
    }

    /// All tables of some queries, and what is said about them.
    pub fn answer(&self, question: &Question, queries: &[Query], context: &AskContext) -> Answered {
        let partial = |engine: &Engine| {
            let mut pass = engine.begin(question, queries, context);
            while pass.step(engine, 50) {}
            PartialAnswer::decode(&pass.finish(engine).encode()).unwrap()
        };
        let merged = self
            .engines
            .iter()
            .map(partial)
            .fold(PartialAnswer::default(), PartialAnswer::merge);
        let zone = zone(question);
        answer(
            merged,
            question,
            queries,
            context,
            &zone,
            self.directory.as_ref(),
        )
    }

    /// The shards' states, through their form between workers.
    pub fn partials(
        &self,
        question: &Question,
        query: &Query,
        events: &[Event],
    ) -> Vec<PartialAnswer> {
        let context = context(question, events);
        let partial = |engine: &Engine| {
            let mut pass = engine.begin(question, std::slice::from_ref(query), &context);
            while pass.step(engine, 50) {}
            PartialAnswer::decode(&pass.finish(engine).encode()).unwrap()
        };
        self.engines.iter().map(partial).collect()
    }
}

pub fn table(shards: &Shards, question: &Question, query: &Query, events: &[Event]) -> ResultTable {
    let partials = shards.partials(question, query, events);
    let merged = partials
        .into_iter()
        .fold(PartialAnswer::default(), PartialAnswer::merge);
    finish(merged, question, query, events, shards.directory.as_ref())
}

pub fn answer_of(
    partial: PartialAnswer,
    question: &Question,
    query: &Query,
    events: &[Event],
) -> ResultTable {
    finish(partial, question, query, events, None)
}

fn finish(
    partial: PartialAnswer,
    question: &Question,
    query: &Query,
    events: &[Event],
    directory: Option<&Directory>,
) -> ResultTable {
    let context = context(question, events);
    let mut answered = answer(
        partial,
        question,
        std::slice::from_ref(query),
        &context,
        &zone(question),
        directory,
    );
    assert!(answered.exact, "raw events give exact numbers");
    answered.tables.remove(0)
}
