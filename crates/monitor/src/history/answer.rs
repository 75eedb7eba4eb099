//! What a published run found, as its kept files say it: `result.json`, and from `assignments.csv` what trades are worth.

use domain::Amount;
use serde::Deserialize;

use crate::entry::{Kept, RunEntry};
use crate::error::MonitorError;
use crate::state::State;

/// The form of `result.json` that is read.
const RESULT: &str = "pb-assign/result/1";

/// An answer.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    /// Which trade is booked where.
    pub(super) assignments: Vec<Booking>,
    /// Every metric of every account.
    pub(super) metrics: Vec<Metric>,
    /// How far it is from the last plan.
    pub(super) changes: Option<Changes>,
    /// What each booking is worth in base currency, in their order; empty where the answer does not say.
    #[serde(skip)]
    pub(super) values_base: Vec<Amount>,
}

/// A trade at its account.
#[derive(Debug, Deserialize)]
pub(super) struct Booking {
    pub(super) trade_id: String,
    pub(super) account: String,
}

/// A metric before and after, with its limit.
#[derive(Debug, Deserialize)]
pub(super) struct Metric {
    pub(super) account: String,
    pub(super) metric: String,
    pub(super) initial: Option<String>,
    #[serde(rename = "final")]
    pub(super) last: Option<String>,
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
    pub(super) headroom: Option<String>,
    pub(super) breach: String,
}

/// The changes from the last plan.
#[derive(Debug, Deserialize)]
pub(super) struct Changes {
    pub(super) changed: u64,
}

impl Answer {
    /// The answer of a published run.
    ///
    /// # Errors
    /// What the system refuses, and kept files that are not what they were.
    pub(super) fn of(state: &State, run: &RunEntry) -> Result<Self, MonitorError> {
        let file = |name: &str| run.outputs.iter().find(|file| file.path == name);
        let read = |file: &Kept| state.archive().read(file.kept_in, &file.sha256);
        let broken = |file: &str, what: String| MonitorError::Broken {
            path: state.folder().to_owned(),
            what: format!("the kept {file}: {what}"),
        };
        let Some(result) = file("result.json") else {
            return Err(broken("result.json", "the entry does not name one".to_owned()));
        };
        let mut answer = parse(&read(result)?).map_err(|what| broken("result.json", what))?;
        if let Some(assignments) = file("assignments.csv") {
            let values = values(&read(assignments)?).map_err(|what| broken("assignments.csv", what))?;
            if values.len() != answer.assignments.len() {
                return Err(broken("assignments.csv", "it has not the bookings of result.json".to_owned()));
            }
            answer.values_base = values;
        }
        Ok(answer)
    }
}

fn parse(bytes: &[u8]) -> Result<Answer, String> {
    #[derive(Deserialize)]
    struct Tagged {
        schema: String,
    }
    let tagged: Tagged = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if tagged.schema != RESULT {
        return Err(format!("its form is {}, and this version reads {RESULT}", tagged.schema));
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// The column `value_base`, in the order of the lines.
fn values(bytes: &[u8]) -> Result<Vec<Amount>, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().map_err(|error| error.to_string())?;
    let column = headers.iter().position(|name| name == "value_base").ok_or("it has no column value_base")?;
    let value = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.map_err(|error| error.to_string())?;
        row.get(column).unwrap_or_default().parse::<Amount>().map_err(|error| error.to_string())
    };
    reader.records().map(value).collect()
}
