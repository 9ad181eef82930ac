//! The oracle for people: every number from the rows themselves, day by day and person by person, with chrono-tz.
//! Shares nothing with the engine but the resolved periods, the registry's ids and the form of the answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Timelike};
use chrono_tz::Tz;
use toolscope::model::directory::Person;
use toolscope::model::zone::Bucket;
use toolscope::model::{Cell, Column, Directory, EventKind, Outcome, WeekStart};
use toolscope::query::{AskContext, Dimension, Period, Question};

use super::engine;
use super::events::Event;

const DAY_US: i64 = 86_400_000_000;

pub struct Naive<'a> {
    /// Those the filters leave, of known people.
    events: Vec<&'a Event>,
    question: &'a Question,
    directory: Option<&'a Directory>,
    zone: Tz,
    period: Period,
    before: Option<Period>,
    as_of: i64,
    begin: Option<i64>,
    held: BTreeSet<EventKind>,
}

type Rows = Vec<Vec<Cell>>;

fn is_use(event: &Event) -> bool {
    event.kind == EventKind::Execution && event.outcome != Outcome::Rejected
}

fn is_active(event: &Event) -> bool {
    is_use(event) || event.kind == EventKind::Conversation
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn int(number: usize) -> Cell {
    Cell::Int(number as i64)
}

fn ratio(part: usize, whole: usize) -> Cell {
    match whole {
        0 => Cell::Null,
        whole => Cell::Float(part as f64 / whole as f64),
    }
}

fn float(number: Option<f64>) -> Cell {
    number.map_or(Cell::Null, Cell::Float)
}

impl<'a> Naive<'a> {
    pub fn new(
        all: &'a [Event],
        question: &'a Question,
        context: &AskContext,
        directory: Option<&'a Directory>,
    ) -> Self {
        let (period, before) = question.periods(context, &engine::zone(question));
        let mut naive = Self {
            events: Vec::new(),
            question,
            directory,
            zone: question.zone.parse().unwrap(),
            period,
            before: before.map(|before| before.period),
            as_of: period.until_us.min(context.now_us + 1),
            begin: all.iter().map(|event| event.time_us).min(),
            held: all.iter().map(|event| event.kind).collect(),
        };
        naive.events = all
            .iter()
            .filter(|event| event.user.is_some() && event.kind != EventKind::StorageSample)
            .filter(|event| naive.passes(event))
            .collect();
        naive
    }

    fn passes(&self, event: &Event) -> bool {
        self.question.filters.iter().all(|clause| {
            let value = match clause.dimension {
                Dimension::Column(Column::Tool) => event.tool,
                Dimension::Column(Column::User) => event.user,
                Dimension::Department => self
                    .known(event.user.unwrap())
                    .and_then(|person| person.department.as_deref()),
                other => panic!("{other:?}"),
            };
            let value = value.unwrap_or_default();
            clause.values.iter().any(|held| held == value) != clause.exclude
        })
    }

    fn known(&self, user: &str) -> Option<&'a Person> {
        let user = user.to_lowercase();
        self.directory?.people.iter().find(|person| {
            let email = person.email.as_ref().map(|email| email.to_lowercase());
            person.id.to_lowercase() == user || email.as_deref() == Some(&user)
        })
    }

    fn local(&self, time_us: i64) -> DateTime<Tz> {
        let utc = DateTime::from_timestamp_micros(time_us)
            .unwrap()
            .naive_utc();
        self.zone.from_utc_datetime(&utc)
    }

    fn date(&self, time_us: i64) -> NaiveDate {
        self.local(time_us).date_naive()
    }

    /// The first date of a bucket.
    fn first(&self, date: NaiveDate, bucket: Bucket) -> NaiveDate {
        match bucket {
            Bucket::Week => {
                let first = match self.question.week_start {
                    WeekStart::Monday => 0,
                    WeekStart::Saturday => 5,
                    WeekStart::Sunday => 6,
                };
                let back = (date.weekday().num_days_from_monday() + 7 - first) % 7;
                date - Days::new(back.into())
            }
            Bucket::Month => date.with_day(1).unwrap(),
            _ => date,
        }
    }

    fn next(&self, first: NaiveDate, bucket: Bucket) -> NaiveDate {
        match bucket {
            Bucket::Week => first + Days::new(7),
            Bucket::Month => self.first(first + Days::new(31), bucket),
            _ => first + Days::new(1),
        }
    }

    /// First dates of the buckets of a period up to the present, and whether each is over.
    fn buckets(&self, period: Period, bucket: Bucket) -> Vec<(NaiveDate, bool)> {
        let mut found = Vec::new();
        let Some(begin) = self.begin else {
            return found;
        };
        let (from, until) = (
            period.from_us.max(begin),
            period.until_us.min(self.now_end()),
        );
        if from >= until {
            return found;
        }
        // The date of the first instant that no longer counts.
        let end = self.date(until);
        let mut first = self.first(self.date(from), bucket);
        let last = self.date(until - 1);
        while first <= last {
            let next = self.next(first, bucket);
            found.push((first, next <= end));
            first = next;
        }
        found
    }

    fn now_end(&self) -> i64 {
        self.question.now_us.unwrap() + 1
    }

    fn users(&self) -> BTreeSet<&'a str> {
        self.events
            .iter()
            .map(|event| event.user.unwrap())
            .collect()
    }

    fn of<'b>(&'b self, user: &'b str) -> impl Iterator<Item = &'a Event> + 'b {
        let events = self.events.iter().copied();
        events.filter(move |event| event.user == Some(user))
    }

    /// Dates of activity before the present.
    fn dates(&self, user: &str, until: i64) -> BTreeSet<NaiveDate> {
        self.of(user)
            .filter(|event| is_active(event) && event.time_us < until)
            .map(|event| self.date(event.time_us))
            .collect()
    }

    fn active_in(&self, from: NaiveDate, until: NaiveDate, end: i64) -> usize {
        let is_in = |user: &&&str| self.dates(user, end).range(from..until).next().is_some();
        self.users().iter().filter(is_in).count()
    }

    fn active_row(&self, date: NaiveDate, end: i64) -> [usize; 3] {
        let next = date + Days::new(1);
        [1, 7, 30].map(|days| self.active_in(next - Days::new(days), next, end))
    }

    pub fn active_users(&self) -> Rows {
        let row = |&(date, _): &(NaiveDate, bool)| {
            let [day, week, month] = self.active_row(date, self.as_of);
            vec![
                text(&date.to_string()),
                int(day),
                int(week),
                int(month),
                ratio(day, month),
            ]
        };
        self.buckets(self.period, Bucket::Day)
            .iter()
            .map(row)
            .collect()
    }

    pub fn active_users_now(&self) -> Rows {
        let of = |period: Period| -> Vec<Cell> {
            let end = period.until_us.min(self.now_end());
            let days = self.buckets(period, Bucket::Day);
            let complete: Vec<NaiveDate> =
                days.iter().filter(|day| day.1).map(|day| day.0).collect();
            let newest = complete.last().copied().or(days.last().map(|day| day.0));
            let Some(newest) = newest else {
                return vec![Cell::Null; 5];
            };
            let [day, week, month] = self.active_row(newest, end);
            let all: usize = complete
                .iter()
                .map(|&date| self.active_row(date, end)[0])
                .sum();
            vec![
                int(day),
                int(week),
                int(month),
                ratio(day, month),
                ratio(all, complete.len()),
            ]
        };
        let now = of(self.period);
        let Some(before) = self.before.map(of) else {
            return vec![now];
        };
        let cells = now.into_iter().zip(before).flat_map(|(now, before)| {
            let change = match (now.number(), before.number()) {
                (Some(now), Some(0.0)) if now > 0.0 => Cell::New,
                (Some(now), Some(before)) if before != 0.0 => Cell::Float((now - before) / before),
                _ => Cell::Null,
            };
            [now, before, change]
        });
        vec![cells.collect()]
    }

    fn length_days(&self) -> f64 {
        self.period.length_us() as f64 / DAY_US as f64
    }

    fn interval(&self) -> Bucket {
        match self.length_days() {
            ..=14.0 => Bucket::Day,
            ..=200.0 => Bucket::Week,
            _ => Bucket::Month,
        }
    }

    fn cohort(&self) -> Bucket {
        if self.length_days() <= 200.0 {
            Bucket::Week
        } else {
            Bucket::Month
        }
    }

    fn label(&self, first: NaiveDate, bucket: Bucket) -> Cell {
        match bucket {
            Bucket::Month => text(&first.format("%Y-%m").to_string()),
            _ => text(&first.to_string()),
        }
    }

    pub fn lifecycle(&self) -> Rows {
        let bucket = self.interval();
        let row = |&(first, _): &(NaiveDate, bool)| {
            let before = self.first(first - Days::new(1), bucket);
            let next = self.next(first, bucket);
            let mut counts = [0; 4];
            for user in self.users() {
                let dates = self.dates(user, self.as_of);
                let was =
                    |from: NaiveDate, until: NaiveDate| dates.range(from..until).next().is_some();
                let (now, last) = (was(first, next), was(before, first));
                let ever = dates.range(..first).next().is_some();
                match (now, last, ever) {
                    (true, _, false) => counts[0] += 1,
                    (true, true, _) => counts[1] += 1,
                    (true, false, true) => counts[2] += 1,
                    (false, true, _) => counts[3] += 1,
                    (false, false, _) => {}
                }
            }
            let [new, returning, resurrected, dormant] = counts;
            vec![
                self.label(first, bucket),
                int(new),
                int(returning),
                int(resurrected),
                int(dormant),
                int(new + returning + resurrected),
            ]
        };
        self.buckets(self.period, bucket).iter().map(row).collect()
    }

    /// How many sessions in the period, and their length, µs.
    fn sessions(&self, user: &str) -> (usize, i64) {
        let mut by_id: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut others = Vec::new();
        for event in self
            .of(user)
            .filter(|event| self.period.contains(event.time_us))
        {
            match event.other.session {
                Some(id) => by_id.entry(id).or_default().push(event.time_us),
                None => others.push(event.time_us),
            }
        }
        let mut count = by_id.len();
        let mut length = 0;
        for times in by_id.values() {
            length += (times.iter().max().unwrap() - times.iter().min().unwrap()).min(DAY_US);
        }
        others.sort_unstable();
        let mut runs: Vec<Vec<i64>> = Vec::new();
        for time in others {
            match runs.last_mut() {
                Some(run) if time - run.last().unwrap() < 30 * 60_000_000 => run.push(time),
                _ => runs.push(vec![time]),
            }
        }
        for run in runs {
            // Cut once a day.
            let mut left = run.last().unwrap() - run[0];
            length += left;
            count += 1;
            while left > DAY_US {
                left -= DAY_US;
                count += 1;
            }
        }
        (count, length)
    }

    fn tools(&self, user: &str, period: Period) -> usize {
        let used = self
            .of(user)
            .filter(|event| is_use(event) && period.contains(event.time_us));
        used.filter_map(|event| event.tool)
            .collect::<BTreeSet<_>>()
            .len()
    }

    fn rate(&self, user: &str, period: Period) -> (usize, usize) {
        let of = |outcome: Outcome| {
            self.of(user)
                .filter(|event| event.kind == EventKind::Execution && event.outcome == outcome)
                .filter(|event| period.contains(event.time_us))
                .count()
        };
        (of(Outcome::Success), of(Outcome::Failure))
    }

    fn executions(&self, user: &str, period: Period) -> usize {
        let used = self.of(user).filter(|event| is_use(event));
        used.filter(|event| period.contains(event.time_us)).count()
    }

    pub fn users_table(&self) -> Rows {
        let mut rows: Vec<(usize, &str, Vec<Cell>)> = Vec::new();
        for user in self.users() {
            let inside = || {
                self.of(user)
                    .filter(|event| self.period.contains(event.time_us))
            };
            let conversations = inside()
                .filter(|event| event.kind == EventKind::Conversation)
                .count();
            let shared = |event: &&Event| {
                event.kind == EventKind::DocumentShared && event.outcome == Outcome::Success
            };
            let documents = inside().filter(shared).count();
            let executions = self.executions(user, self.period);
            if executions + conversations + documents == 0 {
                continue;
            }
            let (good, bad) = self.rate(user, self.period);
            let (low, high) = wilson(good, bad);
            let (sessions, length) = self.sessions(user);
            let told = |kind: EventKind, number: usize| {
                if self.held.contains(&kind) {
                    int(number)
                } else {
                    Cell::Null
                }
            };
            let times = || {
                let active = self.of(user).filter(|event| is_active(event));
                active
                    .map(|event| event.time_us)
                    .filter(|&time| time < self.as_of)
            };
            let time = |time: Option<i64>| time.map_or(Cell::Null, Cell::Time);
            let mut cells = vec![text(user)];
            if self.directory.is_some() {
                let known = self.known(user);
                let field = |field: Option<&String>| field.map_or(Cell::Null, |field| text(field));
                cells.extend([
                    field(known.and_then(|person| person.name.as_ref())),
                    field(known.and_then(|person| person.department.as_ref())),
                    field(known.and_then(|person| person.team.as_ref())),
                    field(known.and_then(|person| person.role.as_ref())),
                ]);
            }
            cells.extend([
                int(executions),
                ratio(good, good + bad),
                low,
                high,
                int(self.tools(user, self.period)),
                told(EventKind::Conversation, conversations),
                told(EventKind::DocumentShared, documents),
                int(sessions),
                float((sessions > 0).then(|| length as f64 / 1e3 / sessions as f64)),
                time(times().min()),
                time(times().max()),
                self.segment(user).map_or(Cell::Null, text),
            ]);
            rows.push((executions, user, cells));
        }
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        rows.into_iter().map(|(_, _, cells)| cells).collect()
    }

    pub fn heatmap(&self, all: &[Event]) -> Rows {
        let mut counts = [0_usize; 168];
        let mut hours = [0.0; 168];
        let first = match self.question.week_start {
            WeekStart::Monday => 0,
            WeekStart::Saturday => 5,
            WeekStart::Sunday => 6,
        };
        let place = |time_us: i64| {
            let local = self.local(time_us);
            let day = (local.weekday().num_days_from_monday() + 7 - first) % 7;
            (day * 24 + local.hour()) as usize
        };
        for event in all {
            if is_use(event) && self.period.contains(event.time_us) && self.passes_anybody(event) {
                counts[place(event.time_us)] += 1;
            }
        }
        if let Some(begin) = self.begin {
            let mut time = self.period.from_us.max(begin);
            // Minute by minute: clocks change on whole minutes.
            while time < self.as_of {
                let next = (time - time.rem_euclid(60_000_000) + 60_000_000).min(self.as_of);
                hours[place(time)] += (next - time) as f64 / 3_600e6;
                time = next;
            }
        }
        let names = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        (0..168)
            .map(|at| {
                let name = names[(at / 24 + first as usize) % 7];
                let rate = (hours[at] > 0.0).then(|| counts[at] as f64 / hours[at]);
                vec![
                    text(name),
                    text(&format!("{:02}:00", at % 24)),
                    int(counts[at]),
                    Cell::Float(hours[at]),
                    float(rate),
                ]
            })
            .collect()
    }

    /// A filter on rows that may be nobody's.
    fn passes_anybody(&self, event: &Event) -> bool {
        match event.user {
            Some(_) => self.passes(event),
            None => self.question.filters.iter().all(|clause| {
                let value = match clause.dimension {
                    Dimension::Column(Column::Tool) => event.tool.unwrap_or_default(),
                    _ => "",
                };
                clause.values.iter().any(|held| held == value) != clause.exclude
            }),
        }
    }

    fn last(&self, user: &str) -> Option<i64> {
        let active = self.of(user).filter(|event| is_active(event));
        active
            .map(|event| event.time_us)
            .filter(|&time| time < self.as_of)
            .max()
    }

    fn is_recent(&self, user: &str, days: i64) -> bool {
        self.last(user)
            .is_some_and(|last| last >= self.as_of - days * DAY_US)
    }

    fn is_power(&self, user: &str) -> bool {
        let Some(begin) = self.begin else {
            return false;
        };
        // The weeks that are over, newest first, while the data has their first day.
        let mut weeks = Vec::new();
        let mut first = self.first(self.date(self.as_of), Bucket::Week);
        while weeks.len() < 12 && first - Days::new(7) >= self.date(begin) {
            first = first - Days::new(7);
            weeks.push(first);
        }
        if weeks.is_empty() {
            return false;
        }
        let in_week = |first: NaiveDate| {
            self.of(user).filter(move |event| {
                let date = self.date(event.time_us);
                first <= date && date < first + Days::new(7)
            })
        };
        let active = weeks
            .iter()
            .filter(|&&week| in_week(week).any(is_active))
            .count();
        let executions: usize = weeks
            .iter()
            .map(|&week| in_week(week).filter(|event| is_use(event)).count())
            .sum();
        let enough = if weeks.len() < 12 { weeks.len() } else { 9 };
        active >= enough && executions as f64 / weeks.len() as f64 >= 15.0
    }

    fn segment(&self, user: &str) -> Option<&'static str> {
        self.last(user)?;
        Some(if self.is_power(user) {
            "power"
        } else if self.is_recent(user, 7) {
            "active"
        } else if self.is_recent(user, 30) {
            "inactive"
        } else {
            "dormant"
        })
    }

    pub fn segments(&self) -> Rows {
        let users = self.users();
        let all = users
            .iter()
            .filter(|user| self.segment(user).is_some())
            .count();
        let row = |segment: &&str| {
            let members: Vec<&&str> = users
                .iter()
                .filter(|user| self.segment(user) == Some(segment))
                .collect();
            let executions = members
                .iter()
                .map(|user| self.executions(user, self.period))
                .sum();
            vec![
                text(segment),
                int(members.len()),
                ratio(members.len(), all),
                int(executions),
            ]
        };
        ["power", "active", "inactive", "dormant"]
            .iter()
            .map(row)
            .collect()
    }

    /// People with a seat whom the filters about people leave.
    fn seats(&self) -> Vec<&'a Person> {
        let people = self
            .directory
            .map_or(&[][..], |directory| &directory.people);
        let keeps = |person: &&Person| {
            self.question.filters.iter().all(|clause| {
                let value = match clause.dimension {
                    Dimension::Column(Column::User) => Some(person.id.as_str()),
                    Dimension::Department => person.department.as_deref(),
                    _ => return true,
                };
                let value = value.unwrap_or_default();
                clause.values.iter().any(|held| held == value) != clause.exclude
            })
        };
        people
            .iter()
            .filter(|person| person.seat)
            .filter(keeps)
            .collect()
    }

    pub fn segments_by_department(&self) -> Rows {
        if self.directory.is_none() {
            return Vec::new();
        }
        let mut counts: BTreeMap<(bool, String), [usize; 5]> = BTreeMap::new();
        let key = |person: Option<&Person>| {
            let department = person.and_then(|person| person.department.clone());
            (department.is_none(), department.unwrap_or_default())
        };
        for user in self.users() {
            let Some(segment) = self.segment(user) else {
                continue;
            };
            let at = ["power", "active", "inactive", "dormant"];
            let at = at.iter().position(|name| *name == segment).unwrap();
            counts.entry(key(self.known(user))).or_default()[at] += 1;
        }
        for seat in self.seats() {
            let was_active = self.users().iter().any(|user| {
                self.segment(user).is_some() && self.known(user).is_some_and(|known| known == seat)
            });
            if !was_active {
                counts.entry(key(Some(seat))).or_default()[4] += 1;
            }
        }
        let row = |((is_absent, name), of): (&(bool, String), &[usize; 5])| {
            let name = if *is_absent { Cell::Null } else { text(name) };
            let mut cells = vec![name, int(of[..4].iter().sum())];
            cells.extend(of.map(int));
            cells
        };
        counts.iter().map(row).collect()
    }

    fn first_uses(&self) -> Vec<i64> {
        let first = |user: &&str| {
            let used = self.of(user).filter(|event| is_use(event));
            used.map(|event| event.time_us)
                .filter(|&time| time < self.as_of)
                .min()
        };
        let mut firsts: Vec<i64> = self.users().iter().filter_map(first).collect();
        firsts.sort_unstable();
        firsts
    }

    pub fn adopters(&self) -> Rows {
        let firsts = self.first_uses();
        let n = firsts.len() as f64;
        let names = [
            "innovators",
            "early adopters",
            "early majority",
            "late majority",
            "laggards",
        ];
        let ends = [0.025, 0.16, 0.5, 0.84, 1.0].map(|share: f64| (n * share).round() as usize);
        (0..5)
            .map(|at| {
                let begin = if at == 0 { 0 } else { ends[at - 1] };
                let of = &firsts[begin..ends[at]];
                let time = |time: Option<&i64>| time.map_or(Cell::Null, |&time| Cell::Time(time));
                vec![
                    text(names[at]),
                    int(of.len()),
                    ratio(of.len(), firsts.len()),
                    time(of.first()),
                    time(of.last()),
                ]
            })
            .collect()
    }

    pub fn training(&self) -> Rows {
        let users = self.users();
        let active: Vec<&str> = users
            .into_iter()
            .filter(|user| self.is_recent(user, 7))
            .filter(|user| {
                self.of(user)
                    .any(|event| is_active(event) && self.period.contains(event.time_us))
            })
            .collect();
        let rate = |user: &str| {
            let (good, bad) = self.rate(user, self.period);
            (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
        };
        let median = quantile(active.iter().filter_map(|user| rate(user)).collect(), 0.5);
        let tools = |user: &str| self.tools(user, self.period);
        let quartile = quantile(active.iter().map(|user| tools(user) as f64).collect(), 0.25);
        let mut rows: Vec<(usize, Vec<Cell>)> = Vec::new();
        for user in active {
            let (good, bad) = self.rate(user, self.period);
            let high = wilson(good, bad).1;
            let is_low = high.number().is_some_and(|high| high < median.unwrap());
            let reason = match (is_low, (tools(user) as f64) < quartile.unwrap()) {
                (true, true) => "low success rate, few tools",
                (true, false) => "low success rate",
                (false, true) => "few tools",
                (false, false) => continue,
            };
            let executions = self.executions(user, self.period);
            rows.push((
                executions,
                vec![
                    text(user),
                    text(reason),
                    int(executions),
                    float(rate(user)),
                    high,
                    int(tools(user)),
                ],
            ));
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.0));
        rows.into_iter().map(|row| row.1).collect()
    }

    pub fn funnel(&self) -> Rows {
        let names = [
            "invited",
            "first login",
            "first tool",
            "active in the last 7 days",
            "power user",
        ];
        let mut reached: [Vec<Option<i64>>; 5] = Default::default();
        let logins = self.directory.is_some_and(|directory| {
            directory
                .people
                .iter()
                .any(|one| one.first_login_at.is_some())
        });
        let users = self.users();
        let groups: Vec<(Option<&Person>, Vec<&str>)> = match self.directory {
            None => users.iter().map(|user| (None, vec![*user])).collect(),
            Some(_) => self
                .seats()
                .into_iter()
                .map(|seat| {
                    let own = users.iter().filter(|user| self.known(user) == Some(seat));
                    (Some(seat), own.copied().collect())
                })
                .collect(),
        };
        for (person, users) in groups {
            let mut at = None;
            if let Some(person) = person {
                if person
                    .invited_at
                    .is_some_and(|invited| invited >= self.as_of)
                {
                    continue;
                }
                reached[0].push(None);
                at = person.invited_at;
                if logins {
                    let Some(login) = person.first_login_at.filter(|&login| login < self.as_of)
                    else {
                        continue;
                    };
                    if at.is_some_and(|invited| self.date(login) < self.date(invited)) {
                        continue;
                    }
                    reached[1].push(at.map(|invited| (login - invited).max(0)));
                    at = Some(login);
                }
            }
            let uses = users
                .iter()
                .flat_map(|user| self.of(user))
                .filter(|event| is_use(event));
            let first = uses
                .map(|event| event.time_us)
                .filter(|&time| time < self.as_of)
                .filter(|&time| at.is_none_or(|at| self.date(time) >= self.date(at)));
            // Without dates of login it is the first use of all that must follow.
            let first = if logins || person.is_none() {
                first.min()
            } else {
                users
                    .iter()
                    .filter_map(|user| {
                        let used = self.of(user).filter(|event| is_use(event));
                        let first = used.map(|event| event.time_us).min()?;
                        let follows = at.is_none_or(|at| self.date(first) >= self.date(at));
                        (first < self.as_of && follows).then_some(first)
                    })
                    .min()
            };
            let Some(first) = first else { continue };
            reached[2].push(at.map(|at| (first - at).max(0)));
            if users.iter().any(|user| self.is_recent(user, 7)) {
                reached[3].push(None);
                if users.iter().any(|user| self.segment(user) == Some("power")) {
                    reached[4].push(None);
                }
            }
        }
        let known = [
            self.directory.is_some(),
            self.directory.is_some() && logins,
            true,
            true,
            true,
        ];
        (0..5)
            .map(|step| {
                if !known[step] {
                    let mut cells = vec![text(names[step])];
                    cells.extend(vec![Cell::Null; 5]);
                    return cells;
                }
                let people = reached[step].len();
                let before = (0..step)
                    .rev()
                    .find(|&step| known[step])
                    .map(|step| reached[step].len());
                let waited = reached[step]
                    .iter()
                    .flatten()
                    .map(|&us| us as f64 / 1e3)
                    .collect();
                vec![
                    text(names[step]),
                    int(people),
                    if known[0] {
                        ratio(people, reached[0].len())
                    } else {
                        Cell::Null
                    },
                    before.map_or(Cell::Null, |before| ratio(people, before)),
                    before.map_or(Cell::Null, |before| int(before - people)),
                    float(quantile(waited, 0.5)),
                ]
            })
            .collect()
    }

    pub fn retention(&self) -> (Rows, Rows, Vec<u32>) {
        let bucket = self.cohort();
        let buckets = self.buckets(self.period, bucket);
        let mut rows = Vec::new();
        let mut incomplete = Vec::new();
        let mut sums: BTreeMap<usize, (usize, usize, usize)> = BTreeMap::new();
        for (at, &(first, _)) in buckets.iter().enumerate() {
            let cohort: Vec<BTreeSet<NaiveDate>> = self
                .users()
                .iter()
                .map(|user| self.dates(user, self.as_of))
                .filter(|dates| {
                    let begun = dates.first().map(|date| self.first(*date, bucket));
                    begun == Some(first)
                })
                .collect();
            for (period, &(later, is_over)) in buckets[at..].iter().enumerate() {
                let next = self.next(later, bucket);
                let back = cohort
                    .iter()
                    .filter(|dates| dates.range(later..next).next().is_some());
                let back = back.count();
                if is_over {
                    let sum = sums.entry(period).or_default();
                    *sum = (sum.0 + 1, sum.1 + cohort.len(), sum.2 + back);
                } else {
                    incomplete.push(rows.len() as u32);
                }
                rows.push(vec![
                    self.label(first, bucket),
                    int(period),
                    int(cohort.len()),
                    int(back),
                    ratio(back, cohort.len()),
                ]);
            }
        }
        let averages = sums.into_iter().map(|(period, (cohorts, size, back))| {
            vec![
                int(period),
                int(cohorts),
                int(size),
                int(back),
                ratio(back, size),
            ]
        });
        (rows, averages.collect(), incomplete)
    }

    pub fn experience(&self) -> (Rows, Rows) {
        let weeks = self.buckets(self.period, Bucket::Week);
        let mut weekly = Vec::new();
        let mut sums = [[0_usize; 5]; 2];
        for &(first, is_over) in &weeks {
            for (group, name) in ["new", "experienced"].into_iter().enumerate() {
                let mut of = [0_usize; 5];
                for user in self.users() {
                    let Some(begun) = self.dates(user, self.as_of).first().copied() else {
                        continue;
                    };
                    let inside: Vec<&Event> = self
                        .of(user)
                        .filter(|event| is_active(event) && event.time_us < self.as_of)
                        .filter(|event| {
                            let date = self.date(event.time_us);
                            let is_new = date < begun + Days::new(30);
                            first <= date && date < first + Days::new(7) && is_new == (group == 0)
                        })
                        .collect();
                    let dates: BTreeSet<NaiveDate> = inside
                        .iter()
                        .map(|event| self.date(event.time_us))
                        .collect();
                    let used = || inside.iter().filter(|event| is_use(event));
                    let with = |outcome| used().filter(|event| event.outcome == outcome).count();
                    of[0] += usize::from(!inside.is_empty());
                    of[1] += used().count();
                    of[2] += dates.len();
                    of[3] += with(Outcome::Success);
                    of[4] += with(Outcome::Failure);
                }
                if is_over {
                    sums[group]
                        .iter_mut()
                        .zip(of)
                        .for_each(|(sum, of)| *sum += of);
                }
                let mut cells = vec![text(&first.to_string()), text(name)];
                cells.extend(rates(&of));
                weekly.push(cells);
            }
        }
        let total = |(name, of): (&str, &[usize; 5])| {
            let mut cells = vec![text(name)];
            cells.extend(rates(of));
            cells
        };
        let totals = if weeks.is_empty() {
            Vec::new()
        } else {
            ["new", "experienced"]
                .into_iter()
                .zip(&sums)
                .map(total)
                .collect()
        };
        (totals, weekly)
    }

    pub fn before_and_after(&self) -> Rows {
        let Some(before) = self.before else {
            return Vec::new();
        };
        let (after, users) = (self.period, self.users());
        let weeks = |period: Period| period.length_us() as f64 / (7 * DAY_US) as f64;
        let was_active = |user: &str, period: Period| {
            self.of(user)
                .any(|event| is_active(event) && period.contains(event.time_us))
        };
        let days = |user: &str, period: Period| {
            let active = self.of(user).filter(|event| is_active(event));
            let dates = active
                .filter(|event| period.contains(event.time_us))
                .map(|event| self.date(event.time_us));
            dates.collect::<BTreeSet<_>>().len() as f64
        };
        let value = |measure: &str, user: &str, period: Period| -> Option<f64> {
            match measure {
                "executions_per_user_week" => {
                    Some(self.executions(user, period) as f64 / weeks(period))
                }
                "active_days_per_user_week" => Some(days(user, period) / weeks(period)),
                "success_rate" => {
                    let (good, bad) = self.rate(user, period);
                    (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
                }
                _ => (before.length_us() == after.length_us())
                    .then(|| self.tools(user, period) as f64),
            }
        };
        let measures = [
            "executions_per_user_week",
            "active_days_per_user_week",
            "success_rate",
            "tools_used",
        ];
        let row = |measure: &&str| {
            let pairs: Vec<(f64, f64)> = users
                .iter()
                .filter(|user| was_active(user, before) && was_active(user, after))
                .filter_map(|user| value(measure, user, before).zip(value(measure, user, after)))
                .collect();
            let n = pairs.len() as f64;
            let mean = |of: &dyn Fn(&(f64, f64)) -> f64| {
                (!pairs.is_empty()).then(|| pairs.iter().map(of).sum::<f64>() / n)
            };
            let difference = mean(&|pair| pair.1 - pair.0);
            let half = difference.filter(|_| pairs.len() > 1).map(|middle| {
                let squares = pairs.iter().map(|pair| (pair.1 - pair.0 - middle).powi(2));
                student(pairs.len() - 1) * (squares.sum::<f64>() / (n - 1.0)).sqrt() / n.sqrt()
            });
            vec![
                text(measure),
                int(pairs.len()),
                float(mean(&|pair| pair.0)),
                float(mean(&|pair| pair.1)),
                float(difference),
                float(half.map(|half| difference.unwrap() - half)),
                float(half.map(|half| difference.unwrap() + half)),
            ]
        };
        measures.iter().map(row).collect()
    }
}

