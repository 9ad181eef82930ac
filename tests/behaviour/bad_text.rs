//! Every text format and wrapper against every kind of damage: rows add up, or the source is named with a sentence; no
//! panic, no hang. Chance is seeded, so that a failure comes again.

use std::time::{Duration, Instant};

use toolscope::ingest::write::{ParquetCompression, batch_to_arrow, batch_to_parquet};
use toolscope::model::SourceReceipt;
use toolscope::protocol::ErrorCode;
use toolscope::service::{LoadError, Loaded, Service};

use crate::common::Chance;
use crate::common::events::calls;
use crate::common::packing::{gzip, utf16, zip, zstd};

/// No input may take longer; optimised builds are many times faster than tests.
const PATIENCE: Duration = Duration::from_secs(5);

fn rows() -> Vec<[String; 5]> {
    (0..60)
        .map(|n| {
            [
                format!("e{n}"),
                format!("2026-03-14T{:02}:{:02}:00Z", n / 6, n % 60),
                ["read", "write, \"all\"", "Zoë\nsearch"][n % 3].to_owned(),
                ["success", "failure"][n % 2].to_owned(),
                format!("{}.5", n * 3),
            ]
        })
        .collect()
}

const HEADERS: [&str; 5] = ["event_id", "time", "tool", "outcome", "duration_ms"];

fn csv(separator: char) -> String {
    let mut text = HEADERS.join(&separator.to_string()) + "\n";
    for row in rows() {
        let cells = row.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&(cells.join(&separator.to_string()) + "\n"));
    }
    text
}

fn objects() -> Vec<String> {
    rows()
        .iter()
        .map(|row| {
            let pairs = HEADERS.iter().zip(row);
            let object: serde_json::Map<String, serde_json::Value> = pairs
                .map(|(name, cell)| ((*name).to_owned(), cell.clone().into()))
                .collect();
            serde_json::to_string(&object).unwrap()
        })
        .collect()
}

fn formats() -> Vec<(&'static str, Vec<u8>)> {
    let csv_text = csv(',');
    let lines = objects().join("\n");
    let array = format!("[{}]", objects().join(","));
    let pretty: serde_json::Value = serde_json::from_str(&array).unwrap();
    let utf16 = utf16(&csv_text, true, false);
    vec![
        ("ndjson", lines.clone().into()),
        ("array", array.into()),
        (
            "pretty",
            serde_json::to_string_pretty(&pretty).unwrap().into(),
        ),
        ("together", objects().concat().into()),
        ("csv", csv_text.clone().into()),
        ("tsv", csv('\t').into()),
        ("utf16", utf16),
        ("gzip", gzip(csv_text.as_bytes())),
        ("zstd", zstd(lines.as_bytes())),
        (
            "zip",
            zip(&[
                ("a.csv", csv_text.as_bytes()),
                ("b.ndjson", lines.as_bytes()),
            ]),
        ),
    ]
}

fn load(bytes: &[u8]) -> Result<SourceReceipt, LoadError> {
    match Service::new("test").load(1, "file", bytes, None)? {
        Loaded::Events(receipt) => Ok(receipt),
        Loaded::Archive(archive) => Ok(archive.receipt),
        Loaded::Directory(_, receipt) => Ok(receipt),
        Loaded::Manifest(_) => Ok(SourceReceipt::default()),
    }
}

/// Loads, and holds what must hold for any input; gives the receipt when there is one.
fn holds(bytes: &[u8], what: &str) -> Option<SourceReceipt> {
    let started = Instant::now();
    let result = std::panic::catch_unwind(|| load(bytes));
    let result = result.unwrap_or_else(|_| panic!("{what}: panicked"));
    assert!(
        started.elapsed() < PATIENCE,
        "{what}: {:?}",
        started.elapsed()
    );
    match result {
        Ok(receipt) => {
            let sum = receipt.accepted + receipt.set_aside + receipt.duplicates;
            let is_directory = receipt.kind == "directory";
            assert!(
                is_directory || sum == receipt.rows_read,
                "{what}: {receipt:?}"
            );
            Some(receipt)
        }
        Err(error) => {
            let message = error.message.trim_end();
            assert!(
                message.len() > 20 && message.ends_with('.'),
                "{what}: {message}"
            );
            assert_eq!(
                error.receipt.error.as_deref(),
                Some(error.message.as_str()),
                "{what}"
            );
            None
        }
    }
}

#[test]
fn whole_files_add_up() {
    for (name, bytes) in formats() {
        let receipt = holds(&bytes, name).unwrap_or_else(|| panic!("{name}"));
        let all = if name == "zip" { 120 } else { 60 };
        let again = if name == "zip" { 60 } else { 0 };
        assert_eq!(
            (receipt.rows_read, receipt.set_aside, receipt.duplicates),
            (all, 0, again),
            "{name}: {receipt:?}"
        );
    }
}

#[test]
fn files_cut_anywhere_keep_what_came_before_or_are_named() {
    let mut chance = Chance::new(1);
    for (name, bytes) in formats() {
        for _ in 0..100 {
            let cut = chance.below(bytes.len());
            let receipt = holds(&bytes[..cut], &format!("{name} cut at {cut}"));
            if ["gzip", "zstd", "zip"].contains(&name) {
                assert!(receipt.is_none(), "{name} cut at {cut} is not whole");
            }
        }
    }
}

