//! Every stream of the corpus gives exactly the numbers of its `truth.json`. Needs `../shared/corpus`
//! (or `TOOLSCOPE_SHARED`); says so when it is missing. The dialects' shapes are tested without it in `telemetry.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use toolscope::export;
use toolscope::ingest::otlp::{self, Linked, Linker};
use toolscope::metrics::MetricId;
use toolscope::model::{Column, EventKind, Outcome, Zone};
use toolscope::query::{AskContext, Dimension, Query, Question, RangeSpec, widgets};
use toolscope::service::Service;

use crate::telemetry_kit::{only_executions, rows_of};

const MCP_TOOL: &str = "mcp_tool";

pub fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("TOOLSCOPE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let corpus = shared.join("corpus");
    if corpus.is_dir() {
        return Some(corpus);
    }
    println!("skipped: ../shared/corpus is missing");
    None
}

/// (stream, file, truth of the file)
fn files(corpus: &std::path::Path) -> Vec<(String, PathBuf, Value)> {
    let mut streams: Vec<PathBuf> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    streams.sort();
    let mut files = Vec::new();
    for stream in streams {
        let Ok(text) = std::fs::read_to_string(stream.join("truth.json")) else {
            continue;
        };
        let truth: Value = serde_json::from_str(&text).unwrap();
        for (name, truth) in truth["files"].as_object().unwrap() {
            let label = format!("{}/{name}", stream.file_name().unwrap().display());
            files.push((label, stream.join(name), truth.clone()));
        }
    }
    files
}

fn link(bytes: &[u8]) -> (Linked, u64) {
    let telemetry = otlp::read(bytes).unwrap();
    let mut linker = Linker::default();
    let duplicates = linker.add(0, telemetry);
    let linked = linker.link();
    let batch = only_executions(&linked.batch);
    (Linked { batch, ..linked }, duplicates)
}

/// R type 7.
fn percentile(sorted: &[f64], q: f64) -> f64 {
    let rank = q * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (high - low) * rank.fract()
}

fn counts(linked: &Linked, column: Column) -> BTreeMap<String, (u64, u64)> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let texts = linked.batch.text_column(column).unwrap();
    for row in 0..linked.batch.len() {
        if linked.batch.outcome[row] == Outcome::Rejected {
            continue;
        }
        let name = texts.get(row).unwrap_or("(none)").to_owned();
        let entry = counts.entry(name).or_default();
        entry.0 += 1;
        entry.1 += u64::from(linked.batch.outcome[row] == Outcome::Failure);
    }
    counts
}

fn truth_counts(truth: &Value) -> BTreeMap<String, (u64, u64)> {
    let groups = truth.as_object().into_iter().flatten();
    groups
        .map(|(name, group)| {
            let number = |field: &str| group[field].as_u64().unwrap();
            (
                name.clone(),
                (number("count"), number("errors_incl_content")),
            )
        })
        .collect()
}

/// Claude Code calls every MCP tool "mcp_tool", and so does the truth; here they have their real names where the record
/// says them. Tools that the truth does not know are taken for that.
fn as_truth_names_them(
    counts: BTreeMap<String, (u64, u64)>,
    truth: &BTreeMap<String, (u64, u64)>,
) -> BTreeMap<String, (u64, u64)> {
    let mut named: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (name, count) in counts {
        let name = if truth.contains_key(&name) || !truth.contains_key(MCP_TOOL) {
            name
        } else {
            MCP_TOOL.to_owned()
        };
        let entry = named.entry(name).or_default();
        entry.0 += count.0;
        entry.1 += count.1;
    }
    named
}

fn distinct_spans(bytes: &[u8]) -> u64 {
    let text = std::str::from_utf8(bytes).unwrap();
    let requests = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut keys = BTreeSet::new();
    for request in requests {
        for group in request["resourceSpans"].as_array().into_iter().flatten() {
            for scoped in group["scopeSpans"].as_array().unwrap() {
                for span in scoped["spans"].as_array().unwrap() {
                    keys.insert((span["traceId"].to_string(), span["spanId"].to_string()));
                }
            }
        }
    }
    keys.len() as u64
}

