//! A pool begins: without workers, with its own, or again with its own when those of another page are gone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::pool::{Inner, Pool, PoolConfig};
use super::shared::Shared;
use super::watch::{self, Starts};
use super::worker::Handle;
use crate::model::limits::WORKERS_MAX;
use crate::model::{TimeUs, Zone};
use crate::protocol::{Memory, Request};

impl Pool {
    /// Starts the workers. They load nothing until a manifest or file is opened and a question needs it.
    pub fn start(config: PoolConfig) -> Result<Self, JsValue> {
        let pool = Self::new(config);
        pool.lead()?;
        Ok(pool)
    }

    /// A pool without workers yet: [`Self::lead`] starts its own, [`Self::follow`] uses those of another page.
    pub fn new(config: PoolConfig) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            workers: Vec::new(),
            memory: Vec::new(),
            sources: Vec::new(),
            asks: Vec::new(),
            rows: BTreeMap::new(),
            last_ask: 0,
            last_source: 0,
            started_us: (js_sys::Date::now() * 1000.0) as TimeUs,
            zone: Zone::utc(),
            own_zone: Zone::utc(),
            budget_bytes: None,
            directory: None,
            manifest: None,
            manifest_url: None,
            version: 0,
            directories: 0,
            unmatched: Vec::new(),
            room_made_for: None,
            lost_asks: BTreeMap::new(),
            given_up: BTreeSet::new(),
            left_behind: BTreeMap::new(),
            starts: Vec::new(),
            replaced: 0,
            last_crash: None,
            beat_ms: js_sys::Date::now(),
            shared: Shared {
                workers: config.workers,
                ..Shared::default()
            },
            on_change: config.on_change,
        })))
    }

    /// Starts workers of its own.
    pub fn lead(&self) -> Result<(), JsValue> {
        let (count, is_watched) = {
            let mut inner = self.0.borrow_mut();
            let count = match inner.shared.workers {
                0 => default_workers(),
                workers => workers.min(WORKERS_MAX),
            };
            inner.memory = vec![Memory::default(); count];
            inner.starts = vec![Starts::default(); count];
            let is_watched = std::mem::replace(&mut inner.shared.is_watched, true);
            (count, is_watched)
        };
        for index in 0..count {
            let handle = Handle::start(self.listener(index))?;
            self.0.borrow_mut().workers.push(handle);
        }
        let mut inner = self.0.borrow_mut();
        inner.zone = inner.own_zone.clone();
        let request = Request::SetZone(inner.zone.clone());
        inner.send_all(&request);
        drop(inner);
        if !is_watched {
            watch::start(self);
        }
        Ok(())
    }
}

fn default_workers() -> usize {
    let cores = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    (cores as usize).clamp(1, WORKERS_MAX)
}
