//! The question: what the bar above every dashboard holds, and all that the URL holds.

use serde::{Deserialize, Serialize};

use super::{AskContext, CompareSpec, Comparison, Dimension, Period, RangeSpec};
use crate::model::{WeekStart, Zone};

/// Keep, or leave out, rows whose dimension has one of the values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clause {
    pub dimension: Dimension,
    /// True: leave the values out.
    pub exclude: bool,
    /// Sorted, without repeats. The empty text is the absent value.
    pub values: Vec<String>,
    /// The widget this clause was clicked in; that widget alone is not filtered by it (Q4).
    pub source: Option<String>,
}

/// A question about the data. Two equal questions on equal data have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    pub range: RangeSpec,
    pub compare: CompareSpec,
    /// All of them hold together (and); values inside one are alternatives (or).
    pub filters: Vec<Clause>,
    /// IANA name.
    pub zone: String,
    pub week_start: WeekStart,
    /// Fixes the present, µs UTC; `None` lets the data decide.
    pub now_us: Option<i64>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            range: RangeSpec::LAST_30_DAYS,
            compare: CompareSpec::Previous,
            filters: Vec::new(),
            zone: "UTC".into(),
            week_start: WeekStart::Monday,
            now_us: None,
        }
    }
}

impl Question {
    /// Is this value one of a clause's, and which way? For highlighting and for chips.
    pub fn clause(&self, dimension: Dimension, exclude: bool) -> Option<&Clause> {
        self.filters
            .iter()
            .find(|clause| clause.dimension == dimension && clause.exclude == exclude)
    }

    /// Adds or takes away one value of a clause; an emptied clause goes away. The newest click owns the clause.
    pub fn toggle(
        &mut self,
        dimension: Dimension,
        exclude: bool,
        value: &str,
        source: Option<&str>,
    ) {
        let found = self
            .filters
            .iter_mut()
            .find(|clause| clause.dimension == dimension && clause.exclude == exclude);
        let Some(clause) = found else {
            let source = source.map(Into::into);
            self.filters.push(Clause {
                dimension,
                exclude,
                values: vec![value.into()],
                source,
            });
            return;
        };
        match clause
            .values
            .binary_search_by(|held| held.as_str().cmp(value))
        {
            Ok(position) => {
                clause.values.remove(position);
            }
            Err(position) => clause.values.insert(position, value.into()),
        }
        clause.source = source.map(Into::into);
        self.filters.retain(|clause| !clause.values.is_empty());
    }

    /// Replaces the values of a clause; an empty list removes it.
    pub fn set_values(
        &mut self,
        dimension: Dimension,
        exclude: bool,
        mut values: Vec<String>,
        source: Option<&str>,
    ) {
        self.filters
            .retain(|clause| !(clause.dimension == dimension && clause.exclude == exclude));
        values.sort_unstable();
        values.dedup();
        if !values.is_empty() {
            self.filters.push(Clause {
                dimension,
                exclude,
                values,
                source: source.map(Into::into),
            });
        }
    }

    /// The spans of time the question means in these surroundings. The one place where they are worked out.
    pub fn periods(&self, context: &AskContext, zone: &Zone) -> (Period, Option<Comparison>) {
        let (now, span) = (context.now_us, context.data_span_us);
        let period = self.range.resolve(now, zone, self.week_start, span);
        (
            period,
            self.compare
                .resolve(&self.range, period, now, zone, self.week_start, span),
        )
    }
}
