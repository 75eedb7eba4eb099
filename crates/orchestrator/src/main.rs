//! The program `pb-assign`.

use std::process::ExitCode;

fn main() -> ExitCode {
    orchestrator::cli::main()
}
