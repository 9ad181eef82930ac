//! From the period of comparison to this one: a line for each row (Q8).

use std::sync::Arc;

use leptos::prelude::*;

use crate::model::Cell;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

const WIDTH: f64 = 520.0;
/// Height of a line of text, and so the least distance of two labels.
const LINE: f64 = 18.0;
const TOP: f64 = 26.0;
/// Where the lines begin and end; labels stand outside.
const LEFT: f64 = 150.0;
const RIGHT: f64 = WIDTH - 150.0;
/// More lines than these are a knot; the table has all of them.
const LINES_MAX: usize = 10;
/// A longer name would run into the lines.
const NAME_MAX: usize = 14;

#[component]
pub fn Slope(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let measure = spec.measure.id();
    let before = format!("{measure}_previous");
    if table.column_index(&before).is_none() {
        return view! { <p class={"state"}>{"Choose a comparison above to see where each came from."}</p> }.into_any();
    }
    let number = |row: usize, column: &str| table.cell(row, column).and_then(Cell::number);
    let sides: Vec<(String, f64, f64)> = (0..table.rows.len().min(LINES_MAX))
        .map(|row| {
            let name = table.rows[row]
                .first()
                .map(|cell| locale::cell(cell, table.columns[0].unit));
            let (from, to) = (number(row, &before), number(row, measure));
            (
                name.unwrap_or_default(),
                from.unwrap_or_default(),
                to.unwrap_or_default(),
            )
        })
        .collect();
    let height = TOP + LINE * (sides.len().max(10) as f64 + 2.0);
    let greatest = sides
        .iter()
        .map(|side| side.1.max(side.2))
        .fold(0.0, f64::max);
    let y = |number: f64| {
        let share = if greatest > 0.0 {
            number / greatest
        } else {
            0.0
        };
        height - 10.0 - share * (height - TOP - 20.0)
    };
    let (starts, ends): (Vec<f64>, Vec<f64>) =
        sides.iter().map(|side| (y(side.1), y(side.2))).unzip();
    let (start_labels, end_labels) = (apart(&starts, height), apart(&ends, height));
    let unit = spec.measure.spec().unit;
    let lines = sides.iter().enumerate().map(|(at, (name, from, to))| {
        let short = shortened(name);
        let (from, to) = (locale::number_in(*from, unit), locale::number_in(*to, unit));
        let class = format!("slope__line slope__line--{}", at % crate::charts::SERIES);
        view! {
            <g class=class>
                <title>{format!("{name}: {from} to {to}")}</title>
                <line x1=LEFT.to_string() x2=RIGHT.to_string() y1=format!("{:.1}", starts[at]) y2=format!("{:.1}", ends[at])></line>
                <circle cx=LEFT.to_string() cy=format!("{:.1}", starts[at]) r={"3.5"}></circle>
                <circle cx=RIGHT.to_string() cy=format!("{:.1}", ends[at]) r={"3.5"}></circle>
                <text class={"slope__label"} x=(LEFT - 10.0).to_string() y=format!("{:.1}", start_labels[at] + 4.0) text-anchor={"end"}>{format!("{short} {from}")}</text>
                <text class={"slope__label"} x=(RIGHT + 10.0).to_string() y=format!("{:.1}", end_labels[at] + 4.0)>{format!("{to} {short}")}</text>
            </g>
        }
    });
    let lines = lines.collect_view();
    let says = sides.iter().map(|(name, from, to)| {
        format!(
            "{name} from {} to {}",
            locale::number_in(*from, unit),
            locale::number_in(*to, unit)
        )
    });
    let says = says.collect::<Vec<String>>().join("; ");
    let hidden = table.rows.len().saturating_sub(LINES_MAX);
    view! {
        <div class={"slope-scroll"} tabindex={"0"} role={"region"} aria-label=format!("{}, picture", spec.title)>
            <svg class={"slope"} viewBox=format!("0 0 {WIDTH} {height}") role={"img"} aria-label=says>
                <text class={"slope__head"} x=(LEFT - 10.0).to_string() y={"14"} text-anchor={"end"}>{"Before"}</text>
                <text class={"slope__head"} x=(RIGHT + 10.0).to_string() y={"14"}>{"Now"}</text>
                {lines}
            </svg>
        </div>
        {(hidden > 0).then(|| view! { <p class={"muted"}>{format!("{} more in the table.", locale::count(hidden as f64))}</p> })}
    }
    .into_any()
}

/// Where labels stand so that none covers another: as near to their points as that allows.
fn apart(points: &[f64], height: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].total_cmp(&points[b]));
    let mut placed = points.to_vec();
    let mut least = f64::NEG_INFINITY;
    for &at in &order {
        placed[at] = points[at].max(least);
        least = placed[at] + LINE;
    }
    // Those that were pushed beyond the lower edge push the ones above them back.
    let mut most = height - 6.0;
    for &at in order.iter().rev() {
        placed[at] = placed[at].min(most);
        most = placed[at] - LINE;
    }
    placed
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_MAX {
        return name.to_owned();
    }
    let short: String = name.chars().take(NAME_MAX - 1).collect();
    format!("{short}…")
}