#[test]
fn every_file_gives_the_numbers_of_its_truth() {
    let Some(corpus) = corpus() else { return };
    for (label, path, truth) in files(&corpus) {
        let bytes = std::fs::read(path).unwrap();
        let (linked, duplicates) = link(&bytes);
        let rejected = linked
            .batch
            .outcome
            .iter()
            .filter(|outcome| **outcome == Outcome::Rejected)
            .count();
        let executions = truth["executions"].as_u64().unwrap_or(0);
        assert_eq!(
            (linked.batch.len() - rejected) as u64,
            executions,
            "{label}: executions"
        );
        let raw = &truth["raw"];
        assert_eq!(
            rejected as u64,
            raw["rejected_tool_decisions"].as_u64().unwrap_or(0),
            "{label}: rejected"
        );
        if let Some(spans) = raw["spans"].as_u64() {
            let distinct = distinct_spans(&bytes);
            assert_eq!(spans - distinct, duplicates, "{label}: repeats");
            assert_eq!(
                label.contains("redelivered"),
                duplicates > 0,
                "{label}: repeats"
            );
        }
        if executions == 0 {
            continue;
        }
        let expected = truth_counts(&truth["by_tool"]);
        assert_eq!(
            as_truth_names_them(counts(&linked, Column::Tool), &expected),
            expected,
            "{label}: by tool"
        );
        assert_eq!(
            counts(&linked, Column::User),
            truth_counts(&truth["by_user"]),
            "{label}: by user"
        );
        let failures = counts(&linked, Column::Tool)
            .values()
            .map(|count| count.1)
            .sum::<u64>();
        assert_eq!(
            Some(failures),
            truth["status"]["error_incl_content_isError"].as_u64(),
            "{label}: failures"
        );
        let sessions = linked.batch.text_column(Column::Session).unwrap();
        let sessions: BTreeSet<&str> = (0..linked.batch.len())
            .filter(|&row| linked.batch.outcome[row] != Outcome::Rejected)
            .filter_map(|row| sessions.get(row))
            .collect();
        assert_eq!(
            Some(sessions.len() as u64),
            truth["distinct_sessions"].as_u64(),
            "{label}: sessions"
        );
        let mut durations: Vec<f64> = linked
            .batch
            .duration_ms
            .iter()
            .copied()
            .filter(|ms| !ms.is_nan())
            .collect();
        durations.sort_by(f64::total_cmp);
        let expected = &truth["duration_ms"];
        assert_eq!(
            expected["n"].as_u64(),
            Some(durations.len() as u64),
            "{label}"
        );
        let near = |name: &str, found: f64, expected: &Value| {
            let expected = expected.as_f64().unwrap();
            assert!(
                (found - expected).abs() < 1e-3,
                "{label}: {name} {found} and {expected}"
            );
        };
        near("min", durations[0], &expected["min"]);
        near("max", durations[durations.len() - 1], &expected["max"]);
        near("p50", percentile(&durations, 0.5), &expected["p50"]);
        near("p95", percentile(&durations, 0.95), &expected["p95"]);
        near("sum", durations.iter().sum(), &truth["duration_ms_sum"]);
        let first = linked.batch.time_us.iter().min().unwrap();
        let first_ns: i64 = truth["first_start_unix_nano"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        if rejected == 0 {
            assert_eq!(*first, first_ns / 1000, "{label}: first start");
        }
    }
}

#[test]
fn every_execution_is_the_one_of_the_truth() {
    let Some(corpus) = corpus() else { return };
    for (label, path, truth) in files(&corpus) {
        let expected = executions_of(&path);
        let (linked, _) = link(&std::fs::read(&path).unwrap());
        let text = |row: usize, column| linked.batch.text_column(column).unwrap().get(row);
        let mut rows: Vec<usize> = (0..linked.batch.len())
            .filter(|&row| linked.batch.outcome[row] != Outcome::Rejected)
            .collect();
        rows.sort_by_key(|&row| (linked.batch.time_us[row], text(row, Column::Tool), row));
        assert_eq!(rows.len(), expected.len(), "{label}");
        for (row, expected) in rows.into_iter().zip(expected) {
            let known = &truth["by_tool"];
            let tool = text(row, Column::Tool).unwrap();
            if expected["tool"] != MCP_TOOL {
                assert_eq!(expected["tool"], tool, "{label}: {expected}");
            } else if tool != MCP_TOOL {
                assert!(known.get(tool).is_none(), "{label}: {tool}");
                assert!(text(row, Column::Server).is_some(), "{label}: {tool}");
            }
            let same = |column, field: &str| {
                assert_eq!(
                    expected[field].as_str(),
                    text(row, column),
                    "{label}: {expected}"
                );
            };
            same(Column::User, "user");
            same(Column::Session, "session");
            let service = expected["service"].as_str();
            let (client, server) = (text(row, Column::Client), text(row, Column::Server));
            assert!(
                service == client || (client.is_none() && service == server),
                "{label}: {expected}"
            );
            assert_eq!(
                linked.batch.time_us[row],
                start_us(&expected),
                "{label}: {expected}"
            );
            let duration_ms = linked.batch.duration_ms[row];
            let expected_ms = expected["duration_ms"].as_f64().unwrap();
            assert!(
                (duration_ms - expected_ms).abs() < 1e-6,
                "{label}: {expected}"
            );
            let failed = linked.batch.outcome[row] == Outcome::Failure;
            assert_eq!(
                expected["error_incl_content"], failed,
                "{label}: {expected}"
            );
            let class = text(row, Column::ErrorClass);
            assert_eq!(class.is_some(), failed, "{label}: {expected}");
            match expected["error_type"].as_str().filter(|_| failed) {
                // The truth takes the class of the span that came first; here one that says more goes before.
                Some("tool_error") => {
                    let layout = expected["layout"].as_str().unwrap();
                    assert!(
                        class == Some("tool_error") || layout.contains('+'),
                        "{label}: {expected}"
                    );
                }
                Some(known) => assert_eq!(class, Some(known), "{label}: {expected}"),
                None => {}
            }
        }
    }
}

fn start_us(execution: &Value) -> i64 {
    let start_ns: i64 = execution["start_unix_nano"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    start_ns.div_euclid(1_000)
}

/// The executions that the truth of a file is made of, by start and tool.
fn executions_of(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path.with_file_name("executions.ndjson")).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut executions: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|execution: &Value| execution["file"] == name)
        .collect();
    executions.sort_by_key(|one| (start_us(one), one["tool"].as_str().map(str::to_owned)));
    executions
}

