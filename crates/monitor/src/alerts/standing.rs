//! What fires after a run, and what changed with it.
//!
//! An alert goes by its key: desk, kind, account, metric. It fires as long as the newest run that says anything about its
//! kind finds it, newest by as-of date. A run about an earlier date than one that was seen changes nothing: a backfill
//! tells nobody of what was over long ago. So what fires does not depend on the order in which days are backfilled.
//!
//! A run about a date far ahead changes nothing either, since a mistyped year would make every later day an earlier one. What
//! such a date left behind, it is as if it was not there.
//!
//! Desks may share a ledger: each says something about itself alone.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::Amount;
use serde::{Deserialize, Serialize};

use super::kind::{self, Kind, Worse};

/// What fires, and what changed with the run that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// By desk and kind, `rates/breach`, the newest as-of date whose run said something about it.
    pub newest: BTreeMap<String, String>,
    /// Every alert that fires, in the order of the kinds, accounts and metrics.
    pub firing: Vec<Alert>,
    /// What began, became worse or was over with this run: what somebody is to be told.
    pub changes: Vec<Change>,
}

/// An alert that fires, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The desk.
    pub desk: String,
    /// Its [`Kind`], by name.
    pub kind: String,
    /// The account, where it is about one.
    pub account: Option<String>,
    /// The metric, the input or the way of falling back, where it is about one.
    pub metric: Option<String>,
    /// The as-of date of the run with which it began to fire.
    pub since: Option<String>,
    /// When that was, in UTC.
    pub started: String,
    /// What was told last: a date or a number, as its kind says.
    pub measure: Option<String>,
    /// What it is about, in a sentence; as the last run found it.
    pub text: String,
}

/// Something that somebody is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened to the alert.
    pub change: What,
    /// The alert as it is afterwards; where it is over, as it was before.
    pub alert: Alert,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It began to fire.
    Firing,
    /// It fires still, and it is worse than what was told last.
    Worse,
    /// It is over.
    Resolved,
}

/// Something that a run found and that somebody has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its kind.
    pub kind: &'static Kind,
    /// The account, where it is about one.
    pub account: Option<String>,
    /// The metric, the input or the way of falling back, where it is about one.
    pub metric: Option<String>,
    /// How bad it is: a date or a number, as its kind says.
    pub measure: Option<String>,
    /// What it is about, in a sentence.
    pub text: String,
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The desk that it is about.
    pub desk: &'a str,
    /// The date that it is about; a run without one is about now.
    pub as_of: Option<&'a str>,
    /// When it was recorded, in UTC.
    pub time: &'a str,
    /// The last date that counts: one behind it is too far ahead of when it was recorded.
    pub latest: &'a str,
    /// The desk's name while its configuration could not be read: under it, it may have failed.
    pub unread: Option<&'a str>,
    /// The kinds that it says something about: what fires of them and was not found is over.
    pub known: Vec<&'static Kind>,
    /// What was found.
    pub facts: Vec<Fact>,
}

impl Standing {
    /// What fires after a run, where `self` is what fired before it. A larger measure is worse when it exceeds what was told
    /// last by more than the share `worse_by` of it, a decimal.
    pub fn after(&self, seen: &Seen<'_>, worse_by: &str) -> Self {
        let worse_by = &Amount::from_str(worse_by).unwrap_or_default();
        let mut next = Self { newest: self.newest.clone(), ..Self::default() };
        for kind in kind::TABLE {
            let of_kind = self.firing.iter().filter(|alert| alert.kind == kind.name);
            let (before, others): (Vec<&Alert>, Vec<&Alert>) = of_kind.partition(|alert| seen.is_about(alert));
            next.firing.extend(others.into_iter().cloned());
            let place = format!("{}/{}", seen.desk, kind.name);
            let newest = self.newest.get(&place).filter(|newest| newest.as_str() <= seen.latest);
            let is_old = seen.as_of.zip(newest).is_some_and(|(date, newest)| date < newest.as_str());
            let is_ahead = seen.as_of.is_some_and(|date| date > seen.latest);
            if is_old || is_ahead || !seen.known.contains(&kind) {
                next.firing.extend(before.into_iter().cloned());
                continue;
            }
            if let Some(date) = seen.as_of {
                next.newest.insert(place, date.to_owned());
            }
            let mut now: Vec<Alert> =
                seen.facts.iter().filter(|fact| fact.kind == kind).map(|fact| seen.alert(fact)).collect();
            now.sort_by(|a, b| (&a.account, &a.metric).cmp(&(&b.account, &b.metric)));
            now.dedup_by(|a, b| a.is(b));
            for alert in now {
                next.take(alert, &before, &Growth { worse: kind.worse, by: worse_by, latest: seen.latest });
            }
            let is_over = |alert: &&&Alert| !next.firing.iter().any(|now| now.is(alert));
            let over: Vec<Change> = before.iter().filter(is_over).map(|alert| alert.with(What::Resolved)).collect();
            next.changes.extend(over);
        }
        next
    }

