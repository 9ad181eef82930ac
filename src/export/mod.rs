//! Owns: result tables as CSV, as the JSON that all outputs share, and as text for a terminal.
//! Does not own: files, downloads, the clipboard (whoever asks has those).

mod csv;
mod json;
mod text;

pub use csv::{csv, csv_of_several};
pub use json::{FORMAT, cell_value, document};
pub use text::text;

pub use crate::model::rfc3339;
