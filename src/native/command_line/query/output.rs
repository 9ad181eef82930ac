//! Where an answer goes: the terminal, another program, a file.
//!
//! Owns: the choice of format, and files that are whole or not there. Does not own: what stands in them (`export`).

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::export::{self, Choices, Format, Names, Paper, Report};
use crate::native::command_line::arguments::{PaperName, QueryArguments, QueryFormat};
use crate::native::command_line::{Failure, say, say_raw};

/// In which form, and where to.
#[derive(Debug)]
pub struct Output {
    /// `None`: tables for people.
    format: Option<Format>,
    choices: Choices,
    out: Option<PathBuf>,
}

impl Output {
    /// What cannot be is refused before anything is read.
    pub fn chosen(arguments: &QueryArguments) -> Result<Self, Failure> {
        let out = arguments.out.clone();
        if arguments.format == Some(QueryFormat::Ndjson) {
            return Err(Failure::Arguments(
                "--format ndjson is for --events; tables are written as json.".into(),
            ));
        }
        let format = match (arguments.format, out.as_deref()) {
            (Some(format), _) => format.format(),
            (None, Some(out)) => Some(by_ending(out)?),
            (None, None) => None,
        };
        let is_csv = matches!(format, Some(Format::Csv | Format::CsvZip));
        if arguments.raw_text && !is_csv {
            return Err(Failure::Arguments(
                "--raw-text is for CSV; other formats keep names as texts, and they are never run."
                    .into(),
            ));
        }
        let is_terminal = out.is_none() && std::io::stdout().is_terminal();
        if let Some(format) = format.filter(|format| is_terminal && !format.is_text()) {
            return Err(Failure::Arguments(format!(
                "A terminal can't show a file of this kind; write it with --out answer.{}, or pass it on with a pipe.",
                format.ending(1)
            )));
        }
        let names = if arguments.raw_text {
            Names::Raw
        } else {
            Names::Defused
        };
        Ok(Self {
            format,
            choices: Choices {
                names,
                paper: match arguments.page {
                    PaperName::A4 => Paper::A4,
                    PaperName::Letter => Paper::Letter,
                },
                fonts: fonts(&arguments.font)?,
            },
            out,
        })
    }

    /// `footer` is what the tables for people end with.
    pub fn write(&self, report: &Report, footer: &str) -> Result<(), Failure> {
        if self.choices.names == Names::Raw {
            warn_of_names();
        }
        let Some(out) = &self.out else {
            return match self.format {
                None => say_raw(people(report, footer).as_bytes()),
                Some(Format::Json) => say(&report.document().to_string()),
                Some(format) => say_raw(&self.file(report, format)?),
            };
        };
        let bytes = match self.format {
            None => people(report, footer).into_bytes(),
            Some(format) => {
                self.check_ending(out, format, report)?;
                self.file(report, format)?
            }
        };
        save(out, &bytes)?;
        eprintln!(
            "Wrote {} ({:.1} kB).",
            out.display(),
            bytes.len() as f64 / 1e3
        );
        Ok(())
    }

    fn file(&self, report: &Report, format: Format) -> Result<Vec<u8>, Failure> {
        let written = export::write(report, format, &self.choices)?;
        if let Some(remark) = written.remark {
            eprintln!("{remark}");
        }
        Ok(written.bytes)
    }

    /// An archive called .parquet would be one that nobody can open.
    fn check_ending(&self, out: &Path, format: Format, report: &Report) -> Result<(), Failure> {
        let tables = report.tables.len();
        let is_parquet = out
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        if format == Format::Parquet && is_parquet && tables > 1 {
            return Err(Failure::Arguments(format!(
                "A Parquet file holds one table, and these are {tables}; choose one with --widget or --measure, or write an archive of them with --format parquet --out {}.",
                out.with_extension("zip").display()
            )));
        }
        Ok(())
    }
}

fn fonts(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| {
            Failure::Arguments(format!(
                "The font {} could not be read: {error}.",
                path.display()
            ))
        })
    };
    paths.iter().map(read).collect()
}

fn people(report: &Report, footer: &str) -> String {
    let mut parts: Vec<String> = report.tables.iter().map(export::text).collect();
    parts.push(footer.to_owned());
    parts.join("\n")
}

fn by_ending(out: &Path) -> Result<Format, Failure> {
    let ending = out.extension().and_then(|ending| ending.to_str());
    ending.and_then(Format::of_ending).ok_or_else(|| {
        Failure::Arguments(format!(
            "The ending of {} names no format; choose one with --format.",
            out.display()
        ))
    })
}

/// Said beside files with names that were not defused.
pub fn warn_of_names() {
    eprintln!(
        "Names are written as they are: a spreadsheet may run those that begin with =, +, - or @. Open the file only with programs that don't."
    );
}

fn save(out: &Path, bytes: &[u8]) -> Result<(), Failure> {
    save_parts(out, |file| file.write_all(bytes))
}

/// All of the file or none of it: whoever finds one under this name has a whole one.
pub fn save_parts(
    out: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::Failed(format!("{} could not be written: {error}.", out.display()))
    };
    let whole = |file: File| -> std::io::Result<File> {
        let mut file = BufWriter::new(file);
        fill(&mut file)?;
        file.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    };
    // What is no file, such as /dev/stdout, can't be put in place of another.
    if out.exists() && !out.is_file() {
        let file = File::options().write(true).open(out);
        return file.and_then(whole).map(drop).map_err(failed);
    }
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = out.with_file_name(name);
    let written = File::create(&part).and_then(whole).and_then(|file| {
        file.sync_all()?;
        std::fs::rename(&part, out)
    });
    if written.is_err() {
        // It may not even have been made.
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(failed)
}

impl QueryFormat {
    const fn format(self) -> Option<Format> {
        match self {
            // Raw events are not an answer in tables.
            Self::Table | Self::Ndjson => None,
            Self::Json => Some(Format::Json),
            Self::Csv => Some(Format::Csv),
            Self::CsvZip => Some(Format::CsvZip),
            Self::Xlsx => Some(Format::Xlsx),
            Self::Parquet => Some(Format::Parquet),
            Self::Pdf => Some(Format::Pdf),
        }
    }
}
