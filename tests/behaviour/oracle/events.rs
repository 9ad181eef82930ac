//! Random events, directories and questions, over a span with clock changes in it.

use proptest::prelude::*;
use toolscope::metrics::MetricId;
use toolscope::model::directory::Person;
use toolscope::model::zone::Bucket;
use toolscope::model::{Column, Directory, EventKind, Outcome, WeekStart};
use toolscope::query::{Clause, CompareSpec, Dimension, Query, Question, RangeSpec, widgets};

/// 2026-03-10T00:00:00Z; Berlin changes its clock on the 29th, New York on the 8th, Lord Howe on 5 April.
pub const START_US: i64 = 1_773_100_800_000_000;
pub const SPAN_US: i64 = 40 * 86_400_000_000;
pub const TOOL: Dimension = Dimension::Column(Column::Tool);
const USER: Dimension = Dimension::Column(Column::User);

/// One event, as plain as can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: u64,
    pub time_us: i64,
    pub kind: EventKind,
    pub outcome: Outcome,
    pub tool: Option<&'static str>,
    pub user: Option<&'static str>,
    pub workspace: Option<&'static str>,
    pub error: Option<&'static str>,
    pub duration_ms: Option<f64>,
    pub other: Other,
}

/// What other kinds of events than executions bring; executions may have it too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Other {
    pub server: Option<&'static str>,
    pub platform: Option<&'static str>,
    pub session: Option<&'static str>,
    pub model: Option<&'static str>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub bytes: Option<u64>,
    pub cost_usd: Option<f64>,
}

const TOOLS: [&str; 4] = ["read", "write", "search, all", "读"];
const USERS: [&str; 6] = ["ada", "bo", "cy", "dee", "eve", "fay"];
const WORKSPACES: [&str; 3] = ["core", "data", "web"];
const ERRORS: [&str; 2] = ["timeout", "auth"];

fn other() -> impl Strategy<Value = Other> {
    let named = |names: &'static [&'static str], share: f64| {
        prop::option::weighted(share, prop::sample::select(names))
    };
    let tokens =
        || prop::option::weighted(0.4, prop_oneof![9 => 0..5_000_u64, 1 => Just(u64::MAX / 3)]);
    (
        named(&["github", "slack"], 0.8),
        named(&["macos", "linux"], 0.7),
        named(&["s1", "s2", "s3"], 0.7),
        named(&["opus", "flash"], 0.5),
        tokens(),
        tokens(),
        prop::option::weighted(
            0.5,
            prop_oneof![0..9_u64, Just(5_000_000_000), Just(u64::MAX - 1)],
        ),
        prop::option::weighted(0.3, prop_oneof![Just(0.0), 0.0..10.0_f64]),
    )
        .prop_map(
            |(server, platform, session, model, tokens_in, tokens_out, bytes, cost_usd)| Other {
                server,
                platform,
                session,
                model,
                tokens_in,
                tokens_out,
                bytes,
                cost_usd,
            },
        )
}

fn event() -> impl Strategy<Value = Event> {
    let names = (
        prop::option::weighted(0.9, prop::sample::select(&TOOLS[..])),
        prop::option::weighted(0.85, prop::sample::select(&USERS[..])),
        prop::option::weighted(0.7, prop::sample::select(&WORKSPACES[..])),
        prop::option::weighted(0.3, prop::sample::select(&ERRORS[..])),
    );
    let duration = prop::option::weighted(
        0.8,
        prop_oneof![
            Just(0.0),
            (0_u32..5_000_000).prop_map(|us| f64::from(us) / 1e3),
            0.0..1e6_f64
        ],
    );
    let kind = prop_oneof![
        4 => Just(EventKind::Execution),
        4 => prop::sample::select(&EventKind::ALL[..])
    ];
    (
        0..300_u64,
        0..SPAN_US,
        kind,
        prop::sample::select(&Outcome::ALL[..]),
        names,
        duration,
        prop_oneof![1 => Just(Other::default()), 3 => other()],
    )
        .prop_map(
            |(id, offset, kind, outcome, (tool, user, workspace, error), duration_ms, other)| {
                Event {
                    // One in twenty has no identity, some share one.
                    id: if id % 20 == 0 { 0 } else { id },
                    time_us: START_US + offset,
                    kind,
                    outcome,
                    tool,
                    user,
                    workspace,
                    error,
                    duration_ms,
                    other,
                }
            },
        )
}

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..200)
}

pub fn dimension() -> impl Strategy<Value = Dimension> {
    prop::sample::select(vec![
        TOOL,
        USER,
        Dimension::Column(Column::Workspace),
        Dimension::Column(Column::Outcome),
        Dimension::Column(Column::ErrorClass),
        Dimension::Column(Column::Kind),
        Dimension::Column(Column::Model),
        Dimension::Department,
        Dimension::Time(Bucket::Hour),
        Dimension::Time(Bucket::Day),
        Dimension::Time(Bucket::Week),
        Dimension::Time(Bucket::Month),
        Dimension::HourOfWeek,
        Dimension::HourOfDay,
        Dimension::DurationClass,
    ])
}

