//! Nodes of a tree.

use domain::certificate::{Aim, Node};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::text;
use super::tables::{BookingEntry, Tables, at};

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[schemars(rename = "Node")]
pub(super) enum NodeEntry {
    /// First child: the trade is booked there; second: elsewhere. The place in bookings.
    Branch(usize),
    /// Choices that prices close, each by what they show once it is forced; the node goes on without them.
    Close {
        /// What is closed, by place in bookings: open choices of trades that keep another.
        choices: Vec<usize>,
        /// The place in price_lists.
        prices: usize,
        /// What the prices show, the best assignment's bound where it is not said.
        #[serde(default = "best", with = "text::aim", skip_serializing_if = "is_best")]
        #[schemars(schema_with = "text::aim::schema")]
        aim: Aim,
    },
    /// An end of the search: its prices, and whether they bound the best assignment or show that there is none.
    Leaf {
        /// The place in price_lists.
        prices: usize,
        /// What the prices show, the best assignment's bound where it is not said.
        #[serde(default = "best", with = "text::aim", skip_serializing_if = "is_best")]
        #[schemars(schema_with = "text::aim::schema")]
        aim: Aim,
    },
}

fn best() -> Aim {
    Aim::Best
}

fn is_best(aim: &Aim) -> bool {
    *aim == Aim::Best
}

impl NodeEntry {
    pub(super) fn of<'c>(node: &'c Node, tables: &mut Tables<'c>) -> Self {
        match node {
            Node::Branch { trade, account } => Self::Branch(tables.booking(trade, account)),
            Node::Close { choices, prices, aim } => {
                let choices = choices.iter().map(|(trade, account)| tables.booking(trade, account)).collect();
                Self::Close { choices, prices: *prices, aim: *aim }
            }
            Node::Leaf { prices, aim } => Self::Leaf { prices: *prices, aim: *aim },
        }
    }

    pub(super) fn into_node(self, bookings: &[BookingEntry]) -> Result<Node, String> {
        let booking = |place| at(bookings, "bookings", place).map(BookingEntry::booking);
        Ok(match self {
            Self::Branch(place) => {
                let (trade, account) = booking(place)?;
                Node::Branch { trade, account }
            }
            Self::Close { choices, prices, aim } => {
                let choices = choices.into_iter().map(booking).collect::<Result<_, String>>()?;
                Node::Close { choices, prices, aim }
            }
            Self::Leaf { prices, aim } => Node::Leaf { prices, aim },
        })
    }
}
