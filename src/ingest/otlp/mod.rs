//! OTLP/JSON (D3): traces and logs as the OpenTelemetry Collector writes them, into tool executions and provider calls,
//! and spans of agents at work into conversations.
//!
//! Owns: the records of a file ([`read`]), the tables of dialects (`profiles`), and the joining of spans and logs of
//! one call over all files ([`Linker`]). Does not own: what an execution counts as (`engine`).
//!
//! Content never gets further than the line it stands in: attributes outside of the allow-list are counted by name
//! and forgotten; from some of them an error flag or a tool's name is read first (`content`).

mod agents;
mod attributes;
mod content;
mod dialect;
mod execution;
pub(super) mod frames;
mod join;
mod link;
mod log_profiles;
mod logs;
mod profiles;
mod read;
pub(super) mod record;
mod retold;
mod runs;
mod span_profiles;
mod spans;
mod tree;
mod value;
mod wire;

pub use link::{Linked, Linker, SourceSummary};
pub use read::read;
pub use record::Telemetry;
