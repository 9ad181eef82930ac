//! What happens in a session beside tool executions: conversations, provider calls, connections, documents (D13).

use rand::RngExt;

use super::catalogue::{MODELS, SERVERS, WORKSPACES};
use super::chance::{exponential, happens, lognormal, pick};
use super::events::{DemoEvent, NONE_8, NONE_16, NONE_32, Teller};
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
    (stories::STORAGE_SAMPLES, storage_sample),
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

fn provider_call(teller: &mut Teller, event: &mut DemoEvent, _day: i64) {
    event.kind = EventKind::ProviderCall;
    event.model = model(teller);
    let rng = &mut teller.rng;
    event.duration_us = us(lognormal(rng, 5_200.0, 0.6));
    event.tokens_in = lognormal(rng, 6_800.0, 0.9) as u32;
    event.tokens_out = lognormal(rng, 620.0, 0.8) as u32;
    let (_, _, price_in, price_out) = MODELS[usize::from(event.model)];
    let cost = f64::from(event.tokens_in) * price_in + f64::from(event.tokens_out) * price_out;
    // Prices are per thousand tokens; providers bill to a millionth of a dollar.
    event.cost_usd = (cost * 1e3).round() / 1e6;
    if happens(rng, 0.012) {
        event.outcome = Outcome::Failure;
        event.error = error_code("rate_limited");
        event.tokens_out = 0;
        event.cost_usd = 0.0;
    }
}

fn connection(teller: &mut Teller, event: &mut DemoEvent, day: i64) {
    event.kind = EventKind::Connection;
    event.server = server(teller);
    event.duration_us = us(lognormal(&mut teller.rng, 420.0, 0.7));
    let days_ago = teller.today - day;
    let (from, until) = stories::MISCONFIGURED_DAYS_AGO;
    let misconfigured = SERVERS[usize::from(event.server)].name == stories::MISCONFIGURED_SERVER
        && (until..from).contains(&days_ago);
    if happens(&mut teller.rng, if misconfigured { 0.4 } else { 0.025 }) {
        event.outcome = Outcome::Failure;
        event.error = error_code("connection_refused");
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

/// Storage of a workspace grows all year; nobody in particular takes the sample.
fn storage_sample(teller: &mut Teller, event: &mut DemoEvent, day: i64) {
    event.kind = EventKind::StorageSample;
    (event.person, event.session) = (NONE_16, NONE_32);
    (event.client, event.version, event.platform) = (NONE_8, NONE_8, NONE_8);
    let (_, _, _, size, _) = WORKSPACES[usize::from(event.workspace)];
    let passed = (day - teller.today + stories::DAYS) as f64 / stories::DAYS as f64;
    let gib = size * (3.0 + 9.0 * passed) + teller.rng.random::<f64>() * 0.2;
    event.bytes = (gib * 1_073_741_824.0) as u64;
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

fn us(ms: f64) -> u64 {
    (ms * 1e3) as u64
}
