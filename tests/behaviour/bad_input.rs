//! Bad input gets a sentence, keeps the rest, and panics nowhere.

use proptest::prelude::*;
use toolscope::ingest::write::{
    ParquetCompression, batch_to_arrow, batch_to_arrow_stream, batch_to_parquet,
};
use toolscope::ingest::{self};
use toolscope::model::SourceReceipt;
use toolscope::protocol::ErrorCode;
use toolscope::service::{LoadError, Loaded, Service, verify};

use crate::common::events::calls;

fn load(bytes: &[u8]) -> Result<SourceReceipt, LoadError> {
    match Service::new("test").load(1, "file", bytes, None)? {
        Loaded::Events(receipt) => Ok(receipt),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_files_that_are_no_events_are_named_for_what_they_are() {
    let cases: [(&[u8], ErrorCode, &str); 18] = [
        (b"", ErrorCode::Empty, "empty"),
        (b"   \n\n ", ErrorCode::Empty, "empty"),
        (
            b"<!doctype html><html><body>Sign in</body></html>",
            ErrorCode::UnknownFormat,
            "HTML",
        ),
        (
            b"<?xml version='1.0'?><a/>",
            ErrorCode::UnknownFormat,
            "XML",
        ),
        (b"\x1f\x8b\x08\0\0\0\0\0", ErrorCode::Truncated, "gzip"),
        (b"\x28\xb5\x2f\xfd\0", ErrorCode::Truncated, "zstd"),
        (b"PK\x03\x04aaaaaaaa", ErrorCode::Truncated, "ZIP"),
        (b"BZh91AY", ErrorCode::Unsupported, "archive"),
        (b"%PDF-1.7", ErrorCode::UnknownFormat, "PDF"),
        (b"SQLite format 3\0", ErrorCode::Unsupported, "SQLite"),
        (
            b"when,what\n2026-03-14T09:00:00Z,read\n",
            ErrorCode::NeedsMapping,
            "--map time=",
        ),
        (
            b"2026-03-14T09:00:00Z,read\n2026-03-14T10:00:00Z,read\n",
            ErrorCode::UnknownFormat,
            "no header",
        ),
        (b"[{\"hello\":1}]", ErrorCode::NeedsMapping, "time"),
        (b"{\"hello\": 1}", ErrorCode::NeedsMapping, "time"),
        (b"[{\"time\": 17734", ErrorCode::Truncated, "JSON file"),
        (b"[1, 2, 3]", ErrorCode::UnknownFormat, "no events"),
        (b"[[", ErrorCode::Truncated, "JSON file"),
        (b"once upon a time", ErrorCode::UnknownFormat, "plain text"),
    ];
    for (bytes, code, word) in cases {
        let error = load(bytes).unwrap_err();
        assert_eq!(error.code, code, "{word}: {}", error.message);
        assert!(error.message.contains(word), "{word}: {}", error.message);
        assert!(
            error.message.ends_with('.') || error.message.ends_with('\''),
            "a sentence: {}",
            error.message
        );
        assert_eq!(error.receipt.error.as_deref(), Some(error.message.as_str()));
    }
}

#[test]
fn rows_that_can_not_be_read_are_set_aside_with_place_and_reason() {
    let lines = [
        r#"{"time":"2026-03-14T09:00:00Z","tool":"read"}"#,
        r#"{"time":"soon","tool":"read"}"#,
        r#"{"tool":"no time"}"#,
        r#"{"time":"1812-06-24T00:00:00Z"}"#,
        r#"{"time":"2026-03-14T09:00:00Z","duration_ms":-1}"#,
        r#"{"time":"2026-03-14T09:00:00Z","duration_ms":"fast"}"#,
        r#"{"time":"2026-03-14T09:00:00Z","outcome":"perhaps"}"#,
        r#"{"time":"2026-03-14T09:00:00Z","tool":["a"]}"#,
        r#"{"time":"2026-03-14T09:00:00Z","tokens_in":-5}"#,
        r#"{"time":"2026-03-14T09:00:00Z","kind":"magic"}"#,
        "not json",
        r#"{"time":"2026-03-14T09:00:00Z","tool":"cut o"#,
    ];
    let text = lines.join("\n");
    let receipt = load(text.as_bytes()).unwrap();
    assert_eq!(
        (
            receipt.rows_read,
            receipt.accepted,
            receipt.set_aside,
            receipt.duplicates
        ),
        (12, 1, 11, 0)
    );
    assert_eq!(receipt.set_aside_rows[0].position, "line 2");
    let reasons: String = receipt
        .set_aside_reasons
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("|");
    for word in [
        "RFC 3339",
        "no time",
        "1990",
        "negative",
        "not a number",
        "outcome is unknown",
        "list or an object",
        "whole number",
        "kind of event",
        "not a JSON object",
        "cut off",
    ] {
        assert!(reasons.contains(word), "{word} in {reasons}");
    }
    assert!(
        !reasons.contains("magic") && !reasons.contains("perhaps"),
        "reasons hold no values"
    );
}

#[test]
fn long_lines_deep_nesting_and_bytes_that_are_no_text_harm_only_themselves() {
    let good = r#"{"time":"2026-03-14T09:00:00Z"}"#;
    let deep = format!(
        r#"{{"time":"2026-03-14T09:00:00Z","x":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let long = format!(
        r#"{{"time":"2026-03-14T09:00:00Z","x":"{}"}}"#,
        "y".repeat(2 << 20)
    );
    let mut bytes = format!("{good}\n{deep}\n{long}\n").into_bytes();
    bytes.extend_from_slice(b"{\"time\":\"\xff\xfe\"}\n");
    bytes.extend_from_slice(good.as_bytes());
    let receipt = load(&bytes).unwrap();
    assert_eq!(
        (receipt.rows_read, receipt.accepted, receipt.set_aside),
        (5, 2, 3)
    );
    let reasons: String = receipt.set_aside_reasons.keys().cloned().collect();
    assert!(
        reasons.contains("64 levels") && reasons.contains("1 MiB") && reasons.contains("UTF-8"),
        "{reasons}"
    );
}

#[test]
fn when_no_row_can_be_read_the_source_is_an_error_with_its_receipt() {
    let error = load(b"{\"time\":\"never\"}\n{\"time\":\"later\"}").unwrap_err();
    assert_eq!(
        (error.code, error.receipt.set_aside),
        (ErrorCode::Damaged, 2)
    );
    assert!(
        error.message.contains("None of the 2 rows"),
        "{}",
        error.message
    );
}

#[test]
fn names_beyond_the_limit_are_cut_and_counted() {
    let line = format!(
        r#"{{"time":"2026-03-14T09:00:00Z","tool":"{}"}}"#,
        "é".repeat(2_000)
    );
    let receipt = load(line.as_bytes()).unwrap();
    assert_eq!((receipt.accepted, receipt.names_cut), (1, 1));
}

#[test]
fn times_from_the_future_and_without_a_zone_are_taken_and_told() {
    let receipt =
        load(b"{\"time\":\"2099-03-14 09:00:00\",\"outcome\":\"success\",\"event_id\":1}").unwrap();
    assert_eq!(receipt.accepted, 1);
    assert_eq!(receipt.notes, ["Times without a zone were read as UTC."]);
}

#[test]
fn columnar_files_cut_anywhere_or_with_any_byte_turned_never_panic() {
    let batch = calls(3_000);
    let files = [
        batch_to_arrow(&batch).unwrap(),
        batch_to_arrow_stream(&batch).unwrap(),
        batch_to_parquet(&batch, ParquetCompression::Snappy).unwrap(),
        batch_to_parquet(&batch, ParquetCompression::Zstd).unwrap(),
    ];
    for file in files {
        for part in 1..40 {
            let cut = &file[..file.len() * part / 40];
            let result = std::panic::catch_unwind(|| load(cut));
            let result = result.unwrap_or_else(|_| panic!("cut at {part}/40"));
            // A stream may end between two batches; everything else must say that it is not whole.
            if let Ok(receipt) = result {
                assert_eq!(receipt.format, "arrow-stream", "cut at {part}/40");
            }
        }
    }
}

#[test]
fn a_wrong_checksum_or_length_is_told() {
    let bytes = b"{\"time\":1773478800}";
    let sum = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea";
    assert_eq!(verify(bytes, 0, None), Ok(()));
    assert_eq!(verify(bytes, bytes.len() as u64, None), Ok(()));
    assert_eq!(verify(b"e", 1, Some(sum)), Ok(()));
    let wrong = verify(bytes, 0, Some(sum)).unwrap_err();
    assert_eq!(wrong.code(), ErrorCode::Checksum);
    let short = verify(bytes, 100, None).unwrap_err();
    assert_eq!(short.code(), ErrorCode::Truncated);
    assert!(short.to_string().contains("100"), "{short}");
}

proptest! {
    #[test]
    fn any_bytes_at_all_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = load(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\PC\n{}\":,]{0,300}") {
        let _ = load(text.as_bytes());
        let _ = ingest::otlp::read(text.as_bytes());
    }
}
