//! The tables of the clients dashboard, worked out by hand from a few events.

use toolscope::query::Question;
use toolscope::service::Service;

use super::places_kit::{ask, question, rows, service, table};

/// Person, client, version, platform, tool, outcome, ms; one execution each, a second apart.
const RUNS: [(&str, &str, &str, &str, &str, &str, u32); 9] = [
    ("ada", "Cursor", "2.9.0", "macos", "read", "success", 10),
    ("ada", "Cursor", "2.10.0", "macos", "write", "success", 20),
    ("ada", "Cursor", "2.10.0", "macos", "read", "failure", 30),
    ("bo", "Cursor", "2.9.0", "linux", "read", "failure", 40),
    ("bo", "Cursor", "2.9.0", "linux", "read", "success", 50),
    ("cy", "Cursor", "", "linux", "read", "success", 60),
    ("cy", "VS Code", "1.2", "linux", "list", "success", 5),
    ("cy", "VS Code", "1.2", "linux", "read", "success", 5),
    ("dee", "", "", "linux", "read", "success", 5),
];

const CONNECTIONS: &str = r#"{"time":"2026-03-10T10:00:00Z","kind":"connection","client":"Cursor","session":"s1","server":"github"}
{"time":"2026-03-10T10:00:30Z","kind":"disconnection","client":"Cursor","session":"s1","server":"github","duration_ms":30000}
{"time":"2026-03-10T10:00:00Z","kind":"connection","client":"VS Code","session":"s2","outcome":"failure","error_class":"timeout"}
{"time":"2026-03-10T10:00:01Z","kind":"connection","client":"VS Code","session":"s2","outcome":"rejected","error_class":"timeout"}
{"time":"2026-03-10T10:00:02Z","kind":"connection","client":"VS Code","session":"s2","outcome":"failure"}
{"time":"2026-03-10T10:00:02Z","kind":"authentication","client":"VS Code","session":"s2"}
{"time":"2026-03-10T10:00:02Z","kind":"execution","client":"VS Code","outcome":"failure","error_class":"not connected","tool":"list","user":"cy"}
{"time":"2026-03-10T12:00:00Z","kind":"device_connected","user":"ada","platform":"macos"}
{"time":"2026-03-10T12:00:00Z","kind":"document_searched","user":"ada"}
{"time":"2026-03-10T00:00:00Z","kind":"storage_sample","workspace":"core","bytes":1000}
{"time":"2026-03-11T00:00:00Z","kind":"storage_sample","workspace":"core","bytes":900}
"#;

fn runs() -> String {
    let run = |(at, run): (usize, &(&str, &str, &str, &str, &str, &str, u32))| {
        let (user, client, version, platform, tool, outcome, ms) = run;
        let of = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!(r#""{name}":"{value}","#),
        };
        format!(
            r#"{{{}{}"time":"2026-03-10T09:00:{at:02}Z","platform":"{platform}","tool":"{tool}","user":"{user}","outcome":"{outcome}","duration_ms":{ms}}}{}"#,
            of("client", client),
            of("client_version", version),
            "\n"
        )
    };
    RUNS.iter().enumerate().map(run).collect()
}

fn shard() -> Service {
    service(&runs(), None)
}

fn week() -> Question {
    question("2026-03-08..2026-03-14", "2026-03-15T00:00:00Z")
}

#[test]
fn every_client_has_its_use_speed_and_breadth() {
    let found = table(&mut shard(), &week(), "clients");
    let columns = [
        "client",
        "executions",
        "executions_change",
        "share",
        "users",
        "success_rate",
        "duration_p50",
        "duration_p95",
        "tools_per_user",
        "last_used",
    ];
    // Cursor: ada used two tools, bo and cy one each.
    assert_eq!(
        rows(&found, &columns),
        [
            "Cursor 6 new 0.6667 3 0.6667 35 57.5 1.3333 03-10",
            "VS Code 2 new 0.2222 1 1 5 5 2 03-10"
        ]
    );
    assert_eq!(found.total("executions").unwrap().number(), Some(9.0));
    let found = table(&mut shard(), &week(), "client-effectiveness");
    let columns = [
        "client",
        "success_rate",
        "tools_per_user",
        "executions_per_user",
        "users",
    ];
    assert_eq!(
        rows(&found, &columns),
        ["Cursor 0.6667 1.3333 2 3", "VS Code 1 2 2 1"]
    );
}

/// One execution in the week before.
fn before(user: &str, client: &str) -> String {
    let event = format!(
        r#"{{"time":"2026-03-04T09:00:00Z","tool":"read","user":"{user}","client":"{client}"}}"#
    );
    format!("{event}\n")
}

