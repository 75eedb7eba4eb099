//! The metrics of a desk around a planted plan: the cost, what every desk has, and then kinds in turn.
//!
//! The seed decides which kinds: where it is divisible by three, every metric is linear (generalized assignment with
//! many resources); otherwise there are long/short metrics, in which trades net, and ratios; and where it leaves a
//! remainder of two, the cost depends on the side of the position as well.

use super::super::DeskPlan;
use super::super::book::{Book, KINDS, Security};
use crate::random::Random;

/// Decimal places of a rate.
pub(super) const SCALE: u32 = 10;

/// A metric of every account.
#[derive(Debug)]
pub(super) struct Metric {
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) kept: Kept,
}

/// How a metric follows from positions.
#[derive(Debug)]
pub(super) enum Form {
    Additive(Rates),
    /// Of two metrics, by number.
    Quotient {
        of: usize,
        to: usize,
    },
}

/// On which side of its value under the planted plan a metric is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    AtMost,
    AtLeast,
    /// Without a limit, and as low as can be: the objective.
    Low,
}

/// The coefficients of a metric.
#[derive(Debug)]
pub(super) struct Rates {
    /// By account and security.
    pub(super) table: Vec<Vec<Rate>>,
    /// Those of the types in the order of [`KINDS`], where the table says nothing else.
    pub(super) types: Option<[Rate; 3]>,
    pub(super) cash: Rate,
}

/// What a long and a short position add for each unit of currency, in units of the tenth decimal place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) long: i64,
    pub(super) short: i64,
}

/// A hundredth of a percent.
const BASIS_POINT: i64 = 10_i64.pow(SCALE - 4);
const PERCENT: i64 = 100 * BASIS_POINT;
const ONE: i64 = 100 * PERCENT;

/// Positions of securities in sectors, which are netted: as many as there are sectors.
const SECTORS: usize = 5;

impl Rate {
    pub(super) const ZERO: Self = Self { long: 0, short: 0 };

    fn linear(long: i64) -> Self {
        Self { long, short: -long }
    }

    fn gross(size: i64) -> Self {
        Self { long: size, short: size }
    }

    /// What a position of so many cents adds, in units of the twelfth decimal place.
    pub(super) fn value(self, cents: i64) -> i128 {
        let rate = if cents >= 0 { self.long } else { self.short };
        i128::from(rate) * i128::from(cents.abs())
    }
}

/// What metrics are made from.
struct Maker<'a> {
    book: &'a Book,
    random: &'a mut Random,
    is_linear: bool,
    has_netted_cost: bool,
}

/// As many metrics as the desk is to have.
pub(super) fn first(plan: &DeskPlan, book: &Book, random: &mut Random) -> Vec<Metric> {
    let (is_linear, has_netted_cost) = (plan.seed.is_multiple_of(3), plan.seed % 3 == 2);
    let mut maker = Maker { book, random, is_linear, has_netted_cost };
    let mut metrics = vec![maker.financing_cost(), maker.dv01(), maker.collateral()];
    if !is_linear {
        let collateral = 2;
        metrics.extend([maker.gross(), maker.margin()]);
        metrics.push(ratio("margin_use", 4, collateral));
        metrics.push(maker.usage());
        metrics.push(maker.corporate_gross());
        metrics.push(ratio("corporate_share", 7, 3));
    }
    let mut number = 0;
    while metrics.len() < plan.metrics {
        number += 1;
        metrics.push(match (number % 3, is_linear) {
            (1, _) => maker.factor(number),
            (2, _) => maker.sector(number),
            (_, true) => maker.load(number),
            (_, false) => maker.balance_sheet(number),
        });
    }
    metrics.truncate(plan.metrics);
    metrics
}

