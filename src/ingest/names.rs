//! What the headers of one source mean: by the mapping that was asked for, by its product's profile, by the schema.
//!
//! Owns: from a header to the column it feeds and how its values are read. Does not own: the values (`values`), the
//! profiles' contents (`profiles`).

use std::collections::HashMap;

use super::Tally;
use super::aggregate::{self, HourField};
use super::profiles::Profile;
use crate::model::limits::COLUMNS_MAX;
use crate::model::{Column, Zone};
use crate::protocol::{LoadOptions, Mapping};

/// How the values of a field are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    AsIs,
    /// True is a failure (`is_error`).
    TrueIsFailure,
    /// A level of logging: `ERROR` is a failure, everything else is not.
    ErrorLevel,
    /// Durations in another unit than milliseconds.
    Seconds,
    Micros,
    Nanos,
    /// A duration that is told by when it ended.
    EndTime,
    /// The mean of the hour's executions, in seconds; with their number it is a sum.
    MeanSeconds,
    /// A kind of record: rows of this one are tool executions, others are in no number.
    Only(&'static str),
    /// Part of the identity: ids are unique together with it.
    IdScope,
}

impl Reading {
    /// Milliseconds in one unit.
    pub const fn to_ms(self) -> f64 {
        match self {
            Self::Seconds | Self::MeanSeconds => 1_000.0,
            Self::Micros => 1e-3,
            Self::Nanos => 1e-6,
            _ => 1.0,
        }
    }
}

/// A field that feeds a column: the better its name fits, the lower the rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub column: Column,
    pub rank: usize,
    pub reading: Reading,
}

impl Field {
    /// What a header means by the schema; `None`: not on the allow-list.
    pub fn of(header: &str) -> Option<Self> {
        let column = Column::from_header(header)?;
        let spec = column.spec();
        let alias = spec
            .aliases
            .iter()
            .position(|alias| alias.eq_ignore_ascii_case(header));
        let rank = if spec.name.eq_ignore_ascii_case(header) {
            1
        } else {
            alias? + 2
        };
        let reading = if header.eq_ignore_ascii_case("is_error") {
            Reading::TrueIsFailure
        } else {
            Reading::AsIs
        };
        Some(Self {
            column,
            rank,
            reading,
        })
    }

    /// A header that a person said is this column: better than any name.
    fn mapped(column: Column, header: &str) -> Self {
        let ends = |endings: &[&str]| {
            let header = header.to_ascii_lowercase();
            endings.iter().any(|ending| header.ends_with(ending))
        };
        let reading = match column {
            Column::DurationMs if ends(&["_s", "_sec", "_secs", "second", "seconds"]) => {
                Reading::Seconds
            }
            Column::DurationMs if ends(&["_us", "micros", "microseconds"]) => Reading::Micros,
            Column::DurationMs if ends(&["_ns", "nanos", "nanoseconds"]) => Reading::Nanos,
            Column::Outcome if ends(&["error", "errored", "failed", "is_failure"]) => {
                Reading::TrueIsFailure
            }
            _ => Reading::AsIs,
        };
        Self {
            column,
            rank: 0,
            reading,
        }
    }
}

/// What a header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Take(Field),
    /// An object whose fields are columns, or a text that holds one in JSON.
    Open,
    Drop,
}

/// How one source is read, beyond what its own names say.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub mapping: &'a Mapping,
    pub zone: Option<&'a Zone>,
    pub profile: Option<&'static Profile>,
}

impl<'a> Terms<'a> {
    pub fn new(options: &'a LoadOptions) -> Self {
        Self {
            mapping: &options.mapping,
            zone: options.assume_zone.as_ref(),
            profile: None,
        }
    }

