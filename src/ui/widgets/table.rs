//! A widget's table: the same numbers as the chart, in a real table that can be sorted, searched and narrowed to some
//! columns; of many rows only those on the screen are built, and what a table hides below its edge comes a moment later.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;

use super::filter::FilterName;
use super::trend::Trend;

use crate::export::{cell_value, heading, is_usual};
use crate::model::{Cell, ResultTable, TableColumn, Unit, rows};
use crate::query::Dimension;
use crate::query::widgets::{TREND, WidgetSpec};
use crate::ui::browser::{frames, locale};
use crate::ui::components::{Icon, Popover};
use crate::ui::state::board::Answered;
use crate::ui::widgets::words;

/// From so many rows on a table has a field to search in.
const SEARCH_FROM: usize = 12;
/// From so many columns on they can be chosen.
const CHOOSE_FROM: usize = 6;
/// From so many rows on only those near the screen are built.
const VIRTUAL_FROM: usize = 120;
/// Height of a row, CSS pixels; the style sheet says the same.
const ROW_PX: i32 = 33;
/// Rows that are built at once, and beyond the upper edge.
const BUILT: usize = 60;
const ABOVE: usize = 15;
/// Rows that a table shows before it is scrolled; the others follow, so many in a frame: together they are as many as are
/// ever built.
const FOLD: usize = 14;
const FOLLOWING: usize = 22;
const FRAMES: usize = (VIRTUAL_FROM - FOLD).div_ceil(FOLLOWING);

#[component]
pub fn DataTable(
    spec: &'static WidgetSpec,
    answered: Memo<Option<Arc<Answered>>>,
) -> impl IntoView {
    let sorting = RwSignal::new(None::<rows::Sorting>);
    let search = RwSignal::new(String::new());
    let chosen = RwSignal::new(Chosen::new(spec));
    let order = Memo::new(move |_| {
        let order =
            |table: &ResultTable| rows::order(table, sorting.get().as_ref(), &search.read());
        told(answered, order).unwrap_or_default()
    });
    let first = RwSignal::new(0_usize);
    let scroller = NodeRef::<Div>::new();
    let scrolled = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            let top = (scroller.scroll_top() / ROW_PX).max(0) as usize;
            // In steps, so that most of the way costs nothing.
            let step = top.saturating_sub(ABOVE) / ABOVE * ABOVE;
            if first.get_untracked() != step {
                first.set(step);
            }
        }
    };
    let total = move || told(answered, |table| table.rows.len()).unwrap_or_default();
    let width = move || told(answered, |table| table.columns.len());
    let has_trend = Memo::new(move |_| {
        let trends = answered.with(|answered| trends(answered.as_ref()?).map(|_| ()));
        trends.is_some() && chosen.read().shows_trend()
    });
    let has_search = Memo::new(move |_| total() >= SEARCH_FROM);
    let has_choice = Memo::new(move |_| width().unwrap_or_default() >= CHOOSE_FROM && total() > 1);
    let label = move || told(answered, |table| table.title.clone());
    let window = move |order: &[usize]| {
        let rows = order.len();
        if rows < VIRTUAL_FROM {
            return (0, rows);
        }
        let from = first.get().min(rows.saturating_sub(BUILT));
        (from, (from + BUILT).min(rows))
    };
    let rows = move |answered: &Answered, order: &[usize], (from, until): (usize, usize)| {
        let table = answered.tables.first()?;
        let has_trend = has_trend.get();
        let rows = order[from..until].iter().enumerate().map(|(at, &held)| {
            let trend = has_trend.then(|| trend(answered, table, held).unwrap_or_default());
            row(spec, table, held, from + at, &chosen.read(), trend)
        });
        Some(rows.collect_view())
    };
    let blank = move |rows: usize| {
        let height = format!("{}px", rows as i32 * ROW_PX);
        let columns = (width().unwrap_or_default() + 1).to_string();
        (rows > 0).then(|| view! { <tr class={"data-table__blank"} aria-hidden={"true"}><td colspan=columns style:height=height></td></tr> })
    };
    let above = move || {
        let order = order.get();
        let (from, until) = window(&order);
        let fold = (from + FOLD).min(until);
        answered.with(|answered| {
            let rows = rows(answered.as_ref()?, &order, (from, fold));
            Some(view! { {blank(from)}{rows} })
        })
    };
    let following = (0..FRAMES).map(|part| {
        let below = below_the_fold(answered, order);
        let part_rows = move || {
            below.with(|below| {
                let (answered, order) = below.as_ref()?;
                let (from, until) = window(order);
                let begin = (from + FOLD + part * FOLLOWING).min(until);
                let end = (begin + FOLLOWING).min(until);
                let rows = rows(answered, order, (begin, end));
                let rest = if part + 1 == FRAMES {
                    order.len() - until
                } else {
                    0
                };
                Some(view! { {rows}{blank(rest)} })
            })
        };
        view! { <tbody>{part_rows}</tbody> }
    });
    let following = following.collect_view();
    view! {
        <Show when=move || has_search.get() || has_choice.get()>
            <div class={"table-tools"}>
                <Show when=move || has_search.get()>
                    <input
                        type={"search"} class={"input"} placeholder={"Search"} aria-label=move || format!("Search in {}", label().unwrap_or_default())
                        on:input=move |event| { search.set(event_target_value(&event)); first.set(0); }
                    />
                    <span class={"muted"} role={"status"}>{move || count(order.with(Vec::len), total())}</span>
                </Show>
                <Show when=move || has_choice.get()><ChooseColumns answered chosen /></Show>
            </div>
        </Show>
        <div class={"table-scroll"} tabindex={"0"} role={"region"} aria-label=move || label().map(|label| format!("{label}, table")) node_ref=scroller on:scroll=scrolled>
            <table class={"data-table"} aria-rowcount=move || (order.with(Vec::len) + 1).to_string()>
                <thead><tr>
                    {move || told(answered, |table| head(table, &chosen.read(), sorting, has_trend.get()))}
                </tr></thead>
                <tbody>{above}</tbody>
                {following}
                {move || told(answered, |table| totals(table, &chosen.read(), has_trend.get()))}
            </table>
        </div>
    }
}

