//! The licences of what is linked into the program: every package that it reaches by dependencies of the program itself,
//! not of its build or tests, with the texts that the package carries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::refused;
use crate::error::{Outcome, XtaskError};
use crate::{cargo, files};

/// The package whose program is shipped.
const PROGRAM: &str = "orchestrator";
/// Packages that carry sources of others further down; all their licence files count.
const WITH_NATIVE_SOURCES: &[&str] = &["highs-sys", "libsqlite3-sys", "ring"];

/// A library whose sources lie in a package of another name, so that a search for its faults would not find it.
struct Library {
    package: &'static str,
    name: &'static str,
    /// As SPDX has it.
    license: &'static str,
    /// What it goes by in a bill of materials, before its version.
    purl: &'static str,
    /// The file of the package that says its version, and how.
    version_file: &'static str,
    version_in: fn(&str) -> Option<String>,
}

const LIBRARIES: [Library; 2] = [
    Library {
        package: "highs-sys",
        name: "HiGHS",
        license: "MIT",
        purl: "pkg:github/ERGO-Code/HiGHS@v",
        version_file: "HiGHS/Version.txt",
        version_in: highs_version,
    },
    Library {
        package: "libsqlite3-sys",
        name: "SQLite",
        license: "blessing",
        purl: "pkg:generic/sqlite@",
        version_file: "sqlite3/sqlite3.h",
        version_in: sqlite_version,
    },
];

/// How files with a licence are called, in small letters.
const STARTS: &[&str] = &["license", "licence", "copying", "copyright", "notice", "third_party_notices", "unlicense"];

/// What is known of the parts of the program.
pub(super) struct Materials {
    /// The texts, each once, under the packages that it holds for.
    pub(super) licenses: String,
    /// The libraries that are no packages of their own, for the bill of materials: a list in JSON.
    pub(super) carried: Value,
}

/// A package of others in the program.
struct Part {
    name: String,
    /// Name, version and licence as SPDX.
    title: String,
    /// Licence file and its text.
    texts: Vec<(String, String)>,
}

/// Asks cargo what is linked for a platform and reads the licences.
pub(super) fn collect(root: &Path, target: &str) -> Outcome<Materials> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
    let said = cargo::output(root, &arguments)?;
    let metadata: Value =
        serde_json::from_slice(&said).map_err(|error| refused(format!("cargo's metadata is not JSON: {error}")))?;
    let mut parts = Vec::new();
    let mut carried = Vec::new();
    for package in linked(&metadata) {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let folder = manifest.parent().unwrap_or(root);
        let part = read_part(package, folder)?;
        if let Some(library) = LIBRARIES.iter().find(|library| library.package == part.name) {
            carried.push(library.component(folder)?);
        }
        parts.push(part);
    }
    if carried.len() != LIBRARIES.len() {
        return Err(refused(format!("of {} libraries {} are linked", LIBRARIES.len(), carried.len())));
    }
    Ok(Materials { licenses: render(&parts), carried: Value::Array(carried) })
}

impl Library {
    fn component(&self, folder: &Path) -> Outcome<Value> {
        let Self { package, name, license, purl, .. } = self;
        let version = (self.version_in)(&files::read(&folder.join(self.version_file))?);
        let version =
            version.ok_or_else(|| refused(format!("the version of {name} is not in {}", self.version_file)))?;
        let purl = format!("{purl}{version}");
        Ok(json!({ "package": package, "name": name, "version": version, "license": license, "purl": purl }))
    }
}

/// The packages of others that the program is linked with, sorted.
fn linked(metadata: &Value) -> Vec<&Value> {
    let packages = by_key(&metadata["packages"]);
    let nodes = by_key(&metadata["resolve"]["nodes"]);
    let mut open: Vec<&str> =
        packages.iter().filter(|(_, package)| package["name"] == PROGRAM).map(|(id, _)| *id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let is_linked = |dependency: &&Value| {
            dependency["dep_kinds"].as_array().into_iter().flatten().any(|kind| kind["kind"].is_null())
        };
        open.extend(dependencies.filter(is_linked).filter_map(|dependency| dependency["pkg"].as_str()));
    }
    let mut parts: Vec<&Value> = seen.iter().filter_map(|id| packages.get(id).copied()).collect();
    parts.retain(|package| !package["source"].is_null());
    parts.sort_by_key(|package| (package["name"].as_str(), package["version"].as_str()));
    parts
}

fn by_key(list: &Value) -> BTreeMap<&str, &Value> {
    list.as_array().into_iter().flatten().filter_map(|each| Some((each["id"].as_str()?, each))).collect()
}

