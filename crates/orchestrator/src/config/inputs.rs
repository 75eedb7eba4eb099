//! The files of a run: where they are, and how they are written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::{Problem, Setting};
use jiff::civil::Date;
use trade_loader::{FileFormat, Source};

use super::Given;
use super::codes::{DATE_NEEDED, PLACEHOLDER, PLAN_REPLACED};
use super::keys::{DECIMAL_MARKS, DELIMITERS};
use super::read::{at, choice_at, refuse};

/// The files of a run; nothing for a file that is neither configured nor given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// The day's trades.
    pub trades: Option<Source>,
    /// What the accounts hold before them.
    pub positions: Option<Source>,
    /// Metric values that somebody else computed.
    pub current_metrics: Option<Source>,
    /// Coefficients by security.
    pub coefficients: Option<Source>,
    /// The last plan, where the objective says how closely to stay to it.
    pub last_plan: Option<Source>,
}

impl Inputs {
    /// The files that there are, in the order in which they are read.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.named().map(|(_, source)| source)
    }

    /// The same files, read from these paths instead, in the order in which they are read. Their names stay.
    pub fn read_from(&mut self, paths: impl Iterator<Item = PathBuf>) {
        let Self { trades, positions, current_metrics, coefficients, last_plan } = self;
        let sources = [trades, positions, current_metrics, coefficients, last_plan];
        for (source, path) in sources.into_iter().flatten().zip(paths) {
            source.path = path;
        }
    }

    /// Every file that there may be, with where the configuration speaks of it.
    pub(super) fn parts(&mut self) -> [(&'static str, &mut Option<Source>); 5] {
        let Self { trades, positions, current_metrics, coefficients, last_plan } = self;
        [
            ("inputs.trades", trades),
            ("inputs.positions", positions),
            ("inputs.current_metrics", current_metrics),
            ("inputs.coefficients", coefficients),
            (LAST_PLAN, last_plan),
        ]
    }

    /// The files that there are, each with its name in the configuration.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Source)> {
        let Self { trades, positions, current_metrics, coefficients, last_plan } = self;
        let named = [
            ("trades", trades),
            ("positions", positions),
            ("current_metrics", current_metrics),
            ("coefficients", coefficients),
            ("last_plan", last_plan),
        ];
        named.into_iter().filter_map(|(name, source)| Some((name, source.as_ref()?)))
    }
}

/// Where the configuration names the last plan.
pub(super) const LAST_PLAN: &str = "objective.keep.plan";

/// The placeholder for the date of a run.
const AS_OF: &str = "{as_of}";

/// Fills in and resolves the paths of one configuration.
pub(super) struct Paths<'a> {
    /// The folder of the configuration.
    pub folder: &'a Path,
    /// The date of the run.
    pub as_of: Option<Date>,
    /// Whether a path needed it.
    pub uses_as_of: bool,
}

