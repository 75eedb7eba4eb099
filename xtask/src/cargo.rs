//! Running cargo as somebody in a shell would: in the workspace, with the environment that plain cargo sees.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::{Outcome, XtaskError};
use crate::native_tools;

/// The build that a user does. Its features of HiGHS are those of a build of the whole workspace, so that HiGHS is
/// compiled once; a single package (`-p solver`) may have others, and compile it again.
pub(crate) const BUILD: &[&str] = &["build", "--release"];

const INSTALL_HINT: &str = "install Rust with rustup, and see that cargo is on the search path";

/// The root of the workspace: cargo says where xtask's own manifest is; otherwise it is looked for upwards.
pub(crate) fn workspace_root() -> Outcome<PathBuf> {
    let from = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => env::current_dir().map_err(XtaskError::read(Path::new(".")))?,
    };
    let is_root = |folder: &&Path| folder.join("xtask/Cargo.toml").is_file() && folder.join("Cargo.toml").is_file();
    from.ancestors().find(is_root).map(Path::to_owned).ok_or(XtaskError::NoWorkspace { from: from.clone() })
}

/// Runs cargo and lets its output through.
pub(crate) fn run(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let mut command = command(root, arguments);
    command.envs(variables.iter().copied());
    let status = command.status().map_err(start_error)?;
    if status.success() { Ok(()) } else { Err(ended(arguments, status)) }
}

/// Builds the product; says where `pb-assign` is.
pub(crate) fn build_product(root: &Path, arguments: &[&str]) -> Outcome<PathBuf> {
    let mut command = command(root, arguments);
    command.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let mut child = command.spawn().map_err(start_error)?;
    let mut product = None;
    if let Some(messages) = child.stdout.take() {
        for line in BufReader::new(messages).lines().map_while(Result::ok) {
            product = product_in(&line).or(product);
        }
    }
    let status = child.wait().map_err(start_error)?;
    if !status.success() {
        return Err(ended(arguments, status));
    }
    product.ok_or_else(|| XtaskError::NoProduct { command: format!("cargo {}", arguments.join(" ")) })
}

/// The path that a message of cargo gives for the program, if it is about the program.
fn product_in(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = &message["target"];
    let is_program = target["name"] == "pb-assign" && target["kind"][0] == "bin" && message["profile"]["test"] == false;
    is_program.then(|| message["executable"].as_str().map(PathBuf::from))?
}

/// What cargo writes to standard output.
pub(crate) fn output(root: &Path, arguments: &[&str]) -> Outcome<Vec<u8>> {
    let output = command(root, arguments).stderr(Stdio::inherit()).output().map_err(start_error)?;
    if output.status.success() { Ok(output.stdout) } else { Err(ended(arguments, output.status)) }
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = in_a_shell(root, env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// A program as somebody in a shell would start it, in the workspace: it may run cargo in its turn.
pub(crate) fn in_a_shell(root: &Path, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root);
    for (name, value) in env::vars_os() {
        if is_ours(root, &name.to_string_lossy(), Path::new(&value)) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether a variable is there only because cargo started us: build scripts watch some of these, and would run
/// again (minutes, for HiGHS) each time they come and go.
fn is_ours(root: &Path, name: &str, value: &Path) -> bool {
    const OF_CARGO: &[&str] = &["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"];
    OF_CARGO.contains(&name) || name.starts_with("CARGO_PKG_") || value.starts_with(root.join(native_tools::FOLDER))
}

fn start_error(source: std::io::Error) -> XtaskError {
    XtaskError::Start { program: "cargo".to_owned(), source, hint: INSTALL_HINT }
}

fn ended(arguments: &[&str], status: std::process::ExitStatus) -> XtaskError {
    XtaskError::Ended { command: format!("cargo {}", arguments.join(" ")), status: status.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargo_s_messages() {
        let message = |kind: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"pb-assign","kind":["{kind}"]}},
                "profile":{{"test":{test}}},"executable":"/t/release/pb-assign"}}"#
            )
        };
        assert_eq!(product_in(&message("bin", false)), Some("/t/release/pb-assign".into()));
        assert_eq!(product_in(&message("bin", true)), None);
        assert_eq!(product_in(&message("lib", false)), None);
        assert_eq!(product_in("not json"), None);
    }

    #[test]
    fn cargo_sees_what_it_would_see_in_a_shell() {
        let root = Path::new("/w");
        assert!(is_ours(root, "CARGO_PKG_VERSION", Path::new("1")));
        assert!(is_ours(root, "CMAKE", Path::new("/w/target/native-tools/venv/cmake")));
        assert!(!is_ours(root, "CMAKE", Path::new("/opt/cmake")));
        assert!(!is_ours(root, "CARGO_TARGET_DIR", Path::new("/t")));
    }
}
