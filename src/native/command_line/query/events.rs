//! `toolscope query --events`: the rows themselves, into a file or on, without ever holding all of them as text.
//!
//! Owns: the forms of such files, and that one is whole or not there. Does not own: which rows (`service`), what is said
//! about them (`export`).

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::asked::{Asked, asked};
use super::output::{save_parts, warn_of_names};
use super::sources::Sources;
use crate::export::{self, Choices, EventRows, Format, Report};
use crate::ingest::write::{ParquetCompression, ParquetRows};
use crate::metrics::MetricId;
use crate::model::limits::{WORKER_BYTES_MAX, WORKERS_MAX};
use crate::model::{Provenance, Warning, WarningCode};
use crate::native::command_line::Failure;
use crate::native::command_line::arguments::{QueryArguments, QueryFormat};
use crate::protocol::RowForm;
use crate::query::{CompareSpec, widgets};
use crate::service::Service;

/// Rows that are given to the writer at once.
const BATCH_ROWS: usize = 16_384;
const TABLE: &str = "events.csv";

/// In which form, and where to.
struct Output {
    form: Form,
    raw_names: bool,
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Ndjson,
    Json,
    Csv,
    CsvZip,
    Parquet,
    /// A sheet: so many as a workbook takes.
    Xlsx,
}

pub fn run(arguments: &QueryArguments) -> Result<(), Failure> {
    let output = Output::chosen(arguments)?;
    let Asked {
        mut question,
        zone,
        load,
        ..
    } = asked(arguments)?;
    question.compare = CompareSpec::None;
    let mut sources = Sources::find(&arguments.sources, &load)?;
    let mut service = Service::with_budget("native", WORKERS_MAX as u64 * WORKER_BYTES_MAX);
    service.set_zone(zone.clone());
    let directory = sources.directory(arguments.directory.as_deref())?;
    service.set_directory(directory);
    let mut context = sources.open(&mut service, &question, |context| {
        vec![question.periods(context, &zone).0]
    })?;
    context.say_present(&question);
    // What an answer says of its data is said of the rows.
    let query = widgets::free(&[], &[MetricId::Executions]);
    let (_, provenance) = service.ask(&question, &[query], &context)?;
    let periods = question.periods(&context, &zone);
    let mut warnings = provenance.warnings;
    warnings.extend(service.about_rows(&question, periods.0, output.row_form()));
    warnings.sort();
    warnings.dedup();
    let is_news = |warning: &&Warning| warning.code != WarningCode::NowFromData;
    for warning in warnings.iter().filter(is_news) {
        eprintln!("{}", warning.message);
    }
    let report = Report {
        title: "Events".into(),
        provenance: Provenance {
            sources: sources.receipts(provenance.sources),
            warnings,
            ..provenance
        },
        question,
        periods,
        zone,
        tables: Vec::new(),
    };
    output.write(&service, &report)
}

impl Output {
    /// What cannot be is refused before anything is read.
    fn chosen(arguments: &QueryArguments) -> Result<Self, Failure> {
        let wrong = |sentence: &str| Err(Failure::Arguments(sentence.into()));
        let out = arguments.out.clone();
        let form = match (arguments.format, out.as_deref()) {
            (Some(format), _) => Form::of(format),
            (None, Some(out)) => Form::of_ending(out),
            (None, None) => Some(Form::Ndjson),
        };
        let Some(form) = form else {
            return wrong(
                "Events are written as csv, csv-zip, ndjson, json, parquet or xlsx; choose one with --format.",
            );
        };
        if arguments.compare != "none" {
            return wrong("--events writes the rows of one range; --compare is for answers.");
        }
        if arguments.raw_text && !matches!(form, Form::Csv | Form::CsvZip) {
            return wrong(
                "--raw-text is for CSV; other formats keep names as texts, and they are never run.",
            );
        }
        let is_terminal = out.is_none() && io::stdout().is_terminal();
        if is_terminal && matches!(form, Form::CsvZip | Form::Parquet | Form::Xlsx) {
            return wrong(
                "A terminal can't show a file of this kind; write it with --out, or pass it on with a pipe.",
            );
        }
        Ok(Self {
            form,
            raw_names: arguments.raw_text,
            out,
        })
    }

    const fn row_form(&self) -> RowForm {
        match self.form {
            Form::Csv | Form::CsvZip => RowForm::Csv {
                raw_names: self.raw_names,
            },
            Form::Ndjson | Form::Json | Form::Parquet | Form::Xlsx => RowForm::Ndjson,
        }
    }

