//! Drawings: the right numbers in the right form, and no JavaScript in them.

use toolscope::charts::{Palette, bars, over_time, several};
use toolscope::model::{Cell, ResultTable, TableColumn, Unit};
use toolscope::query::widgets::Look;

fn column(name: &str, unit: Unit) -> TableColumn {
    TableColumn {
        name: name.into(),
        metric: name.into(),
        label: name.into(),
        unit,
        exact: true,
        error: 0.0,
    }
}

fn days() -> ResultTable {
    let row = |day: &str, now: Cell, before: Cell| vec![Cell::Text(day.into()), now, before];
    ResultTable {
        columns: vec![
            column("day", Unit::Text),
            column("executions", Unit::Count),
            column("executions_previous", Unit::Count),
        ],
        rows: vec![
            row("2026-03-01", Cell::Int(5), Cell::Int(7)),
            row("2026-03-02", Cell::Null, Cell::Int(1)),
            row("2026-03-03", Cell::Int(2), Cell::Null),
        ],
        incomplete_rows: vec![2],
        bucket_start_us: vec![0, 1, 2],
        ..ResultTable::default()
    }
}

fn palette() -> Palette {
    Palette {
        accent: "#111111".into(),
        accent_soft: "#222222".into(),
        previous: "#333333".into(),
        ..Palette::default()
    }
}

fn labels() -> Vec<String> {
    ["1 Mar", "2 Mar", "3 Mar"].map(str::to_owned).to_vec()
}

#[test]
fn a_series_shows_gaps_marks_what_is_incomplete_and_draws_the_comparison() {
    let drawing = over_time(&days(), "executions", Look::Columns, labels(), &palette());
    let option = serde_json::to_value(&drawing.chart).unwrap();
    let series = option["series"].as_array().unwrap();
    assert_eq!(
        (series[0]["type"].as_str(), series[1]["type"].as_str()),
        (Some("bar"), Some("line"))
    );
    let data = series[0]["data"].as_array().unwrap();
    assert_eq!(data[0], 5.0);
    assert_eq!(data[1], "-", "a missing number is a gap, not a zero");
    assert_eq!(series[0]["itemStyle"]["color"], "#111111");
    assert_eq!(
        data[2]["itemStyle"]["color"], "#222222",
        "an incomplete bucket stays behind"
    );
    assert_eq!(series[1]["data"], serde_json::json!([7.0, 1.0, "-"]));
    assert_eq!((drawing.unit, drawing.can_brush), (Unit::Count, true));
}

#[test]
fn without_a_comparison_there_is_one_series() {
    let mut table = days();
    table.columns.truncate(2);
    let drawing = over_time(&table, "executions", Look::Line, labels(), &palette());
    let option = serde_json::to_value(&drawing.chart).unwrap();
    assert_eq!(option["series"].as_array().unwrap().len(), 1);
    assert!(
        !option.to_string().contains("function"),
        "no JavaScript text in an option"
    );
}

#[test]
fn a_ranking_has_the_greatest_on_top() {
    let drawing = bars(&days(), "executions", labels(), &palette());
    let option = serde_json::to_value(&drawing.chart).unwrap();
    // The axis counts from below.
    assert_eq!(
        option["yAxis"]["data"],
        serde_json::json!(["3 Mar", "2 Mar", "1 Mar"])
    );
    assert_eq!(
        option["series"][0]["data"],
        serde_json::json!([2.0, "-", 5.0])
    );
}

#[test]
fn several_series_are_lines_or_stacked_and_what_is_bad_hangs_below() {
    let mut table = days();
    table.columns = vec![
        column("week", Unit::Text),
        column("new_users", Unit::Count),
        column("dormant_users", Unit::Count),
    ];
    let lines = several(&table, &[1, 2], Look::Lines, labels(), &palette());
    let option = serde_json::to_value(&lines.chart).unwrap();
    assert_eq!(option["series"][1]["type"], "line");
    assert_eq!(option["series"][1]["data"][0], 7.0);
    assert!(option["series"][1].get("stack").is_none());
    let stack = several(&table, &[1, 2], Look::Stack, labels(), &palette());
    let option = serde_json::to_value(&stack.chart).unwrap();
    assert_eq!(option["series"][0]["data"][0], 5.0);
    assert_eq!(option["series"][1]["stack"], "all");
    assert_eq!(option["series"][1]["data"][0], -7.0);
    // A gap is no zero.
    assert_eq!(option["series"][1]["data"][2], "-");
}
