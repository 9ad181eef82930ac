//! The outputs: CSV that a spreadsheet can't be tricked by, the shared JSON, text for a terminal.

use std::sync::Arc;

use serde_json::json;
use toolscope::export::{self, Names};
use toolscope::model::{
    Cell, Provenance, ResultTable, SourceReceipt, TableColumn, Unit, Warning, WarningCode,
};
use toolscope::query::{Period, Question};

fn column(name: &str, unit: Unit, exact: bool) -> TableColumn {
    TableColumn {
        name: name.into(),
        metric: name.trim_end_matches("_change").into(),
        label: name.into(),
        unit,
        exact,
        error: if exact { 0.0 } else { 0.008_125 },
    }
}

fn table() -> ResultTable {
    let text = |text: &str| Cell::Text(Arc::from(text));
    ResultTable {
        id: "top-tools".into(),
        title: "Top tools".into(),
        columns: vec![
            column("tool", Unit::Text, true),
            column("executions", Unit::Count, true),
            column("users", Unit::Count, false),
            column("success_rate", Unit::Ratio, true),
            column("duration_p50", Unit::Milliseconds, true),
            column("last_used", Unit::Time, true),
            column("executions_change", Unit::Change, true),
        ],
        rows: vec![
            vec![
                text("=HYPERLINK(\"evil\")"),
                Cell::Int(1_234_567),
                Cell::Int(9),
                Cell::Float(0.5),
                Cell::Float(12.345),
                Cell::Time(1_773_478_800_000_001),
                Cell::New,
            ],
            vec![
                text("a, \"b\"\nc"),
                Cell::Int(0),
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Float(-0.25),
            ],
            vec![
                Cell::Null,
                Cell::Int(-1),
                Cell::Int(0),
                Cell::Float(1.0),
                Cell::Float(0.1),
                Cell::Null,
                Cell::Null,
            ],
        ],
        totals: vec![
            Cell::Null,
            Cell::Int(1_234_566),
            Cell::Int(9),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ],
        groups: 5,
        events: 42,
        ..ResultTable::default()
    }
}

#[test]
fn csv_quotes_what_must_be_and_defuses_formulas() {
    assert_eq!(
        export::csv(&table(), Names::Defused),
        "tool,executions,users,success_rate,duration_p50,last_used,executions_change\r\n\
         \"'=HYPERLINK(\"\"evil\"\")\",1234567,9,0.5,12.345,2026-03-14T09:00:00.000001Z,new\r\n\
         \"a, \"\"b\"\"\nc\",0,,,,,-0.25\r\n\
         ,-1,0,1,0.1,,\r\n"
    );
    let two = export::csv_of_several(&[table(), table()], Names::Defused);
    assert_eq!(two.matches("# top-tools: Top tools\r\n").count(), 2);
}

/// What people who attack spreadsheets write, each behind every way to hide its beginning: none may be run (A4).
fn payloads() -> Vec<String> {
    let formulas = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM(1)",
    ];
    let before = [
        "", " ", "\t", "\r", "\n", "\r\n", "\u{a0}", "\u{3000}", "\u{feff}", "\u{200b}", "\"",
        "\"\"", "a;", "a\t", "a\n",
    ];
    let all = formulas.iter();
    all.flat_map(|formula| {
        before
            .iter()
            .map(move |before| format!("{before}{formula}"))
    })
    .collect()
}

#[test]
fn a4_none_of_150_payloads_begins_a_formula_however_the_csv_is_cut() {
    let payloads = payloads();
    assert_eq!(payloads.len(), 150);
    let name = |text: &String| vec![Cell::Text(Arc::from(text.as_str())), Cell::Int(-1)];
    let table = ResultTable {
        columns: vec![
            column("=tool", Unit::Text, true),
            column("n", Unit::Count, true),
        ],
        rows: payloads.iter().map(name).collect(),
        ..ResultTable::default()
    };
    let is_formula = |cell: &str| {
        let cell = cell.trim_start_matches(|letter: char| {
            letter.is_whitespace() || letter == '"' || "\u{feff}\u{200b}".contains(letter)
        });
        cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
            && cell.parse::<f64>().is_err()
    };
    let text = export::csv(&table, Names::Defused);
    // However a spreadsheet cuts it: by semicolons, tabs or lines, deaf to quotes. (Where commas cut, quotes hold.)
    for cell in text.split([';', '\t', '\n', '\r']) {
        assert!(!is_formula(cell), "{cell:?}");
    }
    let pasted = export::tabs(&table);
    assert!(!pasted.split(['\t', '\n']).any(is_formula), "{pasted}");
    assert_eq!(text.matches(",-1\r\n").count(), 150, "numbers stay numbers");
    let raw = export::csv(&table, Names::Raw);
    assert!(
        raw.contains("\r\n=1+1,-1\r\n") && raw.starts_with("=tool,n"),
        "{raw}"
    );
}

