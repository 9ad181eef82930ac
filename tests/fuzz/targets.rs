//! The readers: how inputs of each are made, and the whole way that each input goes, with the laws that hold on it.

use std::cell::RefCell;

use arrow_ipc::CompressionType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use toolscope::ingest;
use toolscope::metrics::{MetricId, REGISTRY};
use toolscope::model::zone::Bucket;
use toolscope::model::{Cell, Column, ResultTable, SourceReceipt, Zone};
use toolscope::native::zones;
use toolscope::protocol::LoadOptions;
use toolscope::query::{AskContext, Dimension, Query, Question, RangeSpec, widgets};
use toolscope::service::{Intake, Loaded, Service};

use crate::common::Chance;
use crate::common::packing::utf16;
use crate::mutate::{Pool, mutated};
use crate::{answers, seeds, texts};

/// One thing to fuzz.
pub struct Target {
    pub name: &'static str,
    /// Counts towards the readers' million.
    pub is_reader: bool,
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub tokens: &'static [&'static str],
    pub make: fn(&mut Chance, &Pool) -> Vec<u8>,
    pub run: fn(&[u8]),
}

const fn reader(
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    tokens: &'static [&'static str],
    make: fn(&mut Chance, &Pool) -> Vec<u8>,
) -> Target {
    Target {
        name,
        is_reader: true,
        seeds,
        tokens,
        make,
        run: whole_way,
    }
}

pub const TARGETS: [Target; 15] = [
    reader(
        "lines",
        || owned(&[texts::LINES]),
        texts::EVENT_WORDS,
        mutated,
    ),
    reader("json", json, texts::EVENT_WORDS, mutated),
    reader("tables", tables, texts::TABLE_WORDS, mutated),
    reader("telemetry", telemetry, texts::TELEMETRY_WORDS, mutated),
    reader("arrow", seeds::arrow, &[], arrow),
    reader("parquet", seeds::parquet, &[], parquet),
    reader("hours", hours, texts::AGGREGATE_WORDS, hours_with_sketches),
    reader("containers", containers, &[], packed),
    reader("directory", directory, texts::DIRECTORY_WORDS, mutated),
    reader(
        "products",
        || owned(&texts::PRODUCTS),
        texts::PRODUCT_WORDS,
        mutated,
    ),
    Target {
        run: mapped,
        ..reader("mapping", mapping, texts::FOREIGN_WORDS, mutated)
    },
    answers::URL,
    answers::MESSAGES,
    answers::PARTIAL,
    answers::SKETCHES,
];

pub fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn json() -> Vec<Vec<u8>> {
    let array = format!("[{}]", texts::LINES.trim_end().replace('\n', ","));
    let events: serde_json::Value = serde_json::from_str(&array).unwrap();
    let pretty = serde_json::to_string_pretty(&events).unwrap();
    let together = texts::LINES.replace('\n', "");
    let envelope = format!("{{\"meta\":{{\"total\":6}},\"data\":{array},\"next\":null}}");
    let one = serde_json::to_string_pretty(&events[0]).unwrap();
    owned(&[&array, &pretty, &together, &envelope, &one])
}

fn tables() -> Vec<Vec<u8>> {
    let text = texts::TABLE;
    let mut all = vec![
        text.into(),
        text.replace(',', "\t").into(),
        text.replace(',', ";").into(),
        text.replace('\n', "\r\n").into(),
        format!("\u{feff}{text}").into(),
        format!("sep=;\n{}", text.replace(',', ";")).into(),
        utf16(text, true, true),
        utf16(text, false, true),
        utf16(texts::LINES, true, true),
        seeds::latin(text),
    ];
    all.push(
        "hour,tool,executions,failures,duration_sum_ms\n2026-03-14T09:00:00Z,read,10,2,33.5\n"
            .into(),
    );
    all
}

fn telemetry() -> Vec<Vec<u8>> {
    texts::telemetry().into_iter().map(Into::into).collect()
}

fn hours() -> Vec<Vec<u8>> {
    let mut all = seeds::aggregates();
    all.extend(owned(&[texts::AGGREGATE, texts::AGGREGATE]));
    all
}

fn directory() -> Vec<Vec<u8>> {
    owned(&[
        texts::DIRECTORY,
        texts::PEOPLE,
        texts::MANIFEST,
        &texts::PEOPLE.replace(',', ";"),
    ])
}

fn mapping() -> Vec<Vec<u8>> {
    let mut all = owned(&texts::FOREIGN);
    all.extend(owned(&[texts::LINES, texts::TABLE]));
    let table = toolscope::ingest::write::table::events_table(&seeds::events(4)).unwrap();
    all.push(seeds::ipc(&table, true, None));
    all
}

