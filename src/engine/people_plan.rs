//! What tables about people need of a pass: everybody's deeds, once for each set of filters.

use super::plan::{FilterSet, Plan, clauses};
use crate::insight::Slices;
use crate::model::{EventKind, KindSet, Zone};
use crate::query::{AskContext, PeopleTable, Period, Query, Question};

/// What a task keeps of people beside their deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeopleNeeds {
    pub tools: bool,
    pub sessions: bool,
    /// First executions after the directory's first login.
    pub logins: bool,
}

/// Everybody's deeds under one set of filters: all tables about people share it.
#[derive(Debug, Clone)]
pub struct PeopleTask {
    pub filters: usize,
    pub needs: PeopleNeeds,
    /// What the tables are made of, all together.
    wanted: Period,
    /// The part of it that has data; made when all queries are known.
    pub slices: Slices,
}

impl PeopleTask {
    /// The time its rows lie in; `None` where there is no data.
    pub fn span(&self) -> Option<Period> {
        let (from_us, until_us) = self.slices.span()?;
        Some(Period::new(from_us, until_us))
    }
}

impl Plan {
    /// The task that a table about people is answered from.
    pub(super) fn people(
        &mut self,
        question: &Question,
        query: &Query,
        people: PeopleTable,
        context: &AskContext,
        zone: &Zone,
    ) -> usize {
        let filters = self.filter_set(FilterSet {
            clauses: clauses(question, query),
            // Sessions are made of everything but measurements, which are nobody's.
            kinds: KindSet::ALL.without(EventKind::StorageSample),
            any_person: false,
        });
        let compared = self.comparison.as_ref().filter(|_| query.compare);
        let compared = compared.map(|comparison| comparison.period);
        let wanted = people
            .spans(self.period, compared, context, zone)
            .into_iter()
            .fold(self.period, Period::union);
        let known = self.people.iter().position(|held| held.filters == filters);
        let task = known.unwrap_or_else(|| {
            self.people.push(PeopleTask {
                filters,
                needs: PeopleNeeds::default(),
                wanted,
                slices: Slices::default(),
            });
            self.people.len() - 1
        });
        let held = &mut self.people[task];
        held.wanted = held.wanted.union(wanted);
        held.needs.tools |= people.needs_tools();
        held.needs.sessions |= people.needs_sessions();
        held.needs.logins |= people.needs_logins();
        task
    }

    /// Every period of the question is a whole number of slices, and so is what lies before the present.
    pub(super) fn cut_slices(&mut self, context: &AskContext, zone: &Zone) {
        let Some((first_us, last_us)) = context.data_span_us else {
            return;
        };
        let periods = [
            Some(self.period),
            self.comparison.as_ref().map(|compared| compared.period),
        ];
        // A comparison may lie later than the period, so that the present cuts it alone.
        let mut cuts = vec![self.as_of_us, context.now_us.saturating_add(1)];
        for period in periods.into_iter().flatten() {
            cuts.extend([period.from_us, period.until_us]);
        }
        for task in &mut self.people {
            task.slices = Slices::new(
                task.wanted.from_us.max(first_us),
                task.wanted.until_us.min(last_us.saturating_add(1)),
                &cuts,
                zone,
            );
        }
    }
}
