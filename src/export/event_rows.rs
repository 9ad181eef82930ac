//! Raw events as the sheet of a workbook, from the lines of NDJSON in which they are handed on.

use serde_json::{Map, Value};

use super::ExportError;
use crate::model::manifest::time_us;
use crate::model::schema::{ColumnType, SCHEMA};
use crate::model::{Cell, Column, ColumnSpec, ResultTable, TableColumn, Unit};

/// A workbook is made whole, in memory: so many events take about a quarter of a gigabyte on the way.
pub const WORKBOOK_EVENTS_MAX: usize = 100_000;

/// Events on their way into a workbook.
#[derive(Debug, Default)]
pub struct EventRows(Vec<Vec<Cell>>);

impl EventRows {
    /// Takes whole lines, as the workers write them.
    pub fn push(&mut self, lines: &[u8]) -> Result<(), ExportError> {
        let unread = || ExportError::Refused("events", "a line is no event".into());
        for line in lines.split(|&byte| byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            if self.0.len() == WORKBOOK_EVENTS_MAX {
                return Err(ExportError::TooManyEvents(WORKBOOK_EVENTS_MAX));
            }
            let event: Map<String, Value> = serde_json::from_slice(line).map_err(|_| unread())?;
            let cells = SCHEMA.iter().map(|spec| cell(spec, event.get(spec.name)));
            self.0.push(cells.collect());
        }
        Ok(())
    }

    /// The sheet.
    pub fn table(self) -> ResultTable {
        let columns: Vec<TableColumn> = SCHEMA.iter().map(column).collect();
        ResultTable {
            id: "events".into(),
            title: "Raw events".into(),
            totals: vec![Cell::Null; columns.len()],
            columns,
            groups: self.0.len() as u64,
            events: self.0.len() as u64,
            rows: self.0,
            ..ResultTable::default()
        }
    }
}

fn column(spec: &ColumnSpec) -> TableColumn {
    let unit = match spec.column {
        Column::DurationMs => Unit::Milliseconds,
        Column::CostUsd => Unit::UsDollars,
        Column::Bytes => Unit::Bytes,
        _ => match spec.kind {
            ColumnType::Time => Unit::Time,
            ColumnType::Count | ColumnType::Float => Unit::Count,
            ColumnType::Id | ColumnType::Closed | ColumnType::Text => Unit::Text,
        },
    };
    TableColumn {
        name: spec.name.into(),
        metric: spec.name.into(),
        label: spec.label.into(),
        unit,
        exact: true,
        error: 0.0,
    }
}

fn cell(spec: &ColumnSpec, value: Option<&Value>) -> Cell {
    match (spec.kind, value) {
        (ColumnType::Time, Some(Value::String(text))) => {
            time_us(text).map_or(Cell::Null, Cell::Time)
        }
        (_, Some(Value::String(text))) => Cell::Text(text.as_str().into()),
        (ColumnType::Count, Some(Value::Number(number))) => match number.as_i64() {
            Some(number) => Cell::Int(number),
            None => number.as_f64().map_or(Cell::Null, Cell::Float),
        },
        (_, Some(Value::Number(number))) => number.as_f64().map_or(Cell::Null, Cell::Float),
        _ => Cell::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::{EventRows, WORKBOOK_EVENTS_MAX};
    use crate::export::ExportError;
    use crate::model::Cell;

    #[test]
    fn lines_become_typed_rows_and_more_than_fit_are_refused() {
        let mut rows = EventRows::default();
        let line = br#"{"event_id":"xxh3:0f","time":"2026-05-01T10:00:00.000001Z","tool":"=1+1","duration_ms":2.5,"tokens_in":7}"#;
        assert!(
            rows.push(&[line.as_slice(), b"\n", line, b"\n"].concat())
                .is_ok()
        );
        let table = rows.table();
        assert_eq!(table.rows.len(), 2);
        assert_eq!(
            table.cell(0, "time"),
            Some(&Cell::Time(1_777_629_600_000_001))
        );
        assert_eq!(table.cell(0, "tool"), Some(&Cell::Text("=1+1".into())));
        assert_eq!(table.cell(1, "duration_ms"), Some(&Cell::Float(2.5)));
        assert_eq!(table.cell(1, "tokens_in"), Some(&Cell::Int(7)));
        assert_eq!(table.cell(1, "user"), Some(&Cell::Null));
        let mut rows = EventRows::default();
        let many = b"{}\n".repeat(WORKBOOK_EVENTS_MAX + 1);
        assert_eq!(
            rows.push(&many),
            Err(ExportError::TooManyEvents(WORKBOOK_EVENTS_MAX))
        );
        assert!(EventRows::default().push(b"{\n").is_err());
    }
}
