//! Coefficients by security: what a metric charges for one unit of its value. A row states one
//! `coefficient` for long and short alike, or `long` and `short`; account `*` means every account.

use domain::{AccountId, CoefficientRow, MetricName, SecurityId, SideRates};

use super::{Seen, load};
use crate::columns::{Layout, optional, required};
use crate::error::LoadError;
use crate::row::{Found, RowReader, Use};
use crate::text::quoted;
use crate::{Conventions, Loaded, Source, codes};

const LAYOUT: Layout = Layout {
    noun: "coefficients",
    key: "coefficients",
    columns: &[
        required("account"),
        required("metric"),
        required("security"),
        optional("coefficient").of_numbers(),
        optional("long").of_numbers(),
        optional("short").of_numbers(),
    ],
    identity: &["account", "metric", "security"],
    keeps_others: false,
};

/// The account that stands for all.
const EVERY_ACCOUNT: &str = "*";

type Key = (Option<AccountId>, MetricName, SecurityId);

/// Loads the coefficients of a file.
///
/// # Errors
/// When nothing of the file could be read.
pub fn load_coefficients(source: &Source, conventions: &Conventions) -> Result<Loaded<CoefficientRow>, LoadError> {
    let mut stated = Seen::new();
    load(source, conventions, &LAYOUT, |row| coefficient(row, &mut stated))
}

fn coefficient(row: &mut RowReader<'_>, stated: &mut Seen<Key>) -> Option<CoefficientRow> {
    let account = row.name("account").map(|name| (name != EVERY_ACCOUNT).then(|| AccountId::new(name)));
    let metric = row.name("metric").map(MetricName::new);
    let security = row.name("security").map(SecurityId::new);
    if let (Some(account), Some(metric), Some(security)) = (&account, &metric, &security) {
        let what = || {
            let at = account.as_ref().map_or("every account".to_owned(), |account| quoted(account.as_str()));
            format!("the {} of {} at {at}", quoted(metric.as_str()), quoted(security.as_str()))
        };
        let key = (account.clone(), metric.clone(), security.clone());
        stated.check(row, key, "security", what, "delete one of the two");
    }
    let rates = rates(row);
    row.currency();
    Some(CoefficientRow { place: row.place(), account: account?, metric: metric?, security: security?, rates: rates? })
}

fn rates(row: &mut RowReader<'_>) -> Option<SideRates> {
    let one = row.number_or_blank("coefficient", Use::Rate);
    let long = row.number_or_blank("long", Use::Rate);
    let short = row.number_or_blank("short", Use::Rate);
    let hint = "fill in coefficient alone, or long and short";
    match (one, long, short) {
        (Found::Refused, ..) | (_, Found::Refused, _) | (.., Found::Refused) => None,
        (Found::Value(one), Found::Blank, Found::Blank) => Some(SideRates::linear(one)),
        (Found::Blank, Found::Value(long), Found::Value(short)) => Some(SideRates { long, short }),
        (Found::Blank, Found::Blank, Found::Blank) => {
            row.refuse_blank("coefficient", hint);
            None
        }
        (Found::Value(_), ..) => {
            row.refuse("coefficient", codes::COEFFICIENT, "a coefficient and a side of it are both stated", hint);
            None
        }
        (Found::Blank, Found::Value(_), Found::Blank) => {
            row.refuse("short", codes::COEFFICIENT, "long is stated and short is not", hint);
            None
        }
        (Found::Blank, Found::Blank, Found::Value(_)) => {
            row.refuse("long", codes::COEFFICIENT, "short is stated and long is not", hint);
            None
        }
    }
}
