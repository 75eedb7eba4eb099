//! `certificate.json`: what the certified numbers of `result.json` are recomputed from, for anyone who wants to.
//! One line for each price list and for each node of the tree; decimals are strings; the same run gives the same bytes.

mod cuts;
mod knapsacks;

use std::io::Write;

use domain::certificate::{Aim, Certificate, Floor, Node, Part, PriceList, ShadowPrice, Slope, Subject};
use domain::{AccountId, Bound, Certificates, LevelCertificate, MetricName, SecurityId, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::cuts::{CutEntry, CutPriceEntry};
use self::knapsacks::{KeptLimitEntry, TradePriceEntry};
use super::result_json::{Exact, text};
use super::{Format, Rendered};
use crate::{Report, ReporterError};

/// The file.
pub const FORMAT: Format = Format { file: "certificate.json", about: "what certified numbers follow from", write };

/// The tag of this form of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Tag {
    #[serde(rename = "pb-assign/certificate/1")]
    Certificate1,
}

/// A search tree over the trades whose nodes carry shadow prices (Lagrangian multipliers). No assignment is worth more
/// than the largest priced sum that closes a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "pb-assign certificate")]
pub struct CertificateDocument {
    /// The form of this document.
    schema: Tag,
    /// The run that it belongs to, as in result.json.
    pub run_id: String,
    /// What limits do not allow of some bookings, since trades go whole; price lists refer to them by place, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cuts: Vec<CutEntry>,
    /// The prices; nodes refer to them by place, from 0.
    price_lists: Vec<PriceListEntry>,
    /// The tree, depth first: a branch, the whole of its first child, the whole of its second; closed choices, then what is
    /// left. Empty where nothing is certified.
    tree: Vec<NodeEntry>,
    /// One for each level of an objective with strict priorities, in their order; absent for one without, and where there
    /// is no assignment. Price lists and tree of the document itself are about the whole objective and the limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<LevelEntry>,
}

/// What is certified of a level. In no assignment that keeps the limits and the floors is the level's part of the objective
/// worth more than the largest priced sum of the leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Level")]
struct LevelEntry {
    /// Its metric, at every account; null for the last level, which has all that counts and is not in the order.
    #[serde(with = "text::some_metric_name")]
    #[schemars(with = "Option<String>")]
    metric: Option<MetricName>,
    /// What the levels before it must not end below: at most their best values less what may be given up of them.
    floors: Vec<FloorEntry>,
    /// The assignment with the level's best value, value plus given_up in result.json: the bookings that differ from the
    /// published ones.
    best: Vec<BookingEntry>,
    /// Cuts, as those of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cuts: Vec<CutEntry>,
    /// The prices; leaves of this level's tree refer to them by place, from 0.
    price_lists: Vec<PriceListEntry>,
    /// The tree, as that of the document; empty where nothing is certified of the level.
    tree: Vec<NodeEntry>,
}

/// The least that a level before has to come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Floor")]
struct FloorEntry {
    /// The level, by its metric.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    metric: MetricName,
    /// In units of the objective.
    least: Exact,
}

/// A trade and its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Booking")]
struct BookingEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    account: AccountId,
}

/// Shadow prices of limits and slopes of positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceList")]
struct PriceListEntry {
    /// What room under a limit is worth; 0 for limits that are not listed.
    shadow_prices: Vec<ShadowPriceEntry>,
    /// The lines that are laid above positions which may end on either side of 0.
    slopes: Vec<SlopeEntry>,
    /// What room under cuts is worth; 0 for cuts that are not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cut_prices: Vec<CutPriceEntry>,
    /// What trades have to be worth to be taken, where accounts choose in place of trades; 0 for those not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trade_prices: Vec<TradePriceEntry>,
    /// The limit that each account keeps then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept_limits: Vec<KeptLimitEntry>,
}

