//! The registry: what every number means, once. Tooltips, glossary, export headers and the command line read it.
//! Owns: ids, names, units, definitions, how a metric merges. Does not own: how it is computed (`engine`).

mod advice;
mod changes;
mod clients;
mod executions;
mod formulas;
mod kinds;
mod people;
mod progress;
mod registry;
mod tools;
mod workspaces;

pub use formulas::{change, growth_rate, quantile, success_rate, wilson_interval};
pub use registry::{Merge, MetricId, MetricSpec, REGISTRY};
