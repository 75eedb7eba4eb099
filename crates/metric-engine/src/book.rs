//! A desk and a day, ready for arithmetic: names turned into indices, texts into exact numbers.

use domain::{AccountId, Amount, Currency, Limit, MetricName, Place, SecurityId, SecurityTypeName, SideRates, TradeId};

/// Everything that metric values follow from. Indices into its lists are how the crates to the right
/// speak of accounts, trades and securities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// The accounts, in the order of the configuration.
    pub accounts: Vec<AccountBook>,
    /// Every security held or traded, cash of each currency among them; ordered by type of entry and id.
    pub securities: Vec<Security>,
    /// The trades, ordered by id, so that the order of rows in a file changes nothing.
    pub trades: Vec<TradeLine>,
}

/// A security that some position or trade is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// Its identifier; for cash the currency's code.
    pub id: SecurityId,
    /// Its type.
    pub security_type: SecurityTypeName,
}

/// A trade with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeLine {
    /// Where it was read.
    pub place: Place,
    /// Its identifier.
    pub id: TradeId,
    /// What it moves wherever it is booked: its security by `V`, then, where trades settle, the cash of
    /// its currency by `-V`.
    pub legs: Vec<Leg>,
    /// Its security, as an index into [`Book::securities`].
    pub security: usize,
    /// `V` in base currency: buys +, sells -.
    pub value_base: Amount,
    /// The account it has to be booked at, as the desk wrote it.
    pub pin: Option<AccountId>,
}

/// A change of one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The security, as an index into [`Book::securities`].
    pub security: usize,
    /// The change of its value in base currency.
    pub value_base: Amount,
}

/// An account with its opening positions and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBook {
    /// Where it is configured.
    pub place: Place,
    /// Its identifier.
    pub id: AccountId,
    /// `P0[s]` in base currency, one for each of [`Book::securities`].
    pub opening: Vec<Amount>,
    /// Its metrics, in the order of the configuration.
    pub metrics: Vec<Metric>,
    /// Whether a security of [`Book::securities`] may be booked here.
    pub accepts: Vec<bool>,
}

/// A metric of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Where it is defined.
    pub place: Place,
    /// Its name.
    pub name: MetricName,
    /// How it follows from the positions.
    pub form: Form,
    /// Its hard limit.
    pub limit: Limit,
    /// `OP · W`: its priority times its weight, the worth of one unit in the objective.
    pub worth: Amount,
}

/// The forms that every kind of metric comes down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A sum over the positions.
    Additive(Additive),
    /// `N / D`, both additive metrics of the same account, as indices into its metrics.
    Quotient {
        /// The numerator.
        of: usize,
        /// The denominator.
        to: usize,
    },
}

/// `M = M0 + Σₛ [f(Pₛ) - f(P0ₛ)]`, `f(P) = w⁺·max(P,0) + w⁻·max(-P,0)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Additive {
    /// `M0`, in the metric's own unit.
    pub opening: Amount,
    /// `w⁺, w⁻` for each of [`Book::securities`]; `None` where the security can never be here.
    pub rates: Vec<Option<SideRates>>,
}

impl Book {
    /// Whether trade `trade` may be booked at `account`: the account takes its type and it is not
    /// pinned elsewhere.
    pub fn allows(&self, trade: usize, account: usize) -> bool {
        let line = &self.trades[trade];
        let here = &self.accounts[account];
        here.accepts[line.security] && line.pin.as_ref().is_none_or(|pin| *pin == here.id)
    }

    /// The index of an account.
    pub fn account_index(&self, id: &AccountId) -> Option<usize> {
        self.accounts.iter().position(|account| account.id == *id)
    }
}

impl Additive {
    /// The rates of a security that is held or may be booked here.
    ///
    /// # Panics
    /// If the security can never be here: compiling the book has made sure that it is not asked for.
    pub fn rates_of(&self, security: usize) -> SideRates {
        self.rates[security].expect("a security that may be booked at an account has rates for its metrics")
    }
}

/// What makes two holdings the same position: a security by its id, cash by its currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PositionKey {
    /// The cash of a currency.
    Cash(Currency),
    /// Anything else.
    Security(SecurityId),
}
