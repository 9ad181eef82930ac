//! Every table of the users dashboard against the oracle, over random habits, directories, questions and shards, and
//! cases computed by hand.

use proptest::prelude::*;
use toolscope::engine::Answered;
use toolscope::model::directory::Person;
use toolscope::model::{
    AggregateBatch, Cell, Directory, EventKind, Outcome, ResultTable, WarningCode, WeekStart,
};
use toolscope::query::{
    AskContext, Clause, CompareSpec, Dimension, Query, Question, RangeSpec, widgets,
};

use super::engine::{Shards, context, zone};
use super::events::{Event, Other, TOOL};
use super::naive_people::Naive;
use super::{assert_same, unique};

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;
/// 2026-01-05T00:00:00Z, a Monday; clocks change on 8 and 29 March and on 5 April.
const START_US: i64 = 1_767_571_200_000_000;
const SPAN_DAYS: i64 = 130;

const USERS: [&str; 6] = ["ada", "bo", "cy", "dee", "eve", "fay"];
const TOOLS: [&str; 4] = ["read", "write", "search", "读"];
const SESSIONS: [&str; 3] = ["s1", "s2", "s3"];
const OUTCOMES: [Outcome; 8] = [
    Outcome::Success,
    Outcome::Success,
    Outcome::Failure,
    Outcome::Success,
    Outcome::Cancelled,
    Outcome::Rejected,
    Outcome::Running,
    Outcome::Success,
];
const KINDS: [EventKind; 8] = [
    EventKind::Execution,
    EventKind::Execution,
    EventKind::Execution,
    EventKind::Conversation,
    EventKind::Execution,
    EventKind::DocumentShared,
    EventKind::Connection,
    EventKind::StorageSample,
];

fn event(user: &'static str, time_us: i64) -> Event {
    Event {
        id: 0,
        time_us,
        kind: EventKind::Execution,
        outcome: Outcome::Success,
        tool: Some("read"),
        user: Some(user),
        workspace: None,
        error: None,
        duration_ms: None,
        other: Other::default(),
    }
}

/// One person does something again and again for a while, in steps from seconds to days.
fn habit() -> impl Strategy<Value = Vec<Event>> {
    let minutes = prop::sample::select(vec![0_i64, 7, 29, 30, 31, 200, 660, 1_440, 7_000]);
    (
        prop::option::weighted(0.95, prop::sample::select(&USERS[..])),
        0..SPAN_DAYS * DAY_US,
        minutes,
        prop::sample::select(vec![0_i64, 0, 1, 59_000_000]),
        1..70_usize,
        0..64_usize,
        prop::option::weighted(0.4, prop::sample::select(&SESSIONS[..])),
    )
        .prop_map(|(user, start, minutes, extra, count, seed, session)| {
            let at = |n: usize| {
                let mut event = event(
                    "",
                    START_US + start + n as i64 * (minutes * 60_000_000 + extra),
                );
                event.user = user;
                event.kind = KINDS[(n * n + seed) % 8];
                event.outcome = OUTCOMES[(n * 3 + seed) % 8];
                event.tool = TOOLS.get((n + seed) % 6).copied();
                event.other.session = session.filter(|_| !(n + seed).is_multiple_of(5));
                event
            };
            (0..count).map(at).collect()
        })
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(habit(), 0..14).prop_map(|habits| {
        let mut events = habits.concat();
        for (id, event) in (1..).zip(&mut events) {
            event.id = id;
        }
        events
    })
}

