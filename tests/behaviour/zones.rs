//! Every clock change from 2000 to 2035 in 25 zones: our buckets against chrono-tz's own conversion.

use chrono::{DateTime, Datelike, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use toolscope::model::zone::{Bucket, DAY_US, HOUR_US, SECOND_US};
use toolscope::model::{WeekStart, Zone};
use toolscope::native::zones;

const ZONES: [&str; 25] = [
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/New_York",
    "Europe/Berlin",
    "Europe/London",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "America/Caracas",
    "Asia/Pyongyang",
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "America/St_Johns",
    "Asia/Gaza",
    "America/Santiago",
    "Antarctica/Troll",
    "Europe/Istanbul",
    "Europe/Volgograd",
    "Asia/Kolkata",
    "America/Anchorage",
    "Pacific/Auckland",
    "Pacific/Honolulu",
];
const WEEKS: [WeekStart; 3] = [WeekStart::Monday, WeekStart::Saturday, WeekStart::Sunday];
const BUCKETS: [Bucket; 4] = [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month];

fn local(zone: Tz, time_us: i64) -> DateTime<Tz> {
    zone.from_utc_datetime(
        &DateTime::from_timestamp_micros(time_us)
            .unwrap()
            .naive_utc(),
    )
}

fn offset_s(zone: Tz, time_us: i64) -> i32 {
    local(zone, time_us).offset().fix().local_minus_utc()
}

/// Where the offset changes, found by our own bisection over chrono-tz's offsets.
fn changes(zone: Tz) -> Vec<i64> {
    let (mut at, end) = (946_684_800 * SECOND_US, 2_082_758_400 * SECOND_US);
    let mut changes = Vec::new();
    while at < end {
        let next = at + 2 * DAY_US;
        if offset_s(zone, at) != offset_s(zone, next) {
            let (mut before, mut after) = (at / SECOND_US, next / SECOND_US);
            while after - before > 1 {
                let middle = i64::midpoint(before, after);
                if offset_s(zone, middle * SECOND_US) == offset_s(zone, at) {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            changes.push(after * SECOND_US);
        }
        at = next;
    }
    changes
}

fn each_change(mut check: impl FnMut(&Zone, Tz, i64)) {
    let mut all = 0;
    for name in ZONES {
        let (ours, theirs) = (zones::zone(name).unwrap(), name.parse::<Tz>().unwrap());
        for change in changes(theirs) {
            all += 1;
            check(&ours, theirs, change);
        }
    }
    assert!(all > 900, "only {all} changes were found");
}

const NEAR: [i64; 11] = [
    -DAY_US,
    -HOUR_US,
    -HOUR_US / 2,
    -SECOND_US,
    -1,
    0,
    1,
    SECOND_US,
    HOUR_US / 2,
    HOUR_US,
    DAY_US,
];

#[test]
fn local_days_and_hours_of_the_week_are_those_of_the_wall_clock() {
    each_change(|ours, theirs, change| {
        for time_us in NEAR.map(|near| change + near) {
            let wall = local(theirs, time_us);
            let day = i64::from(wall.num_days_from_ce()) - 719_163;
            assert_eq!(ours.local_day(time_us), day, "{theirs} {wall}");
            for week in WEEKS {
                let first = match week {
                    WeekStart::Monday => 0,
                    WeekStart::Saturday => 5,
                    WeekStart::Sunday => 6,
                };
                let expected =
                    (wall.weekday().num_days_from_monday() + 7 - first) % 7 * 24 + wall.hour();
                assert_eq!(
                    u32::from(ours.hour_of_week(time_us, week)),
                    expected,
                    "{theirs} {wall}"
                );
            }
        }
    });
}

#[test]
fn buckets_tile_time_without_gap_or_overlap_and_sum_to_the_whole() {
    each_change(|ours, theirs, change| {
        for bucket in BUCKETS {
            let reach = if bucket == Bucket::Hour {
                2 * DAY_US
            } else {
                40 * DAY_US
            };
            let until = change + reach;
            let mut key = ours.bucket_key(change - reach, bucket, WeekStart::Monday);
            let first = ours.bucket_start_us(key, bucket);
            let mut covered = 0;
            let mut start = first;
            while start < until {
                let next_key = ours.next_bucket_key(key, bucket);
                let end = ours.bucket_start_us(next_key, bucket);
                // Apia skipped a whole day: that bucket is there and empty.
                assert!(
                    end > start || (bucket == Bucket::Day && end == start),
                    "{theirs} {bucket:?} {}",
                    local(theirs, start)
                );
                for inside in [start, start + (end - start) / 2, end - 1]
                    .into_iter()
                    .filter(|_| end > start)
                {
                    assert_eq!(
                        ours.bucket_key(inside, bucket, WeekStart::Monday),
                        key,
                        "{theirs} {bucket:?} {}",
                        local(theirs, inside)
                    );
                }
                covered += end - start;
                (key, start) = (next_key, end);
            }
            assert_eq!(covered, start - first, "{theirs} {bucket:?}");
        }
    });
}

#[test]
fn a_bucket_begins_with_the_first_instant_of_its_local_day() {
    each_change(|ours, theirs, change| {
        for day in ours.local_day(change) - 1..=ours.local_day(change) + 1 {
            let start = ours.instant(day, 0);
            let date =
                |time_us: i64| i64::from(local(theirs, time_us).num_days_from_ce()) - 719_163;
            // Apia had no 30 December 2011: that day begins where the next one does.
            assert!(date(start) >= day, "{theirs} {}", local(theirs, start));
            assert!(date(start - 1) < day, "{theirs} {}", local(theirs, start));
        }
    });
}

#[test]
fn labels_of_hours_tell_repeated_ones_apart() {
    let zone = zones::zone("Europe/Berlin").unwrap();
    // 2026-10-25, 02:00 twice.
    let first = 1_792_886_400_000_000;
    let labels: Vec<String> = [first, first + HOUR_US]
        .map(|time_us| {
            zone.bucket_label(
                zone.bucket_key(time_us, Bucket::Hour, WeekStart::Monday),
                Bucket::Hour,
            )
        })
        .to_vec();
    assert_eq!(labels, ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]);
}

#[test]
fn every_zone_of_the_database_can_be_written_for_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let written = zones::write_all(folder.path()).unwrap();
    assert!(written > 400);
    let text =
        std::fs::read_to_string(folder.path().join("America/Argentina/Ushuaia.json")).unwrap();
    let rules: toolscope::model::ZoneRules = serde_json::from_str(&text).unwrap();
    assert_eq!(Some(rules), zones::rules("america/argentina/ushuaia"));
    assert_eq!(zones::rules("Mars/Olympus"), None);
}
