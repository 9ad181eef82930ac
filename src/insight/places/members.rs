//! How evenly executions are spread over people (W4).

use std::collections::BTreeMap;

use super::super::frame::Frame;
use super::super::organisation::Organisation;
use super::super::parts::Part;
use super::super::table::{count, float, known, maybe, metrics, names, ratio, table, text};
use super::workspaces::top;
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

/// A curve is drawn with at most so many steps.
const STEPS_MAX: usize = 100;
/// What the curve of people is summed up by: the share of those who do most.
const TOP_SHARE: f64 = 0.1;

/// Counts of executions of everybody who has some, ascending.
struct Spread(Vec<u64>);

impl Spread {
    fn new(counts: impl Iterator<Item = u64>) -> Self {
        let mut counts: Vec<u64> = counts.filter(|&count| count > 0).collect();
        counts.sort_unstable();
        Self(counts)
    }

    fn all(&self) -> u64 {
        self.0
            .iter()
            .fold(0, |sum: u64, &count| sum.saturating_add(count))
    }

    /// G = 2·Σ i·xᵢ ÷ (n·Σ xᵢ) − (n + 1) ÷ n over ascending x₁ … xₙ (Gini 1912).
    fn gini(&self) -> Option<f64> {
        let (n, all) = (self.0.len() as f64, self.all() as f64);
        let ranked = (1..)
            .zip(&self.0)
            .map(|(rank, &x)| f64::from(rank) * x as f64);
        let gini = 2.0 * ranked.sum::<f64>() / (n * all) - (n + 1.0) / n;
        (!self.0.is_empty()).then(|| gini.max(0.0))
    }

    /// The fewest people with at least half of all.
    fn half(&self) -> u64 {
        let (all, mut sum, mut people) = (self.all(), 0_u64, 0);
        for &most in self.0.iter().rev() {
            if sum >= all - sum {
                break;
            }
            sum = most.saturating_add(sum).min(all);
            people += 1;
        }
        people
    }

    /// The part of all that the given share of people, at least one, who do most make.
    fn of_top(&self, share: f64) -> Option<f64> {
        let people = (self.0.len() as f64 * share).ceil() as usize;
        let most = self.0.iter().rev().take(people);
        let sum = most.fold(0, |sum: u64, &count| sum.saturating_add(count));
        (!self.0.is_empty()).then(|| sum as f64 / self.all() as f64)
    }
}

/// People by the directory's ids, so that two spellings are one person.
fn by_person<'a>(
    counts: &BTreeMap<&'a str, u64>,
    organisation: &'a Organisation,
) -> BTreeMap<&'a str, u64> {
    let mut people = BTreeMap::new();
    for (spelling, count) in counts {
        let held: &mut u64 = people.entry(organisation.person(spelling)).or_default();
        *held = held.saturating_add(*count);
    }
    people
}

/// How the executions of each workspace are spread over its people; most executions first. The top person is a name of
/// the directory where it has them.
pub fn contribution(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [people] = parts else {
        return ResultTable::default();
    };
    let pairs = people.pairs(MetricId::Executions);
    let mut rows: Vec<(u64, Vec<Cell>)> = pairs
        .iter()
        .map(|(workspace, counts)| {
            let counts = by_person(counts, organisation);
            let spread = Spread::new(counts.values().copied());
            let most = spread.0.last().copied().unwrap_or_default();
            let numbers = [
                count(spread.all()),
                count(spread.0.len() as u64),
                float(spread.gini()),
                maybe(top(&counts)),
                ratio(most, spread.all()),
                count(spread.half()),
            ];
            let mut cells = vec![text(workspace)];
            cells.extend(numbers.map(|cell| known(people.is_whole, cell)));
            (spread.all(), cells)
        })
        .collect();
    rows.sort_by_key(|(all, _)| std::cmp::Reverse(*all));
    let mut columns = vec![names("workspace", "Workspace")];
    columns.extend(metrics(&[
        MetricId::Executions,
        MetricId::Contributors,
        MetricId::Gini,
        MetricId::TopMember,
        MetricId::TopMemberShare,
        MetricId::HalfMembers,
    ]));
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    table(frame, columns, rows, people.table.events)
}

fn everybody(people: &Part, organisation: &Organisation) -> Spread {
    let rows = 0..people.table.rows.len();
    let counts: Vec<(&str, u64)> = rows
        .filter_map(|row| {
            Some((
                people.text(row, 0)?,
                people.count(row, MetricId::Executions),
            ))
        })
        .collect();
    let counts: BTreeMap<&str, u64> = counts.into_iter().collect();
    Spread::new(by_person(&counts, organisation).into_values())
}

/// Points of the Lorenz curve over everybody with executions, from (0, 0) to (1, 1); no rows where hours do not tell
/// whose executions they hold.
pub fn lorenz(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [people] = parts else {
        return ResultTable::default();
    };
    let spread = everybody(people, organisation);
    let (n, all) = (spread.0.len(), spread.all());
    let steps = n.min(STEPS_MAX);
    let mut rows = Vec::new();
    if people.is_whole && n > 0 {
        let (mut taken, mut sum) = (0, 0_u64);
        for step in 0..=steps {
            let until = n * step / steps;
            let more = spread.0[taken..until].iter();
            sum = more.fold(sum, |sum, &count| sum.saturating_add(count));
            taken = until;
            rows.push(vec![ratio(taken as u64, n as u64), ratio(sum, all)]);
        }
    }
    let columns = metrics(&[MetricId::CumulativePeople, MetricId::CumulativeExecutions]);
    table(frame, columns, rows, people.table.events)
}

/// The curve in one row.
pub fn lorenz_summary(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [people] = parts else {
        return ResultTable::default();
    };
    let spread = everybody(people, organisation);
    let cells = [
        count(spread.0.len() as u64),
        count(spread.all()),
        float(spread.gini()),
        float(spread.of_top(TOP_SHARE)),
        count(spread.half()),
    ];
    let mut columns = metrics(&[
        MetricId::Contributors,
        MetricId::Executions,
        MetricId::Gini,
        MetricId::TopTenthShare,
        MetricId::HalfMembers,
    ]);
    // They stand in a row without a name of their own.
    columns.insert(0, names("measure", "Measure"));
    let mut row = vec![text("Everybody")];
    row.extend(cells.map(|cell| known(people.is_whole, cell)));
    table(frame, columns, vec![row], people.table.events)
}
