//! `toolscope query`: the page's questions, answered on files (X8).

mod asked;
mod events;
mod mapping;
mod output;
mod sources;

use super::Failure;
use super::arguments::QueryArguments;
use crate::export::{self, Report};
use crate::model::Provenance;
use crate::model::limits::{WORKER_BYTES_MAX, WORKERS_MAX};
use crate::query::{Comparison, Period, Question, buckets, widgets};
use crate::service::Service;
use asked::{Asked, asked};
use output::Output;
use sources::Sources;

pub fn run(arguments: &QueryArguments) -> Result<(), Failure> {
    if arguments.events {
        return events::run(arguments);
    }
    // Wrong arguments are told before anything is read.
    let output = Output::chosen(arguments)?;
    let Asked {
        question,
        zone,
        what,
        load,
    } = asked(arguments)?;
    let mut sources = Sources::find(&arguments.sources, &load)?;
    // As much as all workers of a page together.
    let mut service = Service::with_budget("native", WORKERS_MAX as u64 * WORKER_BYTES_MAX);
    service.set_zone(zone.clone());
    let directory = sources.directory(arguments.directory.as_deref())?;
    service.set_directory(directory);
    let mut context = sources.open(&mut service, &question, |context| {
        let queries = what.queries(&question, context, &zone);
        widgets::spans_needed(&queries, &question, context, &zone)
    })?;
    context.say_present(&question);
    let queries = what.queries(&question, &context, &zone);
    if let Some(sentence) = buckets::too_many(&queries, &question, &context, &zone) {
        return Err(Failure::Arguments(sentence));
    }
    let (tables, provenance) = service.ask(&question, &queries, &context)?;
    let provenance = Provenance {
        sources: sources.receipts(provenance.sources),
        ..provenance
    };
    report_set_aside(&provenance);
    let periods = question.periods(&context, &zone);
    let footer = footer(&question, &periods, &provenance);
    let report = Report {
        title: what.title(&tables),
        question,
        periods,
        zone,
        provenance,
        tables,
    };
    output.write(&report, &footer)
}

/// One line on standard error, whatever the number of sources.
fn report_set_aside(provenance: &Provenance) {
    let damaged: Vec<(&str, u64)> = provenance
        .sources
        .iter()
        .filter(|source| source.set_aside > 0)
        .map(|source| (source.name.as_str(), source.set_aside))
        .collect();
    let total: u64 = damaged.iter().map(|(_, rows)| rows).sum();
    let Some(((first, _), rest)) = damaged.split_first() else {
        return;
    };
    let rows = if total == 1 { "row was" } else { "rows were" };
    let more = match rest.len() {
        0 => String::new(),
        1 => " and one more source".into(),
        more => format!(" and {more} more sources"),
    };
    eprintln!("{total} {rows} set aside in {first}{more}; --format json says more.");
}

/// What the tables mean and what is missing from them.
fn footer(
    question: &Question,
    (period, comparison): &(Period, Option<Comparison>),
    provenance: &Provenance,
) -> String {
    let span = |period: &Period| {
        format!(
            "{} to {}",
            export::rfc3339(period.from_us),
            export::rfc3339(period.until_us)
        )
    };
    let mut text = format!("{}: {}", question.range.label(), span(period));
    if let Some(comparison) = comparison {
        text.push_str(&format!(", compared with {}", span(&comparison.period)));
    }
    text.push_str(&format!(
        ". {}, {}, data {}.\n",
        provenance.zone,
        if provenance.exact {
            "exact"
        } else {
            "estimates where marked ≈"
        },
        provenance.fingerprint
    ));
    for warning in &provenance.warnings {
        text.push_str(&format!("{}\n", warning.message));
    }
    text
}
