//! What can be wrong with an answer.

use std::fmt;

use domain::limit::Bound;
use domain::{AccountId, Amount, Breach, MetricName, SecurityId, SecurityTypeName, TradeId};
use thiserror::Error;

use crate::NoProof;

/// One way in which an answer contradicts its inputs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Discrepancy {
    /// The status says that there is an assignment, and none is listed though there are trades.
    #[error("the status says that there is an assignment, but none of the {trades} trades is booked")]
    PlanMissing {
        /// How many trades the day has.
        trades: usize,
    },
    /// The status says that there is none, and one is listed.
    #[error("the status says that there is no assignment, but bookings are listed: {bookings}")]
    PlanUnexpected {
        /// How many bookings are listed.
        bookings: usize,
    },
    /// A trade of the day is booked nowhere.
    #[error("trade {trade} is booked nowhere")]
    TradeMissing {
        /// The trade.
        trade: TradeId,
    },
    /// A trade is listed more than once.
    #[error("trade {trade} is booked {times} times")]
    TradeRepeated {
        /// The trade.
        trade: TradeId,
        /// How often it is listed.
        times: usize,
    },
    /// A booking of something that is not a trade of the day.
    #[error("trade {trade} is booked, but the day has no such trade")]
    TradeUnknown {
        /// The trade as listed.
        trade: TradeId,
    },
    /// A booking at an account that the desk does not have.
    #[error("trade {trade} is booked at {account}, which the desk does not have")]
    AccountUnknown {
        /// The trade.
        trade: TradeId,
        /// The account as listed.
        account: AccountId,
    },
    /// A trade is pinned to another account.
    #[error("trade {trade} is booked at {account}, but pinned to {pin}")]
    PinBroken {
        /// The trade.
        trade: TradeId,
        /// Where it is booked.
        account: AccountId,
        /// Where it has to be.
        pin: AccountId,
    },
    /// An account does not take the trade's security type.
    #[error("trade {trade} is booked at {account}, which does not accept {security_type}")]
    NotAccepted {
        /// The trade.
        trade: TradeId,
        /// Where it is booked.
        account: AccountId,
        /// What it is a trade in.
        security_type: SecurityTypeName,
    },
    /// A limit that has to hold is broken.
    #[error(
        "account {account}, metric {metric}: ends at {} against its {bound} of {limit}",
        text(reached.as_ref(), "no value")
    )]
    LimitBroken {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// Which end of the limit.
        bound: Bound,
        /// The end's value.
        limit: Amount,
        /// Where the metric ended; nothing where it is undefined. A ratio is rounded, the check is not.
        reached: Option<Amount>,
    },
    /// A limit that the opening broke must not be broken further, and is.
    #[error(
        "account {account}, metric {metric}: opened at {} against its {bound} of {limit} and must not worsen, but ends \
         at {}",
        text(opened.as_ref(), "no value"), text(reached.as_ref(), "no value")
    )]
    Worsened {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// Which end of the limit.
        bound: Bound,
        /// The end's value.
        limit: Amount,
        /// Where the metric opened; nothing where it was undefined.
        opened: Option<Amount>,
        /// Where it ended; nothing where it is undefined.
        reached: Option<Amount>,
    },
    /// A metric of the desk is not published.
    #[error("account {account}, metric {metric}: not published")]
    MetricMissing {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
    },
    /// A metric is published more than once.
    #[error("account {account}, metric {metric}: published {times} times")]
    MetricRepeated {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// How often.
        times: usize,
    },
    /// A metric is published that the desk does not have.
    #[error("account {account}, metric {metric}: published, but the desk has no such metric")]
    MetricUnknown {
        /// The account as published.
        account: AccountId,
        /// The metric as published.
        metric: MetricName,
    },
    /// A published number is not what the inputs give.
    #[error(
        "account {account}, metric {metric}: {number} is published as {}, the inputs give {}",
        text(published.as_ref(), "nothing"), text(recomputed.as_ref(), "nothing")
    )]
    NumberDiffers {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// Which of its numbers.
        number: Number,
        /// As published.
        published: Option<Amount>,
        /// As the inputs give it.
        recomputed: Option<Amount>,
    },
    /// A published breach is not what the inputs give.
    #[error("account {account}, metric {metric}: breach is published as {published}, the inputs give {recomputed}")]
    BreachDiffers {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// As published.
        published: Breach,
        /// As the inputs give it.
        recomputed: Breach,
    },
    /// The published objective is not what the inputs give.
    #[error(
        "the objective is published as {}, the inputs give {}",
        text(published.as_ref(), "nothing"), text(recomputed.as_ref(), "nothing")
    )]
    ObjectiveDiffers {
        /// As published.
        published: Option<Amount>,
        /// As the inputs give it.
        recomputed: Option<Amount>,
    },
    /// The published bound is below a value that was reached, so that it is no bound.
    #[error("the objective is said not to exceed {bound}, and this assignment reaches {reached}")]
    BoundExceeded {
        /// The bound as published.
        bound: Amount,
        /// The objective of the assignment.
        reached: Amount,
    },
    /// The published levels are not those of the desk's order.
    #[error("the levels of the objective are published as [{published}], the inputs give [{given}]")]
    LevelsDiffer {
        /// As published, by their metrics.
        published: String,
        /// As the inputs give them.
        given: String,
    },
    /// What a level came to is not what the inputs give.
    #[error("level {level} of the objective is published as {published}, the inputs give {recomputed}")]
    LevelDiffers {
        /// The level, by its metric.
        level: String,
        /// As published.
        published: Amount,
        /// As the inputs give it.
        recomputed: Amount,
    },
    /// More was given up of a level than the desk allows.
    #[error("level {level} of the objective gave up {given_up}, and the desk allows {allowed}")]
    GivenUpTooMuch {
        /// The level, by its metric.
        level: String,
        /// What was given up, as published.
        given_up: Amount,
        /// What may be.
        allowed: Amount,
    },
    /// The published bound of a level is below a value that was reached.
    #[error("level {level} of the objective is said not to exceed {bound}, and {reached} was reached")]
    LevelBoundExceeded {
        /// The level, by its metric.
        level: String,
        /// The bound as published.
        bound: Amount,
        /// The best value that was found.
        reached: Amount,
    },
    /// The published bound of a level is above its certified one, so that it is not the best that is known.
    #[error(
        "the bound of level {level} is published as {}, and {certified} is certified",
        text(bound.as_ref(), "nothing")
    )]
    LevelBoundAboveCertified {
        /// The level, by its metric.
        level: String,
        /// The bound as published.
        bound: Option<Amount>,
        /// The certified bound as published.
        certified: Amount,
    },
    /// The levels that are certified are not the published ones.
    #[error("the certificate is about the levels [{certified}], and [{published}] are published")]
    CertifiedLevelsDiffer {
        /// As the certificate has them, by their metrics.
        certified: String,
        /// As published.
        published: String,
    },
    /// The certified bound of a level is not the one that its certificate gives.
    #[error(
        "the certified bound of level {level} is published as {}, the certificate gives {}",
        text(published.as_ref(), "nothing"), text(recomputed.as_ref(), "nothing")
    )]
    CertifiedLevelDiffers {
        /// The level, by its metric.
        level: String,
        /// As published.
        published: Option<Amount>,
        /// As the certificate gives it.
        recomputed: Option<Amount>,
    },
    /// The certificate of a level is none.
    #[error("the certificate of level {level} shows nothing: {reason}")]
    LevelShowsNothing {
        /// The level, by its metric.
        level: String,
        /// Why.
        reason: NoProof,
    },
    /// A level has a value, and its certificate shows that it can have none.
    #[error(
        "the certificate of level {level} shows that no assignment keeps the levels before it, and one is published"
    )]
    LevelAgainstCertificate {
        /// The level, by its metric.
        level: String,
    },
    /// A floor that is above what a level before has to keep, so that its bound leaves assignments out.
    #[error(
        "the certificate of level {level} leaves out what has less than {stated} in level {before}, which may end at \
         {allowed}"
    )]
    FloorTooHigh {
        /// The level, by its metric.
        level: String,
        /// The level before it.
        before: String,
        /// The floor as stated.
        stated: Amount,
        /// The least that the published numbers allow.
        allowed: Amount,
    },
    /// The assignment that is said to have a level's best value is none.
    #[error("the best assignment of level {level}: {discrepancy}")]
    BestIsNone {
        /// The level, by its metric.
        level: String,
        /// What is wrong with it.
        discrepancy: Box<Discrepancy>,
    },
    /// The best value of a level is not that of the assignment that is said to have it.
    #[error("the best value of level {level} is published as {published}, and its best assignment has {recomputed}")]
    BestDiffers {
        /// The level, by its metric.
        level: String,
        /// Value and what was given up, as published.
        published: Amount,
        /// What the assignment comes to.
        recomputed: Amount,
    },
    /// The assignment that is said to have a level's best value does not keep a level before.
    #[error("the best assignment of level {level} has {reached} in level {before}, which must not end below {least}")]
    BestBelowFloor {
        /// The level, by its metric.
        level: String,
        /// The level before it.
        before: String,
        /// What the assignment comes to there.
        reached: Amount,
        /// The least that the published numbers allow.
        least: Amount,
    },
    /// The published changes from the last plan are not what the inputs give.
    #[error("the changes from the last plan are published as {published}, the inputs give {recomputed}")]
    ChangesDiffer {
        /// As published.
        published: String,
        /// As the inputs give them.
        recomputed: String,
    },
    /// There are more changes from the last plan than there may be.
    #[error("{changes} trades changed from the last plan, and at most {most} may")]
    TooManyChanges {
        /// How many there are.
        changes: u64,
        /// How many there may be.
        most: u32,
    },
    /// The published bound is above the certified one, so that it is not the best that is known.
    #[error("the bound is published as {}, and {certified} is certified", text(bound.as_ref(), "nothing"))]
    BoundAboveCertified {
        /// The bound as published.
        bound: Option<Amount>,
        /// The certified bound as published.
        certified: Amount,
    },
    /// The certified bound is not the one that the certificate gives.
    #[error(
        "the certified bound is published as {}, the certificate gives {}",
        text(published.as_ref(), "nothing"), text(recomputed.as_ref(), "nothing")
    )]
    CertifiedBoundDiffers {
        /// As published.
        published: Option<Amount>,
        /// As the certificate gives it.
        recomputed: Option<Amount>,
    },
    /// What the certificate shows of infeasibility is not what is published.
    #[error(
        "that no assignment keeps the limits is {}",
        if *published { "called certified, and the certificate does not show it" }
        else { "shown by the certificate, and not called certified" }
    )]
    InfeasibilityDiffers {
        /// Whether it is called certified.
        published: bool,
    },
    /// An assignment is published beside a certificate that there is none.
    #[error("it is certified that no assignment keeps the limits, and one is published")]
    PlanAgainstCertificate,
    /// The certificate is none.
    #[error("the certificate shows nothing: {reason}")]
    CertificateShowsNothing {
        /// Why.
        reason: NoProof,
    },
    /// A position has no coefficient, so that its metric cannot be computed.
    #[error("account {account}, metric {metric}: no coefficient for security {security}")]
    CoefficientMissing {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// The security.
        security: SecurityId,
    },
    /// What was computed with is not what the desk and the day say.
    #[error("{what} was computed with as {used}, the inputs give {given}")]
    InputDiffers {
        /// What differs, in words.
        what: String,
        /// As the book has it.
        used: String,
        /// As the inputs have it.
        given: String,
    },
}

/// The published numbers of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// The value at the opening.
    Initial,
    /// The value with every trade booked.
    Final,
    /// The lower limit.
    Min,
    /// The upper limit.
    Max,
    /// The distance to the nearer end of the limit.
    Headroom,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Initial => "initial",
            Self::Final => "final",
            Self::Min => "min",
            Self::Max => "max",
            Self::Headroom => "headroom",
        })
    }
}

fn text(amount: Option<&Amount>, absent: &str) -> String {
    amount.map_or_else(|| absent.to_owned(), ToString::to_string)
}
