//! What a file's columns might mean, for a person to confirm (see `protocol::Proposal` on where this may go: nowhere
//! but the dialog).
//!
//! Owns: the first rows as text, a guess for each header. Does not own: asking, remembering.

use super::names::Terms;
use super::objects::Objects;
use super::recognise::without_mark;
use super::records::{Next, Records};
use super::shape::Shape;
use super::{Format, IngestError, arrow, encoding, recognise_with, sniff, values};
use crate::model::limits::{COLUMNS_MAX, PREVIEW_CELL_CHARS, PREVIEW_ROWS};
use crate::model::schema::SCHEMA;
use crate::model::{Column, ColumnType, Outcome};
use crate::protocol::{LoadOptions, Looks, Proposal, ProposedColumn};

/// A guess that is worth less is none.
const SCORE_MIN: u32 = 30;
/// Words of headers that mean a column, beyond the names and aliases of the schema.
const WORDS: [(Column, &[&str]); 9] = [
    (
        Column::Time,
        &[
            "when", "datetime", "occurred", "began", "start", "created", "logged",
        ],
    ),
    (
        Column::Tool,
        &[
            "function",
            "action",
            "command",
            "operation",
            "method",
            "feature",
        ],
    ),
    (
        Column::User,
        &[
            "mail", "person", "employee", "login", "account", "who", "member", "caller",
        ],
    ),
    (
        Column::Workspace,
        &["organisation", "organization", "org", "group", "department"],
    ),
    (
        Column::DurationMs,
        &[
            "latency",
            "elapsed",
            "took",
            "runtime",
            "ms",
            "milliseconds",
            "seconds",
        ],
    ),
    (
        Column::Outcome,
        &["result", "ok", "state", "succeeded", "failed", "errored"],
    ),
    (
        Column::ErrorClass,
        &["error", "exception", "failure", "reason"],
    ),
    (Column::Server, &["host", "service", "provider"]),
    (Column::EventId, &["request", "call", "trace", "key"]),
];

/// The headers of a file and its first rows as text.
struct Sample {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Looks at a file that needs a mapping; `None` when it is nothing that could have one.
pub fn propose(bytes: &[u8], options: &LoadOptions) -> Option<Proposal> {
    let (bytes, _) = super::as_utf8(bytes);
    let (Ok(format) | Err(IngestError::NeedsMapping(format))) = recognise_with(&bytes, options)
    else {
        return None;
    };
    let mut sample = sample(&bytes, format, options)?;
    sample.headers.truncate(COLUMNS_MAX);
    for row in &mut sample.rows {
        row.resize(sample.headers.len(), String::new());
    }
    let looks: Vec<Looks> = (0..sample.headers.len())
        .map(|at| looks(sample.rows.iter().map(|row| row[at].as_str())))
        .collect();
    let guesses = guess(&sample.headers, &looks);
    let columns = sample
        .headers
        .iter()
        .zip(looks)
        .zip(guesses)
        .map(|((header, looks), guess)| ProposedColumn {
            header: header.clone(),
            guess,
            looks,
        })
        .collect();
    let cut = |cell: String| match cell.char_indices().nth(PREVIEW_CELL_CHARS) {
        Some((end, _)) => cell[..end].to_owned(),
        None => cell,
    };
    let cut_row = |row: Vec<String>| row.into_iter().map(cut).collect();
    Some(Proposal {
        member: None,
        alike: 0,
        fingerprint: fingerprint(&sample.headers),
        columns,
        preview: sample.rows.into_iter().map(cut_row).collect(),
    })
}

/// Equal headers, letter case aside, have equal fingerprints.
fn fingerprint(headers: &[String]) -> String {
    let joined = headers.join("\u{1f}").to_lowercase();
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(joined.as_bytes()))
}

fn sample(bytes: &[u8], format: Format, options: &LoadOptions) -> Option<Sample> {
    match format {
        Format::Csv | Format::Tsv => of_table(bytes, options),
        Format::Ndjson | Format::Json => Some(of_objects(without_mark(bytes))),
        Format::ArrowFile | Format::ArrowStream => of_arrow(bytes, format),
        #[cfg(feature = "columnar")]
        Format::Parquet => {
            let first = super::parquet::first_rows(bytes, PREVIEW_ROWS).ok()?;
            of_arrow(&first, Format::ArrowStream)
        }
        _ => None,
    }
}

fn of_table(bytes: &[u8], options: &LoadOptions) -> Option<Sample> {
    let text = encoding::of_table(bytes);
    let table = sniff::sniff(text.bytes(), &Terms::new(options))?;
    let mut records = Records::of(&text, table.start, table.separator);
    let _ = records.read(None);
    let mut rows = Vec::new();
    while rows.len() < PREVIEW_ROWS {
        match records.read(Some(table.headers.len())) {
            Next::Row(row) => rows.push(row.cells().map(str::to_owned).collect()),
            Next::Bad(..) => {}
            Next::End => break,
        }
    }
    Some(Sample {
        headers: table.headers,
        rows,
    })
}

