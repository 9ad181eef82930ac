//! The tables of the tools dashboard: against counts row by row over random events in several shards, against numbers
//! worked by hand, against the demo's stories, and against an organisation where nothing happens but chance.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeZone};
use toolscope::engine::{Answered, Engine, PartialAnswer, answer};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::directory::{CatalogueTool, Workspace};
use toolscope::model::schema::text_index;
use toolscope::model::zone::{DAY_US, HOUR_US};
use toolscope::model::{
    AggregateBatch, Cell, Column, Directory, EventKind, EventRow, Outcome, ResultTable, WarningCode,
};
use toolscope::native::demo::catalogue::{CLIENTS, ERRORS, PLATFORMS, SERVERS, WORKSPACES, tools};
use toolscope::native::demo::{directory, events, stories};
use toolscope::native::zones;
use toolscope::query::{AskContext, CompareSpec, Dimension, Question, RangeSpec, widgets};

use crate::common::Chance;

/// 2026-03-02T00:00:00Z, a Monday; Berlin changes its clock on the 29th.
const START_US: i64 = 1_772_409_600_000_000;

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    time_us: i64,
    outcome: Outcome,
    tool: Option<&'static str>,
    server: Option<&'static str>,
    workspace: Option<&'static str>,
    client: Option<&'static str>,
    version: Option<&'static str>,
    platform: Option<&'static str>,
    error: Option<&'static str>,
    user: Option<&'static str>,
    duration_ms: Option<f64>,
}

impl Row {
    fn is_execution(&self) -> bool {
        self.outcome != Outcome::Rejected
    }

    fn failed(&self) -> bool {
        self.outcome == Outcome::Failure
    }

    fn day(&self) -> String {
        berlin(self.time_us).format("%Y-%m-%d").to_string()
    }
}

fn berlin(time_us: i64) -> DateTime<chrono_tz::Tz> {
    let utc = DateTime::from_timestamp_micros(time_us)
        .unwrap()
        .naive_utc();
    chrono_tz::Europe::Berlin.from_utc_datetime(&utc)
}

fn question(range: &str, now_us: i64) -> Question {
    Question {
        range: RangeSpec::parse(range).unwrap(),
        compare: CompareSpec::parse("none").unwrap(),
        zone: "Europe/Berlin".into(),
        now_us: Some(now_us),
        ..Question::default()
    }
}

/// All tables of the dashboard, over two shards.
fn ask(
    rows: &[Row],
    question: &Question,
    directory: Option<&Directory>,
    hours: Option<AggregateBatch>,
) -> Answered {
    let zone = zones::zone(&question.zone).unwrap();
    let times = || rows.iter().map(|row| row.time_us);
    let from_hours = hours
        .iter()
        .filter_map(|hours| hours.hour_us.first().copied());
    let context = AskContext {
        now_us: question.now_us.unwrap(),
        data_span_us: times().chain(from_hours).min().zip(times().max()),
        complete: true,
        warnings: Vec::new(),
    };
    let ids = widgets::dashboard("tools").unwrap().widgets;
    let queries: Vec<_> = ids
        .iter()
        .flat_map(|id| widgets::queries(id, question, &context, &zone))
        .collect();
    assert!(queries.len() > ids.len(), "every widget has a table");
    let mut merged = PartialAnswer::default();
    for shard in 0..2 {
        let mut builder = BatchBuilder::default();
        for row in rows.iter().skip(shard).step_by(2) {
            let mut event = EventRow {
                time_us: row.time_us,
                kind: EventKind::Execution,
                outcome: row.outcome,
                duration_ms: row.duration_ms,
                ..EventRow::default()
            };
            for (column, text) in [
                (Column::Tool, row.tool),
                (Column::Server, row.server),
                (Column::Workspace, row.workspace),
                (Column::Client, row.client),
                (Column::ClientVersion, row.version),
                (Column::Platform, row.platform),
                (Column::ErrorClass, row.error),
                (Column::User, row.user),
            ] {
                event.text[text_index(column).unwrap()] = text;
            }
            builder.push(&event);
        }
        let mut engine = Engine::new();
        engine.set_zone(zone.clone());
        engine.set_directory(directory.cloned());
        engine.load(0, builder.finish());
        if let Some(hours) = hours.clone().filter(|_| shard == 0) {
            engine.load_aggregate(1, hours).unwrap();
        }
        let mut pass = engine.begin(question, &queries, &context);
        while pass.step(&engine, 5_000) {}
        let partial = pass.finish(&engine);
        merged = merged.merge(PartialAnswer::decode(&partial.encode()).unwrap());
    }
    answer(merged, question, &queries, &context, &zone, directory)
}

