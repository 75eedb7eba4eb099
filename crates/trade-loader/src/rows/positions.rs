//! Positions: one row for each holding of an account before the day's trades.

use domain::{AccountId, Position, SecurityId, SecurityType};

use super::security::{Claim, Securities};
use super::{Seen, load};
use crate::columns::{Layout, optional, required};
use crate::error::LoadError;
use crate::row::{RowReader, Use};
use crate::text::quoted;
use crate::{Conventions, Loaded, Source};

const LAYOUT: Layout = Layout {
    noun: "positions",
    key: "positions",
    columns: &[
        required("account"),
        required("security"),
        required("security_type"),
        required("quantity").of_numbers(),
        required("price").of_numbers(),
        required("accrued_interest").of_numbers(),
        optional("currency").short_forms(&["ccy", "cur", "curr"]),
    ],
    identity: &["account", "security", "security_type"],
    keeps_others: false,
};

/// Loads the opening positions of a file.
///
/// # Errors
/// When nothing of the file could be read.
pub fn load_positions(source: &Source, conventions: &Conventions) -> Result<Loaded<Position>, LoadError> {
    let mut holdings = Seen::new();
    let mut securities = Securities::default();
    load(source, conventions, &LAYOUT, |row| position(row, &mut holdings, &mut securities))
}

fn position(
    row: &mut RowReader<'_>,
    holdings: &mut Seen<(AccountId, SecurityId)>,
    securities: &mut Securities,
) -> Option<Position> {
    let account = row.name("account").map(AccountId::new);
    let security = row.name("security").map(SecurityId::new);
    if let (Some(account), Some(security)) = (&account, &security) {
        let what = || format!("{} at {}", quoted(security.as_str()), quoted(account.as_str()));
        holdings.check(row, (account.clone(), security.clone()), "security", what, "net the lots into one row");
    }
    let security_type = row.security_type();
    let kind = security_type.as_ref().map(SecurityType::of);
    let quantity = row.number("quantity", Use::Amount);
    let price = row.price(kind);
    let accrued = row.accrued(kind);
    let currency = row.currency();
    let (security, security_type) = (security?, security_type?);
    if !row.is_refused {
        let meant = currency.clone().or_else(|| row.conventions.base_currency.clone());
        let claim = Claim { place: row.place(), security_type: security_type.clone(), currency: meant };
        if let Some(problem) = securities.check(&security, claim) {
            row.add(problem);
        }
    }
    Some(Position {
        place: row.place(),
        account: account?,
        security,
        security_type,
        quantity: quantity?,
        price: price?,
        accrued: accrued?,
        currency,
    })
}
