//! What has to be in the record after each call, and who has to be told: worked out from what the documentation says,
//! without the product's code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::calendar::{Arrival, Attempt, How, Solver};
use super::market::{self, ACCOUNTS};

/// By what share something has to grow to be told again, in hundredths.
pub(super) const WORSE_BY: i64 = 10;

/// The gap above which somebody is told.
pub(super) const GAP_ABOVE: f64 = 0.01;

/// The kinds of alerts in the order in which they are told, each with how bad it is.
const KINDS: [(&str, &str); 6] = [
    ("failed", "critical"),
    ("missing_input", "critical"),
    ("stale_input", "critical"),
    ("breach", "error"),
    ("fallback", "warning"),
    ("gap", "warning"),
];

/// How a call ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ending {
    /// Nothing is recorded: a dry run, or somebody else has the record.
    Unrecorded(i32),
    /// Without an answer.
    Refused { exit: i32, says: Vec<&'static str>, facts: Vec<Fact> },
    /// With one, published.
    Answered(Answer),
}

/// What is published.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) reason: &'static str,
    pub(super) exit: i32,
    pub(super) objective: Option<String>,
    pub(super) trades: usize,
    pub(super) loads: Vec<Load>,
    says: Vec<&'static str>,
    facts: Vec<Fact>,
}

/// How an account stands in the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Load {
    opening: i64,
    closing: i64,
    limit: Option<i64>,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    kind: &'static str,
    account: Option<String>,
    metric: Option<String>,
    measure: Option<String>,
    text: String,
}

/// An entry of the ledger.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Run { as_of: String, exit: i32, reason: &'static str, answer: Option<Answer> },
    Rerun { of: usize },
    Healed,
}

/// What has to be in the record.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) entries: Vec<Entry>,
    /// Every message, in order.
    pub(super) told: Vec<Value>,
    /// What fires.
    firing: BTreeMap<Place, Fired>,
    newest: BTreeMap<&'static str, String>,
    /// For each date the entry that published last, and what it was a run of.
    published: BTreeMap<String, (usize, String)>,
}

impl Ending {
    pub(super) fn of(attempt: &Attempt) -> Self {
        let refusal = refusal(attempt);
        let exit = match (&refusal, attempt.how) {
            (Some((exit, ..)), _) => *exit,
            (None, How::Busy) => 75,
            (None, _) => answer(attempt).exit,
        };
        match (attempt.how, refusal) {
            (How::DryRun | How::Busy, _) => Self::Unrecorded(exit),
            (_, Some((exit, says, facts))) => Self::Refused { exit, says, facts },
            (_, None) => Self::Answered(answer(attempt)),
        }
    }

    pub(super) fn exit(&self) -> i32 {
        match self {
            Self::Unrecorded(exit) | Self::Refused { exit, .. } => *exit,
            Self::Answered(answer) => answer.exit,
        }
    }
}

/// Why a call is refused: the exit, what it says something about, and what.
fn refusal(attempt: &Attempt) -> Option<(i32, Vec<&'static str>, Vec<Fact>)> {
    let Attempt { as_of, files, .. } = attempt;
    let dated = |kind, input: Option<&str>, text: String| Fact {
        kind,
        account: None,
        metric: input.map(str::to_owned),
        measure: Some(as_of.clone()),
        text,
    };
    if attempt.setup.typo {
        return Some((2, vec!["failed"], vec![dated("failed", None, "the run ended with 2: ".to_owned())]));
    }
    let missing = |input: &str| {
        let text = format!("there is no file inbox/{as_of}/{input}.csv");
        dated("missing_input", Some(input), text)
    };
    let mut facts = Vec::new();
    facts.extend(files.opening.is_none().then(|| missing("positions")));
    match files.arrival {
        Arrival::Missing => facts.push(missing("trades")),
        Arrival::Stale => {
            let text = format!("inbox/{as_of}/trades.csv: the file was written at ");
            facts.push(dated("stale_input", Some("trades"), text));
        }
        Arrival::There | Arrival::Unreadable => {}
    }
    let says = vec!["missing_input", "stale_input"];
    if !facts.is_empty() {
        return Some((3, says, facts));
    }
    (files.arrival == Arrival::Unreadable).then(|| {
        let text = format!("the run ended with 3: inbox/{as_of}/trades.csv:2 quantity: L004: ");
        (3, [vec!["failed"], says].concat(), vec![dated("failed", None, text)])
    })
}

