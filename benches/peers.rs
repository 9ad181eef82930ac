//! The dashboard of `benches/browser/peers`, natively and without messages: what the pass takes by itself.
//!
//! `make bench-peers` writes the events; then `cargo bench --bench peers -- 1000000 10000000`. Each round moves all
//! bounds of time by 67 minutes, so that no question repeats. "First" is a filter nobody asked for before. Times are those
//! of the processor.

use std::time::Instant;

use toolscope::metrics::MetricId;
use toolscope::model::zone::Bucket;
use toolscope::model::{Column, rfc3339};
use toolscope::protocol::LoadOptions;
use toolscope::query::widgets::free;
use toolscope::query::{AskContext, Clause, Dimension, OrderBy, Query, Question, RangeSpec};
use toolscope::service::{Intake, Service};

const DAY_US: i64 = 86_400_000_000;
/// 2026-07-01, the end of the data.
const END_US: i64 = 1_782_864_000_000_000;
/// By how much a round moves all bounds.
const SHIFT_US: i64 = 4_033_117_000;
const ROUNDS: usize = 9;
/// Days back to the end, length in days, workspaces.
const SHAPES: [(i64, i64, &[&str]); 5] = [
    (0, 90, &[]),
    (0, 90, &["workspace-01", "workspace-05", "workspace-12"]),
    (60, 30, &[]),
    (2, 180, &[]),
    (0, 30, &["workspace-00", "workspace-03", "workspace-20"]),
];

/// The seven widgets.
fn queries() -> Vec<Query> {
    use MetricId::{
        DurationMean, DurationP50, DurationP95, Executions, Failures, LastUsed, SuccessRate, Users,
    };
    let query = |id: &str, group_by: &[Dimension], measures: &[MetricId]| Query {
        id: id.into(),
        widget: id.into(),
        compare: false,
        ..free(group_by, measures)
    };
    let top = |query: Query| Query {
        order: vec![OrderBy {
            column: Executions.id().into(),
            descending: true,
        }],
        limit: Some(10),
        skip_absent: true,
        ..query
    };
    let column = Dimension::Column;
    vec![
        Query {
            compare: true,
            ..query(
                "kpi",
                &[],
                &[Executions, SuccessRate, Users, DurationP50, DurationP95],
            )
        },
        query(
            "daily",
            &[Dimension::Time(Bucket::Day)],
            &[Executions, Failures, Users],
        ),
        top(query(
            "tools",
            &[column(Column::Tool)],
            &[Executions, SuccessRate, DurationMean, DurationP50, LastUsed],
        )),
        top(query("users", &[column(Column::User)], &[Executions])),
        query("heatmap", &[Dimension::HourOfWeek], &[Executions]),
        top(query(
            "errors",
            &[column(Column::ErrorClass)],
            &[Executions],
        )),
        query("clients", &[column(Column::Client)], &[Executions]),
    ]
}

fn question(shape: usize, round: usize) -> Question {
    let (end, days, workspaces) = SHAPES[shape];
    let until = END_US - end * DAY_US - round as i64 * SHIFT_US;
    let from = until - days * DAY_US;
    let filters = match workspaces {
        [] => Vec::new(),
        names => vec![Clause {
            dimension: Dimension::Column(Column::Workspace),
            exclude: false,
            values: names.iter().map(|&name| name.to_owned()).collect(),
            source: None,
        }],
    };
    Question {
        range: RangeSpec::Typed(format!("{}..{}", rfc3339(from), rfc3339(until))),
        filters,
        now_us: Some(END_US),
        ..Question::default()
    }
}

fn load(rows: usize) -> Service {
    let folder = std::env::var("TOOLSCOPE_PEERS").unwrap_or_else(|_| "target/peers".into());
    let path = format!("{folder}/events-{rows}.arrow");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let options = LoadOptions {
        mapping: [(Column::ErrorClass, "error".to_owned())].into(),
        ..LoadOptions::default()
    };
    let intake = Intake {
        name: "events.arrow",
        bytes: bytes.len() as u64,
        options: &options,
        wrapper: None,
        decoded_from: None,
    };
    let mut service = Service::with_budget("native", u64::MAX);
    let started = Instant::now();
    if let Err(error) = service.load_with(1, &bytes, intake) {
        panic!("{path}: {error}");
    }
    let memory = service.memory();
    println!(
        "{rows} rows: loaded in {:.0} ms, {:.1} bytes an event",
        started.elapsed().as_secs_f64() * 1e3,
        memory.resident_bytes as f64 / memory.events as f64
    );
    service
}

/// What this thread has had of a processor, as Linux counts it: other work beside it matters less than by the clock.
fn processor_ms() -> f64 {
    let held = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = held.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
    ns.unwrap_or_default() / 1e6
}

/// Milliseconds: beginning, passes, tables.
fn ask(service: &mut Service, question: &Question, queries: &[Query]) -> [f64; 3] {
    let context = AskContext {
        now_us: END_US,
        data_span_us: service.data_span(),
        complete: true,
        warnings: Vec::new(),
    };
    let mut at = processor_ms();
    let mut lap = || {
        let before = std::mem::replace(&mut at, processor_ms());
        at - before
    };
    let mut asking = service.begin_alone(question, queries, &context);
    let begun = lap();
    while !service.step(&mut asking, 400_000) {}
    let passed = lap();
    std::hint::black_box(service.tables(asking, question, queries, &context, 0.0));
    [begun, passed, lap()]
}

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![1_000_000]
    } else {
        sizes
    };
    let queries = queries();
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    for rows in sizes {
        let mut service = load(rows);
        let mut all = Vec::new();
        for shape in 0..SHAPES.len() {
            let first = ask(&mut service, &question(shape, 0), &queries);
            let mut parts: [Vec<f64>; 3] = Default::default();
            let mut sums = Vec::new();
            for round in 1..=ROUNDS {
                let laps = ask(&mut service, &question(shape, round), &queries);
                sums.push(laps.iter().sum());
                for (part, lap) in parts.iter_mut().zip(laps) {
                    part.push(lap);
                }
            }
            all.extend(&sums);
            let parts: Vec<String> = parts
                .iter_mut()
                .map(|part| format!("{:.2}", median(part)))
                .collect();
            println!(
                "  F{}: {:.2} ms (begin, passes, tables: {}); first {:.2} ms (pass {:.2})",
                shape + 1,
                median(&mut sums),
                parts.join(", "),
                first.iter().sum::<f64>(),
                first[1]
            );
        }
        println!("  median of all {:.2} ms", median(&mut all));
    }
}
