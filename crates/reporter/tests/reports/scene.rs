//! A desk, a day and a report of it.

use domain::certificate::{Aim, Floor, Part, Subject};
use domain::{
    Account, AccountId, Amount, Bound, Certificates, Day, Desk, LevelCertificate, MetricName, OnBreach, SecurityId,
    TradeId,
};
use metric_engine::{Book, compile};
use reporter::{
    ConflictLimit, Diagnostics, Engine, Evidence, InputDigest, Note, ObjectiveReport, Reason, Report, RunInfo,
    StageTime,
};
use test_desks::by_name::{Certificate, Cut, Node, PriceList, ShadowPrice, Slope};
use test_desks::{Add, With, account, by_type, day, desk, ratio};

/// What a report is made from.
pub(crate) struct Scene {
    pub(crate) desk: Desk,
    pub(crate) day: Day,
    pub(crate) book: Book,
}

impl Scene {
    pub(crate) fn new(desk: Desk, day: Day) -> Self {
        let book = compile(&desk, &day).unwrap_or_else(|problems| panic!("{problems:?}"));
        Self { desk, day, book }
    }

    /// A report of this ending, without remarks.
    pub(crate) fn report(&self, reason: Reason, placement: Option<&[usize]>) -> Report<'_> {
        Report {
            book: &self.book,
            day: &self.day,
            base_currency: &self.desk.fx.base,
            as_of: Some("2026-11-20".to_owned()),
            run_id: "2026-11-20-0f3a".to_owned(),
            reason,
            objective: None,
            changes: None,
            certificates: Certificates::default(),
            placement: placement.map(<[usize]>::to_vec),
            standings: self.book.standings(placement),
            diagnostics: Diagnostics::default(),
            inputs: vec![InputDigest { path: "trades.csv".to_owned(), sha256: "0f".repeat(32) }],
            engine: Engine { version: "0.1.0".to_owned(), solver: "HiGHS 1.15.0".to_owned() },
            run: RunInfo {
                started_at: "2026-11-20T18:00:00Z".to_owned(),
                host: "desk-1".to_owned(),
                config: "desk.yaml".to_owned(),
                arguments: vec!["pb-assign".to_owned(), "run".to_owned()],
                out: Some("out".to_owned()),
                read: vec![InputDigest { path: "desk.yaml".into(), sha256: "0".repeat(64) }],
                stages: vec![StageTime { stage: "load".to_owned(), elapsed_us: 3_250 }],
                work: [("nodes".to_owned(), 17)].into(),
                searches: Vec::new(),
                others: Vec::new(),
                repeatable: true,
                ledger: None,
            },
        }
    }
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().expect("a decimal number")
}

/// Equity, gross with a cap, leverage with a cap, and what the positions cost.
pub(crate) fn levered(id: &str, max_gross: &str) -> Account {
    account(
        id,
        vec![
            by_type("equity", &["government 1", "corporate 1", "cash 1"]).min("0"),
            by_type("gross", &["government 1 1", "corporate 1 1"]).max(max_gross).on_breach(OnBreach::ReportOnly),
            ratio("leverage", "gross", "equity").max("6"),
            by_type("financing cost", &["government 0.00012", "corporate 0.00021"]).priority("-1"),
        ],
    )
}

/// Two accounts, four trades in two securities.
pub(crate) fn two_accounts() -> Scene {
    let opening = day()
        .position("PB1 100000000 912828XX1 government")
        .position("PB1 -80000000 USD cash")
        .position("PB2 24000000 XS001 corporate");
    let trades = opening
        .trade("T1 buy 10000000 912828XX1 government")
        .trade("T2 sell 4000000.25 XS001 corporate")
        .trade("T3 buy 7000000 XS001 corporate")
        .trade("T4 sell 1500000 912828XX1 government PB1");
    Scene::new(desk(vec![levered("PB1", "105000000"), levered("PB2", "30000000")]), trades)
}

/// The ending of [`two_accounts`] with everything that a report can say.
pub(crate) fn full_report(scene: &Scene) -> Report<'_> {
    let note = |code: &str, message: &str| Note { code: code.to_owned(), message: message.to_owned() };
    let mut report = scene.report(Reason::WithinGap, Some(&[0, 1, 1, 0]));
    report.objective = Some(ObjectiveReport {
        value: amount("-18690.0000525"),
        bound: Some(amount("-18689.61")),
        gap: Some(amount("0.0000209")),
        levels: Vec::new(),
        certified_bound: Some(amount("-18689.2")),
        certified_gap: Some(amount("0.0000429")),
    });
    report.certificates.whole = Some(certificate().placed());
    report.diagnostics.notes = vec![note(
        "K001",
        "the priority of leverage at PB1 is left out of the objective because the metric has a limit; set \
         objective.include_limited to count it",
    )];
    report.diagnostics.warnings = vec![note("L101", "trades.csv:5: quantity has more decimals than the others")];
    report
}

