//! Native kernels: loading, one pass for the whole executive dashboard, and a filter. `make bench` runs them before
//! the browser's own measurements.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use toolscope::engine::{Engine, answer};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::schema::text_index;
use toolscope::model::{Batch, Column, EventRow, Outcome, Zone};
use toolscope::query::{AskContext, Dimension, Question, RangeSpec, widgets};

const EVENTS: usize = 1_000_000;
const START_US: i64 = 1_764_000_000_000_000;
const YEAR_US: i64 = 365 * 86_400_000_000;

/// A sequence that is the same everywhere and needs no crate (Knuth's MMIX).
struct Sequence(u64);

impl Sequence {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn events(count: usize) -> Batch {
    let names = |what: &str, count: usize| {
        (0..count)
            .map(|n| format!("{what} {n}"))
            .collect::<Vec<_>>()
    };
    let (tools, users, workspaces, errors) = (
        names("tool", 60),
        names("user", 2_000),
        names("workspace", 40),
        names("error", 9),
    );
    let mut sequence = Sequence(7);
    let mut builder = BatchBuilder::default();
    for n in 0..count {
        let mut row = EventRow {
            time_us: START_US + n as i64 * (YEAR_US / count as i64),
            event_id: n as u64 + 1,
            duration_ms: Some(sequence.next(5_000_000) as f64 / 1e3),
            ..EventRow::default()
        };
        let set = |column: Column, names: &[String], at: u64| {
            // The names outlive the row: they are made once, above.
            text_index(column).map(|index| (index, names[at as usize].clone()))
        };
        let texts = [
            set(Column::Tool, &tools, sequence.next(60)),
            set(Column::User, &users, sequence.next(2_000)),
            set(Column::Workspace, &workspaces, sequence.next(40)),
            set(Column::ErrorClass, &errors, sequence.next(9)),
        ];
        row.outcome = if sequence.next(20) == 0 {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        for (index, text) in texts.iter().flatten() {
            row.text[*index] = Some(text);
        }
        builder.push(&row);
    }
    builder.finish()
}

fn ask(engine: &Engine, question: &Question, dashboard: &str) {
    let context = AskContext {
        now_us: START_US + YEAR_US,
        data_span_us: engine.data_span(),
        complete: true,
        warnings: Vec::new(),
    };
    let zone = Zone::utc();
    let ids = widgets::dashboard(dashboard)
        .map(|dashboard| dashboard.widgets)
        .unwrap_or_default();
    let queries: Vec<_> = ids
        .iter()
        .flat_map(|id| widgets::queries(id, question, &context, &zone))
        .collect();
    let mut pass = engine.begin(question, &queries, &context);
    while pass.step(engine, usize::MAX / 2) {}
    black_box(answer(
        pass.finish(engine),
        question,
        &queries,
        &context,
        &zone,
        None,
    ));
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.sample_size(10);
    let week = events(20_000);
    group.bench_function("load a week of 20,000 events", |bencher| {
        bencher.iter_batched(
            || week.clone(),
            |batch| Engine::new().load(0, batch),
            criterion::BatchSize::LargeInput,
        );
    });
    let mut engine = Engine::new();
    engine.load(0, events(EVENTS));
    let held = engine.memory();
    println!(
        "{:.1} bytes an event resident",
        held.resident_bytes as f64 / held.events as f64
    );
    for (range, name) in [
        (RangeSpec::LAST_30_DAYS, "30 days of a year"),
        (RangeSpec::AllTime, "all of a million"),
    ] {
        let question = Question {
            range,
            ..Question::default()
        };
        let mut filtered = question.clone();
        filtered.toggle(Dimension::Column(Column::Tool), false, "tool 3", None);
        for dashboard in ["executive", "users"] {
            group.bench_function(format!("{dashboard} dashboard, {name}"), |bencher| {
                bencher.iter(|| ask(&engine, &question, dashboard));
            });
            group.bench_function(format!("{dashboard} with a filter, {name}"), |bencher| {
                bencher.iter(|| ask(&engine, &filtered, dashboard));
            });
        }
    }
    group.finish();
}

criterion_group!(engine, benches);
criterion_main!(engine);
