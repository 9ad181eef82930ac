//! From arguments to a question and its queries; whatever does not exist is named with what does.

use crate::metrics::{MetricId, REGISTRY};
use crate::model::schema::SCHEMA;
use crate::model::{Column, ResultTable, Zone};
use crate::native::command_line::Failure;
use crate::native::command_line::arguments::QueryArguments;
use crate::native::command_line::metrics::OTHER_DIMENSIONS;
use crate::native::zones;
use crate::protocol::{LoadOptions, Mapping};
use crate::query::range::RANGE_HELP;
use crate::query::{
    AskContext, Clause, CompareSpec, Dimension, Query, Question, RangeSpec, widgets,
};

/// What is to be answered.
pub enum What {
    /// Of a dashboard, which has a title of its own, or of one.
    Widgets(Vec<String>, &'static str),
    Free(Vec<Dimension>, Vec<MetricId>),
}

impl What {
    pub fn queries(&self, question: &Question, context: &AskContext, zone: &Zone) -> Vec<Query> {
        match self {
            Self::Widgets(ids, _) => ids
                .iter()
                .flat_map(|id| widgets::queries(id, question, context, zone))
                .collect(),
            Self::Free(dimensions, measures) => vec![widgets::free(dimensions, measures)],
        }
    }

    /// What a file of the answer is called.
    pub fn title(&self, tables: &[ResultTable]) -> String {
        match (self, tables.first()) {
            (Self::Widgets(_, title), _) => (*title).to_owned(),
            (Self::Free(..), table) => table.map_or_else(String::new, |table| table.title.clone()),
        }
    }
}

pub struct Asked {
    pub question: Question,
    pub zone: Zone,
    pub what: What,
    /// How the files are to be read.
    pub load: LoadOptions,
}

pub fn asked(arguments: &QueryArguments) -> Result<Asked, Failure> {
    let wrong = Failure::Arguments;
    let range = RangeSpec::parse(&arguments.range)
        .ok_or_else(|| wrong(format!("“{}” is no range. {RANGE_HELP}", arguments.range)))?;
    let compare = CompareSpec::parse(&arguments.compare).ok_or_else(|| {
        wrong(format!(
            "“{}” is nothing to compare with; choose none, previous, weekdays, year, or a range.",
            arguments.compare
        ))
    })?;
    let zone = known_zone(&arguments.zone)?;
    let mut filters = Vec::new();
    for (texts, exclude) in [(&arguments.keep, false), (&arguments.leave_out, true)] {
        for text in texts {
            filters.push(clause(text, exclude)?);
        }
    }
    let question = Question {
        range,
        compare,
        filters,
        zone: zone.name().to_owned(),
        week_start: arguments.week_start,
        now_us: arguments.now,
    };
    Ok(Asked {
        question,
        zone,
        what: what(arguments)?,
        load: LoadOptions {
            mapping: mapping(&arguments.map)?,
            assume_zone: arguments
                .assume_zone
                .as_deref()
                .map(known_zone)
                .transpose()?,
            ..LoadOptions::default()
        },
    })
}

fn known_zone(name: &str) -> Result<Zone, Failure> {
    zones::zone(name).ok_or_else(|| {
        Failure::Arguments(format!(
            "“{name}” is no time zone; use an IANA name such as Europe/Berlin."
        ))
    })
}

/// `time=ts`, each column once.
fn mapping(texts: &[String]) -> Result<Mapping, Failure> {
    let mut mapping = Mapping::new();
    for text in texts {
        let (name, header) = text.split_once('=').ok_or_else(|| {
            Failure::Arguments(format!("“{text}” is no mapping; write COLUMN=HEADER."))
        })?;
        let column = Column::parse(name.trim())
            .ok_or_else(|| unknown("column", name, SCHEMA.iter().map(|spec| spec.name)))?;
        if mapping.insert(column, header.trim().to_owned()).is_some() {
            return Err(Failure::Arguments(format!("“{name}” is mapped twice.")));
        }
    }
    Ok(mapping)
}

fn what(arguments: &QueryArguments) -> Result<What, Failure> {
    if let Some(id) = &arguments.widget {
        let widget = widgets::widget(id).ok_or_else(|| {
            let ids = widgets::all().map(|widget| widget.id);
            unknown("widget", id, ids)
        })?;
        return Ok(What::Widgets(vec![id.clone()], widget.title));
    }
    if let Some(name) = &arguments.dashboard {
        let dashboard = widgets::dashboard(name).ok_or_else(|| {
            unknown(
                "dashboard",
                name,
                widgets::DASHBOARDS.iter().map(|dashboard| dashboard.id),
            )
        })?;
        return Ok(What::Widgets(
            dashboard.widgets.iter().map(|id| (*id).into()).collect(),
            dashboard.title,
        ));
    }
    let dimensions = arguments
        .group_by
        .iter()
        .map(|name| dimension(name))
        .collect::<Result<_, _>>()?;
    let measures = arguments
        .measure
        .iter()
        .map(|id| {
            let ids = REGISTRY.iter().filter(|spec| spec.metric.is_measure());
            let ids = ids.map(|spec| spec.id);
            let measure = MetricId::parse(id.trim()).filter(|metric| metric.is_measure());
            measure.ok_or_else(|| unknown("measure", id, ids))
        })
        .collect::<Result<_, _>>()?;
    Ok(What::Free(dimensions, measures))
}

fn dimension(name: &str) -> Result<Dimension, Failure> {
    Dimension::parse(name.trim()).ok_or_else(|| {
        let names = SCHEMA
            .iter()
            .map(|spec| spec.name)
            .chain(OTHER_DIMENSIONS)
            .filter(|name| Dimension::parse(name).is_some());
        unknown("dimension", name, names)
    })
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    Failure::Arguments(format!(
        "“{name}” is no {what}; there are: {}.",
        known.join(", ")
    ))
}

/// `tool=a,b`; a comma inside of a value is written `\,`, and no value means the absent one.
fn clause(text: &str, exclude: bool) -> Result<Clause, Failure> {
    let (name, values) = text.split_once('=').ok_or_else(|| {
        Failure::Arguments(format!(
            "“{text}” is no filter; write DIMENSION=VALUE, or DIMENSION=VALUE,VALUE."
        ))
    })?;
    let dimension = dimension(name)?;
    if !dimension.is_filter() {
        return Err(Failure::Arguments(format!(
            "“{name}” can't be filtered by; use --range for spans of time."
        )));
    }
    let mut split = vec![String::new()];
    let mut letters = values.chars();
    while let Some(letter) = letters.next() {
        match (letter, split.last_mut()) {
            (',', _) => split.push(String::new()),
            ('\\', Some(value)) => value.extend(letters.next()),
            (letter, Some(value)) => value.push(letter),
            (_, None) => {}
        }
    }
    split.sort_unstable();
    split.dedup();
    Ok(Clause {
        dimension,
        exclude,
        values: split,
        source: None,
    })
}
