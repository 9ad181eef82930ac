//! Events and hours as Arrow record batches in narrow types, because what is not written need not be transferred:
//! dictionary keys of one or two bytes, times in milliseconds, ids that count up. Files come out compact under Brotli.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::{UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, DictionaryArray, Float64Array, PrimitiveArray, RecordBatch,
    StringArray, TimestampMillisecondArray, UInt32Array, UInt64Array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::DemoFormat;
use super::aggregate::HourRow;
use super::catalogue::{CLIENTS, ERRORS, MODELS, PLATFORMS, SERVERS, Tool, WORKSPACES};
use super::events::{DemoEvent, NONE_8, NONE_16, NONE_32, NONE_64, Year};
use crate::model::Column;

/// Largest number of values behind keys of one and of two bytes.
const ONE_BYTE: usize = 1 << 8;
const TWO_BYTES: usize = 1 << 16;

/// Raw events; the ids are `first_id`, `first_id + 1` and so on.
pub fn raw(year: &Year, events: &[DemoEvent], first_id: u64) -> Result<RecordBatch, ArrowError> {
    let tools = super::catalogue::tools();
    let text = |of: &dyn Fn(&DemoEvent) -> Option<String>| dictionary(events.iter().map(of));
    let code = |code: u8| (code != NONE_8).then_some(usize::from(code));
    let count = |value: u32| (value != NONE_32).then_some(value);
    let columns: Vec<(Column, ArrayRef)> = vec![
        (
            Column::EventId,
            Arc::new(UInt64Array::from_iter_values(
                first_id..first_id + events.len() as u64,
            )),
        ),
        (
            Column::Kind,
            text(&|event| Some(event.kind.name().to_owned()))?,
        ),
        (
            Column::Time,
            times(events.iter().map(|event| event.time_us / 1_000)),
        ),
        (
            Column::Tool,
            text(&|event| Some(tools.get(code(event.tool)?)?.0.name.to_owned()))?,
        ),
        (
            Column::Server,
            text(&|event| Some(SERVERS.get(code(event.server)?)?.name.to_owned()))?,
        ),
        (Column::User, text(&|event| user(year, event))?),
        (
            Column::Workspace,
            text(&|event| Some(WORKSPACES.get(code(event.workspace)?)?.0.to_owned()))?,
        ),
        (
            Column::Client,
            text(&|event| Some(CLIENTS.get(code(event.client)?)?.name.to_owned()))?,
        ),
        (
            Column::ClientVersion,
            text(&|event| version(event).map(str::to_owned))?,
        ),
        (
            Column::Platform,
            text(&|event| Some(PLATFORMS.get(code(event.platform)?)?.0.to_owned()))?,
        ),
        (
            Column::Outcome,
            text(&|event| Some(event.outcome.name().to_owned()))?,
        ),
        (
            Column::ErrorClass,
            text(&|event| Some((*ERRORS.get(code(event.error)?)?).to_owned()))?,
        ),
        (
            Column::DurationMs,
            Arc::new(events.iter().map(duration_ms).collect::<Float64Array>()),
        ),
        (
            Column::Session,
            text(&|event| count(event.session).map(|session| session.to_string()))?,
        ),
        (
            Column::Model,
            text(&|event| Some(MODELS.get(code(event.model)?)?.0.to_owned()))?,
        ),
        (
            Column::TokensIn,
            Arc::new(
                events
                    .iter()
                    .map(|event| count(event.tokens_in))
                    .collect::<UInt32Array>(),
            ),
        ),
        (
            Column::TokensOut,
            Arc::new(
                events
                    .iter()
                    .map(|event| count(event.tokens_out))
                    .collect::<UInt32Array>(),
            ),
        ),
        (
            Column::CostUsd,
            Arc::new(
                events
                    .iter()
                    .map(|event| (!event.cost_usd.is_nan()).then_some(event.cost_usd))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            Column::Bytes,
            Arc::new(
                events
                    .iter()
                    .map(|event| (event.bytes != NONE_64).then_some(event.bytes))
                    .collect::<UInt64Array>(),
            ),
        ),
    ];
    batch(
        columns
            .into_iter()
            .map(|(column, array)| (column.name(), array)),
    )
}

/// Milliseconds with three decimals, exactly the microseconds that were drawn.
pub fn duration_ms(event: &DemoEvent) -> Option<f64> {
    (event.duration_us != NONE_64).then(|| event.duration_us as f64 / 1e3)
}

pub fn user(year: &Year, event: &DemoEvent) -> Option<String> {
    let known = event.person != NONE_16;
    known.then(|| {
        year.people
            .get(usize::from(event.person))
            .map(|person| person.id.clone())
    })?
}

pub fn version(event: &DemoEvent) -> Option<&'static str> {
    let client = CLIENTS.get(usize::from(event.client))?;
    client
        .releases
        .get(usize::from(event.version))
        .map(|(version, _)| *version)
}

