//! Text templates of every layout, dialect and product, and the words their mutations put in.

use serde_json::{Value, json};

pub const LINES: &str = r#"{"event_id":"e-1","time":"2026-03-14T09:00:00.250Z","kind":"execution","tool":"read","server":"docs","user":"ada@example.org","workspace":"north","client":"claude-code","client_version":"2.1.0","platform":"linux","outcome":"success","duration_ms":12.5,"session":"s1"}
{"event_id":"e-2","time":1773478801,"tool":"write","user":"Zoë \"the\" 読","outcome":"failure","error_class":"timeout","duration_ms":30}
{"id":3,"timestamp":1773478802123,"kind":"provider_call","model":"gpt-5","tokens_in":1200,"tokens_out":300,"cost_usd":0.0125}
{"event_id":"e-4","time":"2026-03-14 09:00:04+02:00","kind":"connection","server":"docs","session":"s1","outcome":"success"}
{"event_id":"e-5","time":"2026-03-14T09:00:05Z","kind":"storage_sample","workspace":"north","bytes":123456789}
{"event_id":"e-6","time":"2026-03-14T09:00:06Z","kind":"conversation","user":"bo@example.org","platform":"macos","duration_ms":900,"arguments":{"q":["x",{"deep":1}]}}
"#;

pub const EVENT_WORDS: &[&str] = &[
    "time",
    "timestamp",
    "event_id",
    "id",
    "kind",
    "outcome",
    "tool",
    "user",
    "duration_ms",
    "latency_s",
    "tokens_in",
    "cost_usd",
    "bytes",
    "session",
    "workspace",
    "execution",
    "conversation",
    "provider_call",
    "connection",
    "disconnection",
    "storage_sample",
    "authentication",
    "document_shared",
    "first_response",
    "success",
    "failure",
    "rejected",
    "cancelled",
    "running",
    "2026-03-14T09:00:00Z",
    "1990-01-01T00:00:00Z",
    "2099-12-31T23:59:60Z",
    "2026-03-14T24:00:00+23:59",
    "1773478800",
    "1773478800000000000",
    "xxh3:0000000000000001",
    "xxh3:zz",
    "true",
    "hour",
    "executions",
    "data",
    "rows",
    "is_error",
];

pub const TABLE: &str = "\
event_id,time,kind,tool,user,outcome,duration_ms,tokens_in,cost_usd,session
e-1,2026-03-14T09:00:00Z,execution,read,ada@example.org,success,12.5,,,s1
e-2,2026-03-14 09:00:01,execution,\"write, \"\"all\"\"\",Zoë,failure,30,,,s1
e-3,1773478802,provider_call,,bo@example.org,success,900,1200,0.0125,s2
e-4,14.03.2026 09:00,execution,read,\"two
lines\",running,,,,
";

pub const TABLE_WORDS: &[&str] = &[
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\"\"",
    "\r\n",
    "time",
    "hour",
    "executions",
    "tool",
    "user",
    "outcome",
    "duration_ms",
    "email",
    "2026-03-14",
    "14/03/2026",
    "1773478800",
    "1.234,5",
    "sep=;\n",
    "id",
    "true",
    "=cmd|' /C calc'!A0",
];

pub const AGGREGATE: &str = r#"{"hour":"2026-03-14T09:00:00Z","tool":"read","user":"ada","executions":10,"failures":2,"successes":7,"duration_sum_ms":100.5,"duration_count":9,"duration_min_ms":1,"duration_max_ms":40,"duration_sketch":"RAEAAQDAAg==","users_sketch":"SAEAAA=="}
{"hour":"2026-03-14T10:00:00Z","tool":"write","executions":18446744073709551614,"failures":0}
{"hour":"2026-03-14T08:00:00Z","executions":3}
"#;

pub const AGGREGATE_WORDS: &[&str] = &[
    "hour",
    "executions",
    "failures",
    "successes",
    "duration_sum_ms",
    "duration_count",
    "duration_min_ms",
    "duration_max_ms",
    "duration_sketch",
    "users_sketch",
    "tool",
    "user",
    "2026-03-14T09:00:00Z",
    "1773478800",
    "RAEA",
    "SAEA",
    "SAEB",
];

pub const DIRECTORY: &str = r#"{"people":[{"id":"ada@example.org","email":"ada@x.org","name":"Ada","department":"Research","team":"One","role":"Engineer","invited_at":"2026-01-01T00:00:00Z","first_login_at":"2026-01-02T00:00:00Z","seat":true},{"id":"bo@example.org","seat":false}],
"workspaces":[{"id":"north","name":"North","members":["ada@example.org"],"tools":["read"]}],"tools":[{"name":"read","server":"docs"}],"prices":[{"model":"gpt-5","input_usd_per_million":1.25,"output_usd_per_million":10}]}"#;

