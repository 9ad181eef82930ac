//! A dimension of a task as numbers: what each row has of it, and what the numbers stand for.

use std::sync::Arc;

use super::columns::Durations;
use super::filter::CLASSES;
use super::fold::CANCELLED;
use super::load::Engine;
use super::people;
use super::picked::Part;
use super::segment::{Segment, kind_of, outcome_of};
use super::slices::{TimeSlices, slices};
use super::state::KeyPart;
use crate::model::durations::{DURATION_CLASSES, duration_class};
use crate::model::schema::text_index;
use crate::model::{Column, EventKind, Outcome, WeekStart};
use crate::query::{Dimension, Period};

/// One dimension of a task.
#[derive(Debug)]
pub enum Dim {
    Text(usize),
    Kind,
    Outcome,
    /// From the directory: the value of each user code, and the values' texts.
    Person {
        of_user: Vec<u32>,
        values: Vec<Arc<str>>,
    },
    Time(Arc<TimeSlices>),
    /// The class of the duration, 1-based; 0 where none is known or nothing finished.
    Duration,
    /// Not a dimension of rows.
    Nothing,
}

impl Dim {
    /// Adds what the dimension contributes to the combinations of some rows; times are in them already.
    pub fn add(&self, segment: &Segment, part: Part<'_>, stride: u64, combinations: &mut [u64]) {
        let flags = || {
            let rows = part.rows().iter();
            rows.map(|&row| segment.flags[row as usize])
        };
        match self {
            Self::Text(column) => {
                let codes = part.text(*column).iter();
                add_all(combinations, stride, codes.copied());
            }
            Self::Person { of_user, .. } => {
                let users = part.text(people::USER).iter();
                let values = users.map(|&user| of_user.get(user as usize).copied());
                add_all(combinations, stride, values.map(Option::unwrap_or_default));
            }
            Self::Kind => add_all(
                combinations,
                stride,
                flags().map(|flag| kind_of(flag).into()),
            ),
            Self::Outcome => {
                let outcomes = flags().map(|flag| outcome_of(flag).into());
                add_all(combinations, stride, outcomes);
            }
            Self::Duration => {
                let classes = part.rows().iter().map(|&row| {
                    finished_ms(segment, row as usize).map_or(0, |ms| duration_class(ms) as u32 + 1)
                });
                add_all(combinations, stride, classes);
            }
            Self::Time(_) | Self::Nothing => {}
        }
    }

    /// The inverse of what stands in keys.
    pub fn value_of(&self, part: &KeyPart, engine: &Engine) -> Option<u32> {
        let position = |position: Option<usize>| position.map(|at| at as u32);
        match (self, part) {
            (Self::Time(slices), KeyPart::Number(key)) if slices.keys.is_empty() => {
                u32::try_from(*key).ok()
            }
            (Self::Time(slices), KeyPart::Number(key)) => {
                position(slices.keys.binary_search(key).ok())
            }
            (Self::Duration, KeyPart::Number(class)) => u32::try_from(class.checked_add(1)?).ok(),
            (Self::Text(column), KeyPart::Text(text)) => engine.dictionaries[*column].find(text),
            (Self::Person { values, .. }, KeyPart::Text(text)) => {
                position(values.iter().position(|held| held == text)).map(|at| at + 1)
            }
            (Self::Kind, KeyPart::Text(text)) => {
                let mut kinds = EventKind::ALL.into_iter();
                kinds
                    .find(|kind| kind.name() == &**text)
                    .map(|kind| kind as u32)
            }
            (Self::Outcome, KeyPart::Text(text)) => {
                let mut outcomes = Outcome::ALL.into_iter();
                outcomes
                    .find(|outcome| outcome.name() == &**text)
                    .map(|outcome| outcome as u32)
            }
            (_, KeyPart::Absent) => Some(0),
            _ => None,
        }
    }

    /// What a value stands for; texts of columns are known elsewhere ([`Texts`]).
    pub fn part(&self, value: u32) -> KeyPart {
        let text = match self {
            Self::Kind => EventKind::from_code(value as u8).map(|kind| kind.name().into()),
            Self::Outcome => Outcome::from_code(value as u8).map(|outcome| outcome.name().into()),
            Self::Person { values, .. } => (value as usize)
                .checked_sub(1)
                .and_then(|at| values.get(at).cloned()),
            Self::Time(slices) => {
                let key = slices.keys.get(value as usize).copied();
                return KeyPart::Number(key.unwrap_or_else(|| i64::from(value)));
            }
            Self::Duration => match value.checked_sub(1) {
                Some(class) => return KeyPart::Number(class.into()),
                None => None,
            },
            Self::Text(_) | Self::Nothing => None,
        };
        text.map_or(KeyPart::Absent, KeyPart::Text)
    }
}

fn add_all(combinations: &mut [u64], stride: u64, values: impl Iterator<Item = u32>) {
    for (combination, value) in combinations.iter_mut().zip(values) {
        *combination += u64::from(value) * stride;
    }
}

/// A dimension over this shard's data, and how many values it has; cut into buckets in a period, or everywhere.
pub fn dim(
    dimension: Dimension,
    period: Option<Period>,
    engine: &Engine,
    week: WeekStart,
) -> (Dim, u64) {
    match dimension {
        Dimension::Column(Column::Kind) => (Dim::Kind, EventKind::ALL.len() as u64),
        Dimension::Column(Column::Outcome) => (Dim::Outcome, Outcome::ALL.len() as u64),
        Dimension::Column(column) => match text_index(column) {
            Some(column) => (Dim::Text(column), engine.dictionaries[column].size() as u64),
            None => (Dim::Nothing, 1),
        },
        Dimension::Department | Dimension::Team | Dimension::Role | Dimension::Cohort => {
            let (of_user, values) = people::attribute(engine, dimension);
            let size = values.len() as u64 + 1;
            (Dim::Person { of_user, values }, size)
        }
        Dimension::Time(_) | Dimension::HourOfWeek | Dimension::HourOfDay => {
            let slices = match period {
                Some(period) => Arc::new(slices(dimension, period, engine, week)),
                None => engine.kept.slices(engine, dimension, week),
            };
            let size = match dimension {
                Dimension::HourOfDay => 24,
                Dimension::HourOfWeek => 168,
                _ => slices.keys.len().max(1) as u64,
            };
            (Dim::Time(slices), size)
        }
        Dimension::DurationClass => (Dim::Duration, DURATION_CLASSES.len() as u64 + 1),
    }
}

/// How long the execution of a row took, if it finished and that is known.
fn finished_ms(segment: &Segment, row: usize) -> Option<f64> {
    if CLASSES[usize::from(segment.flags[row])] > CANCELLED {
        return None;
    }
    match &segment.durations {
        Durations::Absent => None,
        Durations::Micros(micros) => Some(micros[row])
            .filter(|&us| us != u32::MAX)
            .map(|us| f64::from(us) / 1e3),
        Durations::Millis(millis) => Some(millis[row]).filter(|ms| !ms.is_nan()),
    }
}
