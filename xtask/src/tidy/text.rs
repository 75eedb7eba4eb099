//! What the text of the files must be: short enough, opened by its purpose, free of what was meant to go, laid
//! out plainly.

use super::{Finding, Tree};

/// A Rust file that is longer holds two nouns.
const LINES_AT_MOST: usize = 500;

/// Text that may not stand in a Rust file, and what to do instead. In two parts, so that this file may stand.
const WORDS: &[(&str, &str, &str)] = &[
    ("to", "do!", "finish it, or leave it out"),
    ("unimple", "mented!", "finish it, or leave it out"),
    ("FIX", "ME", "mend it, or say in the issue tracker what is open"),
    ("#[ig", "nore", "make the test run, or take it out"),
    ("#[al", "low(", "use #[expect(lint, reason = \"...\")]"),
    ("#![al", "low(", "use #![expect(lint, reason = \"...\")]"),
];

/// Folders at the root of a machine under which somebody's own files lie.
const HOMES: &[&str] = &["home", "root", "work", "Users"];

/// Files that a tool writes, and files that hold what somebody else's system exports, however it is laid out.
const NOT_OURS: &[&str] = &["Cargo.lock", "fixtures/"];
const LAID_OUT: &[&str] = &["rs", "md", "toml", "yaml", "yml", "json", "sh"];
const WITHOUT_TABS: &[&str] = &["rs", "md", "yaml", "yml"];

/// Finds Rust files that are too long.
pub(super) fn check_lengths(tree: &Tree) -> Vec<Finding> {
    let long = tree.rust_files().map(|(path, text)| (path, text.lines().count()));
    long.filter(|(_, lines)| *lines > LINES_AT_MOST)
        .map(|(path, lines)| {
            let what = format!("{lines} lines, {LINES_AT_MOST} at most");
            Finding::new(path, LINES_AT_MOST + 1, what, "it is two nouns: move one of them to a file of its own")
        })
        .collect()
}

/// Finds crates that do not open with what they are for.
pub(super) fn check_openings(tree: &Tree) -> Vec<Finding> {
    let roots = tree.rust_files().filter(|(path, _)| path.ends_with("src/lib.rs") || path.ends_with("src/main.rs"));
    let closed = roots.filter(|(_, text)| !text.starts_with("//! "));
    let remedy = "open with `//!`: what the crate does, one thing it never does, where to start reading";
    closed.map(|(path, _)| Finding::new(path, 1, "the crate does not open with its documentation", remedy)).collect()
}

/// Finds what was left open, and what the house does not use.
pub(super) fn check_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust_files() {
        if path.ends_with("/mod.rs") {
            let remedy = "name the file after its folder, beside it";
            findings.push(Finding::new(path, 1, "a file named mod.rs", remedy));
        }
        for (start, end, remedy) in WORDS {
            let word = format!("{start}{end}");
            let is_part_of_a_name = |line: &str, at: usize| {
                word.starts_with(char::is_alphabetic) && line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            };
            for (index, line) in text.lines().enumerate() {
                if line.match_indices(&word).any(|(at, _)| !is_part_of_a_name(line, at)) {
                    findings.push(Finding::new(path, index + 1, format!("`{word}`"), *remedy));
                }
            }
        }
    }
    findings
}

/// Finds paths that exist on one machine only.
pub(super) fn check_places(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| *path != "Cargo.lock") {
        for (index, line) in text.lines().enumerate() {
            if let Some(home) = HOMES.iter().find(|home| names_folder(line, home)) {
                let what = format!("a path under /{home}");
                findings.push(Finding::new(path, index + 1, what, "use a path relative to the workspace"));
            }
        }
    }
    findings
}

/// Whether a path in the line starts at this folder: not as a part of a longer path or an address.
fn names_folder(line: &str, home: &str) -> bool {
    let folder = format!("/{home}/");
    line.match_indices(&folder).any(|(at, _)| {
        let continues = line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}*~)".contains(c));
        let goes_on = line[at + folder.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
        !continues && goes_on
    })
}

/// Finds tabs, trailing spaces and missing last line ends.
pub(super) fn check_layout(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_ours = !NOT_OURS.iter().any(|start| path.starts_with(start)) || extension == "md";
        if !is_ours || !LAID_OUT.contains(&extension) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::new(path, index + 1, "space at the end of the line", "take it out"));
            }
            if WITHOUT_TABS.contains(&extension) && line.contains('\t') {
                findings.push(Finding::new(path, index + 1, "a tab", "use spaces; in Rust text, `\\t`"));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            let last = text.lines().count();
            findings.push(Finding::new(path, last, "the last line does not end", "end the file with one line end"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    #[test]
    fn a_long_file_is_found_and_a_full_one_is_not() {
        let (full, long) = ("\n".repeat(500), "\n".repeat(501));
        let tree = Tree::of(&[("a.rs", &full), ("b.rs", &long), ("c.md", &long)]);
        assert_eq!(shown(&check_lengths(&tree)), ["b.rs:501: 501 lines, 500 at most"]);
    }

    #[test]
    fn a_crate_opens_with_what_it_is_for() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! Does this.\n"),
            ("crates/b/src/lib.rs", "pub mod c;\n"),
            ("crates/b/src/c.rs", "fn c() {}\n"),
        ]);
        let found = check_openings(&tree);
        assert_eq!(shown(&found), ["crates/b/src/lib.rs:1: the crate does not open with its documentation"]);
    }

    #[test]
    fn each_word_is_found_and_names_that_hold_one_are_not() {
        for (start, end, _) in WORDS {
            let word = format!("{start}{end}");
            let text = format!("fn a() {{}}\n    {word}\n");
            assert_eq!(shown(&check_words(&Tree::of(&[("a.rs", &text)]))), [format!("a.rs:2: `{word}`")]);
        }
        let innocent = format!("mas{}{}()", WORDS[0].0, WORDS[0].1);
        assert_eq!(shown(&check_words(&Tree::of(&[("a.rs", &innocent)]))), [""; 0]);
        assert_eq!(shown(&check_words(&Tree::of(&[("src/a/mod.rs", "")]))), ["src/a/mod.rs:1: a file named mod.rs"]);
    }

    #[test]
    fn a_path_of_one_machine_is_told_from_an_address() {
        let own = format!("see /{}/me/notes\n", HOMES[0]);
        let address = format!("see https://example.org/{0}/me and fixtures/{0}/x, or any /{0}/\n", HOMES[0]);
        let tree = Tree::of(&[("a.md", &own), ("b.md", &address)]);
        assert_eq!(shown(&check_places(&tree)), [format!("a.md:1: a path under /{}", HOMES[0])]);
    }

    #[test]
    fn layout_is_checked_in_our_files_only() {
        let tree = Tree::of(&[
            ("a.rs", "a\tb\nc \nd"),
            ("a.csv", "a\t\n"),
            ("fixtures/bad/tab.yaml", "\ta: 1"),
            ("fixtures/README.md", "x \n"),
            ("e.md", ""),
        ]);
        assert_eq!(
            shown(&check_layout(&tree)),
            [
                "a.rs:1: a tab",
                "a.rs:2: space at the end of the line",
                "a.rs:3: the last line does not end",
                "fixtures/README.md:1: space at the end of the line",
            ]
        );
    }
}
