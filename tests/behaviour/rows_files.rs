//! Files of raw events on the command line, and copies of the data that answer as the data does.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use toolscope::ingest::{self, Data, Format};
use toolscope::model::{Batch, Cell, Directory, Manifest, WarningCode};
use toolscope::native::demo::{DemoFormat, DemoOptions, write};
use toolscope::protocol::RowForm;
use toolscope::query::{
    AskContext, Clause, CompareSpec, Dimension, Period, Question, RangeSpec, widgets,
};
use toolscope::service::{Loaded, Service};

/// Six events of three kinds, one of them twice, out of order, one line that is none; and an hour before all of them.
const EVENTS: &str = r#"{"event_id":"2","time":"2026-03-02T10:00:00.25Z","tool":"=1+1","user":"ada@example.org","outcome":"failure","error_class":"timeout","duration_ms":300}
{"event_id":"1","time":"2026-03-02T09:00:00Z","tool":"read, all","user":"ada@example.org","outcome":"success","duration_ms":100.5,"prompt":"canary-in-content"}
{"event_id":"3","time":"2026-03-03T10:00:00Z","kind":"provider_call","model":"opus","user":"bo@example.org","outcome":"success","tokens_in":20,"cost_usd":0.25}
{"event_id":"3","time":"2026-03-03T10:00:00Z","kind":"provider_call","model":"opus","user":"bo@example.org","outcome":"success","tokens_in":20,"cost_usd":0.25}
{"time":"2026-03-05T12:00:00Z","tool":"run","user":"cy@example.org","outcome":"cancelled"}
{"event_id":"6","time":"2026-03-05T13:00:00Z","kind":"storage_sample","workspace":"data","bytes":4096}
this line is no event
"#;
const HOURS: &str =
    r#"{"hour":"2026-02-01T09:00:00Z","tool":"read, all","executions":10,"failures":2}"#;
const DIRECTORY: &str = r#"{"version":1,"people":[{"id":"ada@example.org","department":"Engineering"},{"id":"bo@example.org","department":"Data"}]}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.ndjson"), EVENTS).unwrap();
    std::fs::write(folder.path().join("hours.ndjson"), HOURS).unwrap();
    std::fs::write(folder.path().join("people.json"), DIRECTORY).unwrap();
    folder
}

fn query(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .current_dir(folder)
        .args(["query", "events.ndjson", "--events"])
        .args(arguments)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn bytes(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{}", stderr(&output));
    output.stdout
}

fn read(bytes: &[u8]) -> Batch {
    let format = ingest::recognise(bytes).unwrap();
    let decoded = ingest::read(bytes, format).unwrap();
    assert_eq!(decoded.tally.set_aside, 0, "{:?}", decoded.tally);
    match decoded.data {
        Data::Events(batch) => batch,
        Data::Aggregates(_) => panic!("these are events"),
    }
}

/// The tools of the rows, in their order.
fn tools(batch: &Batch) -> Vec<&str> {
    let tools = (0..batch.len()).map(|row| batch.text[0].get(row));
    tools.map(|tool| tool.unwrap_or("-")).collect()
}

#[test]
fn events_are_written_in_every_form_and_read_back() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let all = ["read, all", "=1+1", "-", "run", "-"];
    for (name, format) in [
        ("a.ndjson", None),
        ("a.jsonl", None),
        ("a.json", None),
        ("a.csv", None),
        ("a.parquet", None),
        ("a.txt", Some("ndjson")),
    ] {
        let mut arguments = vec!["--out", name, "--raw-text"];
        if name != "a.csv" {
            arguments.pop();
        }
        arguments.extend(format.into_iter().flat_map(|format| ["--format", format]));
        let output = query(folder.path(), &arguments);
        let said = stderr(&output);
        assert!(said.contains("Wrote 5 events"), "{name}: {said}");
        let written = std::fs::read(path(name)).unwrap();
        assert!(!String::from_utf8_lossy(&written).contains("canary"));
        let batch = read(&written);
        assert_eq!(tools(&batch), all, "{name}");
        assert_eq!(batch.tokens_in[2], 20, "{name}");
        assert_eq!(batch.bytes[4], 4096, "{name}");
        assert_eq!(batch.time_us[1] % 1_000_000, 250_000, "{name}");
        // The identities are those of what was read.
        let known = read(
            &EVENTS
                .lines()
                .take(6)
                .collect::<Vec<_>>()
                .join("\n")
                .into_bytes(),
        );
        assert_eq!(batch.event_id[..2], [known.event_id[1], known.event_id[0]]);
        assert_eq!(batch.event_id[3], 0);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3 + 6, "nothing half is left: {left:?}");
    // To another program.
    assert_eq!(
        bytes(query(folder.path(), &[])),
        std::fs::read(path("a.ndjson")).unwrap()
    );
}

