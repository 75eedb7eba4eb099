//! The outcome as a person at a terminal wants to see it: the verdict in a sentence, what was booked where, every
//! metric before and after by account, then what else there is to know.
//! Numbers are rounded here and nowhere else; the files have every digit.

mod figures;
mod goals;
mod grid;
mod impact;
mod metrics;
mod text;
mod verdict;

use domain::Amount;

use crate::impact::Impact;
use crate::{Diagnostics, Reason, Report, Status};
use figures::{Unit, figure, places};
use grid::{Entry, Grid};
use text::{clean, wrapped};

/// How the view is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether verdicts and breaches are coloured.
    pub colour: bool,
    /// The columns of the terminal; the view is made for 80 or more.
    pub width: usize,
}

/// The view, with a line end.
pub fn terminal(report: &Report<'_>, style: Style) -> String {
    let mut view = verdict(report, style);
    let worth = verdict::objective(report).map(|text| wrapped("", &text, style.width));
    view.extend(worth);
    view.push_str(&goals::lines(report, style));
    if let Some(conflict) = metrics::conflict(report, style) {
        view.push_str(&format!("\n{conflict}\n"));
    }
    if let Some(bookings) = bookings(report, style) {
        view.push_str(&format!("\n{bookings}\n"));
    }
    let (tables, legend) = metrics::by_account(report, style);
    for (account, table) in report.book.accounts.iter().zip(tables) {
        if !account.metrics.is_empty() {
            view.push_str(&format!("\n{}\n{table}\n", bold(&clean(account.id.as_str()), style)));
        }
    }
    view.extend(legend.map(|legend| format!("\n{legend}\n")));
    view.push_str(&remarks(report, style));
    view
}

/// Decimals of a number that stands alone.
const MOST_DECIMALS: i64 = 6;

/// A number that stands alone, with thousands separators and six decimals at most: `-60,000`, `6.106359`.
pub fn alone(number: &Amount) -> String {
    figure(number, number.decimals().min(MOST_DECIMALS))
}

/// Numbers below each other, with as many decimals each: four significant digits of the largest, and whole from 1,000 up. What
/// is not there is blank.
pub fn column(numbers: &[Option<&Amount>]) -> Vec<String> {
    let places = places(Unit::Ratio, numbers.iter().copied().flatten());
    numbers.iter().map(|number| number.map_or_else(String::new, |number| figure(number, places))).collect()
}

/// A fraction as a percentage, rounded up: `0.0025 %`.
pub fn percent(fraction: &Amount) -> String {
    figures::percent_up(fraction)
}

/// How it ended, in a sentence: the first line of the view.
pub fn sentence(report: &Report<'_>) -> String {
    verdict::sentence(report)
}

/// The limit that stands most in the way of an assignment, where none keeps them all.
pub fn worst_limit(diagnostics: &Diagnostics) -> Option<String> {
    verdict::worst_limit(diagnostics)
}

/// What is other than in the run that was published last, to stand below the view of the same report; with a line end.
pub fn terminal_impact(impact: &Impact, report: &Report<'_>, style: Style) -> String {
    impact::view(impact, report, style)
}

fn verdict(report: &Report<'_>, style: Style) -> String {
    let sentence = wrapped("", &verdict::sentence(report), style.width);
    let colour = match report.status() {
        Status::Optimal => 32,
        Status::Feasible => 33,
        Status::Failed => 31,
    };
    if style.colour { format!("\u{1b}[1;{colour}m{}\u{1b}[0m\n", sentence.trim_end()) } else { sentence }
}

fn bold(text: &str, style: Style) -> String {
    if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// What each account got; nothing where there is nothing to book.
fn bookings(report: &Report<'_>, style: Style) -> Option<String> {
    let placement = report.placement.as_deref().filter(|placement| !placement.is_empty())?;
    let mut shares: Vec<Share> = report.book.accounts.iter().map(|_| Share::default()).collect();
    for (trade, account) in report.book.trades.iter().zip(placement) {
        shares[*account].add(&trade.value_base);
    }
    let mut total = Share::default();
    shares.iter().for_each(|share| total.join(share));
    let places = places(Unit::Sum, shares.iter().chain([&total]).flat_map(|share| [&share.bought, &share.sold]));
    let row = |name: String, share: &Share| -> Vec<Entry> {
        let net = &share.bought - &share.sold;
        let money = [&share.bought, &share.sold, &net].map(|amount| Entry::from(figure(amount, places)));
        [name.into(), figure(&Amount::from(share.trades), 0).into()].into_iter().chain(money).collect()
    };
    let names = report.book.accounts.iter().map(|account| clean(account.id.as_str()));
    let mut rows: Vec<Vec<Entry>> = names.zip(&shares).map(|(name, share)| row(name, share)).collect();
    if rows.len() > 1 {
        rows.push(row("all".to_owned(), &total));
    }
    let currency = clean(report.base_currency.as_str());
    let table = Grid::new(&["account", "trades", "bought", "sold", "net"], &[], vec![rows]).render(style).concat();
    Some(format!("{}\n{table}", bold(&format!("Bookings, {currency}"), style)))
}

/// Trades at one account; `bought` and `sold` in base currency, both 0 or above.
#[derive(Debug, Clone, Default)]
struct Share {
    trades: i64,
    bought: Amount,
    sold: Amount,
}

impl Share {
    fn add(&mut self, value_base: &Amount) {
        self.trades += 1;
        if value_base.is_negative() {
            self.sold -= value_base;
        } else {
            self.bought += value_base;
        }
    }

    fn join(&mut self, other: &Self) {
        self.trades += other.trades;
        self.bought += &other.bought;
        self.sold += &other.sold;
    }
}

fn remarks(report: &Report<'_>, style: Style) -> String {
    let diagnostics = &report.diagnostics;
    let lines = |kind: &str, notes: &[crate::Note]| -> String {
        let line = |note: &crate::Note| {
            wrapped(&format!("{kind} {}: ", clean(&note.code)), &clean(&note.message), style.width)
        };
        notes.iter().map(line).collect()
    };
    let mut remarks = lines("warning", &diagnostics.warnings) + &lines("note", &diagnostics.notes);
    if let Some(message) = diagnostics.message.as_ref().filter(|_| report.reason != Reason::SolverError) {
        remarks.push_str(&wrapped("solver: ", &clean(message), style.width));
    }
    if remarks.is_empty() { remarks } else { format!("\n{remarks}") }
}
