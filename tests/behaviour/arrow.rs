//! Hostile Arrow: no panic, no memory beyond the limits, and either rows that add up or a sentence.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::types::{Int32Type, UInt8Type};
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
use toolscope::ingest::{self, Data, Format};
use toolscope::model::limits::LimitId;
use toolscope::protocol::ErrorCode;
use toolscope::service::{Loaded, Service};

/// What a thread holds, and held at most.
struct Watch;

thread_local! {
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // Nothing is counted while a thread goes away.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // For a moment there may be both.
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: as the caller promised.
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static WATCH: Watch = Watch;

/// Ten times what half a million rows take, which a file of any size may have.
const MEMORY_MAX: isize = 512 << 20;

/// The most bytes held at once.
pub fn memory<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = HELD.with(|held| {
        let (now, _) = held.get();
        held.set((now, now));
        now
    });
    let result = work();
    (result, HELD.with(|held| held.get().1) - before)
}

fn holds(bytes: &[u8], what: &dyn Fn() -> String) {
    let load = || std::panic::catch_unwind(|| Service::new("test").load(1, "file", bytes, None));
    let (result, most) = memory(load);
    assert!(most < MEMORY_MAX, "{}: {most} bytes", what());
    match result.unwrap_or_else(|_| panic!("{}: panicked", what())) {
        Ok(Loaded::Events(receipt)) => {
            let sum = receipt.accepted + receipt.set_aside + receipt.duplicates;
            assert_eq!(sum, receipt.rows_read, "{}", what());
        }
        Ok(other) => panic!("{}: {other:?}", what()),
        Err(error) => {
            let message = error.message.trim_end();
            assert!(message.len() > 20 && message.ends_with('.'), "{message}");
        }
    }
}

const START_US: i64 = 1_773_478_800_000_000;

/// Batches of every way of keeping values that the columns take, with a list in between.
fn batches() -> Vec<RecordBatch> {
    let of = |batch: i64| {
        let rows = 6 + batch;
        let mut users = StringViewBuilder::new();
        (0..rows).for_each(|row| match row % 3 {
            0 => users.append_null(),
            1 => users.append_value("ada"),
            _ => users.append_value("someone.with.a.long.name@example.org"),
        });
        let names: Vec<String> = (0..2 + batch).map(|name| format!("tool {name}")).collect();
        let tools = DictionaryArray::<UInt8Type>::new(
            (0..rows)
                .map(|row| (row % 4 > 0).then_some((row % 2) as u8))
                .collect(),
            Arc::new(StringArray::from(names)),
        );
        let lists = (0..rows).map(|row| (row % 2 == 0).then_some([Some(1), None]));
        let columns: Vec<(&str, ArrayRef)> = vec![
            (
                "time",
                Arc::new(TimestampMicrosecondArray::from_iter_values(
                    (0..rows).map(|row| START_US + batch * 1_000 + row),
                )),
            ),
            (
                "steps",
                Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
            ),
            ("tool", Arc::new(tools)),
            ("user", Arc::new(users.finish())),
            (
                "server",
                Arc::new(
                    (0..rows)
                        .map(|row| (row > 2).then_some("é"))
                        .collect::<StringArray>(),
                ),
            ),
            (
                "duration_ms",
                Arc::new(
                    (0..rows)
                        .map(|row| (row % 2 == 0).then_some(1.5))
                        .collect::<Float64Array>(),
                ),
            ),
            ("tokens_in", Arc::new(Int64Array::from_iter_values(0..rows))),
            (
                "bytes",
                Arc::new(
                    (0..rows)
                        .map(|row| (row != 1).then_some(9))
                        .collect::<UInt64Array>(),
                ),
            ),
        ];
        RecordBatch::try_from_iter_with_nullable(
            columns
                .into_iter()
                .map(|(name, column)| (name, column, true)),
        )
        .unwrap()
    };
    vec![of(0), of(1)]
}

