//! `toolscope …`: arguments in, exit code out.
//! Owns: arguments, what is printed, exit codes. Does not own: any number (`service`), the forms of output (`export`).
//!
//! Exit codes: 0 done; 1 it could not be done, the reason is on standard error; 2 wrong arguments.

mod arguments;
mod metrics;
mod query;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use super::demo::{self, DemoOptions};
use super::{precompress, serve, zones};
use arguments::{Arguments, Command, DemoArguments, ServeArguments};

/// Wrong arguments, said like clap says it.
const WRONG_ARGUMENTS: u8 = 2;

/// Why a command ended badly.
#[derive(Debug)]
pub enum Failure {
    /// The arguments ask for something that does not exist.
    Arguments(String),
    /// It could not be done.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs the companion with these arguments (the first is the program's name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too. A closed pipe is nobody's loss.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(WRONG_ARGUMENTS));
        }
    };
    let done = match arguments.command {
        Command::Demo(arguments) => make_demo(&arguments),
        Command::Serve(arguments) => serve_files(arguments),
        Command::Metrics(arguments) => metrics::run(&arguments),
        Command::Query(arguments) => query::run(&arguments),
        Command::Zones { out } => write_zones(&out),
        Command::Precompress { dir } => compress(&dir),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(sentence)) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
        Err(Failure::Arguments(sentence)) => {
            eprintln!("error: {sentence}\n\nFor more information, try '--help'.");
            ExitCode::from(WRONG_ARGUMENTS)
        }
    }
}

/// A line on standard output. A reader that went away (`| head`) ends the command quietly.
pub fn say(line: &str) -> Result<(), Failure> {
    say_raw(format!("{line}\n").as_bytes())
}

/// Bytes as they are.
pub fn say_raw(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

fn make_demo(arguments: &DemoArguments) -> Result<(), Failure> {
    let began = Instant::now();
    let options = DemoOptions {
        events: arguments.events,
        seed: arguments.seed,
        now_us: arguments.now.unwrap_or_else(clock_us),
        out: arguments.out.clone(),
        format: arguments.format,
        aggregate_days: arguments.aggregate_days,
        compress: !arguments.plain,
    };
    let made = demo::write(&options)?;
    say(&format!(
        "Made {} events of a year in {} batches ({:.1} MB, {:.1} MB to transfer) in {:.1} s: {}",
        made.events,
        made.batches,
        made.bytes as f64 / 1e6,
        made.transfer_bytes as f64 / 1e6,
        began.elapsed().as_secs_f64(),
        arguments.out.join("manifest.json").display(),
    ))
}

/// The clock, read where a person starts a command and nowhere else.
pub fn clock_us() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |since| since.as_micros() as i64)
}

fn write_zones(out: &std::path::Path) -> Result<(), Failure> {
    let written = zones::write_all(out).map_err(|error| {
        Failure::Failed(format!("{} could not be written: {error}.", out.display()))
    })?;
    say(&format!("Wrote {written} time zones to {}.", out.display()))
}

fn compress(dir: &std::path::Path) -> Result<(), Failure> {
    let done = precompress::folder(dir).map_err(|error| {
        Failure::Failed(format!(
            "{} could not be compressed: {error}.",
            dir.display()
        ))
    })?;
    say(&format!(
        "Compressed {} files of {} from {:.1} MB to {:.1} MB.",
        done.files,
        dir.display(),
        done.bytes_before as f64 / 1e6,
        done.bytes_after as f64 / 1e6,
    ))
}

fn serve_files(arguments: ServeArguments) -> Result<(), Failure> {
    let wanted = arguments.port;
    let options = serve::ServeOptions {
        app: arguments.app,
        data: arguments.data,
        host: arguments.host,
        port: arguments.port,
        connect: arguments.connect,
        frame_ancestors: arguments.frame_ancestors,
        memory_budget_mib: arguments.memory_budget,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let stop = stop_signal()?;
        let server = serve::bind(&options).await?;
        if server.moved {
            say(&format!(
                "Port {wanted} is taken; using {} instead.",
                server.address.port()
            ))?;
        }
        say(&format!(
            "Toolscope is at http://{} (Ctrl-C ends it).",
            server.address
        ))?;
        server.run(stop).await.map_err(Failure::from)
    });
    // Threads that still read from the disk need not be waited for.
    runtime.shutdown_background();
    served
}

/// Ctrl-C, or what a service manager sends. Listens from the call on, not only from the first poll: whoever reads the
/// address may want to stop at once.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
