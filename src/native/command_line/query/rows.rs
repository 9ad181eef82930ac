//! The rows that were read, out again, for a file that holds them: those of some spans, whatever the filters.

use crate::export::page::{DataPart, Gather, disjoint};
use crate::model::manifest::BatchKind;
use crate::protocol::RowForm;
use crate::query::{Period, Question};
use crate::service::{RowsError, Service};

/// As batches of NDJSON. Filters stay live in the file, so none holds here.
pub fn of_spans(
    service: &Service,
    question: &Question,
    spans: &[Period],
) -> Result<Vec<(DataPart, Vec<u8>)>, RowsError> {
    let everybody = Question {
        filters: Vec::new(),
        ..question.clone()
    };
    let mut batches = Vec::new();
    for (kind, form) in [
        (BatchKind::Raw, RowForm::Ndjson),
        (BatchKind::Aggregate, RowForm::Hours),
    ] {
        let mut gather = Gather::new(kind);
        for period in disjoint(spans) {
            let mut rows = service.begin_rows(&everybody, period, form, true);
            loop {
                while !service.step_rows(&mut rows)? {}
                let part = rows.take();
                // Events of all periods are alike; hours that know other columns are a batch of their own.
                let begins = part.begins_file && form == RowForm::Hours;
                batches.extend(gather.push(&part.bytes, part.rows, begins));
                if part.is_last {
                    break;
                }
            }
        }
        batches.extend(gather.finish());
    }
    Ok(batches)
}
