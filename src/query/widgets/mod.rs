//! The catalogue of widgets: which queries each makes of a question. Page, command line and embeds read it.

mod clients;
mod compare;
mod dashboards;
mod executive;
mod tools;
mod users;
mod workspaces;

pub use dashboards::{DASHBOARDS, DashboardSpec, dashboard, detailed, details};

use super::{AskContext, DerivedTable, Dimension, OrderBy, Period, Query, Question, buckets};
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Column, ResultTable, Zone};

/// How a widget is best looked at; `charts` and `ui::widgets` have one drawing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Big numbers, each with change and sparkline. The second table is the trend.
    Tiles,
    /// One series of counts over time.
    Columns,
    /// A rate or a cumulative count over time.
    Line,
    /// Several series over time: every column whose metric is in [`WidgetSpec::series`].
    Lines,
    /// The same, as columns on top of each other; what is bad to have more of hangs below the axis.
    Stack,
    /// A ranking.
    Bars,
    /// Rows to sort and search, with as many columns as there are.
    Table,
    /// Day of the week by hour.
    Heatmap,
    /// Steps, each with those who are left.
    Funnel,
    /// Cohorts by the time since their beginning.
    Triangle,
    /// How many fall into each class of a size: the first column names the class, in order. The second table has
    /// percentiles to mark.
    Histogram,
    /// Shares that add up along an ordered crowd (Lorenz): the first number is x, the measure y, both 0 to 1.
    Curve,
    /// Rows and columns of names (the first two columns), and a word or a number where they meet (the measure).
    Matrix,
    /// What changed: kind of thing, name, numbers.
    Changes,
    /// Findings: each row a sentence with its numbers, what to do, and what it is about.
    Findings,
    /// A small chart over time for each column, all on one scale.
    Multiples,
    /// From the period of comparison to this one: a line for each row.
    Slope,
}

/// How much of the page's width a widget takes where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Whole,
    Half,
    Quarter,
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
    pub span: Span,
    /// The measure that is drawn; the others stand in the table.
    pub measure: MetricId,
    /// The metrics that are drawn together, where a look draws several.
    pub series: &'static [MetricId],
    /// A click on a mark filters by this.
    pub dimension: Option<Dimension>,
}

impl WidgetSpec {
    const fn new(
        id: &'static str,
        title: &'static str,
        description: &'static str,
        look: Look,
        measure: MetricId,
    ) -> Self {
        Self {
            id,
            title,
            description,
            look,
            span: Span::Half,
            measure,
            series: &[],
            dimension: None,
        }
    }

    const fn span(self, span: Span) -> Self {
        Self { span, ..self }
    }

    const fn series(self, series: &'static [MetricId]) -> Self {
        Self { series, ..self }
    }

    /// The columns of its table that are drawn: all of its series, else its measure.
    pub fn drawn(&self, table: &ResultTable) -> Vec<usize> {
        let columns = table.columns.iter().enumerate();
        let found = columns.filter(|(_, column)| {
            let is_value = !column.is_previous() && !column.is_change();
            let of_series = || {
                let mut series = self.series.iter();
                series.any(|metric| metric.id() == column.metric)
            };
            is_value && (column.name == self.measure.id() || of_series())
        });
        found.map(|(at, _)| at).collect()
    }

    const fn by(self, dimension: Dimension) -> Self {
        Self {
            dimension: Some(dimension),
            ..self
        }
    }
}

const TOOL: Dimension = Dimension::Column(Column::Tool);
const USER: Dimension = Dimension::Column(Column::User);
const WORKSPACE: Dimension = Dimension::Column(Column::Workspace);
const ERROR: Dimension = Dimension::Column(Column::ErrorClass);

/// Makes the queries of a widget; the first one is its main table.
type Make = fn(&WidgetSpec, &Question, &AskContext, &Zone) -> Vec<Query>;

/// Each dashboard's widgets, and who makes their queries.
const PARTS: [(&[WidgetSpec], Make); 6] = [
    (executive::EXECUTIVE, executive::queries),
    (tools::TOOLS, tools::queries),
    (users::USERS, |spec, _, _, _| users::queries(spec)),
    (workspaces::WORKSPACES, workspaces::queries),
    (clients::CLIENTS, clients::queries),
    (compare::COMPARE, compare::queries),
];

/// Every widget, dashboard by dashboard.
pub fn all() -> impl Iterator<Item = &'static WidgetSpec> {
    PARTS.iter().flat_map(|(widgets, _)| *widgets)
}

pub fn widget(id: &str) -> Option<&'static WidgetSpec> {
    all().find(|widget| widget.id == id)
}

/// The queries of a widget; the first one is its main table. Empty for an unknown id.
pub fn queries(id: &str, question: &Question, context: &AskContext, zone: &Zone) -> Vec<Query> {
    let found = PARTS.iter().find_map(|(widgets, make)| {
        let spec = widgets.iter().find(|widget| widget.id == id)?;
        Some((spec, make))
    });
    found.map_or_else(Vec::new, |(spec, make)| make(spec, question, context, zone))
}

