//! Mistakes in positions, coefficients and current metrics.

use super::{Mistake, Remove, Replace, Write};

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "an unknown account in the positions",
        edits: &[Replace("positions.csv", "PB2,GLOBEX", "PB3,GLOBEX")],
        exit: 3,
        says: &["positions.csv:6 account", "M001: unknown account \"PB3\"", "hint: the configuration has PB1, PB2"],
    },
    Mistake {
        name: "an account in another case",
        edits: &[Replace("positions.csv", "PB2,GLOBEX", "pb2,GLOBEX")],
        exit: 3,
        says: &[
            "positions.csv:6 account",
            "M001: unknown account \"pb2\"",
            "hint: did you mean \"PB2\"? the configuration has PB1, PB2",
        ],
    },
    Mistake {
        name: "two cash rows in one currency",
        edits: &[Replace("positions.csv", "PB1,USD,cash", "PB1,USD MARGIN,cash,1000000,,,USD\nPB1,USD,cash")],
        exit: 3,
        says: &[
            "positions.csv:4 security",
            "M008: account PB1 has a second cash position in USD, \"USD MARGIN\"",
            "hint: trades settle through one cash position an account and currency:",
        ],
    },
    Mistake {
        name: "the same position twice",
        edits: &[Replace(
            "positions.csv",
            "PB2,GLOBEX",
            "PB1,UST 4.25 2034-11-15,government,1000000,99.50,0,USD\nPB2,GLOBEX",
        )],
        exit: 3,
        says: &[
            "positions.csv:6 security",
            "L024: \"UST 4.25 2034-11-15\" at \"PB1\" is also at positions.csv:2",
            "hint: net the lots into one row",
        ],
    },
    Mistake {
        name: "cash at a price",
        edits: &[Replace("positions.csv", "PB1,USD,cash,-16500000,", "PB1,USD,cash,-16500000,100")],
        exit: 3,
        says: &[
            "positions.csv:4 price",
            "L022: the price of cash is 1, not \"100\"",
            "hint: leave it blank, and put the amount into the quantity",
        ],
    },
    Mistake {
        name: "cash in another currency than its name",
        edits: &[
            Replace("desk.yaml", "solver:", "fx: { EUR: 1.08 }\nsolver:"),
            Replace("positions.csv", "PB1,USD,cash,-16500000,,,USD", "PB1,EUR,cash,-16500000,,,USD"),
        ],
        exit: 3,
        says: &[
            "positions.csv:4 currency",
            "M008: cash \"EUR\" is in currency USD",
            "hint: write EUR into the currency column, or name the security after",
        ],
    },
    Mistake {
        name: "text for a quantity",
        edits: &[Replace("positions.csv", "-16500000", "(16.5m)")],
        exit: 3,
        says: &[
            "positions.csv:4 quantity",
            "L004: \"(16.5m)\" is not a number",
            "hint: write digits alone, such as 1234.5",
        ],
    },
    Mistake {
        name: "positions that are missing",
        edits: &[Remove("positions.csv")],
        exit: 3,
        says: &[
            "positions.csv",
            "L001: there is no such file",
            "hint: check the path, which starts at the configuration's folder, and",
        ],
    },
    Mistake {
        name: "a position without a coefficient",
        edits: &[Replace("positions.csv", "PB2,GLOBEX 6.25", "PB2,GLOBEX 6.50")],
        exit: 3,
        says: &[
            "positions.csv:6 security",
            "M003: security GLOBEX 6.50 2029-03-15 of type corporate has no coefficient in dv01 at PB2",
            "hint: add a row PB2,dv01,GLOBEX 6.50 2029-03-15 to the coefficients",
        ],
    },
    Mistake {
        name: "positions and trades the wrong way round",
        edits: &[Replace(
            "desk.yaml",
            "trades: trades.csv\n  positions: positions.csv",
            "trades: positions.csv\n  positions: trades.csv",
        )],
        exit: 3,
        says: &[
            "positions.csv:1 trade_id",
            "L005: there is no column \"trade_id\" among \"account\", \"security\",",
            "hint: add the column; if it goes by another name, state `trades: {",
        ],
    },
    Mistake {
        name: "a coefficient and two sides in one row",
        edits: &[
            Replace("coefficients.csv", "security,coefficient", "security,coefficient,long,short"),
            Replace("coefficients.csv", "0.00068", "0.00068,0.00068,0.00068"),
        ],
        exit: 3,
        says: &[
            "coefficients.csv:2 coefficient",
            "L029: a coefficient and a side of it are both stated",
            "hint: fill in coefficient alone, or long and short",
        ],
    },
    Mistake {
        name: "one side without the other",
        edits: &[
            Replace("coefficients.csv", "security,coefficient", "security,long,short"),
            Replace("coefficients.csv", "0.00068", "0.00068,"),
        ],
        exit: 3,
        says: &[
            "coefficients.csv:2 short",
            "L029: long is stated and short is not",
            "hint: fill in coefficient alone, or long and short",
        ],
    },
    Mistake {
        name: "two rows for one coefficient",
        edits: &[Replace("coefficients.csv", "*,dv01,ACME", "*,dv01,UST 4.25 2034-11-15,0.00070\n*,dv01,ACME")],
        exit: 3,
        says: &[
            "coefficients.csv:5 security",
            "L024: the \"dv01\" of \"UST 4.25 2034-11-15\" at every account is also at",
            "hint: delete one of the two",
        ],
    },
    Mistake {
        name: "a coefficient for an unknown metric",
        edits: &[Replace("coefficients.csv", "*,dv01,ACME", "*,dv1,ACME")],
        exit: 3,
        says: &[
            "coefficients.csv:5 metric",
            "M002: no account here has a metric \"dv1\"",
            "hint: did you mean \"dv01\"?",
        ],
    },
    Mistake {
        name: "a coefficient for an unknown account",
        edits: &[Replace("coefficients.csv", "*,dv01,ACME", "PB3,dv01,ACME")],
        exit: 3,
        says: &["coefficients.csv:5 account", "M001: unknown account \"PB3\"", "hint: the configuration has PB1, PB2"],
    },
    Mistake {
        name: "a coefficient for a ratio",
        edits: &[Replace("coefficients.csv", "*,dv01,ACME", "*,leverage,ACME")],
        exit: 3,
        says: &[
            "coefficients.csv:5 metric",
            "M010: metric leverage is a ratio and has no coefficients",
            "hint: give the coefficient to the metrics that the ratio is made of",
        ],
    },
    Mistake {
        name: "a coefficient in basis points",
        edits: &[Replace("coefficients.csv", "0.00068", "6.8bp")],
        exit: 3,
        says: &[
            "coefficients.csv:2 coefficient",
            "L004: \"6.8bp\" is not a number",
            "hint: write digits alone, such as 1234.5",
        ],
    },
    Mistake {
        name: "a current value for a ratio",
        edits: &[
            Replace("desk.yaml", "inputs: ", "inputs: &inputs"),
            Replace("desk.yaml", "  trades: trades.csv", "  current_metrics: metrics.csv\n  trades: trades.csv"),
            Write("metrics.csv", b"account,metric,value\nPB1,leverage,3.2\n"),
        ],
        exit: 3,
        says: &[
            "metrics.csv:2 metric",
            "M007: metric leverage is a ratio: its value follows from its two parts",
            "hint: give the current values of the metrics that the ratio is made of",
        ],
    },
    Mistake {
        name: "a current value for an unknown metric",
        edits: &[
            Replace("desk.yaml", "  trades: trades.csv", "  current_metrics: metrics.csv\n  trades: trades.csv"),
            Write("metrics.csv", b"account,metric,value\nPB1,levrage,3.2\n"),
        ],
        exit: 3,
        says: &[
            "metrics.csv:2 metric",
            "M002: no account here has a metric \"levrage\"",
            "hint: did you mean \"leverage\"?",
        ],
    },
    Mistake {
        name: "two current values for one metric",
        edits: &[
            Replace("desk.yaml", "  trades: trades.csv", "  current_metrics: metrics.csv\n  trades: trades.csv"),
            Write("metrics.csv", b"account,metric,value\nPB1,gross,3.2\nPB1,gross,3.3\n"),
        ],
        exit: 3,
        says: &[
            "metrics.csv:3 metric",
            "L024: the \"gross\" of \"PB1\" is also at metrics.csv:2",
            "hint: delete one of the two",
        ],
    },
    Mistake {
        name: "two mistakes in two files",
        edits: &[
            Replace("trades.csv", "10000000", "ten million"),
            Replace("positions.csv", "PB2,GLOBEX", "PB3,GLOBEX"),
        ],
        exit: 3,
        says: &[
            "trades.csv:2 quantity",
            "L016: \"ten million\" is abbreviated",
            "hint: write every digit: ten million is 10000000",
        ],
    },
];
