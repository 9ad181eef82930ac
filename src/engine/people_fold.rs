//! Folding rows into everybody's deeds, slice by slice: one row of counts for each person, handed out when a slice ends.

use super::columns::with_codes;
use super::filter::CLASSES;
use super::hours::HourSegment;
use super::load::Engine;
use super::pair_set::PairSet;
use super::people::USER;
use super::people_plan::{PeopleNeeds, PeopleTask};
use super::people_state::{Burst, PeopleState, Times};
use super::segment::{CLASS_CONVERSATION, Segment, flag};
use super::session_fold::SessionFold;
use crate::insight::{Deeds, Slices};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::zone::{HOUR_US, Zone};
use crate::model::{Column, Directory, EventKind, Outcome, TimeUs};
use crate::query::Period;

/// Positions among the text columns.
pub(super) const TOOL: usize = 0;
pub(super) const SESSION: usize = 8;
const _: () = assert!(
    matches!(TEXT_COLUMNS[TOOL], Column::Tool) && matches!(TEXT_COLUMNS[SESSION], Column::Session)
);
const SUCCESS: u8 = Outcome::Success as u8;
const FAILURE: u8 = Outcome::Failure as u8;
const REJECTED: u8 = Outcome::Rejected as u8;
const SHARED: u8 = flag(EventKind::DocumentShared, Outcome::Success);
const NO_SLICE: u32 = u32::MAX;

/// Everybody's state while the pass runs.
#[derive(Debug)]
pub struct PeopleFold {
    needs: PeopleNeeds,
    pub(super) slices: Slices,
    period: Period,
    comparison: Option<Period>,
    /// Firsts and lasts are those before this.
    as_of_us: TimeUs,
    /// By user: what was done in the slice at hand, or in an older one.
    now: Vec<Deeds>,
    /// Those who did anything in the slice at hand.
    touched: Vec<u32>,
    slice: u32,
    pub(super) deeds: Vec<(u32, Deeds)>,
    /// By user; `first` of nobody is the greatest time.
    pub(super) times: Vec<Firsts>,
    /// By user: from when on executions follow a login; empty where nobody asks.
    login_us: Vec<TimeUs>,
    /// Tools of each person in the period, and in that of comparison.
    pub(super) tools: [PairSet; 2],
    pub(super) sessions: SessionFold,
    clouded: Vec<u64>,
    row_times: Vec<TimeUs>,
}

/// [`Times`] with the greatest and the least time for "never".
#[derive(Debug, Clone, Copy)]
pub(super) struct Firsts {
    first_us: TimeUs,
    last_us: TimeUs,
    first_use_us: TimeUs,
    use_after_login_us: TimeUs,
}

const NEVER: Firsts = Firsts {
    first_us: TimeUs::MAX,
    last_us: TimeUs::MIN,
    first_use_us: TimeUs::MAX,
    use_after_login_us: TimeUs::MAX,
};

impl Firsts {
    pub fn times(&self) -> Times {
        let first = |time_us: TimeUs| (time_us != TimeUs::MAX).then_some(time_us);
        Times {
            first_us: first(self.first_us),
            last_us: (self.last_us != TimeUs::MIN).then_some(self.last_us),
            first_use_us: first(self.first_use_us),
            use_after_login_us: first(self.use_after_login_us),
        }
    }
}

impl PeopleFold {
    pub fn new(
        task: &PeopleTask,
        (period, comparison): (Period, Option<Period>),
        as_of_us: TimeUs,
        engine: &Engine,
    ) -> Self {
        let users = engine.dictionaries[USER].size();
        let tools = engine.dictionaries[TOOL].size();
        let login_us = match engine.directory().filter(|_| task.needs.logins) {
            Some(directory) => logins(engine, directory, engine.zone()),
            None => Vec::new(),
        };
        let mut sets = [PairSet::new(users, tools), PairSet::new(users, tools)];
        if task.needs.tools {
            sets.iter_mut().for_each(|set| set.make_room(users));
        }
        let sessions = engine.dictionaries[SESSION].size();
        Self {
            needs: task.needs,
            slices: task.slices.clone(),
            period,
            comparison,
            as_of_us,
            now: vec![
                Deeds {
                    slice: NO_SLICE,
                    ..Deeds::default()
                };
                users
            ],
            touched: Vec::new(),
            slice: NO_SLICE,
            deeds: Vec::new(),
            times: vec![NEVER; users],
            login_us,
            tools: sets,
            sessions: SessionFold::new(task.needs.sessions, users, sessions),
            clouded: Vec::new(),
            row_times: Vec::new(),
        }
    }

    /// Folds rows of one segment; they ascend, passed the filters, and lie in the task's slices and in one chunk.
    pub fn rows(&mut self, segment: &Segment, rows: &[u32]) {
        let mut done = 0;
        while done < rows.len() {
            let time_us = segment.times.get(rows[done] as usize);
            let slice = self.slices.at(time_us);
            let end_row = segment.times.first_at(self.slices.end_us(slice));
            let of_slice = rows[done..].partition_point(|&row| (row as usize) < end_row);
            let until = done + of_slice.max(1);
            if self.slice != slice as u32 {
                self.end_slice();
                self.slice = slice as u32;
            }
            self.slice_rows(segment, &rows[done..until]);
            done = until;
        }
        self.tools.iter_mut().for_each(PairSet::tidy);
    }

