//! `target/native-tools.toml`: which tools were chosen, as comments, and the environment that this takes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{FOLDER, Source, TOOLS, Tool};

const HEADER: &str = "# Written by `cargo xtask setup` and included by .cargo/config.toml. Delete it to have the\n\
    # tools looked for anew; HiGHS is then compiled again if they differ.\n";

/// The chosen tools.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    sources: Vec<(Tool, Source)>,
}

impl Record {
    /// The record of these choices.
    pub(super) fn new(sources: impl IntoIterator<Item = (Tool, Source)>) -> Self {
        Self { sources: sources.into_iter().collect() }
    }

    /// The choice for a tool.
    pub(super) fn source(&self, tool: Tool) -> Option<&Source> {
        self.sources.iter().find(|(known, _)| *known == tool).map(|(_, source)| source)
    }

    /// Reads the comment lines `# cmake: system PATH`; whatever is not one of ours is left out.
    pub(super) fn parse(text: &str) -> Self {
        Self::new(text.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("# ")?.split_once(": ")?;
            let tool = TOOLS.into_iter().find(|tool| tool.name() == name)?;
            let (kind, path) = rest.split_once(' ')?;
            let path = PathBuf::from(path);
            let source = match kind {
                "system" => Source::System(path),
                "named" => Source::Named(path),
                "private" => Source::Private(path),
                _ => return None,
            };
            Some((tool, source))
        }))
    }

    /// The text of the file.
    pub(super) fn render(&self) -> String {
        let mut text = HEADER.to_owned();
        for (tool, source) in &self.sources {
            let (kind, path) = match source {
                Source::System(path) => ("system", path),
                Source::Named(path) => ("named", path),
                Source::Private(path) => ("private", path),
            };
            let _ = writeln!(text, "# {}: {kind} {}", tool.name(), path.display());
        }
        text.push_str("[env]\n");
        for (tool, source) in &self.sources {
            match (tool, source) {
                (Tool::Cmake, Source::Named(path) | Source::Private(path)) => set(&mut text, "CMAKE", source, path),
                (Tool::Libclang, Source::Named(path) | Source::Private(path)) => {
                    set(&mut text, "LIBCLANG_PATH", source, path);
                }
                // cmake looks for ninja in the `bin` folder of each of these.
                (Tool::Builder, Source::Private(_)) => {
                    text.push_str("CMAKE_GENERATOR = \"Ninja\"\n");
                    set(&mut text, "CMAKE_PREFIX_PATH", source, &Path::new(FOLDER).join("venv"));
                }
                (Tool::Builder, Source::Named(_)) => text.push_str("CMAKE_GENERATOR = \"Ninja\"\n"),
                (_, Source::System(_)) => {}
            }
        }
        text
    }

    /// What a person wants to know of it.
    pub(super) fn summary(&self) -> String {
        let lines = self.sources.iter().map(|(tool, source)| match source {
            Source::System(path) | Source::Named(path) => format!("  {}: {}", tool.name(), path.display()),
            Source::Private(path) => format!("  {}: {} (private)", tool.name(), path.display()),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn set(text: &mut String, variable: &str, source: &Source, path: &Path) {
    // A JSON string is a TOML string too.
    let path = serde_json::Value::String(path.display().to_string());
    let _ = match source {
        Source::Private(_) => writeln!(text, "{variable} = {{ value = {path}, relative = true }}"),
        _ => writeln!(text, "{variable} = {path}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let record = Record::new([
            (Tool::Cmake, Source::Private("target/native-tools/venv/bin/cmake".into())),
            (Tool::Libclang, Source::Named("/opt/llvm with space/lib".into())),
            (Tool::Builder, Source::System("/usr/bin/make".into())),
        ]);
        assert_eq!(Record::parse(&record.render()), record);
    }

    #[test]
    fn only_what_the_build_would_not_find_is_set() {
        let check = |sources: [(Tool, Source); 3], want: &str| {
            let got: toml::Table = Record::new(sources).render().parse().unwrap();
            assert_eq!(got["env"].as_table().unwrap(), &want.parse::<toml::Table>().unwrap());
        };
        let system = || Source::System("/usr/bin/x".into());
        let private = |path: &str| Source::Private(path.into());
        check([(Tool::Cmake, system()), (Tool::Libclang, system()), (Tool::Builder, system())], "");
        check(
            [
                (Tool::Cmake, private("target/native-tools/x")),
                (Tool::Libclang, Source::Named("/opt/l".into())),
                (Tool::Builder, system()),
            ],
            "CMAKE = { value = \"target/native-tools/x\", relative = true }\nLIBCLANG_PATH = \"/opt/l\"",
        );
        let ninja = private("target/native-tools/venv/bin/ninja");
        check(
            [(Tool::Cmake, system()), (Tool::Libclang, system()), (Tool::Builder, ninja)],
            "CMAKE_GENERATOR = \"Ninja\"\n\
             CMAKE_PREFIX_PATH = { value = \"target/native-tools/venv\", relative = true }",
        );
    }

    #[test]
    fn a_file_of_somebody_else_is_no_record() {
        assert_eq!(Record::parse("[env]\nCMAKE = \"x\"\n# cmake: borrowed /x\n"), Record::default());
    }
}
