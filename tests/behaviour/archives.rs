//! Archives whose files need a person's word: who is asked about what, and what the others do meanwhile.

use toolscope::ingest::{self, Unpacked};
use toolscope::metrics::MetricId;
use toolscope::model::limits::{LimitId, PROPOSALS_MAX};
use toolscope::model::provenance::missing;
use toolscope::model::{Cell, Column, ResultTable};
use toolscope::protocol::{ErrorCode, LoadOptions, MemberOptions, Proposal};
use toolscope::query::{AskContext, Dimension, Question, RangeSpec, widgets};
use toolscope::service::{Intake, LoadError, Loaded, LoadedArchive, Refusal, Service};

use crate::common::packing::zip;

const GOOD: &[u8] = b"time,tool\n2026-03-14T09:00:00Z,read\n2026-03-14T10:00:00Z,write\n";
/// Its second column is the tool's name in the file above and a person's here.
const FOREIGN: &[u8] = b"began,tool,note\n2026-03-15 09:00,ada,canary\n2026-03-15 10:00,bo,canary\n2026-03-15 11:00,ada,canary\n";
const FOREIGN_TOO: &[u8] = b"Began,Tool,Note\n2026-03-16 09:00,ada,canary\n";
const OTHER: &[u8] = b"since,what,remark\n2026-03-17 09:00,fetch,canary\n";

/// As the worker reads an archive: what became of it, and what a person is asked.
fn open(
    service: &mut Service,
    bytes: &[u8],
    options: &LoadOptions,
) -> (Result<LoadedArchive, LoadError>, Vec<Proposal>) {
    let Ok(Unpacked::Archive(mut archive)) = ingest::unpack(bytes) else {
        panic!("no archive")
    };
    let intake = Intake {
        name: "week.zip",
        bytes: bytes.len() as u64,
        options,
        wrapper: None,
        decoded_from: None,
    };
    let mut loading = service.begin_archive(1, "week.zip", intake.bytes);
    for member in archive.members.clone() {
        match archive.read(&member) {
            Ok(bytes) => service.load_member(&mut loading, &member, &bytes, intake),
            Err(error) => service.refuse_member(&mut loading, &member, &error),
        }
    }
    let proposals = loading.take_proposals();
    let loaded = service.finish_archive(loading).map(|loaded| match loaded {
        Loaded::Archive(archive) => archive,
        other => panic!("{other:?}"),
    });
    (loaded, proposals)
}

fn said(pairs: &[(Column, &str)]) -> MemberOptions {
    let pairs = pairs.iter();
    MemberOptions {
        mapping: pairs
            .map(|(column, header)| (*column, (*header).to_owned()))
            .collect(),
        assume_zone: None,
    }
}

fn by_tool(service: &mut Service) -> ResultTable {
    let span = service.data_span();
    let context = AskContext {
        now_us: span.map_or(0, |span| span.1),
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    };
    let question = Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    };
    let query = widgets::free(&[Dimension::Column(Column::Tool)], &[MetricId::Executions]);
    let (mut tables, _) = service.ask(&question, &[query], &context).unwrap();
    tables.remove(0)
}

#[test]
fn files_of_an_archive_whose_columns_nobody_knows_are_asked_about_by_header_and_the_others_count() {
    let bytes = zip(&[
        ("good.csv", GOOD),
        ("strange/1.csv", FOREIGN),
        ("strange/2.csv", FOREIGN_TOO),
        ("strange/3.csv", OTHER),
    ]);
    let mut service = Service::new("test");
    let (loaded, proposals) = open(&mut service, &bytes, &LoadOptions::default());
    let asked: Vec<(&str, u32)> = proposals
        .iter()
        .map(|held| (held.member.as_deref().unwrap(), held.alike))
        .collect();
    assert_eq!(
        asked,
        [("week.zip/strange/1.csv", 1), ("week.zip/strange/3.csv", 0)]
    );
    assert_eq!(proposals[0].preview[1][1], "bo", "the person sees the rows");
    let loaded = loaded.unwrap();
    assert!(
        !format!("{loaded:?}").contains("canary"),
        "the account holds none of them"
    );
    assert_eq!((loaded.receipt.rows_read, loaded.receipt.accepted), (2, 2));
    assert_eq!(
        loaded.receipt.notes[..2],
        [
            "3 of 4 files of the archive could not be read and are missing.".to_owned(),
            "week.zip/strange/1.csv: The CSV file has no column that is known to be a time. Say which one is: with \
             “Choose columns” on the Data page, on the command line with --map time=COLUMN, or rename it to \"time\"."
                .to_owned(),
        ]
    );
    let warnings = missing(service.receipts());
    let warnings: Vec<&str> = warnings.iter().map(|held| held.message.as_str()).collect();
    assert_eq!(
        warnings,
        [
            "week.zip/strange/1.csv, week.zip/strange/2.csv, week.zip/strange/3.csv wait for somebody to say what \
             their columns mean and are missing from these numbers; the receipt says why."
        ]
    );

    // What is said of one header holds for its files and for no other.
    let mut options = LoadOptions::default();
    options.members.insert(
        proposals[0].fingerprint.clone(),
        said(&[(Column::Time, "began"), (Column::User, "tool")]),
    );
    let (loaded, left) = open(&mut service, &bytes, &options);
    let loaded = loaded.unwrap();
    assert_eq!((loaded.receipt.rows_read, loaded.receipt.accepted), (6, 6));
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].fingerprint, proposals[1].fingerprint);
    let table = by_tool(&mut service);
    let mut counts: Vec<(Cell, Cell)> = table
        .rows
        .iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    counts.sort_by_key(|held| format!("{held:?}"));
    for tool in ["read", "write"] {
        assert!(
            counts
                .iter()
                .any(|(name, count)| format!("{name:?}").contains(tool) && *count == Cell::Int(1)),
            "the header of the file that could be read means what it did: {counts:?}"
        );
    }
    options.members.insert(
        left[0].fingerprint.clone(),
        said(&[(Column::Time, "since"), (Column::Tool, "what")]),
    );
    let (loaded, left) = open(&mut service, &bytes, &options);
    let loaded = loaded.unwrap();
    assert_eq!((loaded.receipt.accepted, left.len()), (7, 0));
    assert!(loaded.receipt.notes.is_empty() && missing(service.receipts()).is_empty());
}