fn directory() -> impl Strategy<Value = Directory> {
    let time = |share: f64| prop::option::weighted(share, START_US..START_US + SPAN_DAYS * DAY_US);
    let person = |id: &'static str| {
        let department =
            prop::option::weighted(0.8, prop::sample::select(vec!["Sales", "Research"]));
        (time(0.7), time(0.7), department, prop::bool::weighted(0.85)).prop_map(
            move |(invited_at, first_login_at, department, seat)| Person {
                id: id.to_uppercase(),
                email: (id == "ada").then(|| "FAY".into()),
                name: Some(format!("Name of {id}")),
                department: department.map(Into::into),
                invited_at,
                first_login_at,
                seat,
                ..Person::default()
            },
        )
    };
    let people = (
        person("ada"),
        person("bo"),
        person("cy"),
        person("dee"),
        person("gus"),
    );
    (people, prop::bool::weighted(0.8)).prop_map(|((a, b, c, d, e), has_logins)| {
        let mut people = vec![a, b, c, d, e];
        if !has_logins {
            people
                .iter_mut()
                .for_each(|person| person.first_login_at = None);
        }
        Directory {
            people,
            ..Directory::default()
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let range = prop::sample::select(vec![
        "all",
        "24h",
        "7d",
        "30d",
        "90d",
        "2026-03",
        "2026-03-29",
        "2026-03-20..2026-04-06",
        "last month",
        "this week",
        "2026",
    ]);
    let compare = prop::sample::select(vec![
        "none",
        "previous",
        "weekdays",
        "2026-03-12..2026-03-15",
        "2026-05-01..2026-05-09",
    ]);
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ]);
    let week = prop::sample::select(vec![
        WeekStart::Monday,
        WeekStart::Saturday,
        WeekStart::Sunday,
    ]);
    let clause = (
        prop::bool::ANY,
        prop::sample::select(vec!["read", "search"]),
    )
        .prop_map(|(exclude, tool)| Clause {
            dimension: TOOL,
            exclude,
            values: vec![tool.into()],
            source: None,
        });
    let department = prop::bool::ANY.prop_map(|exclude| Clause {
        dimension: Dimension::Department,
        exclude,
        values: vec!["Sales".into()],
        source: None,
    });
    (
        range,
        compare,
        zone,
        week,
        prop::option::weighted(0.3, clause),
        prop::option::weighted(0.2, department),
        60 * 24..(SPAN_DAYS + 20) * 24,
    )
        .prop_map(
            |(range, compare, zone, week_start, tool, department, hours)| Question {
                range: RangeSpec::parse(range).unwrap(),
                compare: CompareSpec::parse(compare).unwrap(),
                filters: tool.into_iter().chain(department).collect(),
                zone: zone.into(),
                week_start,
                now_us: Some(START_US + hours * HOUR_US + 1_234_567),
            },
        )
}

fn queries(question: &Question, context: &AskContext) -> Vec<Query> {
    let ids = widgets::dashboard("users").unwrap().widgets.iter();
    ids.flat_map(|id| widgets::queries(id, question, context, &zone(question)))
        .collect()
}

fn ask(
    events: &[Event],
    shards: usize,
    question: &Question,
    directory: Option<&Directory>,
) -> Answered {
    let context = context(question, events);
    let queries = queries(question, &context);
    Shards::workers_with(events, shards, question, directory).answer(question, &queries, &context)
}

fn table<'a>(answered: &'a Answered, id: &str) -> &'a ResultTable {
    answered.tables.iter().find(|table| table.id == id).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn every_table_about_people_is_that_of_a_naive_count(
        rows in events(),
        question in question(),
        directory in prop::option::weighted(0.7, directory()),
        shards in prop::sample::select(vec![1_usize, 2, 4]),
    ) {
        let directory = directory.as_ref();
        let answered = ask(&rows, shards, &question, directory);
        let context = context(&question, &rows);
        let naive = Naive::new(&rows, &question, &context, directory);
        let (retention, retention_average, incomplete) = naive.retention();
        let (experience, experience_weekly) = naive.experience();
        for (id, expected) in [
            ("active-users", naive.active_users()),
            ("active-users-now", naive.active_users_now()),
            ("user-lifecycle", naive.lifecycle()),
            ("users", naive.users_table()),
            ("user-heatmap", naive.heatmap(&rows)),
            ("adoption-funnel", naive.funnel()),
            ("user-segments", naive.segments()),
            ("user-segments-department", naive.segments_by_department()),
            ("adopter-categories", naive.adopters()),
            ("needs-training", naive.training()),
            ("retention", retention),
            ("retention-average", retention_average),
            ("new-and-experienced", experience),
            ("new-and-experienced-weekly", experience_weekly),
            ("before-and-after", naive.before_and_after()),
        ] {
            assert_same(table(&answered, id), &expected, id);
        }
        prop_assert_eq!(&table(&answered, "retention").incomplete_rows, &incomplete);
        prop_assert!(answered.exact);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn merging_people_is_associative_and_commutative(rows in events(), question in question()) {
        let rows = unique(&rows);
        let context = context(&question, &rows);
        let queries = queries(&question, &context);
        let shards = Shards::workers(&rows, 3, &question);
        for query in &queries {
            let [a, b, c] = shards.partials(&question, query, &rows).try_into().unwrap();
            let left = a.clone().merge(b.clone()).merge(c.clone());
            let right = a.clone().merge(b.clone().merge(c.clone()));
            prop_assert!(left == right, "{} is not associative", query.id);
            prop_assert!(left == c.merge(b).merge(a), "{} is not commutative", query.id);
        }
    }
}

