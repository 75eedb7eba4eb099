//! The priced sum where accounts keep a limit each, and trades are priced in its place.
//!
//! Let `π[i]` be the price of a trade, of either sign, and `v[i,a]` what the trade adds to the priced sum at an account
//! (`bound/sum.rs`). Every trade is booked once, so that `Σ π[i]·(1 - Σ x[i,a]) = 0`, and
//!
//! `objective + Σ λ·room <= constant + Σ π[i] + Σ_a max { Σ (v[i,a] - π[i])·x[i,a] : a keeps its limit }`,
//!
//! where a trade may be taken by several accounts or by none. The room of a kept limit is a sum over positions as the
//! priced sum is: with lines above them, `room <= r + Σ r[i,a]·x[i,a]` for an account. Keeping the limit takes
//! `Σ -r[i,a]·x[i,a] <= r`: a knapsack, filled by dynamic programming. A trade with `r[i,a] > 0` is in it as its
//! complement, which takes up what the trade would bring.
//!
//! Everything is rounded to where the bound can only rise: weights down and the room down to whole steps of what the
//! certificate says, profits up at a decimal at which all of them together are a number of 64 bits.

use domain::Amount;
use domain::certificate::PriceList;

use super::NoProof;
use super::number::Number;
use super::positions::{Positions, Priced};
use super::priced::Prices;
use super::sack::{Effort, PROFIT_DECIMALS, Sack};
use super::sum::Lines;
use super::tables::Tables;

/// The prices of trades and the kept limits of a price list.
pub(super) struct Knapsacks<N: Number> {
    /// `π` by trade; 0 where there is none.
    prices: Vec<Amount>,
    /// By account.
    kept: Vec<Option<Kept<N>>>,
}

/// A limit that an account keeps.
struct Kept<N: Number> {
    /// Its room, as a priced sum.
    room: Priced<N>,
    /// What weights are counted in, as a whole number of `10^-decimals`.
    step: i128,
    decimals: i64,
}

impl<N: Number> Knapsacks<N> {
    /// How many accounts keep a limit.
    pub(super) fn kept(&self) -> usize {
        self.kept.iter().flatten().count()
    }

    /// What a list states; nothing where it prices no trades, or where a number does not fit.
    ///
    /// # Errors
    /// A name that is not there, a trade or an account that is there twice, a limit that no account can keep.
    pub(super) fn of(
        list: &PriceList,
        prices: &Prices<'_>,
        positions: &Positions<'_, N>,
        tables: &Tables<'_>,
    ) -> Result<Option<Self>, NoProof> {
        let mut by_trade: Vec<Option<Amount>> = vec![None; tables.trades()];
        for (trade, price) in &list.trade_prices {
            if by_trade[tables.trade(trade)?].replace(price.clone()).is_some() {
                return Err(NoProof::TradePriceRepeated(trade.clone()));
            }
        }
        let mut kept: Vec<Option<Kept<N>>> = (0..prices.accounts()).map(|_| None).collect();
        for (room, step) in &list.kept_limits {
            let (account, weights) = prices.room_weights(tables, *room)?;
            let (subject, _) = tables.room(*room)?;
            if !step.is_positive() {
                return Err(NoProof::NoStep(subject.clone()));
            }
            let decimals = step.decimals();
            let (Some(step), Some(room)) = (step.in_units(decimals), positions.price(&weights)) else {
                return Ok(None);
            };
            if kept[account].replace(Kept { room, step, decimals }).is_some() {
                return Err(NoProof::KeptRepeated(subject.clone()));
            }
        }
        let prices = by_trade.into_iter().map(Option::unwrap_or_default).collect();
        Ok(Some(Self { prices, kept }))
    }

    /// What the priced sum cannot exceed in this node; nothing where no assignment of it keeps the kept limits.
    ///
    /// # Errors
    /// The knapsacks are too large, or it is too many of them.
    pub(super) fn bound(
        &self,
        positions: &Positions<'_, N>,
        priced: &Priced<N>,
        (node, effort): (usize, &mut Effort),
    ) -> Result<Option<Amount>, NoProof> {
        let lines = Lines::of(positions, priced, positions.all());
        let (mut total, open) = self.apart(positions, (priced, &lines));
        for (account, trades) in open.iter().enumerate() {
            let sack = self.sack(positions, (account, trades), (priced, &lines));
            let Some(sack) = sack else { return Err(NoProof::NotChecked { node }) };
            if sack.has_no_room() {
                return Ok(None);
            }
            let Some(filled) = sack.filled(effort) else { return Err(NoProof::NotChecked { node }) };
            total += &filled;
        }
        Ok(Some(total))
    }