fn containers() -> Vec<Vec<u8>> {
    let lines = texts::LINES.as_bytes();
    let parquet = seeds::parquet().swap_remove(1);
    let files = [
        ("a/events.ndjson", lines),
        ("people.csv", texts::PEOPLE.as_bytes()),
        ("b.parquet", &parquet),
        ("readme.txt", b"once upon a time"),
        ("manifest.json", texts::MANIFEST.as_bytes()),
    ];
    vec![
        seeds::gzip(lines),
        [seeds::gzip(lines), seeds::gzip(lines)].concat(),
        seeds::zstd(lines),
        [seeds::zstd(lines), seeds::zstd(texts::TABLE.as_bytes())].concat(),
        seeds::zip(&files),
        seeds::zip(&files[..1]),
        seeds::zip(&[
            ("inner.gz", &seeds::gzip(lines)),
            ("inner.zip", &seeds::zip(&files[..2])),
        ]),
    ]
}

/// The wrapper damaged, or what is inside of a good one.
fn packed(chance: &mut Chance, pool: &Pool) -> Vec<u8> {
    if chance.one_in(2) {
        return mutated(chance, pool);
    }
    let inner = Pool {
        seeds: owned(&[
            texts::LINES,
            texts::TABLE,
            texts::PEOPLE,
            texts::PRODUCTS[0],
            texts::AGGREGATE,
        ]),
        tokens: texts::EVENT_WORDS,
    };
    let files: Vec<Vec<u8>> = (0..=chance.below(3))
        .map(|_| mutated(chance, &inner))
        .collect();
    match chance.below(3) {
        0 => seeds::gzip(&files[0]),
        1 => seeds::zstd(&files[0]),
        _ => {
            let names = ["a.ndjson", "../b.csv", "a.ndjson", "c/d/é.json"];
            let files: Vec<(&str, &[u8])> = files
                .iter()
                .map(|file| (*chance.pick(&names), file.as_slice()))
                .collect();
            seeds::zip(&files)
        }
    }
}

fn arrow(chance: &mut Chance, pool: &Pool) -> Vec<u8> {
    if !chance.one_in(3) {
        return mutated(chance, pool);
    }
    let table = seeds::odd_table(chance);
    let compressions = [
        None,
        Some(CompressionType::LZ4_FRAME),
        Some(CompressionType::ZSTD),
    ];
    let compression = *chance.pick(&compressions);
    let file = seeds::ipc(&table, chance.one_in(2), compression);
    sometimes_damaged(chance, file)
}

fn parquet(chance: &mut Chance, pool: &Pool) -> Vec<u8> {
    if !chance.one_in(3) {
        return mutated(chance, pool);
    }
    let file = seeds::as_parquet(&seeds::odd_table(chance));
    sometimes_damaged(chance, file)
}

fn sometimes_damaged(chance: &mut Chance, file: Vec<u8>) -> Vec<u8> {
    if chance.one_in(2) {
        return file;
    }
    let alone = Pool {
        seeds: vec![file],
        tokens: &[],
    };
    mutated(chance, &alone)
}

/// Rows of a file, or rows whose sketches are damaged inside of their base64.
fn hours_with_sketches(chance: &mut Chance, pool: &Pool) -> Vec<u8> {
    if !chance.one_in(3) {
        return mutated(chance, pool);
    }
    let sketches = answers::sketch_pool();
    let mut text = String::new();
    for _ in 0..=chance.below(3) {
        let sketch = STANDARD.encode(mutated(chance, sketches));
        let name = ["duration_sketch", "users_sketch"][chance.below(2)];
        let executions = [1, 5, u64::MAX - 1, 1 << 63][chance.below(4)];
        text.push_str(&format!(
            "{{\"hour\":\"2026-03-14T09:00:00Z\",\"executions\":{executions},\"{name}\":\"{sketch}\"}}\n"
        ));
    }
    text.into()
}

/// From bytes to an answer, and out again.
fn whole_way(bytes: &[u8]) {
    take(bytes, &LoadOptions::default());
}

/// With what a person may say of a file; which of it, the bytes decide, so that a replay does the same.
fn mapped(bytes: &[u8]) {
    let mut chance = Chance::new(bytes.iter().fold(bytes.len() as u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    }));
    let mut options = LoadOptions::default();
    if chance.one_in(2) {
        options.assume_zone = zones::zone("America/New_York");
    }
    if let Some(proposal) = ingest::propose(bytes, &options) {
        assert!(proposal.preview.len() <= 20);
        let columns = proposal.columns.len();
        assert!(
            proposal.preview.iter().all(|row| row.len() == columns),
            "a cell a column"
        );
        options.mapping = proposal.guesses();
    }
    let columns = [
        Column::Time,
        Column::Tool,
        Column::User,
        Column::DurationMs,
        Column::Outcome,
        Column::EventId,
    ];
    let headers = [
        "meta.at",
        "when",
        "began",
        "what",
        "tookSeconds",
        "actor.mail",
        "",
        ".",
        "a..b",
        "time",
    ];
    for _ in 0..chance.below(4) {
        let header = (*chance.pick(&headers)).to_owned();
        options.mapping.insert(*chance.pick(&columns), header);
    }
    take(bytes, &options);
}