/// A certificate with everything that one can say.
fn certificate() -> Certificate {
    let price = |end, part, price| {
        let (account, metric) = (AccountId::new("PB1"), MetricName::new("leverage"));
        ShadowPrice { subject: Subject::Limit { account, metric, end, part }, price: amount(price) }
    };
    let of_changes = ShadowPrice { subject: Subject::MaxChanges, price: amount("0.5") };
    let slope = |security, is_cash, slope| Slope {
        account: AccountId::new("PB2"),
        security: SecurityId::new(security),
        is_cash,
        slope: amount(slope),
    };
    let prices = vec![price(Bound::Max, Part::Limit, "0.00012"), price(Bound::Min, Part::Defined, "0"), of_changes];
    let slopes = vec![slope("XS001", false, "-0.0000000001"), slope("USD", true, "12")];
    let trade_prices = vec![(TradeId::new("T2"), amount("-3.25"))];
    let (account, metric) = (AccountId::new("PB1"), MetricName::new("gross"));
    let subject = Subject::Limit { account, metric, end: Bound::Max, part: Part::Limit };
    let kept_limits = vec![(subject, amount("0.5"))];
    let knapsacks = PriceList { trade_prices, kept_limits, cut_prices: vec![(0, amount("7"))], ..PriceList::default() };
    let cut = Cut {
        account: AccountId::new("PB1"),
        metric: MetricName::new("gross"),
        end: Bound::Max,
        weights: vec![(TradeId::new("T1"), 1), (TradeId::new("T3"), -2)],
        most: 1,
    };
    let lists = vec![PriceList::default(), PriceList { shadow_prices: prices, slopes, ..knapsacks }];
    let branch = Node::Branch { trade: TradeId::new("T1"), account: AccountId::new("PB2") };
    let leaf = |prices, aim| Node::Leaf { prices, aim };
    let choices = vec![(TradeId::new("T2"), AccountId::new("PB1"))];
    let close = Node::Close { choices, prices: 1, aim: Aim::Best };
    Certificate {
        cuts: vec![cut],
        price_lists: lists,
        tree: vec![branch, leaf(1, Aim::NoPlan), close, leaf(0, Aim::Best)],
    }
}

/// Certificates of two levels, with everything that is said of levels alone, and of a third of which nothing is certified.
pub(crate) fn level_certificates() -> Vec<LevelCertificate> {
    let metric = |name: &str| MetricName::new(name);
    let floor = |name: &str, least: &str| Floor { metric: metric(name), least: amount(least) };
    let price = ShadowPrice { subject: Subject::Floor { metric: metric("cost") }, price: amount("2.5") };
    let list = PriceList { shadow_prices: vec![price], ..PriceList::default() };
    let tree = vec![Node::Leaf { prices: 0, aim: Aim::Best }];
    let with = |list| Certificate { cuts: Vec::new(), price_lists: vec![list], tree: tree.clone() }.placed();
    vec![
        LevelCertificate {
            metric: Some(metric("cost")),
            floors: Vec::new(),
            best: vec![(TradeId::new("T1"), AccountId::new("PB2"))],
            certificate: Some(with(PriceList::default())),
        },
        LevelCertificate {
            metric: Some(metric("wallet")),
            floors: vec![floor("cost", "-18790.5")],
            best: Vec::new(),
            certificate: Some(with(list)),
        },
        LevelCertificate {
            metric: None,
            floors: vec![floor("cost", "-18790.5"), floor("wallet", "2000000.25")],
            best: Vec::new(),
            certificate: None,
        },
    ]
}

/// The failed ending of [`two_accounts`].
pub(crate) fn failed_report(scene: &Scene) -> Report<'_> {
    let mut report = scene.report(Reason::Infeasible, None);
    let limit = |account: &str, limit: &str, reached: &str, shortfall: &str| ConflictLimit {
        account: domain::AccountId::new(account),
        metric: domain::MetricName::new("leverage"),
        bound: domain::Bound::Max,
        limit: amount(limit),
        reached: Some(amount(reached)),
        undefined_by: None,
        shortfall: Some(amount(shortfall)),
        source: Some("PB agreement 4.2".to_owned()),
        owner: Some("treasury".to_owned()),
    };
    report.diagnostics.infeasibility = Some(Evidence::Claimed);
    report.diagnostics.conflict = vec![limit("PB1", "6", "6.125", "0.125"), limit("PB2", "6", "6.2", "0.2")];
    report
}

/// A day without trades.
pub(crate) fn no_trades() -> Scene {
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    Scene::new(desk(vec![levered("PB1", "500")]), opening)
}
