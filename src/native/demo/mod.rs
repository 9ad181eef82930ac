//! The demo organisation (D12): one seeded generator of a believable year.
//! Owns: people, events, directory and the files they are written to. Does not own: how files are read (`ingest`),
//! sketches (`engine`), a clock (the present is an argument).

pub mod aggregate;
pub mod calendar;
pub mod catalogue;
mod chance;
pub mod directory;
mod encode;
pub mod events;
mod executions;
mod moments;
pub mod names;
pub mod people;
mod runaway;
mod samples;
pub mod stories;
mod weave;
mod write;

pub use write::{DemoError, DemoFormat, DemoOptions, Made, write};
