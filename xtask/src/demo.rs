//! The shipped desk: shown to somebody who wants to see the product work, and run dry as a check.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::{Outcome, XtaskError};
use crate::{cargo, files};

const DESK: &str = "fixtures/desk";
const OUT: &str = "target/demo";
const STATE: &str = "target/demo-state";

/// Builds the product, runs the shipped desk, lets the result be seen, and says where the files are.
pub(crate) fn run(root: &Path) -> Outcome {
    eprintln!("demo: building; the first time, HiGHS takes some minutes");
    let program = cargo::build_product(root, cargo::BUILD)?;
    let mut command = command(root, &program)?;
    // Shown however often it was shown before.
    command.args(["--out", OUT, "--state", STATE, "--again"]);
    eprintln!("{}\n", shown(&command));
    finish(command)?;
    let out = root.join(OUT);
    println!("\nThe files are in {OUT}:");
    for name in files::names_below(&out)? {
        println!("  {OUT}/{name}");
    }
    Ok(())
}

/// Runs the shipped desk without writing anything; sees that it is assigned and that nothing was written.
pub(crate) fn dry_run(root: &Path, build: &[&str]) -> Outcome {
    let program = cargo::build_product(root, build)?;
    let before: BTreeSet<String> = files::names_below(&root.join(DESK))?.into_iter().collect();
    let mut command = command(root, &program)?;
    let output = command.arg("--dry-run").stderr(Stdio::inherit()).output().map_err(XtaskError::start_of_product)?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !says_assigned(&said) {
        let status = format!("{} and said {:?}", output.status, said.trim_end());
        return Err(XtaskError::Ended { command: shown(&command), status });
    }
    let after = files::names_below(&root.join(DESK))?;
    match after.iter().find(|name| !before.contains(*name)) {
        None => Ok(()),
        Some(name) => Err(XtaskError::Refused {
            what: format!("find {DESK} as it was: the dry run wrote {name}"),
            hint: "a dry run writes nothing anywhere".to_owned(),
        }),
    }
}

fn command(root: &Path, program: &Path) -> Outcome<Command> {
    let as_of = newest_day(&root.join(DESK).join("inbox"))?;
    let config: PathBuf = [DESK, "desk.yaml"].iter().collect();
    let mut command = Command::new(program);
    command.current_dir(root).arg("run").arg("--config").arg(config).args(["--as-of", &as_of]);
    Ok(command)
}

/// Whether the last line of stdout says that there is an assignment.
fn says_assigned(stdout: &str) -> bool {
    let said: Value = serde_json::from_str(stdout.lines().last().unwrap_or_default()).unwrap_or_default();
    said["status"] == "optimal" || said["status"] == "feasible"
}

/// The last day whose files have arrived.
fn newest_day(inbox: &Path) -> Outcome<String> {
    let entries = fs::read_dir(inbox).map_err(XtaskError::read(inbox))?;
    let days = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    days.map(|day| day.file_name().to_string_lossy().into_owned()).max().ok_or_else(|| XtaskError::Refused {
        what: format!("find a day in {}", inbox.display()),
        hint: "put the files of a day into a folder named after it, such as 2026-03-24".to_owned(),
    })
}

fn finish(mut command: Command) -> Outcome {
    let status = command.status().map_err(XtaskError::start_of_product)?;
    let ended = || XtaskError::Ended { command: shown(&command), status: status.to_string() };
    if status.success() { Ok(()) } else { Err(ended()) }
}

/// The command as somebody would type it.
fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once("pb-assign".into()).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_without_an_assignment_is_told_from_one_with() {
        assert!(says_assigned("log\n{\"status\":\"optimal\"}\n"));
        assert!(!says_assigned("{\"status\":\"failed\"}\n"));
        assert!(!says_assigned(""));
    }

    #[test]
    fn the_newest_day_of_the_desk_is_run() {
        let root = tempfile::tempdir().unwrap();
        let inbox = root.path().join(DESK).join("inbox");
        fs::create_dir_all(&inbox).unwrap();
        assert!(command(root.path(), Path::new("x")).unwrap_err().to_string().contains("find a day"));
        fs::create_dir_all(inbox.join("2026-11-20")).unwrap();
        fs::create_dir_all(inbox.join("2026-03-24")).unwrap();
        let command = command(root.path(), Path::new("x")).unwrap();
        assert_eq!(shown(&command), "pb-assign run --config fixtures/desk/desk.yaml --as-of 2026-11-20");
    }
}
