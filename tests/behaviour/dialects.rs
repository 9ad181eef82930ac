//! Every dialect of MCP in spans, in a few lines after its published shape, and the executions that a person counts in it.
//!
//! Each expectation is "tool | server | client version | user | session | outcome error | ms"; a span of id n starts
//! after n ms and ends after 10.

use serde_json::json;

use crate::telemetry_kit::*;

#[test]
fn mcp_conventions_count_client_and_server_as_one_call() {
    let fields = json!({
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "search",
        "gen_ai.operation.name": "execute_tool",
        "jsonrpc.request.id": "7",
        "mcp.session.id": "transport",
        "gen_ai.tool.call.arguments": "canary",
    });
    let mut broken = fields.clone();
    broken["error.type"] = json!("tool_error");
    let client = program(
        "Experimental.ModelContextProtocol",
        json!({}),
        &[
            unit(1, 0, CLIENT, "tools/call search", fields),
            unit(
                4,
                0,
                CLIENT,
                "tools/list",
                json!({"mcp.method.name": "tools/list"}),
            ),
        ],
    );
    let server = program(
        "Experimental.ModelContextProtocol",
        json!({"service.name": "search-server", "user.id": "maya"}),
        &[failed(unit(2, 1, SERVER, "tools/call search", broken))],
    );
    let both = format!("{client}\n{server}");
    check_text(
        &both,
        &["search | search-server | app 1.2 | maya | transport | failure tool_error | 9"],
    );
    check_text(
        &server,
        &["search | search-server | - - | maya | transport | failure tool_error | 8"],
    );
}

#[test]
fn an_error_class_alone_is_a_failure_and_so_is_an_exception_unless_the_status_is_ok() {
    let call = |id| {
        unit(
            id,
            0,
            CLIENT,
            "tools/call a",
            json!({"mcp.method.name": "tools/call"}),
        )
    };
    let classed = unit(
        1,
        0,
        CLIENT,
        "tools/call a",
        json!({"mcp.method.name": "tools/call", "error.type": "-32602"}),
    );
    check(
        "x",
        &[
            classed,
            raised(call(2), "ValueError"),
            went_well(raised(call(3), "Retried")),
            raised(failed(call(4)), "KeyError"),
        ],
        &[
            "a | - | app 1.2 | - | - | failure -32602 | 9",
            "a | - | app 1.2 | - | - | failure ValueError | 8",
            "a | - | app 1.2 | - | - | success - | 7",
            "a | - | app 1.2 | - | - | failure KeyError | 6",
        ],
    );
}

#[test]
fn a_gateway_between_client_and_server_adds_no_call() {
    let gateway = [
        unit(
            2,
            1,
            SERVER,
            "tools/call search",
            json!({
                "mcp.method.name": "tools/call", "mcp.method": "tools/call", "mcp.server.name": "github",
                "gen_ai.tool.name": "search", "gen_ai.operation.name": "execute_tool",
            }),
        ),
        unit(3, 2, CLIENT, "POST", json!({"gen_ai.system": "x"})),
    ];
    let client = program(
        "mcp-python-sdk",
        json!({"service.name": "cursor"}),
        &[unit(
            1,
            0,
            CLIENT,
            "MCP send tools/call search",
            json!({"mcp.method.name": "tools/call"}),
        )],
    );
    let gateway = program("toolhive", json!({"service.name": "toolhive"}), &gateway);
    let server = program(
        "server",
        json!({"service.name": "github-mcp"}),
        &[unit(
            4,
            3,
            SERVER,
            "tools/call search",
            json!({"mcp.method.name": "tools/call", "mcp.tool.name": "search"}),
        )],
    );
    check_text(
        &format!("{server}\n{gateway}\n{client}"),
        &["search | github | cursor 1.2 | - | - | success - | 9"],
    );
}

#[test]
fn envoy_and_docker_gateways_name_the_tool_in_an_attribute() {
    check(
        "aigateway",
        &[
            unit(
                1,
                0,
                CLIENT,
                "CallTool",
                json!({"mcp.method.name": "tools/call", "mcp.tool.name": "echo", "mcp.request.id": "1"}),
            ),
            unit(
                2,
                0,
                CLIENT,
                "ListTools",
                json!({"mcp.method.name": "tools/list"}),
            ),
        ],
        &["echo | - | app 1.2 | - | - | success - | 9"],
    );
    check(
        "github.com/docker/mcp-gateway",
        &[unit(
            1,
            0,
            CLIENT,
            "mcp.tool.call",
            json!({"mcp.tool.name": "echo", "mcp.server.name": "duckduckgo", "mcp.client.name": "Claude Desktop"}),
        )],
        &["echo | duckduckgo | Claude Desktop - | - | - | success - | 9"],
    );
}

