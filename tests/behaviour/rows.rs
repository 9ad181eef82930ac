//! Rows out of the engine again, against a filter that looks at every row by itself; what is written loads into the same
//! data and answers; parts are bounded; nothing is half of two states of the data.

use std::collections::{BTreeMap, HashSet};

use toolscope::client::assign::{Span, assign};
use toolscope::client::slices::slices;
use toolscope::engine::{Changed, Engine, RowPass};
use toolscope::ingest::write::{ParquetCompression, ParquetRows, batch_to_ndjson};
use toolscope::ingest::{self, Data, Format};
use toolscope::model::batch::{BatchBuilder, NO_COUNT};
use toolscope::model::directory::Person;
use toolscope::model::schema::{SCHEMA, TEXT_COLUMNS, text_index};
use toolscope::model::{Batch, Column, Directory, EventKind, EventRow, Outcome, WarningCode, Zone};
use toolscope::protocol::RowForm;
use toolscope::query::{Clause, Dimension, Period, Question, RangeSpec};
use toolscope::service::{Loaded, PART_BYTES, RowPart, Rows, RowsError, Service};

use crate::arrow::memory;
use crate::common::Chance;

const START_US: i64 = 1_773_478_800_000_000;
const HOUR_US: i64 = 3_600_000_000;
const ALWAYS: Period = Period {
    from_us: i64::MIN / 4,
    until_us: i64::MAX / 4,
};
const NAMES: [&str; 5] = ["ada", "bo", "Zoë 読む", "a, \"b\"\nc", "dee"];

/// All that a row says, as text: equal for equal rows.
fn told(batch: &Batch, row: usize) -> String {
    let count = |count: u64| (count != NO_COUNT).then_some(count);
    let number = |number: f64| (!number.is_nan()).then(|| number.to_bits());
    let texts: Vec<_> = batch.text.iter().map(|column| column.get(row)).collect();
    format!(
        "{} {:?} {:?} {:x} {texts:?} {:?} {:?} {:?} {:?} {:?}",
        batch.time_us[row],
        batch.kind[row],
        batch.outcome[row],
        batch.event_id[row],
        number(batch.duration_ms[row]),
        number(batch.cost_usd[row]),
        count(batch.tokens_in[row]),
        count(batch.tokens_out[row]),
        count(batch.bytes[row]),
    )
}

fn all_told<'a>(batches: impl IntoIterator<Item = &'a Batch>) -> Vec<String> {
    let batches = batches.into_iter();
    batches
        .flat_map(|batch| (0..batch.len()).map(|row| told(batch, row)))
        .collect()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort_unstable();
    rows
}

/// Random rows of all kinds with everything a row may have, within some hours of each other.
fn random(chance: &mut Chance, rows: usize, from_us: i64, span_us: i64) -> Batch {
    let mut builder = BatchBuilder::default();
    for _ in 0..rows {
        let mut row = EventRow {
            time_us: from_us + (chance.next() % span_us as u64) as i64,
            kind: *chance.pick(&EventKind::ALL),
            outcome: *chance.pick(&Outcome::ALL),
            // One in ten has no identity, some share one.
            event_id: if chance.one_in(10) {
                0
            } else {
                (chance.next() % 5_000).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            },
            duration_ms: (!chance.one_in(4)).then(|| (chance.next() % 5_000_000) as f64 / 1e3),
            cost_usd: chance
                .one_in(5)
                .then(|| (chance.next() % 1_000) as f64 / 7.0),
            tokens_in: chance.one_in(5).then(|| chance.next() % (1 << 40)),
            tokens_out: chance.one_in(5).then(|| chance.next() % 900),
            bytes: chance.one_in(7).then_some(u64::MAX - 1),
            ..EventRow::default()
        };
        for text in &mut row.text {
            *text = (!chance.one_in(4)).then(|| *chance.pick(&NAMES));
        }
        builder.push(&row);
    }
    builder.finish()
}

fn directory() -> Directory {
    let person = |id: &str, values: [Option<&str>; 3], login: Option<i64>| Person {
        id: id.into(),
        department: values[0].map(Into::into),
        team: values[1].map(Into::into),
        role: values[2].map(Into::into),
        first_login_at: login,
        ..Person::default()
    };
    Directory {
        people: vec![
            person("ADA", [Some("Sales"), None, Some("lead")], Some(START_US)),
            person("bo", [Some("Data"), Some("core"), None], None),
            person("dee", [None, Some("web"), Some("lead")], Some(0)),
        ],
        ..Directory::default()
    }
}

