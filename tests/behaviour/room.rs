//! Memory and limits: what is refused before it is kept, what is said about it, and how many buckets time is cut into.

use toolscope::metrics::MetricId;
use toolscope::model::limits::{DAYS_BUCKETED_MAX, LimitId};
use toolscope::model::zone::{Bucket, DAY_US};
use toolscope::model::{Cell, ResultTable, WarningCode, Zone};
use toolscope::protocol::ErrorCode;
use toolscope::query::{AskContext, CompareSpec, Dimension, Question, RangeSpec, buckets, widgets};
use toolscope::service::{LoadError, Loaded, Service};

const MIB: u64 = 1024 * 1024;
const START_MS: i64 = 1_773_478_800_000;

/// So many executions, a second apart, each file in a day of its own.
fn file(day: i64, rows: i64) -> String {
    let line = |row: i64| {
        let at_ms = START_MS + day * 86_400_000 + row * 1_000;
        format!(
            r#"{{"event_id":"{day}-{row}","time":{at_ms},"tool":"read","user":"ada","outcome":"success","duration_ms":{row}}}"#
        )
    };
    (0..rows).map(line).collect::<Vec<_>>().join("\n")
}

fn load(service: &mut Service, source: u32, text: &str) -> Result<u64, LoadError> {
    let name = format!("{source}.ndjson");
    match service.load(source, &name, text.as_bytes(), None)? {
        Loaded::Events(receipt) => Ok(receipt.accepted),
        other => panic!("{other:?}"),
    }
}

fn ask(
    service: &mut Service,
    question: &Question,
    group_by: &[Dimension],
) -> (ResultTable, Vec<WarningCode>) {
    let span = service.data_span();
    let context = AskContext {
        now_us: span.map_or(0, |span| span.1),
        data_span_us: span,
        complete: true,
        warnings: Vec::new(),
    };
    let query = widgets::free(group_by, &[MetricId::Executions]);
    let (mut tables, provenance) = service.ask(question, &[query], &context).unwrap();
    let codes = provenance.warnings.iter().map(|warning| warning.code);
    (tables.remove(0), codes.collect())
}

fn all_time() -> Question {
    Question {
        range: RangeSpec::AllTime,
        ..Question::default()
    }
}

#[test]
fn a_source_that_would_pass_90_percent_of_the_memory_is_refused_and_the_rest_stays() {
    let mut service = Service::with_budget("test", MIB);
    // An event takes at most 32 bytes: 20,000 of them are 61 % of a MiB, and 15,000 more would pass 90 %.
    assert_eq!(load(&mut service, 1, &file(0, 20_000)).unwrap(), 20_000);
    let held = service.memory();
    assert!(held.held_bytes <= MIB * 61 / 100, "{held:?}");
    let error = load(&mut service, 2, &file(1, 40_000)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Memory);
    assert!(error.retry, "when there is room, it can be read");
    for part in ["2.ndjson", "of 1 MiB", "shorter range", "fewer files"] {
        assert!(error.message.contains(part), "{part}: {}", error.message);
    }
    assert_eq!(error.receipt.limits, [LimitId::Memory].into());
    assert_eq!(
        (error.receipt.rows_read, error.receipt.accepted),
        (0, 0),
        "it was refused before it was decoded"
    );
    assert_eq!(service.memory(), held, "nothing of it was kept");
    let (table, _) = ask(&mut service, &all_time(), &[]);
    assert_eq!(table.rows[0][0], Cell::Int(20_000));
    // The way out that the sentence names.
    service.unload(1);
    assert!(load(&mut service, 2, &file(1, 25_000)).is_ok());
}

#[test]
fn a_file_whose_rows_show_only_when_it_is_decoded_is_refused_too() {
    let mut service = Service::with_budget("test", MIB);
    let rows = file(0, 40_000).replace('\n', ",");
    let error = load(&mut service, 1, &format!("[{rows}]")).unwrap_err();
    assert_eq!(error.code, ErrorCode::Memory);
    assert_eq!(service.memory().held_bytes, 0);
    assert_eq!(service.memory().events, 0);
}

