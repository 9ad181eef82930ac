//! Owns: what is told of people once all shards have met (who is active, new, dormant or a power user, funnels, cohorts,
//! before and after), of tools (trends, failures and their patterns, times, disuse), of workspaces and clients, what
//! changed and what can be recommended. Pure functions from plain data to result tables. Does not own: rows, states and
//! how they merge (`engine`), which widget asks for which table (`query`), definitions (`metrics`).
//!
//! Functions about people take the same two things: an [`Activity`], which is what each person did in each
//! [`slices::Slices`] of time, and a [`Frame`], which is the question with its surroundings. The others take tables that
//! were made already, and the frame.

mod active;
pub mod activity;
mod adopters;
mod advice;
mod chance;
mod change;
mod duration_classes;
mod experience;
mod failures;
mod fixes;
mod frame;
mod funnel;
mod heatmap;
mod lifecycle;
mod movers;
mod organisation;
mod parts;
mod patterns;
mod people;
pub mod places;
mod retention;
pub mod segment;
mod sides;
pub mod slices;
mod student;
mod table;
mod top;
mod training;
mod trends;
mod unused;

pub use active::{active_users, active_users_now};
pub use activity::{Activity, Deeds, Person};
pub use adopters::adopter_categories;
pub use advice::recommendations;
pub use change::before_and_after;
pub use duration_classes::duration_classes;
pub use experience::{new_and_experienced, new_and_experienced_over_time};
pub use failures::{error_classes, failing};
pub use frame::Frame;
pub use funnel::adoption_funnel;
pub use heatmap::heatmap;
pub use lifecycle::user_lifecycle;
pub use movers::changes;
pub use organisation::Organisation;
pub use parts::Part;
pub use patterns::failure_patterns;
pub use people::users;
pub use retention::{retention, retention_average};
pub use segment::{Attribute, segments, segments_by};
pub use sides::differences;
pub use slices::Slices;
pub use top::{each_over_time, top_over_time, with_most};
pub use training::needs_training;
pub use trends::trends;
pub use unused::unused_tools;
