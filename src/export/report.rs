//! What a file is made of, and what it says about itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{rfc3339, words};
use crate::metrics::{MetricId, MetricSpec};
use crate::model::{Provenance, ResultTable, TableColumn, Zone};
use crate::query::widgets::{Span, WidgetSpec};
use crate::query::{Clause, Comparison, Period, Question};

/// An answer on its way into a file. Page and command line make the same file of the same report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it is called: a dashboard's or a widget's title.
    pub title: String,
    pub question: Question,
    pub periods: (Period, Option<Comparison>),
    /// The rules of the question's zone.
    pub zone: Zone,
    pub provenance: Provenance,
    pub tables: Vec<ResultTable>,
}

/// One thing that is known about a report: "Range", "Last 30 Days".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub value: String,
}

/// What a column of a report means.
#[derive(Debug, Clone, Copy)]
pub struct Definition<'a> {
    pub table: &'a ResultTable,
    pub column: &'a TableColumn,
    pub metric: &'static MetricSpec,
}

impl Report {
    /// The shared JSON.
    pub fn document(&self) -> serde_json::Value {
        super::document(
            &self.question,
            &self.periods,
            &self.provenance,
            &self.tables,
        )
    }

    /// Did anything happen at all?
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.rows.is_empty())
    }

    /// Whose answer it is, in the order a reader wants to know it; warnings apart.
    pub fn facts(&self) -> Vec<Fact> {
        let (period, comparison) = &self.periods;
        let provenance = &self.provenance;
        let compared = comparison
            .as_ref()
            .map(|compared| self.span(&compared.period));
        let newest = provenance.newest_event_us.map(rfc3339);
        let fact = |name, value| Fact { name, value };
        let mut facts = vec![
            fact("Range", self.question.range.label()),
            fact("Period", self.span(period)),
            fact(
                "Compared with",
                compared.unwrap_or_else(|| "Nothing".into()),
            ),
            fact("Filters", self.filters()),
            fact("Time zone", provenance.zone.clone()),
            fact(
                "First day of the week",
                capital(self.question.week_start.name()),
            ),
            fact("Exactness", exactness(provenance.exact).into()),
            fact("Complete", completeness(provenance.complete).into()),
            fact("Data", self.data()),
            fact("Newest event", newest.unwrap_or_else(|| "None".into())),
            fact("Present of the question", rfc3339(provenance.now_us)),
            fact("Fingerprint of the data", provenance.fingerprint.clone()),
            fact("Engine", provenance.engine.clone()),
        ];
        if !provenance.dropped_fields.is_empty() {
            let dropped = provenance.dropped_fields.iter();
            let dropped: Vec<String> = dropped
                .map(|(name, times)| format!("{name} ({})", words::count(*times as f64)))
                .collect();
            facts.push(fact("Fields left out", dropped.join(", ")));
        }
        facts
    }

    /// The metrics of all columns, each once a table; what is compared is defined with what it is compared to.
    pub fn definitions(&self) -> Vec<Definition<'_>> {
        let mut known = BTreeSet::new();
        let mut all = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            for column in table.columns.iter().filter(|column| !is_comparison(column)) {
                let metric = MetricId::parse(&column.metric);
                if let Some(metric) = metric.filter(|metric| known.insert((at, *metric))) {
                    all.push(Definition {
                        table,
                        column,
                        metric: metric.spec(),
                    });
                }
            }
        }
        all
    }

    /// Each metric once, in the order of the tables.
    pub fn metrics(&self) -> Vec<&'static MetricSpec> {
        let mut known = BTreeSet::new();
        let definitions = self.definitions();
        let metrics = definitions.iter().map(|definition| definition.metric);
        metrics.filter(|spec| known.insert(spec.metric)).collect()
    }

    fn span(&self, period: &Period) -> String {
        format!(
            "{} to {}",
            words::date_time(period.from_us, &self.zone),
            words::date_time(period.until_us - 1, &self.zone)
        )
    }

    fn filters(&self) -> String {
        let filters = filters(&self.question);
        if filters.is_empty() {
            "None".into()
        } else {
            filters
        }
    }

    fn data(&self) -> String {
        let sources = &self.provenance.sources;
        let sum = |of: fn(&crate::model::SourceReceipt) -> u64| {
            words::count(sources.iter().map(of).sum::<u64>() as f64)
        };
        let noun = if sources.len() == 1 {
            "source"
        } else {
            "sources"
        };
        format!(
            "{} {noun}; rows read {}, accepted {}, set aside {}, duplicates {}",
            words::count(sources.len() as f64),
            sum(|source| source.rows_read),
            sum(|source| source.accepted),
            sum(|source| source.set_aside),
            sum(|source| source.duplicates),
        )
    }
}

/// "Tool is search_code or run_query; Client is not Cursor"
pub fn filters(question: &Question) -> String {
    let filters: Vec<String> = question.filters.iter().map(clause).collect();
    filters.join("; ")
}

/// "Tool is search_code or run_query"
fn clause(clause: &Clause) -> String {
    let values = clause.values.iter();
    let values: Vec<&str> = values
        .map(|value| if value.is_empty() { "(none)" } else { value })
        .collect();
    let verb = if clause.exclude { "is not" } else { "is" };
    let except = clause.source.as_ref();
    let except = except.map(|widget| format!(" (not in {widget})"));
    format!(
        "{} {verb} {}{}",
        clause.dimension.label(),
        values.join(" or "),
        except.unwrap_or_default()
    )
}

/// Is it a column of the comparison?
pub fn is_comparison(column: &TableColumn) -> bool {
    column.is_previous() || column.is_change()
}

/// Is it one of the columns that a widget's table begins with? Ends of intervals are there for whoever wants them, and a
/// change says what the number before would say again; of those the one of the widget's own measure is enough, and where
/// there is little room no second name.
pub fn is_usual(spec: Option<&WidgetSpec>, column: &TableColumn) -> bool {
    let bounds = [MetricId::SuccessRateLow, MetricId::SuccessRateHigh];
    let is_bound = bounds.iter().any(|bound| bound.id() == column.name);
    let is_beside = spec.is_some_and(|spec| {
        let is_other_change = column.is_change() && column.metric != spec.measure.id();
        // Where rows are of all kinds of things, it is the only one.
        let is_second_name =
            column.metric == "name" && spec.span != Span::Whole && spec.dimension.is_some();
        is_other_change || is_second_name
    });
    !(column.is_previous() || is_bound || is_beside)
}

/// What a reader sees above a column; what a sketch took part in is marked.
pub fn heading(column: &TableColumn) -> String {
    if column.exact {
        column.label.clone()
    } else {
        format!("{} ≈", column.label)
    }
}

const fn exactness(exact: bool) -> &'static str {
    if exact {
        "Exact"
    } else {
        "Estimates where marked ≈"
    }
}

const fn completeness(complete: bool) -> &'static str {
    if complete {
        "All the data that the question needs"
    } else {
        "Some of the data that the question needs is missing; the warnings say what"
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
