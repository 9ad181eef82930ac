//! Long work cut into frames, so that the page answers to the person between two pieces.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::dom;

type Work = Box<dyn FnOnce()>;

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(u64, Work)>,
    owners: u64,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
}

/// Who asks for frames; of each owner only the newest work waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(u64);

pub fn owner() -> Owner {
    QUEUE.with_borrow_mut(|queue| {
        queue.owners += 1;
        Owner(queue.owners)
    })
}

/// Does this work in a frame where no other work of this kind is done. A hidden page has no frames: it waits.
/// While any waits, `data-drawing` is on the root element.
pub fn in_own_frame(owner: Owner, work: impl FnOnce() + 'static) {
    let is_first = QUEUE.with_borrow_mut(|queue| {
        let waiting = &mut queue.waiting;
        let is_first = waiting.is_empty();
        match waiting.iter_mut().find(|(of, _)| *of == owner.0) {
            Some(known) => known.1 = Box::new(work),
            None => waiting.push_back((owner.0, Box::new(work))),
        }
        is_first
    });
    if is_first {
        dom::set_root_data("drawing", "");
        next();
    }
}

fn next() {
    leptos::prelude::request_animation_frame(|| {
        let work = QUEUE.with_borrow_mut(|queue| queue.waiting.pop_front());
        if let Some((_, work)) = work {
            work();
        }
        if QUEUE.with_borrow(|queue| queue.waiting.is_empty()) {
            dom::remove_root_data("drawing");
        } else {
            next();
        }
    });
}
