//! Seeded mutation of real inputs over every reader, the URL's question and what shards say to each other.
//! `make fuzz SECONDS=60 TARGET=all`, or `cargo test --test fuzz -- --seconds 60 --target parquet --seed 7`.
//!
//! Files of `corpus/<target>/` once made something stop, and are run first, always. A new crash is made small, saved
//! under `target/fuzz/crashes` and told with the command that repeats it; the exit code is 1.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should stop"
)]

mod answers;
#[path = "../common/mod.rs"]
mod common;
mod mutate;
mod report;
mod seeds;
mod targets;
mod texts;
mod watch;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::Chance;
use mutate::Pool;
use report::{Found, Report};
use targets::{TARGETS, Target};
use watch::{Panic, Slot, observe};

#[global_allocator]
static ALLOCATOR: watch::Counting = watch::Counting;

/// For each target without arguments, as a plain `cargo test` runs it: enough to notice that something broke.
const SHORT: Duration = Duration::from_millis(400);
/// Tries at making a crash smaller.
const SMALLER_TRIES: usize = 2_000;

struct Arguments {
    target: String,
    time: Duration,
    seed: u64,
    /// For each target, whatever the time.
    inputs: Option<u64>,
    replay: Option<PathBuf>,
    /// Writes what the inputs are made of under `target/fuzz` instead.
    wants_seeds: bool,
}

fn main() {
    let arguments = arguments();
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| match arguments.target.as_str() {
            "all" => true,
            "readers" => target.is_reader,
            name => name == target.name,
        })
        .collect();
    assert!(!chosen.is_empty(), "no target {}", arguments.target);
    if let Some(path) = &arguments.replay {
        let input = std::fs::read(path).unwrap();
        watch::IS_REPLAY.store(true, Ordering::Relaxed);
        chosen.iter().for_each(|target| (target.run)(&input));
        println!("{} ran without a panic", path.display());
        return;
    }
    if arguments.wants_seeds {
        for target in chosen {
            for (number, seed) in (target.seeds)().iter().enumerate() {
                let path = folder().with_file_name(format!("seed-{}-{number}", target.name));
                std::fs::write(path, seed).unwrap();
            }
        }
        return;
    }
    watch::keep_panics();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let slots = watch::watchdog(threads, save);
    told_of_the_last_run(threads);
    let mut report = Report::new();
    for target in chosen {
        let found = fuzz(target, &arguments, slots);
        report.add(target, found);
    }
    for thread in 0..threads {
        let _ = std::fs::remove_file(running(thread));
    }
    if !report.finish() {
        std::process::exit(1);
    }
}

fn arguments() -> Arguments {
    let mut found = Arguments {
        target: "all".into(),
        time: SHORT,
        seed: 1,
        inputs: None,
        replay: None,
        wants_seeds: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        match word.as_str() {
            "--target" => found.target = value(),
            "--seconds" => found.time = Duration::from_secs_f64(value().parse().unwrap()),
            "--seed" => found.seed = value().parse().unwrap(),
            "--inputs" => found.inputs = Some(value().parse().unwrap()),
            "--seeds" => found.wants_seeds = true,
            "--replay" => found.replay = Some(value().into()),
            // `cargo test` hands libtest's arguments to every test program. Whoever lists or filters tests by name means
            // others than this one.
            "--list" | "--ignored" | "--bench" => std::process::exit(0),
            "--test-threads" | "--skip" | "--format" | "--color" | "--logfile"
            | "--shuffle-seed" | "-Z" => drop(value()),
            flag if flag.starts_with('-') => {}
            _ => std::process::exit(0),
        }
    }
    found
}

