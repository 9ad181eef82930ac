//! Recommendations and what changed: planted troubles are found, and a healthy organisation is left in peace.

use std::fmt::Write;
use std::process::Command;

use serde_json::{Value, json};
use toolscope::export::rfc3339;
use toolscope::native::demo::{DemoFormat, DemoOptions, stories, write};

use super::places_kit::{question, rows, service, table};

/// 2026-06-30T12:00:00Z, as in `demo`.
const NOW_US: i64 = 1_782_820_800_000_000;
const DAY_US: i64 = 86_400_000_000;

/// Numbers without a pattern, the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

const PEOPLE: u64 = 24;
const TOOLS: u64 = 6;

/// Sixty days, on each of which everybody runs about five tools, and 2% fail.
fn healthy(seed: u64) -> String {
    let mut chance = Chance(seed);
    let mut events = String::new();
    for day in 0..60 {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap() + chrono::Days::new(day);
        for person in 0..PEOPLE {
            for call in 0..3 + chance.below(5) {
                let tool = chance.below(TOOLS);
                let outcome = if chance.below(50) == 0 {
                    "failure"
                } else {
                    "success"
                };
                let version = chance.below(2);
                writeln!(
                    events,
                    r#"{{"time":"{date}T09:{:02}:{call:02}Z","tool":"t{tool}","user":"p{person}","workspace":"w{}","client":"c","client_version":"1.{version}","outcome":"{outcome}","error_class":"timeout"}}"#,
                    person,
                    person % 2
                )
                .unwrap();
            }
        }
    }
    events
}

fn directory() -> Value {
    let names = |letter: char, count: u64| -> Vec<String> {
        (0..count).map(|at| format!("{letter}{at}")).collect()
    };
    let place = |id: &str| json!({"id": id, "members": names('p', PEOPLE), "assigned_tools": names('t', TOOLS)});
    let tools: Vec<Value> = names('t', TOOLS)
        .iter()
        .map(|name| json!({"name": name}))
        .collect();
    json!({"workspaces": [place("w0"), place("w1")], "tools": tools})
}

#[test]
fn a_healthy_organisation_is_told_nothing() {
    let question = question("30d", "2026-06-30T00:00:00Z");
    for seed in 0..5 {
        let mut shard = service(&healthy(seed), Some(directory()));
        for widget in ["recommendations", "what-changed"] {
            let found = table(&mut shard, &question, widget);
            assert!(found.rows.is_empty(), "{seed} {widget}: {:#?}", found.rows);
        }
    }
}

/// The healthy one with some more events and another directory.
fn advice(more: &str, directory: Value) -> Vec<String> {
    let mut shard = service(&[&healthy(7), more].concat(), Some(directory));
    let question = question("30d", "2026-06-30T00:00:00Z");
    let found = table(&mut shard, &question, "recommendations");
    rows(&found, &["rule", "about", "name", "finding"])
}

fn run(day: u32, at: u32, rest: &str) -> String {
    format!(
        r#"{{"time":"2026-06-{day:02}T10:{:02}:{:02}Z",{rest}}}{}"#,
        at / 60,
        at % 60,
        "\n"
    )
}

