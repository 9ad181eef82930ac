//! The oracle of other kinds of events: every number from the list of a group's rows.

use std::collections::{BTreeMap, BTreeSet};

use toolscope::metrics::MetricId;
use toolscope::model::{Cell, EventKind, Outcome};
use toolscope::query::Query;

use super::events::Event;

/// The kind a metric is about; `None` for executions and for what looks at several.
fn kind(metric: MetricId) -> Option<EventKind> {
    use MetricId::*;
    Some(match metric {
        Conversations
        | ConversationLatencyMean
        | ConversationLatencyP50
        | ConversationLatencyP95 => EventKind::Conversation,
        FirstResponseMean | FirstResponseP50 | FirstResponseP95 => EventKind::FirstResponse,
        ProviderCalls | ProviderFailureRate | ProviderTimeMean | ProviderTimeP50
        | ProviderTimeP95 | TokensIn | TokensOut => EventKind::ProviderCall,
        Connections
        | ConnectionFailures
        | ConnectionFailureRate
        | UptimeShare
        | ActiveConnections => EventKind::Connection,
        Authentications | AuthenticationSuccessRate => EventKind::Authentication,
        DocumentsShared => EventKind::DocumentShared,
        DocumentsIndexed => EventKind::DocumentIndexed,
        DocumentsSearched => EventKind::DocumentSearched,
        DevicesConnected => EventKind::DeviceConnected,
        StorageBytes => EventKind::StorageSample,
        _ => return None,
    })
}

/// Does a measure of the query count this event?
pub fn is_about(query: &Query, event: &Event) -> bool {
    query.measures.iter().any(|&metric| match metric {
        MetricId::Events => true,
        MetricId::CostUsd => event.other.cost_usd.is_some(),
        _ => match kind(metric) {
            Some(kind) => event.kind == kind,
            None => matches!(event.kind, EventKind::Execution | EventKind::Conversation),
        },
    })
}

/// Is it compared per day, when periods differ in length?
pub fn sums_up(metric: MetricId) -> bool {
    use MetricId::*;
    matches!(
        metric,
        Events
            | Conversations
            | ProviderCalls
            | TokensIn
            | TokensOut
            | CostUsd
            | Connections
            | ConnectionFailures
            | Authentications
            | DocumentsShared
            | DocumentsIndexed
            | DocumentsSearched
    )
}

/// `all` is everything that was loaded, whatever the question: what never occurs there is not available.
pub fn measure(metric: MetricId, rows: &[&Event], all: &[&Event]) -> Cell {
    use MetricId::*;
    let has_tokens =
        |event: &&&Event| event.other.tokens_in.is_some() || event.other.tokens_out.is_some();
    let is_there = kind(metric).is_none_or(|kind| all.iter().any(|event| event.kind == kind))
        && match metric {
            MetricId::CostUsd => all.iter().any(|event| event.other.cost_usd.is_some()),
            MetricId::TokensIn | MetricId::TokensOut => all.iter().any(|event| has_tokens(&event)),
            _ => true,
        };
    if !is_there {
        return Cell::Null;
    }
    let own: Vec<&Event> = rows
        .iter()
        .copied()
        .filter(|event| kind(metric) == Some(event.kind))
        .collect();
    let count = |outcomes: &[Outcome]| {
        let of = own.iter().filter(|event| outcomes.contains(&event.outcome));
        of.count() as i64
    };
    let failed = [Outcome::Failure, Outcome::Rejected];
    let share = |part: i64| match own.len() {
        0 => Cell::Null,
        all => Cell::Float(part as f64 / all as f64),
    };
    let total = |tokens: fn(&Event) -> Option<u64>| {
        let sum: u128 = own
            .iter()
            .filter_map(|event| tokens(event))
            .map(u128::from)
            .sum();
        Cell::Int(i64::try_from(sum).unwrap_or(i64::MAX))
    };
    match metric {
        Events => Cell::Int(rows.len() as i64),
        Conversations | ProviderCalls | Connections | Authentications => {
            Cell::Int(own.len() as i64)
        }
        ConnectionFailures => Cell::Int(count(&failed)),
        ConnectionFailureRate | ProviderFailureRate => share(count(&failed)),
        AuthenticationSuccessRate => share(count(&[Outcome::Success])),
        DocumentsShared | DocumentsIndexed | DocumentsSearched => {
            Cell::Int(count(&[Outcome::Success]))
        }
        TokensIn => total(|event| event.other.tokens_in),
        TokensOut => total(|event| event.other.tokens_out),
        CostUsd => Cell::Float(rows.iter().filter_map(|event| event.other.cost_usd).sum()),
        DevicesConnected => {
            let connected = own
                .iter()
                .filter(|event| event.outcome == Outcome::Success)
                .map(|event| (event.user, event.other.platform))
                .filter(|device| *device != (None, None));
            Cell::Int(connected.collect::<BTreeSet<_>>().len() as i64)
        }
        StorageBytes => storage(&own),
        UptimeShare | ActiveConnections => links(metric, rows),
        _ => durations(metric, &own),
    }
}

