//! Mistakes in the configuration: exit 2, but for those that take a file to show.

use super::{Folder, Mistake, Remove, Replace, Write};

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "a key misspelt",
        edits: &[Replace("desk.yaml", "priority: -1 }", "pirority: -1 }")],
        exit: 2,
        says: &[
            "desk.yaml:41:35 accounts.PB1.metrics.financing_cost.pirority",
            "C001: unknown key \"pirority\"",
            "hint: did you mean \"priority\"?",
        ],
    },
    Mistake {
        name: "a key misspelt at the top",
        edits: &[Replace("desk.yaml", "accounts:", "acounts:")],
        exit: 2,
        says: &[
            "desk.yaml:2:1",
            "C002: \"accounts\" is missing",
            "hint: add `accounts: [{ id: … }]`: the accounts trades can be booked",
        ],
    },
    Mistake {
        name: "a limit beside the metrics of its account",
        edits: &[Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    max: 5\n")],
        exit: 2,
        says: &[
            "desk.yaml:43:10 accounts.PB2.max",
            "C001: unknown key \"max\"",
            "hint: \"max\" belongs in metrics.<metric> or accounts[].metrics.<metric>",
        ],
    },
    Mistake {
        name: "an input at the top",
        edits: &[Replace("desk.yaml", "inputs: ", "trades: trades.csv\ninputs: ")],
        exit: 2,
        says: &["desk.yaml:5:9 trades", "C001: unknown key \"trades\"", "hint: \"trades\" belongs in inputs"],
    },
    Mistake {
        name: "a date missing",
        edits: &[Replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv")],
        exit: 2,
        says: &[
            "desk.yaml:6:11 inputs.trades",
            "C013: --as-of is required because inputs.trades holds {as_of}",
            "hint: state the date of the run: --as-of 2026-11-20",
        ],
    },
    Mistake {
        name: "another placeholder",
        edits: &[Replace("desk.yaml", "trades: trades.csv", "trades: inbox/YYYY-{date}/trades.csv")],
        exit: 2,
        says: &[
            "desk.yaml:6:11 inputs.trades",
            "C014: inputs.trades holds {date}, which stands for nothing",
            "hint: the date of a run is {as_of}",
        ],
    },
    Mistake {
        name: "braces around a path with braces",
        edits: &[Replace(
            "desk.yaml",
            "inputs:                               # paths are relative to this file and may hold {as_of}\n  trades: trades.csv\n  positions: positions.csv\n",
            "inputs: { trades: inbox/{as_of}/trades.csv }\n#",
        )],
        exit: 2,
        says: &[
            "desk.yaml:5:25",
            "C006: not valid YAML or JSON: while parsing a flow mapping, did not",
            "hint: put a path that holds {as_of} in quotes when it stands between",
        ],
    },
    Mistake {
        name: "min above max",
        edits: &[Replace("desk.yaml", "{ min: -60000, max: 60000 }", "{ min: 60000, max: -60000 }")],
        exit: 2,
        says: &[
            "desk.yaml:40:7 accounts.PB1.metrics.dv01",
            "P001: account PB1, metric dv01: min 60000 is above max -60000",
            "hint: swap the two, or remove one",
        ],
    },
    Mistake {
        name: "a priority on a ratio",
        edits: &[Replace("desk.yaml", "leverage:       { max: 5 }", "leverage:       { priority: -1 }")],
        exit: 2,
        says: &[
            "desk.yaml:46:7 accounts.PB2.metrics.leverage",
            "P004: account PB2, metric leverage: a ratio cannot have a priority",
            "hint: give the priority to a metric with coefficients, and the ratio a",
        ],
    },
    Mistake {
        name: "a ratio of an unknown metric",
        edits: &[Replace("desk.yaml", "of: gross", "of: gros")],
        exit: 2,
        says: &[
            "desk.yaml:24:34 metrics.leverage.ratio.of",
            "M006: \"of\" of the ratio leverage is \"gros\", which account PB1 does not",
            "hint: did you mean \"gross\"?",
        ],
    },
    Mistake {
        name: "a ratio of a ratio",
        edits: &[Replace("desk.yaml", "of: gross", "of: leverage")],
        exit: 2,
        says: &[
            "desk.yaml:24:34 metrics.leverage.ratio.of",
            "M006: \"of\" of the ratio leverage is \"leverage\", itself a ratio at",
            "hint: name a metric with coefficients",
        ],
    },
    Mistake {
        name: "a ratio of a metric that the account leaves out",
        edits: &[Replace("desk.yaml", "      gross:          {}\n", "")],
        exit: 2,
        says: &[
            "desk.yaml:24:34 metrics.leverage.ratio.of",
            "M006: \"of\" of the ratio leverage is \"gross\", which account PB1 does not",
            "hint: add the metric \"gross\" to the account, or name one that it has",
        ],
    },
    Mistake {
        name: "a tab for indentation",
        edits: &[Replace("desk.yaml", "  trades: trades.csv", "\ttrades: trades.csv")],
        exit: 2,
        says: &[
            "desk.yaml:6:2",
            "C006: not valid YAML or JSON: tabs disallowed within this context",
            "hint: check the indentation, quotes and brackets here and just above;",
        ],
    },
    Mistake {
        name: "a key stated twice",
        edits: &[Replace("desk.yaml", "  timeout: 10s", "  timeout: 10s\n  timeout: 20s")],
        exit: 2,
        says: &[
            "desk.yaml:16:3 solver.timeout",
            "C007: \"timeout\" is stated twice, first at line 15, column 3",
            "hint: keep one of them",
        ],
    },
    Mistake {
        name: "an effort for a search that is not asked",
        edits: &[Replace("desk.yaml", "  timeout: 10s", "  effort: 20\n  backends: [highs]")],
        exit: 2,
        says: &[
            "desk.yaml:15:11 solver.effort",
            "C021: an effort counts rounds of search, which is not among the backends",
            "hint: add search to solver.backends, or remove the effort: solver.timeout limits the others",
        ],
    },
    Mistake {
        name: "an effort of no rounds",
        edits: &[Replace("desk.yaml", "  timeout: 10s", "  effort: 0.5")],
        exit: 2,
        says: &[
            "desk.yaml:15:11 solver.effort",
            "C008: 0.5 is no number of rounds",
            "hint: write a whole number, 1 or above",
        ],
    },
    Mistake {
        name: "valuation left out",
        edits: &[Replace(
            "desk.yaml",
            "valuation:\n  price_quote: per_100                # 99.5 means 99.5 % of par\n  accrued: amount                     # accrued interest is a whole amount, entered without a sign\n",
            "",
        )],
        exit: 2,
        says: &[
            "desk.yaml:2:1",
            "C002: \"valuation\" is missing",
            "hint: add `valuation: { price_quote: per_100|per_unit, accrued:",
        ],
    },
    Mistake {
        name: "a price quote of our own",
        edits: &[Replace("desk.yaml", "per_100  ", "percent  ")],
        exit: 2,
        says: &[
            "desk.yaml:11:16 valuation.price_quote",
            "C003: \"percent\" is not one of per_100, per_unit",
            "hint: write one of per_100, per_unit",
        ],
    },
    Mistake {
        name: "a limit with thousands commas",
        edits: &[Replace("desk.yaml", "max: 9000000", "max: 9,000,000")],
        exit: 2,
        says: &[
            "desk.yaml:39:32 accounts.PB1.metrics.margin.000",
            "C001: unknown key \"000\"",
            "hint: a comma ends a value here: write numbers without commas between",
        ],
    },
    Mistake {
        name: "a limit with a word for millions",
        edits: &[Replace("desk.yaml", "max: 9000000", "max: 9m")],
        exit: 2,
        says: &[
            "desk.yaml:39:30 accounts.PB1.metrics.margin.max",
            "C003: \"9m\" is not a decimal number of at most 28 digits",
            "hint: write digits alone, such as 1234.5: no commas between thousands,",
        ],
    },
    Mistake {
        name: "a limit in quotes with commas",
        edits: &[Replace("desk.yaml", "max: 9000000", "max: \"9,000,000\"")],
        exit: 2,
        says: &[
            "desk.yaml:39:30 accounts.PB1.metrics.margin.max",
            "C003: \"9,000,000\" is not a decimal number of at most 28 digits",
            "hint: write digits alone, such as 1234.5: no commas between thousands,",
        ],
    },
    Mistake {
        name: "no blank after a colon",
        edits: &[Replace("desk.yaml", "max: 9000000", "max:9000000")],
        exit: 2,
        says: &[
            "desk.yaml:39:25 accounts.PB1.metrics.margin.max:9000000",
            "C001: unknown key \"max:9000000\"",
            "hint: put a blank behind the colon: `max: 9000000`",
        ],
    },
    Mistake {
        name: "a bracket left open",
        edits: &[Replace("desk.yaml", "margin:         { max: 9000000 }", "margin:         { max: 9000000")],
        exit: 2,
        says: &[
            "desk.yaml:40:11",
            "C006: not valid YAML or JSON: while parsing a flow mapping, did not",
            "hint: check the indentation, quotes and brackets here and just above;",
        ],
    },
    Mistake {
        name: "an account stated twice",
        edits: &[Replace("desk.yaml", "id: PB2", "id: PB1")],
        exit: 2,
        says: &[
            "desk.yaml:42:5 accounts.PB1",
            "C009: the account \"PB1\" is stated twice, first at line 34, column 5",
            "hint: give each account an id of its own",
        ],
    },
    Mistake {
        name: "accounts as a mapping",
        edits: &[Replace("desk.yaml", "  - id: PB1\n", "  PB1:\n"), Replace("desk.yaml", "  - id: PB2\n", "  PB2:\n")],
        exit: 2,
        says: &[
            "desk.yaml:33:1 accounts",
            "C003: a mapping is not a list, each item a mapping with the keys id,",
            "hint: write `[{ id: … }]`, or each item on a line of its own behind `- `",
        ],
    },
    Mistake {
        name: "no accounts",
        edits: &[Replace("desk.yaml", "accounts:", "accounts: []\nx-accounts:")],
        exit: 2,
        says: &[
            "desk.yaml:33:1 accounts",
            "C010: there are no accounts",
            "hint: list at least one account: `- id: PB1`",
        ],
    },
    Mistake {
        name: "an account without an id",
        edits: &[Replace("desk.yaml", "- id: PB2\n", "- name: PB2\n")],
        exit: 2,
        says: &[
            "desk.yaml:42:5 accounts[1]",
            "C002: \"id\" is missing",
            "hint: add `id: …`: the account as the files name it; unique",
        ],
    },
    Mistake {
        name: "an account with a metric that nobody defined",
        edits: &[Replace(
            "desk.yaml",
            "      gross:          {}\n      leverage:       { max: 5 }",
            "      gross:          {}\n      levrage:        { max: 5 }",
        )],
        exit: 2,
        says: &[
            "desk.yaml:46:7 accounts.PB2.metrics.levrage",
            "C011: the metric \"levrage\" of account PB2 has no definition",
            "hint: did you mean \"leverage\"?",
        ],
    },
    Mistake {
        name: "a weight for an unknown metric",
        edits: &[Replace("desk.yaml", "solver:", "objective: { weights: { finance_cost: 2 } }\nsolver:")],
        exit: 2,
        says: &[
            "desk.yaml:14:39 objective.weights.finance_cost",
            "C012: there is no metric \"finance_cost\"",
            "hint: did you mean \"financing_cost\"?",
        ],
    },
    Mistake {
        name: "a version that does not exist yet",
        edits: &[Replace("desk.yaml", "version: 1", "version: 2")],
        exit: 2,
        says: &["desk.yaml:2:10 version", "C003: \"2\" is not 1", "hint: write 1"],
    },
    Mistake {
        name: "a base currency in words",
        edits: &[Replace("desk.yaml", "base_currency: USD", "base_currency: dollar")],
        exit: 2,
        says: &[
            "desk.yaml:3:16 base_currency",
            "C008: \"dollar\" is not a currency",
            "hint: write the three capital letters of ISO 4217, such as USD",
        ],
    },
    Mistake {
        name: "a rate of zero",
        edits: &[Replace("desk.yaml", "solver:", "fx: { EUR: 0 }\nsolver:")],
        exit: 2,
        says: &[
            "desk.yaml:14:12 fx.EUR",
            "C008: the rate of EUR is 0, not above 0",
            "hint: write how many units of base currency one EUR is",
        ],
    },
    Mistake {
        name: "a short side left out",
        edits: &[Replace("desk.yaml", "{long: 0.02, short: 0.03}", "{long: 0.02}")],
        exit: 2,
        says: &[
            "desk.yaml:25:37 metrics.margin.coefficients.government",
            "C002: \"short\" is missing",
            "hint: add `short: 0`: metric units per unit of value held short, both",
        ],
    },
    Mistake {
        name: "a metric with coefficients and a ratio",
        edits: &[Replace("desk.yaml", "leverage:       { ratio:", "leverage:       { coefficients: {cash: 1}, ratio:")],
        exit: 2,
        says: &[
            "desk.yaml:38:7 accounts.PB1.metrics.leverage",
            "M005: metric leverage has coefficients and ratio",
            "hint: keep one of them: each makes another kind of metric",
        ],
    },
    Mistake {
        name: "accepts as a list",
        edits: &[Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: [government]\n")],
        exit: 2,
        says: &[
            "desk.yaml:43:5 accounts.PB2.accepts",
            "C003: a list is not a mapping with the keys security_types",
            "hint: write `{ security_types: […] }`, or each key on a line of its",
        ],
    },
    Mistake {
        name: "accepts with one word",
        edits: &[Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: { security_types: government }\n")],
        exit: 2,
        says: &[
            "desk.yaml:43:32 accounts.PB2.accepts.security_types",
            "C003: \"government\" is not a list, each item a text",
            "hint: write `[…]`, or each item on a line of its own behind `- `",
        ],
    },
    Mistake {
        name: "accepts an unknown type",
        edits: &[
            Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: { security_types: [goverment] }\n"),
            Replace(
                "desk.yaml",
                "  - id: PB1\n",
                "  - id: PB1\n    accepts: { security_types: [goverment, corporate] }\n",
            ),
        ],
        exit: 3,
        says: &[
            "trades.csv:2 security_type",
            "P003: no account accepts trade T1 of type government",
            "hint: add government to an account's accepts.security_types",
        ],
    },
    Mistake {
        name: "on_breach misspelt",
        edits: &[Replace("desk.yaml", "must_not_worsen", "must_not_worse")],
        exit: 2,
        says: &[
            "desk.yaml:38:44 accounts.PB1.metrics.leverage.on_breach",
            "C003: \"must_not_worse\" is not one of must_cure, must_not_worsen,",
            "hint: write one of must_cure, must_not_worsen, report_only",
        ],
    },
    Mistake {
        name: "an empty configuration",
        edits: &[Write("desk.yaml", b"# nothing yet\n")],
        exit: 2,
        says: &[
            "desk.yaml",
            "C015: the configuration is empty",
            "hint: `pb-assign init` writes a starting configuration",
        ],
    },
    Mistake {
        name: "a table of trades for a configuration",
        edits: &[Write("desk.yaml", b"trade_id,side,security\nT1,buy,UST\n")],
        exit: 2,
        says: &[
            "desk.yaml",
            "C006: the configuration is \"trade_id,side,security T1,buy,UST\", not",
            "hint: is this the right file? `pb-assign init` writes a starting",
        ],
    },
    Mistake {
        name: "a workbook for a configuration",
        edits: &[Write("desk.yaml", b"PK\x03\x04\x14\x00\x06\x00\xff\xfe")],
        exit: 2,
        says: &[
            "desk.yaml",
            "C005: the configuration is not UTF-8 text",
            "hint: save it as UTF-8; is this the right file?",
        ],
    },
    Mistake {
        name: "no trades named",
        edits: &[Replace("desk.yaml", "  trades: trades.csv\n", "")],
        exit: 2,
        says: &[
            "no file of trades: inputs.trades is missing and --trades was not given",
            "hint: add `inputs: { trades: trades.csv }` to the configuration, or run",
        ],
    },
    Mistake {
        name: "no configuration",
        edits: &[Remove("desk.yaml")],
        exit: 2,
        says: &[
            "desk.yaml",
            "C004: the configuration does not exist",
            "hint: `pb-assign init` writes a starting configuration",
        ],
    },
    Mistake {
        name: "a folder for a configuration",
        edits: &[Folder("desk.yaml")],
        exit: 2,
        says: &[
            "desk.yaml",
            "C004: the configuration is a folder",
            "hint: name the file in it: --config FOLDER/desk.yaml",
        ],
    },
    Mistake {
        name: "a configuration in UTF-16",
        edits: &[Write("desk.yaml", b"\xff\xfev\x00e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x001\x00\n\x00")],
        exit: 2,
        says: &["desk.yaml", "C005: the configuration is not UTF-8 text", "hint: it is UTF-16: save it as UTF-8"],
    },
];
