//! Looking for news: by hand, and every few minutes when a person wants that (D11).
//! Owns: the choice, the moment of the last look, the minute that passes. Does not own: what is fetched (`client`).

use std::time::Duration;

use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::data::{DataState, use_data};
use super::notices::{Notices, Tone, use_notices};
use crate::ui::browser::{dom, storage};

/// Minutes between looks; 0 is off.
pub const CHOICES_MINUTES: [u32; 4] = [0, 1, 5, 15];
const STORAGE_KEY: &str = "auto-refresh";

#[derive(Clone, Copy)]
pub struct Refresh {
    pub minutes: RwSignal<u32>,
    /// When the page last looked for news, by the viewer's clock.
    pub last_us: RwSignal<i64>,
    /// The viewer's clock, every half a minute: ages are said by it.
    pub clock_us: RwSignal<i64>,
    pub is_busy: RwSignal<bool>,
    data: DataState,
    notices: Notices,
}

impl Refresh {
    /// Looks now, unless a look is under way.
    pub fn look(self) {
        let Some(pool) = self.data.pool() else { return };
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        spawn_local(async move {
            let result = pool.refresh().await;
            self.is_busy.set(false);
            match result {
                Ok(_) => self.last_us.set(dom::clock_us()),
                Err(sentence) => self.notices.say(Tone::Problem, sentence),
            }
        });
    }
}

pub fn provide() {
    let kept = storage::get(STORAGE_KEY).and_then(|text| text.parse().ok());
    let minutes = kept.filter(|minutes| CHOICES_MINUTES.contains(minutes));
    let refresh = Refresh {
        minutes: RwSignal::new(minutes.unwrap_or_default()),
        last_us: RwSignal::new(dom::clock_us()),
        clock_us: RwSignal::new(dom::clock_us()),
        is_busy: RwSignal::new(false),
        data: use_data(),
        notices: use_notices(),
    };
    Effect::new(move |running: Option<Option<IntervalHandle>>| {
        if let Some(handle) = running.flatten() {
            handle.clear();
        }
        let minutes = refresh.minutes.get();
        storage::set(STORAGE_KEY, &minutes.to_string());
        let every = Duration::from_secs(60 * u64::from(minutes));
        // Without a timer the button is still there.
        (minutes > 0)
            .then(|| set_interval_with_handle(move || refresh.look(), every).ok())
            .flatten()
    });
    let tick = move || refresh.clock_us.set(dom::clock_us());
    // It runs as long as the page does.
    let _ = set_interval_with_handle(tick, Duration::from_secs(30));
    provide_context(refresh);
}

pub fn use_refresh() -> Refresh {
    expect_context()
}
