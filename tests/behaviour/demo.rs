//! The demo organisation: the same arguments make the same bytes, and its stories can be found by counting its events
//! here, without the engine.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use toolscope::model::zone::DAY_US;
use toolscope::model::{Directory, EventKind, Manifest, Outcome};
use toolscope::native::demo::catalogue::{
    CLIENTS, DEPARTMENTS, ERRORS, MODELS, SERVERS, WORKSPACES, tools,
};
use toolscope::native::demo::events::{DemoEvent, Year, live};
use toolscope::native::demo::{DemoFormat, DemoOptions, stories, write};

/// 2026-06-30T12:00:00Z, a Tuesday.
/// The oldest days, as hourly pre-aggregates.
const AGGREGATE_DAYS: i64 = 61;
const NOW_US: i64 = 1_782_820_800_000_000;
const EVENTS: u64 = 200_000;

fn year() -> &'static Year {
    static YEAR: std::sync::OnceLock<Year> = std::sync::OnceLock::new();
    YEAR.get_or_init(|| live(EVENTS, 7, NOW_US))
}

fn executions() -> impl Iterator<Item = &'static DemoEvent> {
    year()
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Execution && event.outcome != Outcome::Rejected)
}

fn days_ago(event: &DemoEvent) -> i64 {
    year().today - event.time_us.div_euclid(DAY_US)
}

fn failure_rate<'a>(events: impl Iterator<Item = &'a DemoEvent>) -> f64 {
    let (mut failures, mut finished) = (0.0, 0.0);
    for event in events {
        finished += f64::from(matches!(event.outcome, Outcome::Success | Outcome::Failure));
        failures += f64::from(event.outcome == Outcome::Failure);
    }
    failures / finished
}

fn options(out: &Path, events: u64) -> DemoOptions {
    DemoOptions {
        events,
        seed: 7,
        now_us: NOW_US,
        out: out.to_path_buf(),
        format: DemoFormat::Arrow,
        aggregate_days: AGGREGATE_DAYS,
        compress: true,
    }
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn equal_arguments_write_equal_bytes_and_another_seed_does_not() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    write(&options(folders[0].path(), 5_000)).unwrap();
    write(&options(folders[1].path(), 5_000)).unwrap();
    write(&DemoOptions {
        seed: 8,
        ..options(folders[2].path(), 5_000)
    })
    .unwrap();
    let [first, second, other] = folders.each_ref().map(|folder| files(folder.path()));
    assert_eq!(first, second);
    assert_ne!(first["manifest.json"], other["manifest.json"]);
}

#[test]
fn a_second_demo_replaces_the_first_one_s_batches() {
    let folder = tempfile::tempdir().unwrap();
    write(&options(folder.path(), 3_000)).unwrap();
    let later = DemoOptions {
        now_us: NOW_US + 40 * DAY_US,
        ..options(folder.path(), 3_000)
    };
    let made = write(&later).unwrap();
    let batches = std::fs::read_dir(folder.path().join("batches"))
        .unwrap()
        .count();
    assert_eq!(
        batches,
        made.batches * 2,
        "each batch and its compressed copy, nothing else"
    );
}