fn table<'a>(answered: &'a Answered, id: &str) -> &'a ResultTable {
    answered.tables.iter().find(|table| table.id == id).unwrap()
}

fn text(cell: &Cell) -> Option<&str> {
    cell.text()
}

fn named(text: Option<&str>) -> Cell {
    text.map_or(Cell::Null, |text| Cell::Text(text.into()))
}

fn near(found: &Cell, expected: f64) -> bool {
    found
        .number()
        .is_some_and(|found| (found - expected).abs() <= 1e-9 * expected.abs() + 1e-12)
}

const TOOLS: [&str; 11] = [
    "read", "write", "search", "读", "list", "send", "Other", "merge", "open", "close", "rare",
];
const SOME_ERRORS: [&str; 3] = ["timeout", "not_found", "odd"];

fn random(seed: u64) -> Vec<Row> {
    let mut chance = Chance::new(seed);
    let outcomes = [
        Outcome::Success,
        Outcome::Success,
        Outcome::Success,
        Outcome::Failure,
        Outcome::Failure,
        Outcome::Cancelled,
        Outcome::Rejected,
        Outcome::Running,
    ];
    let mut rows: Vec<Row> = (0..900)
        .map(|_| {
            let outcome = *chance.pick(&outcomes);
            let tool = chance
                .below(TOOLS.len() + 1)
                .min(chance.below(TOOLS.len() + 1));
            Row {
                time_us: START_US + (chance.next() % (34 * DAY_US as u64)) as i64,
                outcome,
                tool: TOOLS.get(tool).copied(),
                server: ["github", "slack"].get(chance.below(3)).copied(),
                workspace: ["core", "web"].get(chance.below(3)).copied(),
                client: ["Cursor", "Zed"].get(chance.below(3)).copied(),
                version: ["1", "2"].get(chance.below(3)).copied(),
                platform: ["linux"].get(chance.below(2)).copied(),
                error: SOME_ERRORS
                    .get(chance.below(4))
                    .copied()
                    .filter(|_| outcome == Outcome::Failure),
                user: ["ada", "bo", "cy"].get(chance.below(4)).copied(),
                duration_ms: Some([0.5, 1.0, 3.25, 20.0, 1_999.0, 61_000.0][chance.below(6)])
                    .filter(|_| !chance.one_in(5)),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.time_us);
    rows
}

fn of_offer() -> Directory {
    let tool = |name: &str, server: Option<&str>| CatalogueTool {
        name: name.into(),
        server: server.map(Into::into),
        ..CatalogueTool::default()
    };
    let workspace = |id: &str, tools: &[&str]| Workspace {
        id: id.into(),
        assigned_tools: tools.iter().map(|&tool| tool.into()).collect(),
        ..Workspace::default()
    };
    Directory {
        tools: vec![
            tool("read", Some("files")),
            tool("nobody", Some("files")),
            tool("close", None),
            tool("rare", None),
        ],
        workspaces: vec![
            workspace("core", &["read", "write", "search", "rare", "nothing"]),
            workspace("web", &["read", "write", "list", "rare"]),
        ],
        ..Directory::default()
    }
}

#[test]
fn every_number_is_that_of_a_naive_count() {
    for seed in 0..6 {
        let rows = random(seed);
        let question = question("2026-03-06..2026-04-04", START_US + 40 * DAY_US);
        let directory = of_offer();
        let answered = ask(&rows, &question, Some(&directory), None);
        let (from, until) = ("2026-03-06", "2026-04-04");
        let rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| (from..=until).contains(&row.day().as_str()))
            .collect();
        let over_time = table(&answered, "tools-over-time");
        assert_eq!(text(&over_time.rows[0][0]), Some(from), "seed {seed}");
        assert_eq!(text(&over_time.rows[29][0]), Some(until), "seed {seed}");
        assert_tools(&rows, table(&answered, "tools"));
        assert_over_time(&rows, over_time);
        assert_trend(&rows, table(&answered, "tools-trend"));
        assert_errors(&rows, table(&answered, "tool-errors"));
        assert_failing(&rows, table(&answered, "failing-tools"));
        assert_times(&rows, table(&answered, "tool-times"));
        assert_unused(&rows, &directory, table(&answered, "unused-tools"));
    }
}

fn by_tool(rows: &[Row]) -> Vec<(&'static str, Vec<Row>)> {
    let mut tools: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_execution()) {
        if let Some(tool) = row.tool {
            tools.entry(tool).or_default().push(*row);
        }
    }
    let mut tools: Vec<_> = tools.into_iter().collect();
    tools.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    tools
}

