//! SKELETON: signatures only, filled in by the next commits.
use super::PartialAnswer;
use crate::model::{Directory, ResultTable, TimeUs, Warning, Zone};
use crate::query::{AskContext, Query, Question};

/// Tables, and what has to be said about them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answered {
    /// One a query, in their order.
    pub tables: Vec<ResultTable>,
    /// The engine's own; the asker's ([`AskContext::warnings`]) are not repeated.
    pub warnings: Vec<Warning>,
    pub exact: bool,
    pub rows_scanned: u64,
    pub rows_skipped: u64,
    /// Sum of the shards'.
    pub fingerprint: u64,
    /// Over all shards.
    pub newest_event_us: Option<TimeUs>,
}

/// Turns merged states into tables; the question, queries, context, zone and directory are those of [`super::Engine::begin`].
pub fn answer(
    _partial: PartialAnswer,
    _question: &Question,
    queries: &[Query],
    _context: &AskContext,
    _zone: &Zone,
    _directory: Option<&Directory>,
) -> Answered {
    let tables = queries
        .iter()
        .map(|query| ResultTable {
            id: query.id.clone(),
            title: query.title.clone(),
            ..ResultTable::default()
        })
        .collect();
    Answered {
        tables,
        exact: true,
        ..Answered::default()
    }
}
