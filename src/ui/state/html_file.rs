//! A page as one HTML file (X5): which rows go in, how large it will be, and gathering them from the workers.
//!
//! Owns: what the file is told about its question. Does not own: its text (`export::page`), its bytes
//! (`browser::offline_parts`), where it goes.

use leptos::prelude::*;

use super::data::{DataState, use_data};
use super::question::{QuestionState, use_question};
use super::zones::{ZoneState, use_zone};
use crate::client::{Origin, Pool, RowsStream};
use crate::export::page::{About, Contents, DataPart, Gather, disjoint, left_out};
use crate::model::manifest::BatchKind;
use crate::model::{Zone, rfc3339};
use crate::protocol::RowForm;
use crate::query::widgets::{self, DashboardSpec};
use crate::query::{AskContext, Period, Question};
use crate::ui::browser::offline_parts::{self, Blob};
use crate::ui::browser::{dom, locale};

/// How often, and how many times, the making of a file looks whether all of the data is there: two minutes.
const COMPLETE_LOOK_MS: i32 = 200;
const COMPLETE_LOOKS_MAX: u32 = 600;
/// What a row takes in a file, compressed and as text, about: measured over the demo.
const EVENT_BYTES: u64 = 33;
const HOUR_BYTES: u64 = 400;

/// Makes files of pages.
#[derive(Clone, Copy)]
pub struct HtmlFiles {
    question: QuestionState,
    zone: ZoneState,
    data: DataState,
}

/// How much a file will hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtmlSize {
    pub rows: u64,
    pub bytes: u64,
}

impl HtmlSize {
    /// What a person is to know before the file is made.
    pub fn sentence(self) -> String {
        format!(
            "The file will hold the application and about {} events of everybody in the time that this page needs, whatever the filters, and take about {}. It opens in a browser without a network.",
            locale::count(self.rows as f64),
            locale::bytes(self.bytes as f64)
        )
    }
}

pub fn use_html_files() -> HtmlFiles {
    HtmlFiles {
        question: use_question(),
        zone: use_zone(),
        data: use_data(),
    }
}

/// What is asked, and the spans it needs.
struct Asked {
    pool: Pool,
    question: Question,
    zone: Zone,
    spans: Vec<Period>,
    context: AskContext,
}

impl HtmlFiles {
    /// About how large the file of a page will be.
    pub async fn size_about(self, page: &DashboardSpec) -> Result<HtmlSize, String> {
        let asked = self.asked(page).ok_or_else(not_yet)?;
        let application = offline_parts::application_bytes().await?;
        let count = |form| {
            let spans = disjoint(&asked.spans).into_iter();
            spans
                .map(|span| asked.pool.rows_about(span, form).rows)
                .sum::<u64>()
        };
        let (events, hours) = (count(RowForm::Ndjson), count(RowForm::Hours));
        Ok(HtmlSize {
            rows: events + hours,
            bytes: application + events * EVENT_BYTES + hours * HOUR_BYTES,
        })
    }

