//! All queries of a question gathered into tasks: each a period, a set of filters, dimensions, and the states that
//! are needed. Queries that look at the same rows the same way share one task.
//!
//! Made from the question alone, so that every shard and the merge number the tasks alike.

use super::cuts::cuts;
use super::people_plan::PeopleTask;
use super::reads::{self, KindNeeds};
use crate::metrics::MetricId;
use crate::model::{EventKind, KindSet, TimeUs, WeekStart, Zone};
use crate::query::{
    AskContext, Clause, Comparison, DerivedTable, Dimension, Period, Query, Question, buckets,
    widgets,
};

/// The percentiles there are.
pub const PERCENTILES: [(MetricId, f64); 3] = [
    (MetricId::DurationP50, 0.50),
    (MetricId::DurationP95, 0.95),
    (MetricId::DurationP99, 0.99),
];

/// Which states a task folds, beside the counts that all have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Sum, count, least and greatest duration.
    pub durations: bool,
    /// The percentiles, a bit for each of [`PERCENTILES`].
    pub percentiles: u8,
    pub users: bool,
    pub last_used: bool,
    /// When each person first executed a tool.
    pub first_use: bool,
    /// The kinds whose events are counted and make groups; queries share a task only where these agree.
    pub counted: KindSet,
    pub kinds: KindNeeds,
}

impl Needs {
    fn of(measures: &[MetricId]) -> Self {
        use MetricId::{DurationMax, DurationMean, DurationMin, LastUsed, Users};
        let any = |metrics: &[MetricId]| measures.iter().any(|measure| metrics.contains(measure));
        let percentiles = PERCENTILES.iter().enumerate();
        Self {
            durations: any(&[DurationMean, DurationMin, DurationMax]),
            percentiles: percentiles.fold(0, |bits, (at, &(metric, _))| {
                bits | u8::from(any(&[metric])) << at
            }),
            users: any(&[Users]),
            last_used: any(&[LastUsed]),
            first_use: false,
            counted: reads::counted(measures),
            kinds: KindNeeds::of(measures),
        }
    }

    /// Any percentiles: then every duration matters.
    pub fn values(self) -> bool {
        self.percentiles != 0
    }

    /// The quantiles that are asked for.
    pub fn quantiles(self) -> impl Iterator<Item = f64> {
        let all = PERCENTILES.into_iter().enumerate();
        all.filter(move |(at, _)| self.percentiles >> at & 1 == 1)
            .map(|(_, (_, q))| q)
    }

    /// Counts alone.
    fn counts(counted: KindSet) -> Self {
        Self {
            counted,
            ..Self::default()
        }
    }

    fn add(&mut self, other: Self) {
        self.durations |= other.durations;
        self.percentiles |= other.percentiles;
        self.users |= other.users;
        self.last_used |= other.last_used;
        self.first_use |= other.first_use;
        self.kinds.add(other.kinds);
    }
}

/// The clauses a task's rows must satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilterSet {
    pub clauses: Vec<Clause>,
    /// The kinds whose rows are looked at.
    pub kinds: KindSet,
    /// Does a person of any such row count, active or not: people who were ever seen?
    pub any_person: bool,
}

/// One way to look at the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub period: Period,
    /// Position in [`Plan::filter_sets`].
    pub filters: usize,
    pub dimensions: Vec<Dimension>,
    pub needs: Needs,
    /// For first uses over pre-aggregated hours: ends of the spans that are told apart, ascending.
    pub cuts: Vec<TimeUs>,
}

/// Where a query finds its states.
#[derive(Debug, Clone, Default)]
pub struct QueryPlan {
    pub current: usize,
    pub previous: Option<usize>,
    pub first_use: Option<usize>,
    /// People ever seen, where no directory tells the seats.
    pub seen: Option<usize>,
    /// The last two complete months: before, last.
    pub growth: Option<(usize, usize)>,
}

