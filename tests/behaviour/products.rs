//! Exports of other products (D4), after their published schemas; each number is counted by hand from the fixture.

use toolscope::ingest::{self, Data, Decoded};
use toolscope::model::{Batch, Outcome, SourceReceipt};
use toolscope::service::{Loaded, Service};

const CANARY: &str = "canary";

fn receipt(bytes: &[u8]) -> SourceReceipt {
    match Service::new("test").load(1, "file", bytes, None).unwrap() {
        Loaded::Events(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

fn decoded(bytes: &[u8]) -> Decoded {
    let format = ingest::recognise(bytes).unwrap();
    ingest::read(bytes, format).unwrap()
}

fn events(bytes: &[u8]) -> Batch {
    match decoded(bytes).data {
        Data::Events(batch) => {
            assert!(!format!("{batch:?}").contains(CANARY));
            batch
        }
        Data::Aggregates(_) => panic!("hours"),
    }
}

/// https://posthog.com/docs/mcp-analytics/events and …/batch-exports/s3, JSON lines.
const POSTHOG: &str = r#"{"uuid":"0197-1","event":"$mcp_tool_call","distinct_id":"ada@example.org","person_id":"p1","timestamp":"2026-03-14T09:00:00.250Z","created_at":"2026-03-14T09:00:01Z","properties":{"$mcp_tool_name":"search_docs","$mcp_duration_ms":120.5,"$mcp_is_error":false,"$mcp_client_name":"claude-code","$mcp_client_version":"2.1.0","$mcp_server_name":"docs","$session_id":"ses_1","$mcp_intent":"canary","$mcp_parameters":{"q":"canary"},"$mcp_response":{"content":["canary"]},"$mcp_source":"posthog_mcp_analytics"}}
{"uuid":"0197-2","event":"$mcp_tool_call","distinct_id":"bo@example.org","timestamp":"2026-03-14T09:05:00Z","properties":{"$mcp_tool_name":"exec","$mcp_exec_tool_call_name":"run_query","$mcp_duration_ms":"900","$mcp_is_error":true,"$mcp_error_type":"timeout"}}
{"uuid":"0197-3","event":"$pageview","distinct_id":"bo@example.org","timestamp":"2026-03-14T09:06:00Z","properties":{"$current_url":"https://example.org/canary"}}
{"uuid":"0197-4","event":"$exception","distinct_id":"bo@example.org","timestamp":"2026-03-14T09:05:00Z","properties":{"$mcp_tool_name":"exec","$exception_list":[{"value":"canary"}]}}
"#;

fn is_posthog(batch: &Batch, what: &str) {
    let tools: Vec<_> = (0..batch.len()).map(|row| batch.text[0].get(row)).collect();
    assert_eq!(tools, [Some("search_docs"), Some("run_query")], "{what}");
    assert_eq!(
        batch.outcome,
        [Outcome::Success, Outcome::Failure],
        "{what}"
    );
    assert_eq!(batch.duration_ms, [120.5, 900.0], "{what}");
    assert_eq!(batch.time_us[0], 1_773_478_800_250_000, "{what}");
    let user = batch.text[2].get(1);
    assert_eq!(user, Some("bo@example.org"), "{what}");
}

#[test]
fn posthog_tool_calls_are_counted_in_lines_tables_and_columns() {
    let batch = events(POSTHOG.as_bytes());
    is_posthog(&batch, "json lines");
    assert_eq!(batch.text[1].get(0), Some("docs"));
    assert_eq!(batch.text[4].get(0), Some("claude-code"));
    assert_eq!(batch.text[7].get(1), Some("timeout"));
    let account = receipt(POSTHOG.as_bytes());
    assert_eq!(
        (
            account.rows_read,
            account.accepted,
            account.executions,
            account.set_aside
        ),
        (4, 4, 2, 0)
    );
    assert_eq!(
        account.dropped_fields.get("properties.$mcp_response"),
        Some(&1)
    );
    assert!(account.notes.iter().any(|note| note.contains("PostHog")));
    // A query's CSV with columns of its own.
    let flat = "timestamp,distinct_id,event,properties.$mcp_tool_name,properties.$mcp_is_error,properties.$mcp_duration_ms,properties.$mcp_intent\n\
        2026-03-14 09:00:00.250000+00:00,ada@example.org,$mcp_tool_call,search_docs,false,120.5,canary\n\
        2026-03-14 09:05:00+00:00,bo@example.org,$mcp_tool_call,run_query,true,900,canary\n\
        2026-03-14 09:06:00+00:00,bo@example.org,$pageview,,,,\n";
    is_posthog(&events(flat.as_bytes()), "flat table");
    // A table with the properties as a text of JSON, as in Parquet.
    let mut table = "uuid,event,distinct_id,timestamp,properties\n".to_owned();
    for line in POSTHOG.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let properties = event["properties"].to_string().replace('"', "\"\"");
        table.push_str(&format!(
            "{},{},{},{},\"{properties}\"\n",
            cell("uuid"),
            cell("event"),
            cell("distinct_id"),
            cell("timestamp")
        ));
    }
    is_posthog(&events(table.as_bytes()), "table with objects");
    is_posthog(&events(&parquet()), "parquet");
    let options = toolscope::protocol::LoadOptions::default();
    let stream =
        ingest::parquet::to_arrow_stream(&parquet(), ingest::Format::Parquet, &options).unwrap();
    is_posthog(&events(&stream), "through the columnar module");
}

/// The columns of the Parquet export: texts, `properties` in JSON.
fn parquet() -> Vec<u8> {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    let rows: Vec<serde_json::Value> = POSTHOG
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let column = |name: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| {
            row[name]
                .as_str()
                .map_or_else(|| row[name].to_string(), str::to_owned)
        })))
    };
    let names = ["uuid", "event", "distinct_id", "properties", "timestamp"];
    let table = RecordBatch::try_from_iter(names.map(|name| (name, column(name)))).unwrap();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.into_inner().unwrap()
}

