//! Result tables as Parquet: typed columns, and where the numbers come from in the file's metadata (X4).

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::report::Report;
use super::{ExportError, cell_value, json, words};
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable, TimeUs, Unit, Zone};

const ROW_GROUP_ROWS: usize = 131_072;

/// One table of a report. Rows by day, week or month begin with a date, those by hour with an instant; what is not
/// available, and a change from zero, is null.
pub fn parquet(report: &Report, table: &ResultTable) -> Result<Vec<u8>, ExportError> {
    write(report, table).map_err(|error| ExportError::Refused("Parquet", error.to_string()))
}

fn write(report: &Report, table: &ResultTable) -> Result<Vec<u8>, ParquetError> {
    let batch = batch(table, &report.zone)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by(format!("Toolscope {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(metadata(report, table)))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// The parts of the shared JSON, one a key.
fn metadata(report: &Report, table: &ResultTable) -> Vec<KeyValue> {
    let entry = |key: &str, value: String| KeyValue::new(format!("toolscope.{key}"), value);
    vec![
        entry("format", json::FORMAT.into()),
        entry("title", table.title.clone()),
        entry(
            "question",
            json::question_value(&report.question, &report.periods).to_string(),
        ),
        entry(
            "provenance",
            json::provenance_value(&report.provenance).to_string(),
        ),
        entry("columns", json::columns_value(table).to_string()),
        entry(
            "definitions",
            json::definitions_value(std::slice::from_ref(table)).to_string(),
        ),
    ]
}

fn batch(table: &ResultTable, zone: &Zone) -> Result<RecordBatch, ArrowError> {
    let mut taken = BTreeSet::new();
    let columns = (0..table.columns.len()).map(|at| {
        let array = column(table, at, zone);
        let name = unique(&table.columns[at].name, &mut taken);
        (Field::new(name, array.data_type().clone(), true), array)
    });
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn column(table: &ResultTable, at: usize, zone: &Zone) -> ArrayRef {
    let is_by_time = at == 0 && table.bucket_start_us.len() == table.rows.len();
    if is_by_time && !table.rows.is_empty() {
        return starts(&table.bucket_start_us, words::bucket(table), zone);
    }
    let cells = || table.rows.iter().map(move |row| &row[at]);
    let unit = table.columns[at].unit;
    let all = |fits: fn(&Cell) -> bool| {
        cells().all(|cell| matches!(cell, Cell::Null | Cell::New) || fits(cell))
    };
    if unit == Unit::Text || cells().any(|cell| matches!(cell, Cell::Text(_))) {
        return Arc::new(cells().map(text).collect::<StringArray>());
    }
    if unit == Unit::Time && all(|cell| matches!(cell, Cell::Time(_))) {
        let times = cells().map(|cell| match cell {
            Cell::Time(time_us) => Some(*time_us),
            _ => None,
        });
        return instants(times.collect());
    }
    if unit != Unit::Ratio && unit != Unit::Change && all(|cell| matches!(cell, Cell::Int(_))) {
        let numbers = cells().map(|cell| match cell {
            Cell::Int(number) => Some(*number),
            _ => None,
        });
        return Arc::new(numbers.collect::<Int64Array>());
    }
    Arc::new(cells().map(Cell::number).collect::<Float64Array>())
}

fn text(cell: &Cell) -> Option<String> {
    match cell_value(cell) {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn starts(starts_us: &[TimeUs], bucket: Bucket, zone: &Zone) -> ArrayRef {
    if bucket == Bucket::Hour {
        return instants(starts_us.iter().map(|&start| Some(start)).collect());
    }
    let days = starts_us.iter().map(|&start| zone.local_day(start) as i32);
    Arc::new(Date32Array::from_iter_values(days))
}

fn instants(times: TimestampMicrosecondArray) -> ArrayRef {
    let array = times.with_timezone("UTC");
    debug_assert_eq!(
        *arrow_array::Array::data_type(&array),
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    );
    Arc::new(array)
}

/// Columns may be named after things in the data, two of them alike.
fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut chosen = name.to_owned();
    let mut number = 2;
    // Some readers do not tell small letters from capitals.
    while !taken.insert(chosen.to_lowercase()) {
        chosen = format!("{name} {number}");
        number += 1;
    }
    chosen
}
