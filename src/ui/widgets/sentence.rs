//! One sentence with a widget's numbers: what a chart says to who can't see it (S2).

use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable, Unit};
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::locale;
use crate::ui::widgets::words;

/// Of more series the sentence would be longer than anybody reads.
const SERIES_SAID: usize = 4;

pub fn sentence(spec: &WidgetSpec, tables: &[ResultTable]) -> String {
    let Some(table) = tables.first() else {
        return String::new();
    };
    match spec.look {
        Look::Columns | Look::Line => over_time(spec, table),
        Look::Bars => ranking(spec, table),
        Look::Lines | Look::Stack => latest(spec, table),
        Look::Heatmap => busiest(table),
        Look::Histogram => most(spec, table, tables.get(1)),
        Look::Curve => spread(tables.get(1)),
        Look::Funnel => funnel(table),
        Look::Triangle => kept(tables.get(1)),
        Look::Matrix => states(table),
        _ => String::new(),
    }
}

fn over_time(spec: &WidgetSpec, table: &ResultTable) -> String {
    let measure = spec.measure.id();
    let Some(column) = table.columns.iter().find(|column| column.name == measure) else {
        return String::new();
    };
    let write = |cell: &Cell| locale::cell(cell, column.unit);
    let extreme = table
        .rows
        .iter()
        .enumerate()
        .filter_map(|(row, _)| Some((row, table.cell(row, measure)?.number()?)))
        .filter(|(_, number)| spec.measure != MetricId::Executions || *number > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let total = table.total(measure).cloned().unwrap_or_default();
    let change = table
        .total(&format!("{measure}_change"))
        .and_then(Cell::number);
    let versus = change
        .map(|change| format!(", {} on the comparison", locale::change(change)))
        .unwrap_or_default();
    match (spec.measure, extreme) {
        (_, None) => "Nothing happened in this period.".into(),
        (MetricId::Executions, Some((row, _))) => {
            let peak = table.cell(row, measure).unwrap_or(&Cell::Null);
            let start = table.bucket_start_us.get(row).copied().unwrap_or_default();
            format!(
                "{} in total{versus}; most on {} ({}).",
                write(&total),
                words::bucket_name(words::bucket(table), start),
                write(peak)
            )
        }
        (MetricId::Adopters, Some(_)) => {
            let share = table
                .total(MetricId::AdoptionShare.id())
                .and_then(Cell::number);
            let of = table
                .columns
                .iter()
                .find(|column| column.name == MetricId::AdoptionShare.id());
            let seats = of.is_none_or(|column| !column.label.contains("seen"));
            let share = share
                .filter(|_| seats)
                .map(|share| format!(", {} of all seats", locale::percent(share)));
            format!(
                "{} people have used a tool so far{}.",
                write(&total),
                share.unwrap_or_default()
            )
        }
        // What does not add up is told as it is now.
        (_, Some(_)) if total == Cell::Null => latest(spec, table),
        (_, Some(_)) => format!("{} over the whole period{versus}.", write(&total)),
    }
}

/// Several series: where each of them is now.
fn latest(spec: &WidgetSpec, table: &ResultTable) -> String {
    let complete = |row: &usize| !table.incomplete_rows.contains(&(*row as u32));
    let Some(row) = (0..table.rows.len()).rev().find(complete) else {
        return String::new();
    };
    let start = table.bucket_start_us.get(row).copied().unwrap_or_default();
    let columns = spec
        .drawn(table)
        .into_iter()
        .filter_map(|at| Some((at, table.columns.get(at)?)));
    let parts: Vec<String> = columns
        .take(SERIES_SAID)
        .filter_map(|(at, column)| {
            let value = locale::cell(table.rows[row].get(at)?, column.unit);
            Some(format!("{}: {value}", column.label))
        })
        .collect();
    let when = words::bucket_name(words::bucket(table), start);
    format!("{when} · {}.", parts.join(", "))
}

fn busiest(table: &ResultTable) -> String {
    let count = |row: usize| {
        let cell = table.cell(row, MetricId::Executions.id());
        cell.and_then(Cell::number).unwrap_or_default()
    };
    let rows = 0..table.rows.len();
    let Some(row) = rows.max_by(|&a, &b| count(a).total_cmp(&count(b))) else {
        return String::new();
    };
    let text = |at: usize| {
        table.rows[row]
            .get(at)
            .and_then(Cell::text)
            .unwrap_or_default()
    };
    format!(
        "Most on {} at {} ({}).",
        text(0),
        text(1),
        locale::count(count(row))
    )
}

/// The greatest class, and the percentiles that stand in the second table.
fn most(spec: &WidgetSpec, table: &ResultTable, marks: Option<&ResultTable>) -> String {
    let measure = spec.measure.id();
    let number = |row: usize| {
        let cell = table.cell(row, measure);
        cell.and_then(Cell::number).unwrap_or_default()
    };
    let rows = 0..table.rows.len();
    let Some(row) = rows.max_by(|&a, &b| number(a).total_cmp(&number(b))) else {
        return String::new();
    };
    let name = table.rows[row]
        .first()
        .and_then(Cell::text)
        .unwrap_or_default();
    let unit = table.columns.iter().find(|column| column.name == measure);
    let unit = unit.map_or(Unit::Count, |column| column.unit);
    let value = locale::number_in(number(row), unit);
    let marks = marks.into_iter().flat_map(|marks| {
        let cells = marks.rows.first().into_iter().flatten();
        let marked = cells.zip(&marks.columns);
        marked
            .filter(|(_, column)| column.unit == Unit::Milliseconds && column.name == column.metric)
    });
    let marks = marks
        .map(|(cell, column)| format!("{}: {}", column.label, locale::cell(cell, column.unit)));
    let marks: Vec<String> = marks.take(SERIES_SAID).collect();
    if marks.is_empty() {
        format!("Most in {name} ({value}).")
    } else {
        format!("Most in {name} ({value}). {}.", marks.join(", "))
    }
}

/// How unevenly a crowd shares.
fn spread(summary: Option<&ResultTable>) -> String {
    let number = |metric: MetricId| summary?.cell(0, metric.id())?.number();
    let gini = number(MetricId::Gini).map(|gini| format!("Gini coefficient {gini:.2}"));
    let top = number(MetricId::TopTenthShare).map(|share| {
        format!(
            "the most active tenth makes {} of all",
            locale::percent(share)
        )
    });
    match (gini, top) {
        (Some(gini), Some(top)) => format!("{gini}: {top}."),
        (one, other) => one
            .or(other)
            .map_or_else(String::new, |said| format!("{said}.")),
    }
}

/// Who comes through, and where most are lost.
fn funnel(table: &ResultTable) -> String {
    let number = |row: usize, metric: MetricId| table.cell(row, metric.id()).and_then(Cell::number);
    let name = |row: usize| {
        table.rows[row]
            .first()
            .and_then(Cell::text)
            .unwrap_or_default()
    };
    let rows = 0..table.rows.len();
    let lost = rows
        .clone()
        .filter_map(|row| Some((row, number(row, MetricId::DropOff)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let last = rows
        .last()
        .and_then(|row| Some((row, number(row, MetricId::Conversion)?)));
    let (Some((step, lost)), Some((last, share))) = (lost, last) else {
        return String::new();
    };
    format!(
        "{} reach “{}”; most are lost before “{}” ({}).",
        locale::percent(share),
        words::capital(name(last)),
        words::capital(name(step)),
        locale::count(lost)
    )
}

/// Who came back after one interval, over all cohorts.
fn kept(average: Option<&ResultTable>) -> String {
    let share = average.and_then(|table| table.cell(1, MetricId::Retention.id())?.number());
    share.map_or_else(String::new, |share| {
        format!(
            "On average {} come back in the interval after their first.",
            locale::percent(share)
        )
    })
}

/// How often each state occurs, the most common first.
fn states(table: &ResultTable) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for row in &table.rows {
        if let Some(state) = row.iter().skip(2).find_map(Cell::text) {
            *counts.entry(state).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let parts = counts
        .into_iter()
        .map(|(state, count)| format!("{} {state}", locale::count(count as f64)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{}.", parts.join("; "))
}

fn ranking(spec: &WidgetSpec, table: &ResultTable) -> String {
    let measure = spec.measure.id();
    let Some((dimension, column)) = table
        .columns
        .first()
        .zip(table.columns.iter().find(|column| column.name == measure))
    else {
        return String::new();
    };
    let Some(first) = table.rows.first() else {
        return String::new();
    };
    let name = first
        .first()
        .map(|cell| locale::cell(cell, dimension.unit))
        .unwrap_or_default();
    let value = table
        .cell(0, measure)
        .map(|cell| locale::cell(cell, column.unit))
        .unwrap_or_default();
    let share = table.cell(0, MetricId::Share.id()).and_then(Cell::number);
    let share = share
        .map(|share| format!(", {} of all", locale::percent(share)))
        .unwrap_or_default();
    if spec.dimension.is_none() {
        let rows = 0..table.rows.len();
        let number = |row: usize| {
            let cell = table.cell(row, measure);
            cell.and_then(Cell::number).unwrap_or_default()
        };
        let all: f64 = rows.clone().map(number).sum();
        let Some(most) = rows.max_by(|&a, &b| number(a).total_cmp(&number(b))) else {
            return String::new();
        };
        let name = table.rows[most].first().and_then(Cell::text);
        return format!(
            "{} of {} are in “{}”.",
            locale::count(number(most)),
            locale::count(all),
            name.unwrap_or_default()
        );
    }
    let shown = table.rows.len() as u64;
    let of = if table.groups > shown {
        format!(
            " {shown} of {} are shown.",
            locale::count(table.groups as f64)
        )
    } else {
        String::new()
    };
    format!("{name} leads with {value}{share}.{of}")
}
