//! What may be written after `toolscope`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::limits::WORKER_MIB_SETTABLE;
use crate::model::{TimeUs, WeekStart};
use crate::native::demo::DemoFormat;

/// Analytics for how an organisation uses AI tools: the companion of the application.
#[derive(Debug, Parser)]
#[command(name = "toolscope", version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the application and batches of events over HTTP
    Serve(ServeArguments),
    /// Make the data of a demo organisation: a year of events, a directory, a manifest
    Demo(DemoArguments),
    /// Answer a question from files: tables for people, JSON, CSV, Excel, Parquet, PDF, one live HTML file
    Query(Box<QueryArguments>),
    /// Write the rules of every time zone, which the application fetches one by one
    Zones {
        /// Folder to write to; made when missing
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// List the measures, dimensions, widgets and dashboards that a question can name
    Metrics(MetricsArguments),
    /// Write a .br file beside every suitable file of a folder, for serving
    Precompress {
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// How many events people make in the year: four in five are tool executions, the others conversations, provider
    /// calls, connections, documents; storage is sampled daily on top
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub events: u64,
    /// Equal seeds make equal organisations
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Folder to write to; made when missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The end of the year (RFC 3339 or a date) [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub now: Option<TimeUs>,
    /// Format of the batches of raw events
    #[arg(long, value_enum, default_value_t = DemoFormat::Arrow)]
    pub format: DemoFormat,
    /// How many of the oldest days become hourly pre-aggregates, which do not tell who was new when
    #[arg(long, value_name = "DAYS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=365))]
    pub aggregate_days: i64,
    /// Leave out the compressed copies that “serve” sends
    #[arg(long)]
    pub plain: bool,
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Folder of the built application (Trunk's dist)
    #[arg(long, value_name = "DIST")]
    pub app: Option<PathBuf>,
    /// A manifest, or the folder it is in; served under /data/
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub data: Option<PathBuf>,
    /// The next free port is used when this one is taken
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on; 0.0.0.0 lets the whole network in
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// A further origin the page may fetch from; may be repeated
    #[arg(long, value_name = "URL")]
    pub connect: Vec<String>,
    /// An origin whose pages may show embeds in frames; may be repeated [default: none but the application itself]
    #[arg(long, value_name = "ORIGIN")]
    pub frame_ancestors: Vec<String>,
    /// What the data in each worker of a page may take, MiB, 1 to 2048 [default: 1024]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(WORKER_MIB_SETTABLE))]
    pub memory_budget: Option<u64>,
}

#[derive(Debug, Args)]
pub struct MetricsArguments {
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

const QUERY_HELP: &str = "\
A SOURCE is a file of events (NDJSON, JSON, CSV, Arrow, Parquet, OTLP/JSON, also in gzip, zstd or ZIP; recognised by
content), a folder (searched with its subfolders; one that holds a manifest.json is that manifest), or a manifest (only
the batches the question needs are read).

Columns:     A file whose columns have other names needs --map, for example --map time=started,tool=action,user=who
             (a dot leads into an object of JSON: --map user=actor.email). Without a time in it, a file is not read, and
             the message names its columns and a mapping to begin with.

Ranges:      24h, 7d, 30d, 90d, all, now-6h, today, yesterday, “last week”, “this month”, 2026, 2026-Q2, 2026-03,
             2026-03-14, 2026-03-01..2026-03-14 (until inclusive), or RFC 3339 times with .. between (until exclusive)
Comparisons: none, previous, weekdays, year, or any range
Filters:     --where tool=search_code,run_query --where-not user=bot@example.org
             Repeated filters hold together; a value with a comma in it is written a\\,b; no value means absent.

Several tables in csv are separated by an empty line, each after a comment line: # id: title
With --events the answer is the raw events themselves, of all kinds, in the order of time, as csv, csv-zip (with what is
known about them), ndjson, json, parquet or xlsx; identities are written as hashes, by which they are known again.

In csv a name that a spreadsheet would run as a formula (=, +, - or @ first, or after blanks) gets an apostrophe before
it; --raw-text leaves it as it is. With --out, the ending of the file names the format: .csv, .json, .zip (CSV files),
.xlsx, .parquet, .pdf, .html, for events also .ndjson and .jsonl. A PDF is written in Latin, Greek and Cyrillic letters; names in others need --font, for example
--font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc.

An HTML file (.html, with --dashboard) holds the application and the events of everybody in the spans that the dashboard
needs, so that filters stay live; it opens without a network. It needs the built application: --app dist

Exit code 0; 1 when nothing could be read; 2 for wrong arguments.

Examples:
  toolscope query events.ndjson --group-by tool --measure executions,success_rate,duration_p95
  toolscope query demo/manifest.json --dashboard executive --range 30d --compare previous --format json
  toolscope query demo/manifest.json --dashboard tools --range 90d --out tools.xlsx
  toolscope query logs/ --widget top-tools --zone Europe/Berlin --range 2026-03 --where outcome=failure
  toolscope query demo/manifest.json --events --range 30d --where outcome=failure --out failures.csv
  toolscope metrics        lists measures, dimensions, widgets and dashboards";

#[derive(Debug, Args)]
#[command(after_help = QUERY_HELP)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["widget", "dashboard", "measure", "events"])))]
pub struct QueryArguments {
    /// Files, folders, manifests
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<PathBuf>,
    /// People, workspaces and tools as JSON [default: the manifest's]
    #[arg(long, value_name = "FILE")]
    pub directory: Option<PathBuf>,
    /// Which column of the files is which of ours: COLUMN=HEADER,COLUMN=HEADER; goes before names that are known
    #[arg(long, value_name = "C=H,C=H", value_delimiter = ',')]
    pub map: Vec<String>,
    /// IANA zone of times in the files that name none [default: UTC]
    #[arg(long, value_name = "Z")]
    pub assume_zone: Option<String>,
    /// The span of time
    #[arg(long, value_name = "R", default_value = "all")]
    pub range: String,
    /// The span to compare with
    #[arg(long, value_name = "C", default_value = "none")]
    pub compare: String,
    /// IANA time zone of days, weeks and months
    #[arg(long, value_name = "Z", default_value = "UTC")]
    pub zone: String,
    /// The first day of the week
    #[arg(long, value_name = "DAY", default_value = "monday", value_parser = week_start)]
    pub week_start: WeekStart,
    /// Keep events with one of the values: DIMENSION=VALUE,VALUE; may be repeated
    #[arg(long = "where", value_name = "D=V,V")]
    pub keep: Vec<String>,
    /// Leave out events with one of the values; may be repeated
    #[arg(long = "where-not", value_name = "D=V,V")]
    pub leave_out: Vec<String>,
    /// Answer like this widget of the application
    #[arg(long, value_name = "ID", conflicts_with_all = ["dashboard", "measure", "group_by"])]
    pub widget: Option<String>,
    /// Answer with all widgets of this dashboard
    #[arg(long, value_name = "NAME", conflicts_with_all = ["measure", "group_by"])]
    pub dashboard: Option<String>,
    /// Dimensions to group by, with commas between
    #[arg(long, value_name = "DIMS", value_delimiter = ',', requires = "measure")]
    pub group_by: Vec<String>,
    /// Measures, with commas between
    #[arg(long, value_name = "METRICS", value_delimiter = ',')]
    pub measure: Vec<String>,
    /// Write the raw events that range and filters leave, instead of answering
    #[arg(long)]
    pub events: bool,
    /// [default: by the ending of --out, else table; for events ndjson]
    #[arg(long, value_enum)]
    pub format: Option<QueryFormat>,
    /// Write a file, whole or not at all, instead of printing
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// In CSV, leave names as they are even where a spreadsheet would run them as formulas
    #[arg(long)]
    pub raw_text: bool,
    /// The paper of a PDF
    #[arg(long, value_enum, default_value_t = PaperName::A4)]
    pub page: PaperName,
    /// A font for letters that the own fonts of a PDF lack (.ttf, .otf); may be repeated
    #[arg(long, value_name = "FILE")]
    pub font: Vec<PathBuf>,
    /// The present, for relative ranges (RFC 3339 or a date) [default: the newest event]
    #[arg(long, value_name = "T", value_parser = time)]
    pub now: Option<TimeUs>,
    /// Folder of the built application, which goes into an HTML file [default: dist here, or beside this program]
    #[arg(long, value_name = "DIST")]
    pub app: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// “toolscope/1”, with provenance
    Json,
    Csv,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// For people
    Table,
    /// “toolscope/1”, with provenance
    Json,
    /// Names that a spreadsheet would run as formulas get an apostrophe
    Csv,
    /// A ZIP archive: a CSV file a table, and what is known about the numbers
    CsvZip,
    /// An Excel workbook: a sheet about the numbers, and one a table
    Xlsx,
    /// One table with its provenance in the metadata; several in a ZIP archive
    Parquet,
    /// Pages to read and to print: contents, charts, tables, definitions
    Pdf,
    /// One file with a dashboard, its data and the application: opens without a network, and filters stay live
    Html,
    /// Raw events, a JSON object a line
    Ndjson,
}

/// Paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperName {
    A4,
    Letter,
}

fn week_start(text: &str) -> Result<WeekStart, String> {
    WeekStart::parse(text).ok_or_else(|| "choose monday, saturday or sunday".to_owned())
}

/// RFC 3339, or a date (midnight UTC).
fn time(text: &str) -> Result<TimeUs, String> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(time.timestamp_micros());
    }
    let date: chrono::NaiveDate = text
        .parse()
        .map_err(|_| "expected a time such as 2026-03-14T09:00:00Z, or a date".to_owned())?;
    Ok(date
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
        .timestamp_micros())
}
