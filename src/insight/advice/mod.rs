//! Recommendations (E5): the rules, each with its numbers, and what all of them make of an organisation.

mod champions;
mod failing;
mod spikes;
mod unused;
mod words;

use super::frame::Frame;
use super::organisation::Organisation;
use super::parts::Part;
use super::table::{float, metrics, names, table};
use crate::metrics::MetricId;
use crate::model::zone::DAY_US;
use crate::model::{Cell, ResultTable, TimeUs};

/// What was not used for so long is not in use.
const QUIET_US: TimeUs = 14 * DAY_US;
/// A person reads so many.
const TOLD_MAX: usize = 8;

/// One way to find something.
struct Rule {
    id: &'static str,
    /// What to do about what it finds.
    action: &'static str,
    /// It tells at most so many, those that concern most first.
    told_max: usize,
    /// It is about what does not happen, which a filter can't tell from what it hides.
    only_unfiltered: bool,
    find: fn(&Evidence) -> Vec<Finding>,
}

/// The numbers of a rule stand as constants beside its function.
const RULES: [Rule; 8] = [
    Rule {
        id: "failing tool",
        action: "Look at its configuration: credentials, environment variables, limits and the arguments it is given.",
        told_max: 3,
        only_unfiltered: false,
        find: failing::failing_tools,
    },
    Rule {
        id: "failing client version",
        action: "Update to a newer version, which does better.",
        told_max: 2,
        only_unfiltered: false,
        find: failing::versions_to_leave,
    },
    Rule {
        id: "failing new client version",
        action: "Hold this version back until it is fixed; older ones do better.",
        told_max: 2,
        only_unfiltered: false,
        find: failing::versions_to_hold_back,
    },
    Rule {
        id: "spike",
        action: "See who caused it; if it is wanted, plan the capacity for it, else set a limit.",
        told_max: 2,
        only_unfiltered: false,
        find: spikes::spikes,
    },
    Rule {
        id: "sleeping workspace",
        action: "Ask its members whether it is still needed.",
        told_max: 2,
        only_unfiltered: true,
        find: unused::sleeping_workspaces,
    },
    Rule {
        id: "low adoption",
        action: "Offer a training, or assign another tool.",
        told_max: 2,
        only_unfiltered: true,
        find: unused::low_adoption,
    },
    Rule {
        id: "unused tool",
        action: "Remove it from the catalogue, or promote it.",
        told_max: 2,
        only_unfiltered: true,
        find: unused::unused_tools,
    },
    Rule {
        id: "power user",
        action: "Make this person a champion who shows others how.",
        told_max: 3,
        only_unfiltered: false,
        find: champions::champions,
    },
];

/// What a rule found.
struct Finding {
    /// The dimension that `name` is a value of.
    pub about: &'static str,
    pub name: String,
    /// The client, where it is about a version of it.
    pub client: Option<String>,
    /// A sentence with numbers and without names.
    pub sentence: String,
    /// Executions of all executions, or people of all people, 0 to 1.
    pub affected: f64,
}

/// What rules look at.
struct Evidence<'a> {
    pub all: &'a Part,
    pub tools: &'a Part,
    pub days: &'a Part,
    pub days_of_tools: &'a Part,
    pub people: &'a Part,
    pub workspaces: &'a Part,
    /// With their last use.
    pub awake: &'a Part,
    pub versions: &'a Part,
    pub clients: &'a Part,
    /// By client, version and person.
    pub version_people: &'a Part,
    pub organisation: &'a Organisation<'a>,
    pub frame: &'a Frame<'a>,
}

impl Evidence<'_> {
    pub fn executions(&self) -> f64 {
        self.all.number(0, MetricId::Executions).unwrap_or_default()
    }

    pub fn users(&self) -> f64 {
        self.all.number(0, MetricId::Users).unwrap_or_default()
    }

    /// Where in the period there can be events, in days.
    pub fn days(&self) -> f64 {
        let begin_us = self.frame.data_begin_us.unwrap_or(i64::MIN);
        let from_us = self.frame.period_us.0.max(begin_us);
        self.frame.as_of_us().saturating_sub(from_us) as f64 / DAY_US as f64
    }
}

/// What can be recommended, what concerns most first.
pub fn recommendations(
    parts: &[Part],
    organisation: &Organisation,
    is_filtered: bool,
    frame: &Frame,
) -> ResultTable {
    let [
        all,
        tools,
        days,
        days_of_tools,
        people,
        workspaces,
        awake,
        versions,
        clients,
        version_people,
    ] = parts
    else {
        return ResultTable::default();
    };
    let evidence = Evidence {
        all,
        tools,
        days,
        days_of_tools,
        people,
        workspaces,
        awake,
        versions,
        clients,
        version_people,
        organisation,
        frame,
    };
    let mut found: Vec<(usize, &Rule, Finding)> = Vec::new();
    let is_asked = |rule: &&Rule| !(rule.only_unfiltered && is_filtered);
    for rule in RULES.iter().filter(is_asked) {
        let mut findings = (rule.find)(&evidence);
        sort(&mut findings, |finding| finding.affected);
        let told = findings.into_iter().take(rule.told_max).enumerate();
        found.extend(told.map(|(rank, finding)| (rank, rule, finding)));
    }
    sort(&mut found, |(_, _, finding)| finding.affected);
    // The first of each rule before the second of any, so that one kind of trouble does not hide the others.
    found.sort_by_key(|(rank, _, _)| *rank);
    found.truncate(TOLD_MAX);
    sort(&mut found, |(_, _, finding)| finding.affected);
    let text = |text: &str| Cell::Text(text.into());
    let rows = found.iter().map(|(_, rule, finding)| {
        vec![
            text(rule.id),
            text(finding.about),
            text(&finding.name),
            finding.client.as_deref().map_or(Cell::Null, text),
            text(&finding.sentence),
            text(rule.action),
            float(Some(finding.affected.clamp(0.0, 1.0))),
        ]
    });
    let rows = rows.collect();
    let mut columns = metrics(&[MetricId::AdviceRule, MetricId::AdviceAbout]);
    columns.extend([names("name", "Name"), names("client", "Client")]);
    columns.extend(metrics(&[
        MetricId::AdviceFinding,
        MetricId::AdviceAction,
        MetricId::AdviceAffected,
    ]));
    table(frame, columns, rows, all.table.events)
}

/// Stable: equal ones stay in the order of the rules and of their names.
fn sort<T>(found: &mut [T], affected: impl Fn(&T) -> f64) {
    found.sort_by(|a, b| affected(b).total_cmp(&affected(a)));
}