    /// The file of a page, or of that of one thing (`name`), and what is to be said about it. It is whole or not at all.
    pub async fn file(
        self,
        page: &DashboardSpec,
        name: Option<String>,
    ) -> Result<(Blob, String), String> {
        let asked = self.when_complete(page).await.ok_or_else(not_yet)?;
        let everybody = Question {
            filters: Vec::new(),
            ..asked.question.clone()
        };
        let mut rows = asked.pool.snapshot_of(&everybody, &asked.spans);
        let mut batches = Vec::new();
        gather(&mut rows.events, BatchKind::Raw, &mut batches).await?;
        gather(&mut rows.hours, BatchKind::Aggregate, &mut batches).await?;
        let count = |kind| {
            let of_kind = batches.iter().filter(move |(part, _)| part.kind == kind);
            of_kind.map(|(part, _)| part.rows).sum::<u64>()
        };
        let title = name.clone().unwrap_or_else(|| page.title.to_owned());
        let about = About {
            // The page of one thing goes by the dashboard of all such things.
            dashboard: match page.of {
                Some((parent, _)) if name.is_some() => parent.to_owned(),
                _ => page.id.to_owned(),
            },
            name,
            title,
            made: rfc3339(dom::clock_us()),
            from: self.from(),
            search: About::search_of(&asked.question),
            zone: asked.zone.name().to_owned(),
            events: count(BatchKind::Raw),
            hours: count(BatchKind::Aggregate),
            warnings: asked
                .context
                .warnings
                .iter()
                .map(|warning| warning.message.clone())
                .collect(),
        };
        let directory = asked.pool.directory();
        let contents = Contents {
            organisation: self.data.organisation.get_untracked(),
            is_demo: self.data.is_demo.get_untracked(),
            now_us: asked.context.now_us,
            left_out: left_out(asked.context.data_span_us, &asked.spans),
            directory: directory.and_then(|directory| serde_json::to_string(&*directory).ok()),
            batches: batches.iter().map(|(part, _)| part.clone()).collect(),
        };
        let batches = batches.into_iter().map(|(_, bytes)| bytes).collect();
        let file = offline_parts::html_file(&about, &contents, batches).await?;
        let said = about.size(file.size() as u64);
        Ok((file, said))
    }

    /// The question as it is now, and what the page needs of the data, which is wanted from the pool.
    fn asked(self, page: &DashboardSpec) -> Option<Asked> {
        let pool = self.data.pool()?;
        let zone = self.zone.zone.get_untracked()?;
        if self.question.is_changing.get_untracked() {
            return None;
        }
        let question = self.question.question.get_untracked();
        let rough = pool.context(&question, &[]);
        let ids = page.widgets.iter();
        let queries: Vec<_> = ids
            .flat_map(|id| widgets::queries(id, &question, &rough, &zone))
            .collect();
        let spans = widgets::spans_needed(&queries, &question, &rough, &zone);
        pool.want(&spans);
        let context = pool.context(&question, &spans);
        // Without data there is no present to hold on to.
        context.data_span_us.map(|_| Asked {
            pool,
            question,
            zone,
            spans,
            context,
        })
    }

    /// The same, once all it needs is loaded or was given up.
    async fn when_complete(self, page: &DashboardSpec) -> Option<Asked> {
        for _ in 0..COMPLETE_LOOKS_MAX {
            let asked = self.asked(page)?;
            if asked.context.complete {
                return Some(asked);
            }
            dom::pause(COMPLETE_LOOK_MS).await;
        }
        None
    }

    /// Whose data it is, else which files it is from.
    fn from(self) -> String {
        if let Some(organisation) = self.data.organisation.get_untracked() {
            return organisation;
        }
        self.data.sources.with_untracked(|sources| {
            let files = sources
                .iter()
                .filter(|source| matches!(source.origin, Origin::File(_)));
            // Of a folder's files the name alone.
            let names: Vec<&str> = files
                .filter_map(|source| source.name.rsplit('/').next())
                .collect();
            match names.as_slice() {
                [] => "a server".to_owned(),
                [one] => (*one).to_owned(),
                [first, rest @ ..] => format!("{first} and {} more", rest.len()),
            }
        })
    }
}

fn not_yet() -> String {
    "The data is not all there yet; wait until the page has loaded, then save it again.".to_owned()
}

/// All rows of a stream as batches of the file, compressed as they come.
async fn gather(
    rows: &mut RowsStream,
    kind: BatchKind,
    batches: &mut Vec<(DataPart, Blob)>,
) -> Result<(), String> {
    let mut gather = Gather::new(kind);
    let mut before = 0;
    while let Some(part) = rows.next().await {
        let bytes = part?.to_vec();
        // Events of all periods are alike; hours that know other columns are a batch of their own.
        let begins = rows.begins_file() && kind == BatchKind::Aggregate;
        let whole = gather.push(&bytes, rows.rows() - before, begins);
        before = rows.rows();
        if let Some((part, bytes)) = whole {
            batches.push((part, offline_parts::packed(&bytes).await?));
        }
    }
    if let Some((part, bytes)) = gather.finish() {
        batches.push((part, offline_parts::packed(&bytes).await?));
    }
    Ok(())
}