#[test]
fn any_thousand_bytes_may_be_turned() {
    let mut chance = Chance::new(2);
    for (name, bytes) in formats() {
        for round in 0..1_000 {
            let mut damaged = bytes.clone();
            let at = chance.below(damaged.len());
            damaged[at] ^= 1 << chance.below(8);
            let receipt = holds(&damaged, &format!("{name}, round {round}, byte {at}"));
            // One byte of a text with a row a line costs the rows beside it, not the file.
            if name == "ndjson" && at > 400 {
                let kept = receipt.map_or(0, |receipt| receipt.accepted);
                assert!(kept >= 57, "{name}, round {round}, byte {at}: {kept}");
            }
        }
    }
}

#[test]
fn many_bytes_may_be_turned_cut_out_or_doubled() {
    let mut chance = Chance::new(3);
    for (name, bytes) in formats() {
        for round in 0..100 {
            let mut damaged = bytes.clone();
            for _ in 0..=chance.below(30) {
                let at = chance.below(damaged.len());
                match chance.below(4) {
                    0 => damaged[at] = [0, b'"', b'\n', b'{', b'[', b',', 0xff][chance.below(7)],
                    1 => {
                        let end = (at + chance.below(50)).min(damaged.len() - 1);
                        if at < end {
                            damaged.drain(at..end);
                        }
                    }
                    2 => {
                        let end = (at + chance.below(50)).min(damaged.len());
                        let piece = damaged[at..end].to_vec();
                        damaged.splice(at..at, piece);
                    }
                    _ => damaged[at] = chance.below(256) as u8,
                }
            }
            holds(&damaged, &format!("{name}, round {round}"));
        }
    }
}

#[test]
fn tables_with_bad_rows_keep_the_others() {
    let good = "e1,2026-03-14T09:00:00Z,read,success,1\n";
    let header = HEADERS.join(",") + "\n";
    let cases: [(&str, String, &str); 14] = [
        (
            "short",
            "e2,2026-03-14T09:00:00Z\n".into(),
            "another number of cells",
        ),
        (
            "long",
            "e2,2026-03-14T09:00:00Z,a,success,1,more\n".into(),
            "another number of cells",
        ),
        (
            "unclosed",
            "e2,2026-03-14T09:00:00Z,\"read,success,1\n".into(),
            "not closed",
        ),
        ("no time", "e2,,read,success,1\n".into(), "no time"),
        (
            "bad time",
            "e2,03/04/2026,read,success,1\n".into(),
            "can't be read",
        ),
        ("past", "e2,1812-06-24,read,success,1\n".into(), "1990"),
        ("future", "e2,2222-06-24,read,success,1\n".into(), "2100"),
        (
            "negative",
            "e2,2026-03-14,read,success,-1\n".into(),
            "negative",
        ),
        (
            "absurd",
            "e2,2026-03-14,read,success,1e300\n".into(),
            "longer than a year",
        ),
        (
            "type",
            "e2,2026-03-14,read,success,fast\n".into(),
            "not a number",
        ),
        (
            "outcome",
            "e2,2026-03-14,read,perhaps,1\n".into(),
            "outcome is unknown",
        ),
        (
            "long row",
            format!("e2,2026-03-14,{},success,1\n", "x".repeat(10 << 20)),
            "1 MiB",
        ),
        (
            "long cell",
            format!("e2,2026-03-14,\"{}\",success,1\n", "x".repeat(10 << 20)),
            "1 MiB",
        ),
        ("nothing", "\n\r\n,,,,\n".into(), "no time"),
    ];
    for (name, bad, word) in cases {
        let last = good.replace("e1", "e3");
        let receipt = holds(format!("{header}{good}{bad}{last}").as_bytes(), name).unwrap();
        assert_eq!(
            (receipt.rows_read, receipt.accepted, receipt.set_aside),
            (3, 2, 1),
            "{name}: {receipt:?}"
        );
        let reason = &receipt.set_aside_rows[0];
        assert!(reason.reason.contains(word), "{name}: {}", reason.reason);
        assert!(
            reason.position.starts_with("line "),
            "{name}: {}",
            reason.position
        );
    }
}

#[test]
fn arrays_with_bad_elements_keep_the_others() {
    let good = r#"{"event_id":1,"time":1773478800,"outcome":"success"}"#;
    let deep = format!("{{\"time\":1773478800,\"x\":{}", "[".repeat(100_000));
    let long = format!("{{\"time\":1773478800,\"x\":\"{}\"}}", "y".repeat(10 << 20));
    let cases = [
        ("number", "17".to_owned(), "not a JSON object"),
        ("list", "[1,2]".to_owned(), "not a JSON object"),
        ("no time", "{\"tool\":\"x\"}".to_owned(), "no time"),
        ("syntax", "{\"time\" 17}".to_owned(), "not JSON"),
        ("deep", deep, "64 levels"),
        ("long", long, "1 MiB"),
        ("half", "{\"time\":\"half".to_owned(), "ends in the middle"),
    ];
    for (name, bad, word) in cases {
        let last = good.replace(":1,", ":3,");
        let text = format!("[\n{good},\n{bad},\n{last}\n]");
        let receipt = holds(text.as_bytes(), name).unwrap();
        assert_eq!(
            (receipt.rows_read, receipt.accepted, receipt.set_aside),
            (3, 2, 1),
            "{name}: {:?}",
            receipt.set_aside_reasons
        );
        assert!(receipt.set_aside_rows[0].reason.contains(word), "{name}");
    }
}