#[test]
fn telemetry_counts_with_what_it_is_linked_by() {
    let span = |n: u32| {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"scope":{{"name":"x"}},"spans":[{{"traceId":"{n:032x}","spanId":"{n:016x}","name":"tools/call read","kind":3,"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{{"key":"mcp.method.name","value":{{"stringValue":"tools/call"}}}}]}}]}}]}}]}}"#,
            START_MS * 1_000_000 + i64::from(n),
            START_MS * 1_000_000 + 5_000_000,
        )
    };
    let text = |from: u32, until: u32| (from..until).map(span).collect::<Vec<_>>().join("\n");
    let mut service = Service::with_budget("test", MIB);
    assert_eq!(load(&mut service, 1, &text(1, 101)).unwrap(), 100);
    let memory = service.memory();
    assert!(memory.held_bytes > memory.resident_bytes, "{memory:?}");
    let error = load(&mut service, 2, &text(1_000, 9_000)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Memory);
    assert_eq!(service.memory(), memory);
}

#[test]
fn answers_say_from_70_percent_on_that_the_memory_is_nearly_full() {
    let mut service = Service::with_budget("test", MIB);
    load(&mut service, 1, &file(0, 10_000)).unwrap();
    let (_, codes) = ask(&mut service, &all_time(), &[]);
    assert!(!codes.contains(&WarningCode::MemoryLow), "{codes:?}");
    let mut day = 1;
    while service.memory().percent() < 70 {
        load(&mut service, day, &file(i64::from(day), 2_000)).unwrap();
        day += 1;
    }
    let (_, codes) = ask(&mut service, &all_time(), &[]);
    assert!(codes.contains(&WarningCode::MemoryLow), "{codes:?}");
}

#[test]
fn a_file_of_an_archive_that_has_no_room_is_named_and_the_others_count() {
    // Stored, not compressed; made by hand so that nothing but the format decides.
    let mut zip = zip::Writer::default();
    zip.add("a.ndjson", file(0, 10_000).as_bytes());
    zip.add("b.ndjson", file(1, 60_000).as_bytes());
    let mut service = Service::with_budget("test", MIB);
    let Loaded::Archive(archive) = service.load(1, "both.zip", &zip.finish(), None).unwrap() else {
        panic!()
    };
    assert_eq!(archive.receipt.accepted, 10_000);
    assert_eq!(archive.receipt.limits, [LimitId::Memory].into());
    let refused = archive.members[1].error.as_deref().unwrap();
    assert!(
        refused.contains("no room for both.zip/b.ndjson"),
        "{refused}"
    );
}

#[test]
fn a_receipt_names_the_limits_that_its_rows_met() {
    let good = file(0, 1);
    let long = format!(r#"{{"time":{START_MS},"tool":"{}"}}"#, "x".repeat(1 << 20));
    let named = format!(r#"{{"time":{START_MS},"tool":"{}"}}"#, "x".repeat(2_000));
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let deep = format!(r#"{{"time":{START_MS},"tool":"a","x":{deep}}}"#);
    let future = r#"{"time":"2345-01-01T00:00:00Z","tool":"a"}"#;
    let eternal = format!(r#"{{"time":{START_MS},"tool":"a","duration_ms":1e12}}"#);
    for (line, limits) in [
        (good.as_str(), [].into()),
        (&long, [LimitId::Line].into()),
        (&named, [LimitId::Name].into()),
        (&deep, [LimitId::Depth].into()),
        (future, [LimitId::Times].into()),
        (&eternal, [LimitId::Duration].into()),
    ] {
        let mut service = Service::new("test");
        let text = format!("{good}\n{line}\n");
        let loaded = service.load(1, "f", text.as_bytes(), None).unwrap();
        let Loaded::Events(receipt) = loaded else {
            panic!()
        };
        assert_eq!(receipt.limits, limits, "{:?}", receipt.set_aside_reasons);
    }
    let header: Vec<String> = (0..1_001).map(|n| format!("c{n}")).collect();
    let wide = format!(
        "time,{}\n{START_MS}{}\n",
        header.join(","),
        ",1".repeat(1_001)
    );
    let error = load(&mut Service::new("test"), 1, &wide).unwrap_err();
    assert_eq!(error.receipt.limits, [LimitId::Columns].into());
    let mut packed = Vec::new();
    let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::best());
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(b' '), 20 << 20),
        &mut encoder,
    )
    .unwrap();
    encoder.finish().unwrap();
    let error = Service::new("test")
        .load(1, "bomb", &packed, None)
        .unwrap_err();
    assert_eq!(error.receipt.limits, [LimitId::Ratio].into());
}

fn typed(range: &str) -> Question {
    Question {
        range: RangeSpec::parse(range).unwrap(),
        ..Question::default()
    }
}

const ALL_YEARS: &str = "0001-01-01T00:00:00Z..9999-12-31T00:00:00Z";

#[test]
fn a_period_of_thousands_of_years_is_cut_into_buckets_only_where_there_are_events() {
    let mut service = Service::new("test");
    service.set_zone(Zone::utc());
    // 14 March 2026 with three events and 24 March with two: eleven days from the first to the last.
    load(&mut service, 1, &file(0, 3)).unwrap();
    load(&mut service, 2, &file(10, 2)).unwrap();
    let (table, _) = ask(
        &mut service,
        &typed(ALL_YEARS),
        &[Dimension::Time(Bucket::Day)],
    );
    let day = |row: &Vec<Cell>| match (&row[0], &row[1]) {
        (Cell::Text(day), Cell::Int(executions)) => (day.to_string(), *executions),
        other => panic!("{other:?}"),
    };
    let days: Vec<(String, i64)> = table.rows.iter().map(day).collect();
    assert_eq!(days.len(), 11);
    assert_eq!(days[0], ("2026-03-14".into(), 3));
    assert_eq!(days[10], ("2026-03-24".into(), 2));
    assert!(days[1..10].iter().all(|(_, executions)| *executions == 0));
    assert_eq!(table.totals[1], Cell::Int(5), "the whole period counts");
    assert_eq!(table.incomplete_rows, [] as [u32; 0]);

    // Short of that length every day of the period stands there, events or not.
    let (table, _) = ask(
        &mut service,
        &typed("2020-01-01..2026-12-31"),
        &[Dimension::Time(Bucket::Day)],
    );
    assert_eq!(table.rows.len(), 2_557);
    const { assert!(2_557 < DAYS_BUCKETED_MAX) };
}

#[test]
fn widgets_draw_what_is_left_of_such_a_period_in_buckets_that_fit() {
    let (zone, day_us) = (Zone::utc(), DAY_US);
    let period = typed(ALL_YEARS).periods(&AskContext::default(), &zone).0;
    for (days, bucket) in [(1, Bucket::Hour), (90, Bucket::Day), (2_000, Bucket::Month)] {
        let from_us = START_MS * 1_000;
        let context = AskContext {
            data_span_us: Some((from_us, from_us + days * day_us)),
            ..AskContext::default()
        };
        assert_eq!(buckets::drawn(period, &context), bucket, "{days} days");
    }
    // A manifest that promises all years: no event can lie outside of the years that are read.
    let context = AskContext {
        data_span_us: Some((i64::MIN, i64::MAX)),
        ..AskContext::default()
    };
    let years = buckets::bucketed(period, &context).length_us() / (365 * day_us);
    assert_eq!(years, 110);
    assert_eq!(buckets::drawn(period, &context), Bucket::Month);
    // Without data there is nothing to draw.
    let nothing = buckets::bucketed(period, &AskContext::default());
    assert_eq!(nothing.length_us(), 0);
}

#[test]
fn compared_buckets_stay_side_by_side_when_a_long_period_is_cut_short() {
    let mut service = Service::new("test");
    service.set_zone(Zone::utc());
    load(&mut service, 1, &file(0, 3)).unwrap();
    let question = Question {
        compare: CompareSpec::Custom(RangeSpec::parse("1986-04-01..2006-03-31").unwrap()),
        ..typed("2006-04-01..2026-03-31")
    };
    let (table, _) = ask(&mut service, &question, &[Dimension::Time(Bucket::Day)]);
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0][1], Cell::Int(3));
    let before_us = table.previous_bucket_start_us[0].unwrap();
    let days = (table.bucket_start_us[0] - before_us) / DAY_US;
    // The periods begin twenty years, five of them leap years, apart.
    assert_eq!(days, 20 * 365 + 5);
}

#[test]
fn buckets_that_somebody_chose_and_that_are_too_many_are_refused_with_a_sentence() {
    let by = |bucket| {
        [widgets::free(
            &[Dimension::Time(bucket)],
            &[MetricId::Executions],
        )]
    };
    let context = AskContext {
        data_span_us: Some((0, 90 * 365 * DAY_US)),
        ..AskContext::default()
    };
    let (zone, question) = (Zone::utc(), typed(ALL_YEARS));
    let refused = buckets::too_many(&by(Bucket::Hour), &question, &context, &zone).unwrap();
    assert!(
        refused.contains("each hour") && refused.contains("100000 rows"),
        "{refused}"
    );
    for bucket in [Bucket::Day, Bucket::Week, Bucket::Month] {
        assert_eq!(
            buckets::too_many(&by(bucket), &question, &context, &zone),
            None
        );
    }
    let week = typed("2026-03-01..2026-03-07");
    assert_eq!(
        buckets::too_many(&by(Bucket::Hour), &week, &context, &zone),
        None
    );
}

/// A ZIP archive of stored files.
mod zip {
    #[derive(Default)]
    pub struct Writer {
        bytes: Vec<u8>,
        central: Vec<u8>,
        files: u16,
    }

    impl Writer {
        pub fn add(&mut self, name: &str, content: &[u8]) {
            let mut crc = flate2::Crc::new();
            crc.update(content);
            let offset = self.bytes.len() as u32;
            let mut fields = Vec::new();
            fields.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            fields.extend(crc.sum().to_le_bytes());
            fields.extend((content.len() as u32).to_le_bytes());
            fields.extend((content.len() as u32).to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend([0, 0]);
            self.bytes.extend(b"PK\x03\x04");
            self.bytes.extend(&fields);
            self.bytes.extend(name.as_bytes());
            self.bytes.extend(content);
            self.central.extend(b"PK\x01\x02\x14\x00");
            self.central.extend(&fields);
            self.central.extend([0; 10]);
            self.central.extend(offset.to_le_bytes());
            self.central.extend(name.as_bytes());
            self.files += 1;
        }

        pub fn finish(mut self) -> Vec<u8> {
            let start = self.bytes.len() as u32;
            self.bytes.extend(&self.central);
            self.bytes.extend(b"PK\x05\x06\0\0\0\0");
            self.bytes.extend(self.files.to_le_bytes());
            self.bytes.extend(self.files.to_le_bytes());
            self.bytes.extend((self.central.len() as u32).to_le_bytes());
            self.bytes.extend(start.to_le_bytes());
            self.bytes.extend([0, 0]);
            self.bytes
        }
    }
}