/// What one unit of room under a limit is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[schemars(rename = "ShadowPrice")]
enum ShadowPriceEntry {
    /// Of room under an end of a metric's limit.
    Limit {
        /// The account.
        #[serde(with = "text::account_id")]
        #[schemars(with = "String")]
        account: AccountId,
        /// The metric.
        #[serde(with = "text::metric_name")]
        #[schemars(with = "String")]
        metric: MetricName,
        /// Which end of its limit.
        #[serde(with = "text::bound")]
        #[schemars(schema_with = "text::bound::schema")]
        bound: Bound,
        /// The limit itself, or that a ratio with a limit has a denominator above 0.
        #[serde(with = "text::part")]
        #[schemars(schema_with = "text::part::schema")]
        part: Part,
        /// The price, 0 or above: units of the objective for one unit of the metric, or of limit times denominator minus
        /// numerator where it is a ratio.
        price: Exact,
    },
    /// Of changes from the last plan that there may still be.
    MaxChanges {
        /// The price, 0 or above: units of the objective for one change.
        price: Exact,
    },
    /// Of what a level before has above its floor.
    Floor {
        /// The level, by its metric.
        #[serde(with = "text::metric_name")]
        #[schemars(with = "String")]
        metric: MetricName,
        /// The price, 0 or above: units of the objective for one unit of that level.
        price: Exact,
    },
}

/// The slope of a line above what a position adds to the priced sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Slope")]
struct SlopeEntry {
    /// The account that holds the position.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    account: AccountId,
    /// The security; the currency for cash.
    #[serde(with = "text::security_id")]
    #[schemars(with = "String")]
    security: SecurityId,
    /// Whether it is the cash of that currency.
    cash: bool,
    /// Units of the objective for one unit of base currency.
    slope: Exact,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[schemars(rename = "Node")]
enum NodeEntry {
    /// First child: the trade is booked at the account; second: it is booked elsewhere.
    Branch {
        /// The trade.
        #[serde(with = "text::trade_id")]
        #[schemars(with = "String")]
        trade_id: TradeId,
        /// The account.
        #[serde(with = "text::account_id")]
        #[schemars(with = "String")]
        account: AccountId,
    },
    /// Choices that prices close, each by what they show once it is forced; the node goes on without them.
    Close {
        /// What is closed: open choices of trades that keep another.
        choices: Vec<ChoiceEntry>,
        /// The price list, by its place from 0.
        prices: usize,
        /// What the prices show.
        #[serde(with = "text::aim")]
        #[schemars(schema_with = "text::aim::schema")]
        aim: Aim,
    },
    /// An end of the search: its prices, and whether they bound the best assignment or show that there is none.
    Leaf {
        /// The price list, by its place from 0.
        prices: usize,
        /// What the prices show.
        #[serde(with = "text::aim")]
        #[schemars(schema_with = "text::aim::schema")]
        aim: Aim,
    },
}

/// A trade at an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Choice")]
struct ChoiceEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    account: AccountId,
}

impl CertificateDocument {
    /// The document of a run's certificates.
    pub fn of(run_id: &str, certificates: &Certificates) -> Self {
        let (cuts, price_lists, tree) = entries(certificates.whole.as_ref());
        let levels = certificates.levels.iter().map(LevelEntry::of).collect();
        Self { schema: Tag::Certificate1, run_id: run_id.to_owned(), cuts, price_lists, tree, levels }
    }

    /// The certificates.
    pub fn into_certificates(self) -> Certificates {
        Certificates {
            whole: certificate(self.cuts, self.price_lists, self.tree),
            levels: self.levels.into_iter().map(LevelEntry::into_certificate).collect(),
        }
    }

    /// Reads a document of this form; keys that it does not have are refused, and so are numbers that are not plain
    /// decimals in quotes.
    ///
    /// # Errors
    /// What is wrong first, with line and column.
    pub fn read(text: &str) -> Result<Self, ReporterError> {
        serde_json::from_str(text)
            .map_err(|error| ReporterError::Read { file: FORMAT.file, message: error.to_string() })
    }
}

/// The entries of a certificate; none where nothing is certified.
fn entries(certificate: Option<&Certificate>) -> (Vec<CutEntry>, Vec<PriceListEntry>, Vec<NodeEntry>) {
    let Some(Certificate { cuts, price_lists, tree }) = certificate else { return Default::default() };
    (
        cuts.iter().map(CutEntry::of).collect(),
        price_lists.iter().map(PriceListEntry::of).collect(),
        tree.iter().map(NodeEntry::of).collect(),
    )
}

