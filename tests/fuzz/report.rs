//! What a run says at its end: a line a target, and the sums.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::Failures;
use crate::targets::Target;
use crate::watch::{BUDGET_BYTES, Outcome, Panic};

/// What came of one target.
#[derive(Default)]
pub struct Found {
    pub inputs: u64,
    pub corpus: u64,
    pub took: Duration,
    slowest: Duration,
    peak_bytes: isize,
    pub failures: Failures,
    /// Panics of crates below, caught by the library: place and how often.
    caught: BTreeMap<String, u64>,
}

impl Found {
    pub fn count(&mut self, outcome: &Outcome) {
        self.inputs += 1;
        self.slowest = self.slowest.max(outcome.took);
        self.peak_bytes = self.peak_bytes.max(outcome.peak_bytes);
        if let Some(panic) = &outcome.caught {
            *self.caught.entry(panic.place.clone()).or_default() += 1;
        }
    }

    pub fn add(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.slowest = self.slowest.max(other.slowest);
        self.peak_bytes = self.peak_bytes.max(other.peak_bytes);
        self.failures.extend(other.failures);
        for (place, count) in other.caught {
            *self.caught.entry(place).or_default() += count;
        }
    }
}

pub fn tell(target: &Target, number: u64, panic: &Panic, path: &Path) {
    let message: String = panic.message.chars().take(400).collect();
    println!(
        "{} input {number}: {}: {message}\n  again: cargo test --test fuzz -- --target {} --replay {}",
        target.name,
        panic.place,
        target.name,
        path.display()
    );
}

/// All targets of a run.
pub struct Report {
    all: Found,
    readers: u64,
}

impl Report {
    pub fn new() -> Self {
        println!(
            "{:<11} {:>9} {:>7} {:>9} {:>11} {:>9} {:>7} {:>9}",
            "target",
            "inputs",
            "corpus",
            "inputs/s",
            "slowest ms",
            "peak MiB",
            "caught",
            "failures"
        );
        Self {
            all: Found::default(),
            readers: 0,
        }
    }

    pub fn add(&mut self, target: &Target, found: Found) {
        line(target.name, &found);
        if target.is_reader {
            self.readers += found.inputs;
        }
        self.all.took += found.took;
        self.all.corpus += found.corpus;
        self.all.add(found);
    }

    /// True when nothing went wrong.
    pub fn finish(self) -> bool {
        line("total", &self.all);
        println!(
            "{} inputs over the readers; limits: 5 s and {} MiB an input.",
            self.readers,
            BUDGET_BYTES >> 20
        );
        for (place, count) in &self.all.caught {
            println!("caught {count} times: {place}");
        }
        for (place, path) in &self.all.failures {
            println!("failed: {place}: {}", path.display());
        }
        self.all.failures.is_empty()
    }
}

fn line(name: &str, found: &Found) {
    let each_second = found.inputs as f64 / found.took.as_secs_f64().max(1e-3);
    println!(
        "{name:<11} {:>9} {:>7} {each_second:>9.0} {:>11.1} {:>9.1} {:>7} {:>9}",
        found.inputs,
        found.corpus,
        found.slowest.as_secs_f64() * 1e3,
        found.peak_bytes as f64 / f64::from(1 << 20),
        found.caught.values().sum::<u64>(),
        found.failures.len()
    );
}