fn assert_tools(rows: &[Row], table: &ResultTable) {
    let expected = by_tool(rows);
    assert_eq!(table.rows.len(), expected.len());
    for (row, (tool, rows)) in table.rows.iter().zip(&expected) {
        let mut servers: BTreeMap<&str, usize> = BTreeMap::new();
        for server in rows.iter().filter_map(|row| row.server) {
            *servers.entry(server).or_default() += 1;
        }
        let most = servers.values().max().copied();
        let server = servers.iter().find(|(_, count)| Some(**count) == most);
        assert_eq!(row[0], named(Some(tool)));
        assert_eq!(row[1], named(server.map(|(server, _)| *server)), "{tool}");
        assert_eq!(row[2], Cell::Int(rows.len() as i64), "{tool}");
    }
}

fn assert_over_time(rows: &[Row], table: &ResultTable) {
    let top: Vec<&str> = by_tool(rows)
        .iter()
        .take(8)
        .map(|(tool, _)| *tool)
        .collect();
    let other = if top.contains(&"Other") {
        "Other…"
    } else {
        "Other"
    };
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, [&["day"][..], &top, &[other]].concat());
    assert!(
        table.columns[1..]
            .iter()
            .all(|column| column.metric == "executions")
    );
    assert_eq!((table.rows.len(), table.bucket_start_us.len()), (30, 30));
    for row in &table.rows {
        let day = text(&row[0]).unwrap();
        let on_day = || {
            rows.iter()
                .filter(|row| row.is_execution() && row.day() == day)
        };
        for (at, tool) in top.iter().enumerate() {
            let count = on_day().filter(|row| row.tool == Some(tool)).count();
            assert_eq!(row[at + 1], Cell::Int(count as i64), "{tool} on {day}");
        }
        let rest = on_day().filter(|row| row.tool.is_none_or(|tool| !top.contains(&tool)));
        assert_eq!(row[9], Cell::Int(rest.count() as i64), "{day}");
    }
}

fn assert_trend(rows: &[Row], table: &ResultTable) {
    assert_eq!(table.rows.len(), by_tool(rows).len());
    for (tool, of_tool) in by_tool(rows) {
        let row = table
            .rows
            .iter()
            .find(|row| text(&row[0]) == Some(tool))
            .unwrap();
        for (cell, column) in row.iter().zip(&table.columns).skip(1) {
            let on_day = of_tool.iter().filter(|row| row.day() == column.name);
            assert_eq!(
                *cell,
                Cell::Int(on_day.count() as i64),
                "{tool} on {}",
                column.name
            );
        }
    }
}

