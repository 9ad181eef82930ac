//! Questions under way: out to every shard, states back, merged in worker 0, newest wins.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_channel::oneshot;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::pool::Inner;
use super::watch::CRASHES_MAX;
use crate::model::{Provenance, ResultTable, Zone};
use crate::protocol::{AskId, ErrorCode, Request};
use crate::query::{AskContext, Query, Question};

const GIVEN_UP: &str = "Answering this stopped a data worker twice, so it is set aside. Choose another range or fewer filters, and please report it; reloading the page tries it again.";

/// Questions of one lane replace each other; lanes run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The widgets of the page.
    Board,
    /// Counts beside filter values.
    Facet,
    /// All widgets of a page, for a file.
    Export,
    /// Of another page that uses these workers: its number, and its own lane.
    Follower { follower: u32, lane: u8 },
}

impl Lane {
    /// As a follower tells it to its host.
    pub const fn code(self) -> u8 {
        match self {
            Self::Board => 0,
            Self::Facet => 1,
            Self::Export => 2,
            Self::Follower { lane, .. } => lane,
        }
    }
}

/// Tables in the order of the queries, and where they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub tables: Vec<ResultTable>,
    pub provenance: Provenance,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum AskError {
    /// A newer question took its place; not an error to show.
    #[error("A newer question took its place.")]
    Superseded,
    /// The worker fell; the pool replaces it and the page asks again when its data is back.
    #[error("A data worker stopped and is being replaced; the numbers come back by themselves.")]
    WorkerLost,
    #[error("{message}")]
    Failed { code: ErrorCode, message: String },
}

/// One question under way.
pub struct Pending {
    pub id: AskId,
    lane: Lane,
    zone: Zone,
    question: Question,
    queries: Vec<Query>,
    context: AskContext,
    /// One in another zone waits for its turn.
    is_sent: bool,
    /// Of the data that its context was worked out from.
    revision: u64,
    /// Workers that have not answered yet.
    waiting: BTreeSet<usize>,
    /// The states of the shards, opaque here.
    partials: Vec<JsValue>,
    reply: Option<oneshot::Sender<Result<Answer, AskError>>>,
}

/// Equal for equal questions.
fn digest(question: &Question, queries: &[Query]) -> u64 {
    let mut digest = DefaultHasher::new();
    (question, queries).hash(&mut digest);
    digest.finish()
}

fn given_up() -> AskError {
    AskError::Failed {
        code: ErrorCode::Internal,
        message: GIVEN_UP.into(),
    }
}

impl Pending {
    pub fn concerns(&self, worker: usize) -> bool {
        self.waiting.contains(&worker)
    }

    fn digest(&self) -> u64 {
        digest(&self.question, &self.queries)
    }

    fn settle(&mut self, result: Result<Answer, AskError>) {
        if let Some(reply) = self.reply.take() {
            // The asker may be gone with its page; then nobody misses the answer.
            let _ = reply.send(result);
        }
    }
}

impl Inner {
    /// Sends a question out, in the place of an older one of its lane.
    pub fn begin_ask(
        &mut self,
        lane: Lane,
        zone: Zone,
        question: Question,
        queries: Vec<Query>,
        context: AskContext,
    ) -> oneshot::Receiver<Result<Answer, AskError>> {
        self.cancel_lane(lane);
        self.last_ask += 1;
        let id = self.last_ask;
        let (reply, answer) = oneshot::channel();
        if self.given_up.contains(&digest(&question, &queries)) {
            // Whoever asks is still there.
            let _ = reply.send(Err(given_up()));
            return answer;
        }
        self.asks.push(Pending {
            id,
            lane,
            zone,
            question,
            queries,
            context,
            is_sent: false,
            revision: self.shared.revision,
            waiting: BTreeSet::new(),
            partials: Vec::new(),
            reply: Some(reply),
        });
        self.send_asks();
        answer
    }

    /// Sends what waits, in its order. The workers cut time in one zone at once: a question in another waits until all
    /// that were sent are answered.
    pub fn send_asks(&mut self) {
        while let Some(at) = self.asks.iter().position(|pending| !pending.is_sent) {
            if self.asks[at].revision != self.shared.revision {
                // Its context is not so any more; whoever asked works out another.
                let id = self.asks[at].id;
                self.settle_ask(id, Err(AskError::WorkerLost));
                continue;
            }
            if self.asks[at].zone != self.zone {
                if self.asks.iter().any(|pending| pending.is_sent) {
                    return;
                }
                self.zone = self.asks[at].zone.clone();
                self.send_all(&Request::SetZone(self.zone.clone()));
            }
            let shards = self.shards();
            let pending = &mut self.asks[at];
            pending.is_sent = true;
            pending.waiting = shards.iter().copied().collect();
            let request = Request::Ask {
                id: pending.id,
                question: pending.question.clone(),
                queries: pending.queries.clone(),
                context: pending.context.clone(),
                partial: shards.len() > 1,
            };
            for worker in shards {
                self.send(worker, &request, &[]);
            }
        }
    }

