//! What a run came to, as a text file for Prometheus, which the textfile collector of its node exporter reads. Names, units
//! and types follow the conventions of Prometheus: base units, `_seconds`, `_ratio`, `_timestamp_seconds`.
//!
//! What a run did not find out has no line: a gap of a refused run is not 0.

use std::fmt::Write;
use std::io;
use std::path::Path;

use crate::atomic::write_atomically;
use crate::entry::RunEntry;

/// A run, as it is told to Prometheus.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// The desk: a label of every line.
    pub desk: &'a str,
    /// The run as the ledger has it.
    pub run: &'a RunEntry,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: i64,
    /// When a run last ended with an assignment, in milliseconds since 1970.
    pub succeeded_ms: Option<i64>,
    /// The beginning of the date that it is about, in UTC, in seconds since 1970.
    pub as_of_s: Option<i64>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How long each stage took, in microseconds, in order.
    pub stages: &'a [(String, u64)],
    /// How many alerts of the desk fire; nothing where the ledger cannot be read.
    pub alerts_firing: Option<usize>,
    /// How many messages wait for a channel.
    pub alerts_kept: u64,
}

/// A metric, by its name without the prefix.
struct Metric {
    name: &'static str,
    help: &'static str,
    samples: fn(&Snapshot<'_>) -> Vec<Sample>,
}

/// A line: labels besides the desk, and the value as it is written.
struct Sample {
    labels: Vec<(&'static str, String)>,
    value: String,
}

/// What every name begins with.
const PREFIX: &str = "pb_assign_";

/// Every metric, in the order of the file. All are gauges: the file says how things stood after the last run.
const TABLE: &[Metric] = &[
    Metric {
        name: "last_run_timestamp_seconds",
        help: "When the last run ended, refused and failed ones included.",
        samples: |s| one(&seconds(s.ended_ms)),
    },
    Metric {
        name: "last_success_timestamp_seconds",
        help: "When a run last ended with an assignment.",
        samples: |s| s.succeeded_ms.map_or_else(Vec::new, |ms| one(&seconds(ms))),
    },
    Metric {
        name: "last_run_as_of_timestamp_seconds",
        help: "The beginning, in UTC, of the date that the last run is about.",
        samples: |s| maybe(s.as_of_s),
    },
    Metric {
        name: "last_run_exit_code",
        help: "What the last run ended with: 0 is an assignment.",
        samples: |s| one(&s.run.exit),
    },
    Metric {
        name: "last_run_info",
        help: "How the last run ended, in words, and the version of the program; always 1.",
        samples: |s| {
            let labels = [("status", &s.run.status), ("reason", &s.run.reason), ("version", &s.run.engine)];
            vec![Sample { labels: labels.map(|(name, value)| (name, value.clone())).into(), value: "1".to_owned() }]
        },
    },
    Metric {
        name: "last_run_duration_seconds",
        help: "How long the last run took, publishing and telling included.",
        samples: |s| one(&seconds_of(s.duration_ms)),
    },
    Metric {
        name: "last_run_stage_duration_seconds",
        help: "How long each stage of the last run took.",
        samples: |s| {
            let sample = |(stage, us): &(String, u64)| Sample {
                labels: vec![("stage", stage.clone())],
                value: micro_seconds(*us),
            };
            s.stages.iter().map(sample).collect()
        },
    },
    Metric {
        name: "last_run_trades",
        help: "The trades of the last run.",
        samples: |s| maybe(s.run.counts.get("trades")),
    },
    Metric {
        name: "last_run_assigned_trades",
        help: "The trades that the last run booked.",
        samples: |s| maybe(s.run.counts.get("assigned")),
    },
    Metric {
        name: "last_run_accounts",
        help: "The accounts of the last run.",
        samples: |s| maybe(s.run.counts.get("accounts")),
    },
    Metric {
        name: "last_run_warnings",
        help: "The warnings of the last run.",
        samples: |s| maybe(s.run.counts.get("warnings")),
    },
    Metric {
        name: "last_run_problems",
        help: "The problems for which the last run was refused.",
        samples: |s| one(&s.run.problem_count),
    },
    Metric {
        name: "last_run_breached_limits",
        help: "The limits that are broken after the last run.",
        samples: |s| if has_plan(s) { one(&broken(s).count()) } else { Vec::new() },
    },
    Metric {
        name: "limit_breached",
        help: "A limit that is broken after the last run, inherited or caused by it; always 1.",
        samples: |s| if has_plan(s) { broken(s).collect() } else { Vec::new() },
    },
    Metric {
        name: "objective",
        help: "What the last assignment is worth, in the unit of the objective; more is better.",
        samples: |s| maybe(s.run.objective.as_ref().map(|objective| &objective.value)),
    },
    Metric {
        name: "objective_gap_ratio",
        help: "The published gap of the last assignment, as a fraction; with strict priorities the largest of the levels.",
        samples: |s| maybe(s.run.objective.as_ref().and_then(|objective| objective.gap.as_ref())),
    },
    Metric {
        name: "objective_certified_gap_ratio",
        help: "The gap of the last assignment that its certificate shows, as a fraction; with strict priorities the largest of the levels.",
        samples: |s| maybe(s.run.objective.as_ref().and_then(|objective| objective.certified_gap.as_ref())),
    },
    Metric {
        name: "alerts_firing",
        help: "The alerts of the desk that fire after the last run.",
        samples: |s| maybe(s.alerts_firing),
    },
    Metric {
        name: "alerts_kept",
        help: "The messages that no channel has taken yet; each counts once for each channel.",
        samples: |s| one(&s.alerts_kept),
    },
];

/// Every name that the file can have.
pub fn names() -> impl Iterator<Item = String> {
    TABLE.iter().map(|metric| format!("{PREFIX}{}", metric.name))
}

/// The file's text.
pub fn text(snapshot: &Snapshot<'_>) -> String {
    let mut text = String::new();
    for metric in TABLE {
        let samples = (metric.samples)(snapshot);
        if samples.is_empty() {
            continue;
        }
        let name = format!("{PREFIX}{}", metric.name);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} gauge", metric.help);
        for Sample { labels, value } in samples {
            let desk = ("desk", snapshot.desk.to_owned());
            let labels = [vec![desk], labels].concat();
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
        }
    }
    text
}

/// Writes the file: whoever reads it finds the old or the new one, whole.
///
/// # Errors
/// What the system refuses.
pub fn write(path: &Path, snapshot: &Snapshot<'_>) -> io::Result<()> {
    write_atomically(path, text(snapshot).as_bytes())
}

fn one(value: &impl ToString) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value: value.to_string() }]
}

fn maybe(value: Option<impl ToString>) -> Vec<Sample> {
    value.map_or_else(Vec::new, |value| one(&value))
}

fn has_plan(snapshot: &Snapshot<'_>) -> bool {
    snapshot.run.exit == 0
}

fn broken(snapshot: &Snapshot<'_>) -> impl Iterator<Item = Sample> {
    let after = snapshot.run.breaches.iter().filter(|breach| breach.breach != "cured");
    after.map(|breach| Sample {
        labels: vec![
            ("account", breach.account.clone()),
            ("metric", breach.metric.clone()),
            ("breach", breach.breach.clone()),
        ],
        value: "1".to_owned(),
    })
}

fn seconds(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}", seconds_of(ms.unsigned_abs()))
}

fn seconds_of(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

fn micro_seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// A label's value as the format has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
