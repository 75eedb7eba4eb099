//! Securities without a coefficient. Each is one problem, at the row that names it first, however many accounts and
//! metrics lack one: that row, or its type, is what somebody has to mend.

use std::collections::{BTreeMap, BTreeSet};

use domain::problem::nearest;
use domain::{Account, Desk, MetricDefinition, Problem};

use crate::codes::MISSING_COEFFICIENT;
use crate::coefficients::of_types;
use crate::holdings::Holdings;
use crate::{Form, Metric, Security};

/// What lacks a coefficient: by security, the account and the metric.
#[derive(Default)]
pub(crate) struct Missing<'a> {
    by_security: BTreeMap<usize, Vec<(&'a Account, &'a MetricDefinition)>>,
}

impl<'a> Missing<'a> {
    /// Takes note of the securities that can be at the account and have no coefficient in the metric.
    pub(crate) fn look(
        &mut self,
        account: &'a Account,
        definition: &'a MetricDefinition,
        metric: &Metric,
        present: &[bool],
    ) {
        let Form::Additive(additive) = &metric.form else { return };
        let pairs = additive.rates.iter().zip(present).enumerate();
        for (security, _) in pairs.filter(|(_, (rates, present))| **present && rates.is_none()) {
            self.by_security.entry(security).or_default().push((account, definition));
        }
    }

    /// One problem for each security, in the order of the rows that name them.
    pub(crate) fn problems(&self, desk: &Desk, holdings: &Holdings) -> Vec<Problem> {
        let problem = |(security, lacking): (&usize, &Vec<(&Account, &MetricDefinition)>)| {
            let (security, place) = (&holdings.securities[*security], &holdings.named_at[*security]);
            let types = lacking.iter().flat_map(|(_, definition)| of_types(definition));
            let near = nearest(security.security_type.as_str(), types.map(|(name, _)| name.as_str()));
            let field = if near.is_some() { "security_type" } else { "security" };
            let remedy = remedy(security, lacking, desk);
            let hint = match near {
                Some(near) => format!("is \"{}\" meant to be \"{near}\"? otherwise {remedy}", security.security_type),
                None => remedy,
            };
            Problem::error(MISSING_COEFFICIENT, place.with_field(field), message(security, lacking), hint)
        };
        let mut problems: Vec<Problem> = self.by_security.iter().map(problem).collect();
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        problems
    }
}

fn message(security: &Security, lacking: &[(&Account, &MetricDefinition)]) -> String {
    let Security { id, security_type } = security;
    let mut by_account: Vec<(&str, Vec<&str>)> = Vec::new();
    for (account, definition) in lacking {
        match by_account.last_mut().filter(|(last, _)| *last == account.id.as_str()) {
            Some((_, metrics)) => metrics.push(definition.name.as_str()),
            None => by_account.push((account.id.as_str(), vec![definition.name.as_str()])),
        }
    }
    // Accounts that lack the same are said together.
    let mut by_metrics: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (account, metrics) in by_account {
        match by_metrics.iter_mut().find(|(known, _)| *known == metrics) {
            Some((_, accounts)) => accounts.push(account),
            None => by_metrics.push((metrics, vec![account])),
        }
    }
    let parts =
        by_metrics.iter().map(|(metrics, accounts)| format!("{} at {}", metrics.join(", "), accounts.join(", ")));
    let parts = parts.collect::<Vec<_>>().join("; ");
    let metrics: BTreeSet<&str> = lacking.iter().map(|(_, definition)| definition.name.as_str()).collect();
    let count = if metrics.len() == 1 { String::new() } else { format!("{} metrics: ", metrics.len()) };
    format!("security {id} of type {security_type} has no coefficient in {count}{parts}")
}

fn remedy(security: &Security, lacking: &[(&Account, &MetricDefinition)], desk: &Desk) -> String {
    let Security { id, security_type } = security;
    let accounts: BTreeSet<&str> = lacking.iter().map(|(account, _)| account.id.as_str()).collect();
    let first = &lacking[0];
    let account = if accounts.len() == 1 && desk.accounts.len() > 1 { first.0.id.as_str() } else { "*" };
    let one_metric = lacking.iter().all(|(_, definition)| definition.name == first.1.name);
    let (row, noun) = if one_metric {
        (format!("a row {account},{},{id}", first.1.name), "the metric")
    } else {
        (format!("a row {account},METRIC,{id} for each"), "the metrics")
    };
    format!("add {row} to the coefficients file, or \"{security_type}\" or a default to {noun}")
}
