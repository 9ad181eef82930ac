//! The tables of the workspaces dashboard, worked out by hand from a few executions.

use serde_json::{Value, json};
use toolscope::model::WarningCode;
use toolscope::service::Service;

use super::places_kit::{ask, question, rows, service, table};

/// `count` executions, the first `failures` of them failed: day of March, person, workspace, tool.
fn runs(day: u32, user: &str, workspace: &str, tool: &str, count: u32, failures: u32) -> String {
    let run = |at: u32| {
        let outcome = if at < failures { "failure" } else { "success" };
        format!(
            r#"{{"time":"2026-03-{day:02}T09:00:{at:02}Z","tool":"{tool}","user":"{user}","workspace":"{workspace}","outcome":"{outcome}","duration_ms":{}}}{}"#,
            (at + 1) * 10,
            "\n"
        )
    };
    (0..count).map(run).collect()
}

/// Core: ada 6 and bo 2; data: ada 3, cy 1; web: dee 4 in the week before only; lab never.
fn events() -> String {
    [
        runs(10, "ada", "core", "read", 4, 1),
        runs(11, "ADA@example.org", "core", "write", 2, 0),
        runs(12, "bo", "core", "read", 2, 0),
        runs(12, "ada", "data", "read", 3, 0),
        runs(13, "cy", "data", "query", 1, 1),
        runs(4, "dee", "web", "read", 4, 0),
        runs(5, "bo", "core", "read", 4, 0),
        r#"{"time":"2026-03-13T10:00:00Z","kind":"document_shared","user":"ada","workspace":"core"}
{"time":"2026-03-13T11:00:00Z","kind":"conversation","user":"eve","workspace":"data"}
"#
        .to_owned(),
    ]
    .concat()
}

fn directory() -> Value {
    let person = |id: &str, department: &str| json!({"id": id, "department": department});
    json!({
        "people": [
            {"id": "ada", "email": "ada@example.org", "department": "Research"},
            person("bo", "Research"), person("cy", "Sales"), person("dee", "Sales"),
            person("eve", "Sales")
        ],
        "workspaces": [
            {"id": "core", "name": "Core", "members": ["ada", "bo", "dee"],
             "assigned_tools": ["read", "write", "idle"], "created_at": "2026-03-01"},
            {"id": "data", "members": ["Ada", "cy", "eve"], "assigned_tools": ["query"],
             "created_at": "2026-03-09T12:00:00Z"},
            {"id": "web", "members": ["dee"], "created_at": "2026-03-12"},
            {"id": "lab", "members": []}
        ]
    })
}

/// 8 to 14 March.
fn week() -> toolscope::query::Question {
    question("2026-03-08..2026-03-14", "2026-03-15T00:00:00Z")
}

fn shard() -> Service {
    service(&events(), Some(directory()))
}

#[test]
fn every_workspace_has_its_use_members_and_tools_and_those_asleep_have_zeros() {
    let found = table(&mut shard(), &week(), "workspaces");
    let columns = [
        "workspace",
        "name",
        "executions",
        "executions_previous",
        "executions_change",
        "share",
        "success_rate",
        "failures",
        "users",
        "members",
        "active_members",
        "active_members_share",
        "inactive_members",
        "users_share",
        "documents_shared",
        "workspace_tools",
        "top_tool",
        "duration_p95",
        "last_used",
    ];
    // Core: 8 of 12, of which one failed, after 4 the week before; ada (under two spellings: two in the events) and bo
    // of its members ada, bo and dee. p95 of 10, 20, 30, 40, 10, 20, 10, 20 is 0.65 of the way from 30 to 40.
    // Data: ada and cy ran something, eve talked; all of them are members.
    // Users in all: ada twice, bo, cy, eve.
    assert_eq!(
        rows(&found, &columns),
        [
            "core Core 8 4 1 0.6667 0.875 1 3 3 2 0.6667 1 0.6 1 2 read 36.5 03-12",
            "data – 4 0 new 0.3333 0.75 1 3 3 3 1 0 0.6 0 2 read 28.5 03-13",
            "lab – 0 0 – 0 – 0 0 0 0 – 0 0 0 0 – – –",
            "web – 0 4 -1 0 – 0 0 1 0 0 1 0 0 0 – – –",
        ]
    );
    assert_eq!(found.total("executions").unwrap().number(), Some(12.0));
}

