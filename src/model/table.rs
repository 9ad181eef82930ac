//! The answer to one query: the only form in which numbers leave the engine. Charts, tables, exports,
//! the command line and the tests all read it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::TimeUs;

/// What a number counts, so that the interface can write it in the viewer's locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// A dimension's value.
    Text,
    Count,
    /// 0 to 1.
    Ratio,
    /// A relative change: 0.25 is +25 %.
    Change,
    Milliseconds,
    Time,
    UsDollars,
    Bytes,
}

impl Unit {
    /// The name in the JSON form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Count => "count",
            Self::Ratio => "ratio",
            Self::Change => "change",
            Self::Milliseconds => "ms",
            Self::Time => "time",
            Self::UsDollars => "usd",
            Self::Bytes => "bytes",
        }
    }
}

/// One value. `Null` is "not available" or "–", never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub enum Cell {
    #[default]
    Null,
    Text(Arc<str>),
    Int(i64),
    Float(f64),
    Time(TimeUs),
    /// A change from zero to something: shown as "new".
    New,
}

impl Cell {
    /// The value as a number, for charts and sums of what may be summed.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Time(value) => Some(*value as f64),
            Self::Null | Self::Text(_) | Self::New => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A column of a [`ResultTable`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableColumn {
    /// The metric's or dimension's id; `…_previous` and `…_change` for a comparison.
    pub name: String,
    /// The registry id the definition is found under; for a dimension its own id.
    pub metric: String,
    /// What a person reads above the column.
    pub label: String,
    pub unit: Unit,
    /// False when a sketch took part.
    pub exact: bool,
    /// Relative standard error of an estimate; 0 when exact.
    pub error: f64,
}

impl TableColumn {
    /// Does it hold its metric in the period of comparison? (A value of the data may be called like that.)
    pub fn is_previous(&self) -> bool {
        self.name.strip_suffix("_previous") == Some(&self.metric)
    }

    /// Does it hold the change of its metric against the comparison?
    pub fn is_change(&self) -> bool {
        self.name.strip_suffix("_change") == Some(&self.metric)
    }
}

/// Rows in the order asked for, and what they add up to where adding is allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct ResultTable {
    pub id: String,
    pub title: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<Cell>>,
    /// The same measures over everything the query covers (not over the rows shown): one cell a column.
    pub totals: Vec<Cell>,
    /// Groups before `limit` cut them.
    pub groups: u64,
    /// Events (raw rows, and executions of aggregate rows) behind the table.
    pub events: u64,
    /// For tables by time: the rows whose bucket the period covers only in part.
    pub incomplete_rows: Vec<u32>,
    /// Start of each row's bucket, for tables by time (same length as `rows`), else empty.
    pub bucket_start_us: Vec<TimeUs>,
    /// Start of the aligned bucket of the comparison, where there is one.
    pub previous_bucket_start_us: Vec<Option<TimeUs>>,
}

impl ResultTable {
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The cell of a row by column name.
    pub fn cell(&self, row: usize, name: &str) -> Option<&Cell> {
        self.rows.get(row)?.get(self.column_index(name)?)
    }

    /// The total by column name.
    pub fn total(&self, name: &str) -> Option<&Cell> {
        self.totals.get(self.column_index(name)?)
    }

    pub fn is_exact(&self) -> bool {
        self.columns.iter().all(|column| column.exact)
    }
}
