//! Logs to stderr: one line a stage, for people or as JSON.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Starts logging. `level` is a level or a filter as `RUST_LOG` has it.
pub(crate) fn start(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    // What HiGHS warns of, a coefficient too small to matter to it, is what our exact checks are for.
    let filter = match "highs=error".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let result = match format {
        LogFormat::Human => builder.with_target(false).without_time().with_span_events(FmtSpan::NONE).try_init(),
        LogFormat::Json => builder.json().with_span_events(FmtSpan::CLOSE).flatten_event(true).try_init(),
    };
    // A second start in one process, as in tests, keeps the first.
    drop(result);
}