fn options(packing: Option<CompressionType>) -> IpcWriteOptions {
    IpcWriteOptions::default()
        .with_dictionary_handling(DictionaryHandling::Delta)
        .try_with_compression(packing)
        .unwrap()
}

fn stream(packing: Option<CompressionType>) -> Vec<u8> {
    let batches = batches();
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), batches[0].schema_ref(), options(packing))
            .unwrap();
    batches
        .iter()
        .for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

fn file(packing: Option<CompressionType>) -> Vec<u8> {
    let batches = batches();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), batches[0].schema_ref(), options(packing))
            .unwrap();
    batches
        .iter()
        .for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("stream", stream(None)),
        ("file", file(None)),
        ("stream lz4", stream(Some(CompressionType::LZ4_FRAME))),
        ("file lz4", file(Some(CompressionType::LZ4_FRAME))),
        ("stream zstd", stream(Some(CompressionType::ZSTD))),
        ("file zstd", file(Some(CompressionType::ZSTD))),
    ]
}

#[test]
fn packed_or_not_the_columns_are_the_same() {
    for (name, bytes) in files() {
        let format = ingest::recognise(&bytes).unwrap();
        assert!(!ingest::needs_columnar(format));
        let decoded = ingest::read(&bytes, format).unwrap();
        assert_eq!(
            (decoded.tally.rows_read, decoded.tally.set_aside),
            (13, 0),
            "{name}"
        );
        let Data::Events(batch) = decoded.data else {
            panic!("{name}")
        };
        let tools: Vec<Option<&str>> = (0..13).map(|row| batch.text[0].get(row)).collect();
        let (one, zero) = (Some("tool 1"), Some("tool 0"));
        let first = [None, one, zero, one, None, one];
        assert_eq!(tools[..6], first, "{name}");
        assert_eq!(tools[6..12], first, "{name}");
        assert_eq!(
            batch.text[2].get(2),
            Some("someone.with.a.long.name@example.org"),
            "{name}"
        );
        assert_eq!(
            (batch.text[2].get(0), batch.text[2].get(7)),
            (None, Some("ada")),
            "{name}"
        );
        assert_eq!(batch.time_us[6], START_US + 1_000, "{name}");
        assert_eq!(batch.tokens_in[..6], [0, 1, 2, 3, 4, 5], "{name}");
        let receipt = decoded.tally.into_receipt("x", format, "raw", 0);
        assert_eq!(receipt.dropped_fields.get("steps"), Some(&13), "{name}");
    }
}

#[test]
fn a_stream_of_before_the_mark_is_read() {
    let batches = batches();
    let options = IpcWriteOptions::try_new(8, true, arrow_ipc::MetadataVersion::V4).unwrap();
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), batches[0].schema_ref(), options).unwrap();
    writer.write(&batches[0]).unwrap();
    let bytes = writer.into_inner().unwrap();
    assert_ne!(bytes[..4], [0xff; 4]);
    assert_eq!(ingest::recognise(&bytes), Ok(Format::ArrowStream));
    let decoded = ingest::read(&bytes, Format::ArrowStream).unwrap();
    assert_eq!((decoded.tally.rows_read, decoded.tally.set_aside), (6, 0));
}

#[test]
fn arrow_cut_anywhere_says_so_or_ends_between_two_batches() {
    for (name, bytes) in files() {
        for part in 0..100 {
            let cut = bytes.len() * part / 100;
            holds(&bytes[..cut], &|| format!("{name} cut at {cut}"));
            if name.starts_with("file") {
                let read = ingest::read(&bytes[..cut], Format::ArrowFile);
                assert!(read.is_err(), "{name} cut at {cut}");
            }
        }
    }
}

