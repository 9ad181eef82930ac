//! Reading speed: the same events as NDJSON and CSV, in MB/s. `make bench` runs it beside the engine's kernels.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use toolscope::ingest::{Format, read};

const EVENTS: usize = 200_000;

fn texts() -> (String, String) {
    let mut lines = String::new();
    let mut table = "event_id,time,tool,user,workspace,outcome,duration_ms,session\n".to_owned();
    for n in 0..EVENTS {
        let (day, minute, second) = (1 + n % 28, n % 60, n / 60 % 60);
        let time = format!(
            "2026-03-{day:02}T09:{minute:02}:{second:02}.{:03}Z",
            n % 1000
        );
        let (tool, user, workspace) = (n * 7 % 60, n * 13 % 2_000, n % 40);
        let outcome = if n % 20 == 0 { "failure" } else { "success" };
        let duration = (n * 37 % 50_000) as f64 / 10.0;
        let session = n / 25;
        // Writing to a String can't fail.
        let _ = writeln!(
            lines,
            r#"{{"event_id":"e-{n:08}","time":"{time}","tool":"tool {tool}","user":"user{user}@example.org","workspace":"workspace {workspace}","outcome":"{outcome}","duration_ms":{duration},"session":"s-{session}"}}"#
        );
        let _ = writeln!(
            table,
            "e-{n:08},{time},tool {tool},user{user}@example.org,workspace {workspace},{outcome},{duration},s-{session}"
        );
    }
    (lines, table)
}

fn bench(criterion: &mut Criterion) {
    let (lines, table) = texts();
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    for (name, text, format) in [
        ("ndjson", &lines, Format::Ndjson),
        ("json array", &array, Format::Json),
        ("csv", &table, Format::Csv),
    ] {
        let mut group = criterion.benchmark_group("read");
        group
            .throughput(Throughput::Bytes(text.len() as u64))
            .sample_size(10);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(read(text.as_bytes(), format)));
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
