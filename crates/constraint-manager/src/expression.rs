//! A linear form in the decisions of one account.
//! `E = constant + Σᵢ cᵢ·x[i,a] + Σₛ kₛ·n[a,s]`, with `x[i,a]` 1 where trade `i` is booked at the account and
//! `n[a,s] = max(-P[a,s], 0)` the size of its short position in `s`, in base currency. The short sizes
//! are what makes a long/short metric exact: `w⁺·max(P,0) + w⁻·max(-P,0) = w⁺·P + (w⁺ + w⁻)·n`.

use domain::Amount;

/// A linear form, its terms ordered by index, none of them zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    /// What holds whatever is decided: opening values and trades that have only one account to go to.
    pub constant: Amount,
    /// `cᵢ` by trade, as an index into the problem's trades.
    pub bookings: Vec<(usize, Amount)>,
    /// `kₛ` by net position, as an index into the problem's positions.
    pub shorts: Vec<(usize, Amount)>,
}

impl Expression {
    /// `self + factor · other`.
    #[must_use]
    pub fn plus(&self, factor: &Amount, other: &Self) -> Self {
        Self {
            constant: &self.constant + &(factor * &other.constant),
            bookings: merge(&self.bookings, factor, &other.bookings),
            shorts: merge(&self.shorts, factor, &other.shorts),
        }
    }

    /// `factor · self`.
    #[must_use]
    pub fn times(&self, factor: &Amount) -> Self {
        Self::default().plus(factor, self)
    }

    /// The value of the form, given which trades are booked here and how large the short positions are.
    pub fn value(&self, booked_here: impl Fn(usize) -> bool, short: impl Fn(usize) -> Amount) -> Amount {
        let bookings = self.bookings.iter().filter(|(trade, _)| booked_here(*trade)).map(|(_, amount)| amount);
        let shorts = self.shorts.iter().map(|(position, amount)| amount * &short(*position));
        bookings.fold(self.constant.clone(), |total, amount| total + amount) + shorts.sum::<Amount>()
    }
}

/// Terms gathered in any order, sorted and without zeros.
pub(crate) fn collect(terms: impl IntoIterator<Item = (usize, Amount)>) -> Vec<(usize, Amount)> {
    let mut terms: Vec<(usize, Amount)> = terms.into_iter().collect();
    terms.sort_by_key(|(index, _)| *index);
    let mut sums: Vec<(usize, Amount)> = Vec::with_capacity(terms.len());
    for (index, amount) in terms {
        match sums.last_mut() {
            Some((last, sum)) if *last == index => *sum += &amount,
            _ => sums.push((index, amount)),
        }
    }
    sums.retain(|(_, amount)| !amount.is_zero());
    // A large day has hundreds of these, of as many trades each, and keeps them.
    sums.shrink_to_fit();
    sums
}

fn merge(left: &[(usize, Amount)], factor: &Amount, right: &[(usize, Amount)]) -> Vec<(usize, Amount)> {
    let scaled = right.iter().map(|(index, amount)| (*index, factor * amount));
    collect(left.iter().cloned().chain(scaled))
}
