//! Who works at the demo organisation: 2,000 people with a department, an office, habits and a history.

use std::collections::HashMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::catalogue::{CLIENTS, DEPARTMENTS, DOMAIN, PLATFORMS, SERVERS, WORKSPACES, tools};
use super::chance::{cumulative, exponential, happens, lognormal, normal, pick, pick_cumulative};
use super::names::{OFFICES, Office};
use super::stories::{self, Habit};

/// A person with what the events and the directory need to know. Days are UTC days since 1970.
#[derive(Debug, Clone)]
pub struct Person {
    /// The e-mail address; the events' `user`.
    pub id: String,
    pub name: String,
    /// Positions in the tables of `catalogue` and `names`.
    pub department: usize,
    pub team: usize,
    pub role: &'static str,
    pub office: usize,
    pub habit: Habit,
    /// The usual client first.
    pub clients: Vec<usize>,
    pub platform: usize,
    /// The home workspace first.
    pub workspaces: Vec<usize>,
    /// Tool codes this person returns to.
    pub favourites: Vec<usize>,
    pub invited_day: i64,
    pub first_login_day: Option<i64>,
    /// First day with tools; `None` for people who never use one.
    pub adopted_day: Option<i64>,
    pub left_day: Option<i64>,
    /// Days between a client's release and its installation.
    pub upgrade_days: f64,
    /// This person's calls beside others' of the same habit.
    pub zest: f64,
}

impl Person {
    pub fn office(&self) -> &'static Office {
        &OFFICES[self.office]
    }

    /// Does this person use tools on this day at all?
    pub fn works_on(&self, day: i64) -> bool {
        self.adopted_day.is_some_and(|adopted| adopted <= day)
            && self.left_day.is_none_or(|left| day < left)
    }
}

/// How likely each tool is for someone of each department: running sums over the tool codes.
pub fn tool_sums() -> Vec<Vec<f64>> {
    let tools = tools();
    let of_department = |department: &super::catalogue::Department| {
        cumulative(tools.iter().map(|&(tool, server)| {
            let all: f64 = SERVERS[server].tools.iter().map(|tool| tool.weight).sum();
            f64::from(department.servers[server]) * tool.weight / all
        }))
    };
    DEPARTMENTS.iter().map(of_department).collect()
}

/// Hires everybody. `today` is the UTC day of the demo's present.
pub fn hire(rng: &mut ChaCha8Rng, today: i64) -> Vec<Person> {
    let tool_sums = tool_sums();
    let mut addresses = HashMap::new();
    let mut people = Vec::new();
    for (department, spec) in DEPARTMENTS.iter().enumerate() {
        for number in 0..spec.people {
            let office = pick(rng, &OFFICES.map(|office| f64::from(office.share)));
            let (name, id) = name_someone(rng, &OFFICES[office], &mut addresses);
            let habit = stories::HABITS[pick(rng, &stories::HABITS.map(|habit| habit.share))];
            let history = History::draw(rng, spec.name, habit, today);
            let sums = &tool_sums[department];
            let mut favourites: Vec<usize> = (0..rng.random_range(3..=8))
                .map(|_| pick_cumulative(rng, sums))
                .collect();
            favourites.dedup();
            people.push(Person {
                id,
                name,
                department,
                team: rng.random_range(0..spec.teams.len()),
                role: role(rng, number),
                office,
                habit,
                clients: choose_clients(rng, department),
                platform: pick(rng, &PLATFORMS.map(|(_, share)| f64::from(share))),
                workspaces: choose_workspaces(rng, department),
                favourites,
                invited_day: history.invited_day,
                first_login_day: history.first_login_day,
                adopted_day: history.adopted_day,
                left_day: history.left_day,
                upgrade_days: exponential(rng, 7.0).min(75.0),
                zest: lognormal(rng, 1.0, stories::PERSONAL_SPREAD),
            });
        }
    }
    people
}

