//! The year itself: who did what when, and how it went.
//! Owns: the draw of every event. Does not own: the numbers behind the stories (`stories`), files (`batches`).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::calendar::{Calendar, HOURS, workday};
use super::catalogue::{CLIENTS, Tool, WORKSPACES, tools};
use super::chance::{exponential, happens, lognormal, pick};
use super::moments::MOMENTS;
use super::people::{self, Person};
use super::{samples, stories};
use crate::model::zone::{DAY_US, HOUR_US, SECOND_US};
use crate::model::{EventKind, Outcome, TimeUs};

/// An absent code or number.
pub const NONE_8: u8 = u8::MAX;
pub const NONE_16: u16 = u16::MAX;
pub const NONE_32: u32 = u32::MAX;
pub const NONE_64: u64 = u64::MAX;

/// On the last day much of the day is still to come.
const BEGINNINGS_TRIED: u32 = 20;

/// One event; texts are positions in the tables of `catalogue` and in the list of people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DemoEvent {
    pub time_us: TimeUs,
    pub kind: EventKind,
    pub outcome: Outcome,
    pub person: u16,
    pub tool: u8,
    pub server: u8,
    pub workspace: u8,
    pub client: u8,
    pub version: u8,
    pub platform: u8,
    pub error: u8,
    pub model: u8,
    pub session: u32,
    pub tokens_in: u32,
    pub tokens_out: u32,
    pub duration_us: u64,
    pub bytes: u64,
    pub cost_usd: f64,
}

/// People and their events, by time.
#[derive(Debug)]
pub struct Year {
    pub people: Vec<Person>,
    pub events: Vec<DemoEvent>,
    /// UTC day of the present.
    pub today: i64,
}

/// The random numbers of `weave` come from a stream beside those of the executions.
const WEAVER_STREAM: u64 = 1;

/// Exactly `count` events of people between a year before `now_us` and `now_us`, and the daily samples of storage.
/// Equal arguments give equal years.
pub fn live(count: u64, seed: u64, now_us: TimeUs) -> Year {
    let today = now_us.div_euclid(DAY_US);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let people = people::hire(&mut rng, today);
    let mut weaver = ChaCha8Rng::seed_from_u64(seed);
    weaver.set_stream(WEAVER_STREAM);
    let mut teller = Teller {
        rng,
        weaver,
        open: Vec::new(),
        now_us,
        today,
        calendar: Calendar::new(today - stories::DAYS, today + 1),
        tools: tools(),
        tool_sums: people::tool_sums(),
        sessions: 0,
        events: Vec::with_capacity(count as usize),
    };
    let runaway = (count as f64 * stories::RUNAWAY_SHARE) as u64;
    let runaway = teller.runaway_script(&people, runaway);
    teller.everyday_life(&people, count - runaway);
    let mut events = teller.events;
    events.iter_mut().for_each(|event| settle(event, now_us));
    events.extend(samples::storage(seed, today, now_us));
    // The session breaks ties, so that the order does not hang on how the sort is done.
    events.sort_by_key(|event| (event.time_us, event.session, event.kind));
    number_sessions(&mut events);
    Year {
        people,
        events,
        today,
    }
}

/// Numbers sessions by their first event: neighbours in a file have neighbouring ids, which packs well.
fn number_sessions(events: &mut [DemoEvent]) {
    let count = events
        .iter()
        .map(|event| event.session)
        .filter(|&session| session != NONE_32)
        .max();
    let mut numbers = vec![NONE_32; count.map_or(0, |count| count as usize + 1)];
    let mut next = 1;
    for event in events {
        if event.session == NONE_32 {
            continue;
        }
        let number = &mut numbers[event.session as usize];
        if *number == NONE_32 {
            *number = next;
            next += 1;
        }
        event.session = *number;
    }
}

/// Draws the year, story by story.
pub struct Teller {
    pub rng: ChaCha8Rng,
    pub weaver: ChaCha8Rng,
    /// See [`super::weave`]: connections that nobody has left yet, with their session's end.
    pub open: Vec<(DemoEvent, TimeUs)>,
    now_us: TimeUs,
    pub today: i64,
    pub calendar: Calendar,
    pub tools: Vec<(&'static Tool, usize)>,
    pub tool_sums: Vec<Vec<f64>>,
    sessions: u32,
    pub events: Vec<DemoEvent>,
}

impl Teller {
    pub fn now_us(&self) -> TimeUs {
        self.now_us
    }

    /// Draws who is active on which day and how much, then shares `count` events out in proportion.
    fn everyday_life(&mut self, people: &[Person], count: u64) {
        let mut days = Vec::new();
        let mut total = 0.0;
        for (position, person) in people.iter().enumerate() {
            for day in self.today - stories::DAYS + 1..=self.today + 1 {
                let weight = self.day_weight(person, day);
                if weight > 0.0 {
                    total += weight;
                    days.push((position, day, weight));
                }
            }
        }
        let step = total / count as f64;
        let mut next = step * self.rng.random::<f64>();
        let mut passed = 0.0;
        let mut left = count;
        let last = days.len().saturating_sub(1);
        for (at, (position, day, weight)) in days.into_iter().enumerate() {
            passed += weight;
            let mut events = 0;
            while left > 0 && (next < passed || at == last) {
                events += 1;
                left -= 1;
                next += step;
            }
            if events > 0 {
                self.day_of(position, &people[position], day, events);
            }
        }
    }