    /// The same for the assignments of the node that have one of some open choices, trades and accounts, for each of those
    /// by itself. The trade is put into the knapsack of the account, and left out of all others.
    ///
    /// # Errors
    /// As [`Self::bound`].
    pub(super) fn forced(
        &self,
        positions: &Positions<'_, N>,
        priced: &Priced<N>,
        choices: &[(usize, usize)],
        (node, effort): (usize, &mut Effort),
    ) -> Result<Vec<Option<Amount>>, NoProof> {
        let lines = Lines::of(positions, priced, positions.all());
        let (mut total, open) = self.apart(positions, (priced, &lines));
        let mut is_forced = vec![false; self.prices.len()];
        choices.iter().for_each(|(trade, _)| is_forced[*trade] = true);
        // By choice, what all knapsacks that it changes hold more than at their best; nothing where one cannot.
        let mut more: Vec<Option<Amount>> = vec![Some(Amount::zero()); choices.len()];
        for (account, trades) in open.iter().enumerate() {
            let sack = self.sack(positions, (account, trades), (priced, &lines));
            let Some(sack) = sack else { return Err(NoProof::NotChecked { node }) };
            if sack.has_no_room() {
                return Ok(vec![None; choices.len()]);
            }
            let forced: Vec<usize> = (0..trades.len()).filter(|item| is_forced[trades[*item]]).collect();
            let Some((best, forced_to)) = sack.forced(&forced, effort) else {
                return Err(NoProof::NotChecked { node });
            };
            for ((trade, here), more) in choices.iter().zip(&mut more) {
                let Some(place) = forced.iter().position(|item| trades[*item] == *trade) else { continue };
                let holds = if *here == account { &forced_to[place].put_in } else { &forced_to[place].left_out };
                *more = more.take().zip(holds.as_ref()).map(|(more, holds)| more + (holds - &best));
            }
            total += &best;
        }
        Ok(more.into_iter().map(|more| more.map(|more| &total + &more)).collect())
    }

    /// What the priced sum comes to apart from knapsacks, and which trades each account may take.
    fn apart(
        &self,
        positions: &Positions<'_, N>,
        (priced, lines): (&Priced<N>, &Lines<N>),
    ) -> (Amount, Vec<Vec<usize>>) {
        let mut total = lines.constant(priced);
        let mut open: Vec<Vec<usize>> = vec![Vec::new(); self.kept.len()];
        for trade in 0..self.prices.len() {
            match positions.accounts(trade) {
                // Where it is booked is in the positions; what is left is a change from the last plan.
                [account] => total += &N::to_amount(&lines.added(positions, priced, trade, *account), priced.units),
                accounts => {
                    total += &self.prices[trade];
                    accounts.iter().for_each(|account| open[*account].push(trade));
                }
            }
        }
        (total, open)
    }

    /// What an account gains by taking a trade, rounded up; nothing where it does not fit.
    fn profit(
        &self,
        positions: &Positions<'_, N>,
        trade: usize,
        account: usize,
        (priced, lines): (&Priced<N>, &Lines<N>),
    ) -> Option<i128> {
        let (added, is_exact) =
            N::whole(&lines.added(positions, priced, trade, account), PROFIT_DECIMALS, priced.units)?;
        let (price, _) = Amount::whole(&self.prices[trade], PROFIT_DECIMALS, priced.units)?;
        added.checked_add(i128::from(!is_exact))?.checked_sub(price)
    }

    /// The knapsack of an account, an item for each of its trades; nothing where a number does not fit.
    fn sack(
        &self,
        positions: &Positions<'_, N>,
        (account, trades): (usize, &[usize]),
        costs: (&Priced<N>, &Lines<N>),
    ) -> Option<Sack> {
        let mut sack = Sack::with_room(0);
        let profit = |trade: usize| self.profit(positions, trade, account, costs);
        let Some(Kept { room, step, decimals }) = &self.kept[account] else {
            for trade in trades {
                sack.offer(0, profit(*trade)?);
            }
            return Some(sack);
        };
        let whole = |product: &N::Product| N::whole(product, *decimals, room.units);
        let lines = Lines::of(positions, room, positions.of_account(account));
        let (mut left, _) = Amount::whole(&lines.constant(room), *decimals, room.units)?;
        for trade in trades {
            let (brought, is_exact) = whole(&lines.added(positions, room, *trade, account))?;
            let profit = profit(*trade)?;
            if brought >= 0 {
                // The complement takes up what the trade brings. Rounded up, the room for it is never too little.
                left = left.checked_add(brought + i128::from(!is_exact))?;
                sack.offer_complement(brought / step, profit)?;
            } else {
                let taken_up = -brought - i128::from(!is_exact);
                sack.offer(taken_up / step, profit);
            }
        }
        sack.set_room(left.div_euclid(*step));
        Some(sack)
    }
}
