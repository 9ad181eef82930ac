//! What is chosen for a file. Owns: the choices and what follows from them. Does not own: the view, the writing.

use std::collections::BTreeSet;

use crate::export::{Choices, Format, Names, Order, Paper, Report, is_time_series};
use crate::protocol::RowForm;
use crate::query::widgets::{DASHBOARDS, DashboardSpec};
use crate::query::{Question, RangeSpec};
use crate::ui::state::board::Answered;

/// The kinds of files, by their names, in the order of the dialog; what each is called and what it is good for.
pub const KINDS: [(Kind, &str, &str); 7] = [
    (
        Kind::Report(Format::Pdf),
        "PDF",
        "A report to read and to print: charts, tables, contents",
    ),
    (
        Kind::Report(Format::Xlsx),
        "Excel",
        "A sheet for each table, numbers as numbers",
    ),
    (
        Kind::Report(Format::CsvZip),
        "CSV files",
        "A file for each table, in a ZIP archive",
    ),
    (
        Kind::Report(Format::Csv),
        "One CSV file",
        "All tables below each other",
    ),
    (
        Kind::Report(Format::Json),
        "JSON",
        "For programs: numbers, definitions, provenance",
    ),
    (
        Kind::Report(Format::Parquet),
        "Parquet",
        "For data tools: a typed file for each table, in a ZIP archive",
    ),
    (
        Kind::WebPage,
        "Web page",
        "One HTML file that opens without a network; filters stay live",
    ),
];

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Report(Format),
    /// The page itself, with its data, in one HTML file (X5).
    WebPage,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report(format) => format.name(),
            Self::WebPage => "html",
        }
    }

    pub const fn format(self) -> Option<Format> {
        match self {
            Self::Report(format) => Some(format),
            Self::WebPage => None,
        }
    }

    pub const fn has_events(self) -> bool {
        matches!(
            self,
            Self::Report(Format::CsvZip | Format::Parquet | Format::Xlsx)
        )
    }

    pub fn is_csv(self) -> bool {
        matches!(self.format(), Some(Format::Csv | Format::CsvZip))
    }
}

#[derive(Debug, Clone)]
pub struct Form {
    pub page: &'static DashboardSpec,
    pub title: String,
    /// The one thing that the page is about.
    pub name: Option<String>,
    /// The question of the page, with what the page is about.
    pub asked: Question,
    pub range: RangeSpec,
    pub keeps_filters: bool,
    /// Widgets of the page that are left out.
    pub left_out: BTreeSet<&'static str>,
    pub statistics: bool,
    pub time_series: bool,
    pub events: bool,
    pub kind: Kind,
    pub paper: Paper,
    pub names: Names,
}

impl Form {
    pub fn new(page: &'static DashboardSpec, name: Option<String>, asked: Question) -> Self {
        Self {
            page,
            title: name.clone().unwrap_or_else(|| page.title.to_owned()),
            name,
            range: asked.range.clone(),
            asked,
            keeps_filters: true,
            left_out: BTreeSet::new(),
            statistics: true,
            time_series: true,
            events: false,
            kind: Kind::Report(Format::Pdf),
            paper: Paper::default(),
            names: Names::default(),
        }
    }

    /// The pages that can be chosen.
    pub fn pages(&self) -> Vec<&'static DashboardSpec> {
        let all = DASHBOARDS
            .iter()
            .filter(|page| page.of.is_none() && !page.widgets.is_empty());
        let mut pages: Vec<&DashboardSpec> = all.collect();
        if self.page.of.is_some() {
            pages.insert(0, self.page);
        }
        pages
    }

    pub fn choose_page(&mut self, id: &str) {
        if let Some(page) = self.pages().into_iter().find(|page| page.id == id) {
            self.page = page;
            page.title.clone_into(&mut self.title);
            self.name = None;
            self.left_out.clear();
        }
    }

    /// Raw events come as CSV beside the tables, as a sheet beside theirs, or as a Parquet file of their own; no other
    /// format has a place for them.
    pub fn choose_events(&mut self, events: bool) {
        self.events = events;
        if events && !self.kind.has_events() {
            self.kind = Kind::Report(Format::CsvZip);
        }
    }

    /// How the workers write them for that.
    pub fn rows(&self) -> RowForm {
        if self.kind == Kind::Report(Format::CsvZip) {
            RowForm::Csv {
                raw_names: self.names == Names::Raw,
            }
        } else {
            RowForm::Ndjson
        }
    }

    pub fn choose_kind(&mut self, kind: Kind) {
        self.kind = kind;
        self.events &= kind.has_events();
    }

    pub fn question(&self) -> Question {
        let mut question = self.asked.clone();
        question.range = self.range.clone();
        if !self.keeps_filters {
            question.filters.clear();
        }
        question
    }

    pub fn widgets(&self) -> Vec<&'static str> {
        let widgets = self.page.widgets.iter().copied();
        widgets.filter(|id| !self.left_out.contains(id)).collect()
    }

    /// What is missing before a file can be made.
    pub fn problem(&self) -> Option<&'static str> {
        if self.kind == Kind::WebPage {
            return None;
        }
        let has_tables = self.statistics || self.time_series;
        if !has_tables && !self.events {
            return Some("Choose what the file should hold.");
        }
        if has_tables && !self.events && self.widgets().is_empty() {
            return Some("Choose at least one of the page's parts.");
        }
        None
    }

    /// The report of an answer to its question.
    pub fn report(&self, answered: Answered) -> Report {
        let mut tables = answered.tables;
        tables.retain(|table| {
            if is_time_series(table) {
                self.time_series
            } else {
                self.statistics
            }
        });
        Report {
            title: self.title.clone(),
            question: answered.question,
            periods: answered.periods,
            zone: answered.zone,
            provenance: (*answered.provenance).clone(),
            tables,
        }
    }

    pub fn order(&self, report: Report, format: Format) -> Order {
        Order {
            report,
            format,
            choices: Choices {
                names: self.names,
                paper: self.paper,
                fonts: Vec::new(),
            },
        }
    }
}