/// The certificate of some entries; nothing where the tree is empty.
fn certificate(cuts: Vec<CutEntry>, price_lists: Vec<PriceListEntry>, tree: Vec<NodeEntry>) -> Option<Certificate> {
    let cuts = cuts.into_iter().map(CutEntry::into_cut).collect();
    let price_lists = price_lists.into_iter().map(PriceListEntry::into_list).collect();
    let tree = tree.into_iter().map(NodeEntry::into_node).collect();
    Some(Certificate { cuts, price_lists, tree }).filter(|certificate: &Certificate| !certificate.tree.is_empty())
}

impl LevelEntry {
    fn of(level: &LevelCertificate) -> Self {
        let (cuts, price_lists, tree) = entries(level.certificate.as_ref());
        let floor = |floor: &Floor| FloorEntry { metric: floor.metric.clone(), least: Exact(floor.least.clone()) };
        let booking = |(trade_id, account): &(TradeId, AccountId)| {
            let (trade_id, account) = (trade_id.clone(), account.clone());
            BookingEntry { trade_id, account }
        };
        Self {
            metric: level.metric.clone(),
            floors: level.floors.iter().map(floor).collect(),
            best: level.best.iter().map(booking).collect(),
            cuts,
            price_lists,
            tree,
        }
    }

    fn into_certificate(self) -> LevelCertificate {
        let floor = |FloorEntry { metric, least }| Floor { metric, least: least.0 };
        LevelCertificate {
            metric: self.metric,
            floors: self.floors.into_iter().map(floor).collect(),
            best: self.best.into_iter().map(|BookingEntry { trade_id, account }| (trade_id, account)).collect(),
            certificate: certificate(self.cuts, self.price_lists, self.tree),
        }
    }
}

impl PriceListEntry {
    fn of(list: &PriceList) -> Self {
        let slope = |slope: &Slope| SlopeEntry {
            account: slope.account.clone(),
            security: slope.security.clone(),
            cash: slope.is_cash,
            slope: Exact(slope.slope.clone()),
        };
        Self {
            shadow_prices: list.shadow_prices.iter().map(ShadowPriceEntry::of).collect(),
            slopes: list.slopes.iter().map(slope).collect(),
            cut_prices: list.cut_prices.iter().map(CutPriceEntry::of).collect(),
            trade_prices: list.trade_prices.iter().map(TradePriceEntry::of).collect(),
            kept_limits: list.kept_limits.iter().filter_map(KeptLimitEntry::of).collect(),
        }
    }

    fn into_list(self) -> PriceList {
        let slope = |entry: SlopeEntry| {
            let SlopeEntry { account, security, cash, slope } = entry;
            Slope { account, security, is_cash: cash, slope: slope.0 }
        };
        PriceList {
            shadow_prices: self.shadow_prices.into_iter().map(ShadowPriceEntry::into_price).collect(),
            slopes: self.slopes.into_iter().map(slope).collect(),
            cut_prices: self.cut_prices.into_iter().map(CutPriceEntry::into_price).collect(),
            trade_prices: self.trade_prices.into_iter().map(TradePriceEntry::into_price).collect(),
            kept_limits: self.kept_limits.into_iter().map(KeptLimitEntry::into_limit).collect(),
        }
    }
}

impl ShadowPriceEntry {
    fn of(shadow: &ShadowPrice) -> Self {
        let price = Exact(shadow.price.clone());
        match &shadow.subject {
            Subject::Limit { account, metric, end, part } => {
                Self::Limit { account: account.clone(), metric: metric.clone(), bound: *end, part: *part, price }
            }
            Subject::MaxChanges => Self::MaxChanges { price },
            Subject::Floor { metric } => Self::Floor { metric: metric.clone(), price },
        }
    }