#[test]
fn arrow_with_bytes_turned_put_in_or_taken_out_adds_up_or_is_refused() {
    let files = files();
    let mut chance = 11_u64;
    let mut below = |below: usize| {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) as usize % below
    };
    for round in 0..10_000 {
        let (name, whole) = &files[round % files.len()];
        let mut bytes = whole.clone();
        for _ in 0..=below(3) {
            let at = below(bytes.len());
            match below(4) {
                0 => bytes[at] ^= 1 << below(8),
                1 => bytes[at] = below(256) as u8,
                2 => bytes.insert(at, below(256) as u8),
                _ => drop(bytes.remove(at)),
            }
        }
        holds(&bytes, &|| format!("{name}, round {round}"));
    }
}

#[test]
fn lengths_and_offsets_that_can_not_be_get_no_memory() {
    let mut tried = 0;
    for (name, whole) in files() {
        for at in (0..whole.len() - 8).step_by(4) {
            let here = at as i32;
            let words: [&[u8]; 9] = [
                &i32::MAX.to_le_bytes(),
                &(-1_i32).to_le_bytes(),
                &i32::MIN.to_le_bytes(),
                &0_i32.to_le_bytes(),
                &(-here).to_le_bytes(),
                &4_i32.to_le_bytes(),
                &i64::MAX.to_le_bytes(),
                &(-1_i64).to_le_bytes(),
                &(1_i64 << 40).to_le_bytes(),
            ];
            for word in words {
                let mut bytes = whole.clone();
                bytes[at..at + word.len()].copy_from_slice(word);
                holds(&bytes, &|| format!("{name}, {word:?} at {at}"));
                tried += 1;
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn rows_without_bytes_are_bounded() {
    // A column of nulls has no buffer: only its length says how many rows there are.
    let rows = 1_000;
    let columns: Vec<(&str, ArrayRef)> =
        vec![("time", Arc::new(arrow_array::NullArray::new(rows)))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), batch.schema_ref()).unwrap();
    writer.write(&batch).unwrap();
    let mut bytes = writer.into_inner().unwrap();
    let told = (rows as i64).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 8)
        .filter(|&at| bytes[at..at + 8] == told)
        .collect();
    assert!(places.len() >= 2, "the batch's length and its column's");
    for at in places {
        bytes[at..at + 8].copy_from_slice(&(1_i64 << 40).to_le_bytes());
    }
    let error = ingest::read(&bytes, Format::ArrowStream).unwrap_err();
    assert!(
        error.to_string().contains("more than is allowed"),
        "{error}"
    );
}

#[test]
fn columns_inside_of_columns_have_limits_and_the_receipt_names_the_one_that_struck() {
    use arrow_schema::{DataType, Field, Fields, Schema};
    let written = |inside: Field| {
        let schema = Schema::new(vec![Field::new("time", DataType::Int64, false), inside]);
        let mut writer = StreamWriter::try_new(Vec::new(), &schema).unwrap();
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    };
    let deep = |levels: usize| {
        (0..levels).fold(Field::new("item", DataType::Int64, true), |inside, _| {
            Field::new("item", DataType::List(Arc::new(inside)), true)
        })
    };
    let wide = |columns: usize| {
        let fields = (0..columns).map(|at| Field::new(format!("c{at}"), DataType::Int64, true));
        Field::new("all", DataType::Struct(fields.collect::<Fields>()), true)
    };
    for (bytes, limit, sentence) in [
        (
            written(deep(80)),
            LimitId::Nesting,
            "has columns inside of columns, more than 64 levels deep",
        ),
        (
            written(wide(10_001)),
            LimitId::NestedColumns,
            "has more than 10000 columns, with those inside of others",
        ),
    ] {
        let mut service = Service::new("test");
        let error = service.load(1, "x.arrow", &bytes, None).unwrap_err();
        assert!(error.message.contains(sentence), "{}", error.message);
        assert_eq!(error.code, ErrorCode::TooLarge);
        assert_eq!(error.receipt.limits, [limit].into());
    }
    for bytes in [written(deep(20)), written(wide(9_000))] {
        assert!(
            Service::new("test")
                .load(1, "x.arrow", &bytes, None)
                .is_ok()
        );
    }
}
