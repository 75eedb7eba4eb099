//! A desk in a folder of its own, and the program run in it.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What the program did.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program, run in `folder`, with nothing of the caller's settings.
pub(crate) fn pb_assign(folder: &Path, arguments: &[&str]) -> Ran {
    finish(command(folder, arguments))
}

/// The program, ready to be run in `folder`.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pb-assign"));
    command.current_dir(folder).args(arguments).env_remove("PB_ASSIGN_LOG").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn finish(mut command: Command) -> Ran {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran {
        exit: output.status.code().expect("the program ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Ran {
    /// The one line of standard output.
    pub(crate) fn line(&self) -> serde_json::Value {
        let Some(line) = self.stdout.strip_suffix('\n') else { panic!("no line on stdout: {:?}", self.stdout) };
        assert!(!line.contains('\n'), "more than one line on stdout: {line}");
        serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"))
    }
}

/// A desk to run and to change.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// The desk that `pb-assign init` writes.
    pub(crate) fn starter() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the desk");
        let ran = pb_assign(folder.path(), &["init"]);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        Self { folder }
    }

    /// A copy of the demonstration desk.
    pub(crate) fn demonstration() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the desk");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/desk");
        let day = "inbox/2026-03-24";
        std::fs::create_dir_all(folder.path().join(day)).expect("a folder for the day");
        for file in ["desk.yaml", "coefficients.csv", &format!("{day}/trades.csv"), &format!("{day}/positions.csv")] {
            std::fs::copy(from.join(file), folder.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        Self { folder }
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program in it.
    pub(crate) fn pb_assign(&self, arguments: &[&str]) -> Ran {
        pb_assign(self.path(), arguments)
    }

    /// The text of a file.
    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Writes a file whole.
    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(file), bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// Replaces the first `from` in a file, which must be there.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} does not hold {from:?}");
        self.write(file, text.replacen(from, to, 1));
    }
}