    /// 0 when the person does not show up.
    fn day_weight(&mut self, person: &Person, day: i64) -> f64 {
        if !person.works_on(day) {
            return 0.0;
        }
        let mut chance = person.habit.active_chance * workday(person.office(), day);
        if day >= self.today - 1 {
            chance *= self.calendar.elapsed_share(person.office, day, self.now_us);
        }
        if !happens(&mut self.rng, chance) {
            return 0.0;
        }
        let passed = (day - self.today + stories::DAYS) as f64 / stories::DAYS as f64;
        let growth = 1.0 + (stories::GROWTH_PER_PERSON - 1.0) * passed;
        lognormal(
            &mut self.rng,
            person.habit.calls * person.zest * growth,
            0.55,
        )
    }

    fn day_of(&mut self, position: usize, person: &Person, day: i64, events: u64) {
        let sittings = (1 + events / 16).min(4);
        for sitting in 0..sittings {
            let count = events / sittings + u64::from(sitting < events % sittings);
            let start = self.beginning(person, day);
            let at = self.events.len();
            self.session(position, person, day, start, count);
            // A session can't reach past the present: it began that much earlier.
            let newest = self.events.last().map_or(start, |event| event.time_us);
            if newest > self.now_us {
                let slack_us = self.rng.random_range(0..1_800 * SECOND_US);
                let back_us = (newest - self.now_us + slack_us) / 1_000 * 1_000;
                for event in self.events.iter_mut().skip(at) {
                    event.time_us -= back_us;
                }
            }
            self.weave(at, day);
        }
    }

    /// When a session of this day begins: some time within the hours people like, and not in the future.
    fn beginning(&mut self, person: &Person, day: i64) -> TimeUs {
        let mut start = self.now_us;
        for _ in 0..BEGINNINGS_TRIED {
            let hour = pick(&mut self.rng, &HOURS) as i64;
            let within_us = self.rng.random_range(0..HOUR_US);
            start = self
                .calendar
                .instant(person.office, day, hour * HOUR_US + within_us);
            if start < self.now_us {
                break;
            }
        }
        start
    }

    fn session(&mut self, position: usize, person: &Person, day: i64, start: TimeUs, count: u64) {
        let switched = person.clients.len() > 1 && happens(&mut self.rng, 0.25);
        let client = person.clients[usize::from(switched)];
        let mut event = self.opening(position, person, client, day, start);
        for _ in 0..count {
            let drawn = self.event(event, person, day);
            self.events.push(drawn);
            event.time_us += (exponential(&mut self.rng, 75.0) * 1e3) as i64 * 1_000 + 1_000;
        }
    }

    /// A session's place and people; nothing has happened in it yet.
    pub fn opening(
        &mut self,
        position: usize,
        person: &Person,
        client: usize,
        day: i64,
        start: TimeUs,
    ) -> DemoEvent {
        self.sessions += 1;
        DemoEvent {
            time_us: start / 1_000 * 1_000,
            kind: EventKind::Execution,
            outcome: Outcome::Success,
            person: position as u16,
            tool: NONE_8,
            server: NONE_8,
            workspace: self.workspace(person, day) as u8,
            client: client as u8,
            version: self.version(person, client, day) as u8,
            platform: person.platform as u8,
            error: NONE_8,
            model: NONE_8,
            session: self.sessions,
            tokens_in: NONE_32,
            tokens_out: NONE_32,
            duration_us: NONE_64,
            bytes: NONE_64,
            cost_usd: f64::NAN,
        }
    }

    fn workspace(&mut self, person: &Person, day: i64) -> usize {
        let awake = |&&workspace: &&usize| {
            let (id, _, _, _, created_days_ago) = WORKSPACES[workspace];
            let asleep = id == stories::SLEEPING_WORKSPACE
                && day >= self.today - stories::SLEEPING_SINCE_DAYS_AGO;
            !asleep && (created_days_ago == 0 || day >= self.today - created_days_ago)
        };
        let open: Vec<usize> = person.workspaces.iter().filter(awake).copied().collect();
        match open.as_slice() {
            [] => WORKSPACES
                .iter()
                .position(|&(id, _, home, _, created)| {
                    home == person.department && created == 0 && id != stories::SLEEPING_WORKSPACE
                })
                .unwrap_or(0),
            [only] => *only,
            [home, others @ ..] if happens(&mut self.rng, 0.3) => {
                let other = self.rng.random_range(0..others.len());
                others.get(other).copied().unwrap_or(*home)
            }
            [home, ..] => *home,
        }
    }

    /// The release this person has installed on this day; a release that mends a broken one is installed sooner.
    fn version(&self, person: &Person, client: usize, day: i64) -> usize {
        let releases = CLIENTS[client].releases;
        let installed = |&position: &usize| {
            let (_, days_ago) = releases[position];
            let mends = position > 0 && releases[position - 1].0 == stories::BROKEN_VERSION;
            let wait = if mends {
                person.upgrade_days * 0.3
            } else {
                person.upgrade_days
            };
            day - (self.today - days_ago) >= wait as i64
        };
        (0..releases.len()).rev().find(installed).unwrap_or(0)
    }

    /// What happens in this moment of a session.
    fn event(&mut self, mut event: DemoEvent, person: &Person, day: i64) -> DemoEvent {
        let mut left = self.rng.random_range(0..1_000);
        for (parts, draw) in MOMENTS {
            if left < parts {
                draw(self, &mut event, day);
                return event;
            }
            left -= parts;
        }
        self.execution(&mut event, person, day);
        event
    }
}

/// A call that began just before the present has not ended yet.
fn settle(event: &mut DemoEvent, now_us: TimeUs) {
    let ago_us = now_us - event.time_us;
    let is_recent = (0..stories::RUNNING_SECONDS * SECOND_US).contains(&ago_us);
    if is_recent && event.kind == EventKind::Execution && event.outcome == Outcome::Success {
        event.outcome = Outcome::Running;
        event.duration_us = NONE_64;
    }
}
