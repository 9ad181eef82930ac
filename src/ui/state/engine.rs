//! Which page has the workers: an embed uses those of a page of our origin around or beside it, and starts its own only
//! where there is none. When that page goes, the first to notice takes its place.
//!
//! Does not own: the talk between them (`client::shared`), looking around (`browser::siblings`).

use std::rc::Rc;

use super::data::{DataState, Opening};
use crate::client::Pool;
use crate::ui::browser::siblings::{self, Lender};
use crate::ui::browser::{dom, page};

/// How often a page without workers looks whether those it uses are still there.
const LOOK_MS: i32 = 500;

/// Lets others use the workers of this page.
pub fn lend(pool: &Pool) {
    let pool = pool.clone();
    siblings::lend(move |port| pool.take_follower(port));
}

/// Finds workers, or starts them; `open` opens the data then.
pub fn settle(data: DataState, open: Rc<dyn Fn()>) {
    if let Some(pool) = data.pool() {
        page::on_leaving(move || pool.say_bye());
        find(data, open);
    }
}

fn find(data: DataState, open: Rc<dyn Fn()>) {
    let Some(pool) = data.pool() else { return };
    let lender = siblings::find();
    if let Some((lender, port)) = lender.and_then(|lender| Some((lender.clone(), lender.call()?))) {
        pool.follow(port);
        dom::set_root_data("engine", "shared");
        return look_after(lender, data, open);
    }
    dom::set_root_data("engine", "own");
    if pool.lead().is_err() {
        return data.no_workers();
    }
    lend(&pool);
    open();
}

fn look_after(lender: Lender, data: DataState, open: Rc<dyn Fn()>) {
    dom::later(LOOK_MS, move || {
        if lender.stands() {
            return look_after(lender, data, open);
        }
        if let Some(pool) = data.pool() {
            data.set_opening(Opening::Busy);
            pool.leave();
            find(data, open);
        }
    });
}
