//! The program `pb-assign`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Everything of ours; HiGHS has that of the system.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    orchestrator::cli::main()
}
