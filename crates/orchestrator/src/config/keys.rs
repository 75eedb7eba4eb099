//! Every key of a configuration, said once: the check, the JSON Schema and the reference are made from here.

use domain::{AccruedQuote, Key, OnBreach, PriceQuote, Shape};

use trade_loader::DecimalMark;

/// `valuation.price_quote`, each choice with its word.
pub(super) const PRICE_QUOTES: [(&str, PriceQuote); 2] =
    [("per_100", PriceQuote::Per100), ("per_unit", PriceQuote::PerUnit)];

/// `valuation.accrued`, each choice with its word.
pub(super) const ACCRUED_QUOTES: [(&str, AccruedQuote); 2] =
    [("amount", AccruedQuote::Amount), ("per_100", AccruedQuote::Per100)];

/// `format.decimal`, each choice with its sign.
pub(super) const DECIMAL_MARKS: [(&str, DecimalMark); 2] = [(".", DecimalMark::Point), (",", DecimalMark::Comma)];

/// `format.delimiter`, each choice with its sign.
pub(super) const DELIMITERS: [(&str, char); 4] = [(",", ','), (";", ';'), ("tab", '\t'), ("|", '|')];

/// The words of `solver.backends`, the preferred one first.
pub(super) fn backends() -> Vec<&'static str> {
    solver::backends::TABLE.iter().map(|kind| kind.name).collect()
}

/// The words of a channel's `service`.
pub(super) fn services() -> Vec<&'static str> {
    monitor::alerts::channel::TABLE.iter().map(|service| service.name).collect()
}

/// The words of a channel's `kinds`.
pub(super) fn alert_kinds() -> Vec<&'static str> {
    monitor::alerts::kind::TABLE.iter().map(|kind| kind.name).collect()
}

/// The names of the input files.
pub(super) fn input_names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, ..)| *name)
}

/// `solver.memory` where none is stated, in bytes.
pub(super) const DEFAULT_MEMORY_BYTES: u64 = 4 << 30;

/// `solver.python` where none is stated.
pub(super) const DEFAULT_PYTHON: &str = "python3";

/// `solver.timeout` where none is stated, in milliseconds.
pub(super) const DEFAULT_TIMEOUT_MS: u64 = 10_000;

/// The input files, in the order of the documentation, each with the columns it knows.
const FILES: [(&str, &str, &[&str]); 4] = [
    (
        "trades",
        "the day's trades: a path to a .csv, .xlsx or .json file, or a mapping; the command line may replace it",
        TRADES,
    ),
    (
        "positions",
        "what the accounts hold before the trades: a path or a mapping; the command line may replace it",
        POSITIONS,
    ),
    (
        "current_metrics",
        "metric values computed elsewhere, in each metric's unit; each wins over the positions",
        METRICS,
    ),
    ("coefficients", "coefficients by security; each wins over the value of the security's type", COEFFICIENTS),
];
const TRADES: &[&str] =
    &["trade_id", "side", "security", "security_type", "quantity", "price", "accrued_interest", "currency", "account"];
const POSITIONS: &[&str] =
    &["account", "security", "security_type", "quantity", "price", "accrued_interest", "currency"];
const METRICS: &[&str] = &["account", "metric", "value"];
const LAST_PLAN: &[&str] = &["trade_id", "account"];
const COEFFICIENTS: &[&str] = &["account", "metric", "security", "coefficient", "long", "short"];

