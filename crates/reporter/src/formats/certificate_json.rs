//! `certificate.json`: what the certified numbers of `result.json` are recomputed from, for anyone who wants to.
//! One line for each entry of a list; decimals are strings; the same run gives the same bytes.
//!
//! Proofs can be long, and say the same names again and again: what has a price, positions and the bookings of the tree
//! stand in tables of their own, and lists and nodes refer to them by place.

mod cuts;
mod lists;
mod nodes;
mod tables;

use std::io::Write;

use domain::certificate::{Certificate, Floor};
use domain::{AccountId, Certificates, LevelCertificate, MetricName, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::cuts::CutEntry;
use self::lists::PriceListEntry;
use self::nodes::NodeEntry;
use self::tables::{BookingEntry, PositionEntry, RoomEntry, Tables};
use super::result_json::{Exact, text};
use super::{Format, Rendered};
use crate::{Report, ReporterError};

/// The file.
pub const FORMAT: Format = Format { file: "certificate.json", about: "what certified numbers follow from", write };

/// The tag of this form of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Tag {
    #[serde(rename = "pb-assign/certificate/2")]
    Certificate2,
}

/// What is certified of a run. Places count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "pb-assign certificate")]
pub struct CertificateDocument {
    /// The form of this document.
    schema: Tag,
    /// The run that it belongs to, as in result.json.
    pub run_id: String,
    /// Of the whole objective and the limits; null where nothing is certified of them.
    whole: Option<CertificateEntry>,
    /// One for each level of an objective with strict priorities, in their order; absent for one without, and where there
    /// is no assignment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<LevelEntry>,
}

/// A search tree over the trades whose nodes carry shadow prices (Lagrangian multipliers). No assignment is worth more
/// than the largest priced sum that closes a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Certificate")]
struct CertificateEntry {
    /// What prices are paid on; price lists refer to it by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rooms: Vec<RoomEntry>,
    /// The positions that have a slope; price lists refer to them by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    positions: Vec<PositionEntry>,
    /// The bookings that the tree is about; nodes refer to them by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bookings: Vec<BookingEntry>,
    /// What limits do not allow of some bookings, since trades go whole; price lists refer to them by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cuts: Vec<CutEntry>,
    /// The prices; nodes refer to them by place.
    price_lists: Vec<PriceListEntry>,
    /// The tree, depth first: a branch, the whole of its first child, the whole of its second; closed choices, then what is
    /// left.
    tree: Vec<NodeEntry>,
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
    /// What the level's bound follows from; null where nothing is certified of it.
    certificate: Option<CertificateEntry>,
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

impl CertificateDocument {
    /// The document of a run's certificates.
    pub fn of(run_id: &str, certificates: &Certificates) -> Self {
        let whole = certificates.whole.as_ref().map(CertificateEntry::of);
        let levels = certificates.levels.iter().map(LevelEntry::of).collect();
        Self { schema: Tag::Certificate2, run_id: run_id.to_owned(), whole, levels }
    }

    /// The certificates.
    ///
    /// # Errors
    /// A place that a table does not have.
    pub fn into_certificates(self) -> Result<Certificates, ReporterError> {
        let certificates = || -> Result<Certificates, String> {
            Ok(Certificates {
                whole: self.whole.map(CertificateEntry::into_certificate).transpose()?,
                levels: self.levels.into_iter().map(LevelEntry::into_certificate).collect::<Result<_, String>>()?,
            })
        };
        certificates().map_err(|message| ReporterError::Read { file: FORMAT.file, message })
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

impl CertificateEntry {
    fn of(certificate: &Certificate) -> Self {
        let mut tables = Tables::default();
        let price_lists = certificate.price_lists.iter().map(|list| PriceListEntry::of(list, &mut tables)).collect();
        let tree = certificate.tree.iter().map(|node| NodeEntry::of(node, &mut tables)).collect();
        let (rooms, positions, bookings) = tables.into_entries();
        let cuts = certificate.cuts.iter().map(CutEntry::of).collect();
        Self { rooms, positions, bookings, cuts, price_lists, tree }
    }

    fn into_certificate(self) -> Result<Certificate, String> {
        let Self { rooms, positions, bookings, cuts, price_lists, tree } = self;
        let list = |list: PriceListEntry| list.into_list(&rooms, &positions);
        Ok(Certificate {
            cuts: cuts.into_iter().map(CutEntry::into_cut).collect(),
            price_lists: price_lists.into_iter().map(list).collect::<Result<_, String>>()?,
            tree: tree.into_iter().map(|node| node.into_node(&bookings)).collect::<Result<_, String>>()?,
        })
    }
}

impl LevelEntry {
    fn of(level: &LevelCertificate) -> Self {
        let floor = |floor: &Floor| FloorEntry { metric: floor.metric.clone(), least: Exact(floor.least.clone()) };
        let booking = |(trade, account): &(TradeId, AccountId)| BookingEntry::of(trade, account);
        Self {
            metric: level.metric.clone(),
            floors: level.floors.iter().map(floor).collect(),
            best: level.best.iter().map(booking).collect(),
            certificate: level.certificate.as_ref().map(CertificateEntry::of),
        }
    }

    fn into_certificate(self) -> Result<LevelCertificate, String> {
        let floor = |FloorEntry { metric, least }| Floor { metric, least: least.0 };
        Ok(LevelCertificate {
            metric: self.metric,
            floors: self.floors.into_iter().map(floor).collect(),
            best: self.best.iter().map(BookingEntry::booking).collect(),
            certificate: self.certificate.map(CertificateEntry::into_certificate).transpose()?,
        })
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
    write!(bytes, "{{\n  \"schema\": {tag},\n  \"run_id\": {run_id},\n  \"whole\": ")?;
    certificate(&mut bytes, document.whole.as_ref(), "  ")?;
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
        bytes.extend(b",\n      \"certificate\": ");
        certificate(&mut bytes, level.certificate.as_ref(), "      ")?;
        bytes.extend(b"\n    }");
    }
    bytes.extend(if document.levels.is_empty() { &b"\n}\n"[..] } else { b"\n  ]\n}\n" });
    Ok(bytes)
}

/// A certificate, set in by `margin`.
fn certificate(bytes: &mut Vec<u8>, entry: Option<&CertificateEntry>, margin: &str) -> Result<(), std::io::Error> {
    let Some(entry) = entry else {
        bytes.extend(b"null");
        return Ok(());
    };
    let inner = format!("{margin}  ");
    write!(bytes, "{{\n{inner}")?;
    table(bytes, "rooms", &entry.rooms, &inner)?;
    table(bytes, "positions", &entry.positions, &inner)?;
    table(bytes, "bookings", &entry.bookings, &inner)?;
    table(bytes, "cuts", &entry.cuts, &inner)?;
    list(bytes, "price_lists", &entry.price_lists, &inner)?;
    write!(bytes, ",\n{inner}")?;
    list(bytes, "tree", &entry.tree, &inner)?;
    write!(bytes, "\n{margin}}}")
}

/// A list that is left out where it is empty, and what comes before the next one.
fn table(bytes: &mut Vec<u8>, key: &str, entries: &[impl Serialize], margin: &str) -> Result<(), std::io::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    list(bytes, key, entries, margin)?;
    write!(bytes, ",\n{margin}")
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