    fn write(&self, service: &Service, report: &Report) -> Result<(), Failure> {
        if self.raw_names {
            warn_of_names();
        }
        let mut rows = 0;
        let Some(out) = &self.out else {
            let mut stdout = BufWriter::new(io::stdout());
            let written = self
                .fill(&mut stdout, service, report, &mut rows)
                .and_then(|()| stdout.flush());
            return match written {
                // A reader that went away ends the command quietly.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => Ok(written?),
            };
        };
        save_parts(out, |file| self.fill(file, service, report, &mut rows))?;
        let bytes = std::fs::metadata(out).map_or(0, |data| data.len());
        eprintln!(
            "Wrote {rows} {} to {} ({:.1} kB).",
            if rows == 1 { "event" } else { "events" },
            out.display(),
            bytes as f64 / 1e3
        );
        Ok(())
    }

    fn fill(
        &self,
        out: &mut (impl Write + Send),
        service: &Service,
        report: &Report,
        rows: &mut u64,
    ) -> io::Result<()> {
        let form = self.row_form();
        match self.form {
            Form::Ndjson | Form::Csv => {
                *rows = parts(service, report, form, |bytes| out.write_all(bytes))?;
                Ok(())
            }
            Form::Json => {
                out.write_all(export::events_json_begin(report).as_bytes())?;
                let mut is_first = true;
                *rows = parts(service, report, form, |bytes| {
                    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                        if !std::mem::take(&mut is_first) {
                            out.write_all(b",")?;
                        }
                        out.write_all(line)?;
                    }
                    Ok(())
                })?;
                out.write_all(export::EVENTS_JSON_END.as_bytes())
            }
            Form::CsvZip => {
                let written = std::cell::Cell::new(0);
                export::zip_parts(
                    out,
                    TABLE,
                    |file| {
                        // The mark tells spreadsheets that this is UTF-8.
                        file.write_all("\u{feff}".as_bytes())?;
                        let count = parts(service, report, form, |bytes| file.write_all(bytes))?;
                        written.set(count);
                        Ok(())
                    },
                    || {
                        vec![
                            ("about.txt", export::events_about(report, written.get())),
                            ("provenance.json", export::events_provenance(report)),
                        ]
                    },
                )?;
                *rows = written.get();
                Ok(())
            }
            Form::Parquet => {
                *rows = parquet(out, service, report)?;
                Ok(())
            }
            Form::Xlsx => {
                let mut events = EventRows::default();
                *rows = parts(service, report, form, |lines| {
                    events.push(lines).map_err(io::Error::other)
                })?;
                let report = Report {
                    tables: vec![events.table()],
                    ..report.clone()
                };
                let written = export::write(&report, Format::Xlsx, &Choices::default());
                out.write_all(&written.map_err(io::Error::other)?.bytes)
            }
        }
    }
}

/// Gives every part on; says how many rows there were.
fn parts(
    service: &Service,
    report: &Report,
    form: RowForm,
    mut give: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut rows = service.begin_rows(&report.question, report.periods.0, form, true);
    let mut count = 0;
    loop {
        while !service.step_rows(&mut rows).map_err(io::Error::other)? {}
        let part = rows.take();
        give(&part.bytes)?;
        count += part.rows;
        if part.is_last {
            return Ok(count);
        }
    }
}

fn parquet(out: &mut (impl Write + Send), service: &Service, report: &Report) -> io::Result<u64> {
    let about = export::events_metadata(report);
    let mut file =
        ParquetRows::new(out, about, ParquetCompression::Zstd).map_err(io::Error::other)?;
    let mut pass = service.begin_row_batches(&report.question, report.periods.0);
    let mut count = 0;
    while let Some(batch) = service
        .next_row_batch(&mut pass, BATCH_ROWS)
        .map_err(io::Error::other)?
    {
        count += batch.len() as u64;
        file.push(&batch).map_err(io::Error::other)?;
    }
    file.finish().map_err(io::Error::other)?;
    Ok(count)
}

impl Form {
    const fn of(format: QueryFormat) -> Option<Self> {
        match format {
            QueryFormat::Json => Some(Self::Json),
            QueryFormat::Csv => Some(Self::Csv),
            QueryFormat::CsvZip => Some(Self::CsvZip),
            QueryFormat::Parquet => Some(Self::Parquet),
            QueryFormat::Ndjson => Some(Self::Ndjson),
            QueryFormat::Xlsx => Some(Self::Xlsx),
            QueryFormat::Table | QueryFormat::Pdf | QueryFormat::Html => None,
        }
    }

    fn of_ending(out: &Path) -> Option<Self> {
        let ending = out.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "zip" => Some(Self::CsvZip),
            "parquet" => Some(Self::Parquet),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}
