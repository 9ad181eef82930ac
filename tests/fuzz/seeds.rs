//! Small real files of every format, made by the crate's writers and by those of the crates below it.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Float32Builder, Float64Builder, Int8Builder, Int32Builder,
    Int64Builder, LargeStringBuilder, ListBuilder, StringBuilder, StringDictionaryBuilder,
    StringViewBuilder, TimestampMicrosecondBuilder, TimestampNanosecondBuilder,
    TimestampSecondBuilder, UInt64Builder,
};
use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, NullArray, RecordBatch, StructArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field};
use toolscope::engine::sketch::{DdSketch, HyperLogLog};
use toolscope::ingest::write::table::{aggregate_table, events_table};
use toolscope::ingest::write::{
    ParquetCompression, aggregate_to_arrow, aggregate_to_ndjson, aggregate_to_parquet,
    batch_to_arrow, batch_to_arrow_stream, batch_to_parquet,
};
use toolscope::model::batch::{BatchBuilder, DictColumn};
use toolscope::model::{AggregateBatch, Batch, BinaryColumn, EventKind, EventRow, Outcome};

pub use crate::common::packing::{gzip, latin, zip, zstd};

use crate::common::Chance;

pub const START_US: i64 = 1_773_478_800_000_000;

/// Every column, absent values, every kind and outcome.
pub fn events(rows: u64) -> Batch {
    let mut builder = BatchBuilder::default();
    for n in 0..rows {
        let tool = format!("tool {}", n % 3);
        let at = n as usize;
        let mut row = EventRow {
            time_us: START_US + n as i64 * 7_919_000,
            kind: EventKind::ALL[at % EventKind::ALL.len()],
            outcome: Outcome::ALL[at % Outcome::ALL.len()],
            event_id: n,
            duration_ms: (n % 4 != 0).then_some(n as f64 * 1.25),
            cost_usd: (n % 5 == 0).then_some(0.001),
            tokens_in: (n % 6 == 0).then_some(n * 1_000),
            bytes: (n % 9 == 0).then_some(n << 33),
            ..EventRow::default()
        };
        row.text[0] = Some(&tool);
        row.text[2] = (n % 3 != 2).then_some("ada@example.org");
        row.text[3] = Some("north");
        row.text[8] = (n % 2 == 0).then_some("session");
        builder.push(&row);
    }
    builder.finish()
}

pub fn hours() -> AggregateBatch {
    let (mut durations, mut people) = (DdSketch::new(), HyperLogLog::new());
    let mut batch = AggregateBatch::default();
    let (mut sketches, mut users) = (BinaryColumn::default(), BinaryColumn::default());
    let tools = DictColumn {
        values: vec!["read".into(), "write".into()],
        codes: vec![0, 1, 0],
    };
    for n in 0..3_u64 {
        durations.add(1.5 + n as f64);
        people.add(HyperLogLog::hash(&n.to_string()));
        batch.hour_us.push(START_US + n as i64 * 3_600_000_000);
        batch.executions.push(10 + n);
        batch.failures.push(n);
        batch.duration_sum_ms.push(100.0);
        batch.duration_min_ms.push(1.0);
        batch.duration_max_ms.push(40.0);
        sketches.push(&durations.encode());
        users.push(&people.encode());
    }
    batch.text[0] = Some(tools);
    batch.duration_sketch = sketches;
    batch.users_sketch = users;
    batch
}

pub fn sketches() -> Vec<Vec<u8>> {
    let mut durations = DdSketch::new();
    let mut people = HyperLogLog::new();
    (0..50).for_each(|n| durations.add(f64::from(n * n)));
    (0..40).for_each(|n: u32| people.add(HyperLogLog::hash(&n.to_string())));
    let sparse = people.encode();
    (0..9_000).for_each(|n: u32| people.add(HyperLogLog::hash(&n.to_string())));
    vec![
        durations.encode(),
        sparse,
        people.encode(),
        DdSketch::new().encode(),
        HyperLogLog::new().encode(),
    ]
}