#[test]
fn filters_cut_workspaces_and_members() {
    let mut question = week();
    question.set_values(
        toolscope::query::Dimension::Department,
        false,
        vec!["Sales".into()],
        None,
    );
    let columns = ["workspace", "executions", "members", "active_members"];
    let found = table(&mut shard(), &question, "workspaces");
    assert_eq!(
        rows(&found, &columns),
        ["data 1 2 2", "core 0 1 0", "lab 0 0 0", "web 0 1 0"]
    );
    let mut question = week();
    let workspace = toolscope::query::Dimension::parse("workspace").unwrap();
    question.set_values(workspace, true, vec!["lab".into(), "core".into()], None);
    let found = table(&mut shard(), &question, "workspaces");
    assert_eq!(rows(&found, &columns), ["data 4 3 3", "web 0 1 0"]);
}

#[test]
fn without_a_directory_members_are_not_known_and_that_is_said() {
    let mut shard = service(&events(), None);
    let (tables, provenance) = ask(&mut shard, &week(), "workspaces");
    let columns = [
        "workspace",
        "executions",
        "members",
        "active_members",
        "users",
    ];
    assert_eq!(
        rows(&tables[0], &columns),
        ["core 8 – – 3", "data 4 – – 3", "web 0 – – 0"]
    );
    let is_said = |code| provenance.warnings.iter().any(|one| one.code == code);
    assert!(is_said(WarningCode::DirectoryMissing));
    for widget in [
        "workspaces-created",
        "workspace-sizes",
        "size-and-activity",
        "tool-assignment",
    ] {
        assert!(
            table(&mut shard, &week(), widget).rows.is_empty(),
            "{widget}"
        );
    }
}

#[test]
fn workspaces_add_up_over_time_by_their_dates_and_those_without_one_stay_out() {
    let found = table(&mut shard(), &week(), "workspaces-created");
    assert_eq!(
        rows(&found, &["day", "workspaces", "workspaces_created"]),
        [
            "2026-03-08 1 0",
            "2026-03-09 2 1",
            "2026-03-10 2 0",
            "2026-03-11 2 0",
            "2026-03-12 3 1",
            "2026-03-13 3 0",
            "2026-03-14 3 0"
        ]
    );
}

#[test]
fn sizes_fall_into_classes_and_activity_is_per_member_and_week() {
    let sizes = table(&mut shard(), &week(), "workspace-sizes");
    assert_eq!(
        rows(&sizes, &["workspace_size", "workspaces"]),
        [
            "0 1",
            "1 1",
            "2–5 2",
            "6–10 0",
            "11–20 0",
            "21–50 0",
            "51–100 0",
            ">100 0"
        ]
    );
    let activity = table(&mut shard(), &week(), "size-and-activity");
    let columns = [
        "workspace",
        "members",
        "executions",
        "executions_per_member_week",
    ];
    assert_eq!(
        rows(&activity, &columns),
        [
            "core 3 8 2.6667",
            "data 3 4 1.3333",
            "web 1 0 0",
            "lab 0 0 –"
        ]
    );
}

#[test]
fn contribution_is_told_by_person_whatever_the_spelling() {
    let found = table(&mut shard(), &week(), "contribution");
    let columns = [
        "workspace",
        "executions",
        "contributors",
        "gini",
        "top_member",
        "top_member_share",
        "half_members",
    ];
    // Of 2 and 6: 2·(1·2 + 2·6) ÷ (2·8) − 3/2; of 1 and 3 the same.
    assert_eq!(
        rows(&found, &columns),
        ["core 8 2 0.25 ada 0.75 1", "data 4 2 0.25 ada 0.75 1"]
    );
}