#[test]
fn an_archive_none_of_whose_files_can_be_read_asks_though_another_is_damaged() {
    let bytes = zip(&[
        ("a.parquet", b"PAR1 nothing PAR1" as &[u8]),
        ("b.csv", FOREIGN),
    ]);
    let mut service = Service::new("test");
    let (loaded, proposals) = open(&mut service, &bytes, &LoadOptions::default());
    let error = loaded.unwrap_err();
    assert_eq!(error.code, ErrorCode::NeedsMapping);
    assert!(error.message.contains("--map time="), "{}", error.message);
    assert!(!format!("{error:?}").contains("canary"));
    assert_eq!(proposals[0].member.as_deref(), Some("week.zip/b.csv"));
    // The archive stands for all of its files, and no row counts twice.
    let warnings = missing(service.receipts());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0]
            .message
            .starts_with("week.zip waits for somebody to say what its columns mean"),
        "{warnings:?}"
    );
    let rows: u64 = service.receipts().map(|held| held.rows_read).sum();
    assert_eq!(rows, 0);
    service.unload(1);
    assert_eq!(service.receipts().count(), 0);
}

#[test]
fn an_archive_with_many_strange_headers_asks_about_some_and_then_about_the_rest() {
    let files: Vec<(String, String)> = (0..PROPOSALS_MAX + 3)
        .map(|file| {
            let text = format!("began,what{file}\n2026-03-15 09:00,read\n");
            (format!("{file:02}.csv"), text)
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let bytes = zip(&files);
    let mut options = LoadOptions::default();
    let mut service = Service::new("test");
    for asked in [PROPOSALS_MAX, 3, 0] {
        let (loaded, proposals) = open(&mut service, &bytes, &options);
        assert_eq!(proposals.len(), asked);
        for proposal in proposals {
            options
                .members
                .insert(proposal.fingerprint, said(&[(Column::Time, "began")]));
        }
        if asked == 0 {
            assert_eq!(loaded.unwrap().receipt.accepted, PROPOSALS_MAX as u64 + 3);
        }
    }
}

#[test]
fn a_file_that_another_module_refused_keeps_its_sentence_and_limit() {
    let bytes = zip(&[("a.parquet", b"PAR1 PAR1" as &[u8]), ("good.csv", GOOD)]);
    let Ok(Unpacked::Archive(archive)) = ingest::unpack(&bytes) else {
        panic!()
    };
    let mut service = Service::new("test");
    let options = LoadOptions::default();
    let intake = Intake {
        name: "week.zip",
        bytes: 1,
        options: &options,
        wrapper: None,
        decoded_from: None,
    };
    let mut loading = service.begin_archive(1, "week.zip", 1);
    let refusal = Refusal {
        code: ErrorCode::TooLarge,
        sentence: "The Parquet file has more than 1000 columns.".into(),
        limit: Some(LimitId::Columns),
    };
    service.refuse_member(&mut loading, &archive.members[0], refusal);
    service.load_member(&mut loading, &archive.members[1], GOOD, intake);
    let Loaded::Archive(loaded) = service.finish_archive(loading).unwrap() else {
        panic!()
    };
    assert_eq!(
        loaded.members[0].error.as_deref(),
        Some("The Parquet file has more than 1000 columns.")
    );
    assert_eq!(loaded.receipt.limits, [LimitId::Columns].into());
    assert!(
        loaded.receipt.notes[1].ends_with("more than 1000 columns."),
        "{:?}",
        loaded.receipt.notes
    );
    // What the module throws is a name.
    for code in [
        ErrorCode::TooLarge,
        ErrorCode::Unsupported,
        ErrorCode::NeedsMapping,
    ] {
        assert_eq!(ErrorCode::parse(code.name()), Some(code));
    }
    assert_eq!(ErrorCode::parse("crashed"), None);
}