/// Langfuse, GET /api/public/observations: latency in seconds, level ERROR, type TOOL among others.
const LANGFUSE: &str = r#"{"data":[
 {"id":"o1","traceId":"t1","type":"TOOL","name":"get_weather","startTime":"2026-03-14T09:00:00.000Z","endTime":"2026-03-14T09:00:01.500Z","level":"DEFAULT","latency":1.5,"input":{"city":"canary"},"output":"canary","metadata":{"k":"canary"},"projectId":"acme","statusMessage":null},
 {"id":"o2","traceId":"t1","type":"TOOL","name":"get_weather","startTime":"2026-03-14T09:01:00.000Z","endTime":"2026-03-14T09:01:00.250Z","level":"ERROR","statusMessage":"canary","latency":null,"userId":"ada@example.org","sessionId":"s1"},
 {"id":"o3","traceId":"t1","type":"GENERATION","name":"chat","startTime":"2026-03-14T09:02:00.000Z","level":"DEFAULT","latency":9,"model":"gpt-5"},
 {"id":"o4","traceId":"t1","type":"TOOL","name":"slow","startTime":"2026-03-14T09:03:00.000Z","endTime":null,"level":"WARNING","latency":null}
],"meta":{"page":1,"totalItems":4}}"#;

#[test]
fn langfuse_tools_are_counted_with_seconds_as_milliseconds() {
    let batch = events(LANGFUSE.as_bytes());
    assert_eq!(batch.len(), 3);
    assert_eq!(batch.duration_ms[..2], [1_500.0, 250.0]);
    assert!(batch.duration_ms[2].is_nan());
    assert_eq!(
        batch.outcome,
        [Outcome::Success, Outcome::Failure, Outcome::Success]
    );
    assert_eq!(batch.text[0].get(0), Some("get_weather"));
    assert_eq!(batch.text[2].get(1), Some("ada@example.org"));
    let account = receipt(LANGFUSE.as_bytes());
    assert_eq!(
        (account.rows_read, account.accepted, account.executions),
        (4, 4, 3)
    );
    let table = "id,trace_id,type,name,start_time,end_time,level,latency,input\n\
        o1,t1,TOOL,get_weather,2026-03-14 09:00:00.000,2026-03-14 09:00:01.500,DEFAULT,1.5,canary\n\
        o2,t1,SPAN,step,2026-03-14 09:00:00.000,,ERROR,3,canary\n";
    let batch = events(table.as_bytes());
    assert_eq!((batch.len(), batch.duration_ms[0]), (1, 1_500.0));
}

