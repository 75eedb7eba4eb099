//! Which crate may know which: the arrows of the architecture as data, checked against every manifest and, for
//! the crates that must build without a solver, against the lock file.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Finding, Tree};

/// A crate and the crates of this workspace that it may depend on, in the order of the flow. To add an arrow,
/// change this table and say why in `docs/decisions.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("trade-loader", &["domain"]),
    ("metric-engine", &["domain"]),
    ("constraint-manager", &["domain", "metric-engine"]),
    ("search", &["domain", "constraint-manager"]),
    ("solver", &["domain", "constraint-manager", "search"]),
    ("verifier", &["domain", "metric-engine"]),
    ("reporter", &["domain", "trade-loader", "metric-engine", "constraint-manager", "solver", "verifier"]),
    ("monitor", &["domain"]),
    (
        "orchestrator",
        &["domain", "trade-loader", "metric-engine", "constraint-manager", "solver", "verifier", "reporter", "monitor"],
    ),
    ("test-desks", &["domain"]),
    ("xtask", &[]),
];

/// What a crate's tests may use besides: crates to its left, and `test-desks`, which makes up their inputs.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("trade-loader", &["test-desks"]),
    ("metric-engine", &["test-desks"]),
    ("constraint-manager", &["test-desks"]),
    ("search", &["metric-engine", "test-desks"]),
    ("solver", &["metric-engine", "test-desks"]),
    ("verifier", &["test-desks"]),
    ("reporter", &["test-desks"]),
    ("orchestrator", &["test-desks"]),
];

/// The crates that build without a solver, and the packages that none of them may reach.
const WITHOUT_SOLVER: &[&str] = &[
    "domain",
    "trade-loader",
    "metric-engine",
    "constraint-manager",
    "search",
    "verifier",
    "monitor",
    "test-desks",
    "xtask",
];
const SOLVERS: &[&str] = &["highs", "highs-sys", "good_lp", "microlp"];

const TABLE: &str = "xtask/src/tidy/arrows.rs";

/// Finds dependencies between our crates that the table does not have.
pub(super) fn check_dependencies(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in tree.files() {
        let Some(folder) = path.strip_suffix("/Cargo.toml") else { continue };
        let is_member = folder == "xtask" || folder.strip_prefix("crates/").is_some_and(|name| !name.contains('/'));
        if !is_member {
            continue;
        }
        match text.parse::<toml::Table>() {
            Ok(manifest) => check_manifest(path, text, &manifest, &mut seen, &mut findings),
            Err(error) => findings.push(Finding::new(path, 1, format!("not TOML: {}", error.message()), "mend it")),
        }
    }
    for (name, _) in ARROWS.iter().filter(|(name, _)| !seen.contains(*name)) {
        findings.push(Finding::new(TABLE, 1, format!("no crate is named {name}"), "take it out of ARROWS"));
    }
    findings
}

fn check_manifest(
    path: &str,
    text: &str,
    manifest: &toml::Table,
    seen: &mut BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let name = name.unwrap_or_default();
    seen.insert(name.to_owned());
    let Some(allowed) = allowed(ARROWS, name) else {
        let remedy = format!("add it to ARROWS in {TABLE} and say why in docs/decisions.md");
        findings.push(Finding::new(path, 1, format!("the crate \"{name}\" is not in the table of arrows"), remedy));
        return;
    };
    let in_tests = self::allowed(TEST_ARROWS, name).unwrap_or_default();
    for (kind, dependency) in dependencies(manifest) {
        let is_ours = ARROWS.iter().any(|(ours, _)| *ours == dependency);
        let is_allowed = allowed.contains(&dependency.as_str())
            || kind == "dev-dependencies" && in_tests.contains(&dependency.as_str());
        if is_ours && !is_allowed && dependency != name {
            findings.push(Finding::new(
                path,
                line_of(text, &dependency),
                format!("{name} must not know {dependency} ({kind})"),
                format!("move what is shared to the left, or change ARROWS in {TABLE} and docs/decisions.md"),
            ));
        }
    }
}

fn allowed(table: &'static [(&str, &[&str])], name: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(known, _)| *known == name).map(|(_, allowed)| *allowed)
}

/// Every dependency with the table it stands in, under its package's name, those of a platform included.
fn dependencies(manifest: &toml::Table) -> Vec<(&'static str, String)> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let platforms = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let tables: Vec<&toml::Table> =
        std::iter::once(manifest).chain(platforms.filter_map(toml::Value::as_table)).collect();
    let mut found = Vec::new();
    for kind in KINDS {
        for entries in tables.iter().filter_map(|table| table.get(kind)).filter_map(toml::Value::as_table) {
            for (key, value) in entries {
                let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(key);
                found.push((kind, package.to_owned()));
            }
        }
    }
    found
}

/// The line on which a dependency is named, or the first.
fn line_of(text: &str, dependency: &str) -> usize {
    let names_it = |line: &str| {
        let line = line.trim_start_matches(|c: char| c == '[' || c.is_whitespace());
        let key = line.rsplit("dependencies.").next().unwrap_or(line);
        key.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=', ']']))
            || line.contains(&format!("package = \"{dependency}\""))
    };
    text.lines().position(names_it).map_or(1, |index| index + 1)
}

