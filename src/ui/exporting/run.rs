//! From the choices to a saved file, in steps that can be stopped between.

use std::cell::Cell;
use std::rc::Rc;

use super::form::{Form, Kind};
use crate::client::{RowsAbout, RowsStream};
use crate::export::{Format, Order, Report};
use crate::ui::browser::download;
use crate::ui::browser::press::Press;
use crate::ui::browser::sink::{self, Sink};
use crate::ui::state::board::Board;
use crate::ui::state::html_file::{HtmlFiles, HtmlSize};
use crate::ui::widgets::file_name;

/// Raised when nobody waits for the file any more.
#[derive(Clone, Default)]
pub struct Stop(Rc<Cell<bool>>);

impl Stop {
    pub fn raise(&self) {
        self.0.set(true);
    }

    pub fn is_raised(&self) -> bool {
        self.0.get()
    }
}

/// What asks for numbers and rows.
#[derive(Clone, Copy)]
pub struct Makers {
    pub board: Board,
    pub pages: HtmlFiles,
}

/// What is known before a file is made.
#[derive(Clone)]
pub enum Ready {
    /// Its numbers, whole, and about how many raw events there are.
    Report(Box<Report>, RowsAbout),
    Page(HtmlSize),
}

pub async fn ready(makers: &Makers, form: &Form, stop: &Stop) -> Result<Ready, String> {
    if form.kind == Kind::WebPage {
        return makers.pages.size_about(form.page).await.map(Ready::Page);
    }
    let widgets = form.widgets();
    let board = makers.board;
    let answered = board.ask_all(form.question(), &widgets, || !stop.is_raised());
    let report = form.report(answered.await?);
    let events = board.events_about(&report.question, form.rows());
    Ok(Ready::Report(Box::new(report), events))
}

/// Raw events in an archive: their file.
const EVENTS: &str = "events.csv";
const STOPPED: &str = "The export was stopped.";
const NO_DATA: &str = "There is no data yet; wait until the page has loaded.";

/// What became of a file.
pub enum Saved {
    /// There may be something to say about it.
    Whole(Option<String>),
    /// The person thought better of it.
    Not,
}

/// Makes the file and saves it. Nothing is saved once `stop` was raised. `told` hears how many events are written.
pub async fn save(
    makers: &Makers,
    form: &Form,
    ready: Ready,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Saved, String> {
    let (Ready::Report(report, _), Some(format)) = (ready, form.kind.format()) else {
        return save_page(makers, form, stop).await;
    };
    if form.events {
        return save_events(&makers.board, form, *report, format, stop, told).await;
    }
    let tables = report.tables.len();
    let name = file_name(form.page.id, &report.question, format.ending(tables));
    let press = Press::start().await?;
    let order = form.order(*report, format);
    let (bytes, remark) = press.write(&order).await?;
    if stop.is_raised() {
        return Ok(Saved::Not);
    }
    let media_type = format.media_type(tables);
    download::save_bytes(&name, &bytes, media_type)?;
    Ok(Saved::Whole(remark))
}

async fn save_page(makers: &Makers, form: &Form, stop: &Stop) -> Result<Saved, String> {
    let (file, said) = makers.pages.file(form.page, form.name.clone()).await?;
    if stop.is_raised() {
        return Ok(Saved::Not);
    }
    download::save_blob(&file_name(form.page.id, &form.asked, "html"), &file)?;
    Ok(Saved::Whole(Some(said)))
}

async fn save_events(
    board: &Board,
    form: &Form,
    report: Report,
    format: Format,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Saved, String> {
    // Events as Parquet are a file of their own.
    let name = file_name(form.page.id, &report.question, format.ending(1));
    let about = board.events_about(&report.question, form.rows());
    // First, while the click that asked for it still counts.
    let Some(sink) = Sink::choose(&name, about.bytes / sink::ZIPPED).await? else {
        return Ok(Saved::Not);
    };
    let order = form.order(report, format);
    let events = board.events(&order.report.question, form.rows());
    let streamed = match events {
        Some(events) => stream_events(events, &order, &sink, stop, told).await,
        None => Err(NO_DATA.to_owned()),
    };
    match streamed {
        Ok(remark) => sink
            .close(&name, "application/zip")
            .await
            .map(|()| Saved::Whole(remark)),
        Err(sentence) => {
            sink.abort().await;
            if stop.is_raised() {
                Ok(Saved::Not)
            } else {
                Err(sentence)
            }
        }
    }
}

/// From the workers that hold the rows, through the one that compresses, to where the file goes; a part at a time.
async fn stream_events(
    mut events: RowsStream,
    order: &Order,
    sink: &Sink,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Option<String>, String> {
    let press = Press::start().await?;
    let piece = async || {
        if stop.is_raised() {
            return Err(STOPPED.to_owned());
        }
        let part = events.next().await.transpose()?;
        told(events.rows());
        Ok(part)
    };
    let part = async |part| sink.write(part).await;
    if order.format == Format::CsvZip {
        press.archive(order, EVENTS, piece, part).await?;
    } else {
        press.events(order, piece, part).await?;
    }
    if stop.is_raised() {
        return Err(STOPPED.to_owned());
    }
    let warnings = events
        .warnings()
        .iter()
        .map(|warning| warning.message.clone());
    let warnings: Vec<String> = warnings.collect();
    Ok((!warnings.is_empty()).then(|| warnings.join(" ")))
}
