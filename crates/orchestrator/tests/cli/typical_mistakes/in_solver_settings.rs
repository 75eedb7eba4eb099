//! Mistakes in the settings under `solver`: exit 2.

use super::{Mistake, Replace};

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "a timeout without a unit",
        edits: &[Replace("desk.yaml", "timeout: 10s", "timeout: 10")],
        exit: 2,
        says: &[
            "desk.yaml:15:12 solver.timeout",
            "C003: \"10\" is not a length of time such as 500ms, 10s or 2m",
            "hint: write a length of time such as 500ms, 10s or 2m",
        ],
    },
    Mistake {
        name: "a timeout in words",
        edits: &[Replace("desk.yaml", "timeout: 10s", "timeout: 10 seconds")],
        exit: 2,
        says: &[
            "desk.yaml:15:12 solver.timeout",
            "C003: \"10 seconds\" is not a length of time such as 500ms, 10s or 2m",
            "hint: write a length of time such as 500ms, 10s or 2m",
        ],
    },
    Mistake {
        name: "a gap out of range",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "gap: 1")],
        exit: 2,
        says: &[
            "desk.yaml:16:8 solver.gap",
            "C008: a gap of 1 is not from 0 to below 1",
            "hint: write a fraction from 0 to below 1: 0.0001 stops within 0.01 % of",
        ],
    },
    Mistake {
        name: "a gap in percent",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "gap: 0.01%")],
        exit: 2,
        says: &[
            "desk.yaml:16:8 solver.gap",
            "C003: \"0.01%\" is not a decimal number of at most 28 digits",
            "hint: write digits alone, such as 1234.5: no commas between thousands,",
        ],
    },
    Mistake {
        name: "an unknown backend",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backends: [search, gurobi]\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:22 solver.backends[1]",
            "C003: \"gurobi\" is not one of search, highs, ortools, microlp",
            "hint: write one of search, highs, ortools, microlp",
        ],
    },
    Mistake {
        name: "a backend listed twice",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backends: [highs, search, highs]\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:29 solver.backends[2]",
            "C008: the backend highs is listed twice",
            "hint: list each backend once, in the order of preference",
        ],
    },
    Mistake {
        name: "no backends",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backends: []\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:3 solver.backends",
            "C008: no backends",
            "hint: write at least one, such as `[search, highs]`, or leave the key out",
        ],
    },
    Mistake {
        name: "a backend of one's own without a command",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backends: [{name: gurobi, command: []}]\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:29 solver.backends[0].command",
            "C008: an empty command",
            "hint: write the program and its arguments, such as `[python3, adapter.py]`",
        ],
    },
    Mistake {
        name: "a backend of one's own by the name of ours",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backends: [{name: highs, command: [x]}]\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:21 solver.backends[0].name",
            "C008: highs is the name of a backend that is built in",
            "hint: choose a name of your own, or list the word alone for the one that is",
        ],
    },
    Mistake {
        name: "the key of one backend",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "backend: highs\n  gap: 0.0001")],
        exit: 2,
        says: &["desk.yaml:16:12 solver.backend", "C001: unknown key \"backend\"", "hint: did you mean \"backends\"?"],
    },
    Mistake {
        name: "memory without a unit",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "memory: 4000\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:11 solver.memory",
            "C003: \"4000\" is not an amount of memory such as 512MiB or 4GiB",
            "hint: write an amount of memory such as 512MiB or 4GiB",
        ],
    },
    Mistake {
        name: "half a thread",
        edits: &[Replace("desk.yaml", "gap: 0.0001", "threads: 0.5\n  gap: 0.0001")],
        exit: 2,
        says: &[
            "desk.yaml:16:12 solver.threads",
            "C008: 0.5 is no number of threads",
            "hint: write a whole number from 1 to 64",
        ],
    },
];
