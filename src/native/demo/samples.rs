//! Storage of the workspaces, sampled once a day at midnight UTC (D13). Nobody in particular takes a sample.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::catalogue::WORKSPACES;
use super::events::{DemoEvent, NONE_8, NONE_16, NONE_32, NONE_64};
use super::stories;
use crate::model::zone::{DAY_US, SECOND_US};
use crate::model::{EventKind, Outcome, TimeUs};

/// The stream of random numbers beside those of the people's events.
const STREAM: u64 = 2;
const GIB: f64 = 1_073_741_824.0;

/// The samples of the year up to now, of every workspace since it exists; one that sleeps grows no more.
pub fn storage(seed: u64, today: i64, now_us: TimeUs) -> Vec<DemoEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(STREAM);
    let mut samples = Vec::new();
    for day in today - stories::DAYS + 1..=today {
        for (workspace, &(id, _, _, size, created_days_ago)) in WORKSPACES.iter().enumerate() {
            let days_ago = today - day;
            let time_us = day * DAY_US + (60 + workspace as i64) * SECOND_US;
            let is_there = created_days_ago == 0 || days_ago <= created_days_ago;
            if !is_there || time_us > now_us {
                continue;
            }
            let awake_days_ago = if id == stories::SLEEPING_WORKSPACE {
                days_ago.max(stories::SLEEPING_SINCE_DAYS_AGO)
            } else {
                days_ago
            };
            let passed = 1.0 - awake_days_ago as f64 / stories::DAYS as f64;
            let gib = size * (3.0 + 9.0 * passed) + rng.random::<f64>() * 0.05;
            samples.push(DemoEvent {
                workspace: workspace as u8,
                bytes: (gib * GIB) as u64,
                ..nothing(time_us)
            });
        }
    }
    samples
}

fn nothing(time_us: TimeUs) -> DemoEvent {
    DemoEvent {
        time_us,
        kind: EventKind::StorageSample,
        outcome: Outcome::Success,
        person: NONE_16,
        tool: NONE_8,
        server: NONE_8,
        workspace: NONE_8,
        client: NONE_8,
        version: NONE_8,
        platform: NONE_8,
        error: NONE_8,
        model: NONE_8,
        session: NONE_32,
        tokens_in: NONE_32,
        tokens_out: NONE_32,
        duration_us: NONE_64,
        bytes: NONE_64,
        cost_usd: f64::NAN,
    }
}