#[test]
fn a_tool_that_fails_too_often_is_told_with_its_numbers() {
    let of = |count: u32, failures: u32| -> String {
        let one = |at: u32| {
            let outcome = if at < failures { "failure" } else { "success" };
            run(
                3 + at % 20,
                at,
                &format!(r#""tool":"bad","user":"p1","outcome":"{outcome}""#),
            )
        };
        (0..count).map(one).collect()
    };
    let found = advice(&of(40, 12), directory());
    assert_eq!(found.len(), 1, "{found:#?}");
    let start = "failing tool tool bad 12 of 40 finished executions failed (30%); in the whole organisation ";
    assert!(found[0].starts_with(start), "{found:#?}");
    // Of 29 one can't tell, and the interval of 6 in 40 begins below 10%.
    assert!(advice(&of(29, 29), directory()).is_empty());
    assert!(advice(&of(40, 6), directory()).is_empty());
}

#[test]
fn a_day_that_stands_out_is_about_the_tool_that_made_it() {
    let runaway: String = (0..400)
        .map(|at| run(17, at, r#""tool":"t2","user":"p3","outcome":"success""#))
        .collect();
    let found = advice(&runaway, directory());
    let spike: Vec<_> = found
        .iter()
        .filter(|one| one.starts_with("spike"))
        .collect();
    assert_eq!(spike.len(), 1, "{found:#?}");
    assert!(
        spike[0].starts_with("spike tool t2 2026-06-17 had "),
        "{spike:?}"
    );
}

#[test]
fn what_is_not_used_is_told_and_only_without_filters() {
    let mut asked = directory();
    asked["tools"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "dusty"}));
    let tools = asked["workspaces"][0]["assigned_tools"]
        .as_array_mut()
        .unwrap();
    tools.push(json!("shelf"));
    asked["workspaces"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "old", "members": ["p1", "p2"]}));
    let asleep: String = (0..25)
        .map(|at| {
            run(
                2,
                at,
                r#""tool":"t2","user":"p3","workspace":"old","outcome":"success""#,
            )
        })
        .collect();
    assert_eq!(
        advice(&asleep, asked.clone()),
        [
            "low adoption tool shelf Assigned to 24 people, and used by 0 (0%) in 30 days.",
            "sleeping workspace workspace old No execution for 27 days, after 25 before; it has 2 members.",
            "unused tool tool dusty In the catalogue, assigned to 0 people, and never executed in 30 days.",
        ]
    );
    let mut question = question("30d", "2026-06-30T00:00:00Z");
    let user = toolscope::query::Dimension::parse("user").unwrap();
    question.set_values(user, true, vec!["nobody".into()], None);
    let mut shard = service(&[&healthy(7), asleep.as_str()].concat(), Some(asked));
    assert!(
        table(&mut shard, &question, "recommendations")
            .rows
            .is_empty()
    );
}

#[test]
fn a_version_that_does_worse_is_left_or_held_back() {
    let of = |version: &str| -> String {
        let one = |at: u32| {
            let outcome = if at.is_multiple_of(3) {
                "failure"
            } else {
                "success"
            };
            let rest = format!(
                r#""tool":"t1","user":"p{}","client":"c","client_version":"{version}","outcome":"{outcome}""#,
                at % 6
            );
            run(20 + at % 8, at, &rest)
        };
        (0..60).map(one).collect()
    };
    let start = |rule: &str, version: &str| {
        format!(
            "{rule} client_version {version} 6 of 24 people of this client use it, and 33.3% of their executions fail; with its other versions "
        )
    };
    for (version, rule) in [
        ("0.9", "failing client version"),
        ("1.10", "failing new client version"),
    ] {
        let found = advice(&of(version), directory());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with(&start(rule, version)), "{found:#?}");
    }
}

