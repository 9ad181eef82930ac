//! The catalogue of widgets: which queries each makes of a question. Page, command line and embeds read it.

use super::{AskContext, Dimension, Period, Query, Question};
use crate::model::Zone;

/// How a widget is best looked at; `charts` has one drawing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Big numbers, each with change and sparkline.
    Tiles,
    /// One series of counts over time.
    Columns,
    /// A rate or a cumulative count over time.
    Line,
    /// A ranking.
    Bars,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct WidgetSpec {
    /// `data-widget` on the page, `--widget` on the command line.
    pub id: &'static str,
    pub title: &'static str,
    /// One sentence: what it answers.
    pub description: &'static str,
    pub look: Look,
    /// A click on a mark filters by this.
    pub dimension: Option<Dimension>,
}

/// Every widget.
pub const WIDGETS: &[WidgetSpec] = &[];

/// Dashboard id → ids of its widgets, in the order of the page.
pub const DASHBOARDS: &[(&str, &[&str])] = &[];

pub fn widget(id: &str) -> Option<&'static WidgetSpec> {
    WIDGETS.iter().find(|widget| widget.id == id)
}

/// The queries of a widget; the first one is its main table. Empty for an unknown id.
pub fn queries(
    _widget: &str,
    _question: &Question,
    _context: &AskContext,
    _zone: &Zone,
) -> Vec<Query> {
    Vec::new()
}

/// The spans of events that must be loaded to answer: the question's period, its comparison, and what the
/// measures reach back for. Most wanted first.
pub fn spans_needed(
    _queries: &[Query],
    _question: &Question,
    _context: &AskContext,
    _zone: &Zone,
) -> Vec<Period> {
    Vec::new()
}
