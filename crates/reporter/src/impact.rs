//! What a dry run would bring: the whole answer, and what is other than in the run that was published last. It is a member of
//! the summary line, with a published schema. Decimals are strings and exact.

use std::collections::BTreeMap;

use domain::{AccountId, Bound, MetricName, TradeId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::formats::result_json::{AssignmentEntry, ChangeEntry, Exact, MetricEntry, ResultDocument, text};
use crate::{Reason, Status};

/// The tag of this form of the document.
pub const SCHEMA: &str = "pb-assign/impact/1";

/// A run that was published before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The number of its entry in the ledger, where it has one.
    pub entry: Option<u64>,
    /// When it was recorded, in UTC, where that is known.
    pub recorded_at: Option<String>,
    /// Where it was published.
    pub out: String,
    /// Its answer.
    pub document: ResultDocument,
}

/// What a dry run would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "pb-assign impact")]
pub struct Impact {
    /// The form of this document.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What result.json would hold.
    pub answer: ResultDocument,
    /// What is other than in the last run with an assignment that was published to the same place, about the same day or
    /// an earlier one; null where there is none, or it cannot be read.
    pub against: Option<Against>,
    /// What somebody should know about the comparison.
    pub remarks: Vec<String>,
}

/// The run that an answer is compared with, and what is other now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Against {
    /// The number of its entry in the ledger; null where it was found without one.
    pub entry: Option<u64>,
    /// What it goes by.
    pub run_id: String,
    /// The date that it is about.
    pub as_of: Option<String>,
    /// When it was recorded, in UTC; null where it was found without an entry.
    pub recorded_at: Option<String>,
    /// Where it was published.
    pub out: String,
    /// What its ending was worth.
    pub status: Status,
    /// Why it ended so.
    pub reason: Reason,
    /// Whether it is about the same day: trades can be compared one by one, and metrics open with the same positions.
    pub same_day: bool,
    /// Whether it is the same run: the same configuration, content of files, date and version.
    pub same_run: bool,
    /// What the assignments are worth.
    pub objective: Values,
    /// Where trades are booked; null where this run has no assignment.
    pub trades: Option<Trades>,
    /// Every metric that one of the two has, in the order of this run: as the other run left it, and as this one does.
    pub metrics: Vec<MetricValues>,
    /// Limits that are other ones now.
    pub limits: Vec<LimitValues>,
}

/// A number then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Values {
    /// In the run that was published; null where it has none.
    pub was: Option<Exact>,
    /// In this run; null where it has none.
    pub is: Option<Exact>,
    /// What it is more now; null where one of them is missing.
    pub difference: Option<Exact>,
}

/// Where trades were and are booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trades {
    /// How many are at the account that they were at.
    pub same: u64,
    /// Those that are at another one.
    pub moved: Vec<ChangeEntry>,
    /// Those that the other run did not have.
    pub new: Vec<AssignmentEntry>,
    /// Those that it had, with their account then, and this one has not.
    pub gone: Vec<AssignmentEntry>,
}

/// A metric after the trades, then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MetricValues {
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub account: AccountId,
    /// The metric.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    pub metric: MetricName,
    /// Its values.
    #[serde(flatten)]
    pub values: Values,
}

/// An end of a limit, then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitValues {
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub account: AccountId,
    /// The metric.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    pub metric: MetricName,
    /// Which end.
    #[serde(with = "text::bound")]
    #[schemars(schema_with = "text::bound::schema")]
    pub bound: Bound,
    /// Its values.
    #[serde(flatten)]
    pub values: Values,
}

impl Impact {
    /// An answer next to the run that was published last, if there is one.
    pub fn of(answer: ResultDocument, published: Option<Published>, remarks: Vec<String>) -> Self {
        let against = published.map(|published| against(&answer, published));
        Self { schema: SCHEMA, answer, against, remarks }
    }
}

impl Values {
    fn of(was: Option<&Exact>, is: Option<&Exact>) -> Self {
        let difference = was.zip(is).map(|(was, is)| Exact(&is.0 - &was.0));
        Self { was: was.cloned(), is: is.cloned(), difference }
    }

