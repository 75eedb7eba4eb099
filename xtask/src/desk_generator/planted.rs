//! Desks whose limits lie around a planted plan, so that one is known to keep them all and few others do.
//!
//! The planted plan books each trade at an account drawn from the seed. Where the metric of an account is `M` under
//! it, and `σ` is the standard deviation of that metric over random plans, the limits are:
//!
//! | class | limits of each metric at each account |
//! | --- | --- |
//! | `mid` | one, `0.75·σ` away from `M` |
//! | `tight` | one, `0.15·σ` away from `M` |
//! | `band` | both, `0.1·σ` away from `M` |
//!
//! `M` is exact and a limit is rounded away from it, so that the planted plan keeps every limit to the last digit.

mod metrics;
mod values;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::book::{Book, KINDS, fixed};
use super::{Class, DeskPlan};
use crate::error::{Outcome, XtaskError};
use crate::files;
use crate::random::Random;
use metrics::{Form, Kept, Metric, Rate, SCALE};
use values::{Held, Value, spread};

/// The metrics that such a desk can have.
pub(super) const METRICS: std::ops::RangeInclusive<usize> = 6..=60;
/// The accounts that it needs at least: with one there is nothing to plan.
pub(super) const ACCOUNTS_AT_LEAST: usize = 2;

/// Random plans that a standard deviation is taken over.
const SAMPLES: usize = 200;
/// Added to the seed for what is drawn here, so that it does not repeat what the book drew.
const SALT: u64 = 0x706C_616E_7465_6400;

/// Such a desk, whole.
pub(super) struct Planted {
    book: Book,
    metrics: Vec<Metric>,
    /// The account of each trade.
    plan: Vec<usize>,
    /// By account and metric.
    limits: Vec<Vec<Limit>>,
}

/// The limits of a metric at an account, in units of a decimal place.
#[derive(Debug, PartialEq, Eq)]
struct Limit {
    places: u32,
    min: Option<i128>,
    max: Option<i128>,
}

impl Planted {
    /// Makes one up; an error where a ratio has no value under the planted plan.
    pub(super) fn make(plan: &DeskPlan) -> Outcome<Self> {
        let book = Book::make(plan);
        let mut random = Random::new(plan.seed.wrapping_add(SALT));
        let metrics = metrics::first(plan, &book, &mut random);
        let planted = draw(&book, &mut random);
        let limits = limits(plan.class, &book, &metrics, &planted, &mut random)?;
        Ok(Self { book, metrics, plan: planted, limits })
    }

    /// Writes desk.yaml, trades.csv, positions.csv, coefficients.csv and planted.csv into an empty folder.
    pub(super) fn write(&self, plan: &DeskPlan, folder: &Path) -> Outcome {
        let pins = plan.pinned.then_some(self.plan.as_slice());
        files::write(&folder.join("desk.yaml"), &self.configuration(plan))?;
        files::write(&folder.join("trades.csv"), &self.book.trades_csv(pins))?;
        files::write(&folder.join("positions.csv"), &self.book.positions_csv())?;
        files::write(&folder.join("planted.csv"), &self.planted_csv())?;
        let path = folder.join("coefficients.csv");
        self.write_coefficients(&path).map_err(XtaskError::write(&path))
    }

    fn configuration(&self, plan: &DeskPlan) -> String {
        let mut text = super::configuration_head(&plan.solver);
        for metric in &self.metrics {
            let _ = writeln!(text, "  {}: {}", metric.name, self.definition(metric));
        }
        text.push_str("accounts:\n");
        for (account, limits) in self.book.accounts.iter().zip(&self.limits) {
            let _ = writeln!(text, "  - id: {}\n    metrics:", account.id);
            for (metric, limit) in self.metrics.iter().zip(limits) {
                let _ = writeln!(text, "      {}: {}", metric.name, limit.yaml());
            }
        }
        text
    }

    fn definition(&self, metric: &Metric) -> String {
        let rates = match &metric.form {
            Form::Quotient { of, to } => {
                let (of, to) = (&self.metrics[*of].name, &self.metrics[*to].name);
                return format!("{{ ratio: {{ of: {of}, to: {to} }} }}");
            }
            Form::Additive(rates) => rates,
        };
        let by_type = rates.types.iter().flatten().zip(KINDS);
        let mut named: Vec<String> = by_type.map(|(rate, kind)| format!("{kind}: {}", yaml(*rate))).collect();
        if rates.cash != Rate::ZERO {
            named.push(format!("cash: {}", yaml(rates.cash)));
        }
        let named = if named.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", named.join(", ")) };
        let default = if rates.types.is_none() { ", default: 0" } else { "" };
        let priority = if metric.kept == Kept::Low { ", priority: -1" } else { "" };
        format!("{{ coefficients: {named}{default}{priority} }}")
    }