/// A plain question up to a time.
fn until(now_us: i64, range: &str) -> Question {
    Question {
        range: RangeSpec::parse(range).unwrap(),
        compare: CompareSpec::None,
        now_us: Some(now_us),
        ..Question::default()
    }
}

/// The cell of the row that begins with a text.
fn cell(answered: &Answered, id: &str, row: &str, column: &str) -> Cell {
    let table = table(answered, id);
    let at = table
        .rows
        .iter()
        .position(|cells| cells[0].text() == Some(row));
    let at = at.unwrap_or_else(|| panic!("{id} has no row {row}: {:?}", table.rows));
    table.cell(at, column).unwrap().clone()
}

fn segment_of(events: &[Event], user: &str, now_us: i64) -> Cell {
    let answered = ask(events, 2, &until(now_us, "all"), None);
    cell(&answered, "users", user, "segment")
}

/// So many executions in each of some weeks since the start, on its Wednesday.
fn weeks(user: &'static str, weeks: &[i64], executions: i64) -> Vec<Event> {
    let of_week = |week: &i64| {
        let start = START_US + (7 * week + 2) * DAY_US;
        (0..executions).map(move |n| event(user, start + n * HOUR_US / 4))
    };
    weeks.iter().flat_map(of_week).collect()
}

#[test]
fn nine_of_twelve_weeks_with_fifteen_executions_on_average_make_a_power_user() {
    // Bo is there from the first day on, so that there are 14 complete weeks of data.
    let now_us = START_US + 14 * 7 * DAY_US + 60 * HOUR_US;
    let all = |ada: Vec<Event>| [vec![event("bo", START_US)], ada].concat();
    // Weeks 2 to 13 are the last twelve; 9 × 20 = 180 = 12 × 15.
    let nine = [3, 4, 5, 6, 7, 8, 9, 12, 13];
    let power = Cell::Text("power".into());
    let active = Cell::Text("active".into());
    let with = |weeks_active: &[i64], executions: i64| {
        let rows = [
            all(weeks("ada", weeks_active, executions)),
            weeks("ada", &[14], 1),
        ]
        .concat();
        segment_of(&rows, "ada", now_us)
    };
    assert_eq!(with(&nine, 20), power);
    assert_eq!(with(&nine, 19), active, "171 executions are 14.25 a week");
    assert_eq!(with(&nine[..8], 40), active, "eight weeks are not enough");
    assert_eq!(
        with(&[0, 1, 3, 4, 5, 6, 7, 8, 9, 12], 40),
        active,
        "weeks before the twelve do not count"
    );
}

#[test]
fn with_fewer_weeks_of_data_every_complete_week_counts() {
    let power = Cell::Text("power".into());
    let now_us = START_US + 3 * 7 * DAY_US + 60 * HOUR_US;
    let rows = [weeks("ada", &[0, 1, 2, 3], 15), weeks("bo", &[0, 2, 3], 40)].concat();
    // The data begin on a Wednesday: their first week is not complete, so bo lacks week 1 of two.
    assert_eq!(segment_of(&rows, "ada", now_us), power);
    assert_ne!(segment_of(&rows, "bo", now_us), power);
    // Of no complete week nobody is a power user.
    assert_ne!(
        segment_of(&weeks("ada", &[0], 40), "ada", START_US + 4 * DAY_US),
        power
    );
}