/// What is below a table's edge, with the order of its rows: a new answer reaches it once the frame with what can be seen
/// is done, an order that the person chose at once.
fn below_the_fold(
    answered: Memo<Option<Arc<Answered>>>,
    order: Memo<Vec<usize>>,
) -> RwSignal<Option<(Arc<Answered>, Vec<usize>)>> {
    let below = RwSignal::new(None);
    let owner = frames::owner();
    Effect::new(move |before: Option<Option<Arc<Answered>>>| {
        let order = order.get();
        let now = answered.get();
        let is_same = match (before.flatten(), &now) {
            (Some(before), Some(now)) => Arc::ptr_eq(&before, now),
            _ => false,
        };
        let next = now.clone().map(|now| (now, order));
        if is_same {
            below.set(next);
        } else {
            // The table may be gone by then.
            frames::in_own_frame(owner, move || drop(below.try_set(next)));
        }
        now
    });
    below
}

/// Something of the main table. Answers are shared and never copied: they may have thousands of rows.
fn told<T>(
    answered: Memo<Option<Arc<Answered>>>,
    tell: impl FnOnce(&ResultTable) -> T,
) -> Option<T> {
    answered.with(|answered| answered.as_ref()?.tables.first().map(tell))
}

/// What each row of the main table did over time.
fn trends(answered: &Answered) -> Option<&ResultTable> {
    let main = answered.tables.first()?;
    let mut others = answered.tables.iter().skip(1);
    others.find(|table| table.id.strip_suffix(TREND) == Some(&main.id) && table.columns.len() > 2)
}

