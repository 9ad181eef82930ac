//! The short way of reading text and the long one: the same rows, the same account of them, whatever the rows are.
//!
//! What makes a row take the long way is known and harmless: in JSON a field whose name is written with an escape, in a
//! table a second header of a column whose cells are empty. So nothing in the readers has to be switched for the test.

use toolscope::ingest::{Data, Decoded, Format, read_with};
use toolscope::model::SourceReceipt;
use toolscope::protocol::LoadOptions;

use crate::common::Chance;

const ROWS: usize = 400;
const FILES: u64 = 40;
/// A field that nobody wants, under a name that the short way does not read.
const ODD_NAME: &str = r#""\u007aodd""#;
const ODD: &str = "zodd";

const TIMES: [&str; 14] = [
    "2026-03-14T09:00:00Z",
    "2026-03-14T09:00:00.123Z",
    "2026-03-14T09:00:00.1234567899Z",
    "2026-03-14T23:59:60Z",
    "2026-02-29T09:00:00Z",
    "2024-02-29T09:00:00.Z",
    "2026-03-14T24:00:00Z",
    "2026-03-14T09:00:00+02:00",
    "2026-03-14 09:00:00",
    "1773478800",
    "1773478800123",
    "1773478800.5",
    "soon",
    "",
];
const NAMES: [&str; 12] = [
    "read",
    "Zoë 読む",
    " padded ",
    "",
    "null",
    "NULL",
    "42",
    "a name of more than sixteen letters",
    "-dash, and + more",
    "true",
    "1.0",
    "\u{a0}",
];
const WORDS: [&str; 12] = [
    "success",
    "failure",
    "ok",
    "ERROR",
    "true",
    "f",
    "1",
    "0.0",
    "maybe",
    "running",
    "cancelled",
    "",
];
const NUMBERS: [&str; 16] = [
    "0",
    "12",
    "12.5",
    "0.1",
    "179.99999999999997",
    "1e3",
    "-1",
    "-0",
    "1e999",
    "12345678901234567",
    "123456789012345678901",
    "0.30000000000000004",
    "01",
    "1.",
    "31622400001",
    "null",
];

/// A value as JSON writes it, or as no JSON does.
fn value(chance: &mut Chance, texts: &[&str]) -> String {
    match chance.below(24) {
        0 => "null".into(),
        1 => "true".into(),
        2 => (*chance.pick(&NUMBERS)).into(),
        3 => r#"{"a":[1,{"b":"}"}],"tool":"inside"}"#.into(),
        4 => r#"["x",[],{}]"#.into(),
        5 => r#""esc\"aped\n\\""#.into(),
        6 => r#""\u00e9\ud83e\udd80""#.into(),
        7 if chance.one_in(4) => "\"a\u{1}b\"".into(),
        8 if chance.one_in(4) => "{\"a\":}".into(),
        _ => serde_json::to_string(chance.pick(texts)).unwrap(),
    }
}