#[test]
fn a_gap_of_exactly_thirty_minutes_begins_a_session() {
    let minutes = |all: &[i64]| -> Vec<Event> {
        let at = |minute: &i64| event("ada", START_US + minute * 60_000_000);
        all.iter().map(at).collect()
    };
    let sessions = |rows: &[Event]| {
        let answered = ask(rows, 4, &until(START_US + 9 * DAY_US, "all"), None);
        (
            cell(&answered, "users", "ada", "sessions"),
            cell(&answered, "users", "ada", "session_length_mean"),
        )
    };
    // 0–29–58 | 88 | 118–120
    let apart = minutes(&[0, 29, 58, 88, 118, 120]);
    assert_eq!(
        sessions(&apart),
        (Cell::Int(3), Cell::Float(60.0 * 60_000.0 / 3.0))
    );
    // The last three have a name of their own, whatever lies between: 0–29–58, and 88–120.
    let mut named = apart;
    named[3..]
        .iter_mut()
        .for_each(|event| event.other.session = Some("s1"));
    assert_eq!(
        sessions(&named),
        (Cell::Int(2), Cell::Float(90.0 * 60_000.0 / 2.0))
    );
    // 60 hours without a pause are cut after 24 and 48; 60 hours of one name are one session of 24.
    let long: Vec<Event> = minutes(&(0..=3_600).step_by(20).collect::<Vec<i64>>());
    assert_eq!(sessions(&long), (Cell::Int(3), Cell::Float(20.0 * 3.6e6)));
    let mut named = long;
    named
        .iter_mut()
        .for_each(|event| event.other.session = Some("s1"));
    assert_eq!(sessions(&named), (Cell::Int(1), Cell::Float(24.0 * 3.6e6)));
}

#[test]
fn a_step_of_the_funnel_counts_only_those_who_did_all_before_it_in_order() {
    let day = |day: i64| Some(START_US + day * DAY_US + 9 * HOUR_US);
    let person = |id: &str, invited_at, first_login_at| Person {
        id: id.into(),
        invited_at,
        first_login_at,
        seat: true,
        ..Person::default()
    };
    let directory = Directory {
        people: vec![
            person("ada", day(0), day(2)),
            // Never logged in, though bo used a tool.
            person("bo", day(0), None),
            // Used a tool before the first login only.
            person("cy", day(1), day(5)),
            // Before and after: the one after counts. On the day of the login itself the order is not known.
            person("dee", day(1), day(5)),
            person("eve", day(3), day(3)),
            // Logged in before the invitation.
            person("fay", day(4), day(3)),
        ],
        ..Directory::default()
    };
    let at = |user, days: i64, hour: i64| event(user, START_US + days * DAY_US + hour * HOUR_US);
    let rows = [
        at("ada", 4, 9),
        at("bo", 1, 9),
        at("cy", 4, 23),
        at("dee", 2, 9),
        at("dee", 11, 9),
        at("eve", 3, 1),
        at("fay", 5, 1),
        at("eve", 12, 0),
    ];
    let answered = ask(
        &rows,
        2,
        &until(START_US + 13 * DAY_US, "all"),
        Some(&directory),
    );
    let of = |step: &str, column: &str| cell(&answered, "adoption-funnel", step, column);
    assert_eq!(of("invited", "people"), Cell::Int(6));
    assert_eq!(of("first login", "people"), Cell::Int(4));
    assert_eq!(of("first login", "drop_off"), Cell::Int(2));
    // 2, 4, 4 and 0 days.
    assert_eq!(
        of("first login", "step_time_median"),
        Cell::Float(3.0 * 24.0 * 3.6e6)
    );
    assert_eq!(of("first tool", "people"), Cell::Int(3));
    assert_eq!(of("first tool", "conversion"), Cell::Float(0.5));
    assert_eq!(of("first tool", "step_conversion"), Cell::Float(0.75));
    // 2 and 6 days, and none for eve, who was faster than her login.
    assert_eq!(
        of("first tool", "step_time_median"),
        Cell::Float(2.0 * 24.0 * 3.6e6)
    );
    assert_eq!(of("active in the last 7 days", "people"), Cell::Int(2));
    assert_eq!(of("power user", "people"), Cell::Int(0));
    let codes = answered.warnings.iter().map(|warning| warning.code);
    assert!(
        !codes
            .into_iter()
            .any(|code| code == WarningCode::DirectoryMissing)
    );
}

#[test]
fn a_funnel_without_a_directory_says_what_is_missing() {
    let answered = ask(
        &[event("ada", START_US)],
        1,
        &until(START_US + DAY_US, "all"),
        None,
    );
    assert_eq!(
        cell(&answered, "adoption-funnel", "invited", "people"),
        Cell::Null
    );
    assert_eq!(
        cell(&answered, "adoption-funnel", "first tool", "people"),
        Cell::Int(1)
    );
    assert_eq!(
        cell(&answered, "adoption-funnel", "first tool", "conversion"),
        Cell::Null
    );
    let says = |code: WarningCode, word: &str| {
        let mut warnings = answered.warnings.iter();
        warnings.any(|warning| warning.code == code && warning.message.contains(word))
    };
    assert!(
        says(WarningCode::DirectoryMissing, "Invitations"),
        "{:?}",
        answered.warnings
    );
    assert!(says(WarningCode::DirectoryMissing, "Departments"));
    assert!(says(WarningCode::KindMissing, "documents_shared"));
    assert!(says(WarningCode::QuestionDegraded, "compare"));
}

