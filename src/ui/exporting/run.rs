//! From the choices to a saved file, in steps that can be stopped between.

use std::cell::Cell;
use std::rc::Rc;

use super::form::Form;
use crate::export::Report;
use crate::ui::browser::download;
use crate::ui::browser::press::Press;
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

/// Makes the file and saves it; what has to be said about it. Nothing is saved once `stop` was raised.
pub async fn save(form: &Form, report: Report, stop: &Stop) -> Result<Option<String>, String> {
    let tables = report.tables.len();
    let name = file_name(form.page.id, &report.question, form.format.ending(tables));
    let press = Press::start().await?;
    let order = form.order(report);
    let (bytes, remark) = press.write(&order).await?;
    if stop.is_raised() {
        return Ok(None);
    }
    let media_type = form.format.media_type(tables);
    download::save_bytes(&name, &bytes, media_type)?;
    Ok(remark)
}