fn name_someone(
    rng: &mut ChaCha8Rng,
    office: &Office,
    addresses: &mut HashMap<String, u32>,
) -> (String, String) {
    let (given, given_address) = office.given[rng.random_range(0..office.given.len())];
    let (family, family_address) = office.family[rng.random_range(0..office.family.len())];
    let name = if office.family_first {
        format!("{family}{given}")
    } else {
        format!("{given} {family}")
    };
    let address = format!("{given_address}.{family_address}");
    let namesakes = addresses.entry(address.clone()).or_insert(0);
    *namesakes += 1;
    let id = if *namesakes == 1 {
        format!("{address}@{DOMAIN}")
    } else {
        format!("{address}{namesakes}@{DOMAIN}")
    };
    (name, id)
}

fn role(rng: &mut ChaCha8Rng, number: u32) -> &'static str {
    match number {
        0 => "Head",
        _ if happens(rng, 0.09) => "Manager",
        _ if happens(rng, 0.3) => "Senior",
        _ if happens(rng, 0.06) => "Intern",
        _ => "Member",
    }
}

fn choose_clients(rng: &mut ChaCha8Rng, department: usize) -> Vec<usize> {
    let technical = matches!(
        DEPARTMENTS[department].name,
        "Engineering" | "Data" | "Security"
    );
    let weights = CLIENTS.map(|client| {
        f64::from(if technical {
            client.engineers
        } else {
            client.others
        })
    });
    let usual = pick(rng, &weights);
    let mut clients = vec![usual];
    if happens(rng, 0.35) {
        let other = pick(rng, &weights);
        if other != usual {
            clients.push(other);
        }
    }
    clients
}

fn choose_workspaces(rng: &mut ChaCha8Rng, department: usize) -> Vec<usize> {
    let own = WORKSPACES.map(|(_, _, home, size, _)| if home == department { size } else { 0.0 });
    let any = WORKSPACES.map(|(_, _, _, size, _)| size);
    let mut chosen = vec![pick(rng, &own)];
    let more = pick(rng, &[0.45, 0.38, 0.17]);
    for _ in 0..more {
        let weights = if happens(rng, 0.7) { &own } else { &any };
        let workspace = pick(rng, weights);
        if !chosen.contains(&workspace) {
            chosen.push(workspace);
        }
    }
    chosen
}

/// The dates of a person's way into the tools, and out of the organisation.
#[expect(
    clippy::struct_field_names,
    reason = "named as in `Person`, with their unit"
)]
struct History {
    invited_day: i64,
    first_login_day: Option<i64>,
    adopted_day: Option<i64>,
    left_day: Option<i64>,
}

impl History {
    fn draw(rng: &mut ChaCha8Rng, department: &str, habit: Habit, today: i64) -> Self {
        if habit.active_chance == 0.0 {
            let invited_day = today - rng.random_range(5..stories::DAYS);
            let days = exponential(rng, 9.0) as i64;
            let logged_in = happens(rng, 0.55) && invited_day + days <= today;
            return Self {
                invited_day,
                first_login_day: logged_in.then_some(invited_day + days),
                adopted_day: None,
                left_day: None,
            };
        }
        let wave = department == stories::WAVE_DEPARTMENT && happens(rng, 0.86);
        let days_ago = if wave {
            stories::WAVE_DAYS_AGO - rng.random_range(0..=stories::WAVE_DAYS)
        } else if happens(rng, stories::ADOPTED_BEFORE) {
            stories::DAYS + rng.random_range(1..240)
        } else {
            ((190.0 + 95.0 * normal(rng)) as i64).clamp(2, stories::DAYS - 1)
        };
        let adopted_day = today - days_ago;
        let first_login_day = adopted_day - exponential(rng, 4.0) as i64;
        let invited_day = if wave {
            today - stories::WAVE_DAYS_AGO - 7
        } else {
            first_login_day - exponential(rng, 8.0) as i64
        };
        let stay_from = adopted_day.max(today - stories::DAYS) + 30;
        let leaves = happens(rng, stories::LEAVERS) && stay_from < today - 10;
        Self {
            invited_day: invited_day.min(first_login_day),
            first_login_day: Some(first_login_day),
            adopted_day: Some(adopted_day),
            left_day: leaves.then(|| rng.random_range(stay_from..today - 10)),
        }
    }
}
