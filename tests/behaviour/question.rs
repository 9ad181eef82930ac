//! The question: its URL form, ranges, comparisons.

use proptest::prelude::*;
use toolscope::model::{Column, WeekStart, Zone};
use toolscope::native::zones;
use toolscope::query::dimension::FILTERS;
use toolscope::query::{Clause, CompareSpec, Dimension, Question, RangeSpec, url};

fn range() -> impl Strategy<Value = RangeSpec> {
    let texts = vec![
        "24h",
        "7d",
        "30d",
        "90d",
        "all",
        "now-6h",
        "today",
        "yesterday",
        "this week",
        "last month",
        "last quarter",
        "2026",
        "2026-Q2",
        "2026-03",
        "2026-03-14",
        "2026-03-01..2026-03-14",
        "2026-03-01T08:00..2026-03-02T09:30",
        "2026-03-01T08:00:00Z..2026-03-02T09:30:00Z",
    ];
    prop::sample::select(texts).prop_map(|text| RangeSpec::parse(text).unwrap())
}

fn clause() -> impl Strategy<Value = Clause> {
    // Names of people and tools can be anything: commas, percent signs, both directions of writing, nothing at all.
    let value = prop_oneof![
        Just(String::new()),
        "\\PC{1,12}",
        Just("a,b".into()),
        Just("50%&c=d#e".into()),
        Just("مرحبا 読 👩‍💻".into())
    ];
    let source = prop::option::of(prop::sample::select(vec![
        "top-tools".to_owned(),
        "top-users".into(),
    ]));
    (
        prop::sample::select(&FILTERS[..]),
        any::<bool>(),
        prop::collection::btree_set(value, 1..4),
        source,
    )
        .prop_map(|(dimension, exclude, values, source)| Clause {
            dimension,
            exclude,
            values: values.into_iter().collect(),
            source,
        })
}

fn question() -> impl Strategy<Value = Question> {
    let compare = prop_oneof![
        Just(CompareSpec::None),
        Just(CompareSpec::Previous),
        Just(CompareSpec::SameWeekdays),
        Just(CompareSpec::YearBefore),
        range().prop_map(CompareSpec::Custom)
    ];
    let zone = prop::sample::select(vec!["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"]);
    let week = prop::sample::select(vec![
        WeekStart::Monday,
        WeekStart::Saturday,
        WeekStart::Sunday,
    ]);
    let now = prop::option::of(946_684_800_000_000..4_000_000_000_000_000_i64);
    (
        range(),
        compare,
        prop::collection::vec(clause(), 0..4),
        zone,
        week,
        now,
    )
        .prop_map(|(range, compare, clauses, zone, week_start, now_us)| {
            let mut question = Question {
                range,
                compare,
                zone: zone.into(),
                week_start,
                now_us,
                ..Question::default()
            };
            for clause in clauses {
                question.set_values(
                    clause.dimension,
                    clause.exclude,
                    clause.values,
                    clause.source.as_deref(),
                );
            }
            question
        })
}

proptest! {
    #[test]
    fn a_url_holds_the_whole_question(question in question()) {
        let defaults = Question::default();
        let text = url::format(&question, &defaults);
        prop_assert!(text.is_ascii() && !text.contains([' ', '#', '"', '<']), "{}", text);
        let (back, warnings) = url::parse(&text, &defaults);
        prop_assert_eq!(warnings, Vec::new());
        prop_assert_eq!(back, question);
    }

    #[test]
    fn any_url_is_read_without_harm(text in "\\PC{0,200}") {
        let _ = url::parse(&text, &Question::default());
    }

    #[test]
    fn toggling_twice_changes_nothing(question in question(), value in "[a-z]{1,5}") {
        let mut toggled = question.clone();
        let dimension = Dimension::Column(Column::Platform);
        toggled.set_values(dimension, false, Vec::new(), None);
        let before = toggled.clone();
        toggled.toggle(dimension, false, &value, None);
        prop_assert_ne!(&toggled, &before);
        toggled.toggle(dimension, false, &value, None);
        prop_assert_eq!(toggled, before);
    }
}

#[test]
fn what_a_url_holds_and_nobody_knows_is_said_and_the_rest_stands() {
    let (question, warnings) = url::parse(
        "range=sometimes&colour=red&tool=read&zone=Europe/Berlin",
        &Question::default(),
    );
    assert_eq!(question.range, Question::default().range);
    assert_eq!(question.zone, "Europe/Berlin");
    assert_eq!(question.filters.len(), 1);
    let said: String = warnings
        .iter()
        .map(|warning| warning.message.as_str())
        .collect();
    assert!(
        said.contains("sometimes") && said.contains("colour"),
        "{said}"
    );
}

