//! The demo's `directory.json`: what the organisation knows about itself (D6).

use super::catalogue::{
    CLIENTS, DEPARTMENTS, MODELS, ORGANISATION, SERVERS, TOOL_PRICES, WORKSPACES,
};
use super::events::Year;
use super::people;
use super::stories;
use crate::model::TimeUs;
use crate::model::directory::{CatalogueTool, Directory, Goal, Person, Price, Workspace};
use crate::model::zone::{DAY_US, HOUR_US};

/// A workspace is given a tool when its home department does at least this share of its work with it.
const ASSIGNED_SHARE: f64 = 0.008;
/// Directory dates are at this hour, UTC.
const OFFICE_HOUR: i64 = 9;

pub fn directory(year: &Year) -> Directory {
    Directory {
        version: 1,
        organisation: Some(ORGANISATION.into()),
        people: year.people.iter().map(person).collect(),
        workspaces: workspaces(year),
        tools: tools(year.today),
        prices: prices(),
        goals: stories::GOALS
            .iter()
            .map(|&(metric, target, days, label)| Goal {
                metric: metric.into(),
                target,
                by: Some(morning(year.today + days)),
                label: Some(label.into()),
            })
            .collect(),
    }
}

fn morning(day: i64) -> TimeUs {
    day * DAY_US + OFFICE_HOUR * HOUR_US
}

fn person(person: &people::Person) -> Person {
    let department = &DEPARTMENTS[person.department];
    Person {
        id: person.id.clone(),
        email: Some(person.id.clone()),
        name: Some(person.name.clone()),
        department: Some(department.name.into()),
        team: Some(department.teams[person.team].into()),
        role: Some(person.role.into()),
        invited_at: Some(morning(person.invited_day)),
        first_login_at: person.first_login_day.map(morning),
        seat: person.left_day.is_none(),
    }
}

fn workspaces(year: &Year) -> Vec<Workspace> {
    let tool_sums = people::tool_sums();
    let tools = super::catalogue::tools();
    let describe = |(position, &(id, name, home, _, created_days_ago)): (
        usize,
        &super::catalogue::WorkspaceSpec,
    )| {
        let sums = &tool_sums[home];
        let total = sums.last().copied().unwrap_or(1.0);
        let share = |tool: usize| {
            let before = tool.checked_sub(1).map_or(0.0, |before| sums[before]);
            (sums[tool] - before) / total
        };
        // Days before the demo's year differ by workspace, so that their creation is a curve and not a step.
        let created = if created_days_ago == 0 {
            year.today - stories::DAYS - 11 * position as i64
        } else {
            year.today - created_days_ago
        };
        Workspace {
            id: id.into(),
            name: Some(name.into()),
            members: year
                .people
                .iter()
                .filter(|person| person.left_day.is_none() && person.workspaces.contains(&position))
                .map(|person| person.id.clone())
                .collect(),
            assigned_tools: (0..tools.len())
                .filter(|&tool| share(tool) >= ASSIGNED_SHARE)
                .map(|tool| tools[tool].0.name.to_owned())
                .collect(),
            created_at: Some(morning(created)),
        }
    };
    WORKSPACES.iter().enumerate().map(describe).collect()
}

fn tools(today: i64) -> Vec<CatalogueTool> {
    let mut tools = Vec::new();
    for server in &SERVERS {
        let used = server.tools.iter().map(|tool| tool.name);
        for name in used.chain(server.unused.iter().copied()) {
            tools.push(CatalogueTool {
                name: name.into(),
                server: Some(server.name.into()),
                description: None,
                added_at: Some(morning(today - stories::DAYS - 30)),
            });
        }
    }
    tools
}

fn prices() -> Vec<Price> {
    let tools = TOOL_PRICES.iter().map(|&(tool, usd)| Price {
        tool: Some(tool.into()),
        usd_per_execution: Some(usd),
        ..Price::default()
    });
    let models = MODELS.iter().map(|&(model, _, usd_in, usd_out)| Price {
        model: Some(model.into()),
        usd_per_1k_tokens_in: Some(usd_in),
        usd_per_1k_tokens_out: Some(usd_out),
        ..Price::default()
    });
    tools.chain(models).collect()
}

const _: () = assert!(CLIENTS.len() == 6 && SERVERS.len() == 15 && WORKSPACES.len() == 40);
