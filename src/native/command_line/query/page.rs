//! `--format html`: a dashboard, its data and the application in one file (X5).
//!
//! Owns: the application's files on the disk, compressing, what is said about it. Does not own: the document
//! (`export::page`), which rows there are (`service`). The files that were read never go in: rows do, as decoded.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::output::save;
use super::{Opened, opened, rows};
use crate::export::page::{self, About, Contents, DataPart};
use crate::model::manifest::BatchKind;
use crate::model::rfc3339;
use crate::native::command_line::arguments::{QueryArguments, QueryFormat};
use crate::native::command_line::{Failure, clock_us};
use crate::native::zones;
use crate::query::widgets;

const INDEX: &str = "index.html";
/// Where a build is when nobody says where.
const DIST: &str = "dist";

/// Does somebody want such a file?
pub fn is_wanted(arguments: &QueryArguments) -> bool {
    let by_ending = || {
        let ending = arguments.out.as_deref().and_then(Path::extension);
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("html"))
    };
    match arguments.format {
        Some(format) => format == QueryFormat::Html,
        None => by_ending(),
    }
}

pub fn run(arguments: &QueryArguments) -> Result<(), Failure> {
    let (Some(id), Some(out)) = (&arguments.dashboard, &arguments.out) else {
        return Err(Failure::Arguments(
            "An HTML file holds a dashboard and is written to a file: give --dashboard and --out, for example --dashboard executive --out executive.html.".into(),
        ));
    };
    // What cannot be is refused before anything is read.
    let mut parts = application(arguments.app.as_deref())?;
    let Opened {
        service,
        sources,
        question,
        zone,
        what,
        context,
    } = opened(arguments)?;
    let queries = what.queries(&question, &context, &zone);
    let needed = widgets::spans_needed(&queries, &question, &context, &zone);
    let batches = rows::of_spans(&service, &question, &needed)?;
    let count = |kind| {
        let of_kind = batches.iter().filter(move |(part, _)| part.kind == kind);
        of_kind.map(|(part, _)| part.rows).sum::<u64>()
    };
    let about = About {
        dashboard: id.clone(),
        name: None,
        title: what.title(&[]),
        made: rfc3339(clock_us()),
        from: from(sources.organisation(), &arguments.sources),
        search: About::search_of(&question),
        zone: zone.name().to_owned(),
        events: count(BatchKind::Raw),
        hours: count(BatchKind::Aggregate),
        warnings: context
            .warnings
            .iter()
            .map(|warning| warning.message.clone())
            .collect(),
    };
    let directory = sources.loaded_directory().map(serde_json::to_string);
    let contents = Contents {
        organisation: sources.organisation().map(ToOwned::to_owned),
        is_demo: sources.is_demo(),
        now_us: context.now_us,
        left_out: page::left_out(context.data_span_us, &needed),
        directory: directory.transpose()?,
        batches: batches.iter().map(|(part, _)| part.clone()).collect(),
    };
    for (name, text) in page::documents(&about, &contents) {
        parts.push((name, packed(text.as_bytes())?));
    }
    if let Some(rules) = zones::rules(&about.zone).filter(|rules| rules.name != "UTC") {
        let rules = serde_json::to_vec(&rules)?;
        parts.push((page::zone_part(&about.zone), packed(&rules)?));
    }
    for (at, (_, bytes)) in batches.iter().enumerate() {
        parts.push((DataPart::name(at), packed(bytes)?));
    }
    let html = page::html(&about, &parts);
    eprintln!("{}", about.size(html.len() as u64));
    save(out, &html)?;
    eprintln!(
        "Wrote {}; it opens in a browser without a network.",
        out.display()
    );
    Ok(())
}

/// Whose data it is. Of paths only what they end with: where files lie is nobody's business.
fn from(organisation: Option<&str>, sources: &[PathBuf]) -> String {
    if let Some(organisation) = organisation {
        return organisation.to_owned();
    }
    let names = sources.iter().filter_map(|path| path.file_name());
    let names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    match names.as_slice() {
        [] => "files".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// The application's files, compressed.
fn application(app: Option<&Path>) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let folder = dist(app)?;
    let read = |path: &str| {
        std::fs::read(folder.join(path)).map_err(|error| {
            Failure::Failed(format!(
                "The built application in {} can't be used: {path}: {error}. “make build” makes it.",
                folder.display()
            ))
        })
    };
    let index = String::from_utf8_lossy(&read(INDEX)?).into_owned();
    let files = page::application(&index)?;
    let mut styles = Vec::new();
    for style in &files.styles {
        styles.extend(read(style)?);
        styles.push(b'\n');
    }
    let mut parts = vec![(page::STYLES.to_owned(), packed(&styles)?)];
    for (name, path) in files.files {
        parts.push((name.to_owned(), packed(&read(&path)?)?));
    }
    Ok(parts)
}

/// The folder that was named, else "dist" where the command runs or beside the program.
fn dist(app: Option<&Path>) -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe().ok();
    let beside = beside.and_then(|program| Some(program.parent()?.join(DIST)));
    let tried: Vec<PathBuf> = match app {
        Some(app) => vec![app.to_path_buf()],
        None => [PathBuf::from(DIST)].into_iter().chain(beside).collect(),
    };
    let found = tried.iter().find(|folder| folder.join(INDEX).is_file());
    found.cloned().ok_or_else(|| {
        let tried: Vec<String> = tried
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        Failure::Failed(format!(
            "There is no built application in {}: index.html is missing. “make build” makes it; --app DIST says where it is.",
            tried.join(" or ")
        ))
    })
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}
