//! Other kinds of events than executions on the command line, counted by hand; and what is said where there are none.

use std::process::Command;

use serde_json::{Value, json};
use toolscope::native::demo::{DemoFormat, DemoOptions, write};

/// Two conversations with a first response each, five provider calls, two clients' connections, a dropped one among
/// them, documents, devices, and two workspaces' samples of storage.
const EVENTS: &str = r#"{"time":"2026-03-02T09:00:00Z","kind":"conversation","user":"ada","session":"s1","client":"Cursor","duration_ms":60000}
{"time":"2026-03-02T09:00:00Z","kind":"first_response","user":"ada","session":"s1","client":"Cursor","duration_ms":900}
{"time":"2026-03-03T09:00:00Z","kind":"conversation","user":"bo","session":"s2","client":"Cursor","duration_ms":20000,"outcome":"failure"}
{"time":"2026-03-03T09:00:00Z","kind":"first_response","user":"bo","session":"s2","client":"Cursor","duration_ms":1500}
{"time":"2026-03-03T09:00:10Z","kind":"execution","tool":"read","user":"bo","session":"s2","duration_ms":5}
{"time":"2026-03-02T09:00:01Z","kind":"provider_call","model":"opus","tokens_in":1000,"tokens_out":50,"cost_usd":0.25,"duration_ms":1000}
{"time":"2026-03-02T09:00:02Z","kind":"provider_call","model":"opus","tokens_in":2000,"tokens_out":70,"cost_usd":0.5,"duration_ms":3000}
{"time":"2026-03-02T09:00:03Z","kind":"provider_call","model":"opus","outcome":"failure","duration_ms":2000}
{"time":"2026-03-03T09:00:04Z","kind":"provider_call","model":"flash","tokens_in":10,"tokens_out":1,"cost_usd":0.125,"duration_ms":100}
{"time":"2026-03-03T09:00:05Z","kind":"provider_call","model":"flash","outcome":"rejected"}
{"time":"2026-03-02T10:00:00Z","kind":"connection","client":"Cursor","session":"s3","server":"github"}
{"time":"2026-03-02T10:00:30Z","kind":"disconnection","client":"Cursor","session":"s3","server":"github","duration_ms":30000}
{"time":"2026-03-02T10:00:50Z","kind":"connection","client":"Cursor","session":"s3","server":"github"}
{"time":"2026-03-02T10:01:40Z","kind":"document_searched","client":"Cursor","session":"s3"}
{"time":"2026-03-02T10:00:00Z","kind":"connection","client":"VS Code","session":"s4","outcome":"failure"}
{"time":"2026-03-02T10:00:00Z","kind":"authentication","client":"VS Code","session":"s4","outcome":"rejected"}
{"time":"2026-03-02T10:00:01Z","kind":"authentication","client":"VS Code","session":"s4"}
{"time":"2026-03-02T11:00:00Z","kind":"document_indexed","outcome":"failure"}
{"time":"2026-03-02T11:00:00Z","kind":"document_indexed"}
{"time":"2026-03-02T12:00:00Z","kind":"device_connected","user":"ada","platform":"macos"}
{"time":"2026-03-03T12:00:00Z","kind":"device_connected","user":"ada","platform":"macos"}
{"time":"2026-03-03T12:00:00Z","kind":"device_connected","user":"ada","platform":"linux"}
{"time":"2026-03-02T00:00:00Z","kind":"storage_sample","workspace":"core","bytes":1000}
{"time":"2026-03-03T00:00:00Z","kind":"storage_sample","workspace":"core","bytes":900}
{"time":"2026-03-02T00:00:00Z","kind":"storage_sample","workspace":"data","bytes":50}
"#;

fn ask(source: &std::path::Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .arg("query")
        .arg(source)
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every row without the columns' names, and the warnings' codes with their sentences.
fn answer(events: &str, arguments: &[&str]) -> (Value, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, events).unwrap();
    let answer = ask(&path, arguments);
    (answer["tables"][0]["rows"].clone(), warnings(&answer))
}

fn warnings(answer: &Value) -> Vec<(String, String)> {
    let warnings = answer["provenance"]["warnings"].as_array().unwrap();
    let text = |warning: &Value, name: &str| warning[name].as_str().unwrap().to_owned();
    warnings
        .iter()
        .map(|warning| (text(warning, "code"), text(warning, "message")))
        .collect()
}

fn rows(arguments: &[&str]) -> Value {
    answer(EVENTS, arguments).0
}

#[test]
fn conversations_by_day_have_their_latency_and_time_to_first_response() {
    let measures =
        "conversations,first_response_p50,first_response_mean,conversation_latency_p95,users";
    assert_eq!(
        rows(&["--group-by", "day", "--measure", measures]),
        json!([
            ["2026-03-02", 1, 900.0, 900.0, 60000.0, 1],
            ["2026-03-03", 1, 1500.0, 1500.0, 20000.0, 1]
        ])
    );
    // Halfway between 900 and 1500; 95 % of the way from 20 to 60 s.
    assert_eq!(
        rows(&[
            "--measure",
            "conversations,first_response_p50,conversation_latency_p95"
        ]),
        json!([[2, 1200.0, 58000.0]])
    );
}

#[test]
fn models_have_calls_tokens_cost_and_time_and_executions_make_no_row_beside_them() {
    let measures =
        "provider_calls,provider_failure_rate,tokens_in,tokens_out,cost_usd,provider_time_p95";
    assert_eq!(
        rows(&["--group-by", "model", "--measure", measures]),
        json!([
            ["flash", 2, 0.5, 10, 1, 0.125, 100.0],
            ["opus", 3, 1.0 / 3.0, 3000, 120, 0.75, 2900.0]
        ])
    );
    assert_eq!(rows(&["--measure", "cost_usd"]), json!([[0.875]]));
    assert_eq!(
        rows(&[
            "--measure",
            "cost_usd,provider_calls",
            "--where",
            "model=opus"
        ]),
        json!([[0.75, 3]])
    );
}

