//! Toolscope: analytics for how an organisation uses AI tools, computed where the person is.
//!
//! The map, in order of dependency. A module names only modules above it
//! (`tests/behaviour/walls.rs` reads the `use` lines and holds everybody to that):
//!
//! | module | owns | never |
//! |---|---|---|
//! | [`model`] | event columns, directory, zones and buckets, result tables, provenance | a clock, a browser |
//! | [`metrics`] | the registry: what each number means | a second copy of a definition |
//! | [`query`] | the question, its URL form, the queries of each widget | data |
//! | [`ingest`] | bytes into batches, with a receipt | the network |
//! | [`insight`] | people over time: cohorts, funnels, segments, as pure functions | rows, states |
//! | [`engine`] | segments, the pass, states, merging | time of day, randomness |
//! | [`export`] | result tables into bytes | a browser |
//! | [`protocol`] | what application and worker say to each other | behaviour |
//! | [`service`] | a request into a response | a browser |
//! | [`charts`] | result tables into chart options | JavaScript |
//! | `client` | the pool of workers | the engine |
//! | `ui` | the application | the engine, rows |
//! | `native` | the companion | a browser |

pub mod export;
pub mod metrics;
pub mod model;
pub mod protocol;
pub mod query;

#[cfg(feature = "charts")]
pub mod charts;
pub mod client;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod ingest;
#[cfg(feature = "engine")]
pub mod insight;
#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "engine")]
pub mod service;
#[cfg(feature = "app")]
pub mod ui;
