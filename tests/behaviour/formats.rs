//! The same events through every format give the same batch, the same answer, the same fingerprint.

use toolscope::ingest::write::{
    ParquetCompression, aggregate_to_arrow, aggregate_to_ndjson, aggregate_to_parquet,
    batch_to_arrow, batch_to_arrow_stream, batch_to_ndjson, batch_to_parquet,
};
use toolscope::ingest::{self, Data, Decoded, Format};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::{AggregateBatch, Batch, EventKind, EventRow, Outcome};
use toolscope::protocol::LoadOptions;
use toolscope::service::{Loaded, Service};

use crate::common::packing::{gzip, utf16, zip, zstd};

/// Every column, absent values, names nobody likes.
fn events() -> Batch {
    let mut builder = BatchBuilder::default();
    for n in 0..500_u64 {
        let name = format!("tool {}", n % 7);
        let user = ["ada@example.org", "Zoë, \"the\" 読\n", "=cmd|' /C calc'!A0"][n as usize % 3];
        let mut row = EventRow {
            time_us: 1_773_478_800_000_000 + (n as i64 * 7_919) % 1_000_000_007,
            kind: EventKind::ALL[n as usize % EventKind::ALL.len()],
            outcome: Outcome::ALL[n as usize % 5],
            event_id: if n % 11 == 0 { 0 } else { n + 1 },
            duration_ms: (n % 4 != 0).then_some(n as f64 * 1.234_567),
            cost_usd: (n % 5 == 0).then_some(0.001 * n as f64),
            tokens_in: (n % 6 == 0).then_some(n * 1_000_000_007),
            tokens_out: (n % 6 == 0).then_some(n),
            bytes: (n % 9 == 0).then_some(n << 33),
            ..EventRow::default()
        };
        row.text[0] = Some(&name);
        row.text[2] = (n % 3 != 2 || n % 2 == 0).then_some(user);
        row.text[8] = (n % 8 == 0).then_some("session");
        builder.push(&row);
    }
    builder.finish()
}

fn read(bytes: &[u8], expected: Format) -> Decoded {
    let format = ingest::recognise(bytes).unwrap();
    assert_eq!(format, expected);
    ingest::read(bytes, format).unwrap()
}

/// Row by row, because dictionaries may be in another order.
fn assert_same(found: &Batch, expected: &Batch, what: &str) {
    assert_eq!(found.time_us, expected.time_us, "{what}");
    assert_eq!(found.kind, expected.kind, "{what}");
    assert_eq!(found.outcome, expected.outcome, "{what}");
    assert_eq!(found.event_id, expected.event_id, "{what}");
    let bits = |values: &[f64]| {
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<u64>>()
    };
    assert_eq!(
        bits(&found.duration_ms),
        bits(&expected.duration_ms),
        "{what}"
    );
    assert_eq!(bits(&found.cost_usd), bits(&expected.cost_usd), "{what}");
    assert_eq!(
        (&found.tokens_in, &found.tokens_out, &found.bytes),
        (&expected.tokens_in, &expected.tokens_out, &expected.bytes),
        "{what}"
    );
    for (column, (found, expected)) in found.text.iter().zip(&expected.text).enumerate() {
        for row in 0..found.codes.len() {
            assert_eq!(
                found.get(row),
                expected.get(row),
                "{what}: text column {column}, row {row}"
            );
        }
    }
}

#[test]
fn what_is_written_in_any_format_reads_back_equal() {
    let batch = events();
    let files = [
        (batch_to_ndjson(&batch), Format::Ndjson, "ndjson"),
        (batch_to_arrow(&batch), Format::ArrowFile, "arrow file"),
        (
            batch_to_arrow_stream(&batch),
            Format::ArrowStream,
            "arrow stream",
        ),
        (
            batch_to_parquet(&batch, ParquetCompression::None),
            Format::Parquet,
            "parquet",
        ),
        (
            batch_to_parquet(&batch, ParquetCompression::Snappy),
            Format::Parquet,
            "parquet snappy",
        ),
        (
            batch_to_parquet(&batch, ParquetCompression::Zstd),
            Format::Parquet,
            "parquet zstd",
        ),
    ];
    let mut fingerprints = Vec::new();
    for (bytes, format, what) in files {
        let bytes = bytes.unwrap();
        let decoded = read(&bytes, format);
        assert_eq!(
            (decoded.tally.rows_read, decoded.tally.set_aside),
            (500, 0),
            "{what}"
        );
        let Data::Events(found) = decoded.data else {
            panic!("{what}")
        };
        assert_same(&found, &batch, what);
        let mut engine = toolscope::engine::Engine::new();
        engine.load(0, found);
        fingerprints.push(engine.fingerprint());
    }
    assert!(
        fingerprints.windows(2).all(|pair| pair[0] == pair[1]),
        "{fingerprints:?}"
    );
}

