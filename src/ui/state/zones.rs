//! The rules of the chosen time zone. The page fetches one zone's rules, not a table of all.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::notices::{Tone, use_notices};
use super::question::use_question;
use crate::model::{Zone, ZoneRules};
use crate::ui::browser::{http, locale};

/// The zone in force: that of the question, once its rules are here.
#[derive(Clone, Copy)]
pub struct ZoneState {
    /// `None` until the first rules arrived.
    pub zone: RwSignal<Option<Zone>>,
}

pub fn provide() {
    let question = use_question().question;
    let notices = use_notices();
    let zone = RwSignal::new(None);
    let name = Memo::new(move |_| question.with(|question| question.zone.clone()));
    let take = move |rules: Zone| {
        locale::set_zone(rules.name());
        zone.set(Some(rules));
    };
    Effect::new(move |_| {
        let wanted = name.get();
        if wanted == "UTC" {
            return take(Zone::utc());
        }
        spawn_local(async move {
            let rules = fetch(&wanted).await;
            if name.get_untracked() != wanted {
                return;
            }
            match rules {
                Some(rules) => take(rules),
                None => {
                    notices.say(
                        Tone::Problem,
                        format!("The time zone “{wanted}” is unknown here; times and days are shown in UTC. Choose another zone."),
                    );
                    take(Zone::utc());
                }
            }
        });
    });
    provide_context(ZoneState { zone });
}

/// The rules of a zone by its IANA name; `None` when there are none or they can't be reached.
pub async fn fetch(name: &str) -> Option<Zone> {
    if name == "UTC" {
        return Some(Zone::utc());
    }
    let rules = http::json::<ZoneRules>(&format!("/zones/{name}.json")).await;
    rules.ok().map(Zone::new)
}

pub fn use_zone() -> ZoneState {
    expect_context()
}
