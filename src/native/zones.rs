//! Time zones from the tz database that the companion carries. The application gets the same rules, a file a zone.

use std::path::Path;

use chrono::{Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::model::zone::{DAY_US, SECOND_US};
use crate::model::{Zone, ZoneRules};

/// Offsets are looked for between these years; before and after, the first and last one hold.
const FIRST_YEAR: i32 = 1985;
const LAST_YEAR: i32 = 2101;
/// No zone changes twice within this.
const STEP_S: i64 = 7 * DAY_US / SECOND_US;

/// The rules of a zone by its IANA name, letter case aside.
pub fn rules(name: &str) -> Option<ZoneRules> {
    let zone = TZ_VARIANTS
        .iter()
        .find(|zone| zone.name().eq_ignore_ascii_case(name))?;
    let (from_s, until_s) = (year(FIRST_YEAR), year(LAST_YEAR));
    let mut transitions = Vec::new();
    let initial_offset_s = offset(*zone, from_s);
    let (mut at_s, mut held) = (from_s, initial_offset_s);
    while at_s < until_s {
        let next_s = at_s + STEP_S;
        let found = offset(*zone, next_s);
        if found == held {
            at_s = next_s;
            continue;
        }
        let change_s = first_of(*zone, at_s, next_s, held);
        let new = offset(*zone, change_s);
        transitions.push((change_s, new));
        (at_s, held) = (change_s, new);
    }
    Some(ZoneRules {
        name: zone.name().to_owned(),
        initial_offset_s,
        transitions,
    })
}

pub fn zone(name: &str) -> Option<Zone> {
    rules(name).map(Zone::new)
}

/// Every name a person may choose.
pub fn all_names() -> impl Iterator<Item = &'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// Writes `<name>.json` for every zone and `index.json` with all names; gives how many.
pub fn write_all(out: &Path) -> std::io::Result<usize> {
    let names: Vec<&str> = all_names().collect();
    for name in &names {
        let path = out.join(format!("{name}.json"));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_vec(&rules(name))?)?;
    }
    std::fs::write(out.join("index.json"), serde_json::to_vec(&names)?)?;
    Ok(names.len())
}

fn year(year: i32) -> i64 {
    Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0)
        .single()
        .map_or(0, |time| time.timestamp())
}

fn offset(zone: Tz, at_s: i64) -> i32 {
    let instant = chrono::DateTime::from_timestamp(at_s, 0).unwrap_or_default();
    zone.offset_from_utc_datetime(&instant.naive_utc())
        .fix()
        .local_minus_utc()
}

/// The first second after `from_s` whose offset is no longer `held`.
fn first_of(zone: Tz, from_s: i64, until_s: i64, held: i32) -> i64 {
    let (mut before, mut after) = (from_s, until_s);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if offset(zone, middle) == held {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}
