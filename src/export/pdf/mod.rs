//! A report as PDF (X3): what it answers, contents, a section a table with its chart, what the numbers mean.
//!
//! Owns: pages, charts as lines and shapes, texts in every script that a font was given for, structure for readers aloud.
//! Does not own: how numbers are written (`export::words`), where fonts come from (whoever asks).

mod chart;
mod flow;
mod fonts;
mod heat;
mod plot;
mod scale;
mod sheet;
mod style;
mod table;
mod write;

use std::collections::BTreeSet;

use super::report::{Report, is_usual};
use super::{ExportError, Paper, words};
use crate::model::{Cell, ResultTable};
use crate::query::widgets::{Look, WidgetSpec, widget};
use flow::Flow;
use fonts::{Fonts, REPLACEMENT, Weight};
use sheet::{Area, Mark, Role};
use style::{BODY, INK, LINE_HEIGHT, MARGIN, MUTED, WARN};

/// Letters that are named where no font has them.
const UNDRAWN_NAMED: usize = 6;
/// The names of facts take so much of the width.
const FACT_NAMES: f32 = 118.0;

/// The file, and what has to be said about it: letters that could not be drawn.
pub fn pdf(
    report: &Report,
    paper: Paper,
    further: &[Vec<u8>],
) -> Result<(Vec<u8>, Option<String>), ExportError> {
    let fonts = Fonts::load(further)?;
    let undrawn = undrawn(report, &fonts);
    let mut flow = Flow::new(&fonts, paper);
    first_page(&mut flow, report, undrawn.as_deref());
    let shown = sections(report);
    contents(&mut flow, &shown);
    if !shown.is_empty() {
        flow.turn_page();
    }
    for section in &shown {
        draw(&mut flow, report, section);
    }
    meanings(&mut flow, report);
    let range = report
        .facts()
        .into_iter()
        .find(|fact| fact.name == "Period");
    let head = format!(
        "{} · {}",
        report.title,
        range.map(|fact| fact.value).unwrap_or_default()
    );
    let provenance = &report.provenance;
    let note = format!(
        "Toolscope · data {} · {}",
        provenance.fingerprint, provenance.zone
    );
    flow.edges(&head, &note);
    let bytes = write::write(report, &fonts, &flow.sheets, &flow.parts, &flow.sections)?;
    Ok((bytes, undrawn))
}

/// Tables under one heading: a widget's main one, and those that belong to it.
struct Shown<'r> {
    title: &'r str,
    spec: Option<&'static WidgetSpec>,
    tables: Vec<&'r ResultTable>,
}

fn sections(report: &Report) -> Vec<Shown<'_>> {
    let mut shown: Vec<Shown> = Vec::new();
    for table in &report.tables {
        let spec = widget(&table.id);
        match shown.last_mut() {
            Some(last) if spec.is_none() && last.title == table.title => last.tables.push(table),
            _ => shown.push(Shown {
                title: &table.title,
                spec,
                tables: vec![table],
            }),
        }
    }
    shown
}

/// The further fonts that the letters of a report need, by name: see [`super::fonts_for`].
pub fn fonts_needed(report: &Report) -> Result<Vec<&'static str>, ExportError> {
    let own = Fonts::load(&[])?;
    Ok(super::fonts_for(undrawn_letters(report, &own)))
}

fn undrawn_letters(report: &Report, fonts: &Fonts) -> BTreeSet<char> {
    let facts = report.facts();
    let facts = facts.iter().map(|fact| fact.value.as_str());
    let titles = std::iter::once(report.title.as_str());
    let warnings = report
        .provenance
        .warnings
        .iter()
        .map(|warning| warning.message.as_str());
    let tables = report.tables.iter().flat_map(|table| {
        let labels = table.columns.iter().map(|column| column.label.as_str());
        let cells = table.rows.iter().flatten().filter_map(Cell::text);
        std::iter::once(table.title.as_str())
            .chain(labels)
            .chain(cells)
    });
    fonts.undrawn(titles.chain(facts).chain(warnings).chain(tables))
}