fn take(bytes: &[u8], options: &LoadOptions) {
    let mut service = Service::new("fuzz");
    service.set_zone(ZONE.with_borrow(Clone::clone));
    let intake = Intake {
        name: "file",
        bytes: bytes.len() as u64,
        options,
        wrapper: None,
        decoded_from: None,
    };
    match service.load_with(1, bytes, intake) {
        Ok(Loaded::Events(receipt)) => account(&receipt),
        Ok(Loaded::Archive(archive)) => {
            account(&archive.receipt);
            archive.members.iter().for_each(account);
            service.set_directory(archive.directory);
        }
        Ok(Loaded::Directory(directory, receipt)) => {
            account(&receipt);
            service.set_directory(Some(directory));
            let lines = service.load(2, "events", texts::LINES.as_bytes(), None);
            assert!(lines.is_ok());
        }
        Ok(Loaded::Manifest(manifest)) => {
            let _ = manifest.generated_at_us();
            for batch in &manifest.batches {
                let span = batch.span_us();
                assert!(span.is_none_or(|(from, until)| from > until || batch.overlaps(from, until + 1)));
            }
        }
        Err(error) => {
            account(&error.receipt);
            assert!(!error.message.is_empty());
        }
    }
    service.receipts().for_each(account);
    if service.memory().events > 0 {
        let tables = ask(&mut service);
        adds_up(
            &tables,
            service
                .receipts()
                .any(|receipt| receipt.kind == "aggregate"),
        );
    }
    service.unload(1);
    service.unload(2);
    assert_eq!(service.memory().events, 0, "nothing stays");
}

thread_local! {
    static ZONE: RefCell<Zone> = RefCell::new(zones::zone("Europe/Berlin").unwrap_or_default());
}

/// Every row that was read is in one of three places.
fn account(receipt: &SourceReceipt) {
    assert_eq!(
        receipt.rows_read,
        receipt.accepted + receipt.set_aside + receipt.duplicates,
        "rows read: {receipt:?}"
    );
}

pub fn queries() -> Vec<Query> {
    let all: Vec<MetricId> = REGISTRY.iter().map(|spec| spec.metric).collect();
    let few = [
        MetricId::Executions,
        MetricId::Users,
        MetricId::DurationP95,
        MetricId::Adopters,
    ];
    let by = |dimension| {
        let mut query = widgets::free(&[dimension], &few);
        query.id = dimension.name().into();
        query
    };
    vec![
        widgets::free(&[], &all),
        by(Dimension::Column(Column::Tool)),
        by(Dimension::Time(Bucket::Month)),
        by(Dimension::Department),
    ]
}

/// All tables about people.
pub fn people_queries(context: &AskContext) -> Vec<Query> {
    let ids = widgets::dashboard("users").map(|users| users.widgets);
    let queries = ids.unwrap_or_default().iter().flat_map(|id| {
        let question = question();
        widgets::queries(id, &question, context, &Zone::utc())
    });
    queries.collect()
}

pub fn question() -> Question {
    Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    }
}

pub fn context(service: &Service) -> AskContext {
    let span = service.data_span();
    AskContext {
        now_us: span.map_or(0, |span| span.1),
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    }
}

fn ask(service: &mut Service) -> Vec<ResultTable> {
    let context = context(service);
    service.ask(&question(), &queries(), &context).unwrap().0
}

/// The groups of a table are all executions; what is `null` adds nothing. Hours without a column are left out where it
/// is asked for.
fn adds_up(tables: &[ResultTable], has_hours: bool) {
    let number = |cell: &Cell| match cell {
        Cell::Int(number) => i128::from(*number),
        _ => 0,
    };
    let at = |table: &ResultTable| {
        let found = table
            .columns
            .iter()
            .position(|column| column.name == MetricId::Executions.id());
        found.unwrap_or_else(|| panic!("no executions"))
    };
    let all = number(&tables[0].rows[0][at(&tables[0])]);
    for table in &tables[1..] {
        let column = at(table);
        let sum: i128 = table.rows.iter().map(|row| number(&row[column])).sum();
        // Sums of hostile hours stop at the greatest number there is.
        let greatest = i128::from(i64::MAX);
        assert!(
            sum == all || (has_hours && (sum < all || all >= greatest)),
            "{}: {sum} of {all}",
            table.id
        );
    }
}
