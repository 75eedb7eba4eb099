//! One file a kind, one line in the table beside it: a file that the table leaves out is found here.

use super::{Finding, Tree};

/// The folders of kinds. The table of `a/b` is `a/b.rs`.
const KINDS: &[&str] = &[
    "crates/domain/src/security_type",
    "crates/trade-loader/src/formats",
    "crates/metric-engine/src/kinds",
    "crates/solver/src/backends",
    "crates/solver/src/model_file",
    "crates/reporter/src/formats",
    "crates/monitor/src/alerts/channel",
];

const THIS: &str = "xtask/src/tidy/kinds.rs";

/// Finds kinds that their table does not declare or does not use.
pub(super) fn check_tables(tree: &Tree) -> Vec<Finding> {
    KINDS.iter().flat_map(|folder| check_folder(tree, folder)).collect()
}

fn check_folder(tree: &Tree, folder: &str) -> Vec<Finding> {
    let kinds: Vec<&str> = tree
        .below(folder)
        .filter_map(|(path, _)| path.strip_suffix(".rs"))
        .filter(|name| !name.contains('/'))
        .collect();
    let crate_folder = folder.split("/src/").next().unwrap_or(folder);
    if kinds.is_empty() {
        // A crate that is not there yet is the business of the table of arrows.
        let has_crate = tree.below(crate_folder).next().is_some();
        let what = format!("there are no kinds in {folder}");
        let remedy = format!("put each kind in a file there, or change KINDS in {THIS}");
        return if has_crate { vec![Finding::new(THIS, 1, what, remedy)] } else { Vec::new() };
    }
    let table_path = format!("{folder}.rs");
    let Some(table) = tree.text(&table_path) else {
        let remedy = format!("write {table_path} with a table that names each kind");
        return vec![Finding::new(&table_path, 1, format!("the kinds in {folder} have no table"), remedy)];
    };
    let check = |name: &&str| {
        let path = format!("{folder}/{name}.rs");
        let remedy = format!("name it in {table_path}: `mod {name};` and a line of the table");
        if !table.lines().any(|line| declares(line, name)) {
            Some(Finding::new(&path, 1, format!("{table_path} does not declare the kind \"{name}\""), remedy))
        } else if !uses(table, name) {
            Some(Finding::new(&path, 1, format!("{table_path} does not use the kind \"{name}\""), remedy))
        } else {
            None
        }
    };
    kinds.iter().filter_map(check).collect()
}

/// Whether a line is `mod name;`, of whatever visibility.
fn declares(line: &str, name: &str) -> bool {
    let line = line.trim();
    let line = line.split_once("mod ").filter(|(before, _)| before.is_empty() || before.starts_with("pub"));
    line.is_some_and(|(_, rest)| rest == format!("{name};"))
}

/// Whether `name::` stands somewhere outside comments.
fn uses(table: &str, name: &str) -> bool {
    let path = format!("{name}::");
    table.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    const FOLDER: &str = "crates/solver/src/backends";

    fn found(table: Option<&str>, kinds: &[&str]) -> Vec<String> {
        let paths: Vec<String> = kinds.iter().map(|kind| format!("{FOLDER}/{kind}.rs")).collect();
        let mut files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        files.extend(table.map(|table| ("crates/solver/src/backends.rs", table)));
        files.push(("crates/solver/src/lib.rs", ""));
        shown(&check_folder(&Tree::of(&files), FOLDER))
    }

    #[test]
    fn a_kind_in_the_table_is_fine() {
        let table = "pub(crate) mod highs;\nmod micro;\nconst TABLE: &[X] = &[highs::BACKEND, micro::BACKEND];\n";
        assert_eq!(found(Some(table), &["highs", "micro"]), [""; 0]);
    }

    #[test]
    fn a_kind_that_the_table_leaves_out_is_found() {
        let table = "mod highs;\nmod micro;\n// micro::BACKEND is slow\nconst T: &[X] = &[highs::B, nomicro::B];\n";
        assert_eq!(
            found(Some(table), &["highs", "micro", "other"]),
            [
                "crates/solver/src/backends/micro.rs:1: crates/solver/src/backends.rs does not use the kind \"micro\"",
                "crates/solver/src/backends/other.rs:1: crates/solver/src/backends.rs does not declare the kind \"other\"",
            ]
        );
    }

    #[test]
    fn a_folder_of_kinds_has_a_table_and_kinds() {
        assert_eq!(
            found(None, &["highs"]),
            ["crates/solver/src/backends.rs:1: the kinds in crates/solver/src/backends have no table"]
        );
        assert_eq!(found(None, &[]), ["xtask/src/tidy/kinds.rs:1: there are no kinds in crates/solver/src/backends"]);
        assert!(check_folder(&Tree::of(&[]), FOLDER).is_empty());
    }
}
