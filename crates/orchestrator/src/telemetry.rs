//! What goes to stderr: logs, and what a command tells a person; as text, or as one JSON object a line.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use serde_json::json;
use tracing::subscriber::set_global_default;
use tracing_log::{AsLog, LogTracer};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// A level, or a filter as `RUST_LOG` has it: levels by module, with commas between them.
///
/// # Errors
/// A word that is neither.
pub(crate) fn filter(text: &str) -> Result<String, String> {
    // The parser takes any other word for the name of a module, and then shows nothing at all.
    let is_directive = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
    let is_filter = text.split(',').all(is_directive) && EnvFilter::try_new(text).is_ok();
    is_filter
        .then(|| text.to_owned())
        .ok_or_else(|| "write off, error, warn, info, debug, trace or MODULE=LEVEL".to_owned())
}

static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Whether a person reads stderr.
pub(crate) fn is_for_people() -> bool {
    FORMAT.get().is_none_or(|format| *format == LogFormat::Human)
}

/// Tells a person something. A reader that has gone, as behind `2>&1 | head`, is no failure of the run.
pub(crate) fn tell(text: &str) {
    let text = text.trim_end();
    let line = if is_for_people() { text.to_owned() } else { json!({ "level": "INFO", "message": text }).to_string() };
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Whose lines are dropped whatever the filter: they hold addresses and headers, which may be secrets.
const SILENT: [&str; 2] = ["ureq", "rustls"];

/// Starts logging by a [`filter`].
pub(crate) fn start(format: LogFormat, filter: &str) {
    FORMAT.get_or_init(|| format);
    let filter = EnvFilter::new(filter);
    // What HiGHS warns of, a coefficient too small to matter to it, is what our exact checks are for.
    let filter = match "highs=error".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    // A second start in one process, as in tests, keeps the first.
    drop(match format {
        LogFormat::Human => set_global_default(builder.with_target(false).without_time().finish()),
        LogFormat::Json => set_global_default(builder.json().flatten_event(true).with_span_list(false).finish()),
    });
    let level = LevelFilter::current().as_log();
    drop(LogTracer::builder().ignore_all(SILENT).with_max_level(level).init());
}