fn hours() -> AggregateBatch {
    let mut batch = AggregateBatch::default();
    let mut tools = toolscope::model::DictColumn {
        values: vec!["read".into(), "write".into()],
        ..toolscope::model::DictColumn::default()
    };
    for hour in 0..48_i64 {
        batch
            .hour_us
            .push(1_773_478_800_000_000 + hour * 3_600_000_000);
        tools.codes.push(hour as u32 % 2);
        batch.executions.push(10);
        batch.failures.push(1);
        batch.duration_sum_ms.push(100.5);
        batch.duration_min_ms.push(1.0);
        batch.duration_max_ms.push(30.25);
        let mut sketch = toolscope::engine::sketch::DdSketch::new();
        (1..=10).for_each(|value| sketch.add(f64::from(value)));
        batch.duration_sketch.push(&sketch.encode());
        let mut users = toolscope::engine::sketch::HyperLogLog::new();
        users.add(toolscope::engine::sketch::HyperLogLog::hash(&format!(
            "user {}",
            hour % 5
        )));
        batch.users_sketch.push(&users.encode());
    }
    batch.text[0] = Some(tools);
    batch
}

#[test]
fn pre_aggregated_hours_read_back_equal_from_any_format() {
    let batch = hours();
    for (bytes, format) in [
        (aggregate_to_ndjson(&batch), Format::Ndjson),
        (aggregate_to_arrow(&batch), Format::ArrowFile),
        (
            aggregate_to_parquet(&batch, ParquetCompression::Zstd),
            Format::Parquet,
        ),
    ] {
        let decoded = read(&bytes.unwrap(), format);
        assert_eq!(decoded.tally.set_aside, 0, "{format:?}");
        let Data::Aggregates(found) = decoded.data else {
            panic!("{format:?}")
        };
        assert_eq!(found, batch, "{format:?}");
    }
}

#[test]
fn the_columnar_module_hands_over_what_the_reader_would_have_read() {
    let batch = events();
    let parquet = batch_to_parquet(&batch, ParquetCompression::Zstd).unwrap();
    let stream =
        ingest::parquet::to_arrow_stream(&parquet, Format::Parquet, &LoadOptions::default())
            .unwrap();
    let Data::Events(found) = read(&stream, Format::ArrowStream).data else {
        panic!()
    };
    assert_same(&found, &batch, "through the columnar module");
    let mut service = Service::new("test");
    let Loaded::Events(receipt) = service
        .load(1, "week.parquet", &stream, Some(Format::Parquet))
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(
        receipt.format, "parquet",
        "the receipt names the file's own format"
    );
}

#[test]
fn other_names_are_understood_and_everything_else_is_dropped_by_name() {
    let lines = concat!(
        r#"{"ts":1773478800000,"tool_name":"search","user_email":"ada@example.org","status":"ok","latency_ms":12,"prompt":"canary"}"#,
        "\n",
        r#"{"timestamp":"2026-03-14T09:00:01Z","function_name":"fetch","is_error":true,"elapsed_ms":"7.5","arguments":{"q":"canary"},"name":"loses to function_name"}"#
    );
    let decoded = read(lines.as_bytes(), Format::Ndjson);
    let receipt = decoded.tally.into_receipt("x", Format::Ndjson, "raw", 0);
    assert_eq!(
        receipt
            .dropped_fields
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["arguments", "name", "prompt"]
    );
    let Data::Events(batch) = decoded.data else {
        panic!()
    };
    assert_eq!(batch.outcome, [Outcome::Success, Outcome::Failure]);
    assert_eq!(batch.duration_ms, [12.0, 7.5]);
    assert_eq!(
        (batch.text[0].get(0), batch.text[0].get(1)),
        (Some("search"), Some("fetch"))
    );
    assert!(!format!("{batch:?}").contains("canary"));
}

/// What the reader of any format must make of [`events`].
fn ndjson() -> String {
    String::from_utf8(batch_to_ndjson(&events()).unwrap()).unwrap()
}