#[test]
fn the_manifest_tells_the_truth_about_its_batches() {
    let folder = tempfile::tempdir().unwrap();
    let made = write(&options(folder.path(), 20_000)).unwrap();
    let text = std::fs::read(folder.path().join("manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_slice(&text).unwrap();
    assert_eq!(manifest.batches.len(), made.batches);
    assert!(manifest.demo);
    assert_eq!(manifest.generated_at_us(), Some(made.newest_us));
    let events = &live(20_000, 7, NOW_US).events;
    assert_eq!(events.last().unwrap().time_us, made.newest_us);
    let mut raw_rows = 0;
    for batch in &manifest.batches {
        let bytes = std::fs::read(folder.path().join(&batch.url)).unwrap();
        assert_eq!(
            (bytes.len() as u64, Some(sha256(&bytes))),
            (batch.bytes, batch.sha256.clone()),
            "{}",
            batch.url
        );
        let (min, max) = batch.span_us().unwrap();
        assert!(
            min <= max && max - min <= 7 * DAY_US && max <= NOW_US + DAY_US,
            "{}",
            batch.url
        );
        if batch.url.contains("raw-") {
            raw_rows += batch.rows;
            let inside = events
                .iter()
                .filter(|event| (min..=max).contains(&event.time_us))
                .count();
            assert_eq!(inside as u64, batch.rows, "{}", batch.url);
        }
    }
    let first_raw = manifest
        .batches
        .iter()
        .find(|batch| batch.url.contains("raw-"))
        .unwrap();
    let from = first_raw.span_us().unwrap().0;
    assert_eq!(
        raw_rows,
        events.iter().filter(|event| event.time_us >= from).count() as u64
    );
    let aggregate_days = (from - NOW_US) / DAY_US + stories::DAYS;
    assert!(
        (AGGREGATE_DAYS - 7..=AGGREGATE_DAYS + 1).contains(&aggregate_days),
        "{aggregate_days}"
    );
}

#[test]
fn the_directory_names_everything_the_events_name() {
    let folder = tempfile::tempdir().unwrap();
    write(&options(folder.path(), 1_000)).unwrap();
    let text = std::fs::read(folder.path().join("directory.json")).unwrap();
    let directory: Directory = serde_json::from_slice(&text).unwrap();
    let ids: HashSet<&str> = directory
        .people
        .iter()
        .map(|person| person.id.as_str())
        .collect();
    assert_eq!(
        (directory.people.len(), ids.len()),
        (2_000, 2_000),
        "2,000 people, each with an id of their own"
    );
    let departments: HashSet<_> = directory
        .people
        .iter()
        .map(|person| person.department.clone().unwrap())
        .collect();
    assert_eq!(departments.len(), 12);
    assert_eq!(directory.workspaces.len(), 40);
    let servers: HashSet<_> = directory
        .tools
        .iter()
        .map(|tool| tool.server.clone().unwrap())
        .collect();
    assert_eq!(servers.len(), 15);
    assert!(
        directory.tools.len() > tools().len(),
        "the catalogue has tools that nobody uses"
    );
    assert_eq!(tools().len(), 60);
    assert!(
        directory
            .goals
            .iter()
            .all(|goal| toolscope::metrics::MetricId::parse(&goal.metric).is_some())
    );
    for person in year()
        .people
        .iter()
        .filter(|person| person.adopted_day.is_some())
    {
        assert!(ids.contains(person.id.as_str()));
        assert!(
            person.invited_day <= person.first_login_day.unwrap(),
            "{}",
            person.id
        );
        assert!(
            person.first_login_day <= person.adopted_day,
            "{}",
            person.id
        );
    }
    let names: String = directory
        .people
        .iter()
        .filter_map(|person| person.name.as_deref())
        .collect();
    let in_range =
        |from: char, until: char| names.chars().any(|letter| (from..=until).contains(&letter));
    assert!(in_range('\u{0600}', '\u{06ff}'), "Arabic");
    assert!(in_range('\u{4e00}', '\u{9fff}'), "Chinese characters");
    assert!(in_range('\u{0900}', '\u{097f}'), "Devanagari");
    assert!(names.contains('é') && names.contains('Ł'), "accents");
}

#[test]
fn there_are_exactly_as_many_events_as_asked_for_and_none_outside_the_year() {
    let of_people = |year: &Year| {
        let by_people = |event: &&DemoEvent| event.kind != EventKind::StorageSample;
        year.events.iter().filter(by_people).count() as u64
    };
    for count in [1, 100, 12_345] {
        assert_eq!(of_people(&live(count, 3, NOW_US)), count);
    }
    let times: Vec<i64> = year().events.iter().map(|event| event.time_us).collect();
    assert_eq!(of_people(year()), EVENTS);
    assert!(times.is_sorted());
    assert!(*times.first().unwrap() >= NOW_US - (stories::DAYS + 1) * DAY_US);
    assert!(*times.last().unwrap() <= NOW_US);
    assert!(
        NOW_US - times.last().unwrap() < DAY_US / 4,
        "the present is on a working day at noon"
    );
}

#[test]
fn people_work_on_weekdays_in_their_own_day_and_less_at_the_end_of_the_year() {
    let mut by_weekday = [0; 7];
    let mut by_day: HashMap<i64, i32> = HashMap::new();
    for event in executions() {
        let day = event.time_us.div_euclid(DAY_US);
        by_weekday[(day + 3).rem_euclid(7) as usize] += 1;
        *by_day.entry(day).or_default() += 1;
    }
    assert!(
        by_weekday[5] + by_weekday[6] < by_weekday[1] / 2,
        "{by_weekday:?}"
    );
    // 2025-12-24 to 12-26 against the same weekdays three weeks before; days since 1970.
    let days = |from: i64| {
        (from..from + 3)
            .map(|day| by_day.get(&day).copied().unwrap_or(0))
            .sum::<i32>()
    };
    assert!(
        days(20_446) * 3 < days(20_425),
        "{} against {}",
        days(20_446),
        days(20_425)
    );
    // Tokyo's office is awake when Los Angeles sleeps: at 02:00 UTC it is 11 o'clock there and 18 to 19 here.
    let at_two = |zone: &str| {
        let is_there = |event: &&DemoEvent| {
            year()
                .people
                .get(usize::from(event.person))
                .is_some_and(|person| person.office().zone.name() == zone)
        };
        let all = executions().filter(is_there).count() as f64;
        let at_two = |event: &&DemoEvent| event.time_us.rem_euclid(DAY_US) / 3_600_000_000 == 2;
        executions().filter(is_there).filter(at_two).count() as f64 / all
    };
    assert!(at_two("Asia/Tokyo") > 2.0 * at_two("America/Los_Angeles"));
}

#[test]
fn use_grows_all_year() {
    let quarter = |number: i64| {
        executions()
            .filter(|event| days_ago(event) / 92 == number)
            .map(|event| event.person)
            .fold((0, HashSet::new()), |(count, mut people), person| {
                people.insert(person);
                (count + 1, people)
            })
    };
    let quarters: Vec<_> = [3, 2, 1, 0].map(quarter).into_iter().collect();
    for pair in quarters.windows(2) {
        assert!(pair[0].0 < pair[1].0 && pair[0].1.len() < pair[1].1.len());
    }
}

#[test]
fn a_release_breaks_one_client_version_until_the_next() {
    let client = CLIENTS
        .iter()
        .position(|client| client.name == stories::BROKEN_CLIENT)
        .unwrap();
    let releases = CLIENTS[client].releases;
    let broken = releases
        .iter()
        .position(|(version, _)| *version == stories::BROKEN_VERSION)
        .unwrap();
    let of_version = |version: usize| {
        failure_rate(executions().filter(move |event| {
            usize::from(event.client) == client && usize::from(event.version) == version
        }))
    };
    assert!(of_version(broken) > 0.25);
    assert!(of_version(broken - 1) < 0.12 && of_version(broken + 1) < 0.12);
    let released_days_ago = releases[broken].1;
    let too_early = executions().any(|event| {
        usize::from(event.client) == client
            && usize::from(event.version) == broken
            && days_ago(event) > released_days_ago + 1
    });
    assert!(!too_early, "nobody runs a version before it is released");
}

#[test]
fn a_server_lacks_a_variable_for_three_weeks() {
    let server = SERVERS
        .iter()
        .position(|server| server.name == stories::MISCONFIGURED_SERVER)
        .unwrap();
    let code = ERRORS
        .iter()
        .position(|error| *error == stories::MISCONFIGURED_ERROR)
        .unwrap();
    let (from, until) = stories::MISCONFIGURED_DAYS_AGO;
    assert_eq!(from - until, 21);
    let of_days =
        |days: std::ops::Range<i64>| {
            failure_rate(executions().filter(|event| {
                usize::from(event.server) == server && days.contains(&days_ago(event))
            }))
        };
    assert!(of_days(until + 1..from - 1) > 0.85);
    assert!(of_days(from + 2..from + 60) < 0.15 && of_days(0..until - 1) < 0.15);
    let named: HashSet<u8> = executions()
        .filter(|event| usize::from(event.error) == code)
        .map(|event| event.server)
        .collect();
    assert_eq!(named, HashSet::from([server as u8]));
}

#[test]
fn one_person_s_script_runs_away_in_one_night() {
    let mut calls: HashMap<(u16, i64), u64> = HashMap::new();
    for event in executions() {
        *calls.entry((event.person, days_ago(event))).or_default() += 1;
    }
    let mut calls: Vec<_> = calls.into_iter().collect();
    calls.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let ((person, day), most) = calls[0];
    assert!((stories::RUNAWAY_DAYS_AGO - 1..=stories::RUNAWAY_DAYS_AGO + 1).contains(&day));
    assert!(
        most as f64 > EVENTS as f64 * stories::RUNAWAY_SHARE * 0.45,
        "{most} in one UTC day"
    );
    assert!(most > calls[2].1 * 3, "{most} against {}", calls[2].1);
    let night: Vec<&DemoEvent> = executions()
        .filter(|event| event.person == person && (days_ago(event) - day).abs() <= 1)
        .filter(|event| tools()[usize::from(event.tool)].0.name == stories::RUNAWAY_TOOL)
        .collect();
    assert!(failure_rate(night.into_iter()) > 0.2);
}

#[test]
fn a_department_comes_in_at_once_and_people_leave() {
    let first_days: Vec<i64> = year()
        .people
        .iter()
        .filter(|person| DEPARTMENTS[person.department].name == stories::WAVE_DEPARTMENT)
        .filter_map(|person| Some(year().today - person.adopted_day?))
        .collect();
    let wave = stories::WAVE_DAYS_AGO - stories::WAVE_DAYS..=stories::WAVE_DAYS_AGO;
    let in_wave = first_days.iter().filter(|days| wave.contains(days)).count();
    assert!(
        in_wave * 10 > first_days.len() * 7,
        "{in_wave} of {}",
        first_days.len()
    );
    let left: Vec<_> = year()
        .people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.left_day.is_some())
        .collect();
    assert!((40..200).contains(&left.len()), "{}", left.len());
    for (position, person) in left {
        let last = executions()
            .filter(|event| usize::from(event.person) == position)
            .map(|event| event.time_us)
            .max();
        // A day of the person's zone may end on the next UTC day.
        assert!(
            last.is_none_or(|last| last.div_euclid(DAY_US) <= person.left_day.unwrap()),
            "{}",
            person.id
        );
    }
}

#[test]
fn workspaces_are_created_and_one_falls_asleep() {
    for (position, (id, _, _, _, created_days_ago)) in WORKSPACES.iter().enumerate() {
        let days: Vec<i64> = executions()
            .filter(|event| usize::from(event.workspace) == position)
            .map(days_ago)
            .collect();
        assert!(!days.is_empty(), "{id}");
        if *created_days_ago > 0 {
            assert!(
                *days.iter().max().unwrap() <= created_days_ago + 1,
                "{id} is used before it exists"
            );
        }
        let newest = *days.iter().min().unwrap();
        if *id == stories::SLEEPING_WORKSPACE {
            assert!(newest >= stories::SLEEPING_SINCE_DAYS_AGO - 1, "{id}");
        } else {
            assert!(newest < 14, "{id}: {newest}");
        }
    }
}

#[test]
fn durations_are_whole_microseconds_of_a_lognormal_around_the_tool_s_median() {
    let search = tools()
        .iter()
        .position(|(tool, _)| tool.name == "web_search")
        .unwrap();
    let mut durations: Vec<u64> = executions()
        .filter(|event| usize::from(event.tool) == search && event.outcome == Outcome::Success)
        .map(|event| event.duration_us)
        .collect();
    durations.sort_unstable();
    let at = |q: f64| durations[(q * durations.len() as f64) as usize] as f64 / 1e3;
    assert!((at(0.5) / 1150.0 - 1.0).abs() < 0.05, "{}", at(0.5));
    // A lognormal with σ = 0.5 has its 95th percentile at e^(1.645 · 0.5) = 2.276 medians.
    assert!(
        (at(0.95) / at(0.5) / 2.276 - 1.0).abs() < 0.08,
        "{}",
        at(0.95) / at(0.5)
    );
}

#[test]
fn every_execution_has_its_person_tool_client_and_session() {
    use toolscope::native::demo::events::{NONE_8, NONE_16, NONE_32, NONE_64};
    for event in executions() {
        let codes = [
            event.tool,
            event.server,
            event.workspace,
            event.client,
            event.version,
            event.platform,
        ];
        assert!(!codes.contains(&NONE_8), "{event:?}");
        assert!(
            event.person != NONE_16 && event.session != NONE_32,
            "{event:?}"
        );
        assert_eq!(
            usize::from(event.server),
            tools()[usize::from(event.tool)].1
        );
        assert_eq!(event.error != NONE_8, event.outcome == Outcome::Failure);
        assert_eq!(
            event.duration_us == NONE_64,
            event.outcome == Outcome::Running
        );
    }
}

#[test]
fn the_last_day_has_no_heap_of_events_before_the_present() {
    let in_hours = |from: i64, until: i64| {
        let span = NOW_US - from * 3_600_000_000..=NOW_US - until * 3_600_000_000;
        executions()
            .filter(|event| span.contains(&event.time_us))
            .count()
    };
    // Noon UTC on a Tuesday: the hour before is like the hours before it, and like a week ago.
    let (last, before, week_ago) = (in_hours(1, 0), in_hours(4, 1) / 3, in_hours(169, 168));
    assert!(
        last < before * 2 && last < week_ago * 2,
        "{last}, {before}, {week_ago}"
    );
    let running: Vec<_> = executions()
        .filter(|event| event.outcome == Outcome::Running)
        .collect();
    assert!(running.len() < 20);
    assert!(
        running
            .into_iter()
            .all(|event| NOW_US - event.time_us < 90_000_000)
    );
}

fn of_kind(kind: EventKind) -> impl Iterator<Item = &'static DemoEvent> {
    year().events.iter().filter(move |event| event.kind == kind)
}

