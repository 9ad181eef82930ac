//! `toolscope query` as a process: what it prints, where, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::common::packing::zip;

/// Seven executions, one of them twice, one rejected, one line that is none. Hand-counted below.
const EVENTS: &str = r#"{"event_id":"1","time":"2026-03-02T09:00:00Z","tool":"search_code","server":"github","user":"ada@example.org","workspace":"core","client":"Cursor","outcome":"success","duration_ms":100}
{"event_id":"2","time":"2026-03-02T10:00:00Z","tool":"search_code","server":"github","user":"ada@example.org","workspace":"core","client":"Cursor","outcome":"failure","error_class":"timeout","duration_ms":300}
{"event_id":"3","time":"2026-03-03T10:00:00Z","tool":"run_query","server":"postgres","user":"bo@example.org","workspace":"data","client":"VS Code","outcome":"success","duration_ms":20}
{"event_id":"3","time":"2026-03-03T10:00:00Z","tool":"run_query","server":"postgres","user":"bo@example.org","workspace":"data","client":"VS Code","outcome":"success","duration_ms":20}
{"event_id":"4","time":"2026-03-04T23:30:00Z","tool":"run_query","server":"postgres","user":"cy@example.org","workspace":"data","client":"VS Code","outcome":"success","duration_ms":40}
{"event_id":"5","time":"2026-03-05T12:00:00Z","tool":"a,b","server":"odd","user":"cy@example.org","workspace":"data","client":"VS Code","outcome":"cancelled","prompt":"canary-in-content"}
{"event_id":"6","time":"2026-03-05T13:00:00Z","tool":"run_query","server":"postgres","user":"cy@example.org","workspace":"data","client":"VS Code","outcome":"rejected"}
this line is no event
"#;

