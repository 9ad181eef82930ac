//! Owns: what is kept of the events (segments), the one pass over them, the mergeable states it leaves, and the
//! tables made of those. Does not own: bytes and formats (`ingest`), definitions (`metrics`), the question (`query`),
//! time of day, randomness, threads.
//!
//! The way of an answer: [`Engine::begin`] gathers all queries of a question into one [`Pass`]; [`Pass::step`] walks
//! over some rows at a time, so that a newer question can interrupt; [`Pass::finish`] gives a [`PartialAnswer`],
//! this shard's states. Partial answers merge in any order; [`answer`] turns one into tables. Whoever asks a shard alone
//! begins with [`Engine::begin_binned`] and comes back for the durations that percentiles need ([`ValuePass`]).
//!
//! The rows themselves go out again by [`Engine::begin_rows`] and [`Engine::begin_hour_rows`].

mod adoption;
mod amounts;
mod answer;
mod ascending;
mod bins;
mod block;
mod blocks;
mod cells;
mod columns;
mod cuts;
mod derived_tables;
mod dictionary;
mod dims;
mod filter;
mod fold;
mod fold_finish;
mod fold_hours;
mod fold_kinds;
mod fold_rows;
mod groups;
mod hour_rows;
mod hours;
mod identities;
mod kept;
mod kind_cells;
mod kind_state;
mod kind_warnings;
mod load;
mod measures;
mod members;
mod packed;
mod pair_set;
mod partial;
mod pass;
mod people;
mod people_finish;
mod people_fold;
mod people_pack;
mod people_plan;
mod people_state;
mod people_tables;
mod picked;
mod place_tables;
mod plan;
mod ranking;
mod reads;
mod rows;
mod search;
mod segment;
mod session_fold;
pub mod sketch;
mod slices;
mod state;
mod surroundings;
mod tables;
mod totals;
mod values;

pub use answer::{Answered, answer};
pub use hour_rows::{HourPass, HourRows};
pub use load::{
    AggregateError, Engine, Footprint, LoadOutcome, expected_bytes, expected_bytes_of_hours,
};
pub use partial::{PartialAnswer, PartialError};
pub use pass::Pass;
pub use rows::{Changed, RowPass};
pub use values::{ValuePass, Values, Wanted};
