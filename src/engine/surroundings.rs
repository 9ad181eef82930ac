//! What every table that `insight` makes is told of the question.

use super::adoption::{holds, keeps_person, seat_holders};
use super::plan::Plan;
use super::reads::Held;
use crate::insight::{Frame, Organisation};
use crate::metrics::MetricId;
use crate::model::{Column, Directory, TimeUs, Zone, limits};
use crate::query::{AskContext, Clause, Dimension, Query, Question};

/// A question, and all that is known beside the events.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub plan: &'a Plan,
    pub question: &'a Question,
    pub context: &'a AskContext,
    pub zone: &'a Zone,
    pub directory: Option<&'a Directory>,
    pub held: Held,
    /// The hashes that people in states point at.
    pub names: &'a [u64],
}

impl<'a> Surroundings<'a> {
    /// For one table; `filters` is a position in the plan's sets.
    pub fn frame<'b>(&self, query: &'b Query, filters: usize) -> Frame<'b>
    where
        'a: 'b,
    {
        let span = |period: crate::query::Period| (period.from_us, period.until_us);
        let clauses = &self.plan.filter_sets[filters].clauses;
        // Whatever a message says of the data's extent, events lie within what can be believed.
        let begin = |span: (TimeUs, TimeUs)| span.0.max(limits::TIME_US_MIN);
        Frame {
            id: &query.id,
            title: &query.title,
            zone: self.zone,
            week_start: self.question.week_start,
            period_us: span(self.plan.period),
            before_us: self
                .plan
                .comparison
                .as_ref()
                .map(|comparison| span(comparison.period)),
            now_us: self.context.now_us,
            data_begin_us: self.context.data_span_us.map(begin),
            directory: self.directory,
            seats: self
                .directory
                .map(|directory| seat_holders(directory, clauses).collect())
                .unwrap_or_default(),
            has_conversations: self.held.tells(MetricId::Conversations),
            has_documents: self.held.tells(MetricId::DocumentsShared),
        }
    }

    /// What the directory says of workspaces and tools; `filters` is a position in the plan's sets.
    pub fn organisation(&self, filters: usize) -> Organisation<'a> {
        let clauses = &self.plan.filter_sets[filters].clauses;
        let keeps = |column: Column, value: Option<&str>| {
            let mut clauses = clauses.iter();
            clauses
                .all(|clause| clause.dimension != Dimension::Column(column) || holds(clause, value))
        };
        let person = |position: Option<usize>, name: &str| {
            let known = position.zip(self.directory);
            let person = known.and_then(|(position, directory)| directory.people.get(position));
            match person {
                Some(person) => clauses.iter().all(|clause| keeps_person(clause, person)),
                // Nothing but the name is known.
                None => keeps(Column::User, Some(name)) && clauses.iter().all(is_met_by_nobody),
            }
        };
        Organisation::new(
            self.directory,
            |workspace| keeps(Column::Workspace, workspace),
            person,
            |tool, server| keeps(Column::Tool, Some(tool)) && keeps(Column::Server, server),
        )
    }
}

/// Does a clause about departments, teams or roles keep a person who has none?
fn is_met_by_nobody(clause: &Clause) -> bool {
    !clause.dimension.is_from_directory() || holds(clause, None)
}