pub fn arrow() -> Vec<Vec<u8>> {
    let batch = events(12);
    let mut files = vec![
        batch_to_arrow(&batch).unwrap(),
        batch_to_arrow_stream(&batch).unwrap(),
        aggregate_to_arrow(&hours()).unwrap(),
    ];
    let table = events_table(&batch).unwrap();
    for compression in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        files.push(ipc(&table, true, Some(compression)));
        files.push(ipc(&table, false, Some(compression)));
    }
    files.push(ipc(
        &aggregate_table(&hours()).unwrap(),
        false,
        Some(CompressionType::LZ4_FRAME),
    ));
    files
}

pub fn ipc(table: &RecordBatch, is_file: bool, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    if is_file {
        let mut writer =
            FileWriter::try_new_with_options(Vec::new(), table.schema_ref(), options).unwrap();
        writer.write(table).unwrap();
        writer.into_inner().unwrap()
    } else {
        let mut writer =
            StreamWriter::try_new_with_options(Vec::new(), table.schema_ref(), options).unwrap();
        writer.write(table).unwrap();
        writer.write(table).unwrap();
        writer.into_inner().unwrap()
    }
}

pub fn parquet() -> Vec<Vec<u8>> {
    use ParquetCompression::{Brotli, Gzip, Lz4Raw, None, Snappy, Zstd};
    let batch = events(12);
    let mut files: Vec<Vec<u8>> = [None, Snappy, Zstd, Gzip, Lz4Raw, Brotli]
        .into_iter()
        .map(|compression| batch_to_parquet(&batch, compression).unwrap())
        .collect();
    files.push(aggregate_to_parquet(&hours(), None).unwrap());
    files.extend(parquet_in_other_encodings());
    files
}

/// What other writers make of the same columns.
fn parquet_in_other_encodings() -> Vec<Vec<u8>> {
    use parquet::basic::{Compression, Encoding};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::schema::types::ColumnPath;
    let table = events_table(&events(12)).unwrap();
    let texts = [
        Encoding::DELTA_LENGTH_BYTE_ARRAY,
        Encoding::DELTA_BYTE_ARRAY,
    ];
    let numbers = [Encoding::DELTA_BINARY_PACKED, Encoding::BYTE_STREAM_SPLIT];
    let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    let mut files = Vec::new();
    for version in versions {
        for (text, number) in texts.into_iter().zip(numbers) {
            for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
                let mut properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(compression)
                    .set_dictionary_enabled(false);
                for field in table.schema().fields() {
                    let encoding = match field.data_type() {
                        DataType::Utf8 | DataType::LargeUtf8 | DataType::Dictionary(..) => text,
                        DataType::Float64 => Encoding::BYTE_STREAM_SPLIT,
                        _ => number,
                    };
                    let path = ColumnPath::from(field.name().as_str());
                    properties = properties.set_column_encoding(path, encoding);
                }
                files.extend(written(&table, properties.build()));
            }
        }
        let properties = WriterProperties::builder().set_writer_version(version);
        files.extend(written(&table, properties.build()));
    }
    files
}

/// `None` where a column can't be in the encoding that was asked for.
fn written(
    table: &RecordBatch,
    properties: parquet::file::properties::WriterProperties,
) -> Option<Vec<u8>> {
    let options = Some(properties);
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), table.schema(), options).ok()?;
    writer.write(table).ok()?;
    writer.into_inner().ok()
}