fn assert_errors(rows: &[Row], table: &ResultTable) {
    let failed: Vec<&Row> = rows.iter().filter(|row| row.failed()).collect();
    assert_eq!(table.rows.len(), 4);
    for row in &table.rows {
        let class = text(&row[0]);
        let of_class: Vec<&&Row> = failed.iter().filter(|row| row.error == class).collect();
        let tools: BTreeSet<_> = of_class.iter().filter_map(|row| row.tool).collect();
        let users: BTreeSet<_> = of_class.iter().filter_map(|row| row.user).collect();
        let first = of_class.first().unwrap().day();
        let Cell::Time(first_us) = row[5] else {
            panic!("{row:?}");
        };
        assert_eq!(row[1], Cell::Int(of_class.len() as i64), "{class:?}");
        assert!(near(&row[2], of_class.len() as f64 / failed.len() as f64));
        assert_eq!(row[3], Cell::Int(tools.len() as i64));
        assert_eq!(row[4], Cell::Int(users.len() as i64));
        let begin = berlin(first_us).format("%Y-%m-%d %H:%M").to_string();
        assert_eq!(begin, format!("{first} 00:00"));
        assert_eq!(row[6], Cell::Time(of_class.last().unwrap().time_us));
        assert_eq!(
            text(&row[7]).is_some(),
            matches!(class, Some("timeout" | "not_found"))
        );
    }
}

fn assert_failing(rows: &[Row], table: &ResultTable) {
    let mut last = (false, f64::INFINITY);
    let is_failing = |rows: &[Row]| rows.iter().any(Row::failed);
    let expected = by_tool(rows)
        .into_iter()
        .filter(|(_, rows)| is_failing(rows));
    assert_eq!(table.rows.len(), expected.count());
    for row in &table.rows {
        let of_tool = || rows.iter().filter(|one| one.tool == text(&row[0]));
        let failures = of_tool().filter(|one| one.failed()).count() as f64;
        let good = of_tool()
            .filter(|one| one.outcome == Outcome::Success)
            .count() as f64;
        let n = failures + good;
        // Wilson's interval from the paper's formula.
        let z = 1.959_963_984_540_054_f64;
        let centre = (failures + z * z / 2.0) / (n + z * z);
        let half = z / (n + z * z) * (failures * good / n + z * z / 4.0).sqrt();
        assert!(near(&row[1], failures) && near(&row[2], n));
        assert!(near(&row[3], failures / n));
        assert!(near(&row[4], centre - half), "{row:?}");
        assert_eq!(text(&row[6]), Some(if n < 30.0 { "few" } else { "enough" }));
        let this = (n < 30.0, row[4].number().unwrap());
        assert!(!last.0 || this.0, "few stand last");
        assert!(last.0 != this.0 || last.1 >= this.1);
        last = this;
    }
}

fn assert_times(rows: &[Row], table: &ResultTable) {
    use Outcome::{Cancelled, Failure, Success};
    let times = || {
        let finished = rows
            .iter()
            .filter(|row| matches!(row.outcome, Success | Failure | Cancelled));
        finished.filter_map(|row| row.duration_ms)
    };
    let all = times().count() as f64;
    let used = [
        ("< 1 ms", 0.5),
        ("1–2 ms", 1.0),
        ("2–5 ms", 3.25),
        ("20–50 ms", 20.0),
        ("1–2 s", 1_999.0),
        ("1–2 min", 61_000.0),
    ];
    assert_eq!(
        table.rows.len(),
        16,
        "all classes from the first to the last"
    );
    for row in &table.rows {
        let of_class = used.iter().find(|(name, _)| text(&row[0]) == Some(name));
        let count = of_class.map_or(0, |(_, ms)| times().filter(|time| time == ms).count());
        assert_eq!(row[1], Cell::Int(count as i64), "{row:?}");
        assert!(near(&row[2], count as f64 / all));
    }
}

