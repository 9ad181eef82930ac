//! How a tool execution goes: which tool, how long, and why it fails.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::catalogue::{CLIENTS, ERRORS, SERVERS, Tool, USUAL_ERRORS};
use super::chance::{exponential, happens, lognormal, pick, pick_cumulative};
use super::events::{DemoEvent, NONE_8, Teller};
use super::people::Person;
use super::stories;
use crate::model::Outcome;

impl Teller {
    pub fn execution(&mut self, event: &mut DemoEvent, person: &Person, day: i64) {
        let rng = &mut self.rng;
        let favourite = happens(rng, 0.75) && !person.favourites.is_empty();
        let tool = if favourite {
            person.favourites[rng.random_range(0..person.favourites.len())]
        } else {
            pick_cumulative(rng, &self.tool_sums[person.department])
        };
        let (spec, server) = self.tools[tool];
        event.tool = tool as u8;
        event.server = server as u8;
        let days_ago = self.today - day;
        let mut median_ms = spec.median_ms;
        if SERVERS[server].name == stories::SLOWING_SERVER && days_ago < stories::SLOWING_DAYS_AGO {
            let passed = 1.0 - days_ago as f64 / stories::SLOWING_DAYS_AGO as f64;
            median_ms *= 1.0 + (stories::SLOWING_FACTOR - 1.0) * passed;
        }
        let error = self.failure(event, person, day, spec, server);
        let rng = &mut self.rng;
        if let Some(error) = error {
            event.outcome = Outcome::Failure;
            event.error = error;
            event.duration_us = failed_us(rng, ERRORS[usize::from(error)], median_ms);
        } else if happens(rng, stories::REJECTED_RATE) {
            event.outcome = Outcome::Rejected;
        } else if happens(rng, stories::CANCELLED_RATE) {
            event.outcome = Outcome::Cancelled;
            event.duration_us = (exponential(rng, median_ms * 3.0) * 1e3) as u64;
        } else {
            event.duration_us = (lognormal(rng, median_ms, spec.sigma) * 1e3) as u64;
        }
    }

    /// The error of a call that fails, by the first cause that strikes.
    fn failure(
        &mut self,
        event: &DemoEvent,
        person: &Person,
        day: i64,
        tool: &Tool,
        server: usize,
    ) -> Option<u8> {
        let rng = &mut self.rng;
        let days_ago = self.today - day;
        let (from, until) = stories::MISCONFIGURED_DAYS_AGO;
        let misconfigured = SERVERS[server].name == stories::MISCONFIGURED_SERVER
            && (until..from).contains(&days_ago);
        if misconfigured && happens(rng, stories::MISCONFIGURED_FAILURE_RATE) {
            return Some(error_code(stories::MISCONFIGURED_ERROR));
        }
        let client = CLIENTS[usize::from(event.client)];
        let broken = client.name == stories::BROKEN_CLIENT
            && client.releases[usize::from(event.version)].0 == stories::BROKEN_VERSION;
        if broken && happens(rng, stories::BROKEN_FAILURE_RATE) {
            return Some(error_code(stories::BROKEN_ERROR));
        }
        let newcomer = person
            .adopted_day
            .is_some_and(|adopted| day - adopted < stories::NEWCOMER_DAYS);
        if newcomer && happens(rng, stories::NEWCOMER_FAILURE_RATE) {
            return Some(error_code("invalid_arguments"));
        }
        let fails = happens(rng, tool.failure_rate);
        fails.then(|| pick(rng, &SERVERS[server].errors.map(f64::from)) as u8)
    }
}

const _: () = assert!(USUAL_ERRORS < ERRORS.len());

/// The code of an error class; [`NONE_8`] for one the catalogue lacks.
pub fn error_code(name: &str) -> u8 {
    ERRORS
        .iter()
        .position(|error| *error == name)
        .map_or(NONE_8, |code| code as u8)
}

fn failed_us(rng: &mut ChaCha8Rng, error: &str, median_ms: f64) -> u64 {
    let ms = match error {
        "timeout" => 30_000.0 + exponential(rng, 40.0),
        stories::MISCONFIGURED_ERROR => lognormal(rng, 4.0, 0.4),
        stories::BROKEN_ERROR => lognormal(rng, 28.0, 0.5),
        "rate_limited" | "authentication_failed" | "connection_refused" => {
            lognormal(rng, 120.0, 0.5)
        }
        _ => lognormal(rng, median_ms * 0.6, 0.7),
    };
    (ms * 1e3) as u64
}