    fn planted_csv(&self) -> String {
        let mut text = "trade_id,account\n".to_owned();
        for (index, account) in self.plan.iter().enumerate() {
            let _ = writeln!(text, "{},{}", Book::trade_id(index), self.book.accounts[*account].id);
        }
        text
    }

    /// Row by row: a large desk has a million.
    fn write_coefficients(&self, path: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(file, "account,metric,security,long,short")?;
        for (number, account) in self.book.accounts.iter().enumerate() {
            for metric in &self.metrics {
                let Form::Additive(rates) = &metric.form else { continue };
                if rates.types.is_some() {
                    continue;
                }
                for (security, rate) in self.book.securities.iter().zip(&rates.table[number]) {
                    if *rate != Rate::ZERO {
                        let (long, short) = (decimal(rate.long), decimal(rate.short));
                        writeln!(file, "{},{},{},{long},{short}", account.id, metric.name, security.id)?;
                    }
                }
            }
        }
        file.flush()
    }
}

/// An account for each trade.
fn draw(book: &Book, random: &mut Random) -> Vec<usize> {
    let accounts = u32::try_from(book.accounts.len()).unwrap_or(u32::MAX);
    book.trades.iter().map(|_| random.below(accounts) as usize).collect()
}

/// The limits of each account and metric.
fn limits(
    class: Class,
    book: &Book,
    metrics: &[Metric],
    planted: &[usize],
    random: &mut Random,
) -> Outcome<Vec<Vec<Limit>>> {
    let values = values::all(metrics, &Held::after(book, planted));
    let mut samples = vec![vec![Vec::with_capacity(SAMPLES); metrics.len()]; book.accounts.len()];
    for _ in 0..SAMPLES {
        let sampled = values::all(metrics, &Held::after(book, &draw(book, random)));
        for (account, row) in sampled.iter().enumerate() {
            row.iter().enumerate().for_each(|(metric, value)| samples[account][metric].extend(value.to_f64()));
        }
    }
    let of_account = |(account, row): (usize, &Vec<Value>)| -> Outcome<Vec<Limit>> {
        let of_metric = |(index, value): (usize, &Value)| -> Outcome<Limit> {
            if !value.is_defined() {
                let what = format!("make a desk: {} has no value under the planted plan", metrics[index].name);
                return Err(XtaskError::Refused { what, hint: "state another seed".to_owned() });
            }
            Ok(limit(class, metrics[index].kept, value, spread(&samples[account][index])))
        };
        row.iter().enumerate().map(of_metric).collect()
    };
    values.iter().enumerate().map(of_account).collect()
}

/// A metric's limits around its value, with as many digits as its standard deviation calls for.
fn limit(class: Class, kept: Kept, value: &Value, deviation: f64) -> Limit {
    let away = match class {
        Class::Mid => 0.75,
        Class::Band => 0.1,
        Class::Loose | Class::Netted | Class::Hard | Class::Tight => 0.15,
    };
    let places = value.places(deviation);
    let offset = (away * deviation * 10_f64.powi(places as i32)).ceil() as i128;
    let (is_limited, has_both) = (kept != Kept::Low, class == Class::Band);
    Limit {
        places,
        min: (is_limited && (has_both || kept == Kept::AtLeast)).then(|| value.floor(places) - offset),
        max: (is_limited && (has_both || kept == Kept::AtMost)).then(|| value.ceil(places) + offset),
    }
}

impl Limit {
    fn yaml(&self) -> String {
        let side = |name: &str, bound: Option<i128>| Some(format!("{name}: {}", fixed(bound?, self.places)));
        let sides: Vec<String> = [side("min", self.min), side("max", self.max)].into_iter().flatten().collect();
        if sides.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", sides.join(", ")) }
    }
}

/// A coefficient as YAML.
fn yaml(rate: Rate) -> String {
    if rate.short == -rate.long {
        return decimal(rate.long);
    }
    format!("{{ long: {}, short: {} }}", decimal(rate.long), decimal(rate.short))
}

/// A rate without the zeros at its end.
fn decimal(rate: i64) -> String {
    let (mut units, mut places) = (rate, SCALE);
    while places > 0 && units % 10 == 0 {
        units /= 10;
        places -= 1;
    }
    fixed(i128::from(units), places)
}

#[cfg(test)]
mod tests;