fn assert_unused(rows: &[Row], directory: &Directory, table: &ResultTable) {
    let count = |workspace: Option<&str>, tool: &str| {
        rows.iter()
            .filter(|row| row.is_execution() && row.tool == Some(tool))
            .filter(|row| workspace.is_none() || row.workspace == workspace)
            .count() as f64
    };
    let mut expected = BTreeSet::new();
    // Of the catalogue, what no workspace has: nobody and close.
    for tool in ["nobody", "close"] {
        if count(None, tool) == 0.0 {
            expected.insert((String::new(), tool.to_owned(), "unused"));
        }
    }
    for workspace in &directory.workspaces {
        let of_tool = |tool: &String| count(Some(&workspace.id), tool);
        let mut all: Vec<f64> = workspace.assigned_tools.iter().map(of_tool).collect();
        all.sort_by(f64::total_cmp);
        let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
        for tool in &workspace.assigned_tools {
            let state = match of_tool(tool) {
                0.0 => "unused",
                count if count * 10.0 < middle => "under-used",
                _ => continue,
            };
            expected.insert((workspace.id.clone(), tool.clone(), state));
        }
    }
    let found: BTreeSet<_> = table
        .rows
        .iter()
        .map(|row| {
            let workspace = text(&row[2]).unwrap_or_default().to_owned();
            let state = if text(&row[5]) == Some("unused") {
                "unused"
            } else {
                "under-used"
            };
            (workspace, text(&row[0]).unwrap().to_owned(), state)
        })
        .collect();
    assert_eq!(found, expected);
    assert!(expected.contains(&("core".into(), "nothing".into(), "unused")));
}

/// So many executions of one version on a day, the first of which fail.
fn version_day(day: i64, version: &'static str, all: i64, failing: i64) -> Vec<Row> {
    let row = |n: i64| Row {
        time_us: START_US + day * DAY_US + 8 * HOUR_US + n * 60_000_000,
        outcome: if n < failing {
            Outcome::Failure
        } else {
            Outcome::Success
        },
        error: (n < failing).then_some("protocol_mismatch"),
        client: Some("Cursor"),
        version: Some(version),
        tool: Some("read"),
        user: Some("ada"),
        ..Row::default()
    };
    (0..all).map(row).collect()
}

#[test]
fn a_pattern_names_the_place_its_numbers_and_the_first_day() {
    let mut rows = Vec::new();
    for day in 0..10 {
        rows.extend(version_day(day, "1", 40, i64::from(day == 1)));
        if day >= 6 {
            rows.extend(version_day(day, "2", 25, if day >= 7 { 10 } else { 0 }));
        }
    }
    let question = question("2026-03-02..2026-03-11", START_US + 12 * DAY_US);
    let answered = ask(&rows, &question, None, None);
    let patterns = table(&answered, "failure-patterns");
    // 30 of 100 against 1 of 400; client and tool are the same everywhere, and all are at 9 to 10 o'clock.
    assert_eq!(patterns.rows.len(), 1, "{:#?}", patterns.rows);
    let row = &patterns.rows[0];
    let words: Vec<Option<&str>> = row[..4].iter().map(text).collect();
    assert_eq!(
        words,
        [
            Some("protocol_mismatch"),
            Some("client_version"),
            Some("2"),
            Some("Cursor")
        ]
    );
    assert_eq!(row[4..6], [Cell::Int(30), Cell::Int(100)]);
    assert!(near(&row[6], 0.3) && near(&row[7], 1.0 / 400.0));
    assert!(row[8].number().unwrap() < 1e-9, "{:?}", row[8]);
    // The day 7 begins at 23:00 UTC of the day before.
    assert_eq!(row[9], Cell::Time(START_US + 7 * DAY_US - HOUR_US));
    assert!(text(&row[10]).unwrap().contains("protocol"));
}

#[test]
fn a_tool_that_rises_every_week_is_told_with_its_slope() {
    // 10, 20, … 80 executions in eight weeks; the others stay. The ninth week is not over.
    let mut rows = Vec::new();
    for week in 0..9_i64 {
        for n in 0..(week + 1) * 10 {
            rows.push(Row {
                time_us: START_US + week * 7 * DAY_US + (n + 600) * 60_000_000,
                tool: Some("rising"),
                ..Row::default()
            });
        }
        for n in 0..50 {
            rows.push(Row {
                time_us: START_US + week * 7 * DAY_US + (n + 600) * 60_000_000,
                tool: Some("steady"),
                ..Row::default()
            });
        }
    }
    let now_us = START_US + 57 * DAY_US;
    let answered = ask(&rows, &question("all", now_us), None, None);
    let rising = table(&answered, "rising-tools");
    assert_eq!(rising.rows.len(), 1);
    let float = Cell::Float(10.0);
    let expected = [
        named(Some("rising")),
        named(Some("rising")),
        float.clone(),
        float.clone(),
        float,
        Cell::Int(10),
        Cell::Int(80),
    ];
    assert_eq!(rising.rows[0], expected);
}

