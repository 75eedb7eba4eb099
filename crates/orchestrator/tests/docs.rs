//! What the documentation says is so: the reference is current, tables are complete, output is real, paths exist.

use std::path::{Path, PathBuf};
use std::process::Command;

use orchestrator::exit::Exit;
use reporter::Reason;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Standard output and standard error of the program, run at the top of the workspace.
fn pb_assign(arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pb-assign"));
    let output = command.args(arguments).current_dir(root()).env_remove("PB_ASSIGN_LOG").output();
    let output = output.expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
    (text(output.stdout), text(output.stderr))
}

#[test]
fn the_configuration_reference_is_current() {
    const PAGE: &str = "docs/configuration.md";
    let (table, _) = pb_assign(&["schema", "config-reference"]);
    let current = page(PAGE);
    let introduction = &current[..current.find("| key |").expect("the page has the table")];
    let expected = format!("{introduction}{table}");
    if std::env::var_os("PB_ASSIGN_BLESS").is_some() {
        std::fs::write(root().join(PAGE), &expected).unwrap();
    } else {
        assert!(current == expected, "{PAGE} is out of date; its first lines say how to write it again");
    }
}

#[test]
fn the_readme_has_every_exit_code() {
    let readme = page("README.md");
    for (exit, word, meaning) in Exit::TABLE {
        let row = format!("| {} | `{word}` | {meaning} |", exit as u8);
        assert!(readme.contains(&row), "README.md lacks the row {row}");
    }
}

#[test]
fn operations_say_what_to_do_about_every_exit_code_and_alert() {
    let operations = page("docs/operations.md");
    for (exit, word, _) in Exit::TABLE {
        let row = format!("| {} | `{word}` | ", exit as u8);
        assert!(operations.contains(&row), "docs/operations.md lacks the row {row}…");
    }
    for kind in monitor::alerts::kind::TABLE {
        let section = format!("\n### `{}`\n", kind.name);
        assert!(operations.contains(&section), "docs/operations.md does not say what to do about {}", kind.name);
    }
}

/// The commands of a page as one script, which ends where one of them ends otherwise than the page says.
#[cfg(unix)]
fn script(page: &str) -> String {
    let mut script = "set -eu\n".to_owned();
    let blocks = page.split("```sh\n").skip(1).map(|block| block.split("```").next().expect("its end"));
    for line in blocks.flat_map(str::lines) {
        let ends_with = line.split_once("# ends with ").map(|(command, code)| (command, code.trim_start()));
        script += &match ends_with {
            Some((command, code)) => {
                let code: String = code.chars().take_while(char::is_ascii_digit).collect();
                format!(
                    "code=0; {{ {command}; }} || code=$?; echo \"ended with $code\" >&2; [ \"$code\" -eq {code} ]\n"
                )
            }
            None => format!("{line}\n"),
        };
    }
    script
}

#[cfg(unix)]
#[test]
fn the_commands_of_operations_do_what_the_page_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_pb-assign")).parent().expect("its folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let script = script(&page("docs/operations.md"));
    let mut command = Command::new("sh");
    command.args(["-xc", &script]).current_dir(folder.path()).env_remove("PB_ASSIGN_LOG");
    let output = command.env("PATH", format!("{}:{path}", program.display())).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    // Six days, and one of them asked for again and run again; drills have a ledger of their own.
    let listed = std::fs::read_to_string(folder.path().join("rates/state/ledger.jsonl")).expect("the ledger");
    assert_eq!(listed.lines().count(), 8, "{listed}");
}

#[test]
fn the_readme_has_every_ending() {
    let readme = page("README.md");
    for (word, _, status) in Reason::TABLE {
        let row = format!("| `{status}` | `{word}` | ");
        assert!(readme.contains(&row), "README.md lacks the row {row}…");
    }
}

#[test]
fn the_readme_names_the_table_of_every_recipe() {
    let readme = page("README.md");
    let tables = [
        ("crates/metric-engine/src/kinds.rs", "TABLE"),
        ("crates/domain/src/security_type.rs", "TABLE"),
        ("crates/trade-loader/src/formats.rs", "TABLE"),
        ("crates/solver/src/backends.rs", "TABLE"),
        ("crates/reporter/src/formats.rs", "FORMATS"),
        ("crates/solver/src/model_file.rs", "TABLE"),
    ];
    for (file, table) in tables {
        assert!(readme.contains(&format!("`{table}` in `{file}`")), "README.md lacks `{table}` in `{file}`");
        assert!(page(file).contains(&format!("const {table}: &[")), "{file} has no table {table}");
    }
}