/// How a query is answered.
#[derive(Debug, Clone)]
pub enum Planned {
    /// From the states of groups.
    Grouped(QueryPlan),
    /// From everybody's deeds: a position in [`Plan::people`].
    People(usize),
    /// From the tables of other queries.
    Derived(DerivedTable, Vec<(Query, QueryPlan)>),
}

/// Everything one pass has to do.
#[derive(Debug, Clone)]
pub struct Plan {
    pub filter_sets: Vec<FilterSet>,
    pub tasks: Vec<Task>,
    pub people: Vec<PeopleTask>,
    /// In the order of the queries.
    pub queries: Vec<Planned>,
    pub period: Period,
    /// The end of the period, or the present if that is earlier.
    pub as_of_us: TimeUs,
    pub comparison: Option<Comparison>,
    /// The parts of both that are cut into buckets of time; see [`buckets::bucketed`].
    pub bucketed: (Period, Option<Period>),
    /// Before, last; see [`widgets::growth_months`].
    pub growth_months: (Period, Period),
    pub week_start: WeekStart,
}

impl Plan {
    pub fn new(question: &Question, queries: &[Query], context: &AskContext, zone: &Zone) -> Self {
        let (period, comparison) = question.periods(context, zone);
        let compared = comparison.as_ref().map(|comparison| comparison.period);
        let bucketed = (
            buckets::bucketed(period, context),
            compared.map(|compared| buckets::bucketed_beside(compared, period, context)),
        );
        let mut plan = Self {
            bucketed,
            filter_sets: Vec::new(),
            tasks: Vec::new(),
            people: Vec::new(),
            queries: Vec::new(),
            period,
            as_of_us: period.until_us.min(context.now_us.saturating_add(1)),
            comparison,
            growth_months: widgets::growth_months(context, zone),
            week_start: question.week_start,
        };
        for query in queries {
            let by_person = query.people.filter(|people| people.is_by_person());
            let planned = match (by_person, query.derived) {
                (Some(people), _) => {
                    Planned::People(plan.people(question, query, people, context, zone))
                }
                (None, Some(derived)) => {
                    let parts = derived.parts(query).into_iter();
                    let planned = parts.map(|part| {
                        let planned = plan.query(question, &part, context, zone);
                        (part, planned)
                    });
                    Planned::Derived(derived, planned.collect())
                }
                (None, None) => Planned::Grouped(plan.query(question, query, context, zone)),
            };
            plan.queries.push(planned);
        }
        plan.cut_slices(context, zone);
        plan
    }

