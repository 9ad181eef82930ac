//! Owns: what is told of people once all shards have met: who is active, new, dormant or a power user, funnels, cohorts,
//! before and after. Pure functions from plain data to result tables. Does not own: rows, states and how they merge
//! (`engine`), which widget asks for which table (`query`), definitions (`metrics`).
//!
//! Every function takes the same two things: an [`Activity`], which is what each person did in each [`slices::Slices`]
//! of time, and a [`Frame`], which is the question with its surroundings.

mod active;
pub mod activity;
mod adopters;
mod change;
mod experience;
mod frame;
mod funnel;
mod heatmap;
mod lifecycle;
mod people;
mod retention;
pub mod segment;
pub mod slices;
mod student;
mod table;
mod training;

pub use active::{active_users, active_users_now};
pub use activity::{Activity, Deeds, Person};
pub use adopters::adopter_categories;
pub use change::before_and_after;
pub use experience::{new_and_experienced, new_and_experienced_over_time};
pub use frame::Frame;
pub use funnel::adoption_funnel;
pub use heatmap::heatmap;
pub use lifecycle::user_lifecycle;
pub use people::users;
pub use retention::{retention, retention_average};
pub use segment::{Attribute, segments, segments_by};
pub use slices::Slices;
pub use training::needs_training;