#[test]
fn hours_that_lack_a_column_leave_no_wrong_numbers() {
    let mut rows = Vec::new();
    for day in 0..60 {
        rows.extend(version_day(day, "1", 5 + day / 7 * 5, 1));
    }
    let hours = AggregateBatch {
        hour_us: vec![START_US + 3 * DAY_US],
        executions: vec![500],
        ..AggregateBatch::default()
    };
    let question = question("all", START_US + 60 * DAY_US);
    let whole = ask(&rows, &question, Some(&of_offer()), None);
    assert_eq!(table(&whole, "rising-tools").rows.len(), 1);
    assert!(!table(&whole, "unused-tools").rows.is_empty());
    let answered = ask(&rows, &question, Some(&of_offer()), Some(hours));
    assert!(table(&answered, "rising-tools").rows.is_empty());
    assert!(table(&answered, "unused-tools").rows.is_empty());
    let errors = table(&answered, "tool-errors");
    assert_eq!(errors.cell(0, "failures"), Some(&Cell::Int(60)));
    assert_eq!(errors.cell(0, "first_failure"), Some(&Cell::Null));
    let said = answered.warnings.iter().map(|warning| warning.code);
    assert!(
        said.into_iter()
            .any(|code| code == WarningCode::AggregateLacks)
    );
}

#[test]
fn without_a_directory_it_is_said_why_no_tool_is_unused() {
    let rows = version_day(0, "1", 5, 1);
    let answered = ask(&rows, &question("all", START_US + DAY_US), None, None);
    assert!(table(&answered, "unused-tools").rows.is_empty());
    let mut warnings = answered.warnings.iter();
    assert!(
        warnings.any(|warning| warning.code == WarningCode::DirectoryMissing
            && warning.message.contains("Which tools there are"))
    );
    let empty = ask(&[], &question("30d", START_US), None, None);
    assert!(
        empty
            .tables
            .iter()
            .all(|table| table.id != "tools" || table.rows.is_empty())
    );
}

#[test]
fn filters_hold_for_what_is_offered_too() {
    let rows = random(3);
    let mut question = question("30d", START_US + 33 * DAY_US);
    question.toggle(Dimension::Column(Column::Workspace), false, "web", None);
    let answered = ask(&rows, &question, Some(&of_offer()), None);
    let unused = table(&answered, "unused-tools");
    assert!(
        unused.rows.iter().all(|row| text(&row[2]) == Some("web")),
        "{:?}",
        unused.rows
    );
}

/// 2026-06-30T12:00:00Z, a Tuesday.
const NOW_US: i64 = 1_782_820_800_000_000;

fn year() -> &'static events::Year {
    static YEAR: std::sync::OnceLock<events::Year> = std::sync::OnceLock::new();
    YEAR.get_or_init(|| events::live(200_000, 7, NOW_US))
}

fn demo_rows() -> Vec<Row> {
    let executions = year()
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Execution);
    executions
        .map(|event| {
            let client = &CLIENTS[usize::from(event.client)];
            Row {
                time_us: event.time_us,
                outcome: event.outcome,
                tool: Some(tools()[usize::from(event.tool)].0.name),
                server: Some(SERVERS[usize::from(event.server)].name),
                workspace: Some(WORKSPACES[usize::from(event.workspace)].0),
                client: Some(client.name),
                version: Some(client.releases[usize::from(event.version)].0),
                platform: Some(PLATFORMS[usize::from(event.platform)].0),
                error: ERRORS.get(usize::from(event.error)).copied(),
                user: Some(year().people[usize::from(event.person)].id.as_str()),
                duration_ms: None,
            }
        })
        .collect()
}

