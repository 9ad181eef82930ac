//! Numbers, dates and durations the way the viewer's locale writes them (S6).

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::model::{Cell, TimeUs, Unit};

const ABSENT: &str = "–";

/// One choice of an `Intl` format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Choice {
    Text(&'static str),
    Digits(u32),
}

use Choice::{Digits, Text};

type Choices = [(&'static str, Choice)];

/// `format` of each `Intl.NumberFormat` and `Intl.DateTimeFormat` that was needed; making one takes longer than
/// hundreds of uses.
#[derive(Default)]
struct Formats {
    numbers: HashMap<Vec<(&'static str, Choice)>, Function>,
    dates: HashMap<Vec<(&'static str, Choice)>, Function>,
    zone: String,
    /// A tag that the browser knows; without one the viewer's own.
    language: Option<String>,
}

thread_local! {
    static FORMATS: RefCell<Formats> = RefCell::default();
}

/// Times are written in this zone from now on.
pub fn set_zone(zone: &str) {
    FORMATS.with_borrow_mut(|formats| {
        formats.dates.clear();
        zone.clone_into(&mut formats.zone);
    });
}

/// Numbers and dates are written in this language from now on, where the browser knows it. Does it?
pub fn set_language(tag: &str) -> bool {
    let tags = Array::of1(&tag.into());
    let known = Intl::NumberFormat::supported_locales_of(&tags, &Object::new());
    let is_known = known.length() > 0;
    if is_known {
        FORMATS.with_borrow_mut(|formats| {
            formats.numbers.clear();
            formats.dates.clear();
            formats.language = Some(tag.to_owned());
        });
    }
    is_known
}

/// The list of languages that `Intl` is asked for.
fn languages(language: Option<&String>) -> Array {
    language.map_or_else(Array::new, |language| Array::of1(&language.as_str().into()))
}

fn bag(choices: &Choices) -> Object {
    let bag = Object::new();
    for (name, choice) in choices {
        let value = match choice {
            Text(text) => JsValue::from_str(text),
            Digits(digits) => (*digits).into(),
        };
        // An object made here takes any property.
        let _ = Reflect::set(&bag, &(*name).into(), &value);
    }
    bag
}

fn write(function: &Function, value: f64) -> String {
    let text = function.call1(&JsValue::NULL, &value.into());
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| ABSENT.into())
}

fn number(value: f64, choices: &Choices) -> String {
    let function = FORMATS.with_borrow_mut(|formats| {
        let known = formats.numbers.get(choices).cloned();
        known.unwrap_or_else(|| {
            let languages = languages(formats.language.as_ref());
            let function = Intl::NumberFormat::new(&languages, &bag(choices)).format();
            formats.numbers.insert(choices.to_vec(), function.clone());
            function
        })
    });
    write(&function, value)
}

fn date_with(time_us: TimeUs, choices: &Choices) -> String {
    let function = FORMATS.with_borrow_mut(|formats| {
        let known = formats.dates.get(choices).cloned();
        known.unwrap_or_else(|| {
            let zone = match formats.zone.as_str() {
                "" => "UTC",
                zone => zone,
            };
            let bag = bag(choices);
            let _ = Reflect::set(&bag, &"timeZone".into(), &zone.into());
            let languages = languages(formats.language.as_ref());
            let function = Intl::DateTimeFormat::new(&languages, &bag).format();
            formats.dates.insert(choices.to_vec(), function.clone());
            function
        })
    });
    write(&function, time_us as f64 / 1e3)
}

fn digits(value: f64, most: u32) -> String {
    number(value, &[("maximumFractionDigits", Digits(most))])
}

/// "12,345"
pub fn count(value: f64) -> String {
    digits(value, 0)
}

/// "12.3K": for axes and tiles without room.
pub fn compact(value: f64) -> String {
    number(
        value,
        &[
            ("notation", Text("compact")),
            ("maximumFractionDigits", Digits(1)),
        ],
    )
}

/// "97.4%"; three digits that mean something, and never a hundred that is none.
pub fn percent(value: f64) -> String {
    let decimals = if (0.9995..1.0).contains(&value) { 2 } else { 1 };
    let value = if decimals == 2 {
        value.min(0.9999)
    } else {
        value
    };
    number(
        value,
        &[
            ("style", Text("percent")),
            ("maximumFractionDigits", Digits(decimals)),
        ],
    )
}

/// "97%": where there are many of them.
pub fn whole_percent(value: f64) -> String {
    let settings = [
        ("style", Text("percent")),
        ("maximumFractionDigits", Digits(0)),
    ];
    number(value, &settings)
}

/// "+12.5%"; from tenfold on "×42", because nobody reads "+85,800%".
pub fn change(value: f64) -> String {
    if value >= 9.0 {
        return format!("×{}", compact(value + 1.0));
    }
    let decimals = if value.abs() < 0.1 { 1 } else { 0 };
    number(
        value,
        &[
            ("style", Text("percent")),
            ("maximumFractionDigits", Digits(decimals)),
            ("signDisplay", Text("exceptZero")),
        ],
    )
}

fn unit(value: f64, unit: &'static str, decimals: u32) -> String {
    // The short form of a byte has no plural.
    let display = if unit == "byte" { "long" } else { "short" };
    number(
        value,
        &[
            ("style", Text("unit")),
            ("unit", Text(unit)),
            ("unitDisplay", Text(display)),
            ("maximumFractionDigits", Digits(decimals)),
        ],
    )
}

/// "340 ms", "1.2 sec", "3.4 min", "23.7 days"
pub fn duration(ms: f64) -> String {
    // A difference may be below zero.
    match ms.abs() {
        ..10.0 => unit(ms, "millisecond", 1),
        ..1_000.0 => unit(ms, "millisecond", 0),
        ..60_000.0 => unit(ms / 1e3, "second", 1),
        ..3_600_000.0 => unit(ms / 6e4, "minute", 1),
        ..172_800_000.0 => unit(ms / 3.6e6, "hour", 1),
        _ => unit(ms / 8.64e7, "day", 1),
    }
}

/// "512 bytes", "1.4 MB"
pub fn bytes(value: f64) -> String {
    match value {
        ..1e3 => unit(value, "byte", 0),
        ..1e6 => unit(value / 1e3, "kilobyte", 0),
        ..1e9 => unit(value / 1e6, "megabyte", 1),
        ..1e12 => unit(value / 1e9, "gigabyte", 2),
        _ => unit(value / 1e12, "terabyte", 2),
    }
}

/// "23 Nov 2026, 14:05"
pub fn date_time(time_us: TimeUs) -> String {
    date_with(
        time_us,
        &[("dateStyle", Text("medium")), ("timeStyle", Text("short"))],
    )
}

/// "23 Nov 2026"
pub fn date(time_us: TimeUs) -> String {
    date_with(time_us, &[("dateStyle", Text("medium"))])
}

/// "Mon 23 Nov 2026"
pub fn long_date(time_us: TimeUs) -> String {
    date_with(
        time_us,
        &[
            ("weekday", Text("short")),
            ("day", Text("numeric")),
            ("month", Text("short")),
            ("year", Text("numeric")),
        ],
    )
}

/// "23 Nov"
pub fn short_date(time_us: TimeUs) -> String {
    date_with(
        time_us,
        &[("day", Text("numeric")), ("month", Text("short"))],
    )
}

/// "Nov 2026"
pub fn month(time_us: TimeUs) -> String {
    date_with(
        time_us,
        &[("month", Text("short")), ("year", Text("numeric"))],
    )
}

/// "14:00"
pub fn hour(time_us: TimeUs) -> String {
    date_with(
        time_us,
        &[("hour", Text("2-digit")), ("minute", Text("2-digit"))],
    )
}

/// "3 minutes ago", by the viewer's clock.
pub fn relative(time_us: TimeUs) -> String {
    let seconds = (time_us - super::dom::clock_us()) as f64 / 1e6;
    let (value, unit) = match seconds.abs() {
        ..60.0 => (seconds, "second"),
        ..3_600.0 => (seconds / 60.0, "minute"),
        ..86_400.0 => (seconds / 3_600.0, "hour"),
        ..2_592_000.0 => (seconds / 86_400.0, "day"),
        ..31_536_000.0 => (seconds / 2_592_000.0, "month"),
        _ => (seconds / 31_536_000.0, "year"),
    };
    let bag = Object::new();
    let _ = Reflect::set(&bag, &"numeric".into(), &"auto".into());
    let languages = FORMATS.with_borrow(|formats| languages(formats.language.as_ref()));
    let format = Intl::RelativeTimeFormat::new(&languages, &bag);
    format.format(value.trunc(), unit).into()
}

pub fn plural(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// A cell for people.
pub fn cell(cell: &Cell, unit: Unit) -> String {
    match (cell, unit) {
        (Cell::Null, Unit::Text) => "(none)".into(),
        (Cell::Null, _) => ABSENT.into(),
        (Cell::New, _) => "new".into(),
        (Cell::Text(text), _) => text.to_string(),
        (Cell::Time(time_us), _) => date_time(*time_us),
        (Cell::Int(number), unit) => number_in(*number as f64, unit),
        (Cell::Float(number), unit) => number_in(*number, unit),
    }
}

/// A number of a unit for people.
pub fn number_in(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio => percent(number),
        Unit::Change => change(number),
        Unit::Milliseconds => duration(number),
        Unit::Bytes => bytes(number),
        Unit::Time => date_time(number as TimeUs),
        // A mean of counts: digits behind the point only where they mean something.
        Unit::Count | Unit::Text if number.fract() != 0.0 && number.abs() < 10.0 => {
            digits(number, 2)
        }
        Unit::Count | Unit::Text if number.fract() != 0.0 && number.abs() < 100.0 => {
            digits(number, 1)
        }
        Unit::Count | Unit::Text => count(number),
        Unit::UsDollars => self::number(
            number,
            &[("style", Text("currency")), ("currency", Text("USD"))],
        ),
    }
}
