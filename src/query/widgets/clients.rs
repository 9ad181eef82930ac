//! The widgets of the clients dashboard (C1 to C4).

use super::{ERROR, Look, Span, WidgetSpec, query, ranking, time, trend};
use crate::metrics::MetricId;
use crate::model::{Column, Outcome, Zone};
use crate::query::{AskContext, Clause, DerivedTable, Dimension, PlaceTable, Query, Question};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "clients",
    "client-adoption",
    "client-versions",
    "platforms",
    "client-effectiveness",
    "connections",
    "connection-errors",
    "storage",
    "resource-use",
];

const CLIENT: Dimension = Dimension::Column(Column::Client);
const VERSION: Dimension = Dimension::Column(Column::ClientVersion);
const PLATFORM: Dimension = Dimension::Column(Column::Platform);
/// What grows with use, beside storage, which is counted in bytes.
const RESOURCES: &[MetricId] = &[
    MetricId::Conversations,
    MetricId::DocumentsIndexed,
    MetricId::DocumentsSearched,
    MetricId::DevicesConnected,
];

pub const CLIENTS: &[WidgetSpec] = &[
    WidgetSpec::new(
        "clients",
        "Clients",
        "How much each AI client is used, by how many, how reliably and how fast.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .by(CLIENT),
    WidgetSpec::new(
        "client-adoption",
        "People by client",
        "How many people use each of the eight most common clients, over time.",
        Look::Lines,
        MetricId::Users,
    )
    .span(Span::Whole)
    .series(&[MetricId::Users]),
    WidgetSpec::new(
        "client-versions",
        "Client versions",
        "The versions in use, how well they do, and who is on old ones.",
        Look::Table,
        MetricId::Users,
    )
    .span(Span::Whole)
    .by(VERSION),
    WidgetSpec::new(
        "platforms",
        "Platforms",
        "The platforms that executions come from.",
        Look::Bars,
        MetricId::Executions,
    )
    .by(PLATFORM),
    WidgetSpec::new(
        "client-effectiveness",
        "Effectiveness by client",
        "Success, speed, breadth of use and who stays, side by side.",
        Look::Table,
        MetricId::SuccessRate,
    )
    .by(CLIENT),
    WidgetSpec::new(
        "connections",
        "Connections",
        "How well clients connect to servers, stay connected and authenticate.",
        Look::Table,
        MetricId::ConnectionFailureRate,
    )
    .span(Span::Whole)
    .by(CLIENT),
    WidgetSpec::new(
        "connection-errors",
        "Why connections fail",
        "The most common errors of connections that failed or were refused.",
        Look::Bars,
        MetricId::ConnectionFailures,
    )
    .by(ERROR),
    WidgetSpec::new(
        "resource-use",
        "Resource use",
        "Conversations, documents and devices over time.",
        Look::Lines,
        MetricId::Conversations,
    )
    .span(Span::Whole)
    .series(RESOURCES),
    WidgetSpec::new(
        "storage",
        "Storage in use",
        "How many bytes all workspaces together store over time.",
        Look::Line,
        MetricId::StorageBytes,
    ),
];

/// The queries of one of them; the first one is its main table.
pub fn queries(
    spec: &WidgetSpec,
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Query> {
    use MetricId as M;
    use PlaceTable as P;
    let table = |place, by: Dimension, compare| Query {
        compare,
        derived: Some(DerivedTable::Place(place)),
        ..query(spec, &[by], &[spec.measure])
    };
    let over_time = |measures: &[MetricId]| Query {
        compare: false,
        ..query(spec, &[time(question, context, zone)], measures)
    };
    match spec.id {
        "clients" => vec![
            table(P::Clients, CLIENT, true),
            trend(spec, CLIENT, (question, context, zone)),
        ],
        "client-adoption" => {
            let Dimension::Time(bucket) = time(question, context, zone) else {
                return Vec::new();
            };
            vec![Query {
                compare: false,
                derived: Some(DerivedTable::TopOverTime(CLIENT, bucket, M::Users)),
                ..query(spec, &[], &[M::Users])
            }]
        }
        "client-versions" => vec![
            table(P::ClientVersions, VERSION, false),
            Query {
                id: "older-versions".into(),
                title: "Clients with people on older versions".into(),
                ..table(P::OlderVersions, CLIENT, false)
            },
            Query {
                id: "people-on-older-versions".into(),
                title: "People on older versions".into(),
                ..table(P::PeopleOnOlderVersions, VERSION, false)
            },
        ],
        "platforms" => {
            let measures = [M::Executions, M::Share, M::Users, M::SuccessRate];
            vec![ranking(
                query(spec, &[PLATFORM], &measures),
                M::Executions,
                20,
            )]
        }
        "client-effectiveness" => vec![table(P::Effectiveness, CLIENT, true)],
        "connections" => {
            let measures = [
                M::Connections,
                M::ConnectionFailures,
                M::ConnectionFailureRate,
                M::ActiveConnections,
                M::UptimeShare,
                M::Authentications,
                M::AuthenticationSuccessRate,
            ];
            vec![ranking(
                query(spec, &[CLIENT], &measures),
                M::Connections,
                100,
            )]
        }
        "connection-errors" => vec![ranking(
            Query {
                extra_filters: vec![unsuccessful()],
                ..query(spec, &[ERROR], &[M::ConnectionFailures])
            },
            M::ConnectionFailures,
            10,
        )],
        "resource-use" => vec![over_time(&[RESOURCES, &[M::StorageBytes]].concat())],
        "storage" => vec![over_time(&[M::StorageBytes])],
        _ => Vec::new(),
    }
}

/// What failed or was refused; connections are counted so by their measure.
fn unsuccessful() -> Clause {
    Clause {
        dimension: Dimension::Column(Column::Outcome),
        exclude: false,
        values: [Outcome::Failure, Outcome::Rejected]
            .map(|outcome| outcome.name().into())
            .into(),
        source: None,
    }
}
