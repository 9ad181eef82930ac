//! A shard: sources in and out, telemetry linked over files, provenance, estimates marked.

use toolscope::metrics::MetricId;
use toolscope::model::{Cell, WarningCode, Zone};
use toolscope::query::{AskContext, Dimension, Question, RangeSpec, widgets};
use toolscope::service::{Loaded, Service};

const DAY: &str = r#"{"event_id":"1","time":"2026-03-02T09:00:00Z","tool":"read","user":"ada","outcome":"success","duration_ms":10}
{"event_id":"2","time":"2026-03-02T10:00:00Z","tool":"read","user":"bo","outcome":"failure","duration_ms":30}"#;

fn question() -> Question {
    Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    }
}

fn context(service: &Service) -> AskContext {
    let span = service.data_span();
    AskContext {
        now_us: span.map_or(0, |span| span.1),
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    }
}

fn total(service: &mut Service, metric: MetricId) -> Cell {
    let context = context(service);
    let (tables, _) = service
        .ask(&question(), &[widgets::free(&[], &[metric])], &context)
        .unwrap();
    tables[0].rows[0][0].clone()
}

fn load(service: &mut Service, source: u32, text: &str) -> toolscope::model::SourceReceipt {
    match service
        .load(source, &format!("{source}.ndjson"), text.as_bytes(), None)
        .unwrap()
    {
        Loaded::Events(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_source_counts_once_and_leaves_without_trace() {
    let mut service = Service::new("test");
    assert_eq!(load(&mut service, 1, DAY).accepted, 2);
    let again = load(&mut service, 2, DAY);
    assert_eq!(
        (again.rows_read, again.accepted, again.duplicates),
        (2, 0, 2)
    );
    assert_eq!(total(&mut service, MetricId::Executions), Cell::Int(2));
    service.unload(1);
    assert_eq!(total(&mut service, MetricId::Executions), Cell::Int(0));
    service.unload(2);
    assert_eq!(
        (service.memory().events, service.receipts().count()),
        (0, 0)
    );
    load(&mut service, 1, DAY);
    load(&mut service, 1, DAY);
    assert_eq!(
        total(&mut service, MetricId::Executions),
        Cell::Int(2),
        "the same source takes its own place"
    );
}

fn span(trace: u32, id: u32, parent: &str, kind: u32, start: u64, code: u32) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"cursor"}}}}]}},"scopeSpans":[{{"scope":{{"name":"x"}},"spans":[{{"traceId":"{trace:032x}","spanId":"{id:016x}","parentSpanId":"{parent}","name":"tools/call read","kind":{kind},"startTimeUnixNano":"{start}","endTimeUnixNano":"{}","attributes":[{{"key":"mcp.method.name","value":{{"stringValue":"tools/call"}}}},{{"key":"gen_ai.tool.call.result","value":{{"stringValue":"canary"}}}}],"status":{{"code":{code}}}}}]}}]}}]}}"#,
        start + 5_000_000
    )
}

#[test]
fn spans_of_one_call_in_two_files_are_one_execution_that_failed_where_any_says_so() {
    let mut service = Service::new("test");
    let start = 1_773_478_800_000_000_000;
    let server = span(7, 2, &format!("{:016x}", 1), 2, start + 1_000_000, 2);
    let client = span(7, 1, "", 3, start, 0);
    load(&mut service, 1, &server);
    assert_eq!(total(&mut service, MetricId::Executions), Cell::Int(1));
    load(&mut service, 2, &client);
    assert_eq!(
        total(&mut service, MetricId::Executions),
        Cell::Int(1),
        "the client's span takes the server's in"
    );
    assert_eq!(total(&mut service, MetricId::Failures), Cell::Int(1));
    let repeated = load(&mut service, 3, &client);
    assert_eq!((repeated.duplicates, repeated.accepted), (1, 0));
    service.unload(2);
    assert_eq!(
        total(&mut service, MetricId::Executions),
        Cell::Int(1),
        "the server's span stands alone again"
    );
}

