//! Innovators to laggards, by when people first used a tool (U5; Rogers, Diffusion of Innovations).

use super::activity::Activity;
use super::frame::Frame;
use super::table::{count, known, metrics, names, ratio, table};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable, TableColumn, TimeUs, Unit};

/// Each category with the share of adopters up to its end.
const CATEGORIES: [(&str, f64); 5] = [
    ("innovators", 0.025),
    ("early adopters", 0.16),
    ("early majority", 0.5),
    ("late majority", 0.84),
    ("laggards", 1.0),
];

/// One row a category: how many, and when the first and the last of them began. Shares are rounded to whole people.
pub fn adopter_categories(activity: &Activity, frame: &Frame) -> ResultTable {
    let mut firsts: Vec<TimeUs> = activity
        .people
        .iter()
        .filter_map(|person| person.first_use_us)
        .collect();
    firsts.sort_unstable();
    let is_clear = activity.is_clear_before(frame.as_of_us());
    let all = firsts.len();
    let mut begun = 0;
    let rows = CATEGORIES.map(|(name, share)| {
        let until = ((all as f64 * share).round() as usize).clamp(begun, all);
        let of = &firsts[begun..until];
        begun = until;
        let time =
            |time: Option<&TimeUs>| known(is_clear, time.map_or(Cell::Null, |&t| Cell::Time(t)));
        vec![
            Cell::Text(name.into()),
            known(is_clear, count(of.len() as u64)),
            known(is_clear, ratio(of.len() as u64, all as u64)),
            time(of.first()),
            time(of.last()),
        ]
    });
    let mut columns = metrics(&[
        MetricId::AdopterCategory,
        MetricId::People,
        MetricId::PeopleShare,
    ]);
    columns.extend(
        [("began_first", "First began"), ("began_last", "Last began")].map(|(name, label)| {
            TableColumn {
                unit: Unit::Time,
                metric: MetricId::FirstSeen.id().into(),
                ..names(name, label)
            }
        }),
    );
    let events = activity.events(frame.period_us);
    let mut table = table(frame, columns, rows.into(), events);
    table.totals[1] = known(is_clear, count(all as u64));
    table
}
