//! The peers' packages, in a private Python environment at pinned versions.

use std::path::{Path, PathBuf};

use crate::error::{Outcome, XtaskError};
use crate::native_tools::Machine;
use crate::python;

/// Relative to the workspace.
const FOLDER: &str = "target/peers-venv";
const PACKAGES: [&str; 3] = ["highspy==1.15.1", "ortools==9.15.6755", "pyscipopt==6.3.0"];

const HINT: &str = "with python3, its venv module and a network this installs itself (`apt install python3-venv`; \
    PIP_INDEX_URL names another index); `--solvers ours` measures without peers";

/// The Python that has the peers; installs them first where they are missing.
pub(super) fn ensure(root: &Path) -> Outcome<PathBuf> {
    let refused = |reason: String| XtaskError::Refused {
        what: format!("get the peers {}: {reason}", PACKAGES.join(", ")),
        hint: HINT.to_owned(),
    };
    let machine = Machine::this(root);
    let Some(python) = machine.program("python3").or_else(|| machine.program("python")) else {
        return Err(refused("there is no python3".to_owned()));
    };
    python::with_packages(&python, &root.join(FOLDER), &PACKAGES).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// The peers' own tests, where there is a Python: building needs none where the system has its tools.
    #[test]
    fn the_peers_state_the_model_as_it_is() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let Some(python) = Machine::this(root).program("python3") else { return };
        let mut command = Command::new(python);
        command.args(["-B", "-m", "unittest"]).current_dir(root.join("peers"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