pub const PEOPLE: &str = "\
user,email,name,department,team,role,seat,invited_at
ada,ada@example.org,Ada,Research,One,Engineer,yes,2026-01-01
bo,bo@example.org,\"Bo, B.\",Sales,,,no,
";

pub const MANIFEST: &str = r#"{"version":1,"organisation":"Acme","generated_at":"2026-03-15T00:00:00Z","directory":{"url":"directory.json","sha256":"00"},"demo":true,"batches":[{"url":"a.parquet","format":"parquet","kind":"raw","rows":10,"bytes":100,"min_time":"2026-03-14T00:00:00Z","max_time":"2026-03-14T23:59:59Z"},{"url":"b.ndjson","kind":"aggregate","min_time":"2026-03-13T00:00:00Z","max_time":"2026-03-14T00:00:00Z","sha256":null}]}"#;

pub const DIRECTORY_WORDS: &[&str] = &[
    "people",
    "id",
    "email",
    "user",
    "name",
    "department",
    "team",
    "role",
    "seat",
    "invited_at",
    "workspaces",
    "members",
    "tools",
    "prices",
    "version",
    "batches",
    "url",
    "min_time",
    "max_time",
    "generated_at",
    "aggregate",
    "2026-03-14T00:00:00Z",
    "yes",
    "no",
    "ada@example.org",
];

/// After the published schemas; see `tests/behaviour/products.rs`.
pub const PRODUCTS: [&str; 5] = [
    r#"{"uuid":"0197-1","event":"$mcp_tool_call","distinct_id":"ada@example.org","timestamp":"2026-03-14T09:00:00.250Z","properties":{"$mcp_tool_name":"search_docs","$mcp_duration_ms":120.5,"$mcp_is_error":false,"$mcp_client_name":"claude-code","$session_id":"ses_1","$mcp_parameters":{"q":"x"}}}
{"uuid":"0197-2","event":"$pageview","distinct_id":"bo@example.org","timestamp":"2026-03-14T09:06:00Z","properties":{"$current_url":"https://example.org/"}}
"#,
    "uuid,event,distinct_id,timestamp,properties\n1,$mcp_tool_call,ada,2026-03-14T09:00:00Z,\"{\"\"$mcp_tool_name\"\":\"\"read\"\",\"\"$mcp_duration_ms\"\":\"\"900\"\",\"\"$mcp_is_error\"\":true}\"\n",
    r#"{"data":[
 {"id":"o1","traceId":"t1","type":"TOOL","name":"get_weather","startTime":"2026-03-14T09:00:00.000Z","endTime":"2026-03-14T09:00:01.500Z","level":"DEFAULT","latency":1.5,"input":{"city":"x"},"projectId":"acme"},
 {"id":"o2","traceId":"t1","type":"GENERATION","name":"chat","startTime":"2026-03-14T09:02:00.000Z","level":"ERROR","latency":null}
],"meta":{"page":1,"totalItems":2}}"#,
    "id,tool_name,hour_start,total_count,success_count,failure_count,min_response_time,max_response_time,avg_response_time\n1,search,2026-03-14 09:00:00+00:00,10,8,2,0.1,2.5,0.5\n2,search,2026-03-14 10:00:00+00:00,4,4,0,0.25,0.75,0.5\n",
    r#"[{"specversion":"1.0","id":"1","source":"/gateway/a","type":"org.example.tool.called","time":"2026-03-14T09:00:00Z","data":{"tool":"read","user":"ada@example.org","outcome":"success","duration_ms":12}},
 {"specversion":"1.0","id":"2","source":"/gateway/a","type":"org.example.user.created","time":"2026-03-14T09:00:00Z","data":{"is_error":true}}]"#,
];

pub const PRODUCT_WORDS: &[&str] = &[
    "properties",
    "$mcp_tool_call",
    "$mcp_tool_name",
    "$mcp_duration_ms",
    "$mcp_is_error",
    "type",
    "TOOL",
    "startTime",
    "endTime",
    "latency",
    "level",
    "ERROR",
    "hour_start",
    "total_count",
    "success_count",
    "avg_response_time",
    "0.5",
    "specversion",
    "data",
    "source",
    "time",
    "2026-03-14T09:00:00Z",
    "event",
    "distinct_id",
    "is_error",
];

