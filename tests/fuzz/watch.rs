//! What a run is watched for: memory by a counting allocator, time by a watchdog, panics by a hook. Owns: the limits.
//! Does not own: what is run.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use toolscope::ingest::parquet::caught_panics;

/// An input that takes longer hangs.
const HANG: Duration = Duration::from_secs(5);
/// Memory one input may take at once.
pub const BUDGET_BYTES: isize = 1536 * 1024 * 1024;
/// Where crates below the library are known to panic behind its guard: `crate-version/src/file.rs`. What can be checked
/// before they are called is checked instead (`ingest::lengths`); tests/README.md says why these are not.
const KNOWN_BELOW: [&str; 0] = [];
/// Here a thread is stopped before the machine suffers.
const STOP_BYTES: isize = 2 * BUDGET_BYTES;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static PANIC: RefCell<Option<Panic>> = const { RefCell::new(None) };
}
static TOO_MUCH: AtomicBool = AtomicBool::new(false);
/// One input is run to see what is wrong with it.
pub static IS_REPLAY: AtomicBool = AtomicBool::new(false);

pub struct Counting;

#[expect(
    unsafe_code,
    reason = "an allocator that counts what each thread holds; the work is the system's"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(old, layout) }
    }
}

fn count(bytes: isize) {
    let live = LIVE.try_with(|live| {
        live.set(live.get().saturating_add(bytes));
        live.get()
    });
    let Ok(live) = live else { return };
    let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live)));
    if bytes <= 0 || live <= STOP_BYTES {
        return;
    }
    if IS_REPLAY.load(Ordering::Relaxed) {
        let _ = LIVE.try_with(|live| live.set(isize::MIN / 2));
        println!("too much memory:\n{}", Backtrace::force_capture());
        std::process::exit(1);
    }
    // Neither a panic nor an abort would leave the input behind; the watchdog does.
    loop {
        TOO_MUCH.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Where and why a panic happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Panic {
    pub place: String,
    pub message: String,
}

/// Panics are kept for whoever ran the input instead of being printed.
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| {
            let file = place.file();
            // Of a crate's file its name and version are enough.
            let file = file
                .rsplit_once("/registry/src/")
                .map_or(file, |(_, file)| {
                    file.split_once('/').map_or(file, |(_, file)| file)
                });
            format!("{file}:{}", place.line())
        });
        let payload = info.payload();
        let message = payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).into()))
            .unwrap_or_default();
        PANIC.with(|held| *held.borrow_mut() = Some(Panic { place, message }));
    }));
}

/// How one input went.
pub struct Outcome {
    /// It got out of the library.
    pub failure: Option<Panic>,
    /// A panic of a crate below, from one of [`KNOWN_BELOW`], that the library caught.
    pub caught: Option<Panic>,
    pub took: Duration,
    pub peak_bytes: isize,
}

/// Runs one input and looks at what it did.
pub fn observe(run: fn(&[u8]), input: &[u8]) -> Outcome {
    let before = LIVE.get();
    PEAK.set(before);
    PANIC.take();
    let caught_before = caught_panics();
    let begun = Instant::now();
    let result = std::panic::catch_unwind(|| run(input));
    let took = begun.elapsed();
    let peak_bytes = PEAK.get() - before;
    let panic = PANIC.take();
    let is_guarded = caught_panics() > caught_before;
    // What is caught may come from below the one guard there is, from places that are known; anything else is found.
    let is_known =
        |one: &Panic| is_guarded && KNOWN_BELOW.iter().any(|place| one.place.starts_with(place));
    let (mut failure, caught) = match (result, panic) {
        (Ok(()), Some(panic)) if is_known(&panic) => (None, Some(panic)),
        (_, panic) => (panic, None),
    };
    let over = |what: &str| Panic {
        place: what.into(),
        message: format!("{} MiB, {took:?}", peak_bytes >> 20),
    };
    if peak_bytes > BUDGET_BYTES {
        failure.get_or_insert_with(|| over("memory"));
    }
    if took > HANG {
        failure.get_or_insert_with(|| over("time"));
    }
    Outcome {
        failure,
        caught,
        took,
        peak_bytes,
    }
}

/// What a thread is at.
pub type Slot = Arc<Mutex<Option<(Instant, &'static str, Arc<Vec<u8>>)>>>;

static SLOTS: OnceLock<Vec<Slot>> = OnceLock::new();

/// One place for each thread, looked at by a thread that ends the program when an input never ends or takes the
/// machine's memory.
pub fn watchdog(threads: usize, save: fn(&str, &[u8]) -> PathBuf) -> &'static [Slot] {
    let slots = SLOTS.get_or_init(|| (0..threads).map(|_| Slot::default()).collect());
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let too_much = TOO_MUCH.load(Ordering::Relaxed);
            for slot in slots {
                let Ok(held) = slot.lock() else { continue };
                let Some((begun, target, input)) = held.as_ref() else {
                    continue;
                };
                // Twice the limit: one that ends late is told with what it took.
                if too_much || begun.elapsed() > 2 * HANG {
                    let why = if too_much {
                        "too much memory"
                    } else {
                        "no end"
                    };
                    println!("{target}: {why}: {}", save(target, input).display());
                }
                if begun.elapsed() > 2 * HANG {
                    std::process::exit(1);
                }
            }
            if too_much {
                std::process::exit(1);
            }
        }
    });
    slots
}