/// Finds crates that must build without a solver and reach one, over whatever packages.
pub(super) fn check_freedom_from_solvers(tree: &Tree) -> Vec<Finding> {
    const LOCK: &str = "Cargo.lock";
    let Some(text) = tree.text(LOCK) else { return Vec::new() };
    let Ok(lock) = text.parse::<toml::Table>() else {
        return vec![Finding::new(LOCK, 1, "not TOML", "have cargo write it anew")];
    };
    let graph = packages(&lock);
    let reaching = WITHOUT_SOLVER.iter().filter_map(|name| path_to_solver(&graph, name));
    reaching
        .map(|path| {
            let name = &path[0];
            let what = format!("{name} must build without a solver, and reaches one: {}", path.join(" -> "));
            Finding::new(LOCK, 1, what, "take out the dependency that leads there")
        })
        .collect()
}

/// Each package with what it depends on; the versions of one package count as one.
fn packages(lock: &toml::Table) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in lock.get("package").and_then(toml::Value::as_array).into_iter().flatten() {
        let Some(name) = package.get("name").and_then(toml::Value::as_str) else { continue };
        let listed = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        // "name", or "name version" where there are several.
        let names = listed.filter_map(toml::Value::as_str).filter_map(|text| text.split(' ').next());
        graph.entry(name).or_default().extend(names);
    }
    graph
}

fn path_to_solver(graph: &BTreeMap<&str, BTreeSet<&str>>, from: &str) -> Option<Vec<String>> {
    let mut queue = VecDeque::from([vec![from]]);
    let mut visited = BTreeSet::from([from]);
    while let Some(path) = queue.pop_front() {
        let last = *path.last()?;
        if SOLVERS.contains(&last) {
            return Some(path.into_iter().map(str::to_owned).collect());
        }
        for next in graph.get(last).into_iter().flatten().filter(|next| visited.insert(next)) {
            queue.push_back(path.iter().copied().chain([*next]).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    /// A workspace whose crates depend on nothing, with some manifests replaced.
    fn workspace(changed: &[(&str, &str)]) -> Tree {
        let manifests: Vec<(String, String)> = ARROWS
            .iter()
            .map(|(name, _)| {
                let rest = changed.iter().find(|(changed, _)| changed == name).map_or("", |(_, rest)| rest);
                let folder = if *name == "xtask" { "xtask".to_owned() } else { format!("crates/{name}") };
                (format!("{folder}/Cargo.toml"), format!("[package]\nname = \"{name}\"\n{rest}"))
            })
            .collect();
        let files: Vec<(&str, &str)> = manifests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        Tree::of(&files)
    }

    #[test]
    fn an_arrow_of_the_table_is_allowed() {
        let tree = workspace(&[
            ("trade-loader", "[dependencies]\ndomain.workspace = true\ncsv.workspace = true\n"),
            ("solver", "[dependencies]\nconstraint-manager.workspace = true\n[dev-dependencies]\nmetric-engine = {}\n"),
        ]);
        assert_eq!(shown(&check_dependencies(&tree)), [""; 0]);
    }

    #[test]
    fn an_arrow_that_the_table_lacks_is_found_however_it_is_written() {
        let check = |rest: &str, line: usize, what: &str| {
            let found = check_dependencies(&workspace(&[("verifier", rest)]));
            assert_eq!(shown(&found), [format!("crates/verifier/Cargo.toml:{line}: {what}")]);
        };
        check("[dependencies]\nsolver.workspace = true\n", 4, "verifier must not know solver (dependencies)");
        check("[dependencies.solver]\nworkspace = true\n", 3, "verifier must not know solver (dependencies)");
        check("[dev-dependencies]\nsolver = {}\n", 4, "verifier must not know solver (dev-dependencies)");
        check(
            "[target.'cfg(unix)'.build-dependencies]\ns = { package = \"solver\" }\n",
            4,
            "verifier must not know solver (build-dependencies)",
        );
    }

    #[test]
    fn what_tests_may_use_the_crate_itself_may_not() {
        let tree = workspace(&[("solver", "[dependencies]\nmetric-engine.workspace = true\n")]);
        let found = check_dependencies(&tree);
        assert_eq!(shown(&found), ["crates/solver/Cargo.toml:4: solver must not know metric-engine (dependencies)"]);
    }

    #[test]
    fn a_new_crate_needs_its_line_in_the_table() {
        let mut manifests: Vec<(String, String)> =
            workspace(&[]).files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        manifests.retain(|(path, _)| !path.contains("reporter"));
        manifests.push(("crates/pigeon/Cargo.toml".to_owned(), "[package]\nname = \"pigeon\"\n".to_owned()));
        let files: Vec<(&str, &str)> = manifests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(
            shown(&check_dependencies(&Tree::of(&files))),
            [
                "crates/pigeon/Cargo.toml:1: the crate \"pigeon\" is not in the table of arrows",
                "xtask/src/tidy/arrows.rs:1: no crate is named reporter",
            ]
        );
    }

    #[test]
    fn a_solver_behind_other_packages_is_found() {
        let lock = "[[package]]\nname = \"verifier\"\ndependencies = [\"a\", \"domain\"]\n\
            [[package]]\nname = \"a\"\ndependencies = [\"b 2.0.0\"]\n\
            [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\
            [[package]]\nname = \"b\"\nversion = \"2.0.0\"\ndependencies = [\"highs-sys\"]\n\
            [[package]]\nname = \"solver\"\ndependencies = [\"highs-sys\"]\n\
            [[package]]\nname = \"highs-sys\"\n";
        assert_eq!(
            shown(&check_freedom_from_solvers(&Tree::of(&[("Cargo.lock", lock)]))),
            ["Cargo.lock:1: verifier must build without a solver, and reaches one: verifier -> a -> b -> highs-sys"]
        );
    }
}