/// The same for one row; its table is in the order of its names.
fn trend(answered: &Answered, table: &ResultTable, row: usize) -> Option<Vec<Option<f64>>> {
    let trends = trends(answered)?;
    let name = table.rows.get(row)?.first()?.text();
    let found = trends.rows.binary_search_by(|row| row[0].text().cmp(&name));
    let numbers = trends.rows.get(found.ok()?)?.iter().skip(1);
    Some(numbers.map(Cell::number).collect())
}

/// The columns that somebody chose to show or not; the others are shown as is usual.
#[derive(Debug, Clone, Default)]
struct Chosen {
    by_name: BTreeMap<String, bool>,
    spec: Option<&'static WidgetSpec>,
}

impl Chosen {
    fn new(spec: &'static WidgetSpec) -> Self {
        Self {
            by_name: BTreeMap::new(),
            spec: Some(spec),
        }
    }

    fn shows(&self, column: &TableColumn) -> bool {
        let chosen = self.by_name.get(&column.name).copied();
        chosen.unwrap_or_else(|| is_usual(self.spec, column))
    }

    /// The lines over time, which are no column of the table.
    fn shows_trend(&self) -> bool {
        self.by_name.get(TREND).copied().unwrap_or(true)
    }

    fn toggle(&mut self, name: &str, shows: bool) {
        self.by_name.insert(name.to_owned(), !shows);
    }
}

/// "12 of 340"
fn count(shown: usize, total: usize) -> String {
    if shown == total {
        format!("{} rows", locale::count(total as f64))
    } else {
        format!(
            "{} of {} rows",
            locale::count(shown as f64),
            locale::count(total as f64)
        )
    }
}

/// Which columns are shown; the first one always is.
type Shows = Arc<dyn Fn(&Chosen) -> bool + Send + Sync>;

#[component]
fn ChooseColumns(answered: Memo<Option<Arc<Answered>>>, chosen: RwSignal<Chosen>) -> impl IntoView {
    let button = || view! { <Icon name="grid" /><span>{"Columns"}</span> };
    let choice = move |name: &str, label: &str, shows: Shows| {
        let name = name.to_owned();
        let shown = Arc::clone(&shows);
        view! {
            <li><label class={"menu__item"}>
                <input
                    type={"checkbox"} prop:checked=move || shown(&chosen.read())
                    on:change=move |_| chosen.update(|chosen| chosen.toggle(&name, shows(chosen)))
                />
                {label.to_owned()}
            </label></li>
        }
    };
    let column = move |column: &TableColumn| {
        let (name, label) = (column.name.clone(), column.label.clone());
        let column = column.clone();
        choice(&name, &label, Arc::new(move |chosen| chosen.shows(&column)))
    };
    view! {
        <Popover action="columns" title="Columns" end=true button=button.into()>
            <ul class={"menu"}>
                {move || told(answered, |table| table.columns.iter().skip(1).map(column).collect_view())}
                {move || answered.with(|answered| trends(answered.as_ref()?).map(|_| choice(TREND, "Trend", Arc::new(Chosen::shows_trend))))}
            </ul>
        </Popover>
    }
}

fn head(
    table: &ResultTable,
    chosen: &Chosen,
    sorting: RwSignal<Option<rows::Sorting>>,
    has_trend: bool,
) -> impl IntoView + use<> {
    let shown = table.columns.iter().filter(|column| chosen.shows(column));
    let headings = shown
        .map(|column| {
            let name = column.name.clone();
            let heading = heading(column);
            let is_number = column.unit != Unit::Text;
            let state = {
                let name = name.clone();
                move || {
                    sorting.with(|sorting| {
                        let sorting = sorting.as_ref().filter(|sorting| sorting.column == name);
                        sorting.map(|sorting| {
                            if sorting.descending {
                                "descending"
                            } else {
                                "ascending"
                            }
                        })
                    })
                }
            };
            let sort = move |_| {
                sorting.update(|sorting| *sorting = rows::next(sorting.as_ref(), &name, is_number))
            };
            view! {
                <th scope={"col"} class:number=is_number aria-sort=state>
                    <button type={"button"} class={"sort"} on:click=sort>{heading}</button>
                </th>
            }
        })
        .map(IntoAny::into_any);
    let trend =
        has_trend.then(|| view! { <th scope={"col"} class={"trend"}>{"Trend"}</th> }.into_any());
    beside_the_first(headings, trend)
}

