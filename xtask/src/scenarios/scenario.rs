//! `scenario.json`: what is special about a day, how to run it and what has to come out.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::expectation;
use crate::desk_generator::DeskPlan;
use crate::error::{Outcome, XtaskError};
use crate::files;

/// A scenario as its folder states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// The folder's name: what is special.
    #[serde(skip)]
    pub(super) name: String,
    #[serde(skip)]
    pub(super) folder: PathBuf,
    /// What happens and why, with the sum worked by hand.
    pub(super) about: String,
    /// Added to `run --config DESK --out OUT`.
    #[serde(default)]
    pub(super) args: Vec<String>,
    /// The exit code.
    #[serde(default)]
    pub(super) exit: i32,
    /// What has to come out: the keys are those of [`expectation::KEYS`].
    #[serde(default)]
    pub(super) expect: Map<String, Value>,
    /// The desk is made up, not stored.
    #[serde(default)]
    pub(super) generate: Option<DeskPlan>,
    /// What comes out depends on the machine's speed: no `expected.json`, no second run.
    #[serde(default)]
    pub(super) volatile: bool,
}

impl Scenario {
    /// Reads the one in a folder.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let path = folder.join("scenario.json");
        let refused = |what: String, hint: &str| XtaskError::Refused {
            what: format!("understand {}: {what}", path.display()),
            hint: hint.to_owned(),
        };
        let scenario: Self = serde_json::from_str(&files::read(&path)?)
            .map_err(|error| refused(error.to_string(), "the fields are those of xtask/src/scenarios/scenario.rs"))?;
        if scenario.about.trim().is_empty() {
            return Err(refused("\"about\" is empty".to_owned(), "say what is special, with the sum shown"));
        }
        let known = || expectation::KEYS.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        if let Some(key) = scenario.expect.keys().find(|key| !known().contains(&key.as_str())) {
            let hint = format!("the keys of \"expect\" are {}", known().join(", "));
            return Err(refused(format!("unknown key \"expect.{key}\""), &hint));
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, folder: folder.to_owned(), ..scenario })
    }

    /// Whether it asks for a run that writes nothing.
    pub(super) fn is_dry_run(&self) -> bool {
        self.args.iter().any(|argument| argument == "--dry-run")
    }

    /// A scenario that expects nothing special.
    #[cfg(test)]
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            name: "plain".to_owned(),
            folder: folder.to_owned(),
            about: "Nothing special.".to_owned(),
            args: Vec::new(),
            exit: 0,
            expect: Map::new(),
            generate: None,
            volatile: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Scenario, String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("all-buys");
        std::fs::create_dir_all(&folder).unwrap();
        files::write(&folder.join("scenario.json"), text).unwrap();
        Scenario::read(&folder).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_has_the_plain_meaning() {
        let scenario = read(r#"{ "about": "10 × 0.5 = 5" }"#).unwrap();
        assert_eq!((scenario.name.as_str(), scenario.exit, scenario.volatile), ("all-buys", 0, false));
        assert!(scenario.args.is_empty() && !scenario.is_dry_run());
    }

    #[test]
    fn a_desk_may_be_made_up() {
        let text = r#"{ "about": "many", "generate": { "trades": 9, "accounts": 2, "metrics": 4, "class": "loose",
            "solver": "{ timeout: 9s }" } }"#;
        assert_eq!(read(text).unwrap().generate.unwrap().trades, 9);
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_known_ones() {
        assert!(read(r#"{ "about": "x", "exits": 0 }"#).unwrap_err().contains("unknown field `exits`"));
        let error = read(r#"{ "about": "x", "expect": { "stats": "optimal" } }"#).unwrap_err();
        assert!(error.contains("unknown key \"expect.stats\"") && error.contains("status, reason"), "{error}");
        assert!(read(r#"{ "about": " " }"#).unwrap_err().contains("about"));
    }
}