#[test]
fn clients_have_connections_uptime_and_authentications() {
    let measures = "connections,connection_failures,connection_failure_rate,uptime_share,active_connections,authentications,authentication_success_rate";
    // Cursor was connected for 30 s, dropped for 20 s, and connected again until the session's last event 50 s later.
    assert_eq!(
        rows(&["--group-by", "client", "--measure", measures]),
        json!([
            ["Cursor", 2, 0, 0.0, 0.8, 1, 0, null],
            ["VS Code", 1, 1, 1.0, null, 0, 2, 0.5]
        ])
    );
}

#[test]
fn documents_devices_and_the_newest_sample_of_storage_are_counted() {
    let measures = "documents_indexed,documents_searched,devices_connected,storage_bytes";
    assert_eq!(rows(&["--measure", measures]), json!([[1, 1, 2, 950]]));
    assert_eq!(
        rows(&[
            "--group-by",
            "day",
            "--measure",
            "storage_bytes,devices_connected"
        ]),
        json!([["2026-03-02", 1050, 1], ["2026-03-03", 900, 2]])
    );
}

#[test]
fn kinds_can_be_grouped_and_filtered_by() {
    let by_kind = rows(&["--group-by", "kind", "--measure", "events"]);
    let all: u64 = by_kind
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[1].as_u64().unwrap())
        .sum();
    assert_eq!(all, 25);
    assert!(
        by_kind
            .as_array()
            .unwrap()
            .contains(&json!(["connection", 3]))
    );
    assert_eq!(
        rows(&[
            "--where",
            "kind=authentication",
            "--measure",
            "events,connections,executions"
        ]),
        json!([[2, 0, 0]])
    );
}

#[test]
fn what_is_not_in_the_data_is_not_zero_and_the_answer_says_which_kind_to_send() {
    let events = r#"{"time":"2026-03-02T09:00:00Z","tool":"read"}
{"time":"2026-03-02T09:00:00Z","kind":"provider_call","model":"opus"}
"#;
    let measures = "executions,conversations,first_response_p50,provider_calls,tokens_in,cost_usd";
    let (rows, warnings) = answer(events, &["--measure", measures]);
    assert_eq!(rows, json!([[1, null, null, 1, null, null]]));
    let missing: Vec<&str> = warnings
        .iter()
        .filter(|(code, _)| code == "kind_missing")
        .map(|(_, message)| message.as_str())
        .collect();
    assert_eq!(missing.len(), 4, "{missing:?}");
    for said in [
        "kind=conversation",
        "kind=first_response",
        "tokens_in",
        "cost_usd",
    ] {
        assert!(
            missing.iter().any(|message| message.contains(said)),
            "{said}: {missing:?}"
        );
    }
    let (_, warnings) = answer(events, &["--measure", "executions"]);
    assert!(warnings.iter().all(|(code, _)| code != "kind_missing"));
}

#[test]
fn pre_aggregated_hours_don_t_tell_other_kinds_and_raw_days_do() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions {
        events: 20_000,
        seed: 7,
        now_us: 1_782_820_800_000_000,
        out: folder.path().to_path_buf(),
        format: DemoFormat::Arrow,
        aggregate_days: 61,
        compress: false,
    };
    write(&options).unwrap();
    let arguments = [
        "--group-by",
        "month",
        "--measure",
        "executions,conversations,storage_bytes",
    ];
    let months = ask(folder.path(), &arguments);
    let rows = months["tables"][0]["rows"].as_array().unwrap();
    let (first, last) = (&rows[0], rows.last().unwrap());
    assert!(first[1].as_u64().unwrap() > 0 && last[1].as_u64().unwrap() > 0);
    assert_eq!((&first[2], &first[3]), (&Value::Null, &Value::Null));
    assert!(last[2].as_u64().unwrap() > 0 && last[3].as_u64().unwrap() > 1_000_000_000);
    assert!(warnings(&months).iter().any(|(code, message)| {
        code == "aggregate_lacks" && message.contains("conversations and storage_bytes")
    }));
}

#[test]
fn people_ever_seen_are_those_of_any_event_up_to_the_end_of_the_period_but_of_no_measurement() {
    // Eve was refused, cy only connected, and nobody is seen in a measurement.
    let events = format!(
        "{EVENTS}{}\n{}\n{}\n",
        r#"{"time":"2026-03-02T13:00:00Z","kind":"execution","tool":"read","user":"eve","outcome":"rejected"}"#,
        r#"{"time":"2026-03-04T09:00:00Z","kind":"connection","user":"cy","client":"Cursor","server":"github"}"#,
        r#"{"time":"2026-03-02T00:00:01Z","kind":"storage_sample","user":"robot","workspace":"core","bytes":1}"#,
    );
    let measures = ["--measure", "adopters,adoption_share"];
    let ask = |more: &[&str]| answer(&events, &[&measures[..], more].concat()).0;
    // Bo of ada, bo, cy and eve: the whole segment.
    assert_eq!(ask(&[]), json!([[1, 0.25]]));
    // Nobody yet, of ada and eve: a part of it.
    assert_eq!(ask(&["--range", "2026-03-02"]), json!([[0, 0.0]]));
    // Bo of ada, bo and eve.
    assert_eq!(ask(&["--range", "2026-03-03"]), json!([[1, 1.0 / 3.0]]));
    // A filter leaves those who were seen.
    assert_eq!(ask(&["--where", "tool=read"]), json!([[1, 0.25]]));
}