#[test]
fn request_bodies_as_exporters_send_them_are_read() {
    let Some(corpus) = corpus() else { return };
    for entry in std::fs::read_dir(corpus.join("http-samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_body = path.extension().is_some_and(|ending| ending == "json");
        if !is_body || name == "manifest.json" {
            continue;
        }
        let telemetry = otlp::read(&std::fs::read(&path).unwrap()).unwrap();
        assert!(telemetry.tally.rows_read > 0, "{name}");
        assert_eq!(telemetry.tally.set_aside, 0, "{name}");
    }
}

#[test]
fn all_files_together_count_every_call_once() {
    let Some(corpus) = corpus() else { return };
    let index: Value =
        serde_json::from_str(&std::fs::read_to_string(corpus.join("index.json")).unwrap()).unwrap();
    let mut linker = Linker::default();
    for (source, (_, path, _)) in (0..).zip(files(&corpus)) {
        linker.add(source, otlp::read(&std::fs::read(path).unwrap()).unwrap());
    }
    let linked = linker.link();
    let executions = only_executions(&linked.batch)
        .outcome
        .iter()
        .filter(|outcome| **outcome != Outcome::Rejected)
        .count();
    assert_eq!(
        Some(executions as u64),
        index["total_executions_if_every_file_is_ingested"].as_u64()
    );
    let summed: u64 = linked.by_source.values().map(|one| one.executions).sum();
    assert_eq!(summed, executions as u64);
}

/// Provider calls and conversations of every file against its spans, counted here in a plain way: in the corpus no
/// `chat` span stands inside of another, and no agent inside of another.
#[test]
fn provider_calls_and_conversations_are_those_of_the_spans() {
    let Some(corpus) = corpus() else { return };
    let mut met = (0, 0);
    let spans = |(_, path, _): &(String, PathBuf, Value)| path.ends_with("traces.jsonl");
    for (label, path, _) in files(&corpus).into_iter().filter(spans) {
        let bytes = std::fs::read(path).unwrap();
        let mut spans: BTreeMap<(String, String), Value> = BTreeMap::new();
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            let request: Value = serde_json::from_str(line).unwrap();
            for group in request["resourceSpans"].as_array().into_iter().flatten() {
                for scoped in group["scopeSpans"].as_array().unwrap() {
                    for span in scoped["spans"].as_array().unwrap() {
                        let key = (span["traceId"].to_string(), span["spanId"].to_string());
                        spans.insert(key, span.clone());
                    }
                }
            }
        }
        let attribute = |span: &Value, name: &str| {
            let all = span["attributes"].as_array().cloned().unwrap_or_default();
            let found = all.into_iter().find(|one| one["key"] == name)?;
            let value = found["value"].as_object()?.values().next()?.clone();
            Some(value.as_str().map_or(value.to_string(), str::to_owned))
        };
        let with = |operation: &str| {
            let all = spans.values().filter(move |span| {
                attribute(span, "gen_ai.operation.name").as_deref() == Some(operation)
                    && attribute(span, "logfire.span_type").as_deref() != Some("pending_span")
            });
            all.cloned().collect::<Vec<Value>>()
        };
        let (chats, agents) = (with("chat"), with("invoke_agent"));
        let number = |span: &Value, name: &str| {
            attribute(span, name).map_or(0, |text| text.parse::<u64>().unwrap())
        };
        let sum = |name: &str| chats.iter().map(|span| number(span, name)).sum::<u64>();
        let mut linker = Linker::default();
        linker.add(0, otlp::read(&bytes).unwrap());
        let batch = linker.link().batch;
        let calls: Vec<usize> = rows_of(&batch, EventKind::ProviderCall).collect();
        let total = |counts: &[u64]| {
            let known = calls.iter().map(|&row| counts[row]);
            known.filter(|count| *count != u64::MAX).sum::<u64>()
        };
        assert_eq!(calls.len(), chats.len(), "{label}: provider calls");
        assert_eq!(
            (total(&batch.tokens_in), total(&batch.tokens_out)),
            (
                sum("gen_ai.usage.input_tokens"),
                sum("gen_ai.usage.output_tokens")
            ),
            "{label}: tokens"
        );
        let models = |texts: Vec<Option<String>>| texts.into_iter().collect::<BTreeSet<_>>();
        let held = batch.text_column(Column::Model).unwrap();
        assert_eq!(
            models(
                calls
                    .iter()
                    .map(|&row| held.get(row).map(str::to_owned))
                    .collect()
            ),
            models(
                chats
                    .iter()
                    .map(|span| attribute(span, "gen_ai.response.model"))
                    .collect()
            ),
            "{label}: models"
        );
        assert_eq!(
            rows_of(&batch, EventKind::Conversation).count(),
            agents.len(),
            "{label}: conversations"
        );
        met = (met.0 + chats.len(), met.1 + agents.len());
    }
    assert!(met.0 > 50 && met.1 > 10, "{met:?}");
}