/// Columns nobody knows.
pub const FOREIGN: [&str; 3] = [
    "began,what,whoMail,tookSeconds,result,prompt\n2026-03-14 09:00:00,read,ada@example.org,1.5,ok,x\n2026-03-14 10:00:00,write,bo@example.org,0.25,failed,y\n2026-03-14 11:00:00,read,ada@example.org,,ok,z\n",
    "{\"meta\":{\"at\":1773478800,\"secret\":\"x\"},\"actor\":{\"mail\":\"ada@example.org\"},\"act\":\"read\",\"tookSeconds\":2}\n{\"meta\":{\"at\":1773478801},\"actor\":null,\"act\":\"write\"}\n",
    "[{\"when\":\"14/03/2026 09:00\",\"what\":\"read\"},{\"when\":\"15/03/2026 10:00\",\"what\":\"write\"}]",
];

pub const FOREIGN_WORDS: &[&str] = &[
    "began",
    "when",
    "what",
    "whoMail",
    "tookSeconds",
    "result",
    "meta",
    "at",
    "actor",
    "mail",
    "act",
    "ok",
    "failed",
    "2026-03-14 09:00:00",
    "14/03/2026",
    "03/14/2026",
    "1773478800",
    "a@b.c",
    ",",
    ";",
    "1e9",
];

pub const URLS: [&str; 12] = [
    "range=7d&compare=year&tool=a,b&not.user=x&tool@top-tools=c&zone=Europe/Berlin&week=sunday&now=2026-11-01T00:00:00Z",
    "?range=2026-03-01..2026-03-14&compare=2026-02",
    "range=2026-03-01T08:00..2026-03-02T09:30&compare=weekdays",
    "range=2026-03-01T08:00:00Z..2026-03-02T09:30:00%2B01:00",
    "range=last+quarter&compare=last%20year&department=",
    "range=2026-Q2&not.error_class@failure-reasons=a%2Cb,%E8%AA%AD",
    "range=all&compare=none&outcome=failure&kind=conversation",
    "range=now-6h&now=9999-12-31T23:59:59-23:59",
    "range=now-6h&now=0000-01-01T00:00:00%2B23:59",
    "range=0000-01-01T00:00..9999-12-31T23:59&compare=previous",
    "range=878400h&compare=year",
    "range=1970..2200&compare=1970-01-01..2200-12-31&now=1970-01-01T00:00:00Z",
];

pub const URL_WORDS: &[&str] = &[
    "range",
    "compare",
    "zone",
    "week",
    "now",
    "not.",
    "@",
    "=",
    "&",
    ",",
    "..",
    "/",
    " to ",
    "%",
    "%00",
    "%FF",
    "+",
    "all",
    "today",
    "yesterday",
    "last week",
    "this year",
    "last quarter",
    "previous",
    "weekdays",
    "year",
    "none",
    "7d",
    "2w",
    "now-",
    "4294967295d",
    "2026",
    "2026-Q4",
    "2026-q",
    "2026-02-29",
    "2024-02-29",
    "2200",
    "1970-01-01",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00",
    "T24:00",
    ":60",
    "-23:59",
    "+23:59",
    "saturday",
    "Europe/Berlin",
    "tool",
    "user",
    "department",
    "hour_of_week",
    "İ",
    "ſ",
    "–",
    "\u{2028}",
];

pub const TELEMETRY_WORDS: &[&str] = &[
    "resourceSpans",
    "resourceLogs",
    "resourceMetrics",
    "scopeSpans",
    "scopeLogs",
    "logRecords",
    "spans",
    "attributes",
    "key",
    "value",
    "stringValue",
    "intValue",
    "boolValue",
    "doubleValue",
    "arrayValue",
    "kvlistValue",
    "values",
    "traceId",
    "spanId",
    "parentSpanId",
    "startTimeUnixNano",
    "endTimeUnixNano",
    "timeUnixNano",
    "status",
    "code",
    "kind",
    "name",
    "events",
    "body",
    "mcp.method.name",
    "tools/call",
    "tools/call read",
    "gen_ai.tool.name",
    "gen_ai.operation.name",
    "execute_tool",
    "session.id",
    "user.id",
    "event.name",
    "claude_code.tool_result",
    "tool_use_id",
    "duration_ms",
    "success",
    "error.type",
    "0000000000000001",
    "0000000000000002",
    "00000000000000000000000000000001",
    "SPAN_KIND_CLIENT",
    "STATUS_CODE_ERROR",
    "1773478800000000000",
];

fn typed(fields: &Value) -> Value {
    let fields = fields.as_object().into_iter().flatten();
    fields
        .map(|(key, value)| {
            let value = match value {
                Value::Bool(_) => json!({"boolValue": value}),
                Value::Number(number) => json!({"intValue": number.to_string()}),
                Value::Object(_) => json!({"kvlistValue": {"values": typed(value)}}),
                Value::Array(_) => json!({"arrayValue": {"values": [{"stringValue": "x"}]}}),
                _ => json!({"stringValue": value}),
            };
            json!({"key": key, "value": value})
        })
        .collect()
}