    /// The same, for a source with these headers: another product's export, perhaps.
    pub fn for_headers<'h>(self, headers: impl Iterator<Item = &'h str> + Clone) -> Self {
        Self {
            profile: Profile::find(headers),
            ..self
        }
    }

    /// What a header means; fields of objects have their object's name and a dot before theirs.
    pub fn meaning(&self, path: &str) -> Meaning {
        let mapped = self
            .mapping
            .iter()
            .find(|(_, header)| header.eq_ignore_ascii_case(path));
        if let Some((column, header)) = mapped {
            return Meaning::Take(Field::mapped(*column, header));
        }
        if self.opens(path) {
            return Meaning::Open;
        }
        let field = match self.profile {
            Some(profile) => profile.field(path),
            None => Field::of(path),
        };
        field.map_or(Meaning::Drop, Meaning::Take)
    }

    /// What a field of a pre-aggregated row feeds.
    pub fn hour_field(&self, name: &str) -> Option<(HourField, Reading)> {
        match self.profile {
            Some(profile) if profile.is_hours() => profile.hour_field(name),
            _ => HourField::of(name).map(|field| (field, Reading::AsIs)),
        }
    }

    /// Do these headers say pre-aggregated hours?
    pub fn is_hours<'h>(&self, headers: impl Iterator<Item = &'h str> + Clone) -> bool {
        let has = |name: &str| headers.clone().any(|header| header == name);
        self.profile.is_some_and(Profile::is_hours)
            || (has(aggregate::HOUR) && has(aggregate::EXECUTIONS))
    }

    fn opens(&self, path: &str) -> bool {
        let leads_into = |header: &String| {
            header
                .get(..path.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(path))
                && header.as_bytes().get(path.len()) == Some(&b'.')
        };
        self.mapping.values().any(leads_into)
            || self
                .profile
                .is_some_and(|profile| profile.opens.contains(&path))
    }

    /// Can any of these headers be a time?
    pub fn has_time<'h>(&self, mut headers: impl Iterator<Item = &'h str>) -> bool {
        headers.any(|header| match self.meaning(header) {
            Meaning::Take(field) => field.column == Column::Time,
            // What an object holds, its rows will tell; a profile knows that it does.
            Meaning::Open => self.profile.is_none(),
            Meaning::Drop => false,
        })
    }

    /// Notes which headers of the mapping are among those of the source.
    pub fn meet<'h>(&self, headers: impl Iterator<Item = &'h str> + Clone, tally: &mut Tally) {
        for (column, mapped) in self.mapping {
            if headers
                .clone()
                .any(|header| header.eq_ignore_ascii_case(mapped))
            {
                tally.mapped.insert(*column);
            }
        }
    }

    /// What is to be said about the whole source, once its rows are read.
    pub fn note(&self, tally: &mut Tally) {
        if tally.zoneless {
            match self.zone {
                None => tally.note("Times without a zone were read as UTC."),
                Some(zone) => tally.note(format!(
                    "Times without a zone were read in {}.",
                    zone.name()
                )),
            }
        }
        if let Some(profile) = self.profile {
            tally.note(profile.note);
        }
    }
}

/// Remembers what each header means, and counts what is dropped; files repeat their headers a million times, mostly in
/// the same order.
#[derive(Debug, Default)]
pub struct Headers {
    known: Vec<Header>,
    places: HashMap<String, usize>,
    next: usize,
}

/// Fields that a row may leave out before its next one is looked for among all.
const ABSENT_MAX: usize = 3;

#[derive(Debug)]
struct Header {
    path: String,
    meaning: Meaning,
    dropped: u64,
}

impl Headers {
    /// A new row begins.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// What a header means, and where it is remembered.
    pub fn meaning(&mut self, path: &str, terms: &Terms<'_>) -> (Meaning, Option<usize>) {
        let is_it = |place: &usize| self.known.get(*place).is_some_and(|held| held.path == path);
        let expected = (self.next..=self.next + ABSENT_MAX).find(is_it);
        let place = expected.or_else(|| self.places.get(path).copied());
        if let Some(place) = place {
            self.next = place + 1;
            return (self.known[place].meaning, Some(place));
        }
        let meaning = terms.meaning(path);
        // A hostile file has a new name in each row; those need no memory.
        if self.known.len() >= COLUMNS_MAX {
            return (meaning, None);
        }
        let place = self.known.len();
        self.places.insert(path.to_owned(), place);
        self.known.push(Header {
            path: path.to_owned(),
            meaning,
            dropped: 0,
        });
        self.next = place + 1;
        (meaning, Some(place))
    }

    /// A value of this header is not kept.
    pub fn drop_one(&mut self, path: &str, place: Option<usize>, tally: &mut Tally) {
        match place.and_then(|place| self.known.get_mut(place)) {
            Some(header) => header.dropped += 1,
            None => tally.drop_field(path, 1),
        }
    }

    /// Writes down the counts, and which headers of the mapping were met.
    pub fn finish(self, terms: &Terms<'_>, tally: &mut Tally) {
        if self.known.len() < COLUMNS_MAX {
            terms.meet(self.known.iter().map(|header| header.path.as_str()), tally);
        } else {
            // Not all names are known: none is said to be missing.
            tally.mapped.extend(terms.mapping.keys());
        }
        for header in self.known {
            tally.drop_field(&header.path, header.dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_goes_before_names_and_knows_units() {
        let options = LoadOptions {
            mapping: [
                (Column::Tool, "What".to_owned()),
                (Column::DurationMs, "took_seconds".to_owned()),
                (Column::User, "who.mail".to_owned()),
            ]
            .into(),
            ..LoadOptions::default()
        };
        let terms = Terms::new(&options);
        let take = |path: &str| match terms.meaning(path) {
            Meaning::Take(field) => Some((field.column, field.rank, field.reading)),
            _ => None,
        };
        assert_eq!(take("what"), Some((Column::Tool, 0, Reading::AsIs)));
        assert_eq!(take("tool"), Some((Column::Tool, 1, Reading::AsIs)));
        assert_eq!(
            take("took_seconds"),
            Some((Column::DurationMs, 0, Reading::Seconds))
        );
        assert_eq!(terms.meaning("who"), Meaning::Open);
        assert_eq!(take("who.mail"), Some((Column::User, 0, Reading::AsIs)));
        assert_eq!(terms.meaning("prompt"), Meaning::Drop);
    }
}