/// What a call with good files publishes.
fn answer(attempt: &Attempt) -> Answer {
    let opening = attempt.files.opening.expect("an opening");
    let (trades, waived) = (&attempt.files.trades, attempt.setup.waived);
    let is_lazy = attempt.setup.solver == Solver::Lazy;
    let booked = if is_lazy { Some(market::dearest(&opening, trades)) } else { market::best(&opening, trades, waived) };
    let closing = booked.as_ref().map_or(opening, |booked| booked.closing);
    let limits = market::limits(waived);
    let loads =
        (0..ACCOUNTS).map(|at| Load { opening: opening[at], closing: closing[at], limit: limits[at] }).collect();
    let fact = |kind, metric: Option<&str>, measure: Option<String>, text: &str| Fact {
        kind,
        account: None,
        metric: metric.map(str::to_owned),
        measure,
        text: text.to_owned(),
    };
    let answer = Answer {
        status: "optimal",
        reason: "proven",
        exit: 0,
        objective: booked.as_ref().map(|booked| market::decimal(booked.worth)),
        trades: trades.len(),
        loads,
        says: KINDS.map(|(kind, _)| kind).to_vec(),
        facts: Vec::new(),
    };
    let Some(booked) = booked else {
        let text = "the run ended without an assignment: infeasible";
        let facts = vec![fact("failed", None, Some(attempt.as_of.clone()), text)];
        let says = vec!["failed", "missing_input", "stale_input"];
        return Answer { status: "failed", reason: "infeasible", exit: 4, says, facts, ..answer };
    };
    let mut facts: Vec<Fact> = answer.loads.iter().enumerate().filter_map(|(at, load)| load.fact(at)).collect();
    match attempt.setup.solver {
        Solver::Search => {}
        Solver::Failing => {
            facts.push(fact("fallback", Some("broken failed"), None, "the run fell back: broken failed"));
        }
        Solver::Lazy => {
            let gap = market::gap(market::bound(&opening, trades), booked.worth);
            if gap == "0" {
                return Answer { facts, ..answer };
            }
            if gap.parse::<f64>().is_ok_and(|gap| gap > GAP_ABOVE) {
                let text = format!("the gap of {gap} is above {GAP_ABOVE}");
                facts.push(fact("gap", None, Some(gap), &text));
            }
            return Answer { status: "feasible", reason: "time_limit", facts, ..answer };
        }
    }
    Answer { facts, ..answer }
}

impl Load {
    /// How far the opening and the closing are beyond the limit, and what the run did to it; nothing where neither is.
    pub(super) fn breach(&self) -> Option<(i64, i64, &'static str)> {
        let limit = self.limit?;
        let (before, after) = (self.opening - limit, self.closing - limit);
        match (before > 0, after > 0) {
            (true, true) => Some((before, after, "inherited")),
            (false, true) => Some((before, after, "caused")),
            (true, false) => Some((before, after, "cured")),
            (false, false) => None,
        }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.breach().is_some_and(|(_, _, word)| word != "cured")
    }

    /// What is beyond the limit at worst that day, with its value; of both the closing where they are the same.
    fn worst(&self) -> Option<(i64, i64, &'static str)> {
        let (before, after, word) = self.breach()?;
        Some(if before > after { (before, self.opening, word) } else { (after, self.closing, word) })
    }

    fn fact(&self, account: usize) -> Option<Fact> {
        let (_, beyond, word) = self.breach().filter(|_| self.is_broken())?;
        let limit = self.limit?;
        Some(Fact {
            kind: "breach",
            account: Some(name(account)),
            metric: Some("load".to_owned()),
            measure: Some(beyond.to_string()),
            text: format!("{} is above the limit of {limit} ({word})", self.closing),
        })
    }
}

impl Entry {
    /// How `audit list` shows it, up to what a run goes by.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::Run { exit, reason, answer, .. } => {
                let status = answer.as_ref().map_or("failed", |answer| answer.status);
                format!("{status}, {reason}, exit {exit}")
            }
            Self::Rerun { of } => format!("the run of entry {of} again, nothing changed"),
            Self::Healed => format!("{} bytes of a torn line taken off", super::TORN.len()),
        }
    }
}

