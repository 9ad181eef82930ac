//! What the behaviour tests and the fuzz runner both need: chance that comes again, and files in their wrappers.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each program uses its part; a test that can't go on should stop"
)]

pub mod chance;
pub mod events;
pub mod packing;

pub use chance::Chance;
