//! Answers for files: whole ones, of widgets that may not be on the screen, maybe to another question than the page's.

use std::sync::Arc;

use super::board::{Answered, Board};
use super::widget::Key;
use crate::client::{Answer, AskError, Lane, Pool, RowsAbout, RowsStream};
use crate::protocol::RowForm;
use crate::query::{AskContext, Query, Question};
use crate::ui::browser::dom;

/// How often, and how many times, it is looked whether the data is there: ten minutes.
const COMPLETE_LOOK_MS: i32 = 200;
const COMPLETE_LOOKS_MAX: u32 = 3_000;

impl Board {
    /// What the page asks, with what the page is about; `None` while that changes.
    pub fn asked(self) -> Option<Question> {
        self.key().map(|key| key.question)
    }

    /// All tables of these widgets, seen or not, once everything that the question needs is loaded or was given up.
    /// `is_wanted` ends the waiting.
    pub async fn ask_all(
        self,
        question: Question,
        ids: &[&'static str],
        is_wanted: impl Fn() -> bool,
    ) -> Result<Answered, String> {
        let missing = || "There is no data yet; wait until the page has loaded.".to_owned();
        let (key, pool) = self.key().zip(self.data.pool()).ok_or_else(missing)?;
        let key = Key { question, ..key };
        let (needs, _) = self.needs(&key, ids).ok_or_else(missing)?;
        let queries: Vec<Query> = needs.into_iter().flat_map(|need| need.queries).collect();
        // A file must be whole: where a worker was lost it is made once its data is back.
        let (Answer { tables, provenance }, context) = loop {
            let context = self.when_complete(&key, ids, &is_wanted).await;
            let context = context.ok_or_else(missing)?;
            let question = key.question.clone();
            let asked = pool.ask(Lane::Export, question, queries.clone(), context.clone());
            match asked.await {
                Err(AskError::WorkerLost) if is_wanted() => dom::pause(COMPLETE_LOOK_MS).await,
                answer => break (answer.map_err(|error| error.to_string())?, context),
            }
        };
        Ok(Answered {
            periods: key.question.periods(&context, &key.zone),
            question: key.question,
            zone: key.zone,
            tables,
            provenance: Arc::new(provenance),
        })
    }

    /// The raw events that the question's period and filters leave.
    pub fn events(self, question: &Question, form: RowForm) -> Option<RowsStream> {
        let (_, context, pool) = self.surrounded(question)?;
        Some(pool.rows(question, &context, form))
    }

    /// About how many events the question's period has and what they take as text, before filters.
    pub fn events_about(self, question: &Question, form: RowForm) -> RowsAbout {
        let about = self.surrounded(question).map(|(key, context, pool)| {
            let (period, _) = question.periods(&context, &key.zone);
            pool.rows_about(period, form)
        });
        about.unwrap_or_default()
    }

    fn surrounded(self, question: &Question) -> Option<(Key, AskContext, Pool)> {
        let (key, pool) = self.key().zip(self.data.pool())?;
        let key = Key {
            question: question.clone(),
            ..key
        };
        let (_, context) = self.needs(&key, &[])?;
        Some((key, context, pool))
    }

    /// The surroundings of a question for these widgets, once it is complete; those of now when that takes too long.
    async fn when_complete(
        self,
        key: &Key,
        ids: &[&'static str],
        is_wanted: &impl Fn() -> bool,
    ) -> Option<AskContext> {
        for _ in 0..COMPLETE_LOOKS_MAX {
            let (_, context) = self.needs(key, ids)?;
            if context.complete || !is_wanted() {
                return Some(context);
            }
            dom::pause(COMPLETE_LOOK_MS).await;
        }
        Some(self.needs(key, ids)?.1)
    }
}
