//! From invitation to power user (U4).

use super::activity::{Activity, Person};
use super::frame::Frame;
use super::segment::{Judge, PowerRule, Segment};
use super::table::{count, float, known, metrics, ratio, table};
use crate::metrics::{MetricId, quantile};
use crate::model::{Cell, ResultTable, TimeUs};

const STEPS: [&str; 5] = [
    "invited",
    "first login",
    "first tool",
    "active in the last 7 days",
    "power user",
];
const TOOL: usize = 2;

/// How far people got: for each step how many, and the times they took from the step before.
#[derive(Debug, Default)]
struct Reached {
    people: [u64; STEPS.len()],
    waited_ms: [Vec<f64>; STEPS.len()],
}

/// One row a step. People are those with a seat in the directory; whom it does not date to a login is not counted from
/// there on, unless it dates nobody: then that step is not available and the others go on without it. Its dates are days:
/// what happened on the same day is in order. Without a directory only the steps from the first tool on are told.
pub fn adoption_funnel(activity: &Activity, frame: &Frame) -> ResultTable {
    let judge = Judge::new(activity, frame, PowerRule::default());
    let has_logins = frame.directory.is_some_and(|directory| {
        let mut people = directory.people.iter();
        people.any(|person| person.first_login_at.is_some())
    });
    let reached = match frame.directory {
        Some(_) => of_directory(activity, frame, &judge, has_logins),
        None => of_events(activity, &judge),
    };
    let is_clear = activity.is_clear_before(frame.as_of_us());
    let is_known = |step: usize| match step {
        0 => frame.directory.is_some(),
        1 => frame.directory.is_some() && has_logins,
        _ => is_clear,
    };
    let mut waited = reached.waited_ms;
    let rows = (0..STEPS.len())
        .map(|step| {
            let people = reached.people[step];
            // The last step before that is known at all.
            let before = (0..step).rev().find(|&before| is_known(before));
            let before = before.map(|before| reached.people[before]);
            let conversion = if is_known(0) {
                ratio(people, reached.people[0])
            } else {
                Cell::Null
            };
            let cells = [
                count(people),
                conversion,
                before.map_or(Cell::Null, |before| ratio(people, before)),
                before.map_or(Cell::Null, |before| count(before - people)),
                float(quantile(&mut waited[step], 0.5)),
            ];
            let mut row = vec![Cell::Text(STEPS[step].into())];
            row.extend(cells.map(|cell| known(is_known(step), cell)));
            row
        })
        .collect();
    let columns = metrics(&[
        MetricId::FunnelStep,
        MetricId::People,
        MetricId::Conversion,
        MetricId::StepConversion,
        MetricId::DropOff,
        MetricId::StepTimeMedian,
    ]);
    table(frame, columns, rows, activity.events(frame.period_us))
}

fn of_directory(activity: &Activity, frame: &Frame, judge: &Judge, has_logins: bool) -> Reached {
    let mut reached = Reached::default();
    let Some(directory) = frame.directory else {
        return reached;
    };
    // All names that events gave to each person.
    let mut names: Vec<Vec<&Person>> = vec![Vec::new(); directory.people.len()];
    for person in &activity.people {
        if let Some(position) = person.known_as {
            names[position].push(person);
        }
    }
    let day = |time_us: TimeUs| frame.zone.local_day(time_us);
    let as_of_us = frame.as_of_us();
    for &seat in &frame.seats {
        let person = &directory.people[seat];
        let names = &names[seat];
        let invited_us = person.invited_at;
        if invited_us.is_some_and(|invited_us| invited_us >= as_of_us) {
            continue;
        }
        reached.people[0] += 1;
        let mut step_us = invited_us;
        if has_logins {
            let login_us = person.first_login_at.filter(|&login_us| {
                let is_after = invited_us.is_none_or(|invited_us| day(login_us) >= day(invited_us));
                login_us < as_of_us && is_after
            });
            let Some(login_us) = login_us else { continue };
            reached.step(1, step_us, Some(login_us));
            step_us = Some(login_us);
        }
        let first_use = |person: &&Person| {
            if has_logins {
                person.use_after_login_us
            } else {
                let invited_day = invited_us.map_or(i64::MIN, day);
                person
                    .first_use_us
                    .filter(|&use_us| day(use_us) >= invited_day)
            }
        };
        let Some(use_us) = names.iter().filter_map(first_use).min() else {
            continue;
        };
        reached.step(TOOL, step_us, Some(use_us));
        reached.states(names, judge);
    }
    reached
}

fn of_events(activity: &Activity, judge: &Judge) -> Reached {
    let mut reached = Reached::default();
    for person in &activity.people {
        if person.first_use_us.is_some() {
            reached.people[TOOL] += 1;
            reached.states(&[person], judge);
        }
    }
    reached
}

impl Reached {
    fn step(&mut self, step: usize, from_us: Option<TimeUs>, until_us: Option<TimeUs>) {
        self.people[step] += 1;
        if let Some((from_us, until_us)) = from_us.zip(until_us) {
            let waited_us = until_us.saturating_sub(from_us).max(0);
            self.waited_ms[step].push(waited_us as f64 / 1e3);
        }
    }

    fn states(&mut self, names: &[&Person], judge: &Judge) {
        if !names.iter().any(|person| judge.is_active(person)) {
            return;
        }
        self.people[TOOL + 1] += 1;
        let is_power = |person: &&Person| judge.segment(person) == Some(Segment::Power);
        if names.iter().any(is_power) {
            self.people[TOOL + 2] += 1;
        }
    }
}