    /// What fires once the alerts of a desk that is no more were ended: nothing of it, as if it had never been.
    pub fn without(&self, desk: &str) -> Self {
        let (ended, firing): (Vec<Alert>, Vec<Alert>) =
            self.firing.iter().cloned().partition(|alert| alert.desk == desk);
        let of_desk = |place: &str| kind::TABLE.iter().any(|kind| place == format!("{desk}/{}", kind.name));
        let newest = self.newest.iter().filter(|(place, _)| !of_desk(place));
        Self {
            newest: newest.map(|(place, date)| (place.clone(), date.clone())).collect(),
            firing,
            changes: ended.iter().map(|alert| alert.with(What::Resolved)).collect(),
        }
    }

    /// Adds an alert that fires now, and what changed about it.
    fn take(&mut self, now: Alert, before: &[&Alert], growth: &Growth<'_>) {
        let Some(before) = before.iter().find(|before| before.is(&now)) else {
            self.changes.push(now.with(What::Firing));
            self.firing.push(now);
            return;
        };
        let is_worse = growth.is_worse(now.measure.as_deref(), before.measure.as_deref());
        // Whatever comes after what had no measure is compared with this one.
        let measure = if is_worse || before.measure.is_none() { now.measure } else { before.measure.clone() };
        let alert = Alert { since: before.since.clone(), started: before.started.clone(), measure, ..now };
        if is_worse {
            self.changes.push(alert.with(What::Worse));
        }
        self.firing.push(alert);
    }
}

impl Seen<'_> {
    /// Whether an alert is of the desk, also where it failed before its name was known.
    fn is_about(&self, alert: &Alert) -> bool {
        alert.desk == self.desk || (alert.kind == kind::FAILED.name && self.unread == Some(alert.desk.as_str()))
    }

    fn alert(&self, fact: &Fact) -> Alert {
        Alert {
            desk: self.desk.to_owned(),
            kind: fact.kind.name.to_owned(),
            account: fact.account.clone(),
            metric: fact.metric.clone(),
            since: self.as_of.map(str::to_owned),
            started: self.time.to_owned(),
            measure: fact.measure.clone(),
            text: fact.text.clone(),
        }
    }
}

impl Alert {
    /// What it goes by, the same from when it begins until it is over: `desk/kind/account/metric`, where a part that it does
    /// not have is empty, and `/` and `%` in a part are written `%2F` and `%25`.
    pub fn key(&self) -> String {
        let part =
            |text: Option<&String>| text.map_or_else(String::new, |text| text.replace('%', "%25").replace('/', "%2F"));
        [Some(&self.desk), Some(&self.kind), self.account.as_ref(), self.metric.as_ref()].map(part).join("/")
    }

    fn is(&self, other: &Self) -> bool {
        let key = |alert: &Self| (alert.desk.clone(), alert.kind.clone(), alert.account.clone(), alert.metric.clone());
        key(self) == key(other)
    }

    fn with(&self, change: What) -> Change {
        Change { change, alert: self.clone() }
    }
}

/// When an alert that fires is worse than what was told.
struct Growth<'a> {
    worse: Worse,
    /// By what share of it a number has to grow.
    by: &'a Amount,
    /// The last date that counts.
    latest: &'a str,
}

impl Growth<'_> {
    fn is_worse(&self, now: Option<&str>, told: Option<&str>) -> bool {
        match (self.worse, now, told) {
            (Worse::Later, Some(now), Some(told)) => now > told || told > self.latest,
            // A metric that has become undefined: no number is as bad.
            (Worse::Larger, None, Some(_)) => true,
            (Worse::Larger, Some(now), Some(told)) => match (Amount::from_str(now), Amount::from_str(told)) {
                (Ok(now), Ok(told)) => now > &told + &(&told.abs() * self.by),
                _ => false,
            },
            _ => false,
        }
    }
}