/// Log records of calls to providers, counted here by the names of their events: a record of Claude Code is one call, and
/// so is an attempt of Codex, whose tokens stand in another record.
#[test]
fn provider_calls_of_logs_are_those_of_their_records() {
    let Some(corpus) = corpus() else { return };
    let mut met = 0;
    let logs = |(_, path, _): &(String, PathBuf, Value)| path.ends_with("logs.jsonl");
    for (label, path, _) in files(&corpus).into_iter().filter(logs) {
        let bytes = std::fs::read(path).unwrap();
        let (mut answered, mut failed, mut tokens, mut cost_usd) = (0, 0, (0, 0), 0.0);
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            let request: Value = serde_json::from_str(line).unwrap();
            for group in request["resourceLogs"].as_array().unwrap() {
                let scopes = group["scopeLogs"].as_array().unwrap().iter();
                for record in scopes.flat_map(|scope| scope["logRecords"].as_array().unwrap()) {
                    let text = |name: &str| {
                        let mut all = record["attributes"].as_array().into_iter().flatten();
                        let found = all.find(|one| one["key"] == name)?;
                        let value = found["value"].as_object()?.values().next()?.clone();
                        Some(value.as_str().map_or(value.to_string(), str::to_owned))
                    };
                    let number =
                        |name: &str| text(name).map_or(0, |text| text.parse::<u64>().unwrap());
                    match text("event.name").unwrap_or_default().as_str() {
                        "api_request" => {
                            answered += 1;
                            tokens.0 += number("input_tokens")
                                + number("cache_read_tokens")
                                + number("cache_creation_tokens");
                            tokens.1 += number("output_tokens");
                            cost_usd += text("cost_usd").unwrap().parse::<f64>().unwrap();
                        }
                        "codex.api_request" => answered += 1,
                        "codex.sse_event" => {
                            tokens.0 += number("input_token_count");
                            tokens.1 += number("output_token_count");
                        }
                        "api_error" => failed += 1,
                        _ => {}
                    }
                }
            }
        }
        let mut linker = Linker::default();
        linker.add(0, otlp::read(&bytes).unwrap());
        let batch = linker.link().batch;
        let calls: Vec<usize> = rows_of(&batch, EventKind::ProviderCall).collect();
        let failures = calls
            .iter()
            .filter(|&&row| batch.outcome[row] == Outcome::Failure);
        assert_eq!(
            (calls.len(), failures.count()),
            (answered + failed, failed),
            "{label}"
        );
        let total = |counts: &[u64]| {
            let known = calls.iter().map(|&row| counts[row]);
            known.filter(|count| *count != u64::MAX).sum::<u64>()
        };
        assert_eq!(
            (total(&batch.tokens_in), total(&batch.tokens_out)),
            tokens,
            "{label}"
        );
        let costs = calls.iter().map(|&row| batch.cost_usd[row]);
        let sum_usd: f64 = costs.filter(|usd| !usd.is_nan()).sum();
        assert!((sum_usd - cost_usd).abs() < 1e-9, "{label}: {sum_usd}");
        met += calls.len();
    }
    assert_eq!(met, 216 + 12 + 64);
}

