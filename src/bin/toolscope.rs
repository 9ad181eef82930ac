//! The companion on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolscope::native::command_line::run(std::env::args_os())
}