    /// Nobody waits for what this follower asked.
    pub fn cancel_follower(&mut self, gone: u32) {
        for lane in 0..=2 {
            self.cancel_lane(Lane::Follower {
                follower: gone,
                lane,
            });
        }
    }

    /// A shard's states came; the last one starts the merge.
    pub fn partial_came(&mut self, worker: usize, id: AskId, states: JsValue) {
        let Some(pending) = self.asks.iter_mut().find(|pending| pending.id == id) else {
            return;
        };
        pending.waiting.remove(&worker);
        pending.partials.push(states);
        if pending.waiting.is_empty() {
            pending.waiting.insert(0);
            let (question, queries) = (pending.question.clone(), pending.queries.clone());
            let merge = Request::Merge {
                id,
                question,
                queries,
                context: pending.context.clone(),
            };
            let partials = std::mem::take(&mut pending.partials);
            self.send(0, &merge, &partials);
        }
    }

    /// A question has its answer, or none; the next may have its turn.
    pub fn ask_settled(&mut self, id: AskId, result: Result<Answer, AskError>) {
        self.settle_ask(id, result);
        self.send_asks();
    }

    fn settle_ask(&mut self, id: AskId, result: Result<Answer, AskError>) {
        let Some(position) = self.asks.iter().position(|pending| pending.id == id) else {
            return;
        };
        let mut pending = self.asks.remove(position);
        if result.is_ok() {
            let digest = pending.digest();
            self.lost_asks.retain(|&(held, _), _| held != digest);
        }
        pending.settle(result);
    }

    /// Everything this worker was asked is lost with it. When nothing else can have killed it, the questions are
    /// suspected, and one that did so twice is set aside: it would go on for ever, whatever data comes or goes.
    pub fn drop_asks_of(&mut self, worker: usize, are_suspected: bool) {
        let lost: Vec<(AskId, u64)> = self
            .asks
            .iter()
            .filter(|pending| pending.concerns(worker))
            .map(|pending| (pending.id, pending.digest()))
            .collect();
        let mut suspects = self.left_behind.remove(&worker).unwrap_or_default();
        suspects.extend(lost.iter().map(|(_, digest)| digest));
        for digest in suspects.into_iter().filter(|_| are_suspected) {
            // Each worker by itself: one question sent to all of them may end all of them once.
            let crashes = self.lost_asks.entry((digest, worker)).or_default();
            *crashes += 1;
            if *crashes >= CRASHES_MAX {
                self.lost_asks.retain(|&(held, _), _| held != digest);
                self.given_up.insert(digest);
            }
        }
        for (id, digest) in lost {
            let error = if self.given_up.contains(&digest) {
                given_up()
            } else {
                AskError::WorkerLost
            };
            self.leave_behind(id);
            // What waits is sent once the new worker is there.
            self.settle_ask(id, Err(error));
        }
        self.left_behind.remove(&worker);
    }

    /// Nobody waits for this question any more, but its workers may still be at it, and die of it.
    fn leave_behind(&mut self, id: AskId) {
        let pending = self.asks.iter().find(|pending| pending.id == id);
        let Some(pending) = pending else { return };
        let digest = pending.digest();
        for &worker in &pending.waiting {
            self.left_behind.entry(worker).or_default().insert(digest);
        }
    }

    /// A worker that says anything about a question has survived those before it.
    pub fn answered(&mut self, worker: usize) {
        self.left_behind.remove(&worker);
    }

    /// Was it asked anything that it has not answered?
    pub fn is_asked(&self, worker: usize) -> bool {
        self.left_behind.contains_key(&worker)
            || self.asks.iter().any(|pending| pending.concerns(worker))
    }

    fn cancel_lane(&mut self, lane: Lane) {
        let older: Vec<AskId> = self
            .asks
            .iter()
            .filter(|pending| pending.lane == lane)
            .map(|pending| pending.id)
            .collect();
        for id in older {
            for worker in 0..self.workers.len() {
                self.send(worker, &Request::Cancel { id }, &[]);
            }
            self.leave_behind(id);
            self.ask_settled(id, Err(AskError::Superseded));
        }
    }

    /// The workers that hold something; worker 0 when nobody does, so that there is an answer.
    fn shards(&self) -> Vec<usize> {
        let holding: BTreeSet<usize> = self
            .sources
            .iter()
            .filter(|source| source.is_ready())
            .map(|source| source.worker)
            .collect();
        if holding.is_empty() {
            vec![0]
        } else {
            holding.into_iter().collect()
        }
    }
}