/// The whole configuration.
pub(super) fn configuration() -> Shape {
    Shape::Object(vec![
        Key::required("version", Shape::Choice(vec!["1"]), "the version of this format"),
        Key::required(
            "base_currency",
            Shape::Text,
            "the currency every value, metric and limit is stated in: three capital letters, as in ISO 4217",
        ),
        Key::optional("inputs", Shape::Object(inputs()), "no files", "the files of a run, relative to this file"),
        Key::optional(
            "format",
            Shape::Object(format(".", "read from the file")),
            "the defaults of its keys",
            FORMAT_ABOUT,
        ),
        Key::required("valuation", Shape::Object(valuation()), "how the files state prices and accrued interest"),
        Key::optional(
            "fx",
            Shape::map("a currency", Shape::Decimal),
            "base currency only",
            "units of base currency for one unit of each other currency, above 0; a currency without a rate is an error",
        ),
        Key::optional("cash", Shape::Object(cash()), "the defaults of its keys", "how trades move cash"),
        Key::optional(
            "objective",
            Shape::Object(objective()),
            "the defaults of its keys",
            "what the desk wants besides its limits",
        ),
        Key::optional(
            "solver",
            Shape::Object(solver()),
            "the defaults of its keys",
            "how long and how closely to look",
        ),
        Key::optional(
            "state",
            Shape::Text,
            "state",
            "the folder of the ledger, kept inputs and outputs and the history, relative to this file; the same every day",
        ),
        Key::optional(
            "desk",
            Shape::Text,
            "the name of this file without its end",
            "what the desk is called in alerts and in monitoring",
        ),
        Key::optional("alerts", Shape::Object(alerts()), "nobody is told", "who is told of what runs find"),
        Key::optional("monitoring", Shape::Object(monitoring()), "no file", "what other programs can watch"),
        Key::optional(
            "outputs",
            Shape::Text,
            "out/{as_of}, or out/latest for a run without a date",
            "the folder results are published in, relative to this file; may hold {as_of}; the command line may replace it",
        ),
        Key::optional(
            "metrics",
            Shape::map("a metric", Shape::Object(metric())),
            "none",
            "definitions that accounts share, by name",
        ),
        Key::required(
            "accounts",
            Shape::list(Shape::Object(account())),
            "the accounts trades can be booked at; at least one",
        ),
    ])
}

/// The keys that each kind of metric owns, kind by kind: a metric is defined by the keys of one kind.
pub(super) fn kinds() -> Vec<Vec<Key>> {
    metric_engine::kinds::TABLE.iter().map(|kind| (kind.keys)()).collect()
}

const AS_FOR_ALL: &str = "as in the format of all files";
const FORMAT_ABOUT: &str = "how the text files are written, where a file alone cannot tell";

fn inputs() -> Vec<Key> {
    FILES.iter().map(|&(name, about, columns)| Key::optional(name, file(columns), "no file", about)).collect()
}