/// The line over time stands right after the name, where it is on the screen however many columns follow.
fn beside_the_first(
    mut cells: impl Iterator<Item = AnyView>,
    trend: Option<AnyView>,
) -> Vec<AnyView> {
    let first = cells.next();
    first.into_iter().chain(trend).chain(cells).collect()
}

fn row(
    spec: &'static WidgetSpec,
    table: &ResultTable,
    row: usize,
    at: usize,
    chosen: &Chosen,
    // What a name did over time, where the table tells that; empty for one that it does not tell of.
    trend: Option<Vec<Option<f64>>>,
) -> impl IntoView + use<> {
    let incomplete = table.incomplete_rows.contains(&(row as u32));
    let metric = words::row_metric(table, row);
    let bucket = words::bucket(table);
    let cells = table.rows[row].iter().zip(&table.columns).enumerate();
    let cells = cells.filter(|(_, (_, column))| chosen.shows(column)).map(|(position, (cell, column))| {
        let start = table.bucket_start_us.get(row).filter(|_| position == 0);
        let shown = match start {
            Some(start) => words::bucket_name(bucket, *start),
            None => words::cell(cell, column, metric),
        };
        // What names a thing filters by it; a widget of one dimension says so itself, other tables by their column.
        let by_name = Dimension::parse(&column.name).filter(|dimension| dimension.is_filter());
        let dimension = match (position, spec.dimension) {
            (0, Some(dimension)) => Some(dimension),
            _ => by_name,
        };
        let dimension = dimension.filter(|_| start.is_none() && column.unit == Unit::Text);
        let inner = match dimension {
            Some(dimension) => {
                let value = cell.text().unwrap_or_default().to_owned();
                view! { <FilterName dimension value shown widget=spec.id /> }.into_any()
            }
            None => view! { <bdi>{shown}</bdi> }.into_any(),
        };
        view! { <td class:number=column.unit != Unit::Text data-column=column.name.clone() data-value=raw(cell) data-type=kind(column.unit)>{inner}</td> }.into_any()
    });
    let trend = trend.map(|numbers| {
        view! { <td class={"trend"}>{(!numbers.is_empty()).then(|| view! { <Trend numbers /> })}</td> }
            .into_any()
    });
    let cells = beside_the_first(cells, trend);
    view! { <tr class:incomplete=incomplete aria-rowindex=(at + 2).to_string()>
    {cells}</tr> }
}

fn totals(table: &ResultTable, chosen: &Chosen, has_trend: bool) -> impl IntoView + use<> {
    let any = table.totals.iter().any(|cell| *cell != Cell::Null);
    let cells = table.totals.iter().zip(&table.columns).enumerate();
    let cells =
        cells
            .filter(|(_, (_, column))| chosen.shows(column))
            .map(|(at, (cell, column))| {
                let shown = match cell {
                    _ if at == 0 => "All".to_owned(),
                    // Names don't add up; a dash would look like a missing number.
                    Cell::Null => String::new(),
                    cell => locale::cell(cell, column.unit),
                };
                view! { <td class:number=column.unit != Unit::Text>{shown}</td> }.into_any()
            });
    let trend = has_trend.then(|| view! { <td class={"trend"}></td> }.into_any());
    let cells = beside_the_first(cells, trend);
    (any && table.rows.len() > 1).then(|| view! { <tfoot><tr>{cells}</tr></tfoot> })
}

/// The value as the JSON has it; empty when there is none.
fn raw(cell: &Cell) -> String {
    match cell_value(cell) {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

const fn kind(unit: Unit) -> &'static str {
    match unit {
        Unit::Text => "text",
        Unit::Time => "time",
        _ => "number",
    }
}