/// The same events as a table, written by the rules of RFC 4180.
fn table(separator: char) -> String {
    let headers: Vec<&str> = toolscope::model::schema::SCHEMA
        .iter()
        .map(|spec| spec.name)
        .collect();
    let mut text = headers.join(&separator.to_string());
    text.push_str("\r\n");
    for line in ndjson().lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let cells = headers.iter().map(|header| match &event[*header] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) if text.contains([separator, '"', '\n', '\'']) => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        text.push_str(&cells.collect::<Vec<_>>().join(&separator.to_string()));
        text.push_str("\r\n");
    }
    text
}

#[test]
fn the_same_events_in_any_layout_encoding_and_wrapper_give_the_same_answer() {
    let lines = ndjson();
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    let pretty = {
        let events: serde_json::Value = serde_json::from_str(&array).unwrap();
        serde_json::to_string_pretty(&events).unwrap()
    };
    let together = lines.replace('\n', "");
    let envelope = format!("{{\"meta\":{{\"total\":500}},\"data\":{array},\"next\":null}}");
    let comma = table(',');
    let marked = format!("\u{feff}{comma}");
    let (first, second) = lines.split_at(lines[..lines.len() / 2].rfind('\n').unwrap() + 1);
    let two_members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let two_frames = [zstd(first.as_bytes()), zstd(second.as_bytes())].concat();
    let arrow = batch_to_arrow(&events()).unwrap();
    let parquet = |compression| batch_to_parquet(&events(), compression).unwrap();
    let gzipped_parquet = gzip(&parquet(ParquetCompression::Snappy));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("ndjson", lines.clone().into()),
        ("json", array.into()),
        ("json", pretty.into()),
        ("json", together.into()),
        ("json", envelope.into()),
        ("csv", comma.clone().into()),
        ("csv", marked.into()),
        ("csv", table(';').into()),
        ("csv", table('|').into()),
        ("tsv", table('\t').into()),
        ("csv", utf16(&comma, true, true)),
        ("csv", utf16(&comma, true, false)),
        ("csv", utf16(&comma, false, true)),
        ("csv", utf16(&comma, false, false)),
        ("ndjson", utf16(&lines, true, true)),
        ("ndjson+gzip", two_members),
        ("ndjson+zstd", two_frames),
        ("csv+gzip", gzip(comma.as_bytes())),
        ("csv+zstd", zstd(comma.as_bytes())),
        ("csv+gzip", gzip(&utf16(&comma, true, false))),
        ("arrow-file", arrow.clone()),
        ("arrow-file+gzip", gzip(&arrow)),
        ("arrow-stream", batch_to_arrow_stream(&events()).unwrap()),
        ("parquet+gzip", gzipped_parquet),
        ("parquet", parquet(ParquetCompression::None)),
        ("parquet", parquet(ParquetCompression::Snappy)),
        ("parquet", parquet(ParquetCompression::Zstd)),
        ("parquet", parquet(ParquetCompression::Gzip)),
        ("parquet", parquet(ParquetCompression::Lz4Raw)),
        ("parquet", parquet(ParquetCompression::Brotli)),
        (
            "zip",
            zip(&[
                ("a/1.ndjson", first.as_bytes()),
                ("2.ndjson", second.as_bytes()),
            ]),
        ),
    ];
    let expected = answer(&files[0].1).1;
    for (at, (format, bytes)) in files.iter().enumerate() {
        let (receipt, answer) = answer(bytes);
        let what = format!("file {at}, {format}");
        assert_eq!(receipt.format, *format, "{what}");
        assert_eq!((receipt.rows_read, receipt.set_aside), (500, 0), "{what}");
        assert_eq!(answer, expected, "{what}");
    }
}

/// The receipt, and the fingerprint with a table over several columns.
fn answer(bytes: &[u8]) -> (toolscope::model::SourceReceipt, String) {
    use toolscope::metrics::MetricId;
    use toolscope::model::Column;
    use toolscope::query::{AskContext, Dimension, Question, RangeSpec, widgets};
    let mut service = Service::new("test");
    let receipt = match service.load(1, "file", bytes, None).unwrap() {
        Loaded::Events(receipt) => receipt,
        Loaded::Archive(archive) => archive.receipt,
        other => panic!("{other:?}"),
    };
    let question = Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    };
    let context = AskContext {
        now_us: 1_800_000_000_000_000,
        data_span_us: service.data_span(),
        complete: true,
        warnings: Vec::new(),
    };
    let query = widgets::free(
        &[
            Dimension::Column(Column::Tool),
            Dimension::Column(Column::User),
        ],
        &[
            MetricId::Executions,
            MetricId::Failures,
            MetricId::DurationP95,
        ],
    );
    let (tables, provenance) = service.ask(&question, &[query], &context).unwrap();
    (
        receipt,
        format!("{} {:?}", provenance.fingerprint, tables[0].rows),
    )
}