    /// Folds one pre-aggregated hour; `passes` is the filters' word. Whoever worked in it, nobody tells.
    pub fn hour(&mut self, segment: &HourSegment, row: usize, passes: Option<bool>) {
        if passes == Some(false) {
            return;
        }
        let hour_us = segment.rows.hour_us[row];
        let slices = self.slices.at(hour_us)..=self.slices.at(hour_us.saturating_add(HOUR_US - 1));
        for slice in slices {
            if self.clouded.last() != Some(&(slice as u64)) {
                self.clouded.push(slice as u64);
            }
        }
    }

    /// The state, once all rows are folded. `hashes` are those of the users' names, by code.
    pub fn finish(mut self, engine: &Engine, hashes: &[u64]) -> PeopleState {
        self.end_slice();
        let mut clouded = std::mem::take(&mut self.clouded);
        clouded.sort_unstable();
        clouded.dedup();
        PeopleState {
            people: self.people(engine, hashes),
            clouded,
        }
    }

    fn end_slice(&mut self) {
        for user in self.touched.drain(..) {
            self.deeds.push((user, self.now[user as usize]));
        }
    }

    /// All of them in one slice.
    fn slice_rows(&mut self, segment: &Segment, rows: &[u32]) {
        let mut times = std::mem::take(&mut self.row_times);
        segment.times.gather(rows, &mut times);
        with_codes!(&segment.text[USER],
        code => {
            let user = *code;
            self.count(segment, rows, &times, |_| user);
        },
        at => self.count(segment, rows, &times, |row| at(row as u32)));
        // A slice lies in a period or out of it.
        let start_us = times.first().copied().unwrap_or_default();
        let is_in = |period: Period| period.contains(start_us);
        if self.needs.tools {
            let windows = [Some(self.period), self.comparison];
            for (set, window) in self.tools.iter_mut().zip(windows) {
                if window.is_some_and(is_in) {
                    add_tools(set, segment, rows);
                }
            }
        }
        if self.needs.sessions && is_in(self.period) {
            for (&row, &time_us) in rows.iter().zip(&times) {
                let user = segment.text[USER].get(row as usize);
                if user != 0 {
                    let session = segment.text[SESSION].get(row as usize);
                    self.sessions.add(user, session, Burst::at(time_us));
                }
            }
        }
        self.row_times = times;
    }

    fn count(
        &mut self,
        segment: &Segment,
        rows: &[u32],
        times: &[TimeUs],
        user_of: impl Fn(usize) -> u32,
    ) {
        // A slice ends where the present does.
        let is_past = times
            .first()
            .is_some_and(|&time_us| time_us < self.as_of_us);
        for (&row, &time_us) in rows.iter().zip(times) {
            let user = user_of(row as usize);
            let flag = segment.flags[row as usize];
            let class = CLASSES[usize::from(flag)];
            let is_active = class <= CLASS_CONVERSATION && class != REJECTED;
            if user == 0 || !(is_active || flag == SHARED) {
                continue;
            }
            let now = &mut self.now[user as usize];
            if now.slice != self.slice {
                *now = Deeds {
                    slice: self.slice,
                    ..Deeds::default()
                };
                self.touched.push(user);
            }
            if !is_active {
                now.documents += 1;
                continue;
            }
            let is_use = class != CLASS_CONVERSATION;
            now.executions += u32::from(is_use);
            now.successes += u32::from(class == SUCCESS);
            now.failures += u32::from(class == FAILURE);
            now.conversations += u32::from(!is_use);
            if !is_past {
                continue;
            }
            let firsts = &mut self.times[user as usize];
            firsts.first_us = firsts.first_us.min(time_us);
            firsts.last_us = firsts.last_us.max(time_us);
            if !is_use {
                continue;
            }
            firsts.first_use_us = firsts.first_use_us.min(time_us);
            let login_us = self.login_us.get(user as usize);
            if login_us.is_some_and(|&login_us| time_us >= login_us) {
                firsts.use_after_login_us = firsts.use_after_login_us.min(time_us);
            }
        }
    }
}

fn add_tools(set: &mut PairSet, segment: &Segment, rows: &[u32]) {
    for &row in rows {
        let (user, tool) = (
            segment.text[USER].get(row as usize),
            segment.text[TOOL].get(row as usize),
        );
        let class = CLASSES[usize::from(segment.flags[row as usize])];
        let is_use = class < CLASS_CONVERSATION && class != REJECTED;
        if user != 0 && tool != 0 && is_use {
            set.add(user, tool);
        }
    }
}

/// For each user code the beginning of the day of the first login; never for those whom the directory does not date.
fn logins(engine: &Engine, directory: &Directory, zone: &Zone) -> Vec<TimeUs> {
    let users = &engine.dictionaries[USER];
    let mut logins = vec![TimeUs::MAX; users.size()];
    let index = directory.people_index();
    for (user, name) in users.iter() {
        let person = index
            .get(&name.to_lowercase())
            .and_then(|&position| directory.people.get(position));
        if let Some(login_us) = person.and_then(|person| person.first_login_at) {
            logins[user as usize] = zone.instant(zone.local_day(login_us), 0);
        }
    }
    logins
}
