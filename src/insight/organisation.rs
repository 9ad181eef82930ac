//! What the directory says of workspaces and tools, as far as the filters of a question leave it.

use std::collections::{BTreeSet, HashMap};

use crate::model::directory::CatalogueTool;
use crate::model::{Directory, TimeUs};

/// A workspace of the directory.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    pub id: &'a str,
    pub name: Option<&'a str>,
    /// By the ids of the directory.
    pub members: BTreeSet<&'a str>,
    pub tools: BTreeSet<&'a str>,
    pub created_us: Option<TimeUs>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Organisation<'a> {
    pub workspaces: Vec<Place<'a>>,
    /// The tools of the catalogue.
    pub tools: Vec<&'a CatalogueTool>,
    /// Those of them that no workspace of the directory is assigned.
    pub unassigned: Vec<&'a str>,
    /// Is there a directory?
    pub is_known: bool,
    directory: Option<&'a Directory>,
    index: HashMap<String, usize>,
    servers: HashMap<&'a str, Option<&'a str>>,
}

impl<'a> Organisation<'a> {
    /// `keeps_workspace` by its id or none, `keeps_person` by the position in the directory or else by the name, `keeps_tool` by
    /// its name and server.
    pub fn new(
        directory: Option<&'a Directory>,
        keeps_workspace: impl Fn(Option<&str>) -> bool,
        keeps_person: impl Fn(Option<usize>, &str) -> bool,
        keeps_tool: impl Fn(&str, Option<&str>) -> bool,
    ) -> Self {
        let Some(directory) = directory else {
            return Self::default();
        };
        let index = directory.people_index();
        let member = |name: &'a String| {
            let position = index.get(&name.to_lowercase()).copied();
            let person = position.and_then(|position| directory.people.get(position));
            keeps_person(position, name).then(|| person.map_or(name.as_str(), |one| &one.id))
        };
        let mut servers = HashMap::new();
        for tool in &directory.tools {
            let server = tool.server.as_deref();
            servers.entry(tool.name.as_str()).or_insert(server);
        }
        let server = |tool: &str| servers.get(tool).copied().flatten();
        let place = |workspace: &'a crate::model::directory::Workspace| Place {
            id: &workspace.id,
            name: workspace.name.as_deref(),
            members: workspace.members.iter().filter_map(member).collect(),
            tools: workspace
                .assigned_tools
                .iter()
                .map(String::as_str)
                .filter(|tool| keeps_tool(tool, server(tool)))
                .collect(),
            created_us: workspace.created_at,
        };
        let workspaces = directory.workspaces.iter();
        let assigned: BTreeSet<&str> = workspaces
            .clone()
            .flat_map(|workspace| workspace.assigned_tools.iter().map(String::as_str))
            .collect();
        let tools: Vec<&CatalogueTool> = directory
            .tools
            .iter()
            .filter(|tool| keeps_tool(&tool.name, tool.server.as_deref()))
            .collect();
        let names = tools.iter().map(|tool| tool.name.as_str());
        Self {
            workspaces: workspaces
                .filter(|workspace| keeps_workspace(Some(&workspace.id)))
                .map(place)
                .collect(),
            unassigned: names
                .filter(|tool| keeps_workspace(None) && !assigned.contains(tool))
                .collect(),
            tools,
            is_known: true,
            directory: Some(directory),
            index,
            servers,
        }
    }

    /// Of a tool of the catalogue.
    pub fn server(&self, tool: &str) -> Option<&'a str> {
        self.servers.get(tool).copied().flatten()
    }

    /// The directory's id of a person whom events may spell otherwise.
    pub fn person<'b>(&self, name: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let position = self.index.get(&name.to_lowercase());
        let person = position.and_then(|&position| self.directory?.people.get(position));
        person.map_or(name, |person| &person.id)
    }

    pub fn place(&self, id: &str) -> Option<&Place<'a>> {
        self.workspaces.iter().find(|place| place.id == id)
    }
}