#[test]
fn the_stories_of_the_demo_are_found() {
    let directory = directory::directory(year());
    let answered = ask(
        &demo_rows(),
        &question("90d", NOW_US),
        Some(&directory),
        None,
    );
    let patterns = table(&answered, "failure-patterns");
    let first = |class: &str| {
        let row = patterns
            .rows
            .iter()
            .find(|row| text(&row[0]) == Some(class));
        row.unwrap_or_else(|| panic!("{class}: {:#?}", patterns.rows))
    };
    let broken = first(stories::BROKEN_ERROR);
    assert_eq!(text(&broken[1]), Some("client_version"));
    assert_eq!(text(&broken[2]), Some(stories::BROKEN_VERSION));
    assert_eq!(text(&broken[3]), Some(stories::BROKEN_CLIENT));
    let lost = first(stories::MISCONFIGURED_ERROR);
    assert_eq!(text(&lost[1]), Some("server"));
    assert_eq!(text(&lost[2]), Some(stories::MISCONFIGURED_SERVER));
    let Cell::Time(since_us) = lost[9] else {
        panic!("{lost:?}");
    };
    let days_ago = (NOW_US - since_us) / DAY_US;
    let lost_days_ago = stories::MISCONFIGURED_DAYS_AGO.0;
    assert!(
        (lost_days_ago - 2..=lost_days_ago + 1).contains(&days_ago),
        "{days_ago}"
    );
    assert!(text(&lost[11]).unwrap().contains("variable"));
    let of_script = patterns.rows.iter().any(|row| {
        text(&row[0]) == Some(stories::RUNAWAY_ERROR)
            && [Some(stories::RUNAWAY_TOOL), Some(stories::RUNAWAY_CLIENT)].contains(&text(&row[2]))
    });
    assert!(of_script, "{:#?}", patterns.rows);
    let unused = table(&answered, "unused-tools");
    for tool in SERVERS.iter().flat_map(|server| server.unused) {
        let found = unused.rows.iter().any(|row| {
            text(&row[0]) == Some(tool) && row[3] == Cell::Int(0) && text(&row[5]) == Some("unused")
        });
        assert!(found, "{tool}");
    }
}

#[test]
fn where_only_chance_is_at_work_nothing_is_found() {
    let mut chance = Chance::new(11);
    let mut rows: Vec<Row> = (0..60_000)
        .map(|_| {
            let failed = chance.below(50) == 0;
            let client = chance.below(3);
            Row {
                time_us: START_US + (chance.next() % (84 * DAY_US as u64)) as i64,
                outcome: if failed {
                    Outcome::Failure
                } else {
                    Outcome::Success
                },
                error: failed.then(|| *chance.pick(&SOME_ERRORS)),
                tool: Some(*chance.pick(&TOOLS)),
                server: Some(*chance.pick(&["github", "slack", "jira"])),
                workspace: Some(*chance.pick(&["core", "web", "data", "ops"])),
                client: Some(["Cursor", "Zed", "VS Code"][client]),
                version: Some(*chance.pick(&["1", "2", "3"])),
                platform: Some(*chance.pick(&["linux", "macos"])),
                user: Some(*chance.pick(&["ada", "bo", "cy", "dee"])),
                duration_ms: Some(100.0),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.time_us);
    let answered = ask(&rows, &question("all", START_US + 84 * DAY_US), None, None);
    assert_eq!(
        table(&answered, "failure-patterns").rows,
        Vec::<Vec<Cell>>::new()
    );
    assert_eq!(
        table(&answered, "rising-tools").rows,
        Vec::<Vec<Cell>>::new()
    );
    let failures = table(&answered, "tool-errors").total("failures").cloned();
    let expected = rows.iter().filter(|row| row.failed()).count();
    assert_eq!(failures, Some(Cell::Int(expected as i64)));
}
