//! Files whose columns nobody knows, times without a zone, tables of people.

use toolscope::client::remembered::{Meaning, REMEMBERED_MAX, Remembered};
use toolscope::ingest;
use toolscope::ingest::write::{ParquetCompression, batch_to_parquet};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::{Column, EventRow, Zone, ZoneRules};
use toolscope::protocol::{ErrorCode, LoadOptions, Looks, Mapping};
use toolscope::service::{Intake, LoadError, Loaded, Service};

const FOREIGN: &str = "\
began,what,whoMail,tookSeconds,result,prompt
2026-03-14 09:00:00,read,ada@example.org,1.5,ok,canary one
2026-03-14 10:00:00,write,bo@example.org,0.25,failed,canary two
2026-03-14 11:00:00,read,ada@example.org,,ok,canary three
";

fn load(service: &mut Service, text: &[u8], options: &LoadOptions) -> Result<Loaded, LoadError> {
    let intake = Intake {
        name: "file",
        bytes: text.len() as u64,
        options,
        wrapper: None,
        decoded_from: None,
    };
    service.load_with(1, text, intake)
}

fn mapping(pairs: &[(Column, &str)]) -> LoadOptions {
    LoadOptions {
        mapping: pairs
            .iter()
            .map(|(column, header)| (*column, (*header).to_owned()))
            .collect(),
        ..LoadOptions::default()
    }
}

#[test]
fn a_table_without_a_time_asks_what_its_columns_mean_and_then_is_read() {
    let mut service = Service::new("test");
    let error = load(&mut service, FOREIGN.as_bytes(), &LoadOptions::default()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NeedsMapping);
    assert!(
        !format!("{error:?}").contains("canary"),
        "errors hold no rows"
    );
    let proposal = ingest::propose(FOREIGN.as_bytes(), &LoadOptions::default()).unwrap();
    let guesses: Mapping = proposal.guesses();
    let expected = mapping(&[
        (Column::Time, "began"),
        (Column::User, "whoMail"),
        (Column::DurationMs, "tookSeconds"),
        (Column::Outcome, "result"),
    ]);
    assert_eq!(guesses, expected.mapping, "{:?}", proposal.columns);
    let looks: Vec<Looks> = proposal.columns.iter().map(|column| column.looks).collect();
    assert_eq!(
        looks,
        [
            Looks::Time,
            Looks::Text,
            Looks::Email,
            Looks::Number,
            Looks::Outcome,
            Looks::Text
        ]
    );
    assert_eq!(proposal.preview.len(), 3);
    assert_eq!(proposal.preview[1][1], "write");
    let mut options = LoadOptions {
        mapping: guesses,
        ..LoadOptions::default()
    };
    options.mapping.insert(Column::Tool, "what".into());
    options
        .mapping
        .insert(Column::DurationMs, "tookSeconds".into());
    let Loaded::Events(receipt) = load(&mut service, FOREIGN.as_bytes(), &options).unwrap() else {
        panic!()
    };
    assert_eq!((receipt.accepted, receipt.set_aside), (3, 0));
    assert_eq!(receipt.dropped_fields.get("prompt"), Some(&3));
    let terms = ingest::read_with(FOREIGN.as_bytes(), ingest::Format::Csv, &options).unwrap();
    let ingest::Data::Events(batch) = terms.data else {
        panic!()
    };
    assert_eq!(
        batch.duration_ms[..2],
        [1_500.0, 250.0],
        "seconds by the header's end"
    );
    assert_eq!(batch.text[0].get(1), Some("write"));
}

#[test]
fn previews_are_short_and_fingerprints_are_of_the_header_alone() {
    let long = "x".repeat(500);
    let table = |rows: usize| {
        let mut text = "when,what\n".to_owned();
        for hour in 0..rows {
            text.push_str(&format!("2026-03-14 {:02}:00,é{long}\n", hour % 24));
        }
        text
    };
    let options = LoadOptions::default();
    let many = ingest::propose(table(50).as_bytes(), &options).unwrap();
    assert_eq!(many.preview.len(), 20);
    assert_eq!(many.preview[0][1].chars().count(), 80);
    let few = ingest::propose(table(2).as_bytes(), &options).unwrap();
    assert_eq!(many.fingerprint, few.fingerprint);
    assert_eq!(many.fingerprint.len(), 16);
    let other = ingest::propose(b"then,what\n2026-03-14,x\n2026-03-15,y\n", &options).unwrap();
    assert_ne!(many.fingerprint, other.fingerprint);
}