fn object(chance: &mut Chance, n: usize) -> String {
    let mut fields = vec![format!(r#""event_id":"e-{n}""#)];
    for (name, texts) in [
        ("time", &TIMES[..]),
        ("tool", &NAMES[..]),
        ("user", &NAMES[..]),
        ("outcome", &WORDS[..]),
        ("message", &NAMES[..]),
        ("error_class", &NAMES[..]),
        ("tool_name", &NAMES[..]),
        ("nobody knows", &NAMES[..]),
    ] {
        let is_rare = matches!(name, "error_class" | "tool_name" | "nobody knows");
        if !chance.one_in(if is_rare { 2 } else { 12 }) {
            let text = if name == "time" && !chance.one_in(4) {
                format!("{:?}", TIMES[chance.below(3)])
            } else if name == "outcome" && !chance.one_in(4) {
                r#""success""#.to_owned()
            } else {
                value(chance, texts)
            };
            let colon = *chance.pick(&[":", ":", ":", " :", ": "]);
            fields.push(format!("\"{name}\"{colon}{text}"));
        }
    }
    if !chance.one_in(3) {
        let number = if chance.one_in(3) {
            chance.pick(&NUMBERS)
        } else {
            "12.25"
        };
        fields.push(format!(r#""duration_ms":{number}"#));
    }
    if chance.one_in(6) {
        fields.push(format!(r#""tokens_in":{}"#, chance.pick(&NUMBERS)));
    }
    if chance.one_in(20) {
        // Once more, or in another order.
        let again = chance.pick(&fields).clone();
        fields.push(again);
        let (a, b) = (chance.below(fields.len()), chance.below(fields.len()));
        fields.swap(a, b);
    }
    let mut text = format!("{{{}}}", fields.join(","));
    if chance.one_in(25) {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(2).collect();
        text.truncate(*chance.pick(&ends));
    }
    text
}

fn decoded(bytes: &[u8], format: Format, options: &LoadOptions) -> (Data, SourceReceipt) {
    let Decoded { data, tally } = read_with(bytes, format, options).unwrap();
    let mut receipt = tally.into_receipt("", format, "raw", 0);
    receipt.dropped_fields.retain(|name, _| name != ODD);
    (data, receipt)
}

/// With absent numbers, which are NaN, equal to each other.
fn shown(data: &Data) -> String {
    format!("{data:?}")
}

fn options() -> [LoadOptions; 2] {
    use toolscope::model::Column;
    let mapped = [
        (Column::Time, "time".to_owned()),
        (Column::Tool, "message".to_owned()),
        (Column::User, "nobody knows".to_owned()),
    ];
    [
        LoadOptions::default(),
        LoadOptions {
            mapping: mapped.into(),
            ..LoadOptions::default()
        },
    ]
}

#[test]
fn objects_read_the_short_way_are_what_the_long_way_reads() {
    for seed in 0..FILES {
        let mut chance = Chance::new(seed);
        let rows: Vec<String> = (0..ROWS).map(|n| object(&mut chance, n)).collect();
        let odd = |row: &String| row.replacen('{', &format!("{{{ODD_NAME}:0,"), 1);
        let long: Vec<String> = rows.iter().map(odd).collect();
        for options in options() {
            for (format, separator, ends) in [
                (Format::Ndjson, "\n", ["", ""]),
                (Format::Json, ",\n", ["[", "]"]),
            ] {
                let text = |rows: &[String]| [ends[0], &rows.join(separator), ends[1]].concat();
                let short = decoded(text(&rows).as_bytes(), format, &options);
                let long = decoded(text(&long).as_bytes(), format, &options);
                assert_eq!(shown(&short.0), shown(&long.0), "seed {seed}, {format:?}");
                assert_eq!(short.1, long.1, "seed {seed}, {format:?}");
                assert!(
                    short.1.accepted > 50 && short.1.set_aside > 20,
                    "{:?}",
                    short.1
                );
            }
        }
    }
}

#[test]
fn tables_read_the_short_way_are_what_the_long_way_reads() {
    const HEADERS: [&str; 8] = [
        "event_id",
        "time",
        "tool",
        "user",
        "is_error",
        "message",
        "duration_ms",
        "tokens_in",
    ];
    for seed in 0..FILES {
        let mut chance = Chance::new(seed);
        let separator = *chance.pick(&[",", ";", "\t", "|"]);
        let (mut short, mut long, mut quoted) = (
            HEADERS.join(separator) + "\n",
            [HEADERS.join(separator).as_str(), "tool_name\n"].join(separator),
            HEADERS.join(separator) + "\n",
        );
        for n in 0..ROWS {
            let id = format!("e-{n}");
            let texts: [&[&str]; 7] = [&TIMES, &NAMES, &NAMES, &WORDS, &NAMES, &NUMBERS, &NUMBERS];
            let mut cells = vec![id];
            for (at, texts) in texts.into_iter().enumerate() {
                let usual = if at == 3 {
                    texts.len()
                } else {
                    texts.len().min(3)
                };
                let among = if chance.one_in(6) { texts.len() } else { usual };
                cells.push(texts[chance.below(among)].replace(separator, " "));
            }
            let end = *chance.pick(&["\n", "\n", "\n", "\r\n", "\n\n"]);
            let tail = if chance.one_in(30) { separator } else { "" };
            short += &(cells.join(separator) + tail + end);
            long += &(cells.join(separator) + separator + tail + end);
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
                .collect();
            quoted += &(cells.join(separator) + tail + end);
        }
        for options in options() {
            let read = |text: &str| decoded(text.as_bytes(), Format::Csv, &options);
            let (short, long, quoted) = (read(&short), read(&long), read(&quoted));
            assert_eq!(shown(&short.0), shown(&long.0), "seed {seed}");
            assert_eq!(short.1, long.1, "seed {seed}");
            assert_eq!(
                shown(&short.0),
                shown(&quoted.0),
                "seed {seed}, with quotes"
            );
            assert_eq!(short.1, quoted.1, "seed {seed}, with quotes");
            assert!(
                short.1.accepted > 50 && short.1.set_aside > 20,
                "{:?}",
                short.1
            );
        }
    }
}

#[test]
fn d8_nothing_of_a_dropped_object_with_very_many_fields_stands_in_a_column() {
    // More fields than the short way can number: their values must not be taken for those of absent columns.
    let inner = vec![r#""":"CANARY""#; 70_000].join(",");
    let line = format!(
        r#"{{"time":"2026-03-14T09:00:00Z","kind":"execution","tool":"read","args":{{{inner}}}}}"#
    );
    let (data, receipt) = decoded(line.as_bytes(), Format::Ndjson, &LoadOptions::default());
    assert_eq!((receipt.accepted, receipt.set_aside), (1, 0), "{receipt:?}");
    assert!(!shown(&data).contains("CANARY"), "{}", shown(&data));
}
