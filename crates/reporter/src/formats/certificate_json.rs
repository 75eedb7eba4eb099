//! `certificate.json`: what the certified numbers of `result.json` are recomputed from, for anyone who wants to.
//! One line for each entry of a list; decimals are strings; the same run gives the same bytes.
//!
//! Proofs can be long, and say the same names again and again: what has a price, positions and the bookings of the tree
//! stand in tables of their own, and lists and nodes refer to them by place.

mod cuts;
mod lists;
mod nodes;
mod tables;

use std::io::{self, Write};
use std::thread;

use domain::certificate::{Certificate, Floor};
use domain::{Certificates, LevelCertificate, MetricName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::cuts::CutEntry;
use self::lists::PriceListEntry;
use self::nodes::NodeEntry;
use self::tables::{BookingEntry, PositionEntry, RoomEntry};
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
    /// The certificates.
    pub fn into_certificates(self) -> Certificates {
        Certificates {
            whole: self.whole.map(CertificateEntry::into_certificate),
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

impl CertificateEntry {
    fn into_certificate(self) -> Certificate {
        Certificate {
            rooms: self.rooms.into_iter().map(RoomEntry::into_subject).collect(),
            positions: self.positions.into_iter().map(PositionEntry::into_position).collect(),
            bookings: self.bookings.into_iter().map(BookingEntry::into_booking).collect(),
            cuts: self.cuts.into_iter().map(CutEntry::into_cut).collect(),
            price_lists: self.price_lists.into_iter().map(PriceListEntry::into_list).collect(),
            tree: self.tree.into_iter().map(NodeEntry::into_node).collect(),
        }
    }
}

impl LevelEntry {
    fn into_certificate(self) -> LevelCertificate {
        LevelCertificate {
            metric: self.metric,
            floors: self.floors.into_iter().map(FloorEntry::into_floor).collect(),
            best: self.best.into_iter().map(BookingEntry::into_booking).collect(),
            certificate: self.certificate.map(CertificateEntry::into_certificate),
        }
    }
}

impl FloorEntry {
    fn of(floor: &Floor) -> Self {
        Self { metric: floor.metric.clone(), least: Exact(floor.least.clone()) }
    }

    fn into_floor(self) -> Floor {
        Floor { metric: self.metric, least: self.least.0 }
    }
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    document(&report.run_id, &report.certificates)
        .map_err(|error| ReporterError::Render { file: FORMAT.file, message: error.to_string() })
}

/// The document with a line for each entry of its lists. They may be long: no second copy is made of them.
fn document(run_id: &str, certificates: &Certificates) -> Result<Vec<u8>, io::Error> {
    let mut bytes = Vec::new();
    let (tag, run_id) = (serde_json::to_string(&Tag::Certificate2)?, serde_json::to_string(run_id)?);
    write!(bytes, "{{\n  \"schema\": {tag},\n  \"run_id\": {run_id},\n  \"whole\": ")?;
    certificate(&mut bytes, certificates.whole.as_ref(), "  ")?;
    for (index, level) in certificates.levels.iter().enumerate() {
        bytes.extend(if index > 0 { &b",\n    {\n      "[..] } else { b",\n  \"levels\": [\n    {\n      " });
        let metric = serde_json::to_string(&level.metric.as_ref().map(MetricName::as_str))?;
        write!(bytes, "\"metric\": {metric},\n      ")?;
        list(&mut bytes, ("floors", "      "), &level.floors, FloorEntry::of)?;
        bytes.extend(b",\n      ");
        list(&mut bytes, ("best", "      "), &level.best, BookingEntry::of)?;
        bytes.extend(b",\n      \"certificate\": ");
        certificate(&mut bytes, level.certificate.as_ref(), "      ")?;
        bytes.extend(b"\n    }");
    }
    bytes.extend(if certificates.levels.is_empty() { &b"\n}\n"[..] } else { b"\n  ]\n}\n" });
    Ok(bytes)
}

/// A certificate, set in by `margin`.
fn certificate(bytes: &mut Vec<u8>, certificate: Option<&Certificate>, margin: &str) -> Result<(), io::Error> {
    let Some(certificate) = certificate else {
        bytes.extend(b"null");
        return Ok(());
    };
    let inner = format!("{margin}  ");
    write!(bytes, "{{\n{inner}")?;
    table(bytes, ("rooms", &inner), &certificate.rooms, RoomEntry::of)?;
    table(bytes, ("positions", &inner), &certificate.positions, PositionEntry::of)?;
    table(bytes, ("bookings", &inner), &certificate.bookings, BookingEntry::of)?;
    table(bytes, ("cuts", &inner), &certificate.cuts, CutEntry::of)?;
    list(bytes, ("price_lists", &inner), &certificate.price_lists, PriceListEntry::of)?;
    write!(bytes, ",\n{inner}")?;
    list(bytes, ("tree", &inner), &certificate.tree, NodeEntry::of)?;
    write!(bytes, "\n{margin}}}")
}

/// A list that is left out where it is empty, and what comes before the next one.
fn table<I: Sync, E: Serialize>(
    bytes: &mut Vec<u8>,
    (key, margin): (&str, &str),
    items: &[I],
    entry: impl Fn(&I) -> E + Sync,
) -> Result<(), io::Error> {
    if items.is_empty() {
        return Ok(());
    }
    list(bytes, (key, margin), items, entry)?;
    write!(bytes, ",\n{margin}")
}

/// Lists longer than this are written by two threads, so much of them at a time.
const LONG: usize = 50_000;

/// A key with its list, a line for each entry, set in by `margin`.
fn list<I: Sync, E: Serialize>(
    bytes: &mut Vec<u8>,
    (key, margin): (&str, &str),
    items: &[I],
    entry: impl Fn(&I) -> E + Sync,
) -> Result<(), io::Error> {
    let lines = |bytes: &mut Vec<u8>, items: &[I]| -> Result<(), io::Error> {
        for item in items {
            write!(bytes, "\n{margin}  ")?;
            serde_json::to_writer(&mut *bytes, &entry(item))?;
            bytes.push(b',');
        }
        Ok(())
    };
    write!(bytes, "\"{key}\": [")?;
    for items in items.chunks(LONG) {
        let (first, second) = items.split_at(if items.len() == LONG { LONG / 2 } else { items.len() });
        let second = thread::scope(|scope| {
            let second = (!second.is_empty()).then(|| {
                scope.spawn(|| {
                    let mut bytes = Vec::new();
                    lines(&mut bytes, second).map(|()| bytes)
                })
            });
            lines(bytes, first)?;
            second.map(|second| second.join().expect("writing a list does not panic")).transpose()
        })?;
        bytes.extend(second.into_iter().flatten());
    }
    if !items.is_empty() {
        bytes.pop();
        write!(bytes, "\n{margin}")?;
    }
    bytes.push(b']');
    Ok(())
}
