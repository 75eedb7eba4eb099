//! What happens on each business day of a year: decided by a seed alone, and by nothing that the product does.

use jiff::civil::{Date, Weekday};
use test_desks::random::Random;

use super::market::{self, ACCOUNTS, LIMITS};

/// A trade: bought above 0, sold below.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trade {
    pub(super) quantity: i64,
    /// The account that it is pinned to.
    pub(super) pin: Option<usize>,
}

/// How the file of trades is there when a run looks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Arrival {
    There,
    Missing,
    /// That of the day before.
    Stale,
    /// With a quantity that is no number.
    Unreadable,
}

/// What a run finds in the inbox.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Files {
    pub(super) trades: Vec<Trade>,
    pub(super) arrival: Arrival,
    /// What each account holds at the opening; nothing where the file is missing.
    pub(super) opening: Option<[i64; ACCOUNTS]>,
}

/// Who solves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Solver {
    /// Our own search, which proves such days at once.
    Search,
    /// One that fails, and another one that goes on.
    Failing,
    /// One that books everything where it is dearest, and says nothing about how good that is.
    Lazy,
}

/// The configuration of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Setup {
    pub(super) solver: Solver,
    /// The limit of the first account is lifted.
    pub(super) waived: bool,
    /// A key is misspelt.
    pub(super) typo: bool,
}

/// How the program is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum How {
    Run,
    Again,
    DryRun,
    /// While somebody else has the record.
    Busy,
}

/// A call of the program.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) as_of: String,
    pub(super) files: Files,
    pub(super) setup: Setup,
    pub(super) how: How,
    /// It is killed after so many hundredths of the time that a run takes.
    pub(super) killed_at: Option<u64>,
    /// The machine stopped before it, while an entry was written.
    pub(super) is_torn: bool,
    /// What the webhook answers.
    pub(super) webhook: u16,
}

/// The first business days of 2015: alerts do not go by dates far ahead of the clock, wherever it stands.
pub(super) fn business_days(count: usize) -> Vec<String> {
    let first = jiff::civil::date(2015, 1, 1);
    let is_open = |date: &Date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let dates = first.series(jiff::Span::new().days(1)).filter(is_open);
    dates.take(count).map(|date| date.to_string()).collect()
}

/// How the days before went on.
pub(super) struct Calendar {
    random: Random,
    /// For the accounts whose limit may stay broken: for how many days more, and by how much at the opening.
    episodes: [(u64, i64); ACCOUNTS],
    waived_for: u64,
    /// For how many days more the webhook is down, and what it answers then.
    outage: (u64, u16),
    /// What was run on the day before.
    before: Option<Attempt>,
}