impl Maker<'_> {
    /// 20 to 80 parts in a million a day, and for what is short minus that, or once to twice it where it nets.
    fn financing_cost(&mut self) -> Metric {
        let is_netted = self.has_netted_cost;
        let table = self.table(|_, random| {
            let long = random.between(200_000, 800_000);
            if is_netted { Rate { long, short: long + random.between(0, long) } } else { Rate::linear(long) }
        });
        // A debit costs 1.1 basis points a day, a credit earns 0.9.
        let cash = Rate { long: -BASIS_POINT * 9 / 10, short: BASIS_POINT * 11 / 10 };
        let cash = if self.is_linear { Rate::linear(-BASIS_POINT) } else { cash };
        let rates = Rates { table, types: None, cash };
        Metric { name: "financing_cost".to_owned(), form: Form::Additive(rates), kept: Kept::Low }
    }

    /// Duration times a basis point, the same at every account.
    fn dv01(&mut self) -> Metric {
        // Hundredths of a year × a hundredth of a basis point.
        let table = self.table(|security, _| Rate::linear(security.duration_hundredths * BASIS_POINT / 100));
        self.by_security("dv01".to_owned(), table, None)
    }

    /// What an account lends against, after haircuts of its own; with cash.
    fn collateral(&mut self) -> Metric {
        let table = self.table(|security, random| {
            let haircut = [2, 5, 12][kind(security)] * random.between(50, 150);
            Rate::linear(ONE - haircut * BASIS_POINT)
        });
        let rates = Rates { table, types: None, cash: Rate::linear(ONE) };
        Metric { name: "collateral".to_owned(), form: Form::Additive(rates), kept: Kept::AtLeast }
    }

    fn gross(&mut self) -> Metric {
        self.by_type("gross", [Rate::gross(ONE); 3])
    }

    fn corporate_gross(&mut self) -> Metric {
        self.by_type("corporate_gross", [Rate::ZERO, Rate::gross(ONE), Rate::ZERO])
    }

    /// Haircuts of an account's own for a long position; up to half as much again for a short one.
    fn margin(&mut self) -> Metric {
        let table = self.table(|security, random| {
            let long = [2, 10, 4][kind(security)] * PERCENT * random.between(70, 130) / 100;
            Rate { long, short: long * random.between(100, 150) / 100 }
        });
        self.by_security("margin".to_owned(), table, Some(Kept::AtMost))
    }

    /// What a broker earns, of which it wants no less: more is better for it, so that netting hurts.
    fn usage(&mut self) -> Metric {
        let table = self.table(|_, random| Rate::gross(random.between(10, 90) * BASIS_POINT));
        self.by_security("usage".to_owned(), table, Some(Kept::AtLeast))
    }

    /// A sensitivity of either sign, which differs by account and security.
    fn factor(&mut self, number: usize) -> Metric {
        let table = self.table(|_, random| Rate::linear(random.between(-100, 100) * PERCENT));
        self.by_security(format!("factor_{number}"), table, None)
    }

    /// The net exposure to issuers of a sector, weighted by account.
    fn sector(&mut self, number: usize) -> Metric {
        let sector = number % SECTORS;
        let table = self.table(|security, random| {
            let weight = random.between(80, 120) * PERCENT;
            if security.issuer % SECTORS == sector { Rate::linear(weight) } else { Rate::ZERO }
        });
        self.by_security(format!("sector_{number}"), table, None)
    }

    /// What a position takes of an account's balance sheet, long or short.
    fn balance_sheet(&mut self, number: usize) -> Metric {
        let table = self.table(|_, random| Rate {
            long: random.between(5, 100) * PERCENT,
            short: random.between(5, 100) * PERCENT,
        });
        self.by_security(format!("balance_sheet_{number}"), table, Some(Kept::AtMost))
    }

    /// What is bought takes of a capacity, and what is sold gives back.
    fn load(&mut self, number: usize) -> Metric {
        let table = self.table(|_, random| Rate::linear(random.between(5, 100) * PERCENT));
        self.by_security(format!("load_{number}"), table, Some(Kept::AtMost))
    }

    fn table(&mut self, mut rate: impl FnMut(&Security, &mut Random) -> Rate) -> Vec<Vec<Rate>> {
        let accounts = self.book.accounts.len();
        (0..accounts).map(|_| self.book.securities.iter().map(|each| rate(each, self.random)).collect()).collect()
    }

    /// Kept on the side that is stated, or on one that the seed draws.
    fn by_security(&mut self, name: String, table: Vec<Vec<Rate>>, kept: Option<Kept>) -> Metric {
        let drawn = if self.random.below(2) == 0 { Kept::AtMost } else { Kept::AtLeast };
        let rates = Rates { table, types: None, cash: Rate::ZERO };
        Metric { name, form: Form::Additive(rates), kept: kept.unwrap_or(drawn) }
    }

    fn by_type(&mut self, name: &str, types: [Rate; 3]) -> Metric {
        let table = self.table(|security, _| types[kind(security)]);
        let rates = Rates { table, types: Some(types), cash: Rate::ZERO };
        Metric { name: name.to_owned(), form: Form::Additive(rates), kept: Kept::AtMost }
    }
}

fn ratio(name: &str, of: usize, to: usize) -> Metric {
    Metric { name: name.to_owned(), form: Form::Quotient { of, to }, kept: Kept::AtMost }
}

/// The number of a security's type in [`KINDS`].
fn kind(security: &Security) -> usize {
    KINDS.iter().position(|kind| *kind == security.kind).unwrap_or_default()
}