#[test]
fn repeated_names_repeated_events_and_any_order_are_taken() {
    let csv = "time,time,tool,TOOL,extra\n\
        2026-03-14T09:00:00Z,1999-01-01,first,second,x\n";
    let receipt = holds(csv.as_bytes(), "repeated headers").unwrap();
    assert_eq!(receipt.accepted, 1);
    assert_eq!(receipt.min_time_us, Some(1_773_478_800_000_000));
    let json = r#"[{"time":"2026-03-14T09:00:00Z","time":"1999-01-01"},{"event_id":"a","time":1773478801},{"event_id":"a","time":1773478801},{"time":1773478700}]"#;
    let receipt = holds(json.as_bytes(), "repeated names").unwrap();
    assert_eq!(
        (receipt.rows_read, receipt.accepted, receipt.duplicates),
        (4, 3, 1)
    );
    assert_eq!(receipt.max_time_us, Some(1_773_478_801_000_000));
}

#[test]
fn bombs_are_refused_before_they_fill_the_memory() {
    let zeros = vec![b' '; 64 << 20];
    let long_line = [b"time,tool\n2026-03-14,".as_slice(), &zeros].concat();
    for (name, bomb) in [
        ("gzip", gzip(&long_line)),
        ("zip", zip(&[("a.csv", &long_line)])),
        ("zstd", zstd(&long_line)),
    ] {
        assert!(bomb.len() < 1 << 20, "{name} packs {} bytes", bomb.len());
        let error = load(&bomb)
            .map(|receipt| format!("{receipt:?}"))
            .expect_err(name);
        assert_eq!(error.code, ErrorCode::TooLarge, "{name}: {}", error.message);
        assert!(
            error.message.contains("200 times"),
            "{name}: {}",
            error.message
        );
    }
    let many: Vec<String> = (0..10_001).map(|n| format!("{n}.csv")).collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|name| (name.as_str(), b"" as &[u8]))
        .collect();
    let error = load(&zip(&many)).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge, "{}", error.message);
    let error = load(&gzip(&gzip(b"time\n1\n"))).unwrap_err();
    assert!(
        error.message.contains("archive inside"),
        "{}",
        error.message
    );
    let office = zip(&[
        ("[Content_Types].xml", b"<x/>"),
        ("xl/workbook.xml", b"<x/>"),
    ]);
    let error = load(&office).unwrap_err();
    assert!(error.message.contains("as CSV"), "{}", error.message);
}

#[test]
fn an_encrypted_file_of_an_archive_is_named() {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    let (mut entry, config) = archive.new_file("a.csv").encrypted(true).start().unwrap();
    let mut writer = config.wrap(&mut entry);
    std::io::Write::write_all(&mut writer, b"not readable").unwrap();
    let (_, descriptor) = writer.finish().unwrap();
    entry.finish(descriptor).unwrap();
    archive.finish().unwrap();
    let error = load(&out).unwrap_err();
    assert!(error.message.contains("encrypted"), "{}", error.message);
}

#[test]
fn hostile_lengths_in_columnar_files_get_no_memory_and_no_panic_past_the_reader() {
    let batch = calls(500);
    let mut chance = Chance::new(4);
    let files = [
        ("arrow", batch_to_arrow(&batch).unwrap()),
        (
            "stream",
            toolscope::ingest::write::batch_to_arrow_stream(&batch).unwrap(),
        ),
        (
            "snappy",
            batch_to_parquet(&batch, ParquetCompression::Snappy).unwrap(),
        ),
        (
            "gzip",
            batch_to_parquet(&batch, ParquetCompression::Gzip).unwrap(),
        ),
        (
            "brotli",
            batch_to_parquet(&batch, ParquetCompression::Brotli).unwrap(),
        ),
        (
            "lz4",
            batch_to_parquet(&batch, ParquetCompression::Lz4Raw).unwrap(),
        ),
    ];
    for (name, bytes) in files {
        for round in 0..600 {
            let mut damaged = bytes.clone();
            // Footers and headers are at both ends.
            let span = damaged.len().min(2_000);
            let at = if round % 2 == 0 {
                damaged.len() - 1 - chance.below(span)
            } else {
                chance.below(damaged.len())
            };
            match round % 3 {
                0 => damaged[at] ^= 1 << chance.below(8),
                1 => damaged[at] = 0xff,
                _ => {
                    let end = (at + 8).min(damaged.len());
                    damaged[at..end].fill(0x7f);
                }
            }
            holds(&damaged, &format!("{name}, round {round}, byte {at}"));
        }
    }
}
