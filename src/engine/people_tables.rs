//! Tables about people: from merged states to what `insight` tells of them.

use super::people_state::PeopleState;
use super::surroundings::Surroundings;
use crate::insight::{self, Activity, Attribute};
use crate::model::{Cell, ResultTable, Warning, WarningCode};
use crate::query::{PeopleTable, Query};

/// Everything that tables about people are made of.
pub struct PeopleTables<'a> {
    /// In the order of the plan's tasks.
    activities: Vec<Activity>,
    around: Surroundings<'a>,
}

impl<'a> PeopleTables<'a> {
    pub fn new(states: Vec<PeopleState>, around: Surroundings<'a>) -> Self {
        let tasks = states.into_iter().zip(&around.plan.people);
        Self {
            activities: tasks
                .map(|(state, task)| state.into_activity(task.slices.clone(), around.directory))
                .collect(),
            around,
        }
    }

    /// The table of a query that is answered from everybody's deeds.
    pub fn table(&self, query: &Query, task: usize) -> ResultTable {
        let (Some(people), Some(activity)) = (query.people, self.activities.get(task)) else {
            return ResultTable::default();
        };
        let frame = self
            .around
            .frame(query, self.around.plan.people[task].filters);
        match people {
            PeopleTable::ActiveUsers => insight::active_users(activity, &frame),
            PeopleTable::ActiveUsersNow => insight::active_users_now(activity, &frame),
            PeopleTable::Lifecycle => insight::user_lifecycle(activity, &frame),
            PeopleTable::Users => insight::users(activity, &frame),
            PeopleTable::Heatmap => ResultTable::default(),
            PeopleTable::Funnel => insight::adoption_funnel(activity, &frame),
            PeopleTable::Segments => insight::segments(activity, &frame),
            PeopleTable::SegmentsByDepartment => {
                insight::segments_by(activity, &frame, Attribute::Department)
            }
            PeopleTable::SegmentsByTeam => insight::segments_by(activity, &frame, Attribute::Team),
            PeopleTable::SegmentsByRole => insight::segments_by(activity, &frame, Attribute::Role),
            PeopleTable::AdopterCategories => insight::adopter_categories(activity, &frame),
            PeopleTable::NeedsTraining => insight::needs_training(activity, &frame),
            PeopleTable::Retention => insight::retention(activity, &frame),
            PeopleTable::RetentionAverage => insight::retention_average(activity, &frame),
            PeopleTable::NewAndExperienced => insight::new_and_experienced(activity, &frame),
            PeopleTable::NewAndExperiencedOverTime => {
                insight::new_and_experienced_over_time(activity, &frame)
            }
            PeopleTable::BeforeAndAfter => insight::before_and_after(activity, &frame),
        }
    }

    /// All hours of the week, from a table of those in which anything happened.
    pub fn heatmap(&self, query: &Query, task: usize, hours: &ResultTable) -> ResultTable {
        let lacks_hours = hours.rows.iter().any(|row| row.get(1) == Some(&Cell::Null));
        let mut executions = [(!lacks_hours).then_some(0); 168];
        for row in &hours.rows {
            if let [Cell::Text(hour), Cell::Int(count), ..] = &row[..]
                && let Some(place) = hour
                    .parse()
                    .ok()
                    .and_then(|hour: usize| executions.get_mut(hour))
            {
                *place = u64::try_from(*count).ok();
            }
        }
        let frame = self
            .around
            .frame(query, self.around.plan.tasks[task].filters);
        insight::heatmap(&executions, &frame)
    }

    /// What the tables lack.
    pub fn warnings(&self, queries: &[Query]) -> Vec<Warning> {
        let asked = |test: fn(PeopleTable) -> bool| {
            let mut asked = queries.iter();
            asked.any(|query| query.people.is_some_and(test))
        };
        let mut warnings = Vec::new();
        let clouded = self
            .activities
            .iter()
            .any(|held| held.is_clouded.contains(&true));
        if clouded {
            let message = "Pre-aggregated hours do not tell who did what, so numbers about people that need those hours are not available. Ask for a later period, or load raw events.";
            warnings.push(Warning::new(WarningCode::AggregateLacks, message));
        }
        let no_logins = self.around.directory.is_some_and(|directory| {
            let mut people = directory.people.iter();
            !people.any(|person| person.first_login_at.is_some())
        });
        if no_logins && asked(PeopleTable::needs_logins) {
            let message = "The directory has no first_login_at, so the funnel goes on without first logins. Add them to directory.json, or to the table of people.";
            warnings.push(Warning::new(WarningCode::DirectoryMissing, message));
        }
        if self.around.directory.is_none() && asked(PeopleTable::needs_logins) {
            let message = "Invitations and first logins come from the directory, which is not loaded, so the funnel begins with the first tool. Name it in the manifest, open directory.json on the Data page, or use --directory.";
            warnings.push(Warning::new(WarningCode::DirectoryMissing, message));
        }
        let compares = |people: PeopleTable| people == PeopleTable::BeforeAndAfter;
        if self.around.plan.comparison.is_none() && asked(compares) {
            let message = "Before and after need a period to compare with; choose a range with a beginning and a comparison.";
            warnings.push(Warning::new(WarningCode::QuestionDegraded, message));
        }
        warnings
    }
}
