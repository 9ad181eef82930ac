//! What happens in a session beside tool executions: conversations, provider calls, connections, documents (D13).
//! Which of them belong together, and when exactly, is for `weave`.

use rand::RngExt;

use super::catalogue::{CLIENTS, MODELS, SERVERS};
use super::chance::{exponential, happens, lognormal, pick};
use super::events::{DemoEvent, Teller};
use super::executions::error_code;
use super::stories;
use crate::model::{EventKind, Outcome};

/// Writes one kind of moment into an event that has its person, place and time.
type Moment = fn(&mut Teller, &mut DemoEvent, i64);

/// In parts of a thousand of all events.
pub const MOMENTS: [(u32, Moment); 11] = [
    (stories::CONVERSATIONS, conversation),
    (stories::FIRST_RESPONSES, first_response),
    (stories::PROVIDER_CALLS, provider_call),
    (stories::CONNECTIONS, connection),
    (stories::DISCONNECTIONS, disconnection),
    (stories::AUTHENTICATIONS, authentication),
    (stories::DOCUMENTS_SHARED, document_shared),
    (stories::DOCUMENTS_INDEXED, document_indexed),
    (stories::DOCUMENTS_SEARCHED, document_searched),
    (stories::DEVICES_CONNECTED, device_connected),
    (stories::DOCUMENTS_FOUND_AT_ONCE, document_found_at_once),
];

fn conversation(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::Conversation;
    event.model = model(teller);
    event.duration_us = us(lognormal(&mut teller.rng, 64_000.0, 0.8));
}

fn first_response(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::FirstResponse;
    event.model = model(teller);
    event.duration_us = us(lognormal(&mut teller.rng, 1_250.0, 0.5));
}

fn provider_call(teller: &mut Teller, event: &mut DemoEvent, day: i64) {
    event.kind = EventKind::ProviderCall;
    event.model = model(teller);
    let rng = &mut teller.rng;
    event.duration_us = us(lognormal(rng, 5_200.0, 0.6));
    event.tokens_in = lognormal(rng, 6_800.0, 0.9) as u32;
    event.tokens_out = lognormal(rng, 620.0, 0.8) as u32;
    if happens(rng, 0.012) {
        event.outcome = Outcome::Failure;
        event.error = error_code("rate_limited");
        event.tokens_out = 0;
    }
    event.cost_usd = cost_usd(event, teller.today - day);
}

/// What a provider call costs by its model, tokens and day; a failed one nothing.
pub fn cost_usd(call: &DemoEvent, days_ago: i64) -> f64 {
    if call.outcome == Outcome::Failure {
        return 0.0;
    }
    let (model, _, price_in, price_out) = MODELS[usize::from(call.model)];
    let was_dear = model == stories::CHEAPER_MODEL && days_ago >= stories::CHEAPER_SINCE_DAYS_AGO;
    let factor = if was_dear { stories::PRICE_BEFORE } else { 1.0 };
    let cost = f64::from(call.tokens_in) * price_in + f64::from(call.tokens_out) * price_out;
    // Prices are per thousand tokens; providers bill to a millionth of a dollar.
    (cost * factor * 1e3).round() / 1e6
}

fn connection(teller: &mut Teller, event: &mut DemoEvent, day: i64) {
    event.kind = EventKind::Connection;
    event.server = server(teller);
    event.duration_us = us(lognormal(&mut teller.rng, 420.0, 0.7));
    let days_ago = teller.today - day;
    let (from, until) = stories::MISCONFIGURED_DAYS_AGO;
    let misconfigured = SERVERS[usize::from(event.server)].name == stories::MISCONFIGURED_SERVER
        && (until..from).contains(&days_ago);
    let client = CLIENTS[usize::from(event.client)];
    let broken = client.name == stories::BROKEN_CLIENT
        && client.releases[usize::from(event.version)].0 == stories::BROKEN_VERSION;
    let rate = match (misconfigured, broken) {
        (true, _) => stories::MISCONFIGURED_CONNECTION_FAILURE_RATE,
        (_, true) => stories::BROKEN_CONNECTION_FAILURE_RATE,
        _ => stories::CONNECTION_FAILURE_RATE,
    };
    if happens(&mut teller.rng, rate) {
        event.outcome = Outcome::Failure;
        event.error = error_code(if broken && !misconfigured {
            stories::BROKEN_ERROR
        } else {
            "connection_refused"
        });
    }
}

fn disconnection(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::Disconnection;
    event.server = server(teller);
    event.duration_us = us(exponential(&mut teller.rng, 2.4 * 3_600_000.0));
}

fn authentication(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::Authentication;
    event.server = server(teller);
    event.duration_us = us(lognormal(&mut teller.rng, 310.0, 0.6));
    if happens(&mut teller.rng, 0.03) {
        event.outcome = Outcome::Failure;
        event.error = error_code("authentication_failed");
    }
}

fn document_shared(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::DocumentShared;
    event.bytes = lognormal(&mut teller.rng, 240_000.0, 1.2) as u64;
}

fn document_indexed(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::DocumentIndexed;
    event.bytes = lognormal(&mut teller.rng, 310_000.0, 1.3) as u64;
    event.duration_us = us(lognormal(&mut teller.rng, 900.0, 0.8));
}

fn document_searched(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::DocumentSearched;
    event.duration_us = us(lognormal(&mut teller.rng, 140.0, 0.6));
}

fn device_connected(_teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::DeviceConnected;
}

/// A search whose answer was at hand.
fn document_found_at_once(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::DocumentSearched;
    event.duration_us = us(4.0 + 20.0 * teller.rng.random::<f64>());
}

fn model(teller: &mut Teller) -> u8 {
    pick(
        &mut teller.rng,
        &MODELS.map(|(_, share, _, _)| f64::from(share)),
    ) as u8
}

fn server(teller: &mut Teller) -> u8 {
    teller.rng.random_range(0..SERVERS.len()) as u8
}

pub fn us(ms: f64) -> u64 {
    (ms * 1e3) as u64
}