/// What a row has of a dimension; the empty text for nothing.
fn value(batch: &Batch, row: usize, dimension: Dimension, directory: &Directory) -> String {
    let user = || batch.text[text_index(Column::User).unwrap()].get(row);
    let person = || {
        let mut people = directory.people.iter();
        let user = user()?;
        people.find(|person| person.id.eq_ignore_ascii_case(user))
    };
    let found = match dimension {
        Dimension::Column(Column::Kind) => Some(batch.kind[row].name().to_owned()),
        Dimension::Column(Column::Outcome) => Some(batch.outcome[row].name().to_owned()),
        Dimension::Column(column) => {
            let column = text_index(column).unwrap();
            batch.text[column].get(row).map(ToOwned::to_owned)
        }
        Dimension::Department => person().and_then(|person| person.department.clone()),
        Dimension::Team => person().and_then(|person| person.team.clone()),
        Dimension::Role => person().and_then(|person| person.role.clone()),
        Dimension::Cohort => person().and_then(|person| match person.first_login_at {
            Some(0) => Some("1970-01".into()),
            Some(_) => Some("2026-03".into()),
            None => None,
        }),
        other => panic!("{other:?} is no filter"),
    };
    found.unwrap_or_default()
}

/// Row by row: the first of each identity, in the period, with a value that every clause wants.
fn by_hand(
    batches: &[Batch],
    clauses: &[Clause],
    period: Period,
    directory: &Directory,
) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.len() {
            let id = batch.event_id[row];
            if id != 0 && !seen.insert(id) {
                continue;
            }
            let passes = clauses.iter().all(|clause| {
                let value = value(batch, row, clause.dimension, directory);
                clause.values.contains(&value) != clause.exclude
            });
            let time_us = batch.time_us[row];
            if passes && period.from_us <= time_us && time_us < period.until_us {
                rows.push(told(batch, row));
            }
        }
    }
    rows
}

/// Everything that a pass finds, in steps of so many rows.
fn found(engine: &Engine, pass: &mut RowPass, step: usize) -> Vec<Batch> {
    let mut batches = Vec::new();
    loop {
        let goes_on = pass.step(engine, step).unwrap();
        let batch = pass.take(engine).unwrap();
        assert!(batch.len() <= step);
        batches.push(batch);
        if !goes_on {
            return batches;
        }
    }
}

fn engine_of(batches: &[Batch]) -> Engine {
    let mut engine = Engine::new();
    engine.set_directory(Some(directory()));
    for (source, batch) in (1..).zip(batches) {
        engine.load(source, batch.clone());
    }
    engine
}

fn clause(chance: &mut Chance, dimension: Dimension) -> Clause {
    let known: Vec<&str> = match dimension {
        Dimension::Column(Column::Kind) => EventKind::ALL.map(EventKind::name).to_vec(),
        Dimension::Column(Column::Outcome) => Outcome::ALL.map(Outcome::name).to_vec(),
        Dimension::Column(_) => NAMES.to_vec(),
        Dimension::Cohort => vec!["1970-01", "2026-03"],
        _ => vec!["Sales", "Data", "core", "web", "lead"],
    };
    let mut values: Vec<String> = (0..3).map(|_| (*chance.pick(&known)).into()).collect();
    values.push("nobody".into());
    if chance.one_in(2) {
        values.push(String::new());
    }
    values.sort_unstable();
    values.dedup();
    Clause {
        dimension,
        exclude: chance.one_in(2),
        values,
        source: chance.one_in(3).then(|| "top-tools".into()),
    }
}

/// Everything that a question can be filtered by.
fn filters() -> Vec<Dimension> {
    let columns = SCHEMA.iter().map(|spec| Dimension::parse(spec.name));
    let columns = columns.flatten().filter(|dimension| dimension.is_filter());
    let people = [
        Dimension::Department,
        Dimension::Team,
        Dimension::Role,
        Dimension::Cohort,
    ];
    columns.chain(people).collect()
}