fn clause() -> impl Strategy<Value = Clause> {
    let values = |names: &'static [&'static str]| {
        let mut names = names.to_vec();
        names.extend(["", "nobody"]);
        prop::collection::btree_set(prop::sample::select(names), 1..3)
    };
    let outcomes = prop::collection::btree_set(
        prop::sample::select(vec!["success", "failure", "rejected"]),
        1..3,
    );
    let picked = prop_oneof![
        values(&TOOLS).prop_map(|values| (TOOL, values)),
        values(&USERS).prop_map(|values| (USER, values)),
        values(&["Sales", "Research"]).prop_map(|values| (Dimension::Department, values)),
        outcomes.prop_map(|values| (Dimension::Column(Column::Outcome), values)),
        values(&["execution", "provider_call", "connection"])
            .prop_map(|values| (Dimension::Column(Column::Kind), values)),
    ];
    (
        picked,
        any::<bool>(),
        prop::option::weighted(0.2, Just("query".to_owned())),
    )
        .prop_map(|((dimension, values), exclude, source)| Clause {
            dimension,
            exclude,
            values: values.into_iter().map(Into::into).collect(),
            source,
        })
}

pub fn question() -> impl Strategy<Value = Question> {
    let range = prop::sample::select(vec![
        "all",
        "24h",
        "7d",
        "30d",
        "2026-03",
        "2026-03-29",
        "2026-03-20..2026-04-06",
        "this week",
        "last month",
    ]);
    let compare = prop::sample::select(vec![
        "none",
        "previous",
        "weekdays",
        "year",
        "2026-03-12..2026-03-15",
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
    (
        range,
        compare,
        zone,
        week,
        prop::collection::vec(clause(), 0..3),
    )
        .prop_map(|(range, compare, zone, week_start, filters)| Question {
            range: RangeSpec::parse(range).unwrap(),
            compare: CompareSpec::parse(compare).unwrap(),
            filters,
            zone: zone.into(),
            week_start,
            now_us: Some(START_US + 30 * 86_400_000_000),
        })
}

/// Everything that can be measured at once.
pub fn widget_query(dimensions: &[Dimension]) -> Query {
    use MetricId::*;
    let measures = [
        Executions,
        Successes,
        Failures,
        Cancelled,
        Rejected,
        Running,
        SuccessRate,
        Share,
        Users,
        DurationMean,
        DurationMin,
        DurationP50,
        DurationP95,
        DurationP99,
        DurationMax,
        LastUsed,
        Adopters,
    ];
    widgets::free(dimensions, &measures)
}

/// Some measures of other kinds, alone or among those of executions.
pub fn kinds_query() -> impl Strategy<Value = Query> {
    use MetricId::*;
    let measures = vec![
        Events,
        Conversations,
        ConversationLatencyMean,
        ConversationLatencyP50,
        ConversationLatencyP95,
        FirstResponseMean,
        FirstResponseP50,
        FirstResponseP95,
        ProviderCalls,
        ProviderFailureRate,
        ProviderTimeMean,
        ProviderTimeP50,
        ProviderTimeP95,
        TokensIn,
        TokensOut,
        CostUsd,
        Connections,
        ConnectionFailures,
        ConnectionFailureRate,
        UptimeShare,
        ActiveConnections,
        Authentications,
        AuthenticationSuccessRate,
        DocumentsShared,
        DocumentsIndexed,
        DocumentsSearched,
        DevicesConnected,
        StorageBytes,
        Executions,
        Users,
        DurationP50,
    ];
    let dimensions = prop::collection::vec(dimension(), 0..=2)
        .prop_filter("dimensions differ", |list| {
            list.len() < 2 || list[0] != list[1]
        });
    let some = prop_oneof![
        4 => prop::sample::subsequence(measures.clone(), 1..=4),
        1 => prop::sample::subsequence(measures.clone(), 5..=measures.len()),
    ];
    (dimensions, some).prop_map(|(dimensions, measures)| widgets::free(&dimensions, &measures))
}

/// Fay is in no directory.
pub fn directory() -> Directory {
    let person = |id: &str, department: Option<&str>| Person {
        id: id.into(),
        department: department.map(Into::into),
        seat: true,
        ..Person::default()
    };
    Directory {
        people: vec![
            person("ada", Some("Research")),
            person("BO", Some("Sales")),
            person("cy", Some("Sales")),
            person("dee", None),
            person("eve", Some("Research")),
        ],
        ..Directory::default()
    }
}
