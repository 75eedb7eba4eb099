//! Mistakes in the order of the objective and in what is said of the last plan, the file of it included.

use super::{Mistake, Replace, Write};

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "an order of a metric misspelt",
        edits: &[Replace("desk.yaml", "solver:\n", "objective: { order: [financing_csot] }\n\nsolver:\n")],
        exit: 2,
        says: &[
            "objective.order[0]",
            "C016: there is no metric \"financing_csot\"",
            "hint: did you mean \"financing_cost\"?",
        ],
    },
    Mistake {
        name: "a metric twice in the order",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { order: [financing_cost, { metric: financing_cost }] }\n\nsolver:\n",
        )],
        exit: 2,
        says: &["objective.order[1]", "C017: financing_cost is twice in the order, first at line 14, column 22"],
    },
    Mistake {
        name: "an amount and a fraction to give up",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { order: [{ metric: financing_cost, give_up: 5, give_up_fraction: 0.1 }] }\n\nsolver:\n",
        )],
        exit: 2,
        says: &[
            "objective.order[0].give_up_fraction",
            "C018: both an amount and a fraction of financing_cost may be given up",
            "hint: keep one of the two",
        ],
    },
    Mistake {
        name: "a percentage to give up",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { order: [{ metric: financing_cost, give_up: 0.1% }] }\n\nsolver:\n",
        )],
        exit: 2,
        says: &["objective.order[0].give_up", "C003: \"0.1%\" is not a decimal number", "percent signs"],
    },
    Mistake {
        name: "a fraction to give up that is none",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { order: [{ metric: financing_cost, give_up_fraction: 5 }] }\n\nsolver:\n",
        )],
        exit: 2,
        says: &["C008: a fraction of 5 to give up of financing_cost is not from 0 to below 1", "write 0.001 for 0.1 %"],
    },
    Mistake {
        name: "a ratio in the order",
        edits: &[Replace("desk.yaml", "solver:\n", "objective: { order: [leverage] }\n\nsolver:\n")],
        exit: 2,
        says: &["objective.order[0]", "P005: leverage is a ratio and cannot be in the objective"],
    },
    Mistake {
        name: "a metric without a priority in the order",
        edits: &[Replace("desk.yaml", "solver:\n", "objective: { order: [dv01] }\n\nsolver:\n")],
        exit: 2,
        says: &["objective.order[0]", "P006: dv01 has no priority at any account", "hint: give it a priority"],
    },
    Mistake {
        name: "a last plan without a cost or a limit",
        edits: &[Replace("desk.yaml", "solver:\n", "objective: { keep: { plan: last.csv } }\n\nsolver:\n")],
        exit: 2,
        says: &["objective.keep", "C019: neither a cost nor a limit of changes", "`cost_per_change: 0` only counts"],
    },
    Mistake {
        name: "a cost per change below 0",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { keep: { plan: last.csv, cost_per_change: -25, max_changes: 2.5 } }\n\nsolver:\n",
        )],
        exit: 2,
        says: &["C008: a cost per change of -25 is below 0", "C008: 2.5 is not a number of changes"],
    },
    Mistake {
        name: "a last plan where the answer goes",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { keep: { plan: out/latest/assignments.csv, max_changes: 2 } }\n\nsolver:\n",
        )],
        exit: 2,
        says: &[
            "objective.keep.plan",
            "C020: the last plan lies in the folder that this run replaces",
            "hint: copy it to another folder first",
        ],
    },
    Mistake {
        name: "a last plan that has a trade twice",
        edits: &[
            Replace("desk.yaml", "solver:\n", "objective: { keep: { plan: last.csv, max_changes: 2 } }\n\nsolver:\n"),
            Write("last.csv", b"trade_id,account\nT1,PB1\nT2,\nT1,PB2\n"),
        ],
        exit: 3,
        says: &[
            "last.csv:3 account: L007: the cell is empty",
            "last.csv:4 trade_id: L024: the trade \"T1\" is also at last.csv:2",
            "hint: a trade is booked whole at one account: delete one of the two",
        ],
    },
    Mistake {
        name: "a last plan that is not there",
        edits: &[Replace(
            "desk.yaml",
            "solver:\n",
            "objective: { keep: { plan: last.csv, max_changes: 2 } }\n\nsolver:\n",
        )],
        exit: 3,
        says: &["last.csv", "L001"],
    },
];