#[test]
fn rows_are_what_a_filter_by_hand_leaves_in_the_order_of_time() {
    let all = filters();
    assert_eq!(all.len(), TEXT_COLUMNS.len() + 2 + 4);
    for seed in 0..60_u64 {
        let mut chance = Chance::new(seed);
        // Spans that overlap, that follow each other, and that lie within one another.
        let batches: Vec<Batch> = (0..=chance.below(5))
            .map(|_| {
                let from_us = START_US + chance.below(30) as i64 * HOUR_US;
                let span_us = (1 + chance.below(9) as i64) * HOUR_US / 2;
                let rows = [0, 1, 30, 400, 9_000][chance.below(5)];
                random(&mut chance, rows, from_us, span_us)
            })
            .collect();
        let engine = engine_of(&batches);
        // Each dimension alone in its turn, then several.
        let count = if seed % 3 == 0 { 0 } else { chance.below(3) };
        let mut clauses = vec![clause(&mut chance, all[seed as usize % all.len()])];
        clauses.extend((0..count).map(|_| {
            let dimension = *chance.pick(&all);
            clause(&mut chance, dimension)
        }));
        if seed % 10 == 9 {
            clauses.clear();
        }
        let period = if chance.one_in(3) {
            ALWAYS
        } else {
            let from_us = START_US + chance.below(30) as i64 * HOUR_US + 1;
            Period::new(from_us, from_us + chance.below(20) as i64 * HOUR_US)
        };
        let step = [1, 7, 100, 5_000][chance.below(4)];
        let rows = found(&engine, &mut engine.begin_rows(&clauses, period), step);
        let times: Vec<i64> = rows
            .iter()
            .flat_map(|batch| batch.time_us.clone())
            .collect();
        assert!(times.is_sorted(), "seed {seed}");
        assert_eq!(
            sorted(all_told(&rows)),
            sorted(by_hand(&batches, &clauses, period, &directory())),
            "seed {seed}: {clauses:?} {period:?}"
        );
        // Nothing of how many rows were taken at once shows, nor of the order in which the sources came.
        let whole = found(&engine, &mut engine.begin_rows(&clauses, period), 1 << 20);
        assert_eq!(all_told(&whole), all_told(&rows), "seed {seed}");
    }
}

#[test]
fn the_order_of_loading_does_not_show() {
    let mut chance = Chance::new(3);
    // Many events of one instant in each.
    let batches: Vec<Batch> = (0..4)
        .map(|n: u64| {
            let mut batch = random(&mut chance, 300, START_US, 20);
            // No event is in two of them.
            let ids = batch.event_id.iter_mut().enumerate();
            ids.for_each(|(row, id)| *id = n * 1_000 + row as u64 + 1);
            batch
        })
        .collect();
    let told = |batches: &[Batch]| {
        let engine = engine_of(batches);
        all_told(&found(&engine, &mut engine.begin_rows(&[], ALWAYS), 64))
    };
    let mut turned = batches.clone();
    turned.reverse();
    assert_eq!(told(&batches), told(&turned));
}

#[test]
fn what_comes_out_loads_into_the_same_data() {
    let mut chance = Chance::new(11);
    let batches = [
        random(&mut chance, 3_000, START_US, 9 * HOUR_US),
        random(&mut chance, 2_000, START_US + HOUR_US, 40 * HOUR_US),
    ];
    let engine = engine_of(&batches);
    let rows = found(&engine, &mut engine.begin_rows(&[], ALWAYS), 700);
    let mut again = Engine::new();
    for batch in &rows {
        let outcome = again.load(1, batch.clone());
        assert_eq!(outcome.duplicates, 0, "everything was there once");
    }
    assert_eq!(again.fingerprint(), engine.fingerprint());
    // Beside what it came from all of it that has an identity is known.
    let mut both = engine_of(&batches);
    for batch in &rows {
        let known = batch.event_id.iter().filter(|&&id| id != 0).count();
        assert_eq!(both.load(9, batch.clone()).duplicates, known as u64);
    }
}

