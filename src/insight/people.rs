//! One row a person (U2).

use super::activity::{Activity, Deeds, Person};
use super::frame::Frame;
use super::segment::{Judge, PowerRule};
use super::table::{count, float, known, metrics, names, table};
use crate::metrics::{MetricId, success_rate, wilson_interval};
use crate::model::{Cell, ResultTable};

/// Everybody with executions, conversations or shared documents in the period, most executions first. With a directory
/// their names, departments, teams and roles stand beside.
pub fn users(activity: &Activity, frame: &Frame) -> ResultTable {
    let judge = Judge::new(activity, frame, PowerRule::default());
    let (from_us, until_us) = frame.period_us;
    let slices = activity.slices.between(from_us, until_us);
    let mut people: Vec<(&Person, Deeds)> = activity
        .people
        .iter()
        .map(|person| (person, activity.sum(person, slices.clone())))
        .filter(|(_, sum)| sum.is_active() || sum.documents > 0)
        .collect();
    // Stable: equal ones stay in the order of their names.
    people.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.executions));
    let is_clear = activity.is_clear(from_us, until_us);
    let is_past_clear = activity.is_clear_before(until_us);
    let row = |(person, sum): &(&Person, Deeds)| {
        let mut row = vec![Cell::Text(person.name.clone())];
        row.extend(directory_cells(person, frame));
        row.extend(numbers(person, sum, frame).map(|cell| known(is_clear, cell)));
        let is_last_clear = person
            .last_us
            .is_some_and(|last_us| activity.is_clear(last_us, until_us));
        let time = |time: Option<i64>| time.map_or(Cell::Null, Cell::Time);
        row.extend([
            known(is_past_clear, time(person.first_us)),
            known(is_last_clear, time(person.last_us)),
            judge
                .segment(person)
                .map_or(Cell::Null, |segment| Cell::Text(segment.name().into())),
        ]);
        row
    };
    let rows: Vec<Vec<Cell>> = people.iter().map(row).collect();
    let mut columns = vec![names("user", "Person")];
    if frame.directory.is_some() {
        columns.extend([
            names("name", "Name"),
            names("department", "Department"),
            names("team", "Team"),
            names("role", "Role"),
        ]);
    }
    columns.extend(metrics(&MEASURES));
    table(frame, columns, rows, activity.events(frame.period_us))
}

/// The numbers of a row, in its order.
pub const MEASURES: [MetricId; 12] = [
    MetricId::Executions,
    MetricId::SuccessRate,
    MetricId::SuccessRateLow,
    MetricId::SuccessRateHigh,
    MetricId::ToolsUsed,
    MetricId::Conversations,
    MetricId::DocumentsShared,
    MetricId::Sessions,
    MetricId::SessionLengthMean,
    MetricId::FirstSeen,
    MetricId::LastSeen,
    MetricId::Segment,
];

fn directory_cells(person: &Person, frame: &Frame) -> Vec<Cell> {
    let Some(directory) = frame.directory else {
        return Vec::new();
    };
    let known = person
        .known_as
        .and_then(|position| directory.people.get(position));
    let fields = known.map_or([None; 4], |known| {
        [&known.name, &known.department, &known.team, &known.role].map(Option::as_deref)
    });
    fields
        .map(|text| text.map_or(Cell::Null, |text| Cell::Text(text.into())))
        .into()
}

fn numbers(person: &Person, sum: &Deeds, frame: &Frame) -> [Cell; 9] {
    let (successes, failures) = (u64::from(sum.successes), u64::from(sum.failures));
    let interval = wilson_interval(successes, successes + failures);
    let told = |metric: MetricId, number: u32| known(frame.tells(metric), count(number.into()));
    let length_ms =
        (person.sessions > 0).then(|| person.sessions_us as f64 / 1e3 / person.sessions as f64);
    [
        count(sum.executions.into()),
        float(success_rate(successes, failures)),
        float(interval.map(|(low, _)| low)),
        float(interval.map(|(_, high)| high)),
        count(person.tools[0]),
        told(MetricId::Conversations, sum.conversations),
        told(MetricId::DocumentsShared, sum.documents),
        count(person.sessions),
        float(length_ms),
    ]
}
