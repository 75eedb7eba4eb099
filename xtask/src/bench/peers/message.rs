//! What a peer says: one JSON object a line, as `xtask/peers/common.py` describes.

use serde::Deserialize;

/// A line of a peer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Message {
    /// The model is in memory and the clock starts.
    Ready { version: String, note: String },
    /// A plan that is better than those before.
    Plan { seconds: f64, objective: Option<f64>, bound: Option<f64>, ones: Vec<String> },
    /// It has ended.
    End { status: Status, seconds: f64, objective: Option<f64>, bound: Option<f64>, ones: Option<Vec<String>> },
    /// It has failed.
    Error { what: String },
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Proven best within the gap that was asked for.
    Optimal,
    /// A plan, not proven.
    Feasible,
    /// Proven that there is none.
    Infeasible,
    /// Neither a plan nor a proof.
    Unknown,
    /// The solver failed.
    Error,
}

impl Status {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Infeasible => "infeasible",
            Self::Unknown => "unknown",
            Self::Error => "error",
        }
    }
}

impl Message {
    /// Reads a line; nothing where it is not a message, as when a library prints a banner.
    pub(super) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_of_the_protocol_are_read() {
        let plan = r#"{"event": "plan", "seconds": 0.2, "objective": -5.0, "bound": null, "ones": ["x_T1_PB1"]}"#;
        let ones = vec!["x_T1_PB1".to_owned()];
        let want = Message::Plan { seconds: 0.2, objective: Some(-5.0), bound: None, ones };
        assert_eq!(Message::parse(plan), Some(want));
        let end = r#"{"event":"end","status":"unknown","seconds":5,"objective":null,"bound":-1,"ones":null}"#;
        let want =
            Message::End { status: Status::Unknown, seconds: 5.0, objective: None, bound: Some(-1.0), ones: None };
        assert_eq!(Message::parse(end), Some(want));
        assert_eq!(
            Message::parse(r#"{"event":"error","what":"no model"}"#),
            Some(Message::Error { what: "no model".to_owned() })
        );
    }

    #[test]
    fn anything_else_is_no_message() {
        for line in ["", "Set parameter Username", r#"{"event":"end"}"#, r#"{"event":"end","status":"great"}"#] {
            assert_eq!(Message::parse(line), None, "{line}");
        }
    }
}