#[test]
fn a_table_of_hours_is_read_like_any_other() {
    let hours = "hour,tool,executions,failures,duration_sum_ms,secret\n\
                 2026-03-14T09:00:00Z,read,10,2,123.5,x\n\
                 2026-03-14 10:00:00 UTC,write,5,,,y\n\
                 2026-03-14T10:30:00Z,write,5,0,1,z\n";
    let decoded = read(hours.as_bytes(), Format::Csv);
    assert_eq!((decoded.tally.rows_read, decoded.tally.set_aside), (3, 1));
    let Data::Aggregates(batch) = decoded.data else {
        panic!()
    };
    assert_eq!(batch.executions, [10, 5]);
    assert_eq!(batch.failures[0], 2);
    assert_eq!(batch.duration_sum_ms[0], 123.5);
    assert!(batch.duration_sum_ms[1].is_nan());
    let receipt = decoded.tally.into_receipt("x", Format::Csv, "aggregate", 0);
    assert_eq!(receipt.dropped_fields.get("secret"), Some(&3));
}

#[test]
fn tables_as_databases_and_spreadsheets_write_them_are_read() {
    let spreadsheet = b"sep=;\r\nTime;Tool;User;Duration_ms;Status\r\n\
        2026-03-14 09:00;\"read; \"\"all\"\"\";Zo\xeb;12,5;ok\r\n\
        2026/03/14 10:00:00;write;\\N;NULL;0\r\n";
    let decoded = read(spreadsheet, Format::Csv);
    assert_eq!(decoded.tally.set_aside, 0);
    let Data::Events(batch) = decoded.data else {
        panic!()
    };
    assert_eq!(batch.text[0].get(0), Some("read; \"all\""));
    assert_eq!(
        (batch.text[2].get(0), batch.text[2].get(1)),
        (Some("Zoë"), None)
    );
    assert_eq!(batch.duration_ms[0], 12.5);
    assert!(batch.duration_ms[1].is_nan());
    assert_eq!(batch.outcome, [Outcome::Success, Outcome::Failure]);
    let receipt = decoded.tally.into_receipt("x", Format::Csv, "raw", 0);
    assert!(
        receipt
            .notes
            .iter()
            .any(|note| note.contains("Windows-1252"))
    );
    let (empty, _) = answer(b"time,tool,user\r\n");
    assert_eq!((empty.rows_read, empty.accepted), (0, 0), "a header alone");
}

#[test]
fn an_archive_is_read_file_by_file_each_with_a_receipt() {
    let bytes = zip(&[
        (
            "week/1.csv",
            b"time,tool\n2026-03-14T09:00:00Z,read\n" as &[u8],
        ),
        (
            "week/2.ndjson",
            b"{\"time\":1773478800,\"tool\":\"write\"}\n{\"time\":\"soon\"}\n",
        ),
        ("week/broken.parquet", b"PAR1 nothing PAR1"),
        ("week/read me.txt", b"Dear reader, have fun"),
        ("__MACOSX/week/._1.csv", b"time,tool\n1,2\n"),
        (".hidden.csv", b"time,tool\n2026-03-14T09:00:00Z,read\n"),
        ("inner.csv.gz", &gzip(b"time\n2026-03-14T09:00:00Z\n")),
        (
            "people.csv",
            b"id,email,department\n1,ada@example.org,Research\n",
        ),
    ]);
    let mut service = Service::new("test");
    let Loaded::Archive(archive) = service.load(7, "week.zip", &bytes, None).unwrap() else {
        panic!()
    };
    assert_eq!(
        (
            archive.receipt.rows_read,
            archive.receipt.accepted,
            archive.receipt.set_aside
        ),
        (3, 2, 1)
    );
    let names: Vec<(&str, bool)> = archive
        .members
        .iter()
        .map(|member| (member.name.as_str(), member.error.is_some()))
        .collect();
    assert_eq!(
        names,
        [
            ("week.zip/inner.csv.gz", true),
            ("week.zip/week/1.csv", false),
            ("week.zip/week/2.ndjson", false),
            ("week.zip/week/broken.parquet", true),
        ]
    );
    assert_eq!(archive.directory.unwrap().people[0].id, "1");
    assert!(
        archive.receipt.notes[0].contains("1 other file"),
        "{:?}",
        archive.receipt.notes
    );
    assert_eq!(service.receipts().count(), 4);
    service.unload(7);
    assert_eq!(
        (service.receipts().count(), service.memory().events),
        (0, 0)
    );
}
