//! The demo's 100,000 events, asked on the command line, against answers that DuckDB and Polars agreed upon
//! (`tests/golden/make.py`, `make golden`).

use std::collections::HashMap;
use std::process::Command;

use serde_json::Value;
use toolscope::native::demo::{DemoFormat, DemoOptions, write};

const GOLDEN: &str = include_str!("../golden/answers.json");
const RELATIVE: f64 = 1e-9;

/// A golden cell against the companion's: times are µs there and RFC 3339 here, hours of the week numbers there.
fn agrees(metric: &str, golden: &Value, answer: &Value) -> bool {
    match (golden, answer) {
        (Value::Number(golden), Value::Number(answer)) => {
            let (golden, answer) = (golden.as_f64().unwrap(), answer.as_f64().unwrap());
            (golden - answer).abs() <= RELATIVE * golden.abs().max(answer.abs())
        }
        (Value::Number(golden), Value::String(answer)) if metric == "last_used" => {
            let time = chrono::DateTime::parse_from_rfc3339(answer).unwrap();
            golden.as_i64() == Some(time.timestamp_micros())
        }
        _ => golden == answer,
    }
}

/// A dimension's value as the golden file writes it.
fn key(dimension: &str, value: &Value) -> String {
    match (dimension, value) {
        (_, Value::Null) => "(absent)".into(),
        ("hour", Value::String(label)) => {
            let label = format!("{}:00{}", &label[..16], &label[16..]);
            chrono::DateTime::parse_from_rfc3339(&label)
                .unwrap()
                .timestamp_micros()
                .to_string()
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn ask(manifest: &std::path::Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .arg("query")
        .arg(manifest)
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_command_line_agrees_with_duckdb_and_polars() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions {
        events: 100_000,
        seed: 7,
        now_us: 1_782_820_800_000_000,
        out: folder.path().to_path_buf(),
        format: DemoFormat::Arrow,
        aggregate_days: 0,
        compress: false,
    };
    write(&options).unwrap();
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    for question in golden["questions"].as_array().unwrap() {
        let id = question["id"].as_str().unwrap();
        let texts = |name: &str| -> Vec<&str> {
            question[name]
                .as_array()
                .unwrap()
                .iter()
                .map(|text| text.as_str().unwrap())
                .collect()
        };
        let (dimensions, measures) = (texts("dimensions"), texts("measures"));
        let answer = ask(&folder.path().join("manifest.json"), &texts("arguments"));
        let table = &answer["tables"][0];
        let positions: HashMap<&str, usize> = table["columns"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(position, column)| (column["name"].as_str().unwrap(), position))
            .collect();
        let row_key = |row: &Value, at: &dyn Fn(usize, &str) -> usize| -> Vec<String> {
            let name = |(position, dimension): (usize, &&str)| {
                key(dimension, &row[at(position, dimension)])
            };
            dimensions.iter().enumerate().map(name).collect()
        };
        // Groups where the first measure counts nothing have no row in the golden file: buckets of an empty day, other
        // kinds of events.
        let counted = |row: &&Value| row[positions[measures[0]]].as_u64() != Some(0);
        let mut rows: HashMap<Vec<String>, &Value> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(counted)
            .map(|row| (row_key(row, &|_, dimension| positions[dimension]), row))
            .collect();
        for expected in question["rows"].as_array().unwrap() {
            let key = row_key(expected, &|position, _| position);
            let row = rows
                .remove(&key)
                .unwrap_or_else(|| panic!("{id}: no row {key:?}"));
            for (offset, measure) in measures.iter().enumerate() {
                let (golden, answer) = (
                    &expected[dimensions.len() + offset],
                    &row[positions[measure]],
                );
                assert!(
                    agrees(measure, golden, answer),
                    "{id}, {key:?}, {measure}: {golden} and {answer}"
                );
            }
        }
        assert!(
            rows.is_empty(),
            "{id}: rows that the oracles do not have: {:?}",
            rows.keys().take(5)
        );
        assert_eq!(answer["provenance"]["exact"], true, "{id}");
    }
}
