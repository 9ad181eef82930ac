//! The dashboards: which widgets stand on each page, and the pages of single things.

use super::{TOOL, USER, WORKSPACE, clients, compare, executive, tools, users, workspaces};
use crate::query::Dimension;

/// A page of widgets.
#[derive(Debug, Clone, Copy)]
pub struct DashboardSpec {
    /// Its route (`/tools`), and `--dashboard` on the command line.
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    /// The dashboard of all such things, when this one is the page of a single one (`/tools/run_query`). On the command
    /// line a filter names the thing.
    pub of: Option<(&'static str, Dimension)>,
    /// Ids, in the order of the page.
    pub widgets: &'static [&'static str],
}

/// In the order of the navigation.
pub const DASHBOARDS: &[DashboardSpec] = &[
    DashboardSpec {
        id: "executive",
        title: "Executive dashboard",
        description: "How much AI tools are used, how reliably, and by whom.",
        of: None,
        widgets: executive::DASHBOARD,
    },
    DashboardSpec {
        id: "tools",
        title: "Tools",
        description: "Which tools run, how fast and how reliably, and which nobody needs.",
        of: None,
        widgets: tools::DASHBOARD,
    },
    DashboardSpec {
        id: "users",
        title: "Users",
        description: "Who is active, who comes back, and who needs help.",
        of: None,
        widgets: users::DASHBOARD,
    },
    DashboardSpec {
        id: "workspaces",
        title: "Workspaces",
        description: "Which workspaces use what, and what they could share.",
        of: None,
        widgets: workspaces::DASHBOARD,
    },
    DashboardSpec {
        id: "clients",
        title: "Clients",
        description: "Which AI clients people use, in which versions, and how well they connect.",
        of: None,
        widgets: clients::DASHBOARD,
    },
    DashboardSpec {
        id: "compare",
        title: "Side by side",
        description: "Two or more tools, workspaces, clients or people next to each other.",
        of: None,
        widgets: compare::DASHBOARD,
    },
    DashboardSpec {
        id: "tool",
        title: "Tool",
        description: "One tool: how often it runs, how well, and for whom.",
        of: Some(("tools", TOOL)),
        widgets: tools::DETAIL,
    },
    DashboardSpec {
        id: "user",
        title: "User",
        description: "One person: what they run, how well, and when.",
        of: Some(("users", USER)),
        widgets: users::DETAIL,
    },
    DashboardSpec {
        id: "workspace",
        title: "Workspace",
        description: "One workspace: what it runs, how well, and who does.",
        of: Some(("workspaces", WORKSPACE)),
        widgets: workspaces::DETAIL,
    },
];

pub fn dashboard(id: &str) -> Option<&'static DashboardSpec> {
    DASHBOARDS.iter().find(|dashboard| dashboard.id == id)
}

/// The page of a single one of what a dashboard is about, and which dimension names it.
pub fn details(id: &str) -> Option<(&'static DashboardSpec, Dimension)> {
    DASHBOARDS.iter().find_map(|dashboard| {
        let (parent, dimension) = dashboard.of?;
        (parent == id).then_some((dashboard, dimension))
    })
}

/// The dashboard whose pages of single things go by this dimension.
pub fn detailed(dimension: Dimension) -> Option<&'static str> {
    let mut parents = DASHBOARDS.iter().filter_map(|dashboard| dashboard.of);
    let (parent, _) = parents.find(|(_, of)| *of == dimension)?;
    dashboard(parent)
        .filter(|parent| !parent.widgets.is_empty())
        .map(|parent| parent.id)
}