impl Expected {
    /// Whether a call is one whose answer is there.
    pub(super) fn is_rerun(&self, attempt: &Attempt) -> Option<usize> {
        let (entry, of) = self.published.get(&attempt.as_of)?;
        (attempt.how == How::Run && *of == identity(attempt)).then_some(*entry)
    }

    /// Takes down what a call records.
    pub(super) fn record(&mut self, attempt: &Attempt) {
        let as_of = attempt.as_of.clone();
        let (exit, reason, answer, says, facts) = match Ending::of(attempt) {
            Ending::Unrecorded(_) => return,
            Ending::Answered(_) if self.is_rerun(attempt).is_some() => {
                self.entries.push(Entry::Rerun { of: self.is_rerun(attempt).expect("a rerun") });
                return;
            }
            Ending::Refused { exit, says, facts } => {
                (exit, if exit == 2 { "configuration" } else { "input_data" }, None, says, facts)
            }
            Ending::Answered(answer) => (answer.exit, answer.reason, Some(answer.clone()), answer.says, answer.facts),
        };
        let is_answered = answer.is_some();
        self.entries.push(Entry::Run { as_of: as_of.clone(), exit, reason, answer });
        if is_answered {
            self.published.insert(as_of.clone(), (self.entries.len(), identity(attempt)));
        }
        self.tell(&as_of, is_answered, &says, &facts);
    }

    /// How many alerts fire.
    pub(super) fn firing(&self) -> usize {
        self.firing.len()
    }

    /// The keys of what fires, in order.
    pub(super) fn firing_keys(&self) -> Vec<String> {
        self.firing.keys().map(|(kind, account, metric)| key(KINDS[*kind].0, account, metric)).collect()
    }