impl Calendar {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), episodes: [(0, 0); ACCOUNTS], waived_for: 0, outage: (0, 0), before: None }
    }

    /// The calls of a day, in order.
    pub(super) fn day(&mut self, as_of: &str) -> Vec<Attempt> {
        self.go_on();
        let solver = match self.random.below(100) {
            0..6 => Solver::Failing,
            6..11 => Solver::Lazy,
            _ => Solver::Search,
        };
        let good = Attempt {
            as_of: as_of.to_owned(),
            files: self.files(solver),
            setup: Setup { solver, waived: self.waived_for > 0, typo: false },
            how: How::Run,
            killed_at: None,
            is_torn: false,
            webhook: if self.outage.0 > 0 { self.outage.1 } else { 200 },
        };
        let mut attempts = self.at_first(&good);
        // Some days nobody mends what was wrong in the morning.
        if attempts.is_empty() || !self.random.chance(30) {
            if self.random.chance(7) {
                attempts.push(self.infeasible(&good));
            }
            if attempts.last().is_none_or(|last| last.files != good.files) || self.random.chance(70) {
                attempts.push(good.clone());
            }
        }
        let last = attempts.last().expect("one attempt at least").clone();
        attempts.extend(self.afterwards(&last));
        // Who is told to come again later does so at once, which takes a second and more: once a day is enough.
        attempts.iter_mut().skip(1).filter(|attempt| attempt.webhook == 503).for_each(|attempt| attempt.webhook = 404);
        for attempt in &mut attempts {
            let may_be = matches!(attempt.how, How::Run | How::Again);
            if may_be && self.random.chance(15) {
                attempt.killed_at = Some(self.random.below(115));
            } else if may_be && self.before.is_some() {
                attempt.is_torn = self.random.chance(2);
            }
        }
        self.before = Some(good);
        attempts
    }

    fn go_on(&mut self) {
        let Self { random, episodes, waived_for, outage, .. } = self;
        for (account, limit) in LIMITS.iter().enumerate().filter(|(account, _)| *account != market::MUST_CURE) {
            let (days, beyond) = &mut episodes[account];
            *days = days.saturating_sub(1);
            *beyond += i64::try_from(random.between(-4, 9)).expect("a small number");
            if *days == 0 && random.chance(9) {
                *days = 2 + random.below(6);
                *beyond = i64::try_from(random.between(1, i128::from(limit / 4))).expect("a small number");
            }
        }
        *waived_for = waived_for.saturating_sub(1);
        if *waived_for == 0 && random.chance(2) {
            *waived_for = 2 + random.below(4);
        }
        outage.0 = outage.0.saturating_sub(1);
        if outage.0 == 0 && random.chance(5) {
            *outage = (2 + random.below(3), if random.chance(15) { 503 } else { 404 });
        }
    }

    /// Files that are there, with one best assignment.
    fn files(&mut self, solver: Solver) -> Files {
        loop {
            let opening = std::array::from_fn(|account| self.opening(account));
            let mut trades = Vec::new();
            for _ in 0..2 + self.random.below(3) {
                let size = i64::try_from(self.random.between(5, 40)).expect("a small number");
                let quantity = if self.random.chance(45) { -size } else { size };
                // The lazy one knows of no pins, and where all is pinned there is nothing to fail with.
                let is_pinned = self.random.chance(15) && solver == Solver::Search;
                let pin = is_pinned.then(|| self.random.below(ACCOUNTS as u64) as usize);
                trades.push(Trade { quantity, pin });
            }
            let waived = self.waived_for > 0;
            let is_kept = solver != Solver::Lazy || opening[market::MUST_CURE] <= LIMITS[market::MUST_CURE];
            if is_kept && market::best(&opening, &trades, waived).is_some_and(|best| best.is_only_one) {
                return Files { trades, arrival: Arrival::There, opening: Some(opening) };
            }
        }
    }

    fn opening(&mut self, account: usize) -> i64 {
        let (days, beyond) = self.episodes[account];
        let limit = LIMITS[account];
        if days > 0 {
            return limit + beyond.max(1);
        }
        // The limit that has to be cured is broken now and then.
        let most = if account == market::MUST_CURE && self.random.chance(10) { limit + 15 } else { limit - 5 };
        i64::try_from(self.random.between(i128::from(limit / 3), i128::from(most))).expect("a small number")
    }

    /// What is wrong with a day at first.
    fn at_first(&mut self, good: &Attempt) -> Vec<Attempt> {
        let with = |change: &dyn Fn(&mut Attempt)| {
            let mut attempt = good.clone();
            change(&mut attempt);
            attempt
        };
        let arrives = |arrival: Arrival| with(&|attempt| attempt.files.arrival = arrival);
        let mut attempts = match self.random.below(100) {
            0..10 => vec![arrives(Arrival::Missing)],
            10..14 => vec![arrives(Arrival::Missing), arrives(Arrival::Stale)],
            14..19 => vec![arrives(Arrival::Stale)],
            19..24 => vec![arrives(Arrival::Unreadable)],
            24..28 => vec![with(&|attempt| attempt.files.opening = None)],
            28..30 => vec![with(&|attempt| {
                attempt.files.opening = None;
                attempt.files.arrival = Arrival::Stale;
            })],
            30..34 => vec![with(&|attempt| attempt.setup.typo = true)],
            34..37 => vec![with(&|attempt| attempt.how = How::Busy)],
            37..40 => vec![with(&|attempt| attempt.how = How::DryRun)],
            _ => Vec::new(),
        };
        if !attempts.is_empty() && self.random.chance(30) {
            attempts.push(attempts[attempts.len() - 1].clone());
        }
        attempts
    }

    /// The day with more at the account that has to be cured than all trades could take from there.
    fn infeasible(&mut self, good: &Attempt) -> Attempt {
        let mut attempt = good.clone();
        let beyond = 200 + i64::try_from(self.random.below(50)).expect("a small number");
        attempt.files.opening.as_mut().expect("an opening")[market::MUST_CURE] = LIMITS[market::MUST_CURE] + beyond;
        attempt.setup.solver = Solver::Search;
        attempt
    }

    /// What is called once the day was run.
    fn afterwards(&mut self, last: &Attempt) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        if self.random.chance(20) {
            attempts.push(Attempt { how: How::Run, ..last.clone() });
        }
        if self.random.chance(5) {
            attempts.push(Attempt { how: How::Again, ..last.clone() });
        }
        if self.random.chance(3) {
            attempts.push(Attempt { how: How::DryRun, ..last.clone() });
        }
        if let Some(before) = self.before.clone().filter(|_| self.random.chance(6)) {
            // The trades of the day before are delivered anew.
            let files = self.files(before.setup.solver);
            let setup = Setup { waived: last.setup.waived, ..before.setup };
            attempts.push(Attempt { as_of: before.as_of, files, setup, ..last.clone() });
        }
        attempts
    }
}
