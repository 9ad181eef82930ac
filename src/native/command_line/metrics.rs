//! `toolscope metrics`: the names a question can use, from the registry.

use super::arguments::{Format, MetricsArguments};
use super::{Failure, say, say_raw};
use crate::metrics::{MetricId, REGISTRY};
use crate::model::schema::SCHEMA;
use crate::query::{Dimension, widgets};

/// Dimensions that are no columns.
pub const OTHER_DIMENSIONS: [&str; 10] = [
    "department",
    "team",
    "role",
    "hour",
    "day",
    "week",
    "month",
    "hour_of_week",
    "hour_of_day",
    "duration_class",
];

pub fn run(arguments: &MetricsArguments) -> Result<(), Failure> {
    let groups = [
        ("measure", metrics(MetricId::is_measure)),
        ("figure", metrics(|metric| !metric.is_measure())),
        ("dimension", dimensions()),
        ("widget", widget_list()),
        ("dashboard", dashboards()),
    ];
    let rows = groups
        .iter()
        .flat_map(|(group, rows)| rows.iter().map(move |row| (*group, row)));
    match arguments.format {
        Format::Json => {
            let list: Vec<_> = rows
                .map(|(group, (id, name, meaning))| {
                    serde_json::json!({"kind": group, "id": id, "name": name, "meaning": meaning})
                })
                .collect();
            say(&serde_json::Value::Array(list).to_string())
        }
        Format::Csv => {
            let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let mut text = String::from("kind,id,name,meaning\r\n");
            for (group, (id, name, meaning)) in rows {
                text.extend([
                    group,
                    ",",
                    id,
                    ",",
                    &quote(name),
                    ",",
                    &quote(meaning),
                    "\r\n",
                ]);
            }
            say_raw(text.as_bytes())
        }
        Format::Table => {
            let mut text = String::new();
            for (group, rows) in &groups {
                text.extend([group, "s\n"]);
                for (id, name, meaning) in rows {
                    let line = format!("  {id:<24} {name}: {meaning}\n");
                    text.push_str(&line);
                }
                text.push('\n');
            }
            say_raw(text.trim_end().as_bytes())?;
            say("")
        }
    }
}

type Row = (String, String, String);

/// Measures can be asked by any dimension; figures stand in the tables of widgets.
fn metrics(is_wanted: fn(MetricId) -> bool) -> Vec<Row> {
    REGISTRY
        .iter()
        .filter(|spec| is_wanted(spec.metric))
        .map(|spec| (spec.id.into(), spec.name.into(), spec.definition.into()))
        .collect()
}

fn dimensions() -> Vec<Row> {
    let columns = SCHEMA.iter().map(|spec| (spec.name, spec.meaning));
    let others = OTHER_DIMENSIONS.iter().map(|name| (*name, ""));
    columns
        .chain(others)
        .filter_map(|(name, meaning)| {
            let dimension = Dimension::parse(name)?;
            let meaning = match dimension {
                _ if dimension.is_from_directory() => "From the directory.",
                Dimension::DurationClass => {
                    "How long an execution took, in classes from below 1 ms to 10 min."
                }
                _ if dimension.is_time() => "In the time zone of the question.",
                _ => meaning,
            };
            Some((name.into(), dimension.label().into(), meaning.into()))
        })
        .collect()
}

fn widget_list() -> Vec<Row> {
    widgets::all()
        .map(|widget| {
            (
                widget.id.into(),
                widget.title.into(),
                widget.description.into(),
            )
        })
        .collect()
}

fn dashboards() -> Vec<Row> {
    widgets::DASHBOARDS
        .iter()
        .map(|dashboard| {
            let widgets = dashboard.widgets.join(", ");
            (dashboard.id.into(), "Widgets".into(), widgets)
        })
        .collect()
}
