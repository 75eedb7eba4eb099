//! Structure checks: what the compiler does not see, as data and as findings that each name their remedy.

mod arrows;
mod codes;
mod kinds;
mod text;
mod tree;

use std::fmt;
use std::path::Path;

use crate::error::{Outcome, XtaskError};
use tree::Tree;

/// One thing out of order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Relative to the workspace, with `/`.
    file: String,
    /// From 1.
    line: usize,
    what: String,
    remedy: String,
}

/// Every check, in the order of the findings.
const CHECKS: &[fn(&Tree) -> Vec<Finding>] = &[
    arrows::check_dependencies,
    arrows::check_freedom_from_solvers,
    kinds::check_tables,
    codes::check_codes,
    text::check_lengths,
    text::check_openings,
    text::check_words,
    text::check_places,
    text::check_layout,
];

/// Checks the workspace; with `fix`, first rewrites what follows from the sources.
pub(crate) fn run(root: &Path, fix: bool) -> Outcome {
    let mut tree = Tree::read(root)?;
    if fix {
        let path = root.join(codes::PAGE);
        let text = codes::render(&tree);
        if tree.text(codes::PAGE) != Some(&text) {
            let folder = path.parent().unwrap_or(root);
            std::fs::create_dir_all(folder).map_err(XtaskError::write(folder))?;
            std::fs::write(&path, text).map_err(XtaskError::write(&path))?;
            eprintln!("tidy: wrote {}", codes::PAGE);
            tree = Tree::read(root)?;
        }
    }
    let findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        found => Err(XtaskError::Untidy { found }),
    }
}

impl Finding {
    fn new(file: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\nhint: {}", self.file, self.line, self.what, self.remedy)
    }
}

#[cfg(test)]
fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}:{}: {}", finding.file, finding.line, finding.what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_where_what_and_how_to_mend_it() {
        let finding = Finding::new("a.rs", 3, "a tab", "use spaces");
        assert_eq!(finding.to_string(), "a.rs:3: a tab\nhint: use spaces");
    }
}
