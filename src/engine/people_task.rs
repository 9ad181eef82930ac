//! What a plan asks of everybody's deeds.

use crate::insight::Slices;
use crate::query::Period;

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
    pub wanted: Period,
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
