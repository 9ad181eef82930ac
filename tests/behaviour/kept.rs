//! What earlier questions left changes no answer, and neither does counting durations by classes of size: both are
//! compared with an engine that is new and lists every duration.

use toolscope::engine::{Engine, answer};
use toolscope::metrics::MetricId;
use toolscope::model::batch::BatchBuilder;
use toolscope::model::schema::text_index;
use toolscope::model::zone::Bucket;
use toolscope::model::{Batch, Column, EventKind, EventRow, Outcome, ResultTable, Zone};
use toolscope::native::zones;
use toolscope::query::widgets::free;
use toolscope::query::{AskContext, Clause, Dimension, OrderBy, Query, Question, RangeSpec};

use crate::common::chance::Chance;

const START_US: i64 = 1_772_323_200_000_000;
const HOUR_US: i64 = 3_600_000_000;
const HOURS: i64 = 60 * 24;
/// Two blocks and a part of a third one in each batch.
const ROWS_PER_BATCH: i64 = 70_000;

/// Batches of events, one after the other in time; `odd` ones have durations that are no whole microseconds.
fn batch(part: i64, parts: i64, odd: bool) -> Batch {
    let mut chance = Chance::new(part as u64 + 1);
    let names = |what: &str, count: usize| -> Vec<String> {
        (0..count).map(|n| format!("{what} {n}")).collect()
    };
    let (tools, users) = (names("tool", 12), names("person", 300));
    let (workspaces, errors) = (names("workspace", 5), names("error", 4));
    let step_us = HOURS * HOUR_US / (ROWS_PER_BATCH * parts);
    let mut builder = BatchBuilder::default();
    for row in 0..ROWS_PER_BATCH {
        let mut event = EventRow {
            time_us: START_US + (part * ROWS_PER_BATCH + row) * step_us,
            kind: match chance.below(40) {
                0 => EventKind::Conversation,
                1 => EventKind::ProviderCall,
                _ => EventKind::Execution,
            },
            outcome: match chance.below(30) {
                0 => Outcome::Failure,
                1 => Outcome::Cancelled,
                2 => Outcome::Rejected,
                3 => Outcome::Running,
                _ => Outcome::Success,
            },
            ..EventRow::default()
        };
        if !chance.one_in(50) {
            let us = (chance.next() >> 40) as f64 * if chance.one_in(9) { 60.0 } else { 0.1 };
            event.duration_ms = Some(us.round() / 1e3 + if odd { 1e-7 } else { 0.0 });
        }
        let named = [
            (Column::Tool, &tools),
            (Column::User, &users),
            (Column::Workspace, &workspaces),
            (Column::ErrorClass, &errors),
        ];
        for (column, names) in named {
            // Some have no name.
            if !chance.one_in(20) {
                event.text[text_index(column).unwrap()] =
                    Some(chance.pick::<String>(names).as_str());
            }
        }
        builder.push(&event);
    }
    builder.finish()
}

fn engine(odd: bool, zone: &Zone) -> Engine {
    let mut engine = Engine::new();
    engine.set_zone(zone.clone());
    engine.load(1, batch(0, 2, false));
    engine.load(2, batch(1, 2, odd));
    engine
}

fn queries() -> Vec<Query> {
    use MetricId::{
        DurationMax, DurationMean, DurationMin, DurationP50, DurationP95, DurationP99, Executions,
        Failures, LastUsed, SuccessRate, Users,
    };
    let column = Dimension::Column;
    let times = [
        DurationMean,
        DurationMin,
        DurationMax,
        DurationP50,
        DurationP95,
        DurationP99,
    ];
    let all = [&times[..], &[Executions, SuccessRate, Users, LastUsed]].concat();
    let mut leaders = free(
        &[column(Column::User)],
        &[Executions, Failures, DurationP50],
    );
    leaders.order = vec![OrderBy {
        column: "executions".into(),
        descending: true,
    }];
    leaders.limit = Some(10);
    vec![
        free(&[], &all),
        free(
            &[Dimension::Time(Bucket::Day)],
            &[Executions, Users, DurationP95],
        ),
        free(&[column(Column::Tool)], &all),
        free(
            &[column(Column::Tool), column(Column::Outcome)],
            &[Executions, DurationP50],
        ),
        free(&[Dimension::HourOfWeek], &[Executions, Failures]),
        free(
            &[column(Column::Workspace), Dimension::Time(Bucket::Week)],
            &[Users, LastUsed],
        ),
        free(&[Dimension::DurationClass], &[Executions]),
        leaders,
    ]
}