/// Pre-aggregated hours.
pub fn hours(rows: &[HourRow]) -> Result<RecordBatch, ArrowError> {
    let tools: Vec<(&Tool, usize)> = super::catalogue::tools();
    let text = |of: &dyn Fn(&HourRow) -> Option<String>| dictionary(rows.iter().map(of));
    let counts = |of: fn(&HourRow) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(of)))
    };
    let numbers = |of: fn(&HourRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    };
    let sketches = |of: fn(&HourRow) -> &[u8]| -> ArrayRef {
        Arc::new(BinaryArray::from_iter_values(rows.iter().map(of)))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("hour", times(rows.iter().map(|row| row.hour_us / 1_000))),
        (
            "tool",
            text(&|row| Some(tools.get(usize::from(row.tool))?.0.name.to_owned()))?,
        ),
        (
            "server",
            text(&|row| Some(SERVERS.get(usize::from(row.server))?.name.to_owned()))?,
        ),
        (
            "workspace",
            text(&|row| Some(WORKSPACES.get(usize::from(row.workspace))?.0.to_owned()))?,
        ),
        (
            "client",
            text(&|row| Some(CLIENTS.get(usize::from(row.client))?.name.to_owned()))?,
        ),
        ("executions", counts(|row| row.executions)),
        ("successes", counts(|row| row.successes)),
        ("failures", counts(|row| row.failures)),
        ("duration_count", counts(|row| row.duration_count)),
        ("duration_sum_ms", numbers(|row| Some(row.duration_sum_ms))),
        (
            "duration_min_ms",
            numbers(|row| (row.duration_count > 0).then_some(row.duration_min_ms)),
        ),
        (
            "duration_max_ms",
            numbers(|row| (row.duration_count > 0).then_some(row.duration_max_ms)),
        ),
        ("duration_sketch", sketches(|row| &row.duration_sketch)),
        ("users_sketch", sketches(|row| &row.users_sketch)),
    ];
    batch(columns.into_iter())
}

/// One file of one record batch.
pub fn file(batch: &RecordBatch, format: DemoFormat) -> Result<Vec<u8>, super::DemoError> {
    let mut bytes = Vec::new();
    match format {
        DemoFormat::Arrow => {
            let mut writer = FileWriter::try_new(&mut bytes, &batch.schema())?;
            writer.write(batch)?;
            writer.finish()?;
        }
        DemoFormat::Parquet => {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_created_by("toolscope".into())
                .build();
            let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
            writer.write(batch)?;
            writer.close()?;
        }
    }
    Ok(bytes)
}

fn batch<'a>(
    columns: impl Iterator<Item = (&'a str, ArrayRef)>,
) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns
        .map(|(name, array)| {
            (
                Field::new(name, array.data_type().clone(), array.null_count() > 0),
                array,
            )
        })
        .unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn times(times_ms: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_iter_values(times_ms).with_timezone("UTC"))
}

/// Each text once, in the order met, behind the narrowest keys that can tell them apart.
fn dictionary(texts: impl Iterator<Item = Option<String>>) -> Result<ArrayRef, ArrowError> {
    let mut codes = HashMap::new();
    let mut values = Vec::new();
    let mut keys = Vec::new();
    for text in texts {
        keys.push(text.map(|text| {
            *codes.entry(text).or_insert_with_key(|text: &String| {
                values.push(text.clone());
                values.len() as u32 - 1
            })
        }));
    }
    let distinct = values.len();
    let values: ArrayRef = Arc::new(StringArray::from(values));
    Ok(if distinct <= ONE_BYTE {
        let keys: PrimitiveArray<UInt8Type> = keys
            .into_iter()
            .map(|key| key.map(|key| key as u8))
            .collect();
        Arc::new(DictionaryArray::try_new(keys, values)?)
    } else if distinct <= TWO_BYTES {
        let keys: PrimitiveArray<UInt16Type> = keys
            .into_iter()
            .map(|key| key.map(|key| key as u16))
            .collect();
        Arc::new(DictionaryArray::try_new(keys, values)?)
    } else {
        let keys: PrimitiveArray<UInt32Type> = keys.into_iter().collect();
        Arc::new(DictionaryArray::try_new(keys, values)?)
    })
}