    /// The queries that are answered from groups, those that others are made of too, with where they find them.
    pub fn grouped<'a>(
        &'a self,
        queries: &'a [Query],
    ) -> impl Iterator<Item = (&'a Query, &'a QueryPlan)> {
        let planned = queries.iter().zip(&self.queries);
        planned.flat_map(|(query, planned)| match planned {
            Planned::Grouped(planned) => vec![(query, planned)],
            Planned::People(_) => Vec::new(),
            Planned::Derived(_, parts) => parts.iter().map(|(part, plan)| (part, plan)).collect(),
        })
    }

    /// Does a task ask for everybody who was ever seen, and for nothing else of the rows in its period?
    pub fn is_of_everybody(&self, task: &Task) -> bool {
        let set = &self.filter_sets[task.filters];
        set.any_person && set.clauses.is_empty() && task.dimensions.is_empty()
    }

    fn query(
        &mut self,
        question: &Question,
        query: &Query,
        context: &AskContext,
        zone: &Zone,
    ) -> QueryPlan {
        let needs = Needs::of(&query.measures);
        let filters = self.filter_set(FilterSet {
            clauses: clauses(question, query),
            kinds: if needs.kinds.any_kind() {
                KindSet::ALL
            } else {
                needs.counted
            },
            any_person: false,
        });
        let period = self.period;
        let previous_period = query
            .compare
            .then_some(self.comparison.as_ref())
            .flatten()
            .map(|comparison| comparison.period);
        let current = self.task(period, filters, &query.group_by, needs);
        let previous =
            previous_period.map(|period| self.task(period, filters, &query.group_by, needs));
        let asks = |metric| query.measures.contains(&metric);
        let untimed: Vec<Dimension> = query
            .group_by
            .iter()
            .copied()
            .filter(|dimension| !dimension.is_time())
            .collect();
        let mut planned = QueryPlan {
            current,
            previous,
            ..QueryPlan::default()
        };
        if asks(MetricId::Adopters) || asks(MetricId::AdoptionShare) {
            let beginning = context
                .data_span_us
                .map_or(period.from_us, |span| span.0.min(period.from_us));
            let end = previous_period.map_or(period.until_us, |previous| {
                previous.until_us.max(period.until_us)
            });
            let span = Period::new(beginning, end);
            let first_use = Needs {
                first_use: true,
                ..Needs::counts(needs.counted)
            };
            let task = self.task(span, filters, &untimed, first_use);
            let (part, part_before) = self.bucketed;
            for (period, part) in [(Some(period), Some(part)), (previous_period, part_before)] {
                if let Some((period, part)) = period.zip(part) {
                    let cuts = cuts(period, part, &query.group_by, zone, self.week_start);
                    self.tasks[task].cuts.extend(cuts);
                }
            }
            self.tasks[task].cuts.sort_unstable();
            self.tasks[task].cuts.dedup();
            planned.first_use = Some(task);
            if asks(MetricId::AdoptionShare) {
                let everybody = self.filter_set(FilterSet {
                    clauses: Vec::new(),
                    // Nobody is seen in a measurement.
                    kinds: KindSet::ALL.without(EventKind::StorageSample),
                    any_person: true,
                });
                let users = Needs {
                    users: true,
                    ..Needs::counts(KindSet::ACTIVITY)
                };
                planned.seen = Some(self.task(span, everybody, &[], users));
            }
        }
        if asks(MetricId::GrowthMonthly) && untimed.len() == query.group_by.len() {
            let (before, last) = self.growth_months;
            let counts = Needs::counts(needs.counted);
            planned.growth = Some((
                self.task(before, filters, &query.group_by, counts),
                self.task(last, filters, &query.group_by, counts),
            ));
        }
        planned
    }

    pub(super) fn filter_set(&mut self, set: FilterSet) -> usize {
        let known = self.filter_sets.iter().position(|held| *held == set);
        known.unwrap_or_else(|| {
            self.filter_sets.push(set);
            self.filter_sets.len() - 1
        })
    }

    fn task(
        &mut self,
        period: Period,
        filters: usize,
        dimensions: &[Dimension],
        needs: Needs,
    ) -> usize {
        let known = self.tasks.iter().position(|held| {
            held.period == period
                && held.filters == filters
                && held.dimensions == dimensions
                && held.needs.first_use == needs.first_use
                && held.needs.counted == needs.counted
        });
        if let Some(task) = known {
            self.tasks[task].needs.add(needs);
            return task;
        }
        self.tasks.push(Task {
            period,
            filters,
            dimensions: dimensions.to_vec(),
            needs,
            cuts: Vec::new(),
        });
        self.tasks.len() - 1
    }
}

/// The clauses that hold for a query: the question's but its own widget's and those it ignores, and its extra ones.
/// Where they came from no longer matters.
pub(super) fn clauses(question: &Question, query: &Query) -> Vec<Clause> {
    let asked = question.filters.iter().filter(|clause| {
        clause.source.as_deref() != Some(query.widget.as_str())
            && query.ignore_dimension != Some(clause.dimension)
    });
    asked
        .chain(&query.extra_filters)
        .map(|clause| Clause {
            source: None,
            ..clause.clone()
        })
        .collect()
}
