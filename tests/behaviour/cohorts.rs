//! People by the month in which they began, which the directory says (Q8).

use serde_json::json;
use toolscope::metrics::MetricId;
use toolscope::query::{AskContext, Dimension, Question, widgets};

use super::places_kit::{question, rows, service, table};

const EVENTS: [(&str, u32); 4] = [("ada", 3), ("Bo@example.org", 2), ("cy", 1), ("nobody", 4)];

fn events() -> String {
    let runs = EVENTS.iter().flat_map(|(user, count)| {
        (0..*count).map(move |at| {
            let time = format!("2026-03-10T09:00:{at:02}Z");
            format!(r#"{{"time":"{time}","tool":"read","user":"{user}","outcome":"success"}}"#)
                + "\n"
        })
    });
    runs.collect()
}

fn directory() -> serde_json::Value {
    json!({"people": [
        {"id": "ada", "invited_at": "2025-12-20", "first_login_at": "2026-01-31"},
        {"id": "bo", "email": "bo@example.org", "invited_at": "2026-01-02"},
        {"id": "cy", "first_login_at": "2026-02-01"},
    ]})
}

fn asked() -> Question {
    question("2026-03-08..2026-03-14", "2026-03-15T00:00:00Z")
}

#[test]
fn q8_people_are_counted_by_the_month_of_their_first_login_or_else_their_invitation() {
    let mut shard = service(&events(), Some(directory()));
    let question = asked();
    let context = AskContext {
        now_us: question.now_us.unwrap(),
        data_span_us: shard.data_span(),
        complete: true,
        warnings: Vec::new(),
    };
    let query = widgets::free(
        &[Dimension::Cohort],
        &[MetricId::Executions, MetricId::Users],
    );
    let (tables, _) = shard.ask(&question, &[query], &context).unwrap();
    assert_eq!(
        rows(&tables[0], &["cohort", "executions", "users"]),
        ["2026-01 5 2", "2026-02 1 1", "– 4 1"]
    );
}

#[test]
fn q8_cohorts_that_a_filter_keeps_stand_side_by_side_over_time_and_against_the_comparison() {
    let mut shard = service(&events(), Some(directory()));
    let mut question = asked();
    for month in ["2026-01", "2026-02"] {
        question.toggle(Dimension::Cohort, false, month, None);
    }
    let sides = table(&mut shard, &question, "side-by-side");
    assert_eq!(
        rows(&sides, &["cohort", "executions"]),
        ["2026-01 5", "2026-02 1"]
    );
    let lines = table(&mut shard, &question, "side-by-side-over-time");
    assert_eq!(
        rows(&lines, &["day", "2026-01", "2026-02"])[2],
        "2026-03-10 5 1"
    );
    let slope = table(&mut shard, &question, "side-by-side-slope");
    assert_eq!(
        rows(&slope, &["cohort", "executions_previous", "executions"]),
        ["2026-01 0 5", "2026-02 0 1"]
    );
}

#[test]
fn q8_who_fell_to_nothing_still_stands_side_by_side() {
    let run = |time: &str, client: &str| {
        format!(r#"{{"time":"{time}","tool":"read","user":"ada","client":"{client}"}}"#) + "\n"
    };
    let events = [
        run("2026-03-03T09:00:00Z", "Gone"),
        run("2026-03-03T10:00:00Z", "Gone"),
        run("2026-03-10T09:00:00Z", "Here"),
    ];
    let mut shard = service(&events.concat(), None);
    for widget in ["side-by-side", "side-by-side-slope"] {
        let sides = table(&mut shard, &asked(), widget);
        let shown = rows(&sides, &["client", "executions_previous", "executions"]);
        assert_eq!(shown, ["Here 0 1", "Gone 2 0"], "{widget}");
    }
}

#[test]
fn t2_a_tool_called_like_a_comparison_is_drawn_like_any_other() {
    let run = |at: usize, tool: &str| {
        format!(r#"{{"time":"2026-03-10T09:00:{at:02}Z","tool":"{tool}","user":"ada"}}"#) + "\n"
    };
    let tools = ["apply_change", "get_previous", "day", "read"];
    let events: String = tools
        .iter()
        .enumerate()
        .map(|(at, tool)| run(at, tool))
        .collect();
    let mut shard = service(&events, None);
    let over_time = table(&mut shard, &asked(), "tools-over-time");
    let spec = widgets::widget("tools-over-time").unwrap();
    let drawn = spec.drawn(&over_time);
    assert_eq!(drawn, [1, 2, 3, 4], "{:?}", over_time.columns);
}
