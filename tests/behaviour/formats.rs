//! The same events through every format give the same batch, the same answer, the same fingerprint.

use toolscope::ingest::write::{
    ParquetCompression, aggregate_to_arrow, aggregate_to_ndjson, aggregate_to_parquet,
    batch_to_arrow, batch_to_arrow_stream, batch_to_ndjson, batch_to_parquet,
};
use toolscope::ingest::{self, Data, Decoded, Format};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::{AggregateBatch, Batch, EventKind, EventRow, Outcome};
use toolscope::service::{Loaded, Service};

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
        ..Default::default()
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
    let stream = ingest::parquet::to_arrow_stream(&parquet, Format::Parquet).unwrap();
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