/// A path, or a mapping with what the file does not say itself.
fn file(columns: &[&'static str]) -> Shape {
    let mapping = vec![
        Key::required("path", Shape::Text, "the file, relative to this one; may hold {as_of}"),
        Key::optional("sheet", Shape::Text, "the only sheet", "the sheet of an .xlsx file; may hold {as_of}"),
        Key::optional(
            "columns",
            Shape::Object(headers(columns)),
            "every column has its own name",
            "what this file calls its columns",
        ),
        Key::optional(
            "other_columns",
            Shape::List(Box::new(Shape::Text)),
            "none",
            "headers that look like one of our columns, such as a misspelt one, and mean something else",
        ),
        Key::optional("format", Shape::Object(format(AS_FOR_ALL, AS_FOR_ALL)), AS_FOR_ALL, FORMAT_ABOUT),
    ];
    Shape::either(Shape::Text, Shape::Object(mapping))
}

fn headers(columns: &[&'static str]) -> Vec<Key> {
    let key = |&name: &&'static str| {
        Key::optional(name, Shape::Text, "the same word", "the header of this column in the file")
    };
    columns.iter().map(key).collect()
}

/// The keys of a format; the defaults are those of the whole configuration or of one file in it.
fn format(decimal: &'static str, delimiter: &'static str) -> Vec<Key> {
    vec![
        Key::optional("decimal", choice(&DECIMAL_MARKS), decimal, "the sign between whole and decimal digits"),
        Key::optional("delimiter", choice(&DELIMITERS), delimiter, "the sign between two columns of a text file"),
    ]
}

fn valuation() -> Vec<Key> {
    vec![
        Key::required(
            "price_quote",
            choice(&PRICE_QUOTES),
            "whether a price is for 100 of par or for one unit of quantity",
        ),
        Key::required(
            "accrued",
            choice(&ACCRUED_QUOTES),
            "whether accrued interest is the amount for the whole holding, in its currency, or for 100 of par",
        ),
        Key::optional(
            "allow_negative_accrued",
            Shape::Flag,
            "false",
            "whether accrued interest below 0 is taken, as for bonds traded ex-dividend, or refused as a mistake of sign",
        ),
    ]
}

fn cash() -> Vec<Key> {
    vec![Key::optional(
        "settle_trades",
        Shape::Flag,
        "true",
        "whether booking a trade also moves the account's cash in the trade's currency by minus its value",
    )]
}

fn objective() -> Vec<Key> {
    vec![
        Key::optional(
            "weights",
            Shape::map("a metric", Shape::Decimal),
            "1 for each metric",
            "what multiplies a metric's priority at every account; no unit, any number",
        ),
        Key::optional(
            "include_limited",
            Shape::Flag,
            "false",
            "whether a metric that has a limit also counts in the objective when it has a priority",
        ),
        Key::optional(
            "order",
            Shape::list(Shape::either(Shape::Text, Shape::Object(ordered_metric()))),
            "everything counts at once",
            "metrics that come strictly before the others, the most important first; what is not listed counts together \
             after them",
        ),
        Key::optional("keep", Shape::Object(keep()), "no last plan", "how closely to stay to the last plan"),
    ]
}

fn ordered_metric() -> Vec<Key> {
    vec![
        Key::required("metric", Shape::Text, "the metric, at every account where it counts"),
        Key::optional(
            "give_up",
            Shape::Decimal,
            "0",
            "how much of its best value may be lost to those after it, in the unit of the objective; 0 or above; not \
             with give_up_fraction",
        ),
        Key::optional(
            "give_up_fraction",
            Shape::Decimal,
            "0",
            "the same as a fraction of its best value, opening included, in size: from 0 to below 1; 0.001 is 0.1 %",
        ),
    ]
}

fn keep() -> Vec<Key> {
    vec![
        Key::required(
            "plan",
            file(LAST_PLAN),
            "the last plan, such as a copy of its assignments.csv: a path or a mapping; may hold {as_of}",
        ),
        Key::optional(
            "cost_per_change",
            Shape::Decimal,
            "0",
            "what each trade of the plan that ends at another account takes off the objective, in its unit; 0 or above",
        ),
        Key::optional(
            "max_changes",
            Shape::Decimal,
            "no limit",
            "how many trades of the plan may end at another account; a whole number, 0 or above",
        ),
    ]
}

fn solver() -> Vec<Key> {
    vec![
        Key::optional(
            "timeout",
            Shape::Duration,
            "10s",
            "how long a run may take: it looks for a better assignment until then, less what reading the files and checking \
             the answer take, and for a tenth of the time at least; above 0, with its unit",
        ),
        Key::optional(
            "effort",
            Shape::Decimal,
            "no counted limit",
            "how many rounds of our own search to do, instead of looking at the clock and of asking other backends for a \
             plan: a whole number, 1 or above; the same number gives the same answer on every machine; needs search \
             among the backends",
        ),
        Key::optional(
            "gap",
            Shape::Decimal,
            "0.0001",
            "how far from the best possible objective is good enough, as a fraction of it: from 0 (proven best) to below 1",
        ),
        Key::optional(
            "backends",
            Shape::list(Shape::either(Shape::Choice(backends()), Shape::Object(own_backend()))),
            "[search, highs]",
            "who looks for the assignment: search is our own search in this process; every other one solves in a process \
             of its own, and the next one is asked where one fails",
        ),
        Key::optional(
            "memory",
            Shape::Size,
            "4GiB",
            "the address space that the process of a backend may have, where the system can limit it; above 0, with its unit",
        ),
        Key::optional(
            "threads",
            Shape::Decimal,
            "1",
            "how many threads a backend may use, 1 to 64; with more than 1, two runs may end with different assignments of \
             the same worth",
        ),
        Key::optional(
            "python",
            Shape::Text,
            DEFAULT_PYTHON,
            "the Python that runs the backend ortools: a command, or a path relative to this file",
        ),
    ]
}

/// A backend of the desk's own.
fn own_backend() -> Vec<Key> {
    vec![
        Key::required("name", Shape::Text, "what it is called in messages; unique"),
        Key::required(
            "command",
            Shape::list(Shape::Text),
            "the program that speaks docs/solver-protocol.md, and its arguments; it runs in the folder of this file",
        ),
    ]
}

fn alerts() -> Vec<Key> {
    vec![
        Key::optional("channels", Shape::list(Shape::Object(channel())), "none", "where alerts go"),
        Key::optional(
            "gap_above",
            Shape::Decimal,
            "no alert",
            "the published gap above which there is an alert, as a fraction of the objective, with `order` the largest of the levels; \
             0 or above",
        ),
        Key::optional(
            "worse_by",
            Shape::Decimal,
            "0",
            "how much larger than told last an excess or a gap has to be to be told again, as a fraction of it; 0 or above",
        ),
        Key::optional(
            "stale_after",
            Shape::either(Shape::Duration, Shape::Object(ages())),
            "any age",
            "how old a file may be at the end of the as-of date (UTC), or now for a run without a date: 1d is a file of \
             that date; one length of time for every file of inputs, or a mapping; a run with an older file is refused",
        ),
    ]
}

/// The age that each file may have.
fn ages() -> Vec<Key> {
    let age = |&(name, ..): &(&'static str, _, _)| {
        Key::optional(name, Shape::Duration, "any age", "how old this file may be; above 0, with its unit")
    };
    FILES.iter().map(age).collect()
}

fn channel() -> Vec<Key> {
    vec![
        Key::required("name", Shape::Text, "what the channel is called; unique"),
        Key::required("service", Shape::Choice(services()), "what takes the alerts"),
        Key::optional(
            "url",
            Shape::either(Shape::Text, Shape::Object(secret())),
            "none; that of PagerDuty for pagerduty",
            "the address, of webhook, alertmanager and slack; of slack it is a secret",
        ),
        Key::optional(
            "token",
            Shape::either(Shape::Text, Shape::Object(secret())),
            "none",
            "a secret that is sent as Authorization: Bearer, of webhook and alertmanager",
        ),
        Key::optional(
            "routing_key",
            Shape::either(Shape::Text, Shape::Object(secret())),
            "none",
            "the integration key of pagerduty, a secret",
        ),
        Key::optional(
            "command",
            Shape::list(Shape::Text),
            "none",
            "the program of command, and its arguments; it runs in the folder of this file",
        ),
        Key::optional("path", Shape::Text, "none", "the file of file, relative to this one"),
        Key::optional("kinds", Shape::list(Shape::Choice(alert_kinds())), "every kind", "the alerts that go there"),
        Key::optional("timeout", Shape::Duration, "5s", "how long one try may take; up to a minute"),
    ]
}

/// Where a secret is: one of the two. Where text stands instead it is refused without being repeated, as no shape does.
fn secret() -> Vec<Key> {
    vec![
        Key::optional("env", Shape::Text, "not there", "the variable of the environment that holds the secret"),
        Key::optional("file", Shape::Text, "not there", "the file that holds the secret, relative to this one"),
    ]
}

fn monitoring() -> Vec<Key> {
    vec![Key::optional(
        "prometheus",
        Shape::Text,
        "no file",
        "the file of metrics that each run writes for Prometheus, relative to this one; its name ends with .prom",
    )]
}

fn account() -> Vec<Key> {
    vec![
        Key::required("id", Shape::Text, "the account as the files name it; unique"),
        Key::optional(
            "metrics",
            Shape::map("a metric", Shape::Object(metric())),
            "every shared metric, as it is",
            "the metrics of this account, and no others; each key stated here replaces the shared metric's key whole; \
             a key without a value drops it",
        ),
        Key::optional("accepts", Shape::Object(accepts()), "everything", "what may be booked here"),
    ]
}

fn accepts() -> Vec<Key> {
    vec![Key::optional(
        "security_types",
        Shape::list(Shape::Text),
        "every type",
        "the security types that may be booked here; an empty list means none",
    )]
}

fn metric() -> Vec<Key> {
    let mut keys: Vec<Key> = kinds().into_iter().flatten().collect();
    keys.extend([
        Key::optional(
            "min",
            Shape::Decimal,
            "no lower limit",
            "the metric must not end below this; in the metric's unit",
        ),
        Key::optional(
            "max",
            Shape::Decimal,
            "no upper limit",
            "the metric must not end above this; in the metric's unit",
        ),
        Key::optional(
            "on_breach",
            choice(&OnBreach::TABLE),
            "must_cure",
            "what a limit asks for when the opening positions break it already",
        ),
        Key::optional(
            "priority",
            Shape::Decimal,
            "0",
            "what one unit of the metric is worth to the desk; below 0 for a cost, 0 to leave it out of the objective",
        ),
        Key::optional("source", Shape::Text, "not stated", "where the limit is agreed; repeated in reports"),
        Key::optional("owner", Shape::Text, "not stated", "who answers for the limit; repeated in reports"),
        Key::optional("about", Shape::Text, "not stated", "what the metric is, for whoever reads this file"),
    ]);
    keys
}

fn choice<T>(table: &[(&'static str, T)]) -> Shape {
    Shape::Choice(table.iter().map(|(word, _)| *word).collect())
}