#[test]
fn range_and_filters_leave_what_they_leave_of_answers() {
    let folder = folder();
    let rows = |arguments: &[&str]| {
        let output = bytes(query(folder.path(), arguments));
        String::from_utf8(output).unwrap().lines().count()
    };
    assert_eq!(rows(&["--range", "2026-03-02"]), 2);
    assert_eq!(rows(&["--range", "2026-03-02", "--zone", "Asia/Tokyo"]), 2);
    assert_eq!(
        rows(&["--range", "2026-03-05T12:00:00Z..2026-03-05T13:00:00Z"]),
        1
    );
    assert_eq!(rows(&["--where", "outcome=failure,cancelled"]), 2);
    assert_eq!(rows(&["--where-not", "kind=execution"]), 2);
    assert_eq!(rows(&["--where", "tool=read\\, all"]), 1);
    assert_eq!(rows(&["--where", "tool="]), 2);
    assert_eq!(
        rows(&[
            "--where",
            "department=Engineering",
            "--directory",
            "people.json"
        ]),
        2
    );
    assert_eq!(rows(&["--where", "user=nobody"]), 0);
    assert_eq!(rows(&["--where", "user=nobody", "--format", "csv"]), 1);
    let output = query(folder.path(), &["--where", "department=Engineering"]);
    assert!(stderr(&output).contains("directory"), "{}", stderr(&output));
    let output = query(folder.path(), &["hours.ndjson"]);
    assert!(
        stderr(&output).contains("have no events"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_file_says_where_its_events_come_from() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let arguments = ["--where", "kind=execution", "--out", "a.json"];
    bytes(query(folder.path(), &arguments));
    let document: Value = serde_json::from_slice(&std::fs::read(path("a.json")).unwrap()).unwrap();
    let check = |document: &Value| {
        assert_eq!(document["format"], "toolscope/1");
        assert_eq!(document["question"]["filters"][0]["dimension"], "kind");
        assert_eq!(document["provenance"]["sources"][0]["rows_read"], 7);
        assert_eq!(document["provenance"]["sources"][0]["duplicates"], 1);
        assert!(
            document["columns"]["event_id"]["definition"]
                .as_str()
                .unwrap()
                .contains("xxh3")
        );
    };
    check(&document);
    assert_eq!(document["events"].as_array().unwrap().len(), 3);
    assert_eq!(document["events"][0]["tool"], "read, all");

    bytes(query(
        folder.path(),
        &["--where", "kind=execution", "--out", "a.zip"],
    ));
    let archive = std::fs::read(path("a.zip")).unwrap();
    let files = unzip(&archive);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["events.csv", "about.txt", "provenance.json"]);
    let csv = String::from_utf8(files[0].1.clone()).unwrap();
    assert!(csv.starts_with("\u{feff}event_id,kind,time,"), "{csv}");
    assert!(
        csv.contains(",'=1+1,") && csv.contains(",\"read, all\","),
        "{csv}"
    );
    let about = String::from_utf8(files[1].1.clone()).unwrap();
    for part in [
        "Filters: Kind is execution",
        "Events: 3",
        "duration_ms: How long",
    ] {
        assert!(about.contains(part), "{part}: {about}");
    }
    check(&serde_json::from_slice(&files[2].1).unwrap());
    // The archive itself can be opened again: a table of events, and two files that are nobody's mistake.
    let mut service = Service::new("test");
    let loaded = service.load(1, "a.zip", &archive, None);
    assert!(
        matches!(&loaded, Ok(Loaded::Archive(archive)) if archive.receipt.accepted == 3),
        "{loaded:?}"
    );

    bytes(query(
        folder.path(),
        &["--where", "kind=execution", "--out", "a.parquet"],
    ));
    let parquet = std::fs::read(path("a.parquet")).unwrap();
    let text = String::from_utf8_lossy(&parquet);
    assert!(text.contains("toolscope.provenance") && text.contains("toolscope.columns"));
    // Equal questions make equal bytes.
    for name in ["a.json", "a.zip", "a.parquet"] {
        let before = std::fs::read(path(name)).unwrap();
        bytes(query(
            folder.path(),
            &["--where", "kind=execution", "--out", name],
        ));
        assert!(std::fs::read(path(name)).unwrap() == before, "{name}");
    }
}

fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let archive = rawzip::ZipArchive::from_slice(bytes).unwrap();
    let entries = archive.entries().map(|entry| {
        let entry = entry.unwrap();
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        let found = archive.get_entry(entry.wayfinder()).unwrap();
        let mut text = Vec::new();
        flate2::read::DeflateDecoder::new(found.data())
            .read_to_end(&mut text)
            .unwrap();
        (name, text)
    });
    entries.collect()
}

