//! Tables about workspaces and clients: which grouped queries each is made of. What they tell is made in `insight`.

use serde::{Deserialize, Serialize};

use super::{Dimension, Query};
use crate::metrics::MetricId;
use crate::model::Column;

/// A table that is made of grouped ones, and mostly of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlaceTable {
    Workspaces,
    WorkspacesCreated,
    WorkspaceSizes,
    SizeAndActivity,
    Contribution,
    Lorenz,
    LorenzSummary,
    Overlap,
    WorthMerging,
    ToolAssignment,
    ToolsToShare,
    Clients,
    Effectiveness,
    ClientVersions,
    OlderVersions,
    PeopleOnOlderVersions,
}

const WORKSPACE: Dimension = Dimension::Column(Column::Workspace);
const TOOL: Dimension = Dimension::Column(Column::Tool);
const USER: Dimension = Dimension::Column(Column::User);
const CLIENT: Dimension = Dimension::Column(Column::Client);
const VERSION: Dimension = Dimension::Column(Column::ClientVersion);

impl PlaceTable {
    /// The queries whose tables it is made of, in the order in which `insight` takes them. `part` makes one without a
    /// comparison.
    pub fn parts(
        self,
        query: &Query,
        part: impl Fn(&[Dimension], &[MetricId]) -> Query,
    ) -> Vec<Query> {
        use MetricId::{
            DocumentsShared, DurationP50, DurationP95, Executions, Failures, LastUsed, Share,
            SuccessRate, Users,
        };
        let compared = |by: Dimension| Query {
            compare: query.compare,
            ..part(&[by], &[Executions])
        };
        let tools = || part(&[WORKSPACE, TOOL], &[Executions]);
        let people = || part(&[WORKSPACE, USER], &[Executions, Users]);
        match self {
            Self::Workspaces => vec![
                compared(WORKSPACE),
                part(
                    &[WORKSPACE],
                    &[
                        Executions,
                        Share,
                        SuccessRate,
                        Failures,
                        Users,
                        DurationP95,
                        LastUsed,
                    ],
                ),
                part(&[WORKSPACE], &[DocumentsShared]),
                tools(),
                people(),
            ],
            Self::WorkspacesCreated | Self::WorkspaceSizes => vec![part(&[], &[Executions])],
            Self::SizeAndActivity => vec![part(&[WORKSPACE], &[Executions])],
            Self::Contribution => vec![people()],
            Self::Lorenz | Self::LorenzSummary => vec![part(&[USER], &[Executions])],
            Self::Overlap | Self::WorthMerging => vec![tools(), people()],
            Self::ToolAssignment => vec![tools()],
            Self::ToolsToShare => {
                vec![tools(), people(), part(&[TOOL], &[Executions, SuccessRate])]
            }
            Self::Clients | Self::Effectiveness => {
                let mut parts = vec![
                    compared(CLIENT),
                    part(
                        &[CLIENT],
                        &[
                            Executions,
                            Share,
                            Users,
                            SuccessRate,
                            DurationP50,
                            DurationP95,
                            LastUsed,
                        ],
                    ),
                    part(&[CLIENT, TOOL], &[Users]),
                ];
                if self == Self::Effectiveness {
                    parts.push(Query {
                        compare: query.compare,
                        ..part(&[CLIENT, USER], &[Executions])
                    });
                }
                parts
            }
            Self::ClientVersions => vec![part(
                &[CLIENT, VERSION],
                &[Executions, Users, SuccessRate, LastUsed],
            )],
            Self::OlderVersions | Self::PeopleOnOlderVersions => vec![part(
                &[CLIENT, VERSION, USER],
                &[Executions, Users, LastUsed],
            )],
        }
    }

    /// Is it about members, assigned tools or dates that only the directory has?
    pub const fn needs_directory(self) -> bool {
        matches!(
            self,
            Self::Workspaces
                | Self::WorkspacesCreated
                | Self::WorkspaceSizes
                | Self::SizeAndActivity
                | Self::ToolAssignment
                | Self::ToolsToShare
        )
    }
}