#[test]
fn conversations_have_their_first_response_calls_and_executions_in_one_session() {
    let conversations: HashMap<(u32, i64), &DemoEvent> = of_kind(EventKind::Conversation)
        .map(|event| ((event.session, event.time_us), event))
        .collect();
    for response in of_kind(EventKind::FirstResponse) {
        let talk = conversations[&(response.session, response.time_us)];
        assert_eq!(talk.model, response.model);
        assert!(response.duration_us <= talk.duration_us);
    }
    let executed: HashSet<u32> = executions().map(|event| event.session).collect();
    let with_tools = of_kind(EventKind::Conversation)
        .filter(|event| executed.contains(&event.session))
        .count();
    // With so few events a year many a session is but one.
    assert!(
        with_tools * 10 > conversations.len() * 6,
        "{with_tools} of {}",
        conversations.len()
    );
    let models: HashMap<u32, HashSet<u8>> =
        of_kind(EventKind::Conversation).fold(HashMap::new(), |mut models, event| {
            models
                .entry(event.session)
                .or_insert_with(HashSet::new)
                .insert(event.model);
            models
        });
    for call in of_kind(EventKind::ProviderCall) {
        let asked = models.get(&call.session);
        assert!(
            asked.is_none_or(|models| models.contains(&call.model)),
            "{call:?}"
        );
    }
    let all = year().events.len();
    assert!(
        executions().count() * 10 > all * 7,
        "most events are executions"
    );
}

