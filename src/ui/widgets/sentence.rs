//! One sentence with a widget's numbers: what a chart says to who can't see it (S2).

use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::locale;
use crate::ui::widgets::words;

pub fn sentence(spec: &WidgetSpec, table: &ResultTable) -> String {
    match spec.look {
        Look::Tiles => String::new(),
        Look::Columns | Look::Line => over_time(spec, table),
        Look::Bars => ranking(spec, table),
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
        (_, Some(_)) => format!("{} over the whole period{versus}.", write(&total)),
    }
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