impl Paths<'_> {
    /// The files that `tree` configures, with those that the command line replaces.
    pub(super) fn inputs(&mut self, tree: &Setting, given: &Given, problems: &mut Vec<Problem>) -> Inputs {
        let mut input = |key: &str, given: Option<&str>| self.input(tree, &["inputs", key], given, problems);
        let mut inputs = Inputs {
            trades: input("trades", given.trades.as_deref()),
            positions: input("positions", given.positions.as_deref()),
            current_metrics: input("current_metrics", None),
            coefficients: input("coefficients", None),
            last_plan: None,
        };
        inputs.last_plan = self.input(tree, &keys_of_last_plan(), None, problems);
        inputs
    }

    /// Refuses a last plan that the answer would take the place of: it could not be verified any more.
    pub(super) fn check_last_plan(&self, tree: &Setting, inputs: &Inputs, outputs: &Path, problems: &mut Vec<Problem>) {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let plan = inputs.last_plan.as_ref().map(|source| absolute(&source.path));
        if let (Some(written), Some(plan)) = (at(tree, &keys_of_last_plan()), plan)
            && plan.starts_with(absolute(outputs))
        {
            let message = "the last plan lies in the folder that this run replaces".to_owned();
            let hint = "copy it to another folder first, or publish to another with --out: the answer could not be \
                        verified without it";
            problems.push(refuse(PLAN_REPLACED, written, message, hint));
        }
    }

    /// The folder results are published in.
    pub(super) fn outputs(&mut self, tree: &Setting, given: &Given, problems: &mut Vec<Problem>) -> PathBuf {
        match (&given.out, at(tree, &["outputs"])) {
            (Some(out), _) => PathBuf::from(out),
            (None, Some(written)) => self.folder.join(self.fill(written, problems)),
            (None, None) => match self.as_of {
                Some(date) => self.folder.join("out").join(date.to_string()),
                None => self.folder.join("out").join("latest"),
            },
        }
    }

    /// The folder of the ledger and the history, which is the same every day.
    pub(super) fn state(&self, tree: &Setting, problems: &mut Vec<Problem>) -> PathBuf {
        let Some(written) = at(tree, &["state"]) else { return self.folder.join("state") };
        let text = written.text().unwrap_or_default().trim();
        if let Some(placeholder) = placeholders(text).first() {
            let message = format!("state holds {placeholder}");
            let hint = "the ledger is the same every day: name one folder";
            problems.push(refuse(PLACEHOLDER, written, message, hint));
        }
        self.folder.join(text)
    }

    fn input(
        &mut self,
        tree: &Setting,
        keys: &[&str],
        given: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Option<Source> {
        let written = at(tree, keys);
        let configured =
            written.and_then(|input| if input.text().is_some() { Some(input) } else { at(input, &["path"]) });
        let (path, name) = match (given, configured) {
            (Some(given), _) => (PathBuf::from(given), given.to_owned()),
            (None, Some(configured)) => {
                let name = self.fill(configured, problems);
                (self.folder.join(&name), name)
            }
            (None, None) => return None,
        };
        let sheet = written
            .and_then(|input| at(input, &["sheet"]))
            // A sheet belongs to the file that was configured, not to one of another kind given instead of it.
            .filter(|_| configured.and_then(Setting::text).is_none_or(|text| extension(text) == extension(&name)))
            .map(|sheet| self.fill(sheet, problems));
        let columns = written.and_then(|input| at(input, &["columns"])).map_or_else(BTreeMap::new, |columns| {
            let header = |(name, header): &(String, Setting)| Some((name.clone(), header.text()?.trim().to_owned()));
            columns.entries().iter().filter_map(header).collect()
        });
        let other_columns = written.and_then(|input| at(input, &["other_columns"])).map_or_else(Vec::new, |headers| {
            headers.items().iter().filter_map(Setting::text).map(|header| header.trim().to_owned()).collect()
        });
        // A file's own format wins, key by key, over the format for all files.
        let own = |key: &'static str| {
            let own = written.filter(|input| at(input, &["format", key]).is_some());
            (own.unwrap_or(tree), ["format", key])
        };
        let (from, decimal) = own("decimal");
        let decimal = choice_at(from, &decimal, &DECIMAL_MARKS).unwrap_or_default();
        let (from, delimiter) = own("delimiter");
        let delimiter = choice_at(from, &delimiter, &DELIMITERS);
        Some(Source { path, name, format: FileFormat { decimal, sheet, delimiter }, columns, other_columns })
    }

    /// The text of `setting` with the date filled in.
    fn fill(&mut self, setting: &Setting, problems: &mut Vec<Problem>) -> String {
        let text = setting.text().unwrap_or_default().trim();
        let field = &setting.place.field;
        for unknown in placeholders(text).into_iter().filter(|found| *found != AS_OF) {
            let message = format!("{field} holds {unknown}, which stands for nothing");
            problems.push(refuse(PLACEHOLDER, setting, message, format!("the date of a run is {AS_OF}")));
        }
        if !text.contains(AS_OF) {
            return text.to_owned();
        }
        self.uses_as_of = true;
        match self.as_of {
            Some(date) => text.replace(AS_OF, &date.to_string()),
            None => {
                let message = format!("--as-of is required because {field} holds {AS_OF}");
                problems.push(refuse(DATE_NEEDED, setting, message, "state the date of the run: --as-of 2026-11-20"));
                text.to_owned()
            }
        }
    }
}

fn keys_of_last_plan() -> Vec<&'static str> {
    LAST_PLAN.split('.').collect()
}

/// Every `{word}` in a text.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(len) = rest[start..].find('}') else { break };
        found.push(&rest[start..=start + len]);
        rest = &rest[start + len + 1..];
    }
    found
}

fn extension(path: &str) -> Option<String> {
    Path::new(path).extension().map(|extension| extension.to_string_lossy().to_lowercase())
}
