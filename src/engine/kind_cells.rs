//! From the state of other kinds of events to their numbers.

use super::kind_state::{KindState, KindStates};
use super::reads::{Reads, reads};
use super::state::GroupState;
use crate::metrics::{MetricId, quantile};
use crate::model::{Cell, EventKind, Outcome};

/// The cell of a metric that [`reads`] knows; `Null` for others, and where a pre-aggregate covers part of the group.
pub fn cell(metric: MetricId, state: &mut GroupState) -> Cell {
    let count = |count: u64| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let float = |value: Option<f64>| {
        value
            .filter(|value| value.is_finite())
            .map_or(Cell::Null, Cell::Float)
    };
    let (events, conversations) = (state.events(), state.conversations());
    let mut none = KindStates::default();
    let kinds = state.kinds.as_deref_mut().unwrap_or(&mut none);
    let Some(reads) = reads(metric).filter(|_| !kinds.lacks_kinds) else {
        return Cell::Null;
    };
    let kind = metric.spec().kind;
    let mut nothing = KindState::default();
    let of_kind = kind
        .and_then(|kind| kinds.of_kind.get_mut(&kind))
        .unwrap_or(&mut nothing);
    let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
    match reads {
        Reads::Events => count(events),
        Reads::All if kind == Some(EventKind::Conversation) => count(conversations),
        Reads::All => count(of_kind.events()),
        Reads::Successes => count(of_kind.of(Outcome::Success)),
        Reads::Failures => count(of_kind.failures()),
        Reads::SuccessShare => float(share(of_kind.of(Outcome::Success), of_kind.events())),
        Reads::FailureShare => float(share(of_kind.failures(), of_kind.events())),
        Reads::DurationMean => float(of_kind.durations.mean_ms()),
        Reads::DurationPercentile(q) => float(quantile(&mut of_kind.values, q)),
        Reads::TokensIn => count(kinds.amounts.tokens_in),
        Reads::TokensOut => count(kinds.amounts.tokens_out),
        Reads::Cost => float(Some(kinds.amounts.cost_usd.value())),
        Reads::Devices => count(kinds.devices.len() as u64),
        Reads::Storage if kinds.storage.is_empty() => Cell::Null,
        Reads::Storage => {
            let bytes = kinds.storage.values().map(|&(_, bytes)| bytes);
            count(bytes.fold(0, u64::saturating_add))
        }
        Reads::Uptime => float(kinds.uptime_share()),
        Reads::OpenLinks => {
            count(kinds.links.values().filter(|link| link.is_open()).count() as u64)
        }
    }
}