#[test]
fn an_hour_that_a_clock_skips_or_repeats_occurs_as_often_as_it_does() {
    // 2026-03-29 in Berlin has no hour from 2 to 3; 2025-10-26 has it twice.
    for (range, at_us, twos) in [
        ("2026-03-29", 1_774_738_800_000_000_i64, 0.0),
        ("2025-10-26", 1_761_429_600_000_000, 2.0),
    ] {
        let rows = [event("ada", at_us), event("ada", at_us + 26 * HOUR_US)];
        let question = Question {
            zone: "Europe/Berlin".into(),
            ..until(at_us + 40 * HOUR_US, range)
        };
        let answered = ask(&rows, 1, &question, None);
        let heatmap = table(&answered, "user-heatmap");
        let hour = |name: &str| {
            let is_it =
                |row: &&Vec<Cell>| row[0].text() == Some("Sunday") && row[1].text() == Some(name);
            heatmap.rows.iter().find(is_it).unwrap()[3].clone()
        };
        assert_eq!(heatmap.rows.len(), 168);
        assert_eq!(hour("02:00"), Cell::Float(twos), "{range}");
        assert_eq!(hour("03:00"), Cell::Float(1.0), "{range}");
        assert_eq!(heatmap.totals[3], Cell::Float(23.0 + twos), "{range}");
    }
}

#[test]
fn hours_without_names_leave_only_what_is_certain() {
    let now_us = START_US + 60 * DAY_US - 1;
    // Ada works daily in days 40 to 59; somebody did something on day 10.
    let rows: Vec<Event> = (40..60)
        .map(|day| event("ada", START_US + day * DAY_US))
        .collect();
    let question = until(now_us, "2026-02-25..2026-03-05");
    let mut shards = Shards::workers(&rows, 2, &question);
    shards.load_hours(AggregateBatch {
        hour_us: vec![START_US + 10 * DAY_US],
        executions: vec![3],
        ..AggregateBatch::default()
    });
    let context = AskContext {
        data_span_us: Some((START_US + 10 * DAY_US, now_us)),
        ..context(&question, &rows)
    };
    let answered = shards.answer(&question, &queries(&question, &context), &context);
    let of = |id: &str, row: &str, column: &str| cell(&answered, id, row, column);
    // The day 51 is 25 February: its 30 days begin on day 22.
    assert_eq!(of("active-users", "2026-02-25", "mau"), Cell::Int(1));
    assert_eq!(
        of("user-lifecycle", "2026-02-26", "returning_users"),
        Cell::Int(1)
    );
    assert_eq!(
        of("user-lifecycle", "2026-02-26", "new_users"),
        Cell::Null,
        "ada may have been there"
    );
    assert_eq!(of("users", "ada", "executions"), Cell::Int(9));
    assert_eq!(of("users", "ada", "first_seen"), Cell::Null);
    // The first complete week begins on day 14, after what nobody knows.
    assert_eq!(of("users", "ada", "segment"), Cell::Text("active".into()));
    assert_eq!(of("adopter-categories", "laggards", "people"), Cell::Null);
    assert_eq!(table(&answered, "retention").rows.len(), 0);
    let told = answered.warnings.iter().any(|warning| {
        warning.code == WarningCode::AggregateLacks && warning.message.contains("who did what")
    });
    assert!(told, "{:?}", answered.warnings);
}

#[test]
fn no_data_and_one_event_have_tables_too() {
    let question = until(START_US, "30d");
    let answered = ask(&[], 1, &question, None);
    assert!(table(&answered, "users").rows.is_empty());
    assert_eq!(table(&answered, "user-segments").rows.len(), 4);
    let answered = ask(&[event("ada", START_US)], 1, &question, None);
    assert_eq!(
        cell(&answered, "active-users", "2026-01-05", "dau"),
        Cell::Int(1)
    );
    assert_eq!(
        cell(&answered, "active-users", "2026-01-05", "stickiness"),
        Cell::Float(1.0)
    );
    assert_eq!(table(&answered, "retention").incomplete_rows, [0]);
}