const DIRECTORY: &str = r#"{"version":1,"people":[
  {"id":"ada@example.org","department":"Engineering"},
  {"id":"bo@example.org","department":"Data"},
  {"id":"cy@example.org","department":"Data"}]}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.ndjson"), EVENTS).unwrap();
    std::fs::write(folder.path().join("people.json"), DIRECTORY).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn query(folder: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["query"];
    all.extend(arguments);
    run(folder, &all)
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The first table's columns of these names, row by row.
fn rows(answer: &Value, names: &[&str]) -> Vec<Value> {
    let table = &answer["tables"][0];
    let columns = table["columns"].as_array().unwrap();
    let position = |name: &&str| {
        columns
            .iter()
            .position(|column| column["name"] == **name)
            .unwrap_or_else(|| panic!("no column {name}"))
    };
    let positions: Vec<usize> = names.iter().map(position).collect();
    let row = |row: &Value| Value::Array(positions.iter().map(|&at| row[at].clone()).collect());
    table["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_file_is_counted_and_what_was_left_out_is_said() {
    let folder = folder();
    let output = query(
        folder.path(),
        &[
            "events.ndjson",
            "--group-by",
            "tool",
            "--measure",
            "executions,successes,failures,success_rate,users",
            "--format",
            "json",
        ],
    );
    let answer = json_of(&output);
    assert_eq!(answer["format"], "toolscope/1");
    let names = [
        "tool",
        "executions",
        "successes",
        "failures",
        "success_rate",
        "users",
    ];
    assert_eq!(
        rows(&answer, &names),
        [
            json!(["a,b", 1, 0, 0, null, 1]),
            json!(["run_query", 2, 2, 0, 1.0, 2]),
            json!(["search_code", 2, 1, 1, 0.5, 1])
        ]
    );
    let source = &answer["provenance"]["sources"][0];
    assert_eq!(
        [
            &source["rows_read"],
            &source["accepted"],
            &source["set_aside"],
            &source["duplicates"]
        ],
        [&json!(8), &json!(6), &json!(1), &json!(1)]
    );
    assert_eq!(answer["provenance"]["dropped_fields"], json!({"prompt": 1}));
    assert_eq!(answer["provenance"]["exact"], true);
    assert_eq!(answer["provenance"]["zone"], "UTC");
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("1 row was set aside in events.ndjson"),
        "{said}"
    );
    assert!(!stdout(&output).contains("canary") && !said.contains("canary"));
}

#[test]
fn filters_keep_and_leave_out_and_a_comma_can_be_escaped() {
    let folder = folder();
    let executions = |filters: &[&str]| {
        let mut arguments = vec![
            "events.ndjson",
            "--measure",
            "executions",
            "--format",
            "json",
        ];
        arguments.extend(filters);
        rows(&json_of(&query(folder.path(), &arguments)), &["executions"])[0][0]
            .as_u64()
            .unwrap()
    };
    assert_eq!(executions(&[]), 5);
    assert_eq!(executions(&["--where", "tool=search_code,run_query"]), 4);
    assert_eq!(executions(&["--where", r"tool=a\,b"]), 1);
    assert_eq!(executions(&["--where-not", "tool=run_query"]), 3);
    assert_eq!(
        executions(&[
            "--where",
            "client=VS Code",
            "--where",
            "user=cy@example.org"
        ]),
        2
    );
    assert_eq!(
        executions(&["--where", "error_class="]),
        4,
        "no value means absent"
    );
    assert_eq!(executions(&["--where-not", "outcome=cancelled,failure"]), 3);
}

#[test]
fn a_directory_gives_departments() {
    let folder = folder();
    let arguments = [
        "events.ndjson",
        "--directory",
        "people.json",
        "--group-by",
        "department",
        "--measure",
        "executions,users",
        "--format",
        "json",
    ];
    let answer = json_of(&query(folder.path(), &arguments));
    assert_eq!(
        rows(&answer, &["department", "executions", "users"]),
        [json!(["Data", 3, 2]), json!(["Engineering", 2, 1])]
    );
}

#[test]
fn now_is_the_newest_event_unless_an_argument_says_otherwise() {
    let folder = folder();
    let ask = |extra: &[&str]| {
        let mut arguments = vec![
            "events.ndjson",
            "--measure",
            "executions",
            "--range",
            "24h",
            "--format",
            "json",
        ];
        arguments.extend(extra);
        json_of(&query(folder.path(), &arguments))
    };
    let from_data = ask(&[]);
    assert_eq!(from_data["provenance"]["now"], "2026-03-05T13:00:00Z");
    assert_eq!(
        rows(&from_data, &["executions"]),
        [json!([2])],
        "23:30 the evening before, and noon"
    );
    let warnings = from_data["provenance"]["warnings"].to_string();
    assert!(warnings.contains("now_from_data"), "{warnings}");
    let fixed = ask(&["--now", "2026-03-03T12:00:00Z"]);
    assert_eq!(rows(&fixed, &["executions"]), [json!([1])]);
    assert!(
        !fixed["provenance"]["warnings"]
            .to_string()
            .contains("now_from_data")
    );
}

#[test]
fn days_are_cut_in_the_zone_of_the_question() {
    let folder = folder();
    let days = |zone: &str| {
        let arguments = [
            "events.ndjson",
            "--measure",
            "executions",
            "--group-by",
            "day",
            "--zone",
            zone,
            "--format",
            "json",
        ];
        rows(
            &json_of(&query(folder.path(), &arguments)),
            &["day", "executions"],
        )
    };
    assert_eq!(
        days("UTC"),
        [
            json!(["2026-03-02", 2]),
            json!(["2026-03-03", 1]),
            json!(["2026-03-04", 1]),
            json!(["2026-03-05", 1])
        ]
    );
    assert_eq!(
        days("Europe/Berlin"),
        [
            json!(["2026-03-02", 2]),
            json!(["2026-03-03", 1]),
            json!(["2026-03-04", 0]),
            json!(["2026-03-05", 2])
        ]
    );
}

#[test]
fn a_comparison_brings_the_period_before_and_the_change() {
    let folder = folder();
    let arguments = [
        "events.ndjson",
        "--measure",
        "executions",
        "--range",
        "2026-03-04..2026-03-05",
        "--compare",
        "previous",
        "--format",
        "json",
    ];
    let answer = json_of(&query(folder.path(), &arguments));
    let names = ["executions", "executions_previous", "executions_change"];
    let row = &rows(&answer, &names)[0];
    assert_eq!((&row[0], &row[1]), (&json!(2), &json!(3)));
    assert!(
        (row[2].as_f64().unwrap() + 1.0 / 3.0).abs() < 1e-12,
        "{row}"
    );
}

#[test]
fn a_folder_is_read_with_its_subfolders_and_formats_may_differ() {
    let folder = folder();
    let inner = folder.path().join("logs/2026");
    std::fs::create_dir_all(&inner).unwrap();
    let demo = [
        "demo",
        "--events",
        "500",
        "--seed",
        "3",
        "--now",
        "2026-03-01T00:00:00Z",
        "--aggregate-days",
        "0",
        "--plain",
    ];
    for (format, out) in [("parquet", "p"), ("arrow", "a")] {
        let mut arguments = demo.to_vec();
        arguments.extend(["--format", format, "--out", out]);
        assert!(run(folder.path(), &arguments).status.success());
        let mut batches: Vec<_> = std::fs::read_dir(folder.path().join(out).join("batches"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        batches.sort();
        let newest = batches.last().unwrap();
        std::fs::copy(newest, inner.join(format!("batch.{format}"))).unwrap();
    }
    std::fs::copy(
        folder.path().join("events.ndjson"),
        folder.path().join("logs/events.txt"),
    )
    .unwrap();
    std::fs::write(folder.path().join("logs/README.md"), "Nothing to see.").unwrap();
    let answer = json_of(&query(
        folder.path(),
        &["logs", "--measure", "executions", "--format", "json"],
    ));
    let sources = answer["provenance"]["sources"].as_array().unwrap();
    let mut formats: Vec<&str> = sources
        .iter()
        .map(|source| source["format"].as_str().unwrap())
        .collect();
    formats.sort_unstable();
    assert_eq!(formats, ["arrow-file", "ndjson", "parquet"]);
    // The same week twice, once in each format: every event of one is a duplicate of the other's.
    let duplicates: u64 = sources
        .iter()
        .map(|source| source["duplicates"].as_u64().unwrap())
        .sum();
    let parquet = sources
        .iter()
        .find(|source| source["format"] == "parquet")
        .unwrap();
    assert_eq!(duplicates, 1 + parquet["rows_read"].as_u64().unwrap());
}

#[test]
fn a_manifest_is_read_only_where_the_question_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = [
        "demo",
        "--events",
        "4000",
        "--out",
        "demo",
        "--now",
        "2026-06-30T12:00:00Z",
        "--aggregate-days",
        "61",
        "--plain",
    ];
    assert!(run(folder.path(), &demo).status.success());
    let ask = |extra: &[&str]| {
        let mut arguments = vec![
            "demo/manifest.json",
            "--measure",
            "executions,users",
            "--format",
            "json",
        ];
        arguments.extend(extra);
        query(folder.path(), &arguments)
    };
    let week = json_of(&ask(&["--range", "7d"]));
    assert!((1..=2).contains(&week["provenance"]["sources"].as_array().unwrap().len()));
    assert_eq!(week["provenance"]["exact"], true);
    let all = json_of(&ask(&[]));
    assert!(all["provenance"]["sources"].as_array().unwrap().len() > 50);
    assert_eq!(
        all["provenance"]["exact"], false,
        "the oldest months are sketches"
    );
    // The folder is its manifest, and the manifest knows the directory.
    let departments = query(
        folder.path(),
        &[
            "demo",
            "--range",
            "90d",
            "--group-by",
            "department",
            "--measure",
            "executions",
            "--format",
            "json",
        ],
    );
    assert_eq!(rows(&json_of(&departments), &["department"]).len(), 12);

    // One damaged batch is named, the rest is answered.
    let newest = std::fs::read_dir(folder.path().join("demo/batches"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max()
        .unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();
    let damaged = ask(&["--range", "30d"]);
    let name = newest.file_name().unwrap().to_string_lossy().into_owned();
    assert!(stderr(&damaged).contains(&name), "{}", stderr(&damaged));
    let answer = json_of(&damaged);
    assert!(
        answer["provenance"]["warnings"]
            .to_string()
            .contains("batch_missing")
    );
    assert!(rows(&answer, &["executions"])[0][0].as_u64().unwrap() > 0);
}

#[test]
fn when_nothing_can_be_read_the_code_is_1_and_the_reason_is_said() {
    let folder = folder();
    std::fs::write(folder.path().join("empty.ndjson"), "").unwrap();
    std::fs::write(
        folder.path().join("page.arrow"),
        "<!DOCTYPE html><html><body>Sign in</body></html>",
    )
    .unwrap();
    std::fs::create_dir(folder.path().join("nothing")).unwrap();
    for (source, reason) in [
        ("missing.ndjson", "no such file"),
        ("empty.ndjson", "empty"),
        ("page.arrow", "HTML"),
        ("nothing", "no file"),
    ] {
        let output = query(folder.path(), &[source, "--measure", "executions"]);
        let said = stderr(&output);
        assert_eq!(
            (output.status.code(), stdout(&output).as_str()),
            (Some(1), ""),
            "{source}: {said}"
        );
        assert!(said.contains(reason), "{source}: {said}");
    }
    let rest = query(
        folder.path(),
        &[
            "missing.ndjson",
            "page.arrow",
            "events.ndjson",
            "--measure",
            "executions",
            "--format",
            "json",
        ],
    );
    assert_eq!(rows(&json_of(&rest), &["executions"]), [json!([5])]);
    let said = stderr(&rest);
    assert!(
        said.contains("missing.ndjson") && said.contains("HTML"),
        "{said}"
    );
}

#[test]
fn wrong_arguments_end_with_code_2_and_a_way_out() {
    let folder = folder();
    let cases: [(&[&str], &str); 12] = [
        (&[], "SOURCE"),
        (&["events.ndjson"], "--measure"),
        (&["events.ndjson", "--group-by", "tool"], "--measure"),
        (&["events.ndjson", "--measure", "speed"], "duration_p95"),
        (
            &[
                "events.ndjson",
                "--measure",
                "executions",
                "--group-by",
                "colour",
            ],
            "workspace",
        ),
        (&["events.ndjson", "--widget", "nothing"], "top-tools"),
        (&["events.ndjson", "--dashboard", "nothing"], "executive"),
        (
            &[
                "events.ndjson",
                "--widget",
                "kpi",
                "--dashboard",
                "executive",
            ],
            "cannot be used with",
        ),
        (
            &[
                "events.ndjson",
                "--measure",
                "executions",
                "--range",
                "soon",
            ],
            "range",
        ),
        (
            &[
                "events.ndjson",
                "--measure",
                "executions",
                "--zone",
                "Mars/Olympus",
            ],
            "time zone",
        ),
        (
            &[
                "events.ndjson",
                "--measure",
                "executions",
                "--where",
                "tool",
            ],
            "DIMENSION=VALUE",
        ),
        (
            &[
                "events.ndjson",
                "--measure",
                "executions",
                "--now",
                "tomorrow",
            ],
            "2026-03-14T09:00:00Z",
        ),
    ];
    for (arguments, hint) in cases {
        let output = query(folder.path(), arguments);
        let said = stderr(&output);
        assert_eq!(
            (output.status.code(), stdout(&output).as_str()),
            (Some(2), ""),
            "{arguments:?}: {said}"
        );
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
}

#[test]
fn csv_of_one_table_is_plain_and_of_several_has_titles_between() {
    let folder = folder();
    let one = query(
        folder.path(),
        &[
            "events.ndjson",
            "--measure",
            "executions",
            "--group-by",
            "tool",
            "--format",
            "csv",
        ],
    );
    let text = stdout(&one).replace("\r\n", "\n");
    assert!(
        text.starts_with("tool,executions\n\"a,b\",1\nrun_query,2\nsearch_code,2\n"),
        "{text}"
    );
    let several = query(
        folder.path(),
        &[
            "events.ndjson",
            "--dashboard",
            "executive",
            "--format",
            "csv",
        ],
    );
    let text = stdout(&several).replace("\r\n", "\n");
    let titles: Vec<&str> = text
        .split("\n\n")
        .map(|part| part.lines().next().unwrap())
        .collect();
    assert!(
        titles.len() > 5 && titles.iter().all(|title| title.starts_with("# ")),
        "{titles:?}"
    );
}

#[test]
fn the_dashboard_has_a_table_for_each_widget() {
    let folder = folder();
    let answer = json_of(&query(
        folder.path(),
        &[
            "events.ndjson",
            "--dashboard",
            "executive",
            "--format",
            "json",
        ],
    ));
    let ids: Vec<&str> = answer["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["id"].as_str().unwrap())
        .collect();
    for widget in [
        "kpi",
        "daily-executions",
        "success-rate-over-time",
        "adoption-curve",
        "top-tools",
        "top-users",
        "top-workspaces",
        "failure-reasons",
    ] {
        assert!(ids.contains(&widget), "{widget} is missing from {ids:?}");
    }
    let widget = query(
        folder.path(),
        &[
            "events.ndjson",
            "--widget",
            "top-tools",
            "--format",
            "table",
        ],
    );
    let text = stdout(&widget);
    assert!(
        text.contains("search_code") && text.contains("run_query"),
        "{text}"
    );
}

#[test]
fn the_names_that_a_question_can_use_are_listed() {
    let folder = folder();
    let list: Value =
        serde_json::from_slice(&run(folder.path(), &["metrics", "--format", "json"]).stdout)
            .unwrap();
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    for id in [
        "executions",
        "duration_p95",
        "tool",
        "hour_of_week",
        "department",
        "top-tools",
        "executive",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
    let help = stdout(&query(folder.path(), &["--help"]));
    for word in [
        "--where-not",
        "previous",
        "manifest",
        "Exit code",
        "--dashboard",
    ] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn foreign_columns_are_mapped_and_a_file_that_needs_it_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let table = "began;action;took_s;remark\n\
        2026-03-14 09:00;read;1,5;canary\n\
        2026-03-14 10:00;write;0,5;canary\n";
    std::fs::write(folder.path().join("calls.csv"), table).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "Dear all, hello").unwrap();
    let measures = [
        "--measure",
        "executions,duration_max,last_used",
        "--format",
        "json",
    ];
    let refused = query(folder.path(), &[&["calls.csv"], &measures[..]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(
        said.contains("its columns: began, action, took_s, remark"),
        "{said}"
    );
    assert!(
        said.contains("time=began") && !said.contains("canary"),
        "{said}"
    );
    let mapping = [
        ".",
        "--map",
        "time=began,tool=action,duration_ms=took_s",
        "--assume-zone",
        "Europe/Berlin",
    ];
    let answer = json_of(&query(folder.path(), &[&mapping[..], &measures].concat()));
    let row = &answer["tables"][0]["rows"][0];
    assert_eq!(row[0], json!(2));
    assert_eq!(row[1], json!(1500.0));
    assert_eq!(row[2], json!("2026-03-14T09:00:00Z"), "10:00 in Berlin");
    let wrong = query(
        folder.path(),
        &[&[".", "--map", "when=began"], &measures[..]].concat(),
    );
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        stderr(&wrong).contains("there are: event_id"),
        "{}",
        stderr(&wrong)
    );
}

/// An answer without what may differ between two ways to the same file: its name, and the name in sentences.
fn without_names(answer: &Value, name: &str) -> Value {
    let text = answer.to_string().replace(name, "FILE");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_file_by_itself_and_through_a_manifest_gives_the_same_numbers_and_provenance() {
    let folder = folder();
    let manifest = json!({"version": 1, "batches": [{
        "url": "events.ndjson", "format": "ndjson", "kind": "raw", "rows": 8, "bytes": EVENTS.len(),
        "min_time": "2026-03-02T09:00:00Z", "max_time": "2026-03-05T13:00:00Z",
    }]});
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    for what in [
        &["--dashboard", "executive", "--range", "7d"][..],
        &[
            "--group-by",
            "tool,outcome",
            "--measure",
            "executions,users",
            "--range",
            "all",
        ],
        &[
            "--group-by",
            "department",
            "--measure",
            "adoption_share",
            "--range",
            "2026-03",
        ],
    ] {
        let ask = |source: &str| {
            let mut arguments = vec![source, "--directory", "people.json", "--format", "json"];
            arguments.extend(what);
            json_of(&query(folder.path(), &arguments))
        };
        let file = without_names(&ask("events.ndjson"), "events.ndjson");
        let batch = without_names(&ask("manifest.json"), "events.ndjson");
        assert_eq!(file, batch);
        assert_eq!(file["provenance"]["sources"][0]["set_aside"], 1);
    }
}

#[test]
fn a_file_that_can_not_be_read_is_missing_from_the_numbers_and_that_is_a_warning() {
    let folder = folder();
    std::fs::write(folder.path().join("broken.arrow"), b"ARROW1\0\0nothing").unwrap();
    let output = query(
        folder.path(),
        &[
            "events.ndjson",
            "broken.arrow",
            "--measure",
            "executions",
            "--format",
            "json",
        ],
    );
    let provenance = &json_of(&output)["provenance"];
    let warnings = provenance["warnings"].to_string();
    assert!(
        warnings.contains("broken.arrow could not be read"),
        "{warnings}"
    );
    let sources = provenance["sources"].as_array().unwrap();
    assert_eq!(
        (sources.len(), &sources[0]["name"]),
        (2, &json!("broken.arrow"))
    );
    assert!(sources[0]["error"].is_string());
}

#[test]
fn people_who_match_nobody_are_counted_in_a_warning_and_named_nowhere() {
    let folder = folder();
    let people = "id,email,department\nada@example.org,,Research\nnobody@example.org,,Sales\n";
    std::fs::write(folder.path().join("more.csv"), people).unwrap();
    let output = query(
        folder.path(),
        &[
            "events.ndjson",
            "more.csv",
            "--directory",
            "people.json",
            "--measure",
            "executions",
            "--format",
            "json",
        ],
    );
    let answer = json_of(&output);
    let warnings = answer["provenance"]["warnings"].to_string();
    assert!(
        warnings.contains("1 person of more.csv matched nobody"),
        "{warnings}"
    );
    assert!(!answer.to_string().contains("nobody@example.org"));
    assert!(!stderr(&output).contains("nobody@example.org"));
}

#[test]
fn a_row_for_each_hour_of_a_century_is_refused_with_the_next_step() {
    let folder = folder();
    let old = r#"{"time":"1990-01-02T00:00:00Z","tool":"old"}"#;
    std::fs::write(folder.path().join("old.ndjson"), old).unwrap();
    let ask = |bucket: &str| {
        query(
            folder.path(),
            &[
                "events.ndjson",
                "old.ndjson",
                "--range",
                "0001-01-01T00:00..9999-12-31T00:00",
                "--group-by",
                bucket,
                "--measure",
                "executions",
                "--format",
                "json",
            ],
        )
    };
    let hours = ask("hour");
    assert_eq!(hours.status.code(), Some(2), "{}", stderr(&hours));
    assert!(stderr(&hours).contains("choose a longer bucket"));
    // From 2 January 1990 to 5 March 2026, both counted.
    assert_eq!(rows(&json_of(&ask("day")), &["day"]).len(), 13_212);
}

#[test]
fn a_header_of_the_mapping_that_no_file_has_is_said() {
    const TABLE: &str = "began,what\n2026-03-02 09:00:00,read\n2026-03-02 10:00:00,write\n";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.csv", TABLE);
    write(
        "b.ndjson",
        "{\"began\":1773478800,\"what\":\"read\",\"who\":\"ada\"}\n",
    );
    let ask = |sources: &[&str], map: &str| {
        let measures = ["--map", map, "--measure", "executions", "--format", "json"];
        query(folder.path(), &[sources, &measures[..]].concat())
    };
    // A table has all its headers in its first line: it is a mistake.
    let output = ask(&["a.csv"], "time=began,tool=what,user=whoo");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("No source has a column “whoo”, which --map takes for user."));
    // Objects leave out what they do not know: it is a warning, and the answer says it too.
    let output = ask(&["a.csv", "b.ndjson"], "time=began,tool=what,user=whoo");
    let answer = json_of(&output);
    assert!(stderr(&output).contains("“whoo”"), "{}", stderr(&output));
    let warnings = answer["provenance"]["warnings"].to_string();
    assert!(
        warnings.contains("question_degraded") && warnings.contains("“whoo”"),
        "{warnings}"
    );
    // One that some source has needs no word.
    let output = ask(&["a.csv", "b.ndjson"], "time=began,tool=what,user=WHO");
    assert_eq!(rows(&json_of(&output), &["executions"]), [json!([3])]);
    assert_eq!(stderr(&output), "");
}

#[test]
fn files_of_an_archive_are_mapped_and_those_that_need_it_say_how() {
    let table = "began,what\n2026-03-02 09:00:00,read\n2026-03-02 10:00:00,write\n";
    let folder = tempfile::tempdir().unwrap();
    let good: &[u8] = b"time,tool\n2026-03-03,read\n";
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("one.zip", &zip(&[("x/foreign.csv", table.as_bytes())]));
    write(
        "both.zip",
        &zip(&[("x/foreign.csv", table.as_bytes()), ("good.csv", good)]),
    );
    let measures = ["--measure", "executions", "--format", "json"];
    let mapping = ["--map", "time=began,tool=what"];
    let alone = query(folder.path(), &[&["one.zip"], &measures[..]].concat());
    assert_eq!(alone.status.code(), Some(1));
    for word in ["its columns: began, what", "perhaps: --map time=began"] {
        assert!(
            stderr(&alone).contains(word),
            "{word} in {}",
            stderr(&alone)
        );
    }
    let partly = query(folder.path(), &[&["both.zip"], &measures[..]].concat());
    assert_eq!(rows(&json_of(&partly), &["executions"]), [json!([1])]);
    let warnings = json_of(&partly)["provenance"]["warnings"].to_string();
    assert!(
        warnings.contains("both.zip/x/foreign.csv waits for somebody to say what its columns mean"),
        "{warnings}"
    );
    assert!(
        stderr(&partly).contains("perhaps: --map time=began"),
        "{}",
        stderr(&partly)
    );
    for (file, executions) in [("one.zip", 2), ("both.zip", 3)] {
        let mapped = query(
            folder.path(),
            &[&[file], &measures[..], &mapping[..]].concat(),
        );
        assert_eq!(
            rows(&json_of(&mapped), &["executions"]),
            [json!([executions])],
            "{file}"
        );
        assert_eq!(stderr(&mapped), "", "{file}");
    }
}

#[test]
fn flags_of_success_are_read_in_the_words_of_databases_and_people() {
    let folder = tempfile::tempdir().unwrap();
    for (good, bad) in [
        ("yes", "no"),
        ("Y", "N"),
        ("t", "f"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("OK", "failed"),
    ] {
        let text = format!(
            "time,tool,success\n2026-03-02,a,{good}\n2026-03-03,a,{good}\n2026-03-04,a,{bad}\n"
        );
        std::fs::write(folder.path().join("a.csv"), text).unwrap();
        let arguments = [
            "a.csv",
            "--measure",
            "executions,failures",
            "--format",
            "json",
        ];
        let output = query(folder.path(), &arguments);
        assert_eq!(
            rows(&json_of(&output), &["executions", "failures"]),
            [json!([3, 1])],
            "{good}"
        );
        assert_eq!(stderr(&output), "", "{good}");
    }
}