#[test]
fn a_model_s_price_falls_and_failed_calls_cost_nothing() {
    let model = MODELS
        .iter()
        .position(|(model, ..)| *model == stories::CHEAPER_MODEL)
        .unwrap();
    let per_thousand = |days: std::ops::Range<i64>| {
        let calls = of_kind(EventKind::ProviderCall)
            .filter(|call| usize::from(call.model) == model && call.outcome == Outcome::Success)
            .filter(|call| days.contains(&days_ago(call)));
        let (cost, tokens) = calls.fold((0.0, 0.0), |(cost, tokens), call| {
            (cost + call.cost_usd, tokens + f64::from(call.tokens_in))
        });
        cost / tokens * 1e3
    };
    let fell_days_ago = stories::CHEAPER_SINCE_DAYS_AGO;
    let (before, after) = (
        per_thousand(fell_days_ago + 2..366),
        per_thousand(0..fell_days_ago - 2),
    );
    assert!(
        (2.4..3.6).contains(&(before / after)),
        "{before} and {after}"
    );
    let failed = of_kind(EventKind::ProviderCall).filter(|call| call.outcome == Outcome::Failure);
    assert!(failed.map(|call| call.cost_usd).sum::<f64>() == 0.0);
}

#[test]
fn the_broken_client_version_fails_to_connect_and_dropped_connections_are_taken_up_again() {
    let client = CLIENTS
        .iter()
        .position(|client| client.name == stories::BROKEN_CLIENT)
        .unwrap();
    let releases = CLIENTS[client].releases;
    let is_broken = |event: &&DemoEvent| {
        usize::from(event.client) == client
            && releases[usize::from(event.version)].0 == stories::BROKEN_VERSION
    };
    let rate = |broken: bool| {
        failure_rate(of_kind(EventKind::Connection).filter(|event| is_broken(event) == broken))
    };
    assert!(
        rate(true) > 0.2 && rate(false) < 0.08,
        "{} {}",
        rate(true),
        rate(false)
    );
    let connected: HashMap<u32, Vec<i64>> = of_kind(EventKind::Connection)
        .filter(|event| event.outcome == Outcome::Success)
        .fold(HashMap::new(), |mut times, event| {
            times
                .entry(event.session)
                .or_insert_with(Vec::new)
                .push(event.time_us);
            times
        });
    let (mut told, mut again) = (0, 0);
    for left in of_kind(EventKind::Disconnection) {
        let Some(times) = connected.get(&left.session) else {
            continue;
        };
        let since = left.time_us - left.duration_us as i64;
        told += i32::from(times.iter().any(|time| (time - since).abs() <= 1_000));
        again += i32::from(times.iter().any(|&time| time > left.time_us));
    }
    assert!(told > 50 && again > 0, "{told} {again}");
}

#[test]
fn storage_is_sampled_once_a_day_in_every_workspace_that_exists() {
    let mut samples: HashMap<(u8, i64), u64> = HashMap::new();
    for sample in of_kind(EventKind::StorageSample) {
        let before = samples.insert((sample.workspace, days_ago(sample)), sample.bytes);
        assert_eq!(before, None);
    }
    for (position, (id, _, _, _, created_days_ago)) in WORKSPACES.iter().enumerate() {
        let days = samples
            .keys()
            .filter(|(workspace, _)| usize::from(*workspace) == position)
            .count() as i64;
        let expected = match created_days_ago {
            0 => stories::DAYS,
            created => created + 1,
        };
        assert_eq!(days, expected, "{id}");
        let grown =
            samples[&(position as u8, 0)] as f64 / samples[&(position as u8, days - 1)] as f64;
        assert!(grown > 1.0, "{id}: {grown}");
    }
}
