//! Owns: result tables as CSV, as the JSON that all outputs share, and as text for a terminal.
//! Does not own: files, downloads, the clipboard (whoever asks has those).

mod csv;
mod json;
mod text;

pub use csv::{csv, csv_of_several};
pub use json::{FORMAT, cell_value, document};
pub use text::text;

use chrono::{DateTime, SecondsFormat};

use crate::model::TimeUs;

/// RFC 3339 UTC, with as many decimals as the time has.
pub fn rfc3339(time_us: TimeUs) -> String {
    DateTime::from_timestamp_micros(time_us)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