/// From and until, hours after the data begin.
fn question(from: i64, until: i64, workspaces: &[&str]) -> Question {
    let time = |hour: i64| toolscope::model::rfc3339(START_US + hour * HOUR_US);
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
        range: RangeSpec::Typed(format!("{}..{}", time(from), time(until))),
        filters,
        zone: "Europe/Berlin".into(),
        now_us: Some(START_US + HOURS * HOUR_US),
        ..Question::default()
    }
}

fn context(engine: &Engine, question: &Question) -> AskContext {
    AskContext {
        now_us: question.now_us.unwrap(),
        data_span_us: engine.data_span(),
        complete: true,
        warnings: Vec::new(),
    }
}

/// Every duration in a list.
fn listed(engine: &Engine, question: &Question, zone: &Zone) -> Vec<ResultTable> {
    let (queries, context) = (queries(), context(engine, question));
    let mut pass = engine.begin(question, &queries, &context);
    while pass.step(engine, 5_000) {}
    let states = pass.finish(engine);
    answer(states, question, &queries, &context, zone, None).tables
}

/// Durations by classes of size, and only some asked back.
fn binned(engine: &Engine, question: &Question, zone: &Zone) -> Vec<ResultTable> {
    let (queries, context) = (queries(), context(engine, question));
    let mut pass = engine.begin_binned(question, &queries, &context);
    while pass.step(engine, 5_000) {}
    let mut states = pass.finish(engine);
    let wanted = states.wanted(question, &queries, &context, zone);
    assert!(!wanted.is_empty());
    let mut values = engine.begin_values(question, &queries, &context, &wanted);
    while values.step(engine, 5_000) {}
    states.add_values(values.finish());
    answer(states, question, &queries, &context, zone, None).tables
}

fn check(odd: bool) {
    let zone = zones::zone("Europe/Berlin").unwrap();
    let asked = engine(odd, &zone);
    let questions = [
        question(400, 1_000, &[]),
        question(401, 1_003, &[]),
        question(300, 900, &[]),
        question(700, 1_440, &["workspace 1", "workspace 3"]),
        question(690, 1_430, &["workspace 1", "workspace 3"]),
        question(0, 1_440, &["workspace 4"]),
        question(402, 1_001, &[]),
    ];
    for question in questions {
        let expected = listed(&engine(odd, &zone), &question, &zone);
        assert_eq!(binned(&asked, &question, &zone), expected, "{question:?}");
        assert_eq!(listed(&asked, &question, &zone), expected, "{question:?}");
    }
}

#[test]
fn what_earlier_questions_left_changes_no_answer() {
    check(false);
}

#[test]
fn a_batch_of_fractions_of_microseconds_changes_no_answer_either() {
    check(true);
}

#[test]
fn what_is_kept_stays_small_and_leaves_with_the_data() {
    let zone = Zone::utc();
    let mut engine = engine(false, &zone);
    let rows = engine.memory().events;
    let held = engine.memory().resident_bytes;
    for round in 0..40 {
        let name = format!("workspace {}", round % 5);
        let question = question(round, 1_400 - round, &[&name]);
        binned(&engine, &question, &zone);
        let memory = engine.memory();
        assert_eq!(memory.resident_bytes, held);
        let kept = memory.kept_bytes;
        assert!(0 < kept && kept <= (7 * rows).max(1 << 20), "{kept} bytes");
    }
    engine.unload(1);
    engine.unload(2);
    let memory = engine.memory();
    assert_eq!((memory.resident_bytes, memory.kept_bytes), (0, 0));
}