/// People, executions, days, successes, failures.
fn rates(of: &[usize; 5]) -> Vec<Cell> {
    vec![
        int(of[0]),
        ratio(of[1], of[0]),
        ratio(of[2], of[0]),
        ratio(of[3], of[3] + of[4]),
    ]
}

fn quantile(mut values: Vec<f64>, q: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = q * (values.len().checked_sub(1)?) as f64;
    let (low, high) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
    Some(low + (high - low) * rank.fract())
}

fn wilson(good: usize, bad: usize) -> (Cell, Cell) {
    let (good, n) = (good as f64, (good + bad) as f64);
    if n == 0.0 {
        return (Cell::Null, Cell::Null);
    }
    let z = 1.959_963_984_540_054_f64;
    let centre = (good + z * z / 2.0) / (n + z * z);
    let half = z / (n + z * z) * (good * (n - good) / n + z * z / 4.0).sqrt();
    // Exact at the ends, since the upper bound is compared with a median there.
    let low = if good == 0.0 { 0.0 } else { centre - half };
    let high = if good == n { 1.0 } else { centre + half };
    (Cell::Float(low), Cell::Float(high))
}

/// The 97.5 % quantile of the t distribution, by bisection of its integral.
fn student(freedom: usize) -> f64 {
    let n = freedom as f64;
    // Γ((n+1)/2) / Γ(n/2), by steps of one from Γ(1) / Γ(1/2) or Γ(3/2) / Γ(1).
    let root = std::f64::consts::PI.sqrt();
    let (mut ratio, mut at) = if freedom % 2 == 1 {
        (1.0 / root, 1.0)
    } else {
        (root / 2.0, 2.0)
    };
    while at < n {
        ratio *= (at + 1.0) / at;
        at += 2.0;
    }
    let scale = ratio / (n * std::f64::consts::PI).sqrt();
    let density = |x: f64| scale * (1.0 + x * x / n).powf(-(n + 1.0) / 2.0);
    let integral = |t: f64| {
        let steps = 4_000;
        let step = t / f64::from(steps);
        let inner: f64 = (1..steps)
            .map(|at| density(f64::from(at) * step) * if at % 2 == 0 { 2.0 } else { 4.0 })
            .sum();
        (density(0.0) + inner + density(t)) * step / 3.0
    };
    let (mut low, mut high) = (1.0, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if integral(middle) < 0.475 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
