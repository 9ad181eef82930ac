//! The page's side of Toolscope in the benchmark beside other engines: the application's own pool of workers, its
//! protocol and its queries, without its interface. `toolscope.js` calls it.
//!
//! Owns: the seven tables as queries. Does not own: how they are answered.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use serde_json::{Value, json};
use toolscope::client::{Lane, Pool, PoolConfig, SourceView};
use toolscope::metrics::MetricId;
use toolscope::model::zone::Bucket;
use toolscope::model::{Cell, Column, ResultTable, Zone, rfc3339};
use toolscope::protocol::LoadOptions;
use toolscope::query::widgets::{free, spans_needed};
use toolscope::query::{Clause, Dimension, OrderBy, Query, Question, RangeSpec};
use wasm_bindgen::prelude::*;

thread_local! {
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };
    static LOADED: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
}

fn main() {}

fn pool() -> Result<Pool, JsValue> {
    let pool = POOL.with_borrow(Clone::clone);
    pool.ok_or_else(|| JsValue::from_str("not started"))
}

/// Starts so many workers.
#[wasm_bindgen]
pub fn start(workers: usize) -> Result<(), JsValue> {
    let config = PoolConfig {
        workers,
        on_change: Rc::new(|| {
            let is_settled = POOL.with_borrow(|pool| {
                let sources = pool.as_ref().map(Pool::sources).unwrap_or_default();
                !sources.is_empty() && sources.iter().all(SourceView::is_settled)
            });
            if is_settled && let Some(loaded) = LOADED.take() {
                // Whoever waited may be gone.
                let _ = loaded.send(());
            }
        }),
    };
    let pool = Pool::start(config)?;
    POOL.set(Some(pool));
    Ok(())
}

/// Opens a file as a person does, and waits until it is read. The data's column of errors has a name that says too
/// little to be taken for one unasked.
#[wasm_bindgen]
pub async fn load(file: web_sys::File) -> Result<(), JsValue> {
    let pool = pool()?;
    let (loaded, wait) = oneshot::channel();
    LOADED.set(Some(loaded));
    let options = LoadOptions {
        mapping: [(Column::ErrorClass, "error".to_owned())].into(),
        ..LoadOptions::default()
    };
    pool.open_file_as(file, options);
    wait.await
        .map_err(|_| JsValue::from_str("loading was given up"))?;
    if pool.sources().iter().all(SourceView::is_ready) {
        Ok(())
    } else {
        Err(JsValue::from_str("the file could not be read"))
    }
}

/// The tables of one refresh, as JSON by their ids. Times are milliseconds since 1970.
#[wasm_bindgen]
pub async fn refresh(
    from_ms: f64,
    until_ms: f64,
    workspaces: Option<Vec<String>>,
) -> Result<String, JsValue> {
    let pool = pool()?;
    let us = |ms: f64| (ms * 1e3) as i64;
    let (from, until) = (rfc3339(us(from_ms)), rfc3339(us(until_ms)));
    let question = Question {
        range: RangeSpec::Typed(format!("{from}..{until}")),
        filters: workspaces.into_iter().map(among).collect(),
        now_us: Some(us(until_ms)),
        ..Question::default()
    };
    let queries = queries();
    let surroundings = pool.context(&question, &[]);
    let needed = spans_needed(&queries, &question, &surroundings, &Zone::utc());
    let context = pool.context(&question, &needed);
    let answer = pool.ask(Lane::Board, question, queries, context).await;
    let answer = answer.map_err(|error| JsValue::from_str(&error.to_string()))?;
    let tables = answer
        .tables
        .iter()
        .map(|table| (table.id.clone(), rows(table)));
    Ok(Value::Object(tables.collect()).to_string())
}

fn among(mut workspaces: Vec<String>) -> Clause {
    workspaces.sort();
    Clause {
        dimension: Dimension::Column(Column::Workspace),
        exclude: false,
        values: workspaces,
        source: None,
    }
}

fn rows(table: &ResultTable) -> Value {
    let row = |cells: &Vec<Cell>| -> Vec<Value> { cells.iter().map(value).collect() };
    json!({
        "columns": table.columns.iter().map(|column| &*column.name).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
        "starts": table.bucket_start_us.iter().map(|us| us / 1000).collect::<Vec<_>>(),
    })
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null | Cell::New => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(count) => json!(count),
        Cell::Float(number) => json!(number),
        Cell::Time(us) => json!(us / 1000),
    }
}

/// The seven widgets.
fn queries() -> Vec<Query> {
    use MetricId::{
        DurationMean, DurationP50, DurationP95, Executions, Failures, LastUsed, SuccessRate, Users,
    };
    let query = |id: &str, group_by: &[Dimension], measures: &[MetricId]| Query {
        id: id.into(),
        widget: id.into(),
        compare: false,
        ..free(group_by, measures)
    };
    let top = |query: Query| Query {
        order: vec![OrderBy {
            column: Executions.id().into(),
            descending: true,
        }],
        limit: Some(10),
        skip_absent: true,
        ..query
    };
    let column = Dimension::Column;
    let kpi = [Executions, SuccessRate, Users, DurationP50, DurationP95];
    let tools = [Executions, SuccessRate, DurationMean, DurationP50, LastUsed];
    let day = Dimension::Time(Bucket::Day);
    vec![
        Query {
            compare: true,
            ..query("kpi", &[], &kpi)
        },
        query("daily", &[day], &[Executions, Failures, Users]),
        top(query("tools", &[column(Column::Tool)], &tools)),
        top(query("users", &[column(Column::User)], &[Executions])),
        query("heatmap", &[Dimension::HourOfWeek], &[Executions]),
        top(query(
            "errors",
            &[column(Column::ErrorClass)],
            &[Executions],
        )),
        query("clients", &[column(Column::Client)], &[Executions]),
    ]
}
