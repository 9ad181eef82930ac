//! Reading speed: the same events in each format, decoded, and then kept. `make bench` runs it beside the engine's
//! kernels.
//!
//! `read` is bytes into columns; `keep` is columns into a segment (duplicates, order, codes), for which a new engine is
//! made each time.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use toolscope::engine::Engine;
use toolscope::ingest::write::{ParquetCompression, batch_to_arrow, batch_to_parquet};
use toolscope::ingest::{Data, Format, read};
use toolscope::model::Batch;

const EVENTS: usize = 200_000;
const HEADER: &str = "event_id,time,tool,user,workspace,outcome,duration_ms,session\n";
const WIDE_HEADER: &str = "event_id,kind,time,tool,server,user,workspace,client,client_version,platform,outcome,error_class,duration_ms,session,model,tokens_in,tokens_out,cost_usd,bytes\n";

/// NDJSON and CSV of eight columns, and of all that there are, as the demo writes them.
struct Texts {
    lines: String,
    table: String,
    wide_lines: String,
    wide_table: String,
}

fn texts() -> Texts {
    let mut texts = Texts {
        lines: String::new(),
        table: HEADER.to_owned(),
        wide_lines: String::new(),
        wide_table: WIDE_HEADER.to_owned(),
    };
    for n in 0..EVENTS {
        let (day, minute, second) = (1 + n % 28, n % 60, n / 60 % 60);
        let time = format!(
            "2026-03-{day:02}T09:{minute:02}:{second:02}.{:03}Z",
            n % 1000
        );
        let (tool, user, workspace) = (n * 7 % 60, n * 13 % 2_000, n % 40);
        let (outcome, error) = if n % 20 == 0 {
            ("failure", "timeout")
        } else {
            ("success", "")
        };
        let duration = (n * 37 % 50_000) as f64 / 10.0;
        let session = n / 25;
        let (server, client, version, platform) = (n % 9, n % 5, n % 11, n % 3);
        // Writing to a String can't fail.
        let _ = writeln!(
            texts.lines,
            r#"{{"event_id":"e-{n:08}","time":"{time}","tool":"tool {tool}","user":"user{user}@example.org","workspace":"workspace {workspace}","outcome":"{outcome}","duration_ms":{duration},"session":"s-{session}"}}"#
        );
        let _ = writeln!(
            texts.table,
            "e-{n:08},{time},tool {tool},user{user}@example.org,workspace {workspace},{outcome},{duration},s-{session}"
        );
        let error_field = if error.is_empty() {
            String::new()
        } else {
            format!(r#","error_class":"{error}""#)
        };
        let _ = writeln!(
            texts.wide_lines,
            r#"{{"event_id":"e-{n:08}","kind":"execution","time":"{time}","tool":"tool {tool}","server":"server-{server}","user":"user{user}@example.org","workspace":"workspace {workspace}","client":"Client {client}","client_version":"1.{version}.0","platform":"platform-{platform}","outcome":"{outcome}"{error_field},"duration_ms":{duration},"session":"s-{session}"}}"#
        );
        let _ = writeln!(
            texts.wide_table,
            "e-{n:08},execution,{time},tool {tool},server-{server},user{user}@example.org,workspace {workspace},Client {client},1.{version}.0,platform-{platform},{outcome},{error},{duration},s-{session},,,,,"
        );
    }
    texts
}

/// The columns of a file that is known to be good.
fn events(bytes: &[u8], format: Format) -> Batch {
    match read(bytes, format).map(|decoded| decoded.data) {
        Ok(Data::Events(batch)) => batch,
        _ => Batch::default(),
    }
}

fn bench(criterion: &mut Criterion) {
    let texts = texts();
    let array = format!("[{}]", texts.lines.trim_end().replace('\n', ","));
    let batch = events(texts.wide_lines.as_bytes(), Format::Ndjson);
    assert_eq!(batch.len(), EVENTS);
    let parquet = batch_to_parquet(&batch, ParquetCompression::Zstd).unwrap_or_default();
    let arrow = batch_to_arrow(&batch).unwrap_or_default();
    for (name, bytes, format) in [
        ("ndjson", texts.lines.as_bytes(), Format::Ndjson),
        ("ndjson wide", texts.wide_lines.as_bytes(), Format::Ndjson),
        ("json array", array.as_bytes(), Format::Json),
        ("csv", texts.table.as_bytes(), Format::Csv),
        ("csv wide", texts.wide_table.as_bytes(), Format::Csv),
        ("arrow", &arrow, Format::ArrowFile),
        ("parquet", &parquet, Format::Parquet),
    ] {
        let mut group = criterion.benchmark_group("read");
        group
            .throughput(Throughput::Bytes(bytes.len() as u64))
            .sample_size(10);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(read(bytes, format)));
        });
        group.finish();
    }
    let mut group = criterion.benchmark_group("keep");
    group
        .throughput(Throughput::Elements(EVENTS as u64))
        .sample_size(10);
    group.bench_function("200,000 events", |bencher| {
        bencher.iter_batched(
            || batch.clone(),
            |batch| {
                let mut engine = Engine::default();
                engine.load(1, batch);
                engine
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