#[test]
fn the_presets_stand_in_the_agreed_order() {
    let labels: Vec<String> = RangeSpec::PRESETS.iter().map(RangeSpec::label).collect();
    assert_eq!(
        labels,
        [
            "Last 24 Hours",
            "Last 7 Days",
            "Last 30 Days",
            "Last 90 Days",
            "All Time"
        ]
    );
}

/// µs of an RFC 3339 time.
fn at(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_micros()
}

fn berlin() -> Zone {
    zones::zone("Europe/Berlin").unwrap()
}

const NOW: &str = "2026-04-02T10:00:00Z";

fn resolve(text: &str, zone: &Zone) -> (i64, i64) {
    let span = Some((at("2025-01-01T00:00:00Z"), at("2026-04-02T09:59:00Z")));
    let period = RangeSpec::parse(text)
        .unwrap_or_else(|| panic!("{text}"))
        .resolve(at(NOW), zone, WeekStart::Monday, span);
    (period.from_us, period.until_us)
}

#[test]
fn ranges_mean_what_a_person_in_that_zone_means() {
    let cases = [
        ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026-Q1", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("yesterday", "2026-03-31T22:00:00Z", "2026-04-01T22:00:00Z"),
        ("last month", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("last week", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
        (
            "2026-03-28..2026-03-29",
            "2026-03-27T23:00:00Z",
            "2026-03-29T22:00:00Z",
        ),
        (
            "2026-03-01T00:00:00Z..2026-03-02T00:00:00Z",
            "2026-03-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
        ),
    ];
    for (text, from, until) in cases {
        assert_eq!(resolve(text, &berlin()), (at(from), at(until)), "{text}");
    }
    // Elapsed time, up to and with the present.
    assert_eq!(
        resolve("24h", &berlin()),
        (at("2026-04-01T10:00:00Z") + 1, at(NOW) + 1)
    );
    assert_eq!(
        resolve("now-6h", &berlin()),
        (at("2026-04-02T04:00:00Z") + 1, at(NOW) + 1)
    );
    assert_eq!(
        resolve("today", &berlin()),
        (at("2026-04-01T22:00:00Z"), at(NOW) + 1)
    );
    assert_eq!(
        resolve("all", &berlin()),
        (at("2025-01-01T00:00:00Z"), at("2026-04-02T09:59:00Z") + 1)
    );
    for wrong in [
        "",
        "soon",
        "7x",
        "2026-13",
        "2026-02-30",
        "2026-03-14..2026-03-01",
        "0d",
        "999999999999d",
    ] {
        assert_eq!(RangeSpec::parse(wrong), None, "{wrong}");
    }
}

fn compared(range: &str, compare: &str, zone: &Zone) -> Option<(i64, i64, bool)> {
    let range = RangeSpec::parse(range).unwrap();
    let span = Some((at("2024-01-01T00:00:00Z"), at(NOW)));
    let period = range.resolve(at(NOW), zone, WeekStart::Monday, span);
    let comparison = CompareSpec::parse(compare).unwrap().resolve(
        &range,
        period,
        at(NOW),
        zone,
        WeekStart::Monday,
        span,
    )?;
    Some((
        comparison.period.from_us,
        comparison.period.until_us,
        comparison.warning.is_some(),
    ))
}

#[test]
fn comparisons_are_as_long_or_say_so() {
    let zone = berlin();
    // A whole month is compared with the month before, which is shorter, and that is said.
    assert_eq!(
        compared("2026-03", "previous", &zone),
        Some((at("2026-01-31T23:00:00Z"), at("2026-02-28T23:00:00Z"), true))
    );
    // A day of 23 hours against one of 24.
    assert_eq!(
        compared("2026-03-29", "previous", &zone),
        Some((at("2026-03-27T23:00:00Z"), at("2026-03-28T23:00:00Z"), true))
    );
    // Elapsed ranges are always equal.
    assert_eq!(
        compared("7d", "previous", &zone).map(|found| found.2),
        Some(false)
    );
    // The same weekdays a week earlier lie before the clock change: the wall clock decides, the lengths agree.
    let (from, until, _) = compared("2026-03-31", "weekdays", &zone).unwrap();
    assert_eq!(
        (from, until),
        (at("2026-03-23T23:00:00Z"), at("2026-03-24T23:00:00Z"))
    );
    assert_eq!(
        compared("2026-03-31", "year", &zone),
        Some((
            at("2025-03-30T22:00:00Z"),
            at("2025-03-31T22:00:00Z"),
            false
        ))
    );
    assert_eq!(compared("all", "previous", &zone), None);
    assert_eq!(compared("7d", "none", &zone), None);
    assert_eq!(
        compared("2026-03", "2026-01", &zone).map(|found| found.2),
        Some(true)
    );
}