#[test]
fn what_can_not_be_is_refused_before_anything_is_read() {
    let folder = folder();
    for (arguments, part) in [
        (&["--format", "table"][..], "choose one with --format"),
        (&["--out", "a.pdf"], "choose one with --format"),
        (&["--compare", "previous"], "--compare"),
        (&["--raw-text"], "--raw-text is for CSV"),
        (&["--widget", "top-tools"], "cannot be used with"),
        (&["--where", "nothing=1"], "no dimension"),
    ] {
        let output = query(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .current_dir(folder.path())
        .args([
            "query",
            "events.ndjson",
            "--measure",
            "executions",
            "--format",
            "ndjson",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    // A folder that is not there: nothing is written, nothing is left.
    let output = query(folder.path(), &["--out", "no/such/a.csv"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

/// All events and all hours of a service, each as files; no part is far beyond a megabyte.
fn snapshot(service: &Service, question: &Question) -> Vec<Vec<u8>> {
    let always = Period::new(i64::MIN / 4, i64::MAX / 4);
    let mut files: Vec<Vec<u8>> = Vec::new();
    for form in [RowForm::Ndjson, RowForm::Hours] {
        let mut rows = service.begin_rows(question, always, form, true);
        loop {
            while !service.step_rows(&mut rows).unwrap() {}
            let part = rows.take();
            assert!(part.bytes.len() < 3 << 20, "{}", part.bytes.len());
            if part.begins_file {
                files.push(Vec::new());
            }
            if let Some(file) = files.last_mut() {
                file.extend(part.bytes);
            }
            if part.is_last {
                break;
            }
        }
    }
    files
}

fn same(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) + 1e-12,
        _ => a == b,
    }
}

#[test]
fn a_copy_of_the_data_gives_the_answers_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    write(&DemoOptions {
        events: 20_000,
        seed: 5,
        now_us: 1_782_820_800_000_000,
        out: folder.path().to_path_buf(),
        format: DemoFormat::Arrow,
        aggregate_days: 61,
        compress: false,
    })
    .unwrap();
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let manifest: Manifest = serde_json::from_slice(&file("manifest.json")).unwrap();
    let directory: Directory = serde_json::from_slice(&file("directory.json")).unwrap();
    let mut service = Service::new("test");
    service.set_directory(Some(directory.clone()));
    for (source, batch) in (1..).zip(&manifest.batches) {
        let bytes = file(&batch.url);
        assert_ne!(ingest::recognise(&bytes), Ok(Format::Ndjson));
        service.load(source, &batch.url, &bytes, None).unwrap();
    }
    let mut copy = Service::new("test");
    copy.set_directory(Some(directory));
    let everything = Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    };
    let files = snapshot(&service, &everything);
    assert!(files.len() >= 2, "events and hours");
    for (source, bytes) in (1..).zip(&files) {
        match copy.load(source, "copy.ndjson", bytes, None).unwrap() {
            Loaded::Events(receipt) => {
                assert_eq!((receipt.set_aside, receipt.duplicates), (0, 0));
                assert!(receipt.dropped_fields.is_empty() && receipt.accepted > 0);
            }
            other => panic!("{other:?}"),
        }
    }
    let span = service.data_span();
    assert_eq!(copy.data_span(), span);
    let context = AskContext {
        now_us: span.unwrap().1,
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    };
    let zone = toolscope::model::Zone::utc();
    let range = |text: &str| RangeSpec::parse(text).unwrap();
    let tool = Clause {
        dimension: Dimension::parse("outcome").unwrap(),
        exclude: false,
        values: vec!["failure".into()],
        source: None,
    };
    for question in [
        everything.clone(),
        Question {
            range: range("30d"),
            compare: CompareSpec::Previous,
            ..everything.clone()
        },
        Question {
            filters: vec![tool],
            ..everything.clone()
        },
    ] {
        let queries: Vec<_> = widgets::all()
            .flat_map(|widget| widgets::queries(widget.id, &question, &context, &zone))
            .collect();
        let (before, told) = service.ask(&question, &queries, &context).unwrap();
        let (after, retold) = copy.ask(&question, &queries, &context).unwrap();
        assert_eq!(told.fingerprint, retold.fingerprint);
        let codes = |told: &toolscope::model::Provenance| -> Vec<WarningCode> {
            told.warnings.iter().map(|warning| warning.code).collect()
        };
        assert_eq!(codes(&told), codes(&retold));
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.rows.len(), after.rows.len(), "{}", before.id);
            for (row, (before_row, after_row)) in before.rows.iter().zip(&after.rows).enumerate() {
                let alike = before_row.iter().zip(after_row).all(|(a, b)| same(a, b));
                assert!(alike, "{} {row}: {before_row:?} {after_row:?}", before.id);
            }
        }
        assert!(before.iter().any(|table| table.rows.len() > 5));
    }
}
