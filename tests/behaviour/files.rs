//! `toolscope query --out`: files of every format as a process writes them. What other people's programs read in them is
//! tested in `tests/readers`.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use toolscope::ingest::{self, Unpacked};

const EVENTS: &str = r#"{"event_id":"1","time":"2026-03-02T09:00:00Z","tool":"=cmd|calc","user":"ada","outcome":"success","duration_ms":100}
{"event_id":"2","time":"2026-03-02T10:00:00Z","tool":"search_code","user":"ada","outcome":"failure","error_class":"timeout","duration_ms":300}
{"event_id":"3","time":"2026-03-03T10:00:00Z","tool":"run_query","user":"bo","outcome":"success","duration_ms":20.5}
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.ndjson"), EVENTS).unwrap();
    folder
}

fn query(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .current_dir(folder)
        .args(["query", "events.ndjson"])
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(Unpacked::Archive(mut archive)) = ingest::unpack(bytes) else {
        panic!("not an archive");
    };
    let members = archive.members.clone();
    let read = members.iter().map(|member| {
        let bytes = archive.read(member).unwrap();
        (member.name.clone(), bytes)
    });
    read.collect()
}

#[test]
fn x2_a_dashboard_as_zip_has_a_csv_for_each_table_and_what_is_known_about_them() {
    let folder = folder();
    let output = query(
        folder.path(),
        &["--dashboard", "executive", "--out", "all.zip"],
    );
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("Wrote all.zip"), "{}", said(&output));
    assert!(output.stdout.is_empty());
    let json = query(
        folder.path(),
        &["--dashboard", "executive", "--format", "json"],
    );
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let ids = json["tables"].as_array().unwrap().iter();
    let mut expected: Vec<String> = ids
        .map(|table| format!("{}.csv", table["id"].as_str().unwrap()))
        .collect();
    expected.extend(["about.txt".into(), "provenance.json".into()]);
    let members = members(&std::fs::read(folder.path().join("all.zip")).unwrap());
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    // The reader lists them by name.
    expected.sort();
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
    let text = |name: &str| {
        let (_, bytes) = members.iter().find(|(held, _)| held == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    assert!(text("top-tools.csv").starts_with('\u{feff}'));
    assert!(text("top-tools.csv").contains("'=cmd|calc"));
    let about: Value = serde_json::from_str(&text("provenance.json")).unwrap();
    assert_eq!(about["question"], json["question"]);
    assert_eq!(
        about["provenance"]["fingerprint"],
        json["provenance"]["fingerprint"]
    );
    assert_eq!(about["definitions"], json["definitions"]);
    assert!(
        text("about.txt").contains("Range: All Time"),
        "{}",
        text("about.txt")
    );
}

#[test]
fn a4_names_are_raw_only_where_that_is_asked_for_and_a_warning_says_so() {
    let folder = folder();
    let ask = ["--widget", "top-tools", "--format", "csv"];
    let plain = query(folder.path(), &ask);
    assert!(String::from_utf8_lossy(&plain.stdout).contains("'=cmd|calc"));
    assert_eq!(said(&plain), "");
    let raw = query(folder.path(), &[&ask[..], &["--raw-text"]].concat());
    let text = String::from_utf8_lossy(&raw.stdout).into_owned();
    assert!(
        text.contains("\n=cmd|calc") && !text.contains("'=cmd"),
        "{text}"
    );
    assert!(
        said(&raw).contains("a spreadsheet may run"),
        "{}",
        said(&raw)
    );
    let wrong = query(
        folder.path(),
        &["--widget", "top-tools", "--format", "xlsx", "--raw-text"],
    );
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
}

#[test]
fn x4_a_file_is_whole_or_not_there_and_its_ending_names_the_format() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for (name, magic) in [
        ("a.xlsx", &b"PK"[..]),
        ("a.parquet", b"PAR1"),
        ("a.JSON", b"{"),
        ("a.csv", b"tool"),
    ] {
        let output = query(folder.path(), &["--widget", "top-tools", "--out", name]);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let mut head = vec![0; magic.len()];
        std::fs::File::open(at(name))
            .unwrap()
            .read_exact(&mut head)
            .unwrap();
        assert_eq!(head, magic, "{name}");
    }
    let failing: [(&[&str], i32, &str); 5] = [
        (&["--out", "a.docx"], 2, "names no format"),
        (
            &["--out", "no/such/folder/a.xlsx"],
            1,
            "could not be written",
        ),
        (
            &["--format", "xlsx", "--out", "."],
            1,
            "could not be written",
        ),
        (&["--format", "docx"], 2, "possible values"),
        (
            &[
                "--format",
                "pdf",
                "--font",
                "events.ndjson",
                "--out",
                "a.pdf",
            ],
            1,
            "font could not be read",
        ),
    ];
    for (arguments, code, sentence) in failing {
        let output = query(
            folder.path(),
            &[&["--widget", "top-tools"], arguments].concat(),
        );
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains(sentence), "{}", said(&output));
    }
    let several = query(
        folder.path(),
        &["--dashboard", "executive", "--out", "all.parquet"],
    );
    assert_eq!(several.status.code(), Some(2));
    assert!(said(&several).contains("all.zip"), "{}", said(&several));
    assert!(!at("all.parquet").exists());
    let parts = std::fs::read_dir(folder.path()).unwrap();
    let parts = parts.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .ends_with(".part")
    });
    assert_eq!(parts.count(), 0);
    let archive = query(
        folder.path(),
        &[
            "--dashboard",
            "executive",
            "--format",
            "parquet",
            "--out",
            "all.zip",
        ],
    );
    assert!(archive.status.success(), "{}", said(&archive));
    let members = members(&std::fs::read(at("all.zip")).unwrap());
    assert!(
        members
            .iter()
            .any(|(name, bytes)| name == "top-tools.parquet" && bytes.starts_with(b"PAR1"))
    );
}

#[test]
fn x4_equal_questions_make_equal_files() {
    let folder = folder();
    for format in ["xlsx", "parquet", "csv-zip", "pdf"] {
        let ask = ["--widget", "top-tools", "--format", format];
        let [one, other] = [0, 1].map(|_| query(folder.path(), &ask));
        assert!(
            !one.stdout.is_empty() && one.stdout == other.stdout,
            "{format}"
        );
    }
}
