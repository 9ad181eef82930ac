//! One table's worth of need: what a widget hands in, and the surroundings it is asked in.

use serde::{Deserialize, Serialize};

use super::{Clause, DerivedTable, Dimension, PeopleTable, Question};
use crate::metrics::MetricId;
use crate::model::{TimeUs, Warning, WarningCode, rfc3339};

/// Sort key: a column of the result (`executions`, `tool`, `executions_change`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderBy {
    pub column: String,
    pub descending: bool,
}

/// Measures by dimensions, under a question. Some metrics bring their own span: `Adopters` and `AdoptionShare` count
/// from the beginning of the data to the end of each bucket; `GrowthMonthly` looks at the last two complete months.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Query {
    /// The table's id, unique in a request.
    pub id: String,
    /// The widget the table belongs to; clauses clicked in it do not filter it.
    pub widget: String,
    pub title: String,
    pub group_by: Vec<Dimension>,
    pub measures: Vec<MetricId>,
    /// Empty: by the dimensions, ascending. Ties are broken by the dimensions, ascending.
    pub order: Vec<OrderBy>,
    pub limit: Option<u32>,
    /// Answer the comparison too, as `…_previous` and `…_change` columns.
    pub compare: bool,
    /// Beside the question's.
    pub extra_filters: Vec<Clause>,
    /// Leave clauses on this dimension out of account: counts beside filter values (Q3).
    pub ignore_dimension: Option<Dimension>,
    /// Leave out the group of rows where the dimension is absent.
    pub skip_absent: bool,
    /// A table about people; its rows and columns are its own, and `measures` says what it tells.
    pub people: Option<PeopleTable>,
    /// A table made of others; its rows and columns are its own too.
    pub derived: Option<DerivedTable>,
}

impl Query {
    /// Is it made of many groups, or of what each person did? Such tables come after those that answer at once.
    pub const fn is_heavy(&self) -> bool {
        match self.people {
            Some(people) => people.is_by_person(),
            None => self.derived.is_some(),
        }
    }
}

/// What the asker knows and the shard does not: the present, the extent of all data, what is still missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct AskContext {
    pub now_us: TimeUs,
    /// Earliest and latest event of all sources, loaded or not.
    pub data_span_us: Option<(TimeUs, TimeUs)>,
    /// Are all batches the question needs loaded?
    pub complete: bool,
    /// Said by the asker (missing batches, a degraded question).
    pub warnings: Vec<Warning>,
}

impl AskContext {
    /// Says that the present is that of the data, where the question does not fix another: relative ranges count from it.
    pub fn say_present(&mut self, question: &Question) {
        if question.now_us.is_some() {
            return;
        }
        let message = format!(
            "The present of this question is {}, taken from the data; --now on the command line and now= in the address fix another.",
            rfc3339(self.now_us)
        );
        let warning = Warning::new(WarningCode::NowFromData, message);
        self.warnings.push(warning);
    }
}