#[test]
fn objects_and_columns_of_any_format_can_be_mapped() {
    let lines = concat!(
        r#"{"meta":{"at":1773478800,"secret":"canary"},"actor":{"mail":"ada@example.org"},"act":"read"}"#,
        "\n",
        r#"{"meta":{"at":1773478801},"actor":{"mail":"bo@example.org"},"act":"write"}"#,
    );
    let array = format!("[{}]", lines.replace('\n', ","));
    let options = mapping(&[
        (Column::Time, "meta.at"),
        (Column::User, "actor.mail"),
        (Column::Tool, "act"),
    ]);
    for text in [lines, &array] {
        let mut service = Service::new("test");
        let error = load(&mut service, text.as_bytes(), &LoadOptions::default()).unwrap_err();
        assert_eq!(error.code, ErrorCode::NeedsMapping, "{}", error.message);
        let proposal = ingest::propose(text.as_bytes(), &LoadOptions::default()).unwrap();
        assert_eq!(proposal.guesses().get(&Column::Time).unwrap(), "meta.at");
        let Loaded::Events(receipt) = load(&mut service, text.as_bytes(), &options).unwrap() else {
            panic!()
        };
        assert_eq!(receipt.accepted, 2);
        assert_eq!(receipt.dropped_fields.get("meta.secret"), Some(&1));
    }
    // A Parquet file, natively and through the columnar module.
    let mut builder = BatchBuilder::default();
    let mut row = EventRow {
        time_us: 1_773_478_800_000_000,
        ..EventRow::default()
    };
    row.text[5] = Some("read");
    builder.push(&row);
    let parquet = batch_to_parquet(&builder.finish(), ParquetCompression::Snappy).unwrap();
    let options = mapping(&[(Column::Tool, "client_version")]);
    let tool = |decoded: ingest::Decoded| match decoded.data {
        ingest::Data::Events(batch) => batch.text[0].get(0).map(str::to_owned),
        ingest::Data::Aggregates(_) => None,
    };
    let native = ingest::read_with(&parquet, ingest::Format::Parquet, &options).unwrap();
    assert_eq!(tool(native).as_deref(), Some("read"));
    let stream =
        ingest::parquet::to_arrow_stream(&parquet, ingest::Format::Parquet, &options).unwrap();
    let through = ingest::read_with(&stream, ingest::Format::ArrowStream, &options).unwrap();
    assert_eq!(tool(through).as_deref(), Some("read"));
    assert!(ingest::propose(&parquet, &LoadOptions::default()).is_some());
}

#[test]
fn times_without_a_zone_are_read_in_the_zone_that_was_said() {
    let berlin = Zone::new(ZoneRules {
        name: "Europe/Berlin".into(),
        initial_offset_s: 3_600,
        transitions: vec![(1_774_746_000, 7_200)],
    });
    let text = "time\n2026-03-28 09:00\n2026-03-29 09:00\n2026-03-29T09:00:00Z\n";
    let options = LoadOptions {
        mapping: Mapping::new(),
        assume_zone: Some(berlin),
        ..LoadOptions::default()
    };
    let decoded = ingest::read_with(text.as_bytes(), ingest::Format::Csv, &options).unwrap();
    let ingest::Data::Events(batch) = decoded.data else {
        panic!()
    };
    let utc = |text: &str| {
        chrono::DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_micros()
    };
    assert_eq!(
        batch.time_us,
        [
            utc("2026-03-28T08:00:00Z"),
            utc("2026-03-29T07:00:00Z"),
            utc("2026-03-29T09:00:00Z")
        ]
    );
    let receipt = decoded
        .tally
        .into_receipt("x", ingest::Format::Csv, "raw", 0);
    assert!(
        receipt
            .notes
            .contains(&"Times without a zone were read in Europe/Berlin.".to_owned()),
        "{:?}",
        receipt.notes
    );
}

