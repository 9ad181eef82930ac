//! Result tables as charts: what to draw, in which colours, with which texts. Pure; no JavaScript, no browser.
//!
//! Owns: the drawing of each [`Look`](crate::query::widgets::Look). Does not own: how numbers are written (the caller
//! brings the words), or the instance that draws (`ui`).

mod bars;
mod over_time;
mod several;
mod spark;

pub use bars::bars;
pub use over_time::{histogram, over_time};
pub use several::several;
pub use spark::{SparkPath, spark, spark_below};

use charming::Chart;
use charming::datatype::CompositeValue;

use crate::model::Unit;

/// The colours of a theme, as CSS writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    pub accent: String,
    /// The accent where it should stay behind: incomplete buckets, areas.
    pub accent_soft: String,
    /// The comparison.
    pub previous: String,
    pub bad: String,
    pub text: String,
    pub muted: String,
    pub line: String,
    pub surface: String,
    /// Patterns beside colours, for those who can't tell these apart.
    pub has_patterns: bool,
    /// For several series in one chart; [`SERIES`] of them.
    pub series: Vec<String>,
}

/// How many colours there are for series; more begin anew.
pub const SERIES: usize = 9;

/// A chart, and what the binding needs beside it.
#[derive(Debug, Clone)]
pub struct Drawing {
    pub chart: Chart,
    /// The unit of the value axis.
    pub unit: Unit,
    /// May a span of marks be picked?
    pub can_brush: bool,
    /// The colour of the span being picked.
    pub brush: String,
    /// The colour of the tooltip's text.
    pub ink: String,
    /// Are series told apart by patterns (decals) too?
    pub has_patterns: bool,
}

/// A number, or a gap where there is none.
fn value(number: Option<f64>) -> CompositeValue {
    number.map_or_else(|| CompositeValue::from("-"), CompositeValue::from)
}
