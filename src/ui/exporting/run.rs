//! From the choices to a saved file, in steps that can be stopped between.

use std::cell::Cell;
use std::rc::Rc;

use super::form::Form;
use crate::export::{Order, Report};
use crate::ui::browser::download;
use crate::ui::browser::press::Press;
use crate::ui::browser::sink::{self, Sink};
use crate::ui::state::board::Board;
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

/// The numbers of the form, whole.
pub async fn report(board: &Board, form: &Form, stop: &Stop) -> Result<Report, String> {
    let widgets = form.widgets();
    let answered = board.ask_all(form.question(), &widgets, || !stop.is_raised());
    Ok(form.report(answered.await?))
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
    board: &Board,
    form: &Form,
    report: Report,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Saved, String> {
    if form.events {
        return save_events(board, form, report, stop, told).await;
    }
    let tables = report.tables.len();
    let name = file_name(form.page.id, &report.question, form.format.ending(tables));
    let press = Press::start().await?;
    let order = form.order(report);
    let (bytes, remark) = press.write(&order).await?;
    if stop.is_raised() {
        return Ok(Saved::Not);
    }
    let media_type = form.format.media_type(tables);
    download::save_bytes(&name, &bytes, media_type)?;
    Ok(Saved::Whole(remark))
}

async fn save_events(
    board: &Board,
    form: &Form,
    report: Report,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Saved, String> {
    let name = file_name(form.page.id, &report.question, "zip");
    let about = board.events_about(&report.question, form.names);
    // First, while the click that asked for it still counts.
    let Some(sink) = Sink::choose(&name, about.bytes / sink::ZIPPED).await? else {
        return Ok(Saved::Not);
    };
    let order = form.order(report);
    match stream_events(board, &order, &sink, stop, told).await {
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
    board: &Board,
    order: &Order,
    sink: &Sink,
    stop: &Stop,
    told: impl Fn(u64),
) -> Result<Option<String>, String> {
    let press = Press::start().await?;
    let events = board.events(&order.report.question, order.choices.names);
    let mut events = events.ok_or_else(|| NO_DATA.to_owned())?;
    press
        .archive(
            order,
            EVENTS,
            async || {
                if stop.is_raised() {
                    return Err(STOPPED.to_owned());
                }
                let part = events.next().await.transpose()?;
                told(events.rows());
                Ok(part)
            },
            async |part| sink.write(part).await,
        )
        .await?;
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
