//! Mutations of bytes and of text. Owns: what chance does to an input. Does not own: where inputs come from.

use crate::common::Chance;

/// Longer inputs are cut: the readers' limits have tests of their own.
const INPUT_BYTES_MAX: usize = 64 * 1024;

/// What inputs of a target are made of.
pub struct Pool {
    pub seeds: Vec<Vec<u8>>,
    pub tokens: &'static [&'static str],
}

/// A seed with a few changes, seldom with many.
pub fn mutated(chance: &mut Chance, pool: &Pool) -> Vec<u8> {
    let mut bytes = chance.pick(&pool.seeds).clone();
    let changes = match chance.below(16) {
        0 => 0,
        1 => 8 + chance.below(24),
        _ => 1 + chance.below(4),
    };
    let is_text = !bytes.contains(&0) && !pool.tokens.is_empty();
    for _ in 0..changes {
        if is_text && !chance.one_in(4) {
            change_text(chance, &mut bytes, pool);
        } else {
            change_bytes(chance, &mut bytes, pool);
        }
        bytes.truncate(INPUT_BYTES_MAX);
    }
    bytes
}

/// Anywhere, but more often near the beginning and the end, where headers and footers are.
fn place(chance: &mut Chance, length: usize) -> usize {
    match chance.below(4) {
        0 => chance.below(length.min(96)),
        1 => length - length.min(1 + chance.below(192)),
        _ => chance.below(length),
    }
}

fn span(chance: &mut Chance, length: usize) -> std::ops::Range<usize> {
    let from = place(chance, length);
    let most = if chance.one_in(4) { length } else { 32 };
    from..(from + 1 + chance.below(most)).min(length)
}

/// Numbers at which programs go wrong.
const EXTREMES: [u64; 14] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 40,
    i64::MAX as u64,
    i64::MIN as u64,
    u64::MAX,
];

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn write(bytes: &mut [u8], at: usize, new: &[u8]) {
    for (held, new) in bytes.iter_mut().skip(at).zip(new) {
        *held = *new;
    }
}

fn change_bytes(chance: &mut Chance, bytes: &mut Vec<u8>, pool: &Pool) {
    if bytes.is_empty() {
        bytes.push(chance.next() as u8);
        return;
    }
    let length = bytes.len();
    let at = place(chance, length);
    let extreme = *chance.pick(&EXTREMES);
    match chance.below(13) {
        0 | 1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = *chance.pick(&[0, 0xff, 0x7f, 0x80, 1, b'"', b'\n']),
        3 => bytes[at] = chance.next() as u8,
        4 => write(bytes, at, &(extreme as u32).to_le_bytes()),
        5 => write(bytes, at, &extreme.to_le_bytes()),
        // A number in place: one more, one less, half, twice.
        6 => {
            let near = [0, 1, -1, 4, -4, 8, 64, -64][chance.below(8)];
            bytes[at] = bytes[at].wrapping_add_signed(near);
        }
        7 => {
            let number = varint(extreme);
            if chance.one_in(2) {
                write(bytes, at, &number);
            } else {
                bytes.splice(at..at, number);
            }
        }
        8 => bytes.truncate(at),
        9 => {
            bytes.drain(span(chance, length));
        }
        10 => {
            let copied = bytes[span(chance, length)].to_vec();
            bytes.splice(at..at, copied);
        }
        11 => {
            let copied = bytes[span(chance, length)].to_vec();
            write(bytes, at, &copied);
        }
        _ => {
            // The beginning of this and the end of another.
            let other = chance.pick(&pool.seeds);
            let from = chance.below(other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

/// Numbers as text.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1e308",
    "-1e309",
    "1e-400",
    "NaN",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551614",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "4102444800000000",
    "0.1e-7",
    "00",
    "\"Infinity\"",
];

/// What texts may hold anywhere.
const STRANGE: [&[u8]; 18] = [
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"\\",
    b"\"",
    b"\"\"",
    b"'",
    b"\r",
    b"\n",
    b"\t",
    b",",
    b"null",
    b"{}",
    b"[]",
];

fn change_text(chance: &mut Chance, bytes: &mut Vec<u8>, pool: &Pool) {
    let length = bytes.len();
    let at = chance.below(length);
    let token = chance.pick(pool.tokens).as_bytes();
    match chance.below(14) {
        0 => {
            bytes.splice(at..at, token.iter().copied());
        }
        1 | 2 => {
            let found = quoted(chance, bytes);
            bytes.splice(found, token.iter().copied());
        }
        3 | 4 => {
            let found = digits(chance, bytes);
            let number = chance.pick(&NUMBERS).bytes();
            bytes.splice(found, number);
        }
        5 => {
            let strange = chance.pick(&STRANGE);
            bytes.splice(at..at, strange.iter().copied());
        }
        6 => {
            let open = chance
                .pick(&["[", "{\"a\":", "\"", "{\"values\":["])
                .as_bytes();
            let times = [2, 63, 64, 65, 2_000][chance.below(5)];
            bytes.splice(at..at, open.repeat(times));
        }
        7 => {
            // Two names or values change places.
            let (a, b) = (quoted(chance, bytes), quoted(chance, bytes));
            let (first, second) = if a.start < b.start { (a, b) } else { (b, a) };
            if first.end <= second.start {
                let (one, two) = (
                    bytes[first.clone()].to_vec(),
                    bytes[second.clone()].to_vec(),
                );
                bytes.splice(second, one);
                bytes.splice(first, two);
            }
        }
        8 => {
            // One quote, brace or separator less.
            let marks = |byte: &u8| b"\"{}[],:;\n".contains(byte);
            if let Some(mark) = bytes[at..].iter().position(marks) {
                bytes.remove(at + mark);
            }
        }
        9 | 10 => {
            let found = line(chance, bytes);
            let copied = bytes[found.clone()].to_vec();
            let times = if chance.one_in(8) { 300 } else { 1 };
            bytes.splice(found.end..found.end, copied.repeat(times));
        }
        11 => {
            let found = line(chance, bytes);
            bytes.drain(found);
        }
        12 => {
            let times = [10, 1_100, 5_000][chance.below(3)];
            bytes.splice(at..at, token.repeat(times));
        }
        _ => change_bytes(chance, bytes, pool),
    }
}

/// A text in quotes, without them; empty when there is none.
fn quoted(chance: &mut Chance, bytes: &[u8]) -> std::ops::Range<usize> {
    let at = chance.below(bytes.len());
    let quote = |from: usize| {
        let found = bytes.get(from..)?.iter().position(|byte| *byte == b'"')?;
        Some(from + found)
    };
    let ends = quote(at).and_then(|open| Some(open + 1..quote(open + 1)?));
    ends.unwrap_or(at..at)
}

fn digits(chance: &mut Chance, bytes: &[u8]) -> std::ops::Range<usize> {
    let at = chance.below(bytes.len());
    let rest = bytes.get(at..).unwrap_or_default();
    let skip = rest.iter().position(u8::is_ascii_digit).unwrap_or(0);
    let run = rest[skip..].iter().take_while(|byte| byte.is_ascii_digit());
    at + skip..at + skip + run.count()
}

fn line(chance: &mut Chance, bytes: &[u8]) -> std::ops::Range<usize> {
    let at = chance.below(bytes.len());
    let before = bytes.get(..at).unwrap_or_default();
    let from = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |found| found + 1);
    let rest = bytes.get(at..).unwrap_or_default();
    let until = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |found| at + found + 1);
    from..until
}