    fn into_price(self) -> ShadowPrice {
        match self {
            Self::Limit { account, metric, bound, part, price } => {
                ShadowPrice { subject: Subject::Limit { account, metric, end: bound, part }, price: price.0 }
            }
            Self::MaxChanges { price } => ShadowPrice { subject: Subject::MaxChanges, price: price.0 },
            Self::Floor { metric, price } => ShadowPrice { subject: Subject::Floor { metric }, price: price.0 },
        }
    }
}

impl NodeEntry {
    fn of(node: &Node) -> Self {
        match node {
            Node::Branch { trade, account } => Self::Branch { trade_id: trade.clone(), account: account.clone() },
            Node::Close { choices, prices, aim } => {
                let entry = |(trade, account): &(TradeId, AccountId)| ChoiceEntry {
                    trade_id: trade.clone(),
                    account: account.clone(),
                };
                Self::Close { choices: choices.iter().map(entry).collect(), prices: *prices, aim: *aim }
            }
            Node::Leaf { prices, aim } => Self::Leaf { prices: *prices, aim: *aim },
        }
    }

    fn into_node(self) -> Node {
        match self {
            Self::Branch { trade_id, account } => Node::Branch { trade: trade_id, account },
            Self::Close { choices, prices, aim } => {
                let choice = |ChoiceEntry { trade_id, account }: ChoiceEntry| (trade_id, account);
                Node::Close { choices: choices.into_iter().map(choice).collect(), prices, aim }
            }
            Self::Leaf { prices, aim } => Node::Leaf { prices, aim },
        }
    }
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let document = CertificateDocument::of(&report.run_id, &report.certificates);
    lines(&document).map_err(|error| ReporterError::Render { file: FORMAT.file, message: error.to_string() })
}

/// The document with a line for each entry of its lists, which may be long.
fn lines(document: &CertificateDocument) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    let (tag, run_id) = (serde_json::to_string(&document.schema)?, serde_json::to_string(&document.run_id)?);
    write!(bytes, "{{\n  \"schema\": {tag},\n  \"run_id\": {run_id},\n  ")?;
    if !document.cuts.is_empty() {
        list(&mut bytes, "cuts", &document.cuts, "  ")?;
        bytes.extend(b",\n  ");
    }
    list(&mut bytes, "price_lists", &document.price_lists, "  ")?;
    bytes.extend(b",\n  ");
    list(&mut bytes, "tree", &document.tree, "  ")?;
    for (index, level) in document.levels.iter().enumerate() {
        bytes.extend(if index > 0 { &b",\n    {\n      "[..] } else { b",\n  \"levels\": [\n    {\n      " });
        write!(
            bytes,
            "\"metric\": {},\n      ",
            serde_json::to_string(&level.metric.as_ref().map(MetricName::as_str))?
        )?;
        list(&mut bytes, "floors", &level.floors, "      ")?;
        bytes.extend(b",\n      ");
        list(&mut bytes, "best", &level.best, "      ")?;
        bytes.extend(b",\n      ");
        if !level.cuts.is_empty() {
            list(&mut bytes, "cuts", &level.cuts, "      ")?;
            bytes.extend(b",\n      ");
        }
        list(&mut bytes, "price_lists", &level.price_lists, "      ")?;
        bytes.extend(b",\n      ");
        list(&mut bytes, "tree", &level.tree, "      ")?;
        bytes.extend(b"\n    }");
    }
    bytes.extend(if document.levels.is_empty() { &b"\n}\n"[..] } else { b"\n  ]\n}\n" });
    Ok(bytes)
}

/// A key with its list, a line for each entry, set in by `margin`.
fn list(bytes: &mut Vec<u8>, key: &str, entries: &[impl Serialize], margin: &str) -> Result<(), std::io::Error> {
    write!(bytes, "\"{key}\": [")?;
    for (index, entry) in entries.iter().enumerate() {
        write!(bytes, "{}\n{margin}  ", if index > 0 { "," } else { "" })?;
        serde_json::to_writer(&mut *bytes, entry)?;
    }
    if !entries.is_empty() {
        write!(bytes, "\n{margin}")?;
    }
    bytes.push(b']');
    Ok(())
}