#[test]
fn telemetry_nobody_knows_is_counted_by_scope_and_name() {
    let mut service = Service::new("test");
    let known = span(7, 1, "", 3, 1_773_478_800_000_000_000, 0);
    let unknown = span(8, 1, "", 3, 1_773_478_800_000_000_000, 0)
        .replace("mcp.method.name", "other")
        .replace("tools/call read", "GET /")
        .replace("\"x\"", "\"http\"");
    let receipt = load(
        &mut service,
        1,
        &format!("{known}\n{unknown}\n{{\"resourceSpans\":[{{"),
    );
    assert_eq!(
        (receipt.rows_read, receipt.accepted, receipt.set_aside),
        (3, 2, 1)
    );
    assert_eq!(
        receipt.unrecognised.get("http · GET /"),
        Some(&1),
        "{:?}",
        receipt.unrecognised
    );
    assert_eq!(
        receipt.dropped_fields.get("gen_ai.tool.call.result"),
        Some(&2)
    );
    assert_eq!(receipt.executions, 1);
    let context = context(&service);
    let (_, provenance) = service
        .ask(
            &question(),
            &[widgets::free(&[], &[MetricId::Executions])],
            &context,
        )
        .unwrap();
    assert!(
        provenance
            .warnings
            .iter()
            .any(|warning| warning.code == WarningCode::Unrecognised)
    );
}

#[test]
fn pre_aggregated_hours_merge_with_events_and_mark_what_they_estimate() {
    let mut service = Service::new("test");
    service.set_zone(Zone::utc());
    load(&mut service, 1, DAY);
    let hours = r#"{"hour":"2026-03-01T09:00:00Z","tool":"read","executions":10,"failures":2,"duration_sum_ms":100,"duration_min_ms":1,"duration_max_ms":40}"#;
    let receipt = load(&mut service, 2, hours);
    assert_eq!(
        (receipt.kind.as_str(), receipt.executions),
        ("aggregate", 10)
    );
    let context = context(&service);
    let measures = [
        MetricId::Executions,
        MetricId::Failures,
        MetricId::DurationMean,
        MetricId::DurationMax,
        MetricId::Users,
        MetricId::DurationP50,
    ];
    let query = widgets::free(&[], &measures);
    let (tables, provenance) = service.ask(&question(), &[query], &context).unwrap();
    let row = &tables[0].rows[0];
    assert_eq!(row[..2], [Cell::Int(12), Cell::Int(3)]);
    assert_eq!(
        row[2].number().map(|mean| (mean * 12.0).round()),
        Some(140.0)
    );
    assert_eq!(row[3], Cell::Float(40.0));
    // Without sketches nobody knows who it was or how long the median took: not available, not wrong.
    assert_eq!(row[4..6], [Cell::Null, Cell::Null]);
    assert!(!provenance.exact && !tables[0].columns[4].exact && tables[0].columns[0].exact);
    // By a column the hours lack, they are left out, and that is said.
    let by_client = widgets::free(
        &[Dimension::Column(toolscope::model::Column::Client)],
        &[MetricId::Executions],
    );
    let (tables, provenance) = service.ask(&question(), &[by_client], &context).unwrap();
    assert_eq!(tables[0].rows[0][1], Cell::Int(2));
    assert!(
        provenance
            .warnings
            .iter()
            .any(|warning| warning.code == WarningCode::AggregateLacks)
    );
}

#[test]
fn a_pass_can_be_left_and_taken_up_and_begins_again_when_the_data_changed() {
    let mut service = Service::new("test");
    let lines: Vec<String> = (0..20_000)
        .map(|n| {
            format!(
                r#"{{"event_id":"{n}","time":{},"tool":"t{}"}}"#,
                1_773_478_800_000_000_i64 + n,
                n % 3
            )
        })
        .collect();
    load(&mut service, 1, &lines.join("\n"));
    let context = context(&service);
    let queries = [widgets::free(&[], &[MetricId::Executions])];
    let mut asking = service.begin_ask(&question(), &queries, &context);
    assert!(
        !service.step(&mut asking, 100),
        "a step stops after about so many rows"
    );
    load(&mut service, 2, DAY);
    let mut steps = 0;
    while !service.step(&mut asking, 100) {
        steps += 1;
    }
    assert!(steps >= 4);
    let shard = service.finish(asking, 1.0).unwrap();
    let (tables, _) = service
        .merge(&[shard], &question(), &queries, &context)
        .unwrap();
    assert_eq!(
        tables[0].rows[0][0],
        Cell::Int(20_000),
        "the events after the context's span stay out"
    );
    assert!(
        service
            .merge(&[vec![1, 2, 3]], &question(), &queries, &context)
            .is_err(),
        "other bytes are refused"
    );
}
