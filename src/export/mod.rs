//! Owns: result tables as files (CSV, JSON, Excel, Parquet, PDF), as text for a terminal, and what each of them says
//! about where its numbers come from. Does not own: where files go, downloads, the clipboard (whoever asks has those).

mod csv;
#[cfg(feature = "documents")]
mod event_rows;
mod events;
mod format;
mod json;
mod order;
pub mod page;
#[cfg(feature = "columnar")]
mod parquet;
#[cfg(feature = "documents")]
mod pdf;
mod report;
mod text;
pub mod words;
#[cfg(feature = "documents")]
mod xlsx;
#[cfg(any(feature = "documents", feature = "columnar"))]
mod zip;

pub use csv::{Names, begins_formula, csv, csv_of_several, tabs};
#[cfg(feature = "documents")]
pub use event_rows::{EventRows, WORKBOOK_EVENTS_MAX};
pub use events::{
    EVENTS_JSON_END, events_about, events_csv, events_csv_header, events_json_begin,
    events_metadata, events_provenance,
};
pub use format::{Choices, ExportError, Format, Paper, parquet_file};
#[cfg(feature = "documents")]
pub use format::{Written, files_of_archive, write};
pub use json::{FORMAT, cell_value, document};
pub use order::{Order, fonts_for, is_time_series};
#[cfg(feature = "documents")]
pub use pdf::fonts_needed;
pub use report::{Definition, Fact, Report, filters, heading, is_usual};
pub use text::{about, text};
#[cfg(any(feature = "documents", feature = "columnar"))]
pub use zip::{streamed, zip_parts};

pub use crate::model::rfc3339;