#[test]
fn the_configuration_in_the_readme_is_valid() {
    let readme = page("README.md");
    let (_, rest) = readme.split_once("```yaml\n").expect("a configuration");
    let (configuration, _) = rest.split_once("```").expect("its end");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    pb_assign(&["init", &path("")]);
    let inbox = folder.path().join("inbox/2026-11-20");
    std::fs::create_dir_all(&inbox).unwrap();
    for name in ["trades.csv", "positions.csv"] {
        std::fs::copy(path(name), inbox.join(name)).unwrap();
    }
    let (_, header) = configuration.split_once("issuers.csv").expect("the file of an issuer");
    let (header, row) = header.trim_start().trim_start_matches("# ").split_once(": ").expect("its columns and a row");
    let (row, _) = row.split_once('\n').expect("a line");
    std::fs::write(path("issuers.csv"), format!("{header}\n{row}\n")).unwrap();
    std::fs::create_dir_all(path("plans")).unwrap();
    // The first day of a desk, as the text below it says.
    std::fs::write(path("plans/2026-11-20.csv"), "trade_id,account\n").unwrap();
    std::fs::write(path("readme.yaml"), configuration).unwrap();
    let (line, said) = pb_assign(&["validate", "--config", &path("readme.yaml"), "--as-of", "2026-11-20"]);
    assert!(line.contains("\"valid\""), "{said}");
}

/// A line with its numbers, the widths of its columns and its rules left out: another build of the solver may find
/// another plan within the gap.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for word in line.split_whitespace() {
        let is_number = word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let is_rule = word.chars().all(|c| c == '─');
        shape += if is_number { "#" } else { word };
        shape += if is_rule { "" } else { " " };
    }
    shape.replace('─', "")
}

#[test]
fn the_output_in_the_readme_is_what_the_program_prints() {
    let (_, shown) = pb_assign(&["run", "--config", "fixtures/desk/desk.yaml", "--as-of", "2026-03-24", "--dry-run"]);
    let printed: Vec<String> = shown.lines().map(shape).collect();
    let readme = page("README.md");
    let block =
        readme.split("```text\n").find(|block| block.starts_with("Optimal, proven within")).expect("the output");
    for line in block.lines().take_while(|line| *line != "```") {
        assert!(printed.contains(&shape(line)), "README.md shows a line that the demonstration does not print: {line}");
    }
}

#[test]
fn the_dry_run_in_the_readme_is_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    pb_assign(&["init", &path("")]);
    let run = |more: &[&str]| pb_assign(&[&["run", "--config", &path("desk.yaml"), "--as-of"], more].concat()).1;
    run(&["2026-11-19"]);
    let (before, after) = ("margin:         { max: 6000000 }", "margin:         { max: 1000000 }");
    let desk = std::fs::read_to_string(path("desk.yaml")).unwrap();
    assert!(desk.contains(before));
    std::fs::write(path("desk.yaml"), desk.replace(before, after)).unwrap();
    let shown = run(&["2026-11-20", "--dry-run"]);
    let readme = page("README.md");
    let block = readme.split("```text\n").find(|block| block.starts_with("Against run 1 of")).expect("the comparison");
    // Its first line has the time of the run.
    let lines: Vec<&str> = block.lines().take_while(|line| *line != "```").skip(1).collect();
    let (_, printed) = shown.split_once("Against run 1 of 2026-11-19, recorded ").expect("a comparison");
    assert_eq!(printed.lines().skip(1).collect::<Vec<_>>(), lines);
}

#[test]
fn every_path_in_the_documentation_exists() {
    for name in [
        "README.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/decisions.md",
        "docs/history.md",
        "docs/operations.md",
        "docs/solver-protocol.md",
        "docs/alerts.md",
        "docs/monitoring.md",
        "docs/performance.md",
        "docs/install.md",
        "config/github-actions/README.md",
    ] {
        let text = page(name);
        let folder = root().join(name).parent().unwrap().to_owned();
        let linked = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|path| !path.starts_with("https://"))
            .map(|path| folder.join(path));
        let quoted = text.split('`').skip(1).step_by(2).filter(|word| {
            let is_path = ["crates/", "fixtures/", "xtask/", "docs/", "config/"].iter().any(|at| word.starts_with(at));
            is_path && !word.contains(['*', ' ', '{']) && !word.contains("NAME")
        });
        for path in linked.chain(quoted.map(|path| root().join(path))) {
            assert!(path.exists(), "{name} names {}, which is not there", path.display());
        }
    }
}