#[test]
fn other_data_may_come_and_go_but_not_what_is_being_written() {
    let mut chance = Chance::new(5);
    let day = |chance: &mut Chance, n: i64| {
        random(chance, 2_000, START_US + n * 24 * HOUR_US, 20 * HOUR_US)
    };
    let days: Vec<Batch> = (0..4).map(|n| day(&mut chance, n)).collect();
    let period = Period::new(START_US, START_US + 48 * HOUR_US);
    let clauses = [clause(&mut chance, Dimension::Department)];
    let mut engine = engine_of(&days[..3]);
    let expected = all_told(&found(
        &engine,
        &mut engine.begin_rows(&clauses, period),
        90,
    ));
    assert!(expected.len() > 100);

    // A later day comes with new names, another goes, the zone changes.
    let mut pass = engine.begin_rows(&clauses, period);
    assert!(pass.step(&engine, 90).unwrap());
    let mut batches = vec![pass.take(&engine).unwrap()];
    engine.unload(3);
    engine.load(7, days[3].clone());
    engine.set_zone(Zone::utc());
    batches.extend(found(&engine, &mut pass, 90));
    assert_eq!(all_told(&batches), expected);

    for change in 0..3 {
        let mut pass = engine.begin_rows(&clauses, period);
        pass.step(&engine, 90).unwrap();
        match change {
            0 => engine.set_directory(None),
            1 => engine.unload(2),
            _ => {
                engine.load(8, day(&mut chance, 1));
            }
        }
        assert_eq!(pass.step(&engine, 90), Err(Changed), "change {change}");
        assert!(pass.take(&engine).is_err());
    }
}

fn question(filters: Vec<Clause>) -> Question {
    Question {
        range: RangeSpec::AllTime,
        filters,
        ..Question::default()
    }
}

/// A service that holds these batches, by way of text.
fn service_of(batches: &[Batch]) -> Service {
    let mut service = Service::new("test");
    for (source, batch) in (1..).zip(batches) {
        let text = batch_to_ndjson(batch).unwrap();
        service.load(source, "events.ndjson", &text, None).unwrap();
    }
    service
}

fn parts_of(service: &Service, mut rows: Rows) -> Vec<RowPart> {
    let mut parts = Vec::new();
    loop {
        while !service.step_rows(&mut rows).unwrap() {}
        let part = rows.take();
        let is_last = part.is_last;
        parts.push(part);
        if is_last {
            return parts;
        }
    }
}

/// The whole file.
fn file(service: &Service, question: &Question, period: Period, form: RowForm) -> (Vec<u8>, u64) {
    let parts = parts_of(service, service.begin_rows(question, period, form, true));
    let begins: Vec<bool> = parts.iter().map(|part| part.begins_file).collect();
    assert!(begins[0] && !begins[1..].contains(&true), "{begins:?}");
    let rows = parts.iter().map(|part| part.rows).sum();
    let bytes = parts.into_iter().flat_map(|part| part.bytes);
    (bytes.collect(), rows)
}

const CSV: RowForm = RowForm::Csv { raw_names: false };
const RAW_CSV: RowForm = RowForm::Csv { raw_names: true };

fn read(bytes: &[u8], format: Format) -> Batch {
    let decoded = ingest::read(bytes, format).unwrap();
    assert_eq!(decoded.tally.set_aside, 0, "{:?}", decoded.tally);
    match decoded.data {
        Data::Events(batch) => batch,
        Data::Aggregates(_) => panic!("these are events"),
    }
}

