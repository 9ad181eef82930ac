//! Pages into PDF: marks are drawn, the structure becomes tags, sections become bookmarks.

use std::num::NonZeroU16;

use chrono::{Datelike, Timelike};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::fonts::{Fonts, Line, Weight};
use super::sheet::{Area, Colour, Mark, Part, Placed, Role, Section, Sheet};
use crate::export::{ExportError, Report};

const LANGUAGE: &str = "en";

/// Everything laid out, into bytes.
pub fn write(
    report: &Report,
    fonts: &Fonts,
    sheets: &[Sheet],
    parts: &[Part],
    sections: &[Section],
) -> Result<Vec<u8>, ExportError> {
    let mut document = Document::new_with(SerializeSettings {
        enable_tagging: true,
        ..SerializeSettings::default()
    });
    let mut found: Vec<Vec<Identifier>> = vec![Vec::new(); parts.len()];
    for sheet in sheets {
        let size = PageSettings::from_wh(sheet.width, sheet.height).unwrap_or_default();
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        draw(&mut surface, fonts, sheet, sections, &mut found);
        surface.finish();
        for (area, section, part) in &sheet.links {
            let Some((rect, target)) = rect(*area).zip(sections.get(*section)) else {
                continue;
            };
            let place = XyzDestination::new(target.page, Point::from_xy(0.0, target.y));
            let link = LinkAnnotation::new(rect, Target::Destination(place.into()));
            let words = format!("To {}", target.title);
            let link = Annotation::new_link(link, Some(words));
            found[*part].push(page.add_tagged_annotation(link));
        }
        page.finish();
    }
    document.set_tag_tree(tree(parts, &found));
    let mut outline = Outline::new();
    for section in sections {
        let place = XyzDestination::new(section.page, Point::from_xy(0.0, section.y));
        outline.push_child(OutlineNode::new(section.title.clone(), place));
    }
    document.set_outline(outline);
    document.set_metadata(metadata(report));
    document.finish().map_err(|error| {
        ExportError::Refused("PDF", format!("{error:?}").chars().take(120).collect())
    })
}

/// The file tells the question's present, not the clock of whoever makes it: equal questions make equal files.
fn metadata(report: &Report) -> Metadata {
    let now = chrono::DateTime::from_timestamp_micros(report.provenance.now_us).unwrap_or_default();
    let date = DateTime::new(u16::try_from(now.year()).unwrap_or_default())
        .month(now.month() as u8)
        .day(now.day() as u8)
        .hour(now.hour() as u8)
        .minute(now.minute() as u8)
        .second(now.second() as u8)
        .utc_offset_hour(0);
    let facts = report.facts().into_iter();
    let facts: Vec<String> = facts
        .map(|fact| format!("{}: {}", fact.name, fact.value))
        .collect();
    Metadata::new()
        .title(report.title.clone())
        .description(facts.join(". "))
        .language(LANGUAGE.into())
        .creator(format!("Toolscope {}", env!("CARGO_PKG_VERSION")))
        .document_id(report.provenance.fingerprint.clone())
        .creation_date(date)
}

fn draw(
    surface: &mut Surface,
    fonts: &Fonts,
    sheet: &Sheet,
    sections: &[Section],
    found: &mut [Vec<Identifier>],
) {
    let mut marks = sheet.marks.iter().peekable();
    while let Some(first) = marks.next() {
        // Marks of one part that follow each other are one piece of content.
        let tag = match first.part {
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Some(_) => ContentTag::Span(SpanTag::empty()),
        };
        let identifier = surface.start_tagged(tag);
        if let Some(part) = first.part {
            found[part].push(identifier);
        }
        mark(surface, fonts, sections, &first.mark);
        while let Some(Placed { mark: next, .. }) = marks.next_if(|next| next.part == first.part) {
            mark(surface, fonts, sections, next);
        }
        surface.end_tagged();
    }
}

fn mark(surface: &mut Surface, fonts: &Fonts, sections: &[Section], mark: &Mark) {
    match mark {
        Mark::Text {
            x,
            y,
            size,
            colour,
            line,
        } => text(surface, fonts, (*x, *y), *size, *colour, line),
        Mark::PageOf {
            section,
            right,
            y,
            size,
            colour,
        } => {
            let Some(section) = sections.get(*section) else {
                return;
            };
            let line = fonts.line(&(section.page + 1).to_string(), Weight::Regular);
            let x = right - line.width * size;
            text(surface, fonts, (x, *y), *size, *colour, &line);
        }
        Mark::Shape { points, colour } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            if let Some(path) = path(points, true) {
                surface.draw_path(&path);
            }
        }
        Mark::Path {
            points,
            width,
            colour,
            is_dashed,
        } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: rgb(*colour).into(),
                width: *width,
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                dash: is_dashed.then(|| StrokeDash {
                    array: vec![3.0, 2.0],
                    offset: 0.0,
                }),
                ..Stroke::default()
            }));
            if let Some(path) = path(points, false) {
                surface.draw_path(&path);
            }
        }
    }
}

fn text(
    surface: &mut Surface,
    fonts: &Fonts,
    (x, y): (f32, f32),
    size: f32,
    colour: Colour,
    line: &Line,
) {
    surface.set_stroke(None);
    surface.set_fill(Some(fill(colour)));
    let mut x = x;
    for run in &fonts.shape(&line.text, line.weight).runs {
        let font = fonts.font(run.font).clone();
        surface.draw_glyphs(
            Point::from_xy(x, y),
            &run.glyphs,
            font,
            &run.text,
            size,
            false,
        );
        x += run.width * size;
    }
}

fn rgb([red, green, blue]: Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn fill(colour: Colour) -> Fill {
    Fill {
        paint: rgb(colour).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn path(points: &[(f32, f32)], is_closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    builder.move_to(first.0, first.1);
    for point in rest {
        builder.line_to(point.0, point.1);
    }
    if is_closed {
        builder.close();
    }
    builder.finish()
}

fn rect(area: Area) -> Option<Rect> {
    Rect::from_xywh(area.x, area.y, area.width, area.height)
}

fn tree(parts: &[Part], found: &[Vec<Identifier>]) -> TagTree {
    // Children come after their parents, so groups are finished from the last.
    let mut groups: Vec<Option<TagGroup>> = parts
        .iter()
        .map(|part| Some(TagGroup::new(kind(&part.role))))
        .collect();
    let mut below: Vec<Vec<TagGroup>> = vec![Vec::new(); parts.len()];
    let mut top = Vec::new();
    for at in (0..parts.len()).rev() {
        let Some(mut group) = groups[at].take() else {
            continue;
        };
        for child in std::mem::take(&mut below[at]).into_iter().rev() {
            group.push(child);
        }
        for identifier in &found[at] {
            group.push(*identifier);
        }
        if group.children.is_empty() {
            continue;
        }
        match parts[at].parent {
            Some(parent) => below[parent].push(group),
            None => top.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.into()));
    for group in top.into_iter().rev() {
        tree.push(group);
    }
    tree
}

fn kind(role: &Role) -> TagKind {
    let heading = |level: u16| Tag::Hn(NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN), None);
    match role {
        Role::Title => heading(1).into(),
        Role::Heading => heading(2).into(),
        Role::Paragraph => Tag::P.into(),
        Role::Section => Tag::Section.into(),
        Role::Contents => Tag::TOC.into(),
        Role::ContentsItem => Tag::TOCI.into(),
        Role::Link => Tag::Link.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::Header => Tag::TH(TableHeaderScope::Column).into(),
        Role::Cell => Tag::TD.into(),
        Role::Figure(words) => Tag::Figure(Some(words.clone())).into(),
    }
}