pub fn as_parquet(table: &RecordBatch) -> Vec<u8> {
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

pub fn aggregates() -> Vec<Vec<u8>> {
    vec![
        aggregate_to_ndjson(&hours()).unwrap(),
        aggregate_to_arrow(&hours()).unwrap(),
        aggregate_to_parquet(&hours(), ParquetCompression::Snappy).unwrap(),
    ]
}

const NAMES: [&str; 16] = [
    "time",
    "hour",
    "tool",
    "user",
    "kind",
    "outcome",
    "event_id",
    "duration_ms",
    "cost_usd",
    "tokens_in",
    "bytes",
    "executions",
    "duration_sketch",
    "properties",
    "data",
    "strange",
];
const NUMBERS: [i64; 9] = [
    0,
    1,
    -1,
    10,
    START_US,
    START_US / 1_000_000,
    i64::MAX,
    i64::MIN,
    4_102_444_800_000_000,
];
const WORDS: [&str; 9] = [
    "read",
    "",
    "success",
    "execution",
    "2026-03-14T09:00:00Z",
    "{\"$mcp_tool_name\":\"x\"}",
    "xxh3:0000000000000001",
    "NaN",
    "é\0",
];

macro_rules! column {
    ($chance:ident, $rows:ident, $builder:expr, $value:expr) => {{
        let mut builder = $builder;
        for _ in 0..$rows {
            if $chance.one_in(5) {
                builder.append_null();
            } else {
                builder.append_value($value);
            }
        }
        Arc::new(builder.finish()) as ArrayRef
    }};
}

/// A table with names of the schema and types nobody asked for.
pub fn odd_table(chance: &mut Chance) -> RecordBatch {
    let rows = chance.below(5);
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    let first = if chance.one_in(3) { "hour" } else { "time" };
    for name in [first].into_iter().chain((0..chance.below(7)).map(|_| "")) {
        let name = if name.is_empty() {
            *chance.pick(&NAMES)
        } else {
            name
        };
        if !columns.iter().any(|(held, _)| *held == name) {
            let column = odd_column(chance, rows, 0);
            columns.push((name, column));
        }
    }
    let columns = columns
        .into_iter()
        .map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn odd_column(chance: &mut Chance, rows: usize, depth: usize) -> ArrayRef {
    let kinds = if depth == 0 { 18 } else { 16 };
    match chance.below(kinds) {
        0 => column!(
            chance,
            rows,
            Int8Builder::new(),
            *chance.pick(&NUMBERS) as i8
        ),
        1 => column!(
            chance,
            rows,
            Int32Builder::new(),
            *chance.pick(&NUMBERS) as i32
        ),
        2 => column!(chance, rows, Int64Builder::new(), *chance.pick(&NUMBERS)),
        3 => column!(
            chance,
            rows,
            UInt64Builder::new(),
            *chance.pick(&NUMBERS) as u64
        ),
        4 => column!(
            chance,
            rows,
            Float32Builder::new(),
            *chance.pick(&NUMBERS) as f32
        ),
        5 => {
            let odd = [f64::NAN, f64::INFINITY, -0.0, 1.5, 1e300, START_US as f64];
            column!(chance, rows, Float64Builder::new(), *chance.pick(&odd))
        }
        6 => column!(chance, rows, StringBuilder::new(), *chance.pick(&WORDS)),
        7 => column!(
            chance,
            rows,
            LargeStringBuilder::new(),
            *chance.pick(&WORDS)
        ),
        8 => column!(chance, rows, StringViewBuilder::new(), *chance.pick(&WORDS)),
        9 => column!(
            chance,
            rows,
            BinaryBuilder::new(),
            chance.pick(&WORDS).as_bytes()
        ),
        10 => column!(chance, rows, BooleanBuilder::new(), chance.one_in(2)),
        11 => column!(
            chance,
            rows,
            StringDictionaryBuilder::<Int8Type>::new(),
            *chance.pick(&WORDS)
        ),
        12 => column!(
            chance,
            rows,
            TimestampSecondBuilder::new(),
            *chance.pick(&NUMBERS)
        ),
        13 => column!(
            chance,
            rows,
            TimestampMicrosecondBuilder::new(),
            *chance.pick(&NUMBERS)
        ),
        14 => column!(
            chance,
            rows,
            TimestampNanosecondBuilder::new(),
            *chance.pick(&NUMBERS)
        ),
        15 => Arc::new(NullArray::new(rows)),
        16 => {
            let mut builder = ListBuilder::new(StringBuilder::new());
            for _ in 0..rows {
                (0..chance.below(3)).for_each(|_| builder.values().append_value("x"));
                builder.append(!chance.one_in(4));
            }
            Arc::new(builder.finish())
        }
        _ => {
            let names = ["$mcp_tool_name", "tool", "time"];
            let fields: Vec<(Arc<Field>, ArrayRef)> = names
                .iter()
                .map(|name| {
                    let column = odd_column(chance, rows, 1);
                    (
                        Arc::new(Field::new(*name, column.data_type().clone(), true)),
                        column,
                    )
                })
                .collect();
            Arc::new(StructArray::from(fields))
        }
    }
}