/// Fields of objects inside have their object's name and a dot before theirs, as in a mapping.
fn of_objects(text: &[u8]) -> Sample {
    let mut sample = Sample {
        headers: Vec::new(),
        rows: Vec::new(),
    };
    let objects = Objects::of(text).filter_map(|item| item.text.ok());
    for object in objects.take(PREVIEW_ROWS) {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(object) else {
            continue;
        };
        let mut row = vec![String::new(); sample.headers.len()];
        for name in Shape::of(object).names() {
            match value.get(name) {
                Some(serde_json::Value::Object(inner)) => {
                    for (inner_name, value) in inner {
                        put(
                            &mut sample.headers,
                            &mut row,
                            &format!("{name}.{inner_name}"),
                            value,
                        );
                    }
                }
                Some(value) => put(&mut sample.headers, &mut row, name, value),
                None => {}
            }
        }
        sample.rows.push(row);
    }
    sample
}

fn put(headers: &mut Vec<String>, row: &mut Vec<String>, name: &str, value: &serde_json::Value) {
    let at = match headers.iter().position(|header| header == name) {
        Some(at) => at,
        None if headers.len() < COLUMNS_MAX => {
            headers.push(name.to_owned());
            headers.len() - 1
        }
        None => return,
    };
    row.resize(headers.len(), String::new());
    row[at] = match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
}

fn of_arrow(bytes: &[u8], format: Format) -> Option<Sample> {
    let (headers, rows) = arrow::first_rows(bytes, format, PREVIEW_ROWS).ok()?;
    Some(Sample { headers, rows })
}

/// What four of five values look like.
fn looks<'a>(cells: impl Iterator<Item = &'a str>) -> Looks {
    let cells: Vec<&str> = cells
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect();
    if cells.is_empty() {
        return Looks::Empty;
    }
    let most = |is: &dyn Fn(&str) -> bool| {
        cells.iter().filter(|cell| is(cell)).count() * 5 >= cells.len() * 4
    };
    let is_email = |cell: &str| {
        let domain = cell.split_once('@').map(|(_, domain)| domain);
        domain.is_some_and(|domain| domain.contains('.') && !domain.contains(['@', ' ']))
    };
    let is_outcome = |cell: &str| Outcome::parse(cell).is_some() || values::flag(cell).is_some();
    if most(&sniff::looks_like_time) {
        Looks::Time
    } else if most(&is_email) {
        Looks::Email
    } else if most(&|cell| cell.parse::<f64>().is_ok()) {
        Looks::Number
    } else if most(&is_outcome) {
        Looks::Outcome
    } else {
        Looks::Text
    }
}

/// The best guess for each header; the best of all is taken first, and each column once.
fn guess(headers: &[String], looks: &[Looks]) -> Vec<Option<Column>> {
    let mut scores: Vec<(u32, usize, Column)> = Vec::new();
    for (at, (header, looks)) in headers.iter().zip(looks).enumerate() {
        for spec in &SCHEMA {
            let score = likeness(header, spec.column) + fitness(spec.column, spec.kind, *looks);
            let is_possible = fits(spec.column, spec.kind, *looks);
            if is_possible && score >= SCORE_MIN {
                scores.push((score, at, spec.column));
            }
        }
    }
    scores.sort_by_key(|(score, at, _)| (std::cmp::Reverse(*score), *at));
    let mut guesses = vec![None; headers.len()];
    for (_, at, column) in scores {
        if guesses[at].is_none() && !guesses.contains(&Some(column)) {
            guesses[at] = Some(column);
        }
    }
    guesses
}

/// Could these values be in this column at all?
fn fits(column: Column, kind: ColumnType, looks: Looks) -> bool {
    match (kind, looks) {
        (_, Looks::Empty) => true,
        (ColumnType::Time, _) => looks == Looks::Time,
        (ColumnType::Float | ColumnType::Count, _) => looks == Looks::Number,
        (ColumnType::Closed, _) => {
            column == Column::Outcome && matches!(looks, Looks::Outcome | Looks::Number)
        }
        (ColumnType::Text, _) => {
            looks == Looks::Text
                || (looks == Looks::Email && column == Column::User)
                || (looks == Looks::Number && column != Column::ErrorClass)
        }
        (ColumnType::Id, _) => matches!(looks, Looks::Text | Looks::Number),
    }
}

/// What the values alone say for a column.
fn fitness(column: Column, kind: ColumnType, looks: Looks) -> u32 {
    match (column, looks) {
        (Column::User, Looks::Email) => 45,
        (Column::Outcome, Looks::Outcome) => 40,
        _ if kind == ColumnType::Time && looks == Looks::Time => 35,
        _ => 0,
    }
}

/// How much a header looks like a column's names.
fn likeness(header: &str, column: Column) -> u32 {
    let words = words(header);
    let spec = column.spec();
    let names = spec.aliases.iter().chain([&spec.name, &spec.label]);
    let mut best = 0;
    for name in names {
        let name_words = self::words(name);
        let score = if name_words == words {
            100
        } else if name_words.iter().all(|word| words.contains(word)) {
            50 + 5 * name_words.len() as u32
        } else if words.len() == 1 && name_words.contains(&words[0]) && words[0].len() > 3 {
            35
        } else {
            0
        };
        best = best.max(score);
    }
    let hinted = WORDS
        .iter()
        .filter(|(held, _)| *held == column)
        .flat_map(|(_, hints)| hints.iter())
        .any(|hint| words.iter().any(|word| word == hint));
    best.max(if hinted { 45 } else { 0 })
}

/// `userId`, `user_id`, `User ID` → user, id
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower);
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
