//! The JSON that page, exports and command line share. Its shape is documented in the README and held by tests.

use serde_json::{Map, Value, json};

use super::rfc3339;
use crate::metrics::MetricId;
use crate::model::{Cell, Provenance, ResultTable};
use crate::query::{Clause, CompareSpec, Comparison, Period, Question};

/// Name and version of the form.
pub const FORMAT: &str = "toolscope/1";

/// Dimension values are text, counts integers, rates 0 to 1, times RFC 3339 UTC, durations milliseconds;
/// `null` is "not available", `"new"` a change from zero.
pub fn document(
    question: &Question,
    periods: &(Period, Option<Comparison>),
    provenance: &Provenance,
    tables: &[ResultTable],
) -> Value {
    json!({
        "format": FORMAT,
        "question": question_value(question, periods),
        "provenance": provenance_value(provenance),
        "definitions": definitions_value(tables),
        "tables": tables.iter().map(table_value).collect::<Vec<_>>(),
    })
}

/// Everything about a report but its rows: what lies beside the tables of an archive.
#[cfg(any(feature = "documents", feature = "columnar"))]
pub(super) fn about(report: &super::Report) -> String {
    let tables = report.tables.iter().map(|table| {
        json!({
            "id": table.id,
            "title": table.title,
            "columns": columns_value(table),
            "rows": table.rows.len(),
            "groups": table.groups,
            "events": table.events,
            "incomplete_rows": table.incomplete_rows,
        })
    });
    let about = json!({
        "format": FORMAT,
        "question": question_value(&report.question, &report.periods),
        "provenance": provenance_value(&report.provenance),
        "definitions": definitions_value(&report.tables),
        "tables": tables.collect::<Vec<_>>(),
    });
    format!("{about:#}\n")
}

/// What each metric of the tables means, by its id.
pub(super) fn definitions_value(tables: &[ResultTable]) -> Value {
    let columns = tables.iter().flat_map(|table| &table.columns);
    let metrics = columns.filter_map(|column| MetricId::parse(&column.metric));
    let definitions = metrics.map(|metric| {
        let spec = metric.spec();
        let definition =
            json!({"name": spec.name, "unit": spec.unit.name(), "definition": spec.definition});
        (spec.id.to_owned(), definition)
    });
    Value::Object(definitions.collect())
}

/// One cell.
pub fn cell_value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::from(text.as_ref()),
        Cell::Int(number) => Value::from(*number),
        Cell::Float(number) => Value::from(*number),
        Cell::Time(time_us) => Value::from(rfc3339(*time_us)),
        Cell::New => Value::from("new"),
    }
}

pub(super) fn question_value(
    question: &Question,
    (period, comparison): &(Period, Option<Comparison>),
) -> Value {
    let compare = match &question.compare {
        CompareSpec::None => Value::Null,
        compare => Value::from(compare.to_text()),
    };
    json!({
        "range": question.range.to_text(),
        "from": rfc3339(period.from_us),
        "until": rfc3339(period.until_us),
        "compare": compare,
        "compare_from": comparison.as_ref().map(|compared| rfc3339(compared.period.from_us)),
        "compare_until": comparison.as_ref().map(|compared| rfc3339(compared.period.until_us)),
        "filters": question.filters.iter().map(clause_value).collect::<Vec<_>>(),
        "zone": question.zone,
        "week_start": question.week_start.name(),
    })
}

fn clause_value(clause: &Clause) -> Value {
    json!({
        "dimension": clause.dimension.name(),
        "exclude": clause.exclude,
        "values": clause.values,
        "except_widget": clause.source,
    })
}

pub(super) fn provenance_value(provenance: &Provenance) -> Value {
    let sources: Vec<Value> = provenance
        .sources
        .iter()
        .map(|source| {
            json!({
                "name": source.name,
                "format": source.format,
                "kind": source.kind,
                "rows_read": source.rows_read,
                "accepted": source.accepted,
                "set_aside": source.set_aside,
                "duplicates": source.duplicates,
                "executions": source.executions,
                "error": source.error,
            })
        })
        .collect();
    let warnings: Vec<Value> = provenance
        .warnings
        .iter()
        .map(|warning| json!({"code": warning.code.name(), "message": warning.message}))
        .collect();
    json!({
        "sources": sources,
        "dropped_fields": provenance.dropped_fields,
        "warnings": warnings,
        "exact": provenance.exact,
        "engine": provenance.engine,
        "fingerprint": provenance.fingerprint,
        "now": rfc3339(provenance.now_us),
        "zone": provenance.zone,
        "newest_event": provenance.newest_event_us.map(rfc3339),
        "rows_scanned": provenance.rows_scanned,
        "rows_skipped": provenance.rows_skipped,
        "complete": provenance.complete,
    })
}

/// What is known about each column.
pub(super) fn columns_value(table: &ResultTable) -> Value {
    let columns = table.columns.iter().map(|column| {
        let mut value = Map::new();
        value.insert("name".into(), column.name.clone().into());
        value.insert("metric".into(), column.metric.clone().into());
        value.insert("label".into(), column.label.clone().into());
        value.insert("unit".into(), column.unit.name().into());
        value.insert("exact".into(), column.exact.into());
        if !column.exact {
            value.insert("relative_error".into(), column.error.into());
        }
        Value::Object(value)
    });
    Value::Array(columns.collect())
}

fn table_value(table: &ResultTable) -> Value {
    let row = |row: &Vec<Cell>| Value::Array(row.iter().map(cell_value).collect());
    json!({
        "id": table.id,
        "title": table.title,
        "columns": columns_value(table),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
        "totals": row(&table.totals),
        "groups": table.groups,
        "events": table.events,
        "incomplete_rows": table.incomplete_rows,
    })
}