fn fuzz(target: &'static Target, arguments: &Arguments, slots: &[Slot]) -> Found {
    let found = Mutex::new(Found::default());
    let begun = Instant::now();
    for path in corpus(target.name) {
        let input = Arc::new(std::fs::read(&path).unwrap());
        let outcome = observe_in(&slots[0], target, &input);
        let mut found = found.lock().unwrap();
        found.corpus += 1;
        if let Some(panic) = &outcome.failure {
            println!("{}: {}: {}", path.display(), panic.place, panic.message);
            found.failures.insert(panic.place.clone(), path.clone());
        }
    }
    let pool = Pool {
        seeds: (target.seeds)(),
        tokens: target.tokens,
    };
    let next = AtomicU64::new(0);
    let share = |thread: usize| {
        let mut file = std::fs::File::create(running(thread)).unwrap();
        let mut mine = Found::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let enough = arguments.inputs.map_or_else(
                || begun.elapsed() >= arguments.time,
                |inputs| number >= inputs,
            );
            if enough {
                break;
            }
            let mut chance = Chance::new(hash(&(arguments.seed, target.name, number)));
            let input = Arc::new((target.make)(&mut chance, &pool));
            // A stack that overflows ends the program at once: the next run finds what it was at.
            let head = format!("{} {}\n", target.name, input.len());
            file.rewind().unwrap();
            file.write_all(&[head.as_bytes(), &input].concat()).unwrap();
            let outcome = observe_in(&slots[thread], target, &input);
            mine.count(&outcome);
            if let Some(panic) = outcome.failure {
                let known = &mut found.lock().unwrap().failures;
                known.entry(panic.place.clone()).or_insert_with(|| {
                    let small = smaller(&slots[thread], target, &input, &panic);
                    let path = save(target.name, &small);
                    report::tell(target, number, &panic, &path);
                    path
                });
            }
        }
        mine
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..slots.len())
            .map(|at| {
                scope.spawn({
                    let share = &share;
                    move || share(at)
                })
            })
            .collect();
        for thread in threads {
            let mine = thread.join().unwrap();
            found.lock().unwrap().add(mine);
        }
    });
    let mut found = found.into_inner().unwrap();
    found.took = begun.elapsed();
    found
}

fn observe_in(slot: &Slot, target: &'static Target, input: &Arc<Vec<u8>>) -> watch::Outcome {
    *slot.lock().unwrap() = Some((Instant::now(), target.name, Arc::clone(input)));
    let outcome = observe(target.run, input);
    *slot.lock().unwrap() = None;
    outcome
}

/// Takes away what is not needed for the same panic: halves first, single bytes last.
fn smaller(slot: &Slot, target: &'static Target, input: &[u8], panic: &Panic) -> Vec<u8> {
    let mut best = input.to_vec();
    if ["time", "memory"].contains(&panic.place.as_str()) {
        return best;
    }
    let same = |bytes: &[u8]| {
        observe_in(slot, target, &Arc::new(bytes.to_vec()))
            .failure
            .is_some_and(|found| found.place == panic.place)
    };
    let (mut tries, mut size) = (0, best.len() / 2);
    while size > 0 && tries < SMALLER_TRIES {
        let mut at = 0;
        while at + size <= best.len() && tries < SMALLER_TRIES {
            let without = [&best[..at], &best[at + size..]].concat();
            tries += 1;
            if same(&without) {
                best = without;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    best
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz/crashes");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn running(thread: usize) -> PathBuf {
    folder().with_file_name(format!("running-{thread}"))
}

fn save(target: &str, input: &[u8]) -> PathBuf {
    let path = folder().join(format!("{target}-{:016x}", hash(&input)));
    std::fs::write(&path, input).unwrap();
    path
}

/// Inputs that an earlier run was at when it ended without a word.
fn told_of_the_last_run(threads: usize) {
    for thread in 0..threads {
        let Ok(held) = std::fs::read(running(thread)) else {
            continue;
        };
        let _ = std::fs::remove_file(running(thread));
        let Some(end) = held.iter().position(|byte| *byte == b'\n') else {
            continue;
        };
        let head = String::from_utf8_lossy(&held[..end]).into_owned();
        let (name, length) = head.split_once(' ').unwrap_or((&head, ""));
        let length: usize = length.parse().unwrap_or(0);
        let input = held.get(end + 1..end + 1 + length).unwrap_or_default();
        println!("an earlier run ended at {}", save(name, input).display());
    }
}

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(target);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    files
}

/// Places at which something went wrong, and an input for each.
pub type Failures = BTreeMap<String, PathBuf>;