fn storage(samples: &[&Event]) -> Cell {
    let mut by_workspace: BTreeMap<Option<&str>, Vec<(i64, u64)>> = BTreeMap::new();
    for sample in samples {
        if let Some(bytes) = sample.other.bytes {
            let of_workspace = by_workspace.entry(sample.workspace).or_default();
            of_workspace.push((sample.time_us, bytes));
        }
    }
    if by_workspace.is_empty() {
        return Cell::Null;
    }
    let newest = by_workspace.values_mut().map(|samples| {
        samples.sort_unstable();
        u128::from(samples.last().unwrap().1)
    });
    Cell::Int(i64::try_from(newest.sum::<u128>()).unwrap_or(i64::MAX))
}

fn links(metric: MetricId, rows: &[&Event]) -> Cell {
    let ends = rows
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Connection | EventKind::Disconnection))
        .filter(|event| event.other.session.is_some());
    let links: BTreeSet<_> = ends
        .map(|event| (event.other.session, event.other.server))
        .collect();
    let (mut open, mut connected, mut whole) = (0, 0_i64, 0_i64);
    for (session, server) in links {
        let of_link =
            |event: &&&Event| (event.other.session, event.other.server) == (session, server);
        let connects: Vec<i64> = rows
            .iter()
            .filter(of_link)
            .filter(|event| event.kind == EventKind::Connection)
            .filter(|event| event.outcome == Outcome::Success)
            .map(|event| event.time_us)
            .collect();
        let leaves: Vec<&&Event> = rows
            .iter()
            .filter(of_link)
            .filter(|event| event.kind == EventKind::Disconnection)
            .collect();
        let last_leave = leaves.iter().map(|event| event.time_us).max();
        let Some(&last_connect) = connects.iter().max() else {
            continue;
        };
        let is_open = last_leave.is_none_or(|leave| last_connect > leave);
        open += i64::from(is_open);
        if leaves.iter().any(|event| event.duration_ms.is_none()) {
            continue;
        }
        let last_event = rows
            .iter()
            .filter(|event| event.other.session == session)
            .map(|event| event.time_us)
            .max()
            .unwrap();
        let span = last_event - connects.iter().min().unwrap();
        let told: i64 = leaves
            .iter()
            .map(|event| (event.duration_ms.unwrap() * 1e3).round() as i64)
            .sum();
        let tail = if is_open {
            last_event - last_connect
        } else {
            0
        };
        connected += (told + tail).min(span);
        whole += span;
    }
    match metric {
        MetricId::ActiveConnections => Cell::Int(open),
        _ if whole == 0 => Cell::Null,
        _ => Cell::Float(connected as f64 / whole as f64),
    }
}

fn durations(metric: MetricId, own: &[&Event]) -> Cell {
    use MetricId::*;
    let mut finished: Vec<f64> = own
        .iter()
        .filter(|event| !matches!(event.outcome, Outcome::Rejected | Outcome::Running))
        .filter_map(|event| event.duration_ms)
        .collect();
    if finished.is_empty() {
        return Cell::Null;
    }
    finished.sort_by(f64::total_cmp);
    let at = |q: f64| {
        let rank = q * (finished.len() - 1) as f64;
        let (low, high) = (
            finished[rank.floor() as usize],
            finished[rank.ceil() as usize],
        );
        Cell::Float(low + (high - low) * rank.fract())
    };
    match metric {
        ConversationLatencyMean | FirstResponseMean | ProviderTimeMean => {
            Cell::Float(finished.iter().sum::<f64>() / finished.len() as f64)
        }
        ConversationLatencyP50 | FirstResponseP50 | ProviderTimeP50 => at(0.5),
        ConversationLatencyP95 | FirstResponseP95 | ProviderTimeP95 => at(0.95),
        other => panic!("{other:?}"),
    }
}
