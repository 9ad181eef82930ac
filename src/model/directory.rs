//! The directory (D6): people, workspaces, tool catalogue and prices, as an organisation knows them.
//! Owns: its shape and look-ups. Does not own: what a missing directory means for a widget (`query`).

use std::collections::HashMap;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::{TimeUs, Warning, WarningCode};

/// A person. Only `id` is required; everything else makes more numbers possible.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// What the events' `user` column holds.
    pub id: String,
    /// A second spelling events may use.
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub department: Option<String>,
    #[serde(default)]
    pub team: Option<String>,
    #[serde(default)]
    pub role: Option<String>,
    /// RFC 3339 in files.
    #[serde(default, with = "time_text")]
    pub invited_at: Option<TimeUs>,
    #[serde(default, with = "time_text")]
    pub first_login_at: Option<TimeUs>,
    /// Does this person hold a seat?
    #[serde(default = "yes")]
    pub seat: bool,
}

impl Person {
    /// The month in which this person began: of the first login, else of the invitation (`2026-03`). The directory's times
    /// are days, so that no zone moves somebody into another month.
    pub fn cohort(&self) -> Option<String> {
        let began = DateTime::from_timestamp_micros(self.first_login_at.or(self.invited_at)?)?;
        Some(began.format("%Y-%m").to_string())
    }

    /// Takes over what another record of the same person says; its own id stays, since events name it.
    fn take(&mut self, other: Self) {
        self.email = other.email.or(self.email.take());
        self.name = other.name.or(self.name.take());
        self.department = other.department.or(self.department.take());
        self.team = other.team.or(self.team.take());
        self.role = other.role.or(self.role.take());
        self.invited_at = other.invited_at.or(self.invited_at);
        self.first_login_at = other.first_login_at.or(self.first_login_at);
        self.seat = other.seat;
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// What the events' `workspace` column holds.
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    /// Ids of people.
    #[serde(default)]
    pub members: Vec<String>,
    /// Names of tools.
    #[serde(default)]
    pub assigned_tools: Vec<String>,
    #[serde(default, with = "time_text")]
    pub created_at: Option<TimeUs>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogueTool {
    pub name: String,
    #[serde(default)]
    pub server: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default, with = "time_text")]
    pub added_at: Option<TimeUs>,
}

/// A price: of one execution of a tool, or of a thousand tokens of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Price {
    #[serde(default)]
    pub tool: Option<String>,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub usd_per_execution: Option<f64>,
    #[serde(default)]
    pub usd_per_1k_tokens_in: Option<f64>,
    #[serde(default)]
    pub usd_per_1k_tokens_out: Option<f64>,
}

/// A target or a budget on a metric (goals and budgets of D12).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// A metric id of the registry.
    pub metric: String,
    pub target: f64,
    #[serde(default, with = "time_text")]
    pub by: Option<TimeUs>,
    #[serde(default)]
    pub label: Option<String>,
}

/// `directory.json`: `{"version":1,"organisation":…,"people":[…],"workspaces":[…],"tools":[…],"prices":[…],"goals":[…]}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    #[serde(default = "first_version")]
    pub version: u32,
    #[serde(default)]
    pub organisation: Option<String>,
    #[serde(default)]
    pub people: Vec<Person>,
    #[serde(default)]
    pub workspaces: Vec<Workspace>,
    #[serde(default)]
    pub tools: Vec<CatalogueTool>,
    #[serde(default)]
    pub prices: Vec<Price>,
    #[serde(default)]
    pub goals: Vec<Goal>,
}

impl Directory {
    /// People who hold a seat; the denominator of adoption.
    pub fn seats(&self) -> u64 {
        self.people.iter().filter(|person| person.seat).count() as u64
    }

    /// A new directory in the place of the one that is held; one that has only people is merged into it. Gives the ids
    /// of those who met nobody: for the person's own page, and for nothing that leaves it.
    pub fn joined(held: Option<Self>, new: Self) -> (Self, Vec<String>) {
        let only_people = Self {
            version: new.version,
            people: new.people.clone(),
            ..Self::default()
        };
        match held {
            Some(held) if new == only_people => held.merged(new),
            _ => (new, Vec::new()),
        }
    }

    /// This directory with another's people: they meet by id or e-mail, whatever the letter case, and what the other
    /// says goes before. Gives the ids of the other's people who met nobody and are new.
    fn merged(mut self, other: Self) -> (Self, Vec<String>) {
        let index = self.people_index();
        let mut new = Vec::new();
        for person in other.people {
            let by_id = index.get(&person.id.to_lowercase());
            let by_email = || index.get(&person.email.as_ref()?.to_lowercase());
            match by_id.or_else(by_email).copied() {
                Some(at) => self.people[at].take(person),
                None => {
                    new.push(person.id.clone());
                    self.people.push(person);
                }
            }
        }
        (self, new)
    }

    /// What has to be said when people of a table met nobody: how many, not who.
    pub fn unmatched(source: &str, people: usize) -> Option<Warning> {
        let who = match people {
            0 => return None,
            1 => "1 person",
            _ => &format!("{people} people"),
        };
        let message = format!(
            "{who} of {source} matched nobody in the directory, by id or e-mail, and {} added to it; they may be there twice under two names.",
            if people == 1 { "was" } else { "were" }
        );
        Some(Warning::new(WarningCode::PeopleUnmatched, message))
    }

    /// From every spelling of a person (id and e-mail, lower case) to the position in `people`.
    pub fn people_index(&self) -> HashMap<String, usize> {
        let mut index = HashMap::new();
        for (position, person) in self.people.iter().enumerate() {
            index.insert(person.id.to_lowercase(), position);
            if let Some(email) = &person.email {
                index.entry(email.to_lowercase()).or_insert(position);
            }
        }
        index
    }
}

fn yes() -> bool {
    true
}

fn first_version() -> u32 {
    1
}

/// RFC 3339 (or a plain date, midnight UTC) in files, µs inside.
mod time_text {
    use chrono::{DateTime, NaiveDate, NaiveTime};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::TimeUs;

    #[expect(
        clippy::ref_option,
        reason = "serde's `with` passes a reference to the field"
    )]
    pub fn serialize<S: Serializer>(
        time: &Option<TimeUs>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = time
            .and_then(DateTime::from_timestamp_micros)
            .map(|time| time.to_rfc3339());
        text.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TimeUs>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Some(time.timestamp_micros()));
        }
        let date: NaiveDate = text
            .parse()
            .map_err(|_| Error::custom("expected a date or an RFC 3339 time"))?;
        Ok(Some(
            date.and_time(NaiveTime::MIN).and_utc().timestamp_micros(),
        ))
    }
}
