//! What explains most of the change against the comparison (E4).

use super::frame::Frame;
use super::parts::Part;
use super::table::{count, float, metrics, names, table};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

/// Of each kind of thing at most so many are told.
const TOLD_MAX: usize = 3;
/// One that moved less than this part of what all of its kind moved is left out.
const PART_MIN: f64 = 0.05;
/// A move is more than chance from so many standard deviations on.
const SIGMAS: f64 = 3.0;
/// Executions come in bursts, so counts vary more than those of independent events: how many times the variance of a
/// Poisson count is taken for chance where too few things tell how much they vary.
const BURSTS: f64 = 4.0;
/// From so many things of a kind on, their own spread tells it.
const SPREAD_FROM: usize = 12;
/// A median of absolute deviations times this is the standard deviation of a normal distribution.
const MAD_TO_SIGMA: f64 = 1.4826;

/// How much one thing moved.
struct Move {
    name: Cell,
    before: f64,
    now: f64,
}

impl Move {
    fn difference(&self) -> f64 {
        self.now - self.before
    }

    /// The difference in standard deviations of a count of independent events.
    fn z(&self) -> f64 {
        self.difference() / (self.now + self.before).max(1.0).sqrt()
    }
}

/// The tools, workspaces, people, clients and errors that moved most, and more than by chance; no rows without a
/// comparison. `parts` are counts by each of `dimensions`, with those of the comparison.
pub fn changes(parts: &[Part], dimensions: &[&str], frame: &Frame) -> ResultTable {
    let mut columns = metrics(&[MetricId::ChangedThing]);
    columns.push(names("name", "Name"));
    columns.extend(metrics(&[
        MetricId::ChangeBefore,
        MetricId::ChangeNow,
        MetricId::ChangeDifference,
        MetricId::ChangeShare,
    ]));
    let scale = frame
        .before_us
        .map(|before| length(frame.period_us) / length(before));
    let events = parts.first().map_or(0, |part| part.table.events);
    let mut rows = Vec::new();
    for (part, dimension) in parts.iter().zip(dimensions) {
        let Some(scale) = scale.filter(|scale| scale.is_finite()) else {
            break;
        };
        let (moves, all) = moves(&part.table, scale);
        rows.extend(told(moves).into_iter().map(|one| {
            vec![
                Cell::Text((*dimension).into()),
                one.name.clone(),
                rounded(one.before, scale),
                count(one.now as u64),
                rounded(one.difference(), scale),
                float(
                    all.filter(|all| all.abs() >= 1.0)
                        .map(|all| one.difference() / all),
                ),
            ]
        }));
    }
    table(frame, columns, rows, events)
}

/// Everything of a part, and how much all of it moved.
fn moves(part: &ResultTable, scale: f64) -> (Vec<Move>, Option<f64>) {
    let Some(now) = part
        .columns
        .iter()
        .find(|column| column.name == column.metric && column.unit != crate::model::Unit::Text)
    else {
        return (Vec::new(), None);
    };
    let before = format!("{}_previous", now.name);
    let number = |cell: Option<&Cell>| cell.and_then(Cell::number);
    let moves = (0..part.rows.len()).filter_map(|row| {
        Some(Move {
            name: part.rows[row].first()?.clone(),
            before: number(part.cell(row, &before)).unwrap_or_default() * scale,
            now: number(part.cell(row, &now.name))?,
        })
    });
    let all = number(part.total(&now.name))
        .zip(number(part.total(&before)))
        .map(|(now, before)| now - before * scale);
    (moves.collect(), all)
}

/// Those worth telling, the greatest first.
fn told(mut moves: Vec<Move>) -> Vec<Move> {
    let noise = spread(&moves).max(1.0);
    let moved: f64 = moves.iter().map(|one| one.difference().abs()).sum();
    moves
        .retain(|one| one.z().abs() > SIGMAS * noise && one.difference().abs() >= PART_MIN * moved);
    moves.sort_by(|a, b| b.difference().abs().total_cmp(&a.difference().abs()));
    moves.truncate(TOLD_MAX);
    moves
}

/// How much things of this kind usually move, in standard deviations of independent events.
fn spread(moves: &[Move]) -> f64 {
    if moves.len() < SPREAD_FROM {
        return BURSTS.sqrt();
    }
    let mut all: Vec<f64> = moves.iter().map(Move::z).collect();
    let Some(middle) = crate::metrics::quantile(&mut all, 0.5) else {
        return BURSTS.sqrt();
    };
    let mut away: Vec<f64> = all.iter().map(|z| (z - middle).abs()).collect();
    crate::metrics::quantile(&mut away, 0.5).map_or(BURSTS.sqrt(), |mad| mad * MAD_TO_SIGMA)
}

fn length((from_us, until_us): (i64, i64)) -> f64 {
    until_us.saturating_sub(from_us) as f64
}

/// A count that was scaled is no whole number, and nothing is made of what it has behind the point.
fn rounded(value: f64, scale: f64) -> Cell {
    if scale == 1.0 {
        Cell::Int(value as i64)
    } else {
        Cell::Float((value * 10.0).round() / 10.0)
    }
}
