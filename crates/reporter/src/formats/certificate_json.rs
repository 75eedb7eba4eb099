//! `certificate.json`: what the certified numbers of `result.json` are recomputed from, for anyone who wants to.
//! One line for each price list and for each node of the tree; decimals are strings; the same run gives the same bytes.

use std::io::Write;

use domain::certificate::{
    Aim, Certificate, KeptLimit, Node, Part, PriceList, ShadowPrice, Slope, Subject, TradePrice,
};
use domain::{AccountId, Bound, MetricName, SecurityId, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A search tree over the trades whose leaves carry shadow prices (Lagrangian multipliers). No assignment is worth more
/// than the largest priced sum of its leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "pb-assign certificate")]
pub struct CertificateDocument {
    /// The form of this document.
    schema: Tag,
    /// The run that it belongs to, as in result.json.
    pub run_id: String,
    /// The prices; leaves refer to them by place, from 0.
    price_lists: Vec<PriceListEntry>,
    /// The tree, depth first: a branch, the whole of its first child, the whole of its second. Empty where nothing is
    /// certified.
    tree: Vec<NodeEntry>,
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
    /// What trades have to be worth to be taken, where accounts choose in place of trades; 0 for those not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trade_prices: Vec<TradePriceEntry>,
    /// The limit that each account keeps then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept_limits: Vec<KeptLimitEntry>,
}

/// What a trade has to be worth to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TradePrice")]
struct TradePriceEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// Units of the objective.
    price: Exact,
}

/// A limit that its account keeps: what it takes is a knapsack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeptLimit")]
struct KeptLimitEntry {
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
    /// What room and weights are counted in, above 0: units of the metric, or of limit times denominator minus
    /// numerator where it is a ratio.
    step: Exact,
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

impl CertificateDocument {
    /// The document of a run's certificate.
    pub fn of(run_id: &str, certificate: Option<&Certificate>) -> Self {
        let lists = certificate.map_or(&[][..], |certificate| &certificate.price_lists);
        let tree = certificate.map_or(&[][..], |certificate| &certificate.tree);
        Self {
            schema: Tag::Certificate1,
            run_id: run_id.to_owned(),
            price_lists: lists.iter().map(PriceListEntry::of).collect(),
            tree: tree.iter().map(NodeEntry::of).collect(),
        }
    }

    /// The certificate; nothing where nothing is certified.
    pub fn into_certificate(self) -> Option<Certificate> {
        let price_lists = self.price_lists.into_iter().map(PriceListEntry::into_list).collect();
        let tree = self.tree.into_iter().map(NodeEntry::into_node).collect();
        Some(Certificate { price_lists, tree }).filter(|certificate: &Certificate| !certificate.tree.is_empty())
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
            trade_prices: self.trade_prices.into_iter().map(TradePriceEntry::into_price).collect(),
            kept_limits: self.kept_limits.into_iter().map(KeptLimitEntry::into_limit).collect(),
        }
    }
}

impl TradePriceEntry {
    fn of(price: &TradePrice) -> Self {
        Self { trade_id: price.trade.clone(), price: Exact(price.price.clone()) }
    }

    fn into_price(self) -> TradePrice {
        TradePrice { trade: self.trade_id, price: self.price.0 }
    }
}

impl KeptLimitEntry {
    /// The entry; nothing for a limit of no account, which none can keep.
    fn of(kept: &KeptLimit) -> Option<Self> {
        let Subject::Limit { account, metric, end, part } = &kept.subject else { return None };
        let step = Exact(kept.step.clone());
        Some(Self { account: account.clone(), metric: metric.clone(), bound: *end, part: *part, step })
    }

    fn into_limit(self) -> KeptLimit {
        let Self { account, metric, bound, part, step } = self;
        KeptLimit { subject: Subject::Limit { account, metric, end: bound, part }, step: step.0 }
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
        }
    }

    fn into_price(self) -> ShadowPrice {
        match self {
            Self::Limit { account, metric, bound, part, price } => {
                ShadowPrice { subject: Subject::Limit { account, metric, end: bound, part }, price: price.0 }
            }
            Self::MaxChanges { price } => ShadowPrice { subject: Subject::MaxChanges, price: price.0 },
        }
    }
}

impl NodeEntry {
    fn of(node: &Node) -> Self {
        match node {
            Node::Branch { trade, account } => Self::Branch { trade_id: trade.clone(), account: account.clone() },
            Node::Leaf { prices, aim } => Self::Leaf { prices: *prices, aim: *aim },
        }
    }

    fn into_node(self) -> Node {
        match self {
            Self::Branch { trade_id, account } => Node::Branch { trade: trade_id, account },
            Self::Leaf { prices, aim } => Node::Leaf { prices, aim },
        }
    }
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let document = CertificateDocument::of(&report.run_id, report.certificate.as_ref());
    lines(&document).map_err(|error| ReporterError::Render { file: FORMAT.file, message: error.to_string() })
}

/// The document with a line for each entry of its two lists, which may be long.
fn lines(document: &CertificateDocument) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    let (tag, run_id) = (serde_json::to_string(&document.schema)?, serde_json::to_string(&document.run_id)?);
    write!(bytes, "{{\n  \"schema\": {tag},\n  \"run_id\": {run_id},\n  \"price_lists\": [")?;
    list(&mut bytes, &document.price_lists)?;
    write!(bytes, "],\n  \"tree\": [")?;
    list(&mut bytes, &document.tree)?;
    bytes.extend(b"]\n}\n");
    Ok(bytes)
}

fn list(bytes: &mut Vec<u8>, entries: &[impl Serialize]) -> Result<(), std::io::Error> {
    for (index, entry) in entries.iter().enumerate() {
        bytes.extend(if index > 0 { &b",\n    "[..] } else { b"\n    " });
        serde_json::to_writer(&mut *bytes, entry)?;
    }
    bytes.extend(if entries.is_empty() { &b""[..] } else { b"\n  " });
    Ok(())
}