#[test]
fn who_stayed_with_a_client_is_told_against_the_comparison() {
    // Of four people with Cursor before, ada and bo still use it: cy's only run of it is another's, dee's has no client.
    let earlier = [
        before("ada", "Cursor"),
        before("bo", "Cursor"),
        before("eve", "Cursor"),
        before("dee", "Cursor"),
        before("ada", "VS Code"),
        before("fay", "Zed"),
    ];
    let mut shard = service(
        &[&runs(), &earlier.concat()].map(String::as_str).concat(),
        None,
    );
    let found = table(&mut shard, &week(), "client-effectiveness");
    assert_eq!(
        rows(&found, &["client", "kept_users"]),
        ["Cursor 0.5", "VS Code 0"]
    );
    let alone = Question {
        compare: toolscope::query::CompareSpec::None,
        ..week()
    };
    let found = table(&mut shard, &alone, "client-effectiveness");
    assert_eq!(found.column_index("kept_users"), None);
}

#[test]
fn people_by_client_are_told_by_day_and_never_added_up() {
    let found = table(&mut shard(), &week(), "client-adoption");
    let names: Vec<&str> = found
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    // Whoever names no client is in no column: people of several columns are no sum.
    assert_eq!(names, ["day", "Cursor", "VS Code"]);
    let days = rows(&found, &names);
    assert_eq!(days.len(), 7);
    assert_eq!(days[2], "2026-03-10 3 1");
    assert_eq!(days[3], "2026-03-11 0 0");
    // Who runs a tool with it, as the week counts them once.
    assert_eq!(found.total("Cursor").unwrap().number(), Some(3.0));
}

#[test]
fn each_client_has_its_line_over_time() {
    let (tables, _) = ask(&mut shard(), &week(), "clients");
    let trend = tables
        .iter()
        .find(|table| table.id == "clients-trend")
        .unwrap();
    assert_eq!(
        rows(trend, &["client", "2026-03-09", "2026-03-10"]),
        ["Cursor 0 6", "VS Code 0 2"]
    );
    assert_eq!(trend.columns.len(), 8, "the name and seven days");
}

#[test]
fn versions_are_ordered_by_their_numbers_and_people_counted_by_their_newest_one() {
    let (tables, _) = ask(&mut shard(), &week(), "client-versions");
    let columns = [
        "client_version",
        "client",
        "versions_behind",
        "executions",
        "users",
        "success_rate",
    ];
    assert_eq!(
        rows(&tables[0], &columns),
        [
            "2.10.0 Cursor 0 2 1 0.5",
            "2.9.0 Cursor 1 3 2 0.6667",
            "1.2 VS Code 0 2 1 1"
        ]
    );
    // Ada moved on to 2.10.0; cy's Cursor does not tell its version.
    let columns = [
        "client",
        "newest_version",
        "users",
        "older_version_users",
        "older_version_share",
    ];
    assert_eq!(
        rows(&tables[1], &columns),
        ["Cursor 2.10.0 2 1 0.5", "VS Code 1.2 1 0 0"]
    );
    let columns = [
        "user",
        "client",
        "client_version",
        "newest_version",
        "executions",
    ];
    assert_eq!(rows(&tables[2], &columns), ["bo Cursor 2.9.0 2.10.0 2"]);
}

#[test]
fn platforms_are_ranked_by_executions() {
    let found = table(&mut shard(), &week(), "platforms");
    assert_eq!(
        rows(&found, &["platform", "executions", "users"]),
        ["linux 6 3", "macos 3 1"]
    );
}

#[test]
fn connections_have_failures_with_their_errors_and_no_errors_of_executions() {
    let mut shard = service(&[&runs(), CONNECTIONS].concat(), None);
    let found = table(&mut shard, &week(), "connections");
    let columns = [
        "client",
        "connections",
        "connection_failures",
        "connection_failure_rate",
        "active_connections",
        "authentications",
        "authentication_success_rate",
    ];
    assert_eq!(
        rows(&found, &columns),
        ["VS Code 3 3 1 0 1 1", "Cursor 1 0 0 0 0 –"]
    );
    let found = table(&mut shard, &week(), "connection-errors");
    assert_eq!(
        rows(&found, &["error_class", "connection_failures"]),
        ["timeout 2", "– 1"]
    );
}

#[test]
fn resources_are_told_by_day_with_the_storage_of_each() {
    let mut shard = service(&[&runs(), CONNECTIONS].concat(), None);
    let found = table(&mut shard, &week(), "resource-use");
    let columns = [
        "day",
        "documents_searched",
        "devices_connected",
        "storage_bytes",
    ];
    assert_eq!(
        rows(&found, &columns)[1..4],
        [
            "2026-03-09 0 0 –",
            "2026-03-10 1 1 1000",
            "2026-03-11 0 0 900"
        ]
    );
}