    /// Whether the two are the same, or both missing.
    pub fn is_same(&self) -> bool {
        self.was == self.is
    }
}

fn against(now: &ResultDocument, published: Published) -> Against {
    let Published { entry, recorded_at, out, document: then } = published;
    let value = |document: &ResultDocument| document.objective.as_ref().map(|objective| objective.value.clone());
    Against {
        entry,
        same_day: then.as_of == now.as_of,
        same_run: then.run_id == now.run_id,
        objective: Values::of(value(&then).as_ref(), value(now).as_ref()),
        trades: now.status.has_assignment().then(|| trades(&then, now)),
        metrics: metrics(&then, now),
        limits: limits(&then, now),
        recorded_at,
        out,
        run_id: then.run_id,
        as_of: then.as_of,
        status: then.status,
        reason: then.reason,
    }
}

fn trades(then: &ResultDocument, now: &ResultDocument) -> Trades {
    fn accounts(document: &ResultDocument) -> BTreeMap<&TradeId, &AccountId> {
        document.assignments.iter().map(|entry| (&entry.trade_id, &entry.account)).collect()
    }
    let (was_at, is_at) = (accounts(then), accounts(now));
    let mut trades = Trades { same: 0, moved: Vec::new(), new: Vec::new(), gone: Vec::new() };
    for entry in &now.assignments {
        match was_at.get(&entry.trade_id) {
            None => trades.new.push(entry.clone()),
            Some(from) if **from == entry.account => trades.same += 1,
            Some(from) => trades.moved.push(ChangeEntry {
                trade_id: entry.trade_id.clone(),
                from: (*from).clone(),
                to: entry.account.clone(),
            }),
        }
    }
    let is_gone = |entry: &&AssignmentEntry| !is_at.contains_key(&entry.trade_id);
    trades.gone = then.assignments.iter().filter(is_gone).cloned().collect();
    trades
}

type Metrics<'a> = BTreeMap<(&'a AccountId, &'a MetricName), &'a MetricEntry>;

fn by_name(document: &ResultDocument) -> Metrics<'_> {
    document.metrics.iter().map(|metric| ((&metric.account, &metric.metric), metric)).collect()
}

/// Pairs of every metric that one of the two has: those of `now` in their order, then what only `then` has.
fn pairs<'a>(
    then: &'a ResultDocument,
    now: &'a ResultDocument,
) -> Vec<(&'a AccountId, &'a MetricName, Option<&'a MetricEntry>, Option<&'a MetricEntry>)> {
    let (had, has) = (by_name(then), by_name(now));
    let here = now.metrics.iter().map(|is| {
        let was = had.get(&(&is.account, &is.metric)).copied();
        (&is.account, &is.metric, was, Some(is))
    });
    let gone = then.metrics.iter().filter(|was| !has.contains_key(&(&was.account, &was.metric)));
    here.chain(gone.map(|was| (&was.account, &was.metric, Some(was), None))).collect()
}

fn metrics(then: &ResultDocument, now: &ResultDocument) -> Vec<MetricValues> {
    let last = |metric: Option<&'_ MetricEntry>| metric.and_then(|metric| metric.last.clone());
    let values = |(account, metric, was, is): (&AccountId, &MetricName, _, _)| MetricValues {
        account: account.clone(),
        metric: metric.clone(),
        values: Values::of(last(was).as_ref(), last(is).as_ref()),
    };
    pairs(then, now).into_iter().map(values).collect()
}

fn limits(then: &ResultDocument, now: &ResultDocument) -> Vec<LimitValues> {
    let mut limits = Vec::new();
    for (account, metric, was, is) in pairs(then, now) {
        for bound in [Bound::Min, Bound::Max] {
            let end =
                |metric: &'_ MetricEntry| if bound == Bound::Min { metric.min.clone() } else { metric.max.clone() };
            let values = Values::of(was.and_then(end).as_ref(), is.and_then(end).as_ref());
            if !values.is_same() {
                limits.push(LimitValues { account: account.clone(), metric: metric.clone(), bound, values });
            }
        }
    }
    limits
}