#[test]
fn every_form_reads_back_equal() {
    let mut chance = Chance::new(23);
    let batches = [random(&mut chance, 5_000, START_US, 50 * HOUR_US)];
    let service = service_of(&batches);
    let clauses = vec![clause(&mut chance, Dimension::Column(Column::Tool))];
    for clauses in [Vec::new(), clauses] {
        let expected = sorted(by_hand(&batches, &clauses, ALWAYS, &directory()));
        assert!(expected.len() > 500);
        let question = question(clauses);
        for (form, format) in [
            (RowForm::Ndjson, Format::Ndjson),
            (RAW_CSV, Format::Csv),
            // None of these names would be run.
            (CSV, Format::Csv),
        ] {
            let (bytes, rows) = file(&service, &question, ALWAYS, form);
            assert_eq!(rows, expected.len() as u64);
            let batch = read(&bytes, format);
            assert!(batch.time_us.is_sorted());
            assert_eq!(sorted(all_told([&batch])), expected, "{form:?}");
        }
        let mut parquet =
            ParquetRows::new(Vec::new(), Vec::new(), ParquetCompression::Snappy).unwrap();
        let mut pass = service.begin_row_batches(&question, ALWAYS);
        while let Some(batch) = service.next_row_batch(&mut pass, 300).unwrap() {
            assert!(batch.len() <= 300);
            parquet.push(&batch).unwrap();
        }
        let batch = read(&parquet.finish().unwrap(), Format::Parquet);
        assert!(batch.time_us.is_sorted());
        assert_eq!(sorted(all_told([&batch])), expected, "Parquet");
        // As a page would, from the parts it gets, taking away what was written.
        let mut parquet =
            ParquetRows::new(Vec::new(), Vec::new(), ParquetCompression::None).unwrap();
        let rows = service.begin_rows(&question, ALWAYS, RowForm::Ndjson, true);
        let mut bytes = Vec::new();
        for part in parts_of(&service, rows) {
            parquet.push_ndjson(&part.bytes).unwrap();
            bytes.append(parquet.out());
        }
        assert!(parquet.push_ndjson(b"no event").is_err());
        bytes.extend(parquet.finish().unwrap());
        let batch = read(&bytes, Format::Parquet);
        assert_eq!(sorted(all_told([&batch])), expected, "Parquet of parts");
    }
}

#[test]
fn no_rows_and_one_row_are_whole_files() {
    let mut chance = Chance::new(2);
    let one = random(&mut chance, 1, START_US, 1);
    let header = SCHEMA.map(|spec| spec.name).join(",") + "\r\n";
    for (batches, count) in [(vec![], 0), (vec![one], 1)] {
        let service = service_of(&batches);
        let asked = question(Vec::new());
        let (csv, rows) = file(&service, &asked, ALWAYS, CSV);
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.starts_with(&header) && csv.ends_with("\r\n"), "{csv}");
        assert_eq!(rows, count);
        // One name has a line end in it.
        let lines = csv::lines(&csv);
        assert_eq!(lines, count as usize + 1, "{csv}");
        let (ndjson, rows) = file(&service, &asked, ALWAYS, RowForm::Ndjson);
        assert_eq!(rows, count);
        assert_eq!(
            ndjson.split_inclusive(|&byte| byte == b'\n').count() as u64,
            count
        );
        let hours = service.begin_rows(&asked, ALWAYS, RowForm::Hours, true);
        let hours = parts_of(&service, hours);
        assert!(hours.len() == 1 && hours[0].bytes.is_empty() && hours[0].is_last);
        let empty = ParquetRows::new(Vec::new(), Vec::new(), ParquetCompression::None).unwrap();
        assert!(read(&empty.finish().unwrap(), Format::Parquet).is_empty());
    }
    // Who goes on with another worker's rows writes no second header.
    let service = service_of(&[]);
    let rows = service.begin_rows(&question(Vec::new()), ALWAYS, CSV, false);
    assert_eq!(parts_of(&service, rows)[0].bytes, b"");
}

mod csv {
    /// Lines of a table, without those inside of quotes.
    pub fn lines(text: &str) -> usize {
        let mut is_quoted = false;
        let ends = text.chars().filter(|&letter| {
            is_quoted ^= letter == '"';
            letter == '\n' && !is_quoted
        });
        ends.count()
    }
}

#[test]
fn names_that_a_spreadsheet_would_run_are_defused_in_csv_and_nowhere_else() {
    let evil = "=cmd|' /C calc'!A0";
    let line = format!(
        r#"{{"time":"2026-03-14T09:00:00Z","tool":"{evil}","user":"x;=1+1","workspace":"-5","client":"@SUM(A1)","duration_ms":1.5}}"#
    );
    let mut service = Service::new("test");
    service.load(1, "a.ndjson", line.as_bytes(), None).unwrap();
    let text = |form| {
        let (bytes, _) = file(&service, &question(Vec::new()), ALWAYS, form);
        String::from_utf8(bytes).unwrap()
    };
    let defused = text(CSV);
    for part in [
        "'=cmd|' /C calc'!A0,",
        "\"x;'=1+1\",",
        ",-5,",
        ",'@SUM(A1),",
        ",1.5,",
    ] {
        assert!(defused.contains(part), "{part}: {defused}");
    }
    assert!(!defused.starts_with('\u{feff}'));
    let raw = text(RAW_CSV);
    for part in [",=cmd|' /C calc'!A0,", "\"x;=1+1\",", ",@SUM(A1),"] {
        assert!(raw.contains(part), "{part}: {raw}");
    }
    assert!(text(RowForm::Ndjson).contains(&format!("\"tool\":\"{evil}\"")));
}