/// A sentence about letters that no font has; the document says it, and whoever makes it.
fn undrawn(report: &Report, fonts: &Fonts) -> Option<String> {
    let letters = undrawn_letters(report, fonts);
    if letters.is_empty() {
        return None;
    }
    let named: Vec<String> = letters
        .iter()
        .take(UNDRAWN_NAMED)
        .map(|&letter| format!("U+{:04X}", u32::from(letter)))
        .collect();
    let more = match letters.len().saturating_sub(UNDRAWN_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let letters = if letters.len() == 1 {
        "letter"
    } else {
        "letters"
    };
    Some(format!(
        "No font has the {letters} {}{more}; {REPLACEMENT} stands in their place. Give a font that has them (--font on the command line), or choose XLSX.",
        named.join(", ")
    ))
}

fn first_page(flow: &mut Flow, report: &Report, undrawn: Option<&str>) {
    const SIZE: f32 = 24.0;
    flow.y += 20.0;
    let title = flow.part(Role::Title, None);
    flow.paragraph(&report.title, MARGIN, SIZE, Weight::SemiBold, INK, title);
    flow.y += 14.0;
    let facts = flow.part(Role::Section, None);
    for fact in report.facts() {
        let part = flow.part(Role::Paragraph, Some(facts));
        flow.need(2.0 * BODY * LINE_HEIGHT);
        let line = flow.fonts.line(fact.name, Weight::Regular);
        let y = flow.y + BODY * LINE_HEIGHT * 0.72;
        flow.line_at((MARGIN, y), BODY, MUTED, line, Some(part));
        flow.paragraph(
            &fact.value,
            MARGIN + FACT_NAMES,
            BODY,
            Weight::Regular,
            INK,
            part,
        );
        flow.y += 2.0;
    }
    let warnings = report
        .provenance
        .warnings
        .iter()
        .map(|warning| warning.message.as_str());
    let warnings: Vec<&str> = undrawn.into_iter().chain(warnings).collect();
    for (at, warning) in warnings.into_iter().enumerate() {
        if at == 0 {
            flow.y += 8.0;
        }
        let part = flow.part(Role::Paragraph, Some(facts));
        flow.paragraph(warning, MARGIN, BODY, Weight::Regular, WARN, part);
        flow.y += 2.0;
    }
}

fn contents(flow: &mut Flow, shown: &[Shown]) {
    const STEP: f32 = BODY * 1.75;
    const SIZE: f32 = 14.0;
    // The section about meanings is the last.
    let titles = shown.iter().map(|section| section.title);
    let titles: Vec<&str> = titles.chain([MEANINGS]).collect();
    flow.need(SIZE * 3.0 + STEP * 3.0);
    flow.y += 30.0;
    let part = flow.part(Role::Contents, None);
    let line = flow.fonts.line("Contents", Weight::SemiBold);
    let heading = flow.part(Role::Heading, Some(part));
    flow.line_at((MARGIN, flow.y), SIZE, INK, line, Some(heading));
    flow.y += 8.0;
    for (section, title) in titles.into_iter().enumerate() {
        flow.need(STEP);
        let item = flow.part(Role::ContentsItem, Some(part));
        let link = flow.part(Role::Link, Some(item));
        let area = Area {
            x: MARGIN,
            y: flow.y,
            width: flow.width(),
            height: STEP,
        };
        let mut lines = flow
            .fonts
            .wrap(title, Weight::Regular, (flow.width() - 40.0) / BODY);
        lines.truncate(1);
        let y = flow.y + STEP * 0.7;
        for line in lines {
            flow.line_at((MARGIN, y), BODY, INK, line, Some(link));
        }
        let number = Mark::PageOf {
            section,
            right: area.right(),
            y,
            size: BODY,
            colour: MUTED,
        };
        flow.put(number, Some(link));
        flow.link(area, section, link);
        flow.y += STEP;
        flow.rule((MARGIN, flow.y), (area.right(), flow.y), 0.4, style::LINE);
    }
}

fn draw(flow: &mut Flow, report: &Report, shown: &Shown) {
    let Some(main) = shown.tables.first() else {
        return;
    };
    let columns = |table: &ResultTable| -> Vec<usize> {
        (0..table.columns.len())
            .filter(|&at| is_usual(shown.spec, &table.columns[at]))
            .collect()
    };
    let bands = |flow: &Flow, is_wide: bool| {
        let tables = shown.tables.iter();
        let bands = tables.map(|table| {
            table::bands_in(flow, report, table, &columns(table), flow.width_of(is_wide))
        });
        bands.max().unwrap_or(1)
    };
    let upright = bands(flow, false);
    let is_wide = upright > 1 && bands(flow, true) < upright;
    flow.turn(is_wide);
    let figure = shown.spec.and_then(|spec| chart::height(spec, main));
    let below = figure.unwrap_or_else(|| table::least_height(main)) + 40.0;
    let section = flow.heading(shown.title, below);
    if let Some(spec) = shown.spec {
        flow.sentence(spec.description, section);
    }
    for (at, table) in shown.tables.iter().enumerate() {
        if table.rows.is_empty() {
            flow.remark("There is nothing of this kind in this period.", section);
            continue;
        }
        let spec = shown.spec.filter(|_| at == 0);
        if let Some(spec) = spec {
            chart::chart(flow, report, spec, table, section);
        }
        // Big numbers and heat have all of theirs in the figure.
        let is_told = spec.is_some_and(|spec| matches!(spec.look, Look::Tiles | Look::Heatmap));
        if !is_told {
            flow.y += 6.0;
            table::table(flow, report, table, &columns(table), section);
        }
        remarks(flow, table, section);
    }
}

fn remarks(flow: &mut Flow, table: &ResultTable, section: usize) {
    let shown = table.rows.len() as u64;
    if table.groups > shown {
        let text = format!(
            "{} of {} are shown.",
            words::count(shown as f64),
            words::count(table.groups as f64)
        );
        flow.remark(&text, section);
    }
    if !table.incomplete_rows.is_empty() {
        flow.remark(
            "Grey rows and outlined columns: the period covers only a part of them.",
            section,
        );
    }
}

const MEANINGS: &str = "What the numbers mean";

fn meanings(flow: &mut Flow, report: &Report) {
    flow.turn(false);
    let section = flow.heading(MEANINGS, 60.0);
    for metric in report.metrics() {
        let part = flow.part(Role::Paragraph, Some(section));
        flow.y += 4.0;
        flow.need(3.0 * BODY * LINE_HEIGHT);
        flow.paragraph(metric.name, MARGIN, BODY, Weight::SemiBold, INK, part);
        flow.paragraph(
            metric.definition,
            MARGIN,
            BODY,
            Weight::Regular,
            MUTED,
            part,
        );
    }
    let note = "Numbers marked ≈ are estimates from sketches. What was compared with, and the bounds of intervals, stand in the Excel, CSV and JSON files of the same question.";
    let part = flow.part(Role::Paragraph, Some(section));
    flow.y += 8.0;
    flow.paragraph(note, MARGIN, BODY, Weight::Regular, MUTED, part);
}