#[test]
fn the_demo_s_stories_are_found() {
    let demo = |aggregate_days: i64| {
        let folder = tempfile::tempdir().unwrap();
        write(&DemoOptions {
            events: 100_000,
            seed: 7,
            now_us: NOW_US,
            out: folder.path().to_path_buf(),
            format: DemoFormat::Arrow,
            aggregate_days,
            compress: false,
        })
        .unwrap();
        folder
    };
    // Hours of which nobody's first use can be told; and events of everybody, for what needs the beginning.
    let (folder, raw) = (demo(61), demo(0));
    let asked =
        |folder: &tempfile::TempDir, widget: &str, range: &str, more: &[&str]| -> Vec<Vec<Value>> {
            let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
                .arg("query")
                .arg(folder.path().join("manifest.json"))
                .args([
                    "--compare",
                    "previous",
                    "--widget",
                    widget,
                    "--range",
                    range,
                    "--format",
                    "json",
                ])
                .args(more)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            serde_json::from_value(answer["tables"][0]["rows"].clone()).unwrap()
        };
    let found = |widget: &str, range: &str| asked(&folder, widget, range, &[]);
    // What changed has its names one column earlier.
    let name_at = |rule: &str| if rule == "error_class" { 1 } else { 2 };
    let has = |rows: &[Vec<Value>], rule: &str, names: &[&str]| {
        let told = rows.iter().any(|row| {
            row[0] == rule
                && row[name_at(rule)]
                    .as_str()
                    .is_some_and(|name| names.contains(&name))
        });
        assert!(told, "{rule} {names:?}: {rows:#?}");
    };
    let quarter = found("recommendations", "90d");
    assert!(quarter.len() <= 8);
    has(
        &quarter,
        "failing tool",
        &["list_errors", "get_stack_trace", "resolve_error"],
    );
    has(&quarter, "spike", &[stories::RUNAWAY_TOOL]);
    has(
        &quarter,
        "sleeping workspace",
        &[stories::SLEEPING_WORKSPACE],
    );
    let april = found("recommendations", "2026-04-01..2026-04-30");
    has(
        &april,
        "failing new client version",
        &[stories::BROKEN_VERSION],
    );
    let unused = [
        "archive_repository",
        "delete_channel",
        "vacuum_table",
        "share_folder_publicly",
        "merge_accounts",
        "cancel_subscription",
        "suspend_warehouse",
    ];
    let all = [quarter, april, found("recommendations", "30d")].concat();
    has(&all, "unused tool", &unused);
    // The misconfigured server's weeks against those before it.
    let changed = found("what-changed", "2026-05-24..2026-06-10");
    has(&changed, "error_class", &[stories::MISCONFIGURED_ERROR]);
    // The night of the script, against those before it.
    let day = |ago: i64| (NOW_US - ago * DAY_US) / DAY_US * DAY_US;
    let date = |ago: i64| rfc3339(day(ago))[..10].to_owned();
    let night = format!("{0}..{0}", date(stories::RUNAWAY_DAYS_AGO));
    let changed = found("what-changed", &night);
    let tools = changed
        .iter()
        .filter(|row| row[0] == "tool")
        .map(|row| &row[1]);
    assert_eq!(
        tools.collect::<Vec<_>>(),
        [stories::RUNAWAY_TOOL],
        "{changed:#?}"
    );
    // The wave: most of the department's people came in these weeks, and so did more people than in any others (U1, U5).
    let half_year = format!("{}..{}", date(200), date(100));
    let wave = |more: &[&str]| {
        let weeks = asked(&raw, "user-lifecycle", &half_year, more);
        let new = |row: &Vec<Value>| row[1].as_u64().unwrap_or_default();
        let all: u64 = weeks.iter().map(new).sum();
        let from = date(stories::WAVE_DAYS_AGO + 7);
        let until = date(stories::WAVE_DAYS_AGO - stories::WAVE_DAYS - 7);
        let within = |row: &&Vec<Value>| {
            let week = row[0].as_str().unwrap_or_default();
            (from.as_str()..until.as_str()).contains(&week)
        };
        let most = weeks.iter().max_by_key(|row| new(row)).unwrap();
        assert!(within(&most), "{weeks:#?}");
        let during: u64 = weeks.iter().filter(within).map(new).sum();
        (during, all)
    };
    wave(&[]);
    let department = format!("department={}", stories::WAVE_DEPARTMENT);
    let (during, all) = wave(&["--where", &department]);
    assert!(during * 3 > all * 2, "{during} of {all}");
    // Where nothing happens, everything assigned is unused (W5), and tools nobody uses are so wherever they are assigned.
    let assigned = found("tool-assignment", "30d");
    let states = |at: usize, name: &str| {
        let rows = assigned.iter().filter(|row| row[at] == name);
        rows.map(|row| row[2].as_str().unwrap()).collect::<Vec<_>>()
    };
    let asleep = states(0, stories::SLEEPING_WORKSPACE);
    assert!(
        asleep.len() > 3 && asleep.iter().all(|state| *state == "assigned, unused"),
        "{asleep:?}"
    );
    for tool in unused {
        assert!(
            states(1, tool)
                .iter()
                .all(|state| *state == "assigned, unused"),
            "{tool}"
        );
    }
}
