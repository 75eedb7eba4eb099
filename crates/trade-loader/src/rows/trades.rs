//! Trades: one row for each trade to be booked.

use domain::{AccountId, SecurityId, SecurityType, Side, Trade, TradeId};

use super::security::{Claim, Securities};
use super::{Seen, load};
use crate::columns::{Layout, optional, required};
use crate::error::LoadError;
use crate::row::{Found, RowReader, Use};
use crate::text::quoted;
use crate::{Conventions, Loaded, Source, codes};

const LAYOUT: Layout = Layout {
    noun: "trades",
    key: "trades",
    columns: &[
        required("trade_id"),
        required("side"),
        required("security"),
        required("security_type"),
        required("quantity").of_numbers(),
        required("price").of_numbers(),
        required("accrued_interest").of_numbers(),
        optional("currency").short_forms(&["ccy", "cur", "curr"]),
        optional("account").short_forms(&["acct", "acc"]),
    ],
    identity: &["trade_id", "side", "security"],
    keeps_others: true,
};

/// Loads the trades of a file.
///
/// # Errors
/// When nothing of the file could be read.
pub fn load_trades(source: &Source, conventions: &Conventions) -> Result<Loaded<Trade>, LoadError> {
    let mut ids = Seen::new();
    let mut securities = Securities::default();
    load(source, conventions, &LAYOUT, |row| trade(row, &mut ids, &mut securities))
}

fn trade(row: &mut RowReader<'_>, ids: &mut Seen<TradeId>, securities: &mut Securities) -> Option<Trade> {
    // Every cell is read before anything is given up, so that all that is wrong with it is reported.
    let id = row.name("trade_id").map(TradeId::new);
    if let Some(id) = &id {
        let what = || format!("the trade {}", quoted(id.as_str()));
        ids.check(row, id.clone(), "trade_id", what, "give each trade an id of its own, or delete one of the two");
    }
    let side = side(row);
    let security = row.name("security").map(SecurityId::new);
    let security_type = row.security_type();
    let kind = security_type.as_ref().map(SecurityType::of);
    if let Some(kind) = kind.filter(|kind| !kind.tradable) {
        let message = format!("{} is never traded", quoted(kind.name));
        row.refuse("security_type", codes::NOT_TRADABLE, message, "state it as a position: trades settle through it");
    }
    let quantity = quantity(row);
    let price = row.price(kind);
    if price.is_some_and(|price| price.is_zero()) {
        let message = format!("the price of trade {} is 0", quoted(row.written("trade_id")));
        row.warn("price", codes::ZERO_PRICE, message, "state the clean price, unless the bond is worthless");
    }
    let accrued = row.accrued(kind);
    let currency = row.currency();
    let pin = match row.name_or_blank("account") {
        Found::Value(account) => Some(AccountId::new(account)),
        Found::Blank | Found::Refused => None,
    };
    let (security, security_type) = (security?, security_type?);
    if !row.is_refused {
        let meant = currency.clone().or_else(|| row.conventions.base_currency.clone());
        let claim = Claim { place: row.place(), security_type: security_type.clone(), currency: meant };
        if let Some(problem) = securities.check(&security, claim) {
            row.add(problem);
        }
    }
    Some(Trade {
        place: row.place(),
        id: id?,
        side: side?,
        security,
        security_type,
        quantity: quantity?,
        price: price?,
        accrued: accrued?,
        currency,
        pin,
        attributes: row.others(),
    })
}

fn side(row: &mut RowReader<'_>) -> Option<Side> {
    let text = row.name("side")?;
    let hint = match text.to_lowercase().as_str() {
        "buy" | "b" => return Some(Side::Buy),
        "sell" | "s" => return Some(Side::Sell),
        "short" | "sell short" | "sellshort" | "ss" | "sh" => "a short sale is a sell",
        "cover" | "buy to cover" | "bc" | "buycover" | "btc" => "a buy that covers a short is a buy",
        "long" | "bought" | "bot" => "write buy",
        "sold" | "sld" => "write sell",
        _ => "write buy or sell",
    };
    row.refuse("side", codes::SIDE, format!("{} is neither buy nor sell", quoted(text)), hint);
    None
}

fn quantity(row: &mut RowReader<'_>) -> Option<domain::Decimal> {
    const COLUMN: &str = "quantity";
    let quantity = row.number(COLUMN, Use::Amount)?;
    let written = row.written(COLUMN);
    if quantity.is_zero() {
        row.refuse(
            COLUMN,
            codes::QUANTITY,
            format!("{} is a trade of nothing", quoted(written)),
            "delete the row, or mend it",
        );
        return None;
    }
    if quantity.is_sign_negative() {
        let hint = "the side carries the sign: write the quantity of a sell without one";
        row.refuse(COLUMN, codes::QUANTITY, format!("{} is below zero", quoted(written)), hint);
        return None;
    }
    Some(quantity)
}