#[test]
fn the_shared_json_has_the_documented_shape() {
    let provenance = Provenance {
        sources: vec![SourceReceipt {
            name: "a.ndjson".into(),
            format: "ndjson".into(),
            kind: "raw".into(),
            rows_read: 3,
            accepted: 2,
            set_aside: 1,
            executions: 2,
            ..SourceReceipt::default()
        }],
        dropped_fields: [("prompt".to_owned(), 2)].into(),
        warnings: vec![Warning::new(WarningCode::Partial, "Not all yet.")],
        exact: false,
        engine: "toolscope".into(),
        fingerprint: "00ff".into(),
        now_us: 1_773_478_800_000_000,
        zone: "Europe/Berlin".into(),
        complete: true,
        ..Provenance::default()
    };
    let mut question = Question::default();
    question.toggle(toolscope::query::Dimension::Department, true, "Sales", None);
    let period = Period::new(1_773_478_800_000_000, 1_773_478_801_000_000);
    let document = export::document(&question, &(period, None), &provenance, &[table()]);
    assert_eq!(document["format"], "toolscope/1");
    assert_eq!(
        document["question"],
        json!({
            "range": "30d", "from": "2026-03-14T09:00:00Z", "until": "2026-03-14T09:00:01Z", "compare": "previous", "compare_from": null,
            "compare_until": null, "zone": "UTC", "week_start": "monday",
            "filters": [{"dimension": "department", "exclude": true, "values": ["Sales"], "except_widget": null}],
        })
    );
    let source = &document["provenance"]["sources"][0];
    assert_eq!(
        (
            &source["name"],
            &source["format"],
            &source["rows_read"],
            &source["accepted"],
            &source["set_aside"],
            &source["duplicates"]
        ),
        (
            &json!("a.ndjson"),
            &json!("ndjson"),
            &json!(3),
            &json!(2),
            &json!(1),
            &json!(0)
        )
    );
    assert_eq!(
        document["provenance"]["dropped_fields"],
        json!({"prompt": 2})
    );
    assert_eq!(
        document["provenance"]["warnings"],
        json!([{"code": "partial", "message": "Not all yet."}])
    );
    assert_eq!(
        (
            &document["provenance"]["now"],
            &document["provenance"]["zone"]
        ),
        (&json!("2026-03-14T09:00:00Z"), &json!("Europe/Berlin"))
    );
    assert_eq!(document["definitions"]["users"]["unit"], "count");
    let columns = &document["tables"][0]["columns"];
    assert_eq!(
        columns[2],
        json!({"name": "users", "metric": "users", "label": "users", "unit": "count", "exact": false, "relative_error": 0.008_125})
    );
    assert_eq!(columns[6]["metric"], "executions");
    assert_eq!(
        document["tables"][0]["rows"][0],
        json!([
            "=HYPERLINK(\"evil\")",
            1_234_567,
            9,
            0.5,
            12.345,
            "2026-03-14T09:00:00.000001Z",
            "new"
        ])
    );
    assert_eq!(
        document["tables"][0]["rows"][2],
        json!([null, -1, 0, 1.0, 0.1, null, null])
    );
}

#[test]
fn text_for_a_terminal_lines_up_and_hides_control_characters() {
    let mut table = table();
    table.rows[0][0] = Cell::Text("bell\u{7}".into());
    table.rows.truncate(1);
    let text = export::text(&table);
    assert!(text.starts_with("Top tools\n"), "{text}");
    assert!(
        text.contains("bell·")
            && text.contains("1,234,567")
            && text.contains("50.0 %")
            && text.contains("12 ms"),
        "{text}"
    );
    assert!(text.contains("users ≈"), "{text}");
    assert!(text.ends_with("(4 more)\n"), "{text}");
}