fn span(id: u32, parent: u32, kind: u32, name: &str, fields: &Value) -> Value {
    let parent = if parent == 0 {
        String::new()
    } else {
        format!("{parent:016x}")
    };
    json!({
        "traceId": format!("{:032x}", 1), "spanId": format!("{id:016x}"), "parentSpanId": parent, "name": name,
        "kind": kind, "startTimeUnixNano": (1_773_478_800_000_000_000_u64 + u64::from(id) * 1_000_000).to_string(),
        "endTimeUnixNano": "1773478800010000000", "attributes": typed(fields),
        "events": [{"name": "exception", "attributes": typed(&json!({"exception.type": "Timeout"}))}],
        "status": {"code": id % 3}, "links": [],
    })
}

fn spans(service: &str, scope: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{"resource": {"attributes": typed(&json!({"service.name": service, "service.version": "1.2", "user.id": "maya"}))},
        "scopeSpans": [{"scope": {"name": scope}, "spans": spans}]}]})
}

fn logs(service: &str, scope: &str, records: &[Value]) -> Value {
    json!({"resourceLogs": [{"resource": {"attributes": typed(&json!({"service.name": service}))},
        "scopeLogs": [{"scope": {"name": scope}, "logRecords": records}]}]})
}

fn record(fields: &Value) -> Value {
    json!({"timeUnixNano": "1773478800009000000", "traceId": format!("{:032x}", 1), "spanId": format!("{:016x}", 2),
        "body": {"stringValue": "claude_code.tool_result"}, "attributes": typed(fields)})
}

/// Requests of several dialects: on lines, pretty, in a list, without their envelope.
pub fn telemetry() -> Vec<String> {
    let mcp = spans(
        "app",
        "mcp",
        &[
            span(
                1,
                0,
                3,
                "tools/call read",
                &json!({"mcp.method.name": "tools/call", "session.id": "s1", "error.type": "tool_error", "tags": [1], "map": {"a": {"b": 1}}}),
            ),
            span(
                2,
                1,
                2,
                "tools/call read",
                &json!({"mcp.method.name": "tools/call", "gen_ai.tool.name": "read", "mcp.session.id": "m"}),
            ),
        ],
    );
    let agent = spans(
        "agent",
        "pydantic-ai",
        &[
            span(
                3,
                0,
                1,
                "invoke_agent",
                &json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}),
            ),
            span(
                4,
                3,
                1,
                "execute_tool search",
                &json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "c1"}),
            ),
            span(
                5,
                3,
                3,
                "chat gpt-5",
                &json!({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 12, "gen_ai.request.model": "gpt-5"}),
            ),
        ],
    );
    let claude = logs(
        "claude-code",
        "com.anthropic.claude_code.events",
        &[
            record(
                &json!({"event.name": "tool_result", "tool_name": "Bash", "success": "true", "duration_ms": "120", "session.id": "s1", "tool_use_id": "t1"}),
            ),
            record(
                &json!({"event.name": "tool_decision", "tool_name": "Bash", "decision": "reject", "session.id": "s1"}),
            ),
            record(
                &json!({"event.name": "api_request", "model": "m", "input_tokens": "9", "cache_read_tokens": 1, "output_tokens": 2, "cost_usd": "0.1", "duration_ms": 5, "request_id": "r1", "session.id": "s1"}),
            ),
            record(
                &json!({"event.name": "api_error", "model": "m", "status_code": "529", "duration_ms": 5, "session.id": "s1"}),
            ),
            record(
                &json!({"event.name": "codex.api_request", "model": "m", "http.response.status_code": 200, "duration_ms": "5", "conversation.id": "s1"}),
            ),
            record(
                &json!({"event.name": "codex.sse_event", "model": "m", "input_token_count": "9", "output_token_count": 2, "conversation.id": "s1"}),
            ),
        ],
    );
    let gemini = logs(
        "gemini-cli",
        "gemini-cli",
        &[record(
            &json!({"event.name": "gemini_cli.tool_call", "function_name": "read", "success": false, "duration_ms": 30}),
        )],
    );
    let metrics = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "x", "sum": {"dataPoints": [{"asInt": "1"}]}}]}]}]});
    let pretty = serde_json::to_string_pretty(&agent).unwrap_or_default();
    let bare = mcp["resourceSpans"][0].to_string();
    vec![
        format!("{mcp}\n{claude}\n"),
        format!("{agent}\n{gemini}\n{metrics}\n"),
        format!("[{mcp},{claude}]"),
        pretty,
        bare,
        format!("{claude}{gemini}"),
        mcp.to_string(),
    ]
}
