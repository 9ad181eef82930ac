//! The script that ran away (see `stories`).

use super::catalogue::{CLIENTS, Client, DEPARTMENTS, Tool};
use super::chance::{happens, lognormal};
use super::events::{DemoEvent, Teller};
use super::executions::error_code;
use super::people::Person;
use super::stories;
use crate::model::Outcome;
use crate::model::zone::HOUR_US;

/// Its calls are quick: median and spread, milliseconds.
const CALL_MS: (f64, f64) = (31.0, 0.5);

impl Teller {
    /// One person's script in one night; how many events that made.
    pub fn runaway_script(&mut self, people: &[Person], count: u64) -> u64 {
        let is_tool = |(tool, _): &(&Tool, usize)| tool.name == stories::RUNAWAY_TOOL;
        let is_client = |client: &Client| client.name == stories::RUNAWAY_CLIENT;
        let day = self.today - stories::RUNAWAY_DAYS_AGO;
        let (Some(tool), Some(client)) = (
            self.tools.iter().position(is_tool),
            CLIENTS.iter().position(is_client),
        ) else {
            return 0;
        };
        let suspect = people.iter().enumerate().find(|(_, person)| {
            person.works_on(day)
                && person.clients.first() == Some(&client)
                && DEPARTMENTS[person.department].name == stories::RUNAWAY_DEPARTMENT
        });
        let Some((position, person)) = suspect else {
            return 0;
        };
        let from_us =
            self.calendar
                .instant(person.office, day, stories::RUNAWAY_FROM_HOUR * HOUR_US);
        let spacing_us = stories::RUNAWAY_HOURS * HOUR_US as f64 / count.max(1) as f64;
        let opening = self.opening(position, person, client, day, from_us);
        for number in 0..count {
            let fails = happens(&mut self.rng, stories::RUNAWAY_FAILURE_RATE);
            let mut event = DemoEvent {
                time_us: from_us + (number as f64 * spacing_us) as i64 / 1_000 * 1_000,
                tool: tool as u8,
                server: self.tools[tool].1 as u8,
                duration_us: (lognormal(&mut self.rng, CALL_MS.0, CALL_MS.1) * 1e3) as u64,
                ..opening
            };
            if fails {
                event.outcome = Outcome::Failure;
                event.error = error_code(stories::RUNAWAY_ERROR);
            }
            self.events.push(event);
        }
        count
    }
}
