//! Nodes of a tree.

use domain::certificate::{Aim, Node};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::text;

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
    pub(super) fn of(node: &Node) -> Self {
        match node.clone() {
            Node::Branch(booking) => Self::Branch(booking),
            Node::Close { choices, prices, aim } => Self::Close { choices, prices, aim },
            Node::Leaf { prices, aim } => Self::Leaf { prices, aim },
        }
    }

    pub(super) fn into_node(self) -> Node {
        match self {
            Self::Branch(booking) => Node::Branch(booking),
            Self::Close { choices, prices, aim } => Node::Close { choices, prices, aim },
            Self::Leaf { prices, aim } => Node::Leaf { prices, aim },
        }
    }
}