#[test]
fn a_table_of_people_is_a_directory_and_joins_the_one_there_is() {
    let people = "id,email,name,department,team,role,invited_at,first_login_at,seat\n\
        u1,ADA@example.org,Ada,Research,Core,Lead,2026-01-02,2026-01-03T10:00:00Z,yes\n\
        ,new@example.org,New,Sales,,,,,no\n\
        ,,Nobody,,,,,,\n";
    let mut service = Service::new("test");
    let Loaded::Directory(table, receipt) =
        load(&mut service, people.as_bytes(), &LoadOptions::default()).unwrap()
    else {
        panic!()
    };
    assert_eq!((receipt.rows_read, receipt.set_aside), (3, 1));
    assert_eq!((table.people.len(), table.seats()), (2, 1));
    let json = br#"{"organisation":"Acme","people":[{"id":"ada","email":"ada@example.org","role":"Member"}],"workspaces":[{"id":"w"}]}"#;
    let Loaded::Directory(held, _) = load(&mut service, json, &LoadOptions::default()).unwrap()
    else {
        panic!()
    };
    let (joined, new) = toolscope::model::Directory::joined(Some(held), table);
    assert_eq!(new, ["new@example.org"], "one of the table matched nobody");
    assert_eq!((joined.people.len(), joined.workspaces.len()), (2, 1));
    let ada = &joined.people[0];
    assert_eq!(
        (
            ada.id.as_str(),
            ada.department.as_deref(),
            ada.role.as_deref()
        ),
        ("ada", Some("Research"), Some("Lead"))
    );
}

#[test]
fn what_was_said_of_headers_is_remembered_without_values_and_the_oldest_makes_room() {
    let table = |header: &str| {
        let text = format!(
            "{header}\n2026-03-14 09:00;read;ada;1.5;true;canary\n2026-03-14 10:00;write;bo;2;false;canary\n"
        );
        ingest::propose(text.as_bytes(), &LoadOptions::default()).unwrap()
    };
    let proposal = table("began;what;who;took_s;ok;note");
    assert_eq!(
        proposal.guesses(),
        mapping(&[
            (Column::Time, "began"),
            (Column::User, "who"),
            (Column::DurationMs, "took_s"),
            (Column::Outcome, "ok"),
        ])
        .mapping
    );
    let meaning = Meaning {
        mapping: mapping(&[(Column::Time, "began"), (Column::Tool, "what")]).mapping,
        zone: Some("Europe/Berlin".into()),
    };
    let mut remembered = Remembered::default();
    assert_eq!(remembered.find(&proposal), None);
    remembered.keep(proposal.fingerprint.clone(), meaning.clone());
    let text = remembered.to_text();
    assert_eq!(
        text,
        format!(
            r#"[{{"fingerprint":"{}","columns":{{"time":"began","tool":"what"}},"zone":"Europe/Berlin"}}]"#,
            proposal.fingerprint
        )
    );
    let mut remembered = Remembered::parse(&text);
    assert_eq!(remembered.find(&proposal), Some(meaning.clone()));
    assert_eq!(
        remembered.find(&table("since;what;who;took_s;ok;note")),
        None,
        "another header"
    );
    for other in 0..REMEMBERED_MAX - 1 {
        remembered.keep(format!("{other:016x}"), meaning.clone());
    }
    assert!(remembered.find(&proposal).is_some(), "there is room for 50");
    remembered.keep("f".repeat(16), meaning);
    assert_eq!(remembered.find(&proposal), None, "the oldest made room");
}

#[test]
fn a_memory_that_is_damaged_or_tampered_with_does_no_harm() {
    for text in ["", "null", "{}", "[1]", r#"[{"fingerprint":"x"}]"#] {
        assert_eq!(Remembered::parse(text), Remembered::default(), "{text}");
    }
    let entry = |columns: &str, zone: &str| {
        let text = format!(r#"[{{"fingerprint":"x","columns":{columns},"zone":{zone}}}]"#);
        Remembered::parse(&text).to_text()
    };
    assert_eq!(entry(r#"{"tool":"what"}"#, "null"), "[]", "without a time");
    assert_eq!(
        entry(r#"{"time":"began","unheard_of":"x"}"#, r#""../config""#),
        r#"[{"fingerprint":"x","columns":{"time":"began"},"zone":null}]"#,
        "a zone is no way to another address"
    );
}
