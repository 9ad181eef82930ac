//! The formats of files, and the one way from a report into any of them.

use serde::{Deserialize, Serialize};

use super::Names;
#[cfg(feature = "documents")]
use super::csv;
use super::report::Report;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// One table, or several with titles between.
    Csv,
    /// A ZIP archive with a CSV file a table, and what is known about the numbers.
    CsvZip,
    Json,
    Xlsx,
    /// One table; several are a ZIP archive of Parquet files.
    Parquet,
    /// Pages to read and to print.
    Pdf,
}

impl Format {
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::CsvZip,
        Self::Json,
        Self::Xlsx,
        Self::Parquet,
        Self::Pdf,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvZip => "csv-zip",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Pdf => "pdf",
        }
    }

    /// How files of it end, for a report with so many tables.
    pub const fn ending(self, tables: usize) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvZip => "zip",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Parquet if tables == 1 => "parquet",
            Self::Parquet => "zip",
            Self::Pdf => "pdf",
        }
    }

    pub fn media_type(self, tables: usize) -> &'static str {
        match self.ending(tables) {
            "csv" => "text/csv",
            "json" => "application/json",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "parquet" => "application/vnd.apache.parquet",
            "pdf" => "application/pdf",
            _ => "application/zip",
        }
    }

    /// The format that a file's ending means, whatever its letters.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "zip" => Some(Self::CsvZip),
            "json" => Some(Self::Json),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Can people read it on a terminal?
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Json)
    }
}

/// The paper of a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Paper {
    #[default]
    A4,
    Letter,
}

/// What is chosen besides the format.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Choices {
    /// In CSV.
    pub names: Names,
    /// In PDF.
    pub paper: Paper,
    /// Further fonts of a PDF, TrueType or OpenType, for letters that its own lack; asked in this order.
    pub fonts: Vec<Vec<u8>>,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    #[error("There is nothing to export: no table was asked for.")]
    NoTables,
    #[error(
        "A font could not be read; give TrueType or OpenType fonts with outlines (.ttf, .otf)."
    )]
    Font,
    #[error(
        "An Excel workbook takes at most {0} events here, and these are more; choose CSV or Parquet, or a shorter range."
    )]
    TooManyEvents(usize),
    /// What the writer of a format said: it holds no content.
    #[error("The {0} could not be written ({1}); choose another format, or a shorter range.")]
    Refused(&'static str, String),
    /// Each module of the browser has the formats it was built with.
    #[error("This program was built without {0}; choose another format.")]
    NotBuilt(&'static str),
}

/// The tables as files of an archive, with what is known about them.
#[cfg(any(feature = "documents", feature = "columnar"))]
pub(super) fn archive(
    report: &Report,
    ending: &str,
    file: impl Fn(&crate::model::ResultTable) -> Result<Vec<u8>, ExportError>,
) -> Result<Vec<u8>, ExportError> {
    let mut files = Vec::with_capacity(report.tables.len() + 2);
    for table in &report.tables {
        files.push((format!("{}.{ending}", table.id), file(table)?));
    }
    files.extend(about_files(report));
    let named = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    super::zip::zip(named)
}

/// What is known about the numbers of an archive, for people and for programs.
#[cfg(any(feature = "documents", feature = "columnar"))]
fn about_files(report: &Report) -> [(String, Vec<u8>); 2] {
    [
        ("about.txt".into(), super::about(report).into_bytes()),
        (
            "provenance.json".into(),
            super::json::about(report).into_bytes(),
        ),
    ]
}

/// The files that stand beside raw events in an archive: each table as CSV, and what is known about the numbers.
#[cfg(feature = "documents")]
pub fn files_of_archive(report: &Report, names: Names) -> Vec<(String, Vec<u8>)> {
    let tables = report.tables.iter();
    let tables = tables.map(|table| (format!("{}.csv", table.id), csv_file(table, names)));
    tables.chain(about_files(report)).collect()
}

/// The mark tells spreadsheets that this is UTF-8.
#[cfg(feature = "documents")]
fn csv_file(table: &crate::model::ResultTable, names: Names) -> Vec<u8> {
    format!("\u{feff}{}", csv::csv(table, names)).into_bytes()
}

/// A report as Parquet: one table a file, several in an archive.
#[cfg(feature = "columnar")]
pub fn parquet_file(report: &Report) -> Result<Vec<u8>, ExportError> {
    match report.tables.as_slice() {
        [] => Err(ExportError::NoTables),
        [table] => super::parquet::parquet(report, table),
        _ => archive(report, "parquet", |table| {
            super::parquet::parquet(report, table)
        }),
    }
}

#[cfg(not(feature = "columnar"))]
pub fn parquet_file(_: &Report) -> Result<Vec<u8>, ExportError> {
    Err(ExportError::NotBuilt("Parquet"))
}

#[cfg(feature = "documents")]
/// A file, and what has to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub bytes: Vec<u8>,
    /// A sentence, where something could not be written as it should be.
    pub remark: Option<String>,
}

/// The file of a report, whole.
#[cfg(feature = "documents")]
pub fn write(report: &Report, format: Format, choices: &Choices) -> Result<Written, ExportError> {
    if report.tables.is_empty() {
        return Err(ExportError::NoTables);
    }
    let bytes = match format {
        Format::Csv => match report.tables.as_slice() {
            [table] => csv::csv(table, choices.names).into_bytes(),
            several => csv::csv_of_several(several, choices.names).into_bytes(),
        },
        Format::CsvZip => archive(report, "csv", |table| Ok(csv_file(table, choices.names)))?,
        Format::Json => report.document().to_string().into_bytes(),
        Format::Xlsx => super::xlsx::xlsx(report)?,
        Format::Parquet => parquet_file(report)?,
        Format::Pdf => {
            let (bytes, remark) = super::pdf::pdf(report, choices.paper, &choices.fonts)?;
            return Ok(Written { bytes, remark });
        }
    };
    Ok(Written {
        bytes,
        remark: None,
    })
}
