//! Behaviour, by area. One binary, because linking the companion many times is slow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should stop"
)]

mod advice;
mod agents;
mod archives;
mod arrow;
mod bad_input;
mod bad_text;
mod changes;
mod charts;
mod clients;
mod cohorts;
mod command_line;
#[path = "../common/mod.rs"]
mod common;
mod companion;
mod containers;
mod corpus;
mod demo;
mod dialects;
mod dialects_of_agents;
mod dialects_of_calls;
mod dialects_of_logs;
mod export;
mod files;
mod formats;
mod golden;
mod kept;
mod kinds;
mod mapping;
mod matrix;
mod oracle;
mod places_kit;
mod products;
mod question;
mod room;
mod rows;
mod rows_files;
mod service;
mod telemetry;
mod telemetry_kit;
mod tools;
mod two_ways;
mod walls;
mod workspaces;
mod zones;