#[test]
fn no_canary_gets_past_the_decoder() {
    let Some(corpus) = corpus() else { return };
    let canaries: Vec<String> = std::fs::read_to_string(corpus.join("canaries.txt"))
        .unwrap()
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(canaries.len() > 10);
    for (label, path, _) in files(&corpus) {
        let telemetry = otlp::read(&std::fs::read(path).unwrap()).unwrap();
        let kept = format!("{telemetry:?}").to_lowercase();
        let mut linker = Linker::default();
        linker.add(0, telemetry);
        let linked = format!("{:?}", linker.link()).to_lowercase();
        for canary in &canaries {
            assert!(
                !kept.contains(canary) && !linked.contains(canary),
                "{label}: {canary}"
            );
        }
    }
}

/// What people get to see or to take along: receipts, error sentences, provenance, tables in every form. Files that end in
/// the middle, or have letters turned, say no more.
#[test]
fn no_canary_stands_in_receipts_errors_answers_or_exports() {
    let Some(corpus) = corpus() else { return };
    let canaries: Vec<String> = std::fs::read_to_string(corpus.join("canaries.txt"))
        .unwrap()
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !line.is_empty())
        .collect();
    let dimensions = [
        Column::Tool,
        Column::Server,
        Column::User,
        Column::Client,
        Column::Session,
        Column::Model,
        Column::Workspace,
        Column::ErrorClass,
    ];
    let question = Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    };
    for (label, path, _) in files(&corpus) {
        let whole = std::fs::read(path).unwrap();
        let mut turned = whole.clone();
        for at in (0..turned.len()).step_by(997) {
            turned[at] = turned[at].wrapping_add(1);
        }
        for bytes in [
            &whole[..],
            &whole[..whole.len() / 2],
            &whole[..100],
            &turned,
        ] {
            let mut service = Service::new("test");
            let mut shown = match service.load(1, &label, bytes, None) {
                Ok(loaded) => format!("{loaded:?}"),
                Err(error) => format!("{error:?}"),
            };
            let span = service.data_span();
            let context = AskContext {
                now_us: span.map_or(0, |span| span.1),
                data_span_us: span,
                complete: true,
                warnings: Vec::new(),
            };
            let queries: Vec<Query> = dimensions
                .iter()
                .map(|column| {
                    let by = [Dimension::Column(*column)];
                    widgets::free(&by, &[MetricId::Executions, MetricId::ProviderCalls])
                })
                .collect();
            let (tables, provenance) = service.ask(&question, &queries, &context).unwrap();
            let periods = question.periods(&context, &Zone::utc());
            let document = export::document(&question, &periods, &provenance, &tables);
            shown.push_str(&document.to_string());
            shown.push_str(&export::csv_of_several(&tables, export::Names::Defused));
            shown.extend(tables.iter().map(export::text));
            let shown = shown.to_lowercase();
            for canary in &canaries {
                assert!(!shown.contains(canary), "{label}: {canary}");
            }
        }
    }
}
