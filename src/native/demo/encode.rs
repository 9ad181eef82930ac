//! Events and hours as the batches that `ingest::write` puts into files.

use super::DemoFormat;
use super::aggregate::HourRow;
use super::catalogue::{CLIENTS, ERRORS, MODELS, PLATFORMS, SERVERS, WORKSPACES, tools};
use super::events::{DemoEvent, NONE_8, NONE_32, NONE_64, Year};
use crate::ingest::write::{self, ParquetCompression, WriteError};
use crate::model::batch::{BatchBuilder, DictColumn};
use crate::model::schema::{TEXT_COLUMNS, text_index};
use crate::model::{AggregateBatch, Batch, Column, EventRow};

/// Raw events; their ids are `first_id`, `first_id + 1` and so on.
pub fn raw(year: &Year, events: &[DemoEvent], first_id: u64) -> Batch {
    let tools = tools();
    let mut builder = BatchBuilder::default();
    for (event_id, event) in (first_id..).zip(events) {
        let session = (event.session != NONE_32).then(|| event.session.to_string());
        let text = TEXT_COLUMNS.map(|column| match column {
            Column::Tool => entry(&tools, event.tool).map(|(tool, _)| tool.name),
            Column::Server => entry(&SERVERS, event.server).map(|server| server.name),
            Column::User => user(year, event),
            Column::Workspace => entry(&WORKSPACES, event.workspace).map(|workspace| workspace.0),
            Column::Client => entry(&CLIENTS, event.client).map(|client| client.name),
            Column::ClientVersion => version(event),
            Column::Platform => entry(&PLATFORMS, event.platform).map(|platform| platform.0),
            Column::ErrorClass => entry(&ERRORS, event.error).copied(),
            Column::Session => session.as_deref(),
            Column::Model => entry(&MODELS, event.model).map(|model| model.0),
            _ => None,
        });
        let count = |value: u32| (value != NONE_32).then(|| u64::from(value));
        builder.push(&EventRow {
            time_us: event.time_us,
            kind: event.kind,
            outcome: event.outcome,
            event_id,
            text,
            duration_ms: duration_ms(event),
            cost_usd: (!event.cost_usd.is_nan()).then_some(event.cost_usd),
            tokens_in: count(event.tokens_in),
            tokens_out: count(event.tokens_out),
            bytes: (event.bytes != NONE_64).then_some(event.bytes),
        });
    }
    builder.finish()
}

/// Milliseconds with three decimals, exactly the microseconds that were drawn.
pub fn duration_ms(event: &DemoEvent) -> Option<f64> {
    (event.duration_us != NONE_64).then(|| event.duration_us as f64 / 1e3)
}

/// The events' `user`: an e-mail address.
pub fn user<'a>(year: &'a Year, event: &DemoEvent) -> Option<&'a str> {
    year.people
        .get(usize::from(event.person))
        .map(|person| person.id.as_str())
}

fn version(event: &DemoEvent) -> Option<&'static str> {
    let releases = entry(&CLIENTS, event.client)?.releases;
    releases
        .get(usize::from(event.version))
        .map(|(version, _)| *version)
}

/// The row of a table behind a code.
fn entry<T>(table: &[T], code: u8) -> Option<&T> {
    (code != NONE_8).then(|| table.get(usize::from(code)))?
}

/// Pre-aggregated hours, grouped by tool, server, workspace and client.
pub fn hours(rows: &[HourRow]) -> AggregateBatch {
    let tools = tools();
    let mut batch = AggregateBatch::default();
    let mut text: [DictColumn; 4] = Default::default();
    let names: [Vec<&str>; 4] = [
        tools.iter().map(|(tool, _)| tool.name).collect(),
        SERVERS.iter().map(|server| server.name).collect(),
        WORKSPACES.iter().map(|workspace| workspace.0).collect(),
        CLIENTS.iter().map(|client| client.name).collect(),
    ];
    for (column, names) in text.iter_mut().zip(names) {
        column.values = names.into_iter().map(Into::into).collect();
    }
    for row in rows {
        batch.hour_us.push(row.hour_us);
        for (column, code) in text
            .iter_mut()
            .zip([row.tool, row.server, row.workspace, row.client])
        {
            column.codes.push(u32::from(code));
        }
        batch.executions.push(row.executions);
        batch.successes.push(row.successes);
        batch.failures.push(row.failures);
        batch.duration_count.push(row.duration_count);
        batch.duration_sum_ms.push(row.duration_sum_ms);
        let extreme = |ms: f64| if row.duration_count > 0 { ms } else { f64::NAN };
        batch.duration_min_ms.push(extreme(row.duration_min_ms));
        batch.duration_max_ms.push(extreme(row.duration_max_ms));
        batch.duration_sketch.push(&row.duration_sketch);
        batch.users_sketch.push(&row.users_sketch);
    }
    let columns = [
        Column::Tool,
        Column::Server,
        Column::Workspace,
        Column::Client,
    ];
    for (column, dictionary) in columns.into_iter().zip(text) {
        if let Some(place) = text_index(column).and_then(|index| batch.text.get_mut(index)) {
            *place = Some(dictionary);
        }
    }
    batch
}

pub fn raw_file(batch: &Batch, format: DemoFormat) -> Result<Vec<u8>, WriteError> {
    match format {
        DemoFormat::Arrow => write::batch_to_arrow(batch),
        DemoFormat::Parquet => write::batch_to_parquet(batch, ParquetCompression::Zstd),
        DemoFormat::Ndjson => write::batch_to_ndjson(batch),
    }
}

pub fn hours_file(batch: &AggregateBatch, format: DemoFormat) -> Result<Vec<u8>, WriteError> {
    match format {
        DemoFormat::Arrow => write::aggregate_to_arrow(batch),
        DemoFormat::Parquet => write::aggregate_to_parquet(batch, ParquetCompression::Zstd),
        DemoFormat::Ndjson => write::aggregate_to_ndjson(batch),
    }
}
