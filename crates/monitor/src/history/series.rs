//! Metrics over time: a point a day, of the day's current run.

use serde::Serialize;

use super::History;
use crate::error::MonitorError;

/// A metric of an account, day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Series {
    /// The account.
    pub account: String,
    /// The metric.
    pub metric: String,
    /// Its days, in the order of their dates.
    pub days: Vec<Point>,
}

/// A metric on a day, in its own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The date.
    pub as_of: String,
    /// The value at the opening; nothing where it is undefined.
    pub initial: Option<String>,
    /// The value with every trade booked; nothing where it is undefined, and when the run failed.
    #[serde(rename = "final")]
    pub last: Option<String>,
    /// The lower limit.
    pub min: Option<String>,
    /// The upper limit.
    pub max: Option<String>,
    /// The distance to the nearer end of the limit, below 0 where it is broken.
    pub headroom: Option<String>,
    /// `none`, `inherited`, `caused` or `cured`.
    pub breach: String,
}

const POINTS: &str = "
SELECT m.account, m.metric, d.as_of, m.initial, m.final, l.min, l.max, l.headroom, COALESCE(b.breach, 'none')
FROM days d JOIN metrics m ON m.seq = d.seq
LEFT JOIN limits l ON l.seq = m.seq AND l.account = m.account AND l.metric = m.metric
LEFT JOIN breaches b ON b.seq = m.seq AND b.account = m.account AND b.metric = m.metric
WHERE (?1 IS NULL OR d.as_of >= ?1) AND (?2 IS NULL OR m.account = ?2) AND (?3 IS NULL OR m.metric = ?3)
ORDER BY m.account, m.metric, d.as_of";

impl History {
    /// The metrics of this account and of this name, on this date and later ones; without one of them, whatever it is.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn series(
        &self,
        since: Option<&str>,
        account: Option<&str>,
        metric: Option<&str>,
    ) -> Result<Vec<Series>, MonitorError> {
        let points: Vec<(String, String, Point)> = self.asked(|connection| {
            let mut points = connection.prepare(POINTS)?;
            let rows = points.query_map([since, account, metric], |row| {
                let point = Point {
                    as_of: row.get(2)?,
                    initial: row.get(3)?,
                    last: row.get(4)?,
                    min: row.get(5)?,
                    max: row.get(6)?,
                    headroom: row.get(7)?,
                    breach: row.get(8)?,
                };
                Ok((row.get(0)?, row.get(1)?, point))
            })?;
            rows.collect()
        })?;
        let mut series: Vec<Series> = Vec::new();
        for (account, metric, point) in points {
            match series.last_mut().filter(|last| last.account == account && last.metric == metric) {
                Some(last) => last.days.push(point),
                None => series.push(Series { account, metric, days: vec![point] }),
            }
        }
        Ok(series)
    }
    /// The accounts that any run has had, in order.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn accounts(&self) -> Result<Vec<String>, MonitorError> {
        self.names("SELECT DISTINCT account FROM metrics ORDER BY account")
    }

    /// The metrics that any run has had, in order.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn metrics(&self) -> Result<Vec<String>, MonitorError> {
        self.names("SELECT DISTINCT metric FROM metrics ORDER BY metric")
    }

    fn names(&self, question: &str) -> Result<Vec<String>, MonitorError> {
        self.asked(|connection| connection.prepare(question)?.query_map([], |row| row.get(0))?.collect())
    }
}
