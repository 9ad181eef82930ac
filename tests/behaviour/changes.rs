//! What changed against the comparison (E4), and side by side (Q8), counted by hand.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::{Value, json};

/// So many executions, one a second from this instant on.
fn events(text: &mut String, from: &str, number: usize, tool: &str, outcome: &str, error: &str) {
    let from = chrono::DateTime::parse_from_rfc3339(from).unwrap();
    for at in 0..number {
        let time = (from + chrono::Duration::seconds(at as i64)).to_rfc3339();
        writeln!(
            text,
            r#"{{"event_id":"{tool}{outcome}{time}","time":"{time}","tool":"{tool}","workspace":"core","user":"ada","client":"Cursor","outcome":"{outcome}"{error}}}"#
        )
        .unwrap();
    }
}

fn ask(text: &str, widget: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .arg("query")
        .arg(&path)
        .args(["--format", "json", "--widget", widget])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["tables"][0]["rows"].clone()
}

const RANGE: [&str; 4] = ["--range", "2026-03-09..2026-03-15", "--compare", "previous"];

#[test]
fn the_things_that_moved_more_than_by_chance_are_told_with_their_share() {
    let mut text = String::new();
    let before = "2026-03-03T09:00:00Z";
    let now = "2026-03-10T09:00:00Z";
    events(&mut text, before, 400, "query", "success", "");
    events(&mut text, now, 100, "query", "success", "");
    // 50 and 60 of a tool are chance.
    events(&mut text, before, 50, "read", "success", "");
    events(&mut text, now, 60, "read", "success", "");
    let error = r#","error_class":"timeout""#;
    events(&mut text, before, 10, "send", "failure", error);
    events(&mut text, now, 110, "send", "failure", error);
    // In all 460 and 270: 190 fewer.
    let share = |difference: f64| difference / -190.0;
    let all = |kind: &str, name: &str| json!([kind, name, 460, 270, -190, 1.0]);
    assert_eq!(
        ask(&text, "what-changed", &RANGE),
        json!([
            ["tool", "query", 400, 100, -300, share(-300.0)],
            ["tool", "send", 10, 110, 100, share(100.0)],
            all("workspace", "core"),
            all("user", "ada"),
            all("client", "Cursor"),
            ["error_class", "timeout", 10, 110, 100, 1.0],
        ])
    );
}

#[test]
fn a_longer_comparison_is_scaled_and_nothing_is_told_without_one() {
    let mut text = String::new();
    // 1,400 in the 14 days before are 700 in 7.
    events(
        &mut text,
        "2026-02-24T09:00:00Z",
        1_400,
        "query",
        "success",
        "",
    );
    events(
        &mut text,
        "2026-03-10T09:00:00Z",
        100,
        "query",
        "success",
        "",
    );
    let range = ["--range", "2026-03-09..2026-03-15"];
    let compared = [&range[..], &["--compare", "2026-02-23..2026-03-08"]].concat();
    assert_eq!(
        ask(&text, "what-changed", &compared)[0],
        json!(["tool", "query", 700.0, 100, -600.0, 1.0])
    );
    assert_eq!(
        ask(
            &text,
            "what-changed",
            &[&range[..], &["--compare", "none"]].concat()
        ),
        json!([])
    );
}

#[test]
fn things_that_a_filter_keeps_stand_side_by_side_with_the_interval_of_their_rates() {
    let mut text = String::new();
    let now = "2026-03-10T09:00:00Z";
    // Of 80 calls 48 end well here, and there 56 of 70.
    events(&mut text, now, 48, "query", "success", "");
    events(&mut text, now, 32, "query", "failure", "");
    events(&mut text, now, 56, "read", "success", "");
    events(&mut text, now, 14, "read", "failure", "");
    events(&mut text, now, 500, "other", "success", "");
    let asked = [&RANGE[..], &["--where", "tool=query,read"]].concat();
    let sides = ask(&text, "side-by-side", &asked);
    assert_eq!(sides[0][0], json!("query"));
    assert_eq!(sides[1][0], json!("read"));
    assert_eq!(sides.as_array().unwrap().len(), 2);
    let rows = ask(&text, "side-by-side-differences", &asked);
    let row = |measure: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row[2] == measure).unwrap().clone()
    };
    assert_eq!(
        row("executions"),
        json!(["read", "query", "executions", 80.0, 70.0, -10.0, null, null])
    );
    // Newcombe 1998, table II, method 10.
    let rate = row("success_rate");
    let near = |at: usize, expected: f64| {
        let number = rate[at].as_f64().unwrap();
        assert!((number - expected).abs() < 5e-5, "{number}, not {expected}");
    };
    near(5, 0.2);
    near(6, 0.0524);
    near(7, 0.3339);
}
