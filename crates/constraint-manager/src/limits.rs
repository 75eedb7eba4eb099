//! Limits as rows.
//!
//! | limit of | row |
//! | --- | --- |
//! | an additive metric, `max C` | `M <= C` |
//! | a ratio, `max C` | `N - C·D <= 0` and `D > 0` |
//! | broken at the opening, `must_not_worsen` | the same with the opening value in place of `C` |
//! | an undefined opening ratio, `must_not_worsen` | `D >= D0`: what made it undefined must not grow |
//! | `report_only` | none |
//!
//! `D > 0` is stated as `D >= step`, with `step` one unit in the last decimal that `D` can have: exact
//! decimals have no value between zero and that.

use std::sync::Arc;

use domain::limit::Bound;
use domain::{Amount, OnBreach};
use metric_engine::{Form, Metric, MetricValue};

use crate::{Expression, LimitOrigin, NetPosition, Origin, Part, Relation, Row, Why};

/// What the rows of one account's metric are made from.
pub(crate) struct LimitedMetric<'a> {
    pub(crate) account: usize,
    pub(crate) account_id: &'a domain::AccountId,
    /// The metric, and its index within the account.
    pub(crate) metric: &'a Metric,
    pub(crate) index: usize,
    /// Its opening value.
    pub(crate) opening: &'a MetricValue,
    /// The expression of every metric of the account; nothing for ratios.
    pub(crate) expressions: &'a [Option<Arc<Expression>>],
    pub(crate) positions: &'a [NetPosition],
}

impl LimitedMetric<'_> {
    /// The rows of both ends of the metric's limit.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let limit = &self.metric.limit;
        if limit.on_breach == OnBreach::ReportOnly {
            return Vec::new();
        }
        let ends = [Bound::Min, Bound::Max].into_iter().filter(|end| limit.bound(*end).is_some());
        let mut rows: Vec<Row> = Vec::new();
        for end in ends {
            match self.metric.form {
                Form::Additive(_) => rows.extend(self.additive_row(end)),
                Form::Quotient { of, to } => {
                    let denominator = self.denominator_row(end, to);
                    // Both ends ask for the same denominator; once is enough.
                    if !rows.iter().any(|row| (&row.parts, &row.bound) == (&denominator.parts, &denominator.bound)) {
                        rows.push(denominator);
                    }
                    rows.extend(self.ratio_row(end, of, to));
                }
            }
        }
        rows
    }

    fn additive_row(&self, end: Bound) -> Option<Row> {
        let MetricValue::Amount(opening) = self.opening else { return None };
        let expression = self.expressions[self.index].clone()?;
        Some(match self.inherited(end) {
            true => self.row(end, Why::NotWorse, expression, opening.clone()),
            false => self.row(end, Why::Limit, expression, Amount::from(self.metric.limit.bound(end)?)),
        })
    }

    /// `N - C·D` against zero; with an inherited breach `C = N0/D0`, so that the row is `N·D0 - N0·D`.
    fn ratio_row(&self, end: Bound, of: usize, to: usize) -> Option<Row> {
        let (numerator, denominator) = (self.expressions[of].as_ref()?, self.expressions[to].as_ref()?);
        let MetricValue::Ratio { numerator: n0, denominator: d0 } = self.opening else { return None };
        if !self.inherited(end) {
            let bound = Amount::from(self.metric.limit.bound(end)?);
            let difference = Arc::new(numerator.plus(&-bound, denominator));
            return Some(self.row(end, Why::Limit, difference, Amount::zero()));
        }
        // An undefined opening has no value to hold on to: its denominator's row is all there is.
        let difference = || Arc::new(numerator.times(d0).plus(&-n0, denominator));
        d0.is_positive().then(|| self.row(end, Why::NotWorse, difference(), Amount::zero()))
    }

    fn denominator_row(&self, end: Bound, to: usize) -> Row {
        let expression = self.expressions[to].clone().unwrap_or_default();
        let (why, bound) = match self.opening {
            MetricValue::Ratio { denominator, .. } if self.inherited(end) && !denominator.is_positive() => {
                (Why::NotWorse, denominator.clone())
            }
            _ => (Why::Defined, Amount::from_parts(1, self.decimals(&expression))),
        };
        Row { relation: Relation::AtLeast, ..self.row(end, why, expression, bound) }
    }

    fn row(&self, end: Bound, why: Why, expression: Arc<Expression>, bound: Amount) -> Row {
        let limit = &self.metric.limit;
        let origin = Origin::Limit(LimitOrigin {
            place: self.metric.place.clone(),
            account: self.account_id.clone(),
            metric: self.metric.name.clone(),
            bound: end,
            limit: limit.bound(end).unwrap_or_default(),
            source: limit.source.clone(),
            owner: limit.owner.clone(),
            why,
        });
        let relation = match end {
            Bound::Min => Relation::AtLeast,
            Bound::Max => Relation::AtMost,
        };
        Row { origin, parts: vec![Part { account: self.account, expression }], relation, bound }
    }

    /// Whether this end was broken at the opening and may stay so.
    fn inherited(&self, end: Bound) -> bool {
        let limit = &self.metric.limit;
        limit.on_breach == OnBreach::MustNotWorsen && self.opening.breaks_bound(limit, end)
    }

    /// The most decimals that a value of `expression` can have.
    fn decimals(&self, expression: &Expression) -> i64 {
        let shorts = expression.shorts.iter().map(|(position, factor)| {
            let position = &self.positions[*position];
            let values = position.bookings.iter().map(|(_, value)| value).chain([&position.base]);
            factor.decimals() + values.map(Amount::decimals).max().unwrap_or(0)
        });
        let bookings = expression.bookings.iter().map(|(_, factor)| factor.decimals());
        shorts.chain(bookings).chain([expression.constant.decimals()]).max().unwrap_or(0)
    }
}
