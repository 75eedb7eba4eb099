//! Mistakes in the file of trades, or between it and the configuration.

use super::{Folder, Mistake, Remove, Replace, Write};

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "a wrong column name",
        edits: &[Replace("trades.csv", "quantity", "qty")],
        exit: 3,
        says: &[
            "trades.csv:1 quantity",
            "L005: there is no column \"quantity\" among \"trade_id\", \"side\",",
            "hint: if \"qty\" is meant, state `trades: { path: trades.csv, columns: {",
        ],
    },
    Mistake {
        name: "a column of another system",
        edits: &[Replace("trades.csv", "price", "clean_px")],
        exit: 3,
        says: &[
            "trades.csv:1 price",
            "L005: there is no column \"price\" among \"trade_id\", \"side\", \"security\",",
            "hint: if \"clean_px\" is meant, state `trades: { path: trades.csv,",
        ],
    },
    Mistake {
        name: "a missing column",
        edits: &[Write(
            "trades.csv",
            b"trade_id,side,security,security_type,quantity,accrued_interest\nT1,buy,UST,government,1000000,100\n",
        )],
        exit: 3,
        says: &[
            "trades.csv:1 price",
            "L005: there is no column \"price\" among \"trade_id\", \"side\", \"security\",",
            "hint: add the column; if it goes by another name, state `trades: {",
        ],
    },
    Mistake {
        name: "no header",
        edits: &[Replace(
            "trades.csv",
            "trade_id,side,security,security_type,quantity,price,accrued_interest,account\n",
            "",
        )],
        exit: 3,
        says: &[
            "trades.csv:1",
            "L005: none of the columns trade_id, side, security, security_type,",
            "hint: the first row that is not blank has to name the columns",
        ],
    },
    Mistake {
        name: "a duplicate trade id",
        edits: &[Replace("trades.csv", "T2,", "T1,")],
        exit: 3,
        says: &[
            "trades.csv:3 trade_id",
            "L024: the trade \"T1\" is also at trades.csv:2",
            "hint: give each trade an id of its own, or delete one of the two",
        ],
    },
    Mistake {
        name: "an empty trade id",
        edits: &[Replace("trades.csv", "T2,", "  ,")],
        exit: 3,
        says: &["trades.csv:3 trade_id", "L007: the cell is empty", "hint: fill it in"],
    },
    Mistake {
        name: "a price in 32nds",
        edits: &[Replace("trades.csv", "99.53125", "99-17")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L014: \"99-17\" is a price in 32nds or another fraction",
            "hint: convert it to decimals: 99-16 is 99.5, 99-16+ is 99.515625",
        ],
    },
    Mistake {
        name: "a price in 32nds with a plus",
        edits: &[Replace("trades.csv", "99.53125", "99-17+")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L014: \"99-17+\" is a price in 32nds or another fraction",
            "hint: convert it to decimals: 99-16 is 99.5, 99-16+ is 99.515625",
        ],
    },
    Mistake {
        name: "text for a number",
        edits: &[Replace("trades.csv", "10000000", "ten million")],
        exit: 3,
        says: &[
            "trades.csv:2 quantity",
            "L016: \"ten million\" is abbreviated",
            "hint: write every digit: ten million is 10000000",
        ],
    },
    Mistake {
        name: "a number with a unit",
        edits: &[Replace("trades.csv", "10000000", "10mm")],
        exit: 3,
        says: &[
            "trades.csv:2 quantity",
            "L016: \"10mm\" is abbreviated",
            "hint: write every digit: ten million is 10000000",
        ],
    },
    Mistake {
        name: "an error value of a spreadsheet",
        edits: &[Replace("trades.csv", "99.53125", "#N/A")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L019: \"#N/A\" is an error of a spreadsheet formula",
            "hint: mend the formula, or write the value",
        ],
    },
    Mistake {
        name: "a date for a price",
        edits: &[Replace("trades.csv", "99.53125", "2026-11-20")],
        exit: 3,
        says: &["trades.csv:3 price", "L017: \"2026-11-20\" is a date", "hint: check which column holds the number"],
    },
    Mistake {
        name: "a sell with a negative quantity",
        edits: &[Replace("trades.csv", "4000000", "-4000000")],
        exit: 3,
        says: &[
            "trades.csv:3 quantity",
            "L021: \"-4000000\" is below zero",
            "hint: the side carries the sign: write the quantity of a sell without",
        ],
    },
    Mistake {
        name: "a quantity of zero",
        edits: &[Replace("trades.csv", "4000000", "0")],
        exit: 3,
        says: &["trades.csv:3 quantity", "L021: \"0\" is a trade of nothing", "hint: delete the row, or mend it"],
    },
    Mistake {
        name: "a percent sign",
        edits: &[Replace("trades.csv", "99.53125", "99.53125%")],
        exit: 3,
        says: &["trades.csv:3 price", "L015: \"99.53125%\" is a percentage", "hint: write 5% as 0.05, a price as 99.5"],
    },
    Mistake {
        name: "an ambiguous comma",
        edits: &[Replace("trades.csv", "99.53125", "\"99,531\"")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L003: \"99,531\" could be 99531 or 99.531",
            "hint: state `format: { decimal: \",\" }` in the configuration if 99.531",
        ],
    },
    Mistake {
        name: "a decimal comma",
        edits: &[Replace("trades.csv", "99.53125", "\"99,53125\"")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L003: \"99,53125\" could be 9953125 or 99.53125",
            "hint: state `format: { decimal: \",\" }` in the configuration if 99.53125",
        ],
    },
    Mistake {
        name: "a point and a comma the other way round",
        edits: &[Replace("trades.csv", "4000000", "\"4.000.000,00\"")],
        exit: 3,
        says: &[
            "trades.csv:3 quantity",
            "L003: \"4.000.000,00\" is 4000000 only if \",\" is the decimal mark",
            "hint: state `format: { decimal: \",\" }` in the configuration",
        ],
    },
    Mistake {
        name: "a comma without quotes",
        edits: &[Replace("trades.csv", "4000000", "4,000,000")],
        exit: 3,
        says: &[
            "trades.csv:3",
            "L008: \"5491.71\" stands where the header row is empty",
            "hint: name the column, or put the text into quotes if it holds a",
        ],
    },
    Mistake {
        name: "a negative price",
        edits: &[Replace("trades.csv", "99.53125", "-99.53125")],
        exit: 3,
        says: &[
            "trades.csv:3 price",
            "L022: \"-99.53125\" is a price below zero",
            "hint: write the clean price without a sign",
        ],
    },
    Mistake {
        name: "negative accrued interest",
        edits: &[Replace("trades.csv", "5491.71", "-5491.71")],
        exit: 3,
        says: &[
            "trades.csv:3 accrued_interest",
            "L023: \"-5491.71\" is accrued interest below zero",
            "hint: write it as a buyer pays it, above zero for sells and shorts too;",
        ],
    },
    Mistake {
        name: "an unknown side",
        edits: &[Replace("trades.csv", "T2,sell", "T2,long")],
        exit: 3,
        says: &["trades.csv:3 side", "L020: \"long\" is neither buy nor sell", "hint: write buy"],
    },
    Mistake {
        name: "an empty price",
        edits: &[Replace("trades.csv", "99.53125", "")],
        exit: 3,
        says: &["trades.csv:3 price", "L007: the cell is empty", "hint: write the clean price"],
    },
    Mistake {
        name: "an empty side",
        edits: &[Replace("trades.csv", "T2,sell", "T2,")],
        exit: 3,
        says: &["trades.csv:3 side", "L007: the cell is empty", "hint: fill it in"],
    },
    Mistake {
        name: "cash as a traded type",
        edits: &[Replace("trades.csv", "T2,sell,UST 4.25 2034-11-15,government", "T2,sell,USD,cash")],
        exit: 3,
        says: &[
            "trades.csv:3 security_type",
            "L026: \"cash\" is never traded",
            "hint: state it as a position: trades settle through it",
        ],
    },
    Mistake {
        name: "a currency without a rate",
        edits: &[
            Replace(
                "trades.csv",
                "trade_id,side,security,security_type,quantity,price,accrued_interest,account\n",
                "trade_id,side,security,security_type,quantity,price,accrued_interest,currency\n",
            ),
            Replace("trades.csv", "60953.46,", "60953.46,EUR"),
            Replace("trades.csv", "PB2", ""),
        ],
        exit: 3,
        says: &[
            "trades.csv:4 currency",
            "M004: no rate for currency EUR",
            "hint: state USD per EUR in the configuration: fx: { EUR: … }",
        ],
    },
    Mistake {
        name: "a currency in words",
        edits: &[
            Replace(
                "trades.csv",
                "trade_id,side,security,security_type,quantity,price,accrued_interest,account\n",
                "trade_id,side,security,security_type,quantity,price,accrued_interest,currency\n",
            ),
            Replace("trades.csv", "13729.28,", "13729.28,Euro"),
            Replace("trades.csv", "PB2", ""),
        ],
        exit: 3,
        says: &[
            "trades.csv:2 currency",
            "L027: \"Euro\" is not the code of a currency",
            "hint: write its three letters, such as USD",
        ],
    },
    Mistake {
        name: "an unknown account as a pin",
        edits: &[Replace("trades.csv", "PB2", "PB22")],
        exit: 3,
        says: &[
            "trades.csv:7 account",
            "M001: unknown account \"PB22\"",
            "hint: did you mean \"PB2\"? the configuration has PB1, PB2",
        ],
    },
    Mistake {
        name: "a pin to an account that does not accept",
        edits: &[Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: { security_types: [government] }\n")],
        exit: 3,
        says: &[
            "trades.csv:7 account",
            "P002: trade T6 is pinned to PB2, which does not accept corporate",
            "hint: these accounts accept corporate: PB1",
        ],
    },
    Mistake {
        name: "a trade that nobody accepts",
        edits: &[
            Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: { security_types: [government] }\n"),
            Replace("desk.yaml", "  - id: PB1\n", "  - id: PB1\n    accepts: { security_types: [government] }\n"),
            Replace("trades.csv", "PB2", ""),
        ],
        exit: 3,
        says: &[
            "trades.csv:5 security_type",
            "P003: no account accepts trade T4 of type corporate",
            "hint: add corporate to an account's accepts.security_types",
        ],
    },
    Mistake {
        name: "a security type misspelt",
        edits: &[Replace(
            "trades.csv",
            "T3,buy,UST 4.625 2055-02-15,government",
            "T3,buy,UST 4.625 2055-02-15,goverment",
        )],
        exit: 3,
        says: &[
            "trades.csv:4 security_type",
            "M003: security UST 4.625 2055-02-15 of type goverment has no coefficient in 4 metrics: equity, gross, margin,",
            "hint: is \"goverment\" meant to be \"government\"? otherwise add a row",
        ],
    },
    Mistake {
        name: "a security with two types",
        edits: &[Replace(
            "trades.csv",
            "T2,sell,UST 4.25 2034-11-15,government",
            "T2,sell,UST 4.25 2034-11-15,corporate",
        )],
        exit: 3,
        says: &[
            "trades.csv:3 security_type",
            "L025: \"UST 4.25 2034-11-15\" has \"corporate\" here and \"government\" at",
            "hint: a security has one type and one currency: mend one of the two",
        ],
    },
    Mistake {
        name: "a security type nobody knows",
        edits: &[Replace(
            "trades.csv",
            "T3,buy,UST 4.625 2055-02-15,government",
            "T3,buy,UST 4.625 2055-02-15,municipal",
        )],
        exit: 3,
        says: &[
            "trades.csv:4 security",
            "M003: security UST 4.625 2055-02-15 of type municipal has no coefficient in 4 metrics: equity, gross, margin,",
            "hint: add a row *,METRIC,UST 4.625 2055-02-15 for each to the coefficients",
        ],
    },
    Mistake {
        name: "a security without its coefficient",
        edits: &[Replace("coefficients.csv", "*,dv01,UST 4.625 2055-02-15,0.00155\n", "")],
        exit: 3,
        says: &[
            "trades.csv:4 security",
            "M003: security UST 4.625 2055-02-15 of type government has no coefficient in dv01 at PB1, PB2",
            "hint: add a row *,dv01,UST 4.625 2055-02-15 to the coefficients file,",
        ],
    },
    Mistake {
        name: "an identifier that a spreadsheet has turned into a number",
        edits: &[Replace("trades.csv", "UST 4.625 2055-02-15", "9.12828E+08")],
        exit: 3,
        says: &[
            "trades.csv:4 security",
            "L028: \"9.12828E+08\" is what a spreadsheet makes of an identifier with",
            "hint: format the column as text, and write it again",
        ],
    },
    Mistake {
        name: "a row that is cut short",
        edits: &[Replace(
            "trades.csv",
            "T8,buy,UST 3.875 2028-10-15,government,8000000,99.875,31943.68,",
            "T8,buy,UST 3.87",
        )],
        exit: 3,
        says: &["trades.csv:9 security_type", "L007: the cell is empty", "hint: fill it in"],
    },
    Mistake {
        name: "trades that are missing",
        edits: &[Remove("trades.csv")],
        exit: 3,
        says: &[
            "trades.csv",
            "L001: there is no such file",
            "hint: check the path, which starts at the configuration's folder, and",
        ],
    },
    Mistake {
        name: "a folder for the trades",
        edits: &[Folder("trades.csv")],
        exit: 3,
        says: &["trades.csv", "L001: this is a folder, not a file", "hint: name the file inside it"],
    },
    Mistake {
        name: "an empty file of trades",
        edits: &[Write("trades.csv", b"")],
        exit: 3,
        says: &["trades.csv", "L001: the file is empty", "hint: a day without rows still needs the header line"],
    },
    Mistake {
        name: "a web page saved as csv",
        edits: &[Write("trades.csv", b"<html><body><table><tr><td>trade_id</td></tr></table></body></html>")],
        exit: 3,
        says: &[
            "trades.csv",
            "L002: the content is a web page or XML, not a text table",
            "hint: open it in a spreadsheet and save it as .xlsx or .csv",
        ],
    },
    Mistake {
        name: "an old workbook saved as csv",
        edits: &[Write("trades.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00\x00\x00")],
        exit: 3,
        says: &[
            "trades.csv",
            "L002: the content is an old .xls or a workbook with a password, not a",
            "hint: save it as .xlsx without a password",
        ],
    },
    Mistake {
        name: "a workbook saved as csv",
        edits: &[Write("trades.csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00")],
        exit: 3,
        says: &[
            "trades.csv",
            "L002: the content is a workbook or an archive, not a text table",
            "hint: name a workbook .xlsx; unpack an archive",
        ],
    },
    Mistake {
        name: "text saved as a workbook",
        edits: &[
            Replace("desk.yaml", "trades: trades.csv", "trades: trades.xlsx"),
            Write("trades.xlsx", b"trade_id,side\n"),
        ],
        exit: 3,
        says: &[
            "trades.xlsx",
            "L002: the content is plain text or unknown, not a workbook",
            "hint: name a text table .csv; export a workbook again",
        ],
    },
    Mistake {
        name: "an old workbook",
        edits: &[
            Replace("desk.yaml", "trades: trades.csv", "trades: trades.xls"),
            Write("trades.xls", b"\xd0\xcf\x11\xe0"),
        ],
        exit: 3,
        says: &[
            "trades.xls",
            "L002: \".xls\" is not a file extension that is read here",
            "hint: save it as one of .csv, .txt, .tsv, .xlsx, .xlsm, .json",
        ],
    },
    Mistake {
        name: "a path whose case differs",
        edits: &[Replace("desk.yaml", "trades: trades.csv", "trades: Trades.csv")],
        exit: 3,
        says: &[
            "Trades.csv",
            "L001: there is no such file",
            "hint: check the path, which starts at the configuration's folder, and",
        ],
    },
    Mistake {
        name: "a column renamed to one that is not there",
        edits: &[Replace(
            "desk.yaml",
            "trades: trades.csv",
            "trades: { path: trades.csv, columns: { price: Clean Px } }",
        )],
        exit: 3,
        says: &[
            "trades.csv:1 price",
            "L005: there is no column \"Clean Px\" among \"trade_id\", \"side\",",
            "hint: the file has price under its own name: drop or mend price under `columns:`",
        ],
    },
];