/// The buckets in which a widget draws the period.
fn time(question: &Question, context: &AskContext, zone: &Zone) -> Dimension {
    let (period, _) = question.periods(context, zone);
    Dimension::Time(buckets::drawn(period, context))
}

/// What a table draws beside each of its rows: the executions of each value of a dimension over time. The second table of
/// a widget whose rows have names in their first column.
fn trend(
    spec: &WidgetSpec,
    dimension: Dimension,
    (question, context, zone): (&Question, &AskContext, &Zone),
) -> Query {
    let (period, _) = question.periods(context, zone);
    let bucket = buckets::sparked(period, context);
    Query {
        id: format!("{}{TREND}", spec.id),
        title: format!("{} over time", dimension.plural()),
        compare: false,
        derived: Some(DerivedTable::EachOverTime(dimension, bucket)),
        ..query(spec, &[dimension], &[MetricId::Executions])
    }
}

/// How the ids of such tables end.
pub const TREND: &str = "-trend";

fn title(spec: &WidgetSpec, time: Dimension) -> String {
    match (spec.id, time) {
        ("daily-executions", Dimension::Time(Bucket::Hour)) => "Hourly execution volume".into(),
        ("daily-executions", Dimension::Time(Bucket::Day)) => "Daily execution volume".into(),
        ("daily-executions", _) => "Monthly execution volume".into(),
        _ => spec.title.into(),
    }
}

fn query(spec: &WidgetSpec, group_by: &[Dimension], measures: &[MetricId]) -> Query {
    Query {
        id: spec.id.into(),
        widget: spec.id.into(),
        title: spec.title.into(),
        ..free(group_by, measures)
    }
}

fn ranking(query: Query, by: MetricId, limit: u32) -> Query {
    let order = vec![OrderBy {
        column: by.id().into(),
        descending: true,
    }];
    Query {
        order,
        limit: Some(limit),
        skip_absent: query.extra_filters.is_empty(),
        ..query
    }
}

/// A free query: the command line's `--group-by` and `--measure`. Ordered by its dimensions.
pub fn free(group_by: &[Dimension], measures: &[MetricId]) -> Query {
    let names: Vec<&str> = group_by.iter().map(|dimension| dimension.label()).collect();
    let title = if names.is_empty() {
        "Total".to_owned()
    } else {
        format!("By {}", names.join(" and ").to_lowercase())
    };
    Query {
        id: "query".into(),
        widget: "query".into(),
        title,
        group_by: group_by.to_vec(),
        measures: measures.to_vec(),
        order: Vec::new(),
        limit: None,
        compare: true,
        extra_filters: Vec::new(),
        ignore_dimension: None,
        skip_absent: false,
        people: None,
        derived: None,
    }
}

/// Executions by the values of a dimension under all other filters: the counts beside filter values (Q3).
pub fn facet(dimension: Dimension, limit: u32) -> Query {
    let order = vec![OrderBy {
        column: MetricId::Executions.id().into(),
        descending: true,
    }];
    Query {
        id: format!("facet-{}", dimension.name()),
        widget: "facet".into(),
        compare: false,
        ignore_dimension: Some(dimension),
        order,
        limit: Some(limit),
        ..free(&[dimension], &[MetricId::Executions])
    }
}

/// The last two complete local months at or before now: `(before, last)`.
pub fn growth_months(context: &AskContext, zone: &Zone) -> (Period, Period) {
    let week = crate::model::WeekStart::Monday;
    let month = |ago| {
        let range = super::RangeSpec::Calendar {
            unit: super::range::CalendarUnit::Month,
            ago,
        };
        range.resolve(context.now_us, zone, week, None)
    };
    (month(2), month(1))
}

/// The spans of events that must be loaded to answer: the question's period, its comparison, and what the
/// measures reach back for. Most wanted first.
pub fn spans_needed(
    queries: &[Query],
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Period> {
    let (period, comparison) = question.periods(context, zone);
    let asks = |metrics: &[MetricId]| {
        queries
            .iter()
            .any(|query| query.measures.iter().any(|one| metrics.contains(one)))
    };
    let compared = comparison.as_ref().map(|comparison| comparison.period);
    let mut spans = vec![period];
    if let Some(comparison) = comparison.filter(|_| queries.iter().any(|query| query.compare)) {
        spans.push(comparison.period);
    }
    if asks(&[MetricId::GrowthMonthly]) {
        let (before, last) = growth_months(context, zone);
        spans.extend([last, before]);
    }
    if asks(&[MetricId::Adopters, MetricId::AdoptionShare]) {
        let beginning = context
            .data_span_us
            .map_or(period.from_us, |span| span.0.min(period.from_us));
        spans.push(Period::new(beginning, period.until_us));
    }
    let parts = queries
        .iter()
        .filter_map(|query| Some(query.derived?.parts(query)));
    let parts: Vec<Query> = parts.flatten().collect();
    if !parts.is_empty() {
        spans.extend(spans_needed(&parts, question, context, zone));
    }
    for query in queries {
        let compared = compared.filter(|_| query.compare);
        if let Some(people) = query.people {
            spans.extend(people.spans(period, compared, context, zone));
        }
    }
    spans
}