#[test]
fn d8_nothing_but_the_schema_s_columns_comes_out() {
    let line = r#"{"event_id":"canary-id","time":"2026-03-14T09:00:00Z","tool":"read","prompt":"canary-prompt","arguments":{"path":"canary-path"},"error":"canary-error","message":"canary-message"}"#;
    let mut service = Service::new("test");
    service.load(1, "a.ndjson", line.as_bytes(), None).unwrap();
    for form in [RowForm::Ndjson, CSV, RAW_CSV] {
        let (bytes, rows) = file(&service, &question(Vec::new()), ALWAYS, form);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(rows, 1);
        // An identity is its hash.
        assert!(text.contains("xxh3:"), "{text}");
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
}

#[test]
fn who_stops_leaves_nothing_behind_and_what_changes_ends_the_rows() {
    let mut chance = Chance::new(8);
    let batches = [random(&mut chance, 20_000, START_US, 90 * HOUR_US)];
    let mut service = service_of(&batches);
    let asked = question(Vec::new());
    let memory = service.memory();
    let mut rows = service.begin_rows(&asked, ALWAYS, RowForm::Ndjson, true);
    while !service.step_rows(&mut rows).unwrap() {}
    assert!(!rows.take().is_last);
    drop(rows);
    assert_eq!(service.memory(), memory);
    let (_, whole) = file(&service, &asked, ALWAYS, RowForm::Ndjson);
    assert_eq!(
        whole as usize,
        by_hand(&batches, &[], ALWAYS, &directory()).len()
    );
    let mut rows = service.begin_rows(&asked, ALWAYS, RowForm::Ndjson, true);
    service.step_rows(&mut rows).unwrap();
    service.unload(1);
    assert_eq!(
        service.step_rows(&mut rows),
        Err(RowsError::Changed(Changed))
    );
    // The sentence is for people.
    let sentence = RowsError::Changed(Changed).to_string();
    assert!(sentence.contains("not be whole"), "{sentence}");
}

#[test]
fn a_million_rows_come_in_parts_of_about_a_megabyte() {
    const ROWS: usize = 1_000_000;
    let mut builder = BatchBuilder::default();
    let names: Vec<String> = (0..2_000)
        .map(|n| format!("person{n}@example.org"))
        .collect();
    for n in 0..ROWS {
        let mut row = EventRow {
            // Two interleaved halves, in no order.
            time_us: START_US + ((n * 7_919) % ROWS) as i64 * 1_000,
            event_id: (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            duration_ms: Some((n % 5_000) as f64),
            ..EventRow::default()
        };
        row.text[0] = Some(NAMES[n % NAMES.len()]);
        row.text[2] = Some(&names[n % names.len()]);
        builder.push(&row);
    }
    let mut engine = Engine::new();
    engine.load(1, builder.finish());
    let rows = found(&engine, &mut engine.begin_rows(&[], ALWAYS), 50_000);
    let mut service = Service::new("test");
    for (source, part) in (1..).zip(rows.chunks(5)) {
        let text: Vec<u8> = part
            .iter()
            .flat_map(|batch| batch_to_ndjson(batch).unwrap())
            .collect();
        service.load(source, "a.ndjson", &text, None).unwrap();
    }
    for form in [RowForm::Ndjson, CSV] {
        let mut rows = service.begin_rows(&question(Vec::new()), ALWAYS, form, true);
        let (mut count, mut longest, mut last) = (0, 0, String::new());
        loop {
            let (part, held) = memory(|| {
                while !service.step_rows(&mut rows).unwrap() {}
                rows.take()
            });
            // The part, as it grows, and what is written at once.
            assert!(held < 6 << 20, "{held}");
            count += part.rows;
            longest = longest.max(part.bytes.len());
            assert!(part.is_last || part.bytes.len() >= PART_BYTES);
            // Lines are whole in every part.
            assert_eq!(part.bytes.last(), Some(&b'\n'));
            if form == RowForm::Ndjson {
                let end = part.bytes.len().min(140);
                let first = String::from_utf8_lossy(&part.bytes[..end]).into_owned();
                let time = first.split("\"time\":\"").nth(1).unwrap()[..27].to_owned();
                assert!(last <= time, "{last} {time}");
                last = time;
            }
            if part.is_last {
                break;
            }
        }
        assert_eq!(count, ROWS as u64);
        assert!(longest < PART_BYTES + 512 * 400, "{longest}");
    }
}

/// Hours of three files: by tool and user with states, by tool alone, and by client, where no client is known in one.
const HOURS: [&str; 3] = [
    r#"{"hour":"2026-03-01T09:00:00Z","tool":"read","user":"ada","executions":10,"failures":2,"duration_sum_ms":100.25,"duration_min_ms":1,"duration_max_ms":40}
{"hour":"2026-03-02T10:00:00Z","tool":"write","user":"bo","executions":7,"failures":0,"successes":5,"duration_count":3}"#,
    r#"{"hour":"2026-03-01T09:00:00Z","tool":"read","executions":100}
{"hour":"2026-03-03T09:00:00Z","tool":"run","executions":50,"failures":50}"#,
    r#"{"hour":"2026-03-01T09:00:00Z","client":"Cursor","executions":1000}
{"hour":"2026-03-04T09:00:00Z","executions":2000}"#,
];

/// The files of hours that come out.
fn hour_files(
    service: &Service,
    question: &Question,
    period: Period,
) -> (Vec<Vec<u8>>, Vec<WarningCode>) {
    let parts = parts_of(
        service,
        service.begin_rows(question, period, RowForm::Hours, true),
    );
    let mut files: Vec<Vec<u8>> = Vec::new();
    let warnings = parts.last().unwrap().warnings.iter();
    let codes = warnings.map(|warning| warning.code).collect();
    for part in parts {
        if part.begins_file {
            files.push(Vec::new());
        }
        if !part.bytes.is_empty() {
            files.last_mut().unwrap().extend(part.bytes);
        }
    }
    (files, codes)
}

fn load_all(service: &mut Service, files: &[Vec<u8>]) {
    for (source, bytes) in (100..).zip(files) {
        match service.load(source, "hours.ndjson", bytes, None).unwrap() {
            Loaded::Events(receipt) => assert_eq!(receipt.set_aside, 0, "{receipt:?}"),
            other => panic!("{other:?}"),
        }
    }
}

fn executions(
    service: &mut Service,
    question: &Question,
    group_by: &[Dimension],
) -> (BTreeMap<String, String>, Vec<WarningCode>) {
    let span = service.data_span();
    let context = toolscope::query::AskContext {
        now_us: span.map_or(0, |span| span.1),
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    };
    let query =
        toolscope::query::widgets::free(group_by, &[toolscope::metrics::MetricId::Executions]);
    let (tables, provenance) = service.ask(question, &[query], &context).unwrap();
    let rows = tables[0].rows.iter();
    let rows = rows.map(|row| (format!("{:?}", row.first()), format!("{:?}", row.last())));
    let codes = provenance.warnings.iter().map(|warning| warning.code);
    (rows.collect(), codes.collect())
}

#[test]
fn hours_that_know_other_columns_are_other_files_and_answer_as_before() {
    let mut service = Service::new("test");
    load_all(&mut service, &HOURS.map(|text| text.as_bytes().to_vec()));
    let all = question(Vec::new());
    let (files, warnings) = hour_files(&service, &all, ALWAYS);
    assert_eq!((files.len(), warnings), (3, vec![]));
    let mut again = Service::new("test");
    load_all(&mut again, &files);
    let column = Dimension::Column;
    let by_client = |values: &[&str], exclude| {
        question(vec![Clause {
            dimension: column(Column::Client),
            exclude,
            values: values.iter().map(|&value| value.into()).collect(),
            source: None,
        }])
    };
    for asked in [
        all.clone(),
        by_client(&["Cursor"], false),
        by_client(&["Cursor"], true),
        by_client(&[""], false),
    ] {
        for group_by in [
            vec![],
            vec![column(Column::Tool)],
            vec![column(Column::Client)],
        ] {
            let before = executions(&mut service, &asked, &group_by);
            let after = executions(&mut again, &asked, &group_by);
            assert_eq!(after, before, "{asked:?} {group_by:?}");
        }
    }
    // What does not know the client is left out by a filter, as in answers, and that is said. What is left knows it,
    // even where all of its values are absent.
    let absent = by_client(&[""], false);
    let (files, warnings) = hour_files(&service, &absent, ALWAYS);
    assert_eq!(warnings, [WarningCode::AggregateLacks]);
    assert_eq!(files.len(), 1);
    let mut again = Service::new("test");
    load_all(&mut again, &files);
    let (rows, warnings) = executions(&mut again, &absent, &[]);
    assert_eq!(rows.into_values().collect::<Vec<_>>(), ["Some(Int(2000))"]);
    assert!(!warnings.contains(&WarningCode::AggregateLacks));

    // Hours have no events, and a period may cut them.
    let events = service.begin_rows(&all, ALWAYS, RowForm::Ndjson, true);
    let events = parts_of(&service, events);
    assert_eq!((events.len(), events[0].rows), (1, 0));
    assert_eq!(events[0].warnings[0].code, WarningCode::AggregateLacks);
    let first_us = service.data_span().unwrap().0;
    let cut = Period::new(first_us + 1, first_us + 25 * HOUR_US + 1);
    let (files, warnings) = hour_files(&service, &all, cut);
    assert_eq!(warnings, [WarningCode::AggregateHours]);
    let text: Vec<String> = files
        .into_iter()
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .collect();
    assert_eq!(text.len(), 1);
    assert!(
        text[0].contains("2026-03-02T10:00:00") && text[0].lines().count() == 1,
        "{text:?}"
    );
}

#[test]
fn the_slices_of_all_workers_are_the_rows_of_one_in_the_order_of_time() {
    for seed in 0..40_u64 {
        let mut chance = Chance::new(seed);
        let mut next_id = 0;
        let batches: Vec<Batch> = (0..=chance.below(8))
            .map(|_| {
                let from_us = START_US + chance.below(60) as i64 * HOUR_US;
                let span_us = (1 + chance.below(9) as i64) * HOUR_US;
                let rows = 1 + chance.below(60);
                let mut batch = random(&mut chance, rows, from_us, span_us);
                batch.event_id.iter_mut().for_each(|id| {
                    next_id += 1;
                    *id = next_id;
                });
                batch
            })
            .collect();
        let spans: Vec<Span> = batches
            .iter()
            .map(|batch| {
                let times = batch.time_us.iter().copied();
                times.clone().min().zip(times.max())
            })
            .collect();
        // A span that nobody told draws all to one worker, and that one is asked everywhere.
        let spans: Vec<Span> = if seed % 8 == 7 {
            vec![None; spans.len()]
        } else {
            spans
        };
        let workers = assign(&spans, 3);
        let mut engines: Vec<Engine> = (0..3).map(|_| engine_of(&[])).collect();
        for (source, (batch, &worker)) in (1..).zip(batches.iter().zip(&workers)) {
            engines[worker].load(source, batch.clone());
        }
        let at = |hours: usize| START_US + hours as i64 * HOUR_US + 1;
        let from = chance.below(40);
        let periods = [
            Period::new(at(from), at(from + chance.below(40))),
            Period::new(at(from + 10), at(from + 10 + chance.below(9))),
            Period::new(at(70), at(71)),
        ];
        let clauses = [clause(&mut chance, Dimension::Column(Column::User))];
        let sources: Vec<(usize, Span)> = workers.into_iter().zip(spans).collect();
        let rows: Vec<Batch> = slices(&sources, &periods)
            .into_iter()
            .flat_map(|slice| {
                let engine = &engines[slice.worker];
                found(engine, &mut engine.begin_rows(&clauses, slice.period), 50)
            })
            .collect();
        let times: Vec<i64> = rows
            .iter()
            .flat_map(|batch| batch.time_us.clone())
            .collect();
        assert!(times.is_sorted(), "seed {seed}");
        let mut expected = HashSet::new();
        for period in periods {
            expected.extend(by_hand(&batches, &clauses, period, &directory()));
        }
        assert_eq!(
            sorted(all_told(&rows)),
            sorted(expected.into_iter().collect()),
            "seed {seed}"
        );
    }
}
