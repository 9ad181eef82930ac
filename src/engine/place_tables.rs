//! Tables about workspaces and clients: what `insight` makes of their parts.

use crate::insight::{Frame, Organisation, Part, places};
use crate::model::ResultTable;
use crate::model::zone::Bucket;
use crate::query::{Dimension, PlaceTable, Query};

pub fn place_table(
    place: PlaceTable,
    query: &Query,
    parts: &[Part],
    organisation: &Organisation,
    frame: &Frame,
) -> ResultTable {
    match place {
        PlaceTable::Workspaces => places::workspaces(parts, organisation, frame),
        PlaceTable::WorkspacesCreated => {
            let bucket = query.group_by.iter().find_map(|dimension| match dimension {
                Dimension::Time(bucket) => Some(*bucket),
                _ => None,
            });
            let bucket = bucket.unwrap_or(Bucket::Day);
            places::workspaces_created(parts, organisation, frame, bucket)
        }
        PlaceTable::WorkspaceSizes => places::workspace_sizes(parts, organisation, frame),
        PlaceTable::SizeAndActivity => places::size_and_activity(parts, organisation, frame),
        PlaceTable::Contribution => places::contribution(parts, organisation, frame),
        PlaceTable::Lorenz => places::lorenz(parts, organisation, frame),
        PlaceTable::LorenzSummary => places::lorenz_summary(parts, organisation, frame),
        PlaceTable::Overlap => places::overlap(parts, organisation, frame),
        PlaceTable::WorthMerging => places::worth_merging(parts, organisation, frame),
        PlaceTable::ToolAssignment => places::tool_assignment(parts, organisation, frame),
        PlaceTable::ToolsToShare => places::tools_to_share(parts, organisation, frame),
        PlaceTable::Clients => places::clients(parts, frame),
        PlaceTable::Effectiveness => places::client_effectiveness(parts, frame),
        PlaceTable::ClientVersions => places::client_versions(parts, frame),
        PlaceTable::OlderVersions => places::older_versions(parts, frame),
        PlaceTable::PeopleOnOlderVersions => places::people_on_older_versions(parts, frame),
    }
}
