//! A shard with a few rows and a directory, asked what a widget asks; and rows as plain text, for tables worked by hand.

use serde_json::Value;
use toolscope::model::{Cell, Directory, Provenance, ResultTable, Zone};
use toolscope::query::{AskContext, Question, RangeSpec, widgets};
use toolscope::service::{Loaded, Service};

/// A question with a present of its own.
pub fn question(range: &str, now: &str) -> Question {
    let now = chrono::DateTime::parse_from_rfc3339(now).unwrap();
    Question {
        range: RangeSpec::parse(range).unwrap(),
        now_us: Some(now.timestamp_micros()),
        ..Question::default()
    }
}

pub fn service(events: &str, directory: Option<Value>) -> Service {
    let mut service = Service::new("test");
    service.set_zone(Zone::utc());
    let loaded = service.load(1, "events.ndjson", events.as_bytes(), None);
    assert!(matches!(loaded, Ok(Loaded::Events(_))), "{loaded:?}");
    let directory: Option<Directory> =
        directory.map(|directory| serde_json::from_value(directory).unwrap());
    service.set_directory(directory);
    service
}

/// All tables of a widget.
pub fn ask(
    service: &mut Service,
    question: &Question,
    widget: &str,
) -> (Vec<ResultTable>, Provenance) {
    let context = AskContext {
        now_us: question.now_us.unwrap(),
        data_span_us: service.data_span(),
        complete: true,
        warnings: Vec::new(),
    };
    let queries = widgets::queries(widget, question, &context, &Zone::utc());
    assert!(!queries.is_empty(), "{widget}");
    service.ask(question, &queries, &context).unwrap()
}

/// The first table of a widget.
pub fn table(service: &mut Service, question: &Question, widget: &str) -> ResultTable {
    ask(service, question, widget).0.remove(0)
}

/// Some columns of every row, each as text: `–` where there is nothing, four digits behind the point.
pub fn rows(table: &ResultTable, columns: &[&str]) -> Vec<String> {
    let cell = |row: usize, column: &str| {
        let cell = table.cell(row, column);
        match cell.unwrap_or_else(|| panic!("no column {column}: {:?}", table.columns)) {
            Cell::Null => "–".to_owned(),
            Cell::New => "new".to_owned(),
            Cell::Text(text) => text.to_string(),
            Cell::Int(count) => count.to_string(),
            Cell::Float(number) => {
                let text = format!("{number:.4}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Cell::Time(time_us) => chrono::DateTime::from_timestamp_micros(*time_us)
                .unwrap()
                .format("%m-%d")
                .to_string(),
        }
    };
    (0..table.rows.len())
        .map(|row| {
            let cells: Vec<String> = columns.iter().map(|column| cell(row, column)).collect();
            cells.join(" ")
        })
        .collect()
}