    /// Who runs says something about these kinds: what it finds fires, and what it does not find is over, unless a later
    /// day was heard of before.
    fn tell(&mut self, as_of: &str, is_answered: bool, says: &[&'static str], facts: &[Fact]) {
        for (place, (kind, severity)) in KINDS.iter().enumerate() {
            if !says.contains(kind) || self.newest.get(kind).is_some_and(|newest| as_of < newest.as_str()) {
                continue;
            }
            self.newest.insert(kind, as_of.to_owned());
            let mut tell = |change: &str, account: &Option<String>, metric: &Option<String>, fired: &Fired| {
                let (since, measure, text) = fired;
                let text = if change == "resolved" { format!("was: {text}") } else { text.clone() };
                self.told.push(json!({
                    "change": change, "kind": kind, "severity": severity, "key": self::key(kind, account, metric),
                    "account": account, "metric": metric, "since": since, "measure": measure, "text": text,
                    "as_of": as_of, "has_run": is_answered,
                }));
            };
            let mut found: Vec<&Fact> = facts.iter().filter(|fact| fact.kind == *kind).collect();
            found.sort_by_key(|fact| (&fact.account, &fact.metric));
            let mut now = BTreeMap::new();
            for fact in found {
                let at = (place, fact.account.clone(), fact.metric.clone());
                let fired = match self.firing.get(&at) {
                    None => {
                        let fired = (as_of.to_owned(), fact.measure.clone(), fact.text.clone());
                        tell("firing", &fact.account, &fact.metric, &fired);
                        fired
                    }
                    Some((since, told, _)) if is_worse(kind, fact.measure.as_deref(), told.as_deref()) => {
                        let fired = (since.clone(), fact.measure.clone(), fact.text.clone());
                        tell("worse", &fact.account, &fact.metric, &fired);
                        fired
                    }
                    Some((since, told, _)) => (since.clone(), told.clone(), fact.text.clone()),
                };
                now.insert(at, fired);
            }
            self.firing.iter().filter(|(at, _)| at.0 == place && !now.contains_key(*at)).for_each(|(at, fired)| {
                tell("resolved", &at.1, &at.2, fired);
            });
            self.firing.retain(|at, _| at.0 != place);
            self.firing.extend(now);
        }
    }

    /// What `pb-assign history` lists of each run.
    pub(super) fn runs(&self) -> Vec<Value> {
        let current: BTreeSet<usize> = self.published.values().map(|(entry, _)| *entry).collect();
        let run = |(seq, entry): (usize, &Entry)| {
            let Entry::Run { as_of, exit, reason, answer } = entry else { return None };
            let broken = answer.as_ref().map(|answer| answer.loads.iter().filter(|load| load.is_broken()).count());
            Some(json!({
                "seq": seq, "as_of": as_of, "exit": exit, "reason": reason,
                "status": answer.as_ref().map_or("failed", |answer| answer.status),
                "objective": answer.as_ref().and_then(|answer| answer.objective.clone()),
                "trades": answer.as_ref().map(|answer| answer.trades), "broken": broken, "current": current.contains(&seq),
            }))
        };
        let mut runs: Vec<Value> = (1..).zip(&self.entries).filter_map(run).collect();
        // In the order of dates; the sort keeps that of entries.
        runs.sort_by_key(|run| run["as_of"].to_string());
        runs
    }

    /// What `pb-assign breaches` lists.
    pub(super) fn breaches(&self) -> Vec<Value> {
        let answer = |entry: usize| match &self.entries[entry - 1] {
            Entry::Run { answer: Some(answer), .. } => answer,
            other => panic!("{other:?} published nothing"),
        };
        let days: Vec<(&String, &Answer)> =
            self.published.iter().map(|(as_of, (entry, _))| (as_of, answer(*entry))).collect();
        let mut spans: Vec<Value> = (0..ACCOUNTS).flat_map(|account| spans_of(account, &days)).collect();
        spans.sort_by_key(|span| (span["first_seen"].to_string(), span["account"].to_string()));
        spans
    }
}

/// The kind by its place among [`KINDS`], the account, the metric.
type Place = (usize, Option<String>, Option<String>);

/// Since when, what was told last of how bad it is, and what it is about.
type Fired = (String, Option<String>, String);

/// The breaches of an account, from day to day.
fn spans_of(account: usize, days: &[(&String, &Answer)]) -> Vec<Value> {
    let mut spans: Vec<Vec<Value>> = Vec::new();
    let mut endings: Vec<(&str, Option<String>)> = Vec::new();
    for (as_of, answer) in days {
        let load = &answer.loads[account];
        let is_open = endings.last().is_some_and(|(state, _)| *state == "open");
        let opens_broken = load.limit.is_some_and(|limit| load.opening > limit);
        if is_open && !opens_broken {
            let state = if load.limit.is_some() { "gone" } else { "dropped" };
            *endings.last_mut().expect("one that is open") = (state, Some((*as_of).clone()));
        }
        let Some((beyond, value, word)) = load.worst() else { continue };
        let day = json!({
            "as_of": as_of, "breach": word, "value": value.to_string(), "min": null,
            "max": load.limit.map(|limit| limit.to_string()), "beyond": beyond.to_string(),
        });
        if is_open && opens_broken {
            spans.last_mut().expect("one that is open").push(day);
        } else {
            spans.push(vec![day]);
            endings.push(("open", None));
        }
        if word == "cured" {
            *endings.last_mut().expect("one that was open") = ("cured", Some((*as_of).clone()));
        }
    }
    let beyond = |day: &Value| day["beyond"].as_str().and_then(|text| text.parse::<i64>().ok()).expect("a number");
    let span = |(days, (state, ended)): (Vec<Value>, (&str, Option<String>))| {
        // The first of those that are as bad.
        let worst = days.iter().rev().max_by_key(|day| beyond(day)).expect("a day").clone();
        json!({
            "account": name(account), "metric": "load", "first_seen": days[0]["as_of"], "began": days[0]["breach"],
            "last_seen": days[days.len() - 1]["as_of"], "age_days": days.len(), "state": state, "ended": ended,
            "worst": worst, "days": days,
        })
    };
    spans.into_iter().zip(endings).map(span).collect()
}

fn is_worse(kind: &str, now: Option<&str>, told: Option<&str>) -> bool {
    let (Some(now), Some(told)) = (now, told) else { return false };
    let number = |text: &str| text.parse::<f64>().expect("a number");
    match kind {
        "breach" | "gap" => number(now) * 100.0 > number(told) * (100 + WORSE_BY) as f64,
        // Dates, in the order of their text.
        _ => now > told,
    }
}

fn key(kind: &str, account: &Option<String>, metric: &Option<String>) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    format!("credit/{kind}/{}/{}", part(account), part(metric))
}

pub(super) fn name(account: usize) -> String {
    format!("PB{}", account + 1)
}

/// What two calls have in common that are the same run: date, configuration and files.
fn identity(attempt: &Attempt) -> String {
    format!("{:?}", (&attempt.as_of, &attempt.files.trades, &attempt.files.opening, &attempt.setup))
}
