//! Breaches from their first day to their end. Which days belong to one is said by the views; how bad it was is compared
//! here, in exact numbers.

use domain::Amount;
use serde::{Serialize, Serializer};

use super::{History, fill};
use crate::error::MonitorError;

/// A limit that was broken, from the first day that this was seen to the day that it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BreachSpan {
    /// The account.
    pub account: String,
    /// The metric.
    pub metric: String,
    /// The date it was first seen.
    pub first_seen: String,
    /// How it was first seen: `inherited`, `caused`, or `cured` on the same day.
    pub began: String,
    /// The last date it was seen, so far.
    pub last_seen: String,
    /// So many run days it has been seen on, the first and the last included.
    pub age_days: u64,
    /// How it stands, or how it ended.
    pub state: Ending,
    /// The date that it ended; nothing while it is open.
    pub ended: Option<String>,
    /// The worst of its days.
    pub worst: BreachDay,
    /// Its days, in the order of their dates.
    pub days: Vec<BreachDay>,
}

/// How a breach stands on the newest run day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The limit is broken still.
    Open,
    /// A run's assignment brought the metric back.
    Cured,
    /// At the opening of the next run day the limit was kept.
    Gone,
    /// On the next run day there was no such limit.
    Dropped,
}

/// A breach on one day, at its worst there: at the opening or after the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BreachDay {
    /// The date.
    pub as_of: String,
    /// What the run did to it.
    pub breach: String,
    /// The value; nothing where it is undefined, which is worse than any value.
    pub value: Option<String>,
    /// The lower limit.
    pub min: Option<String>,
    /// The upper limit.
    pub max: Option<String>,
    /// How far it is beyond the limit, above 0; nothing where it is undefined.
    #[serde(serialize_with = "text")]
    pub beyond: Option<Amount>,
}

const DAYS: &str = "
SELECT s.account, s.metric, s.first_seen, s.began, s.last_seen, s.run_days, s.state, s.ended,
  b.as_of, b.breach, m.initial, m.closing, l.min, l.max
FROM breach_spans s
JOIN breach_days b ON b.account = s.account AND b.metric = s.metric AND b.span = s.span
JOIN metrics m ON m.seq = b.seq AND m.account = b.account AND m.metric = b.metric
JOIN limits l ON l.seq = b.seq AND l.account = b.account AND l.metric = b.metric
WHERE (?1 IS NULL OR s.last_seen >= ?1) AND (?2 IS NULL OR s.account = ?2) AND (NOT ?3 OR s.state = 'open')
ORDER BY s.first_seen, s.account, s.metric, b.day";

impl History {
    /// Breaches that were seen on this date or later, of this account, and with `open` those that are open only; in the order of
    /// the dates that they were first seen.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn breaches(
        &self,
        since: Option<&str>,
        account: Option<&str>,
        open: bool,
    ) -> Result<Vec<BreachSpan>, MonitorError> {
        let days: Vec<BreachSpan> = self.asked(|connection| {
            let mut days = connection.prepare(DAYS)?;
            let spans = days.query_map(rusqlite::params![since, account, open], |row| {
                let day = BreachDay {
                    as_of: row.get(8)?,
                    breach: row.get(9)?,
                    value: None,
                    min: row.get(12)?,
                    max: row.get(13)?,
                    beyond: None,
                };
                let day = at_worst(&day, [row.get(10)?, row.get(11)?]);
                let state: String = row.get(6)?;
                Ok(BreachSpan {
                    account: row.get(0)?,
                    metric: row.get(1)?,
                    first_seen: row.get(2)?,
                    began: row.get(3)?,
                    last_seen: row.get(4)?,
                    age_days: row.get(5)?,
                    state: Ending::named(&state),
                    ended: row.get(7)?,
                    worst: day.clone(),
                    days: vec![day],
                })
            })?;
            spans.collect()
        })?;
        let mut spans: Vec<BreachSpan> = Vec::new();
        for day in days {
            let same = |last: &&mut BreachSpan| {
                (&last.account, &last.metric, &last.first_seen) == (&day.account, &day.metric, &day.first_seen)
            };
            match spans.last_mut().filter(same) {
                Some(last) => last.add(day.worst),
                None => spans.push(day),
            }
        }
        Ok(spans)
    }
}

impl BreachSpan {
    fn add(&mut self, day: BreachDay) {
        // The earlier of two that are as bad.
        if badness(&day) > badness(&self.worst) {
            self.worst = day.clone();
        }
        self.days.push(day);
    }
}

impl Ending {
    /// Every one with its word.
    pub const TABLE: [(&'static str, Self); 4] =
        [("open", Self::Open), ("cured", Self::Cured), ("gone", Self::Gone), ("dropped", Self::Dropped)];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::TABLE.iter().find(|(_, ending)| *ending == self).map_or("", |(word, _)| word)
    }

    fn named(word: &str) -> Self {
        Self::TABLE.iter().find(|(known, _)| *known == word).map_or(Self::Open, |(_, ending)| *ending)
    }
}

/// The day at the opening or after the run, whichever is worse; after the run where they are the same.
fn at_worst(day: &BreachDay, values: [Option<String>; 2]) -> BreachDay {
    let end = |value: Option<String>| {
        let beyond = fill::beyond(value.as_ref(), day.min.as_ref(), day.max.as_ref());
        BreachDay { value, beyond, ..day.clone() }
    };
    let [opening, closing] = values.map(end);
    if badness(&opening) > badness(&closing) { opening } else { closing }
}

/// What is undefined is worse than what is far beyond.
fn badness(day: &BreachDay) -> (bool, Option<&Amount>) {
    (day.value.is_none(), day.beyond.as_ref())
}

fn text<S: Serializer>(amount: &Option<Amount>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => serializer.collect_str(amount),
        None => serializer.serialize_none(),
    }
}