#[test]
fn sentry_says_error_in_a_flag_and_names_the_client() {
    check(
        "@sentry/core",
        &[went_well(unit(
            1,
            0,
            INTERNAL,
            "tools/call add",
            json!({
                "mcp.method.name": "tools/call", "mcp.tool.name": "add", "mcp.tool.result.is_error": true,
                "mcp.tool.result.content": "canary", "mcp.server.name": "calc", "mcp.session.id": "t",
                "mcp.client.name": "claude-ai", "mcp.client.version": "0.1.0",
            }),
        ))],
        &["add | calc | claude-ai 0.1.0 | - | t | failure tool_error | 9"],
    );
}

#[test]
fn aws_and_codex_follow_json_rpc() {
    check(
        "mcp",
        &[
            unit(
                1,
                0,
                CLIENT,
                "client.send_request",
                json!({"mcp.call_tool": true, "tool.name": "add", "aws.remote.operation": "add"}),
            ),
            unit(
                2,
                1,
                SERVER,
                "tools/add",
                json!({"mcp.call_tool": true, "tool.name": "add"}),
            ),
        ],
        &["add | app | app 1.2 | - | - | success - | 9"],
    );
    check(
        "codex_cli_rs",
        &[unit(
            1,
            0,
            CLIENT,
            "mcp.tools.call",
            json!({
                "rpc.system": "jsonrpc", "rpc.method": "tools/call", "mcp.server.name": "docs",
                "tool.name": "search", "tool.call_id": "call_1", "session.id": "c1",
            }),
        )],
        &["search | docs | app 1.2 | - | c1 | success - | 9"],
    );
}

#[test]
fn hand_written_spans_of_servers_are_calls_by_name_or_attribute() {
    check(
        "server",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "mcp.tool.geocode",
                json!({"mcp.tool.name": "geocode", "mcp.tool.result.is_error": false}),
            ),
            unit(
                2,
                0,
                SERVER,
                "tools/call",
                json!({"rpc.system": "mcp", "mcp.method.name": "tools/call", "gen_ai.tool.name": "add"}),
            ),
            unit(3, 0, SERVER, "tools/call sub", json!({})),
            unit(4, 0, INTERNAL, "execute_tool mul", json!({})),
        ],
        &[
            "geocode | app | - - | - | - | success - | 9",
            "add | app | - - | - | - | success - | 8",
            "sub | app | - - | - | - | success - | 7",
            "mul | - | app 1.2 | - | - | success - | 6",
        ],
    );
}

#[test]
fn the_user_may_stand_on_any_span_of_the_call_or_around_it() {
    let tool = |more: serde_json::Value| {
        let mut fields = json!({"mcp.method.name": "tools/call"});
        fields
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        fields
    };
    check(
        "fastmcp",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "invoke_agent a",
                json!({"gen_ai.operation.name": "invoke_agent", "user.name": "around", "session.id": "s1"}),
            ),
            unit(2, 1, CLIENT, "tools/call add", tool(json!({}))),
            unit(
                3,
                2,
                SERVER,
                "tools/call add",
                tool(json!({"enduser.id": "maya", "mcp.session.id": "t1"})),
            ),
            unit(4, 1, CLIENT, "tools/call sub", tool(json!({}))),
        ],
        &[
            "add | app | app 1.2 | maya | s1 | success - | 8",
            "sub | - | app 1.2 | around | s1 | success - | 6",
        ],
    );
}

#[test]
fn a_session_of_the_resource_goes_before_that_of_the_connection() {
    let stream = program(
        "mcp-python-sdk",
        json!({"session.id": "resource"}),
        &[
            unit(
                1,
                0,
                CLIENT,
                "tools/call a",
                json!({"mcp.method.name": "tools/call", "mcp.session.id": "t1"}),
            ),
            unit(
                2,
                0,
                CLIENT,
                "tools/call b",
                json!({"mcp.method.name": "tools/call", "session.id": "span"}),
            ),
        ],
    );
    check_text(
        &stream,
        &[
            "a | - | app 1.2 | - | resource | success - | 9",
            "b | - | app 1.2 | - | span | success - | 8",
        ],
    );
}

#[test]
fn haystack_and_older_toolhive_have_attributes_of_their_own() {
    check(
        "haystack",
        &[unit(
            1,
            0,
            INTERNAL,
            "haystack.agent.step.tool",
            json!({"haystack.tool.name": "write_result", "haystack.tool.description": "canary"}),
        )],
        &["write_result | - | app 1.2 | - | - | success - | 9"],
    );
    check(
        "toolhive",
        &[
            unit(
                1,
                0,
                SERVER,
                "mcp.tools/call",
                json!({"mcp.method": "tools/call", "mcp.tool.name": "fetch", "mcp.server.name": "web", "mcp.client.name": "cursor"}),
            ),
            unit(
                2,
                0,
                SERVER,
                "mcp.tools/list",
                json!({"mcp.method": "tools/list"}),
            ),
        ],
        &["fetch | web | cursor - | - | - | success - | 9"],
    );
}
