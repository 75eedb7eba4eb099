//! `pb-assign validate`: everything up to the solver. Whatever is wrong with configuration or files shows here.

use serde_json::json;

use super::{Prepared, load, prepare_loaded};
use crate::arguments::InputArguments;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, inputs, telemetry};

/// Reads and checks everything, and solves nothing.
///
/// # Errors
/// Every problem that was found.
pub fn run(arguments: &InputArguments) -> Result<(Exit, String), Failure> {
    let (given, mut stages) = (arguments.given(), Stages::new());
    let loaded = load(&arguments.config, &given, &mut stages)?;
    inputs::tell_if_ahead(&loaded.config);
    let Prepared { config, book, problem, warnings, read } = prepare_loaded(loaded, &given, &mut stages)?;
    inputs::refuse_stale(&config)?;
    for warning in &warnings {
        telemetry::tell(&warning.to_string());
    }
    for note in &problem.notes {
        telemetry::tell(&format!("note {}: {}", note.code.id, note.message));
    }
    let (trades, accounts) = (book.trades.len(), book.accounts.len());
    let bounds = book.accounts.iter().flat_map(|account| &account.metrics);
    let limits = bounds.flat_map(|metric| [metric.limit.min, metric.limit.max]).flatten().count();
    let pinned = book.trades.iter().filter(|trade| trade.pin.is_some()).count();
    let (rows, used) = (read.day.coefficients.len(), metric_engine::coefficients_used(&config.desk, &read.day));
    let coefficients = if rows > 0 { format!("{rows} coefficient rows ({used} used), ") } else { String::new() };
    telemetry::tell(&format!(
        "Valid: {trades} trades ({pinned} pinned), {accounts} accounts with {} positions, {coefficients}{limits} limits.",
        read.day.positions.len()
    ));
    let line = json!({
        "status": "valid", "exit": 0,
        "counts": {
            "trades": trades, "pinned": pinned, "accounts": accounts, "coefficients": rows, "coefficients_used": used,
            "limits": limits, "warnings": warnings.len(),
        },
    });
    Ok((Exit::Done, line.to_string()))
}