/// IBM/mcp-context-forge, mcpgateway/db.py, table `tool_metrics_hourly`: times in seconds.
const CONTEXT_FORGE: &str = "\
id,tool_id,tool_name,hour_start,total_count,success_count,failure_count,min_response_time,max_response_time,avg_response_time,p50_response_time,p95_response_time,p99_response_time,created_at
1,a1,search,2026-03-14 09:00:00+00:00,10,8,2,0.1,2.5,0.5,0.4,2.0,2.4,2026-03-14 10:05:00+00:00
2,a1,search,2026-03-14 10:00:00+00:00,4,4,0,0.25,0.75,0.5,0.5,0.7,0.75,2026-03-14 11:05:00+00:00
3,,gone,2026-03-14 10:00:00+00:00,0,0,0,,,,,,,2026-03-14 11:05:00+00:00
";

#[test]
fn context_forge_hours_keep_what_can_be_merged() {
    let decoded = decoded(CONTEXT_FORGE.as_bytes());
    assert_eq!((decoded.tally.rows_read, decoded.tally.set_aside), (3, 0));
    let Data::Aggregates(hours) = decoded.data else {
        panic!("events")
    };
    assert_eq!(hours.executions, [10, 4, 0]);
    assert_eq!(
        (&hours.successes[..], &hours.failures[..]),
        (&[8, 4, 0][..], &[2, 0, 0][..])
    );
    assert_eq!(hours.duration_min_ms[..2], [100.0, 250.0]);
    assert_eq!(hours.duration_max_ms[..2], [2_500.0, 750.0]);
    // 10 × 0.5 s and 4 × 0.5 s
    assert_eq!(hours.duration_sum_ms[..2], [5_000.0, 2_000.0]);
    assert!(hours.duration_sum_ms[2].is_nan());
    assert_eq!(hours.text[0].as_ref().unwrap().get(0), Some("search"));
    let account = receipt(CONTEXT_FORGE.as_bytes());
    assert_eq!(
        (account.kind.as_str(), account.executions),
        ("aggregate", 14)
    );
    assert_eq!(account.dropped_fields.get("p95_response_time"), Some(&3));
    assert!(
        account
            .notes
            .iter()
            .any(|note| note.contains("percentiles"))
    );
    // The same rows from an API, as objects.
    let json = r#"[{"tool_name":"search","hour_start":"2026-03-14T09:00:00","total_count":10,"success_count":8,"failure_count":2,"avg_response_time":0.5,"p50_response_time":0.4}]"#;
    assert_eq!(receipt(json.as_bytes()).executions, 10);
}

/// cloudevents/spec v1.0.2, JSON format, a batch.
const CLOUD_EVENTS: &str = r#"[
 {"specversion":"1.0","id":"1","source":"/gateway/a","type":"org.example.tool.called","time":"2026-03-14T09:00:00Z","datacontenttype":"application/json","data":{"tool":"read","user":"ada@example.org","outcome":"success","duration_ms":12,"arguments":"canary"}},
 {"specversion":"1.0","id":"1","source":"/gateway/b","type":"org.example.tool.called","time":"2026-03-14T09:00:00Z","data":{"tool":"write","is_error":true,"time":"2026-03-14T08:59:00Z"}},
 {"specversion":"1.0","id":"1","source":"/gateway/a","type":"org.example.tool.called","time":"2026-03-14T09:00:00Z","data":{"tool":"read","user":"ada@example.org","outcome":"success","duration_ms":12}},
 {"specversion":"1.0","id":"2","source":"/gateway/a","type":"org.example.user.created","time":"2026-03-14T09:00:00Z","data":{"user":"bo@example.org"}}
]"#;

#[test]
fn cloud_events_are_unique_by_source_and_id_and_their_data_is_read_by_the_schema() {
    let batch = events(CLOUD_EVENTS.as_bytes());
    assert_eq!(batch.len(), 3);
    assert_eq!(batch.event_id[0], batch.event_id[2]);
    assert_ne!(batch.event_id[0], batch.event_id[1]);
    assert_eq!(batch.outcome[1], Outcome::Failure);
    assert_eq!(
        batch.time_us[1], 1_773_478_740_000_000,
        "the data's own time"
    );
    let account = receipt(CLOUD_EVENTS.as_bytes());
    assert_eq!(
        (
            account.rows_read,
            account.accepted,
            account.duplicates,
            account.set_aside
        ),
        (4, 3, 1, 0)
    );
    assert_eq!(account.dropped_fields.get("data.arguments"), Some(&1));
    let lines: Vec<String> = serde_json::from_str::<Vec<serde_json::Value>>(CLOUD_EVENTS)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(events(lines.join("\n").as_bytes()).len(), 3);
}