fn read_part(package: &Value, folder: &Path) -> Outcome<Part> {
    let word = |key: &str| package[key].as_str().unwrap_or("none stated").to_owned();
    let name = word("name");
    let has_native_sources = WITH_NATIVE_SOURCES.contains(&name.as_str());
    let mut texts = Vec::new();
    for file in files::names_below(folder)? {
        let is_deep = file.contains('/');
        if is_license(&file) && (!is_deep || has_native_sources) {
            let bytes = fs::read(folder.join(&file)).map_err(XtaskError::read(&folder.join(&file)))?;
            texts.push((file, String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned()));
        }
    }
    let title = format!("{name} {} ({})", word("version"), word("license"));
    Ok(Part { name, title, texts })
}

fn is_license(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    let is_code = [".rs", ".py", ".c", ".h"].iter().any(|end| name.ends_with(end));
    !is_code && STARTS.iter().any(|start| name.starts_with(start))
}

/// `HIGHS_MAJOR=1`, `HIGHS_MINOR=15` and `HIGHS_PATCH=0` as `1.15.0`.
fn highs_version(text: &str) -> Option<String> {
    let part = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    Some(format!("{}.{}.{}", part("HIGHS_MAJOR=")?, part("HIGHS_MINOR=")?, part("HIGHS_PATCH=")?))
}

/// `#define SQLITE_VERSION        "3.53.0"` as `3.53.0`.
fn sqlite_version(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "))?;
    Some(line.trim().trim_matches('"').to_owned())
}

fn render(parts: &[Part]) -> String {
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for part in parts {
        for (file, text) in &part.texts {
            texts.entry(text).or_default().push(format!("{}, {file}", part.title));
        }
    }
    let mut page = "pb-assign is linked with the packages below, under their own licences.\n\n".to_owned();
    for part in parts {
        let note = if part.texts.is_empty() { ": the package carries no text of it" } else { "" };
        page.push_str(&format!("- {}{note}\n", part.title));
    }
    let mut groups: Vec<(Vec<String>, &str)> = texts.into_iter().map(|(text, holders)| (holders, text)).collect();
    groups.sort();
    for (holders, text) in groups {
        page.push_str(&format!("\n{}\n{}\n\n{text}\n", "=".repeat(80), holders.join("\n")));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_counts_and_what_builds_or_tests_does_not() {
        let package = |id: &str, source: Value| json!({"id": id, "name": id, "version": "1", "source": source});
        let needs = |id: &str, kind: Value| json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [
                package("orchestrator", Value::Null), package("ours", Value::Null), package("far", json!("r")),
                package("build", json!("r")), package("test", json!("r")), package("other", json!("r")),
            ],
            "resolve": {"nodes": [
                {"id": "orchestrator",
                 "deps": [needs("ours", Value::Null), needs("build", json!("build")), needs("test", json!("dev"))]},
                {"id": "ours", "deps": [needs("far", Value::Null)]},
            ]},
        });
        let names: Vec<_> = linked(&metadata).into_iter().map(|package| package["name"].clone()).collect();
        assert_eq!(names, ["far"]);
    }

    #[test]
    fn each_text_stands_once_under_all_it_holds_for() {
        let part = |name: &str, texts: &[&str]| Part {
            name: name.to_owned(),
            title: format!("{name} 1 (MIT)"),
            texts: texts.iter().map(|text| ("LICENSE".to_owned(), (*text).to_owned())).collect(),
        };
        let page = render(&[part("a", &["same"]), part("b", &["same"]), part("c", &[])]);
        assert_eq!(page.matches("same").count(), 1);
        assert!(page.contains("a 1 (MIT), LICENSE\nb 1 (MIT), LICENSE\n\nsame\n"), "{page}");
        assert!(page.contains("- c 1 (MIT): the package carries no text of it\n"), "{page}");
    }

    #[test]
    fn licence_files_are_told_from_code() {
        for file in ["LICENSE", "LICENSE-MIT", "Licence.md", "HiGHS/extern/metis/LICENSE.txt", "COPYING", "NOTICE"] {
            assert!(is_license(file), "{file}");
        }
        assert!(!is_license("src/license.rs"));
        assert!(!is_license("README.md"));
    }

    #[test]
    fn versions_are_read_as_each_library_states_them() {
        assert_eq!(highs_version("HIGHS_MAJOR=1\nHIGHS_MINOR=15\nHIGHS_PATCH=0\n").as_deref(), Some("1.15.0"));
        let header = "#define SQLITE_VERSION_NUMBER 3053000\n#define SQLITE_VERSION        \"3.53.0\"\n";
        assert_eq!(sqlite_version(header).as_deref(), Some("3.53.0"));
        assert_eq!(sqlite_version("#define SQLITE_VERSION_NUMBER 3053000\n"), None);
    }
}
