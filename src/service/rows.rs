//! Rows out of a shard, in parts that somebody takes one after the other.
//!
//! Owns: the forms rows are written in, how long a part is, what has to be said beside them. Does not own: which rows
//! those are (`engine`), how a line looks (`ingest::write`, `export`), where the bytes go.

use super::Service;
use crate::engine::{Changed, HourPass, HourRows, RowPass};
use crate::export::{self, Names};
use crate::ingest::write::{WriteError, aggregate_to_ndjson, batch_to_ndjson};
use crate::model::{Batch, Warning, WarningCode};
use crate::protocol::RowForm;
use crate::query::{Dimension, Period, Question};

/// How long a part is, about: a few rows may come on top.
pub const PART_BYTES: usize = 1024 * 1024;
/// Rows that are written at once, in a millisecond or two.
const ROWS_PER_STEP: usize = 512;

const NO_EVENTS: &str = "Some of this period is pre-aggregated hours. They count executions and have no events, so theirs are not among these rows.";
const HOURS_LACK: &str =
    "Some pre-aggregated hours lack a column that a filter needs, and are left out.";
const HOURS_CUT: &str =
    "Pre-aggregated hours that the period cuts are taken whole, by the time they begin.";
const NO_DIRECTORY: &str = "Departments, teams, roles and cohorts come from the directory, which is not loaded. Name it in the manifest, open directory.json on the Data page, or use --directory.";

/// Why there are no more rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    #[error(transparent)]
    Changed(#[from] Changed),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Rows on their way out.
pub struct Rows {
    pass: Pass,
    form: RowForm,
    part: RowPart,
    /// The first of the next part, where a file of its own begins with them.
    next: Option<HourRows>,
    warnings: Vec<Warning>,
}

enum Pass {
    Events(Box<RowPass>),
    Hours(Box<HourPass>),
}

/// Some rows, written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowPart {
    pub bytes: Vec<u8>,
    pub rows: u64,
    /// A file of its own begins with these bytes.
    pub begins_file: bool,
    /// There are no more.
    pub is_last: bool,
    /// What has to be said about all rows so far.
    pub warnings: Vec<Warning>,
}

impl Service {
    /// Begins to write the rows of a period that the question's filters leave. `begins_file`: with whatever a file of
    /// this form begins with.
    pub fn begin_rows(
        &self,
        question: &Question,
        period: Period,
        form: RowForm,
        begins_file: bool,
    ) -> Rows {
        let engine = &self.engine;
        let mut part = RowPart::default();
        let pass = if form == RowForm::Hours {
            Pass::Hours(Box::new(engine.begin_hour_rows(&question.filters, period)))
        } else {
            part.begins_file = begins_file;
            Pass::Events(Box::new(engine.begin_rows(&question.filters, period)))
        };
        if begins_file && matches!(form, RowForm::Csv { .. }) {
            part.bytes = export::events_csv_header().into_bytes();
        }
        Rows {
            pass,
            form,
            part,
            next: None,
            warnings: self.about_rows(question, period, form),
        }
    }

    /// Writes some rows more; true when a part is whole ([`Rows::take`]).
    pub fn step_rows(&self, rows: &mut Rows) -> Result<bool, RowsError> {
        match &mut rows.pass {
            Pass::Events(pass) => {
                let goes_on = pass.step(&self.engine, ROWS_PER_STEP)?;
                let batch = pass.take(&self.engine)?;
                rows.part.rows += batch.len() as u64;
                rows.part.is_last = !goes_on;
                let bytes = &mut rows.part.bytes;
                match rows.form {
                    RowForm::Csv { raw_names } => {
                        let names = if raw_names {
                            Names::Raw
                        } else {
                            Names::Defused
                        };
                        bytes.extend_from_slice(export::events_csv(&batch, names).as_bytes());
                    }
                    _ => bytes.extend_from_slice(&batch_to_ndjson(&batch)?),
                }
            }
            Pass::Hours(pass) => {
                let found = match rows.next.take() {
                    Some(next) => Some(next),
                    None => pass.step(&self.engine, ROWS_PER_STEP)?,
                };
                say(&mut rows.warnings, pass.lacks, HOURS_LACK);
                match found {
                    Some(next) if next.begins && !rows.part.bytes.is_empty() => {
                        rows.next = Some(next);
                        return Ok(true);
                    }
                    Some(found) => {
                        rows.part.begins_file |= found.begins;
                        rows.part.rows += found.batch.len() as u64;
                        let lines = aggregate_to_ndjson(&found.batch)?;
                        rows.part.bytes.extend_from_slice(&lines);
                    }
                    None => rows.part.is_last = true,
                }
            }
        }
        Ok(rows.part.is_last || rows.part.bytes.len() >= PART_BYTES)
    }

    /// Begins to give the rows of a period as columns, for forms that are written elsewhere.
    pub fn begin_row_batches(&self, question: &Question, period: Period) -> RowPass {
        self.engine.begin_rows(&question.filters, period)
    }

    /// So many rows more, fewer at the end; `None` when there are no more.
    pub fn next_row_batch(
        &self,
        pass: &mut RowPass,
        rows_max: usize,
    ) -> Result<Option<Batch>, Changed> {
        loop {
            let wanted = rows_max.saturating_sub(pass.found());
            let goes_on = pass.step(&self.engine, wanted)?;
            if goes_on && pass.found() < rows_max {
                continue;
            }
            let batch = pass.take(&self.engine)?;
            return Ok((!batch.is_empty()).then_some(batch));
        }
    }

    /// What has to be said about the rows of a period, whichever they are.
    pub fn about_rows(&self, question: &Question, period: Period, form: RowForm) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let dimensions = question.filters.iter().map(|clause| clause.dimension);
        let by_person = dimensions.clone().any(Dimension::is_from_directory);
        if by_person && self.engine.directory().is_none() {
            let warning = Warning::new(WarningCode::DirectoryMissing, NO_DIRECTORY);
            warnings.push(warning);
        }
        match form {
            RowForm::Hours => {
                let is_cut = self.engine.begin_hour_rows(&[], period).cut;
                if is_cut {
                    warnings.push(Warning::new(WarningCode::AggregateHours, HOURS_CUT));
                }
            }
            RowForm::Ndjson | RowForm::Csv { .. } => {
                let has_hours = self.engine.has_hours(period);
                say(&mut warnings, has_hours, NO_EVENTS);
            }
        }
        warnings
    }
}

fn say(warnings: &mut Vec<Warning>, is_so: bool, sentence: &str) {
    let warning = Warning::new(WarningCode::AggregateLacks, sentence);
    if is_so && !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

impl Rows {
    /// The part that was written.
    pub fn take(&mut self) -> RowPart {
        let is_last = self.part.is_last;
        let part = std::mem::take(&mut self.part);
        self.part.is_last = is_last;
        RowPart {
            warnings: self.warnings.clone(),
            ..part
        }
    }
}