#[test]
fn the_lorenz_curve_goes_from_those_who_do_least_to_all() {
    let (tables, _) = ask(&mut shard(), &week(), "lorenz");
    // cy 1, bo 2, ada 9.
    assert_eq!(
        rows(&tables[0], &["cumulative_people", "cumulative_executions"]),
        ["0 0", "0.3333 0.0833", "0.6667 0.25", "1 1"]
    );
    let columns = [
        "contributors",
        "executions",
        "gini",
        "top_tenth_share",
        "half_members",
    ];
    // 2·(1 + 4 + 27) ÷ (3·12) − 4/3.
    assert_eq!(rows(&tables[1], &columns), ["3 12 0.4444 0.75 1"]);
}

#[test]
fn pairs_share_people_and_tools() {
    // In all time: core has ada and bo with read and write, data has ada, cy and eve with read and query, web has dee
    // with read.
    let all = question("all", "2026-03-15T00:00:00Z");
    let found = table(&mut shard(), &all, "overlap");
    let columns = [
        "workspace",
        "other_workspace",
        "people_overlap",
        "shared_people",
        "tool_overlap",
        "shared_tools",
    ];
    assert_eq!(
        rows(&found, &columns),
        [
            "core data 0.25 1 0.3333 1",
            "core web 0 0 0.5 1",
            "data web 0 0 0.5 1"
        ]
    );
    assert!(table(&mut shard(), &all, "worth-merging").rows.is_empty());
    let same = [
        runs(10, "ada", "one", "read", 3, 0),
        runs(10, "bo", "one", "read", 3, 0),
        runs(10, "ada", "two", "write", 1, 0),
        runs(10, "ada", "big", "write", 50, 0),
        runs(10, "cy", "huge", "query", 50, 0),
        runs(10, "ada", "vast", "list", 50, 0),
    ];
    let mut shard = service(&same.concat(), None);
    let columns = [
        "workspace",
        "other_workspace",
        "people_overlap",
        "merge_reason",
    ];
    // The median of 6, 1, 50, 50 and 50 is 50, so that only two is little used.
    assert_eq!(
        rows(&table(&mut shard, &all, "worth-merging"), &columns),
        [
            "big two 1 same people",
            "big vast 1 same people",
            "two vast 1 same people",
            "big one 0.5 same people",
            "one two 0.5 same people",
            "one vast 0.5 same people"
        ]
    );
}

#[test]
fn assigned_tools_are_used_or_not_and_others_are_used_too() {
    let found = table(&mut shard(), &week(), "tool-assignment");
    assert_eq!(
        rows(
            &found,
            &["workspace", "tool", "tool_assignment", "executions"]
        ),
        [
            "core idle assigned, unused 0",
            "core read assigned and used 6",
            "core write assigned and used 2",
            "data query assigned and used 1",
            "data read used, not assigned 3"
        ]
    );
}

#[test]
fn a_tool_that_two_similar_workspaces_use_well_is_worth_sharing() {
    let places = ["a", "b"].map(|place| {
        [
            runs(10, "ada", place, "read", 5, 0),
            runs(11, "bo", place, "good", 9, 0),
            runs(12, "bo", place, "bad", 9, 5),
            runs(13, "bo", place, "rare", 1, 0),
        ]
        .concat()
    });
    let others = [
        runs(10, "cy", "c", "read", 5, 0),
        runs(10, "cy", "d", "other", 5, 0),
    ];
    let mut shard = service(&[places.concat(), others.concat()].concat(), None);
    let found = table(&mut shard, &week(), "tools-to-share");
    // `c` shares read (1 of 4 tools) with both; `bad` fails too often, and `rare` is below the median of 1, 5, 9 and 9.
    let columns = [
        "workspace",
        "tool",
        "used_by",
        "other_workspace",
        "similarity",
        "success_rate",
    ];
    assert_eq!(rows(&found, &columns), ["c good 2 a 0.25 1"]);
}
