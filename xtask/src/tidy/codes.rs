//! Problem codes: each is given out once, and `docs/codes.md` lists them all, written from the sources.

use std::collections::BTreeMap;

use super::{Finding, Tree};

/// The page that lists them.
pub(super) const PAGE: &str = "docs/codes.md";

const HEADER: &str = "# Problem codes\n\n\
    What a code says never changes, and a number is never used again. Written by `cargo xtask tidy --fix` from the\n\
    sources.\n\n\
    | code | what is wrong | raised by |\n| --- | --- | --- |\n";

/// A code where it is defined.
#[derive(Debug, PartialEq, Eq)]
struct Definition<'a> {
    id: &'a str,
    title: &'a str,
    file: &'a str,
    line: usize,
}

/// Finds codes that are given out twice, are oddly formed, or are not on the page as they are.
pub(super) fn check_codes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first: BTreeMap<&str, Definition<'_>> = BTreeMap::new();
    for definition in definitions(tree) {
        let Definition { id, file, line, .. } = definition;
        if !is_well_formed(id) {
            let what = format!("the code \"{id}\" is not a capital letter and three digits");
            findings.push(Finding::new(file, line, what, "write it like L003"));
        }
        if let Some(taken) = first.get(id) {
            let what = format!("the code {id} is taken by {}:{}", taken.file, taken.line);
            findings.push(Finding::new(file, line, what, "take the next free number of the crate's letter"));
        } else {
            first.insert(id, definition);
        }
    }
    let (want, have) = (render(tree), tree.text(PAGE).map_or("", String::as_str));
    if !first.is_empty() && want != have {
        let differing = want.lines().zip(have.lines()).take_while(|(want, have)| want == have).count();
        let what = "the page does not list the codes as the sources define them";
        findings.push(Finding::new(PAGE, differing + 1, what, "run `cargo xtask tidy --fix`"));
    }
    findings
}

/// The page as the sources define it.
pub(super) fn render(tree: &Tree) -> String {
    let mut definitions: Vec<_> = definitions(tree).collect();
    definitions.sort_by_key(|definition| (definition.id, definition.file, definition.line));
    let rows = definitions.iter().map(|Definition { id, title, file, .. }| {
        let raised_by = file.strip_prefix("crates/").and_then(|path| path.split('/').next()).unwrap_or(file);
        format!("| {id} | {} | {raised_by} |\n", title.replace('|', "\\|"))
    });
    HEADER.chars().chain(rows.collect::<String>().chars()).collect()
}

fn is_well_formed(id: &str) -> bool {
    matches!(id.as_bytes(), [b'A'..=b'Z', digits @ ..] if digits.len() == 3 && digits.iter().all(u8::is_ascii_digit))
}

/// Every definition in the crates, those in tests left out. It may be written as
/// `Code { id: "L003", title: "text" }`, or as `"L003" "text"` in a table that a macro reads.
fn definitions(tree: &Tree) -> impl Iterator<Item = Definition<'_>> {
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let sources = tree.rust_files().filter(|(path, _)| path.starts_with("crates/") && path.contains("/src/"));
    sources.filter(move |(path, _)| !is_test(path)).flat_map(|(file, text)| {
        let text = text.split("#[cfg(test)]").next().unwrap_or(text);
        text.match_indices('"').filter_map(move |(at, _)| {
            let (id, after) = text[at + 1..].split_once('"')?;
            let title = if text[..at].trim_end().ends_with(" id:") {
                after.trim_start().strip_prefix(',')?.trim_start().strip_prefix("title:")?
            } else if is_well_formed(id) {
                after
            } else {
                return None;
            };
            let (title, _) = title.trim_start().strip_prefix('"')?.split_once('"')?;
            let line = text[..at].matches('\n').count() + 1;
            Some(Definition { id, title, file, line })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    const DOMAIN: &str = "const A: Code = Code { id: \"C002\", title: \"missing key\" };\n\
        const B: Code = Code {\n    id: \"C001\",\n    title: \"a | or so\",\n};\n\
        pub struct Code {\n    /// The code itself.\n    pub id: &'static str,\n}\n\
        #[cfg(test)]\nmod tests { const X: Code = Code { id: \"bad\", title: \"\" }; }\n";
    const LIST: &str = "| C001 | a \\| or so | domain |\n| C002 | missing key | domain |\n";

    #[test]
    fn the_page_is_written_from_the_sources() {
        let page = format!("{HEADER}{LIST}");
        assert_eq!(render(&Tree::of(&[("crates/domain/src/shape.rs", DOMAIN)])), page);
        let tree = Tree::of(&[("crates/domain/src/shape.rs", DOMAIN), (PAGE, &page)]);
        assert_eq!(shown(&check_codes(&tree)), [""; 0]);
    }

    #[test]
    fn a_table_that_a_macro_reads_counts_too() {
        let table = "codes! {\n    SIDE \"L020\" \"no side\"\n    PRICE \"L022\" \"no price\"\n}\n\
            const HINT: &str = \"see L099\";\nconst SOME: [&str; 2] = [\"L020\", \"L022\"];\n";
        let tree = Tree::of(&[("crates/trade-loader/src/codes.rs", table), ("crates/x/src/a/tests.rs", table)]);
        let page = format!("{HEADER}| L020 | no side | trade-loader |\n| L022 | no price | trade-loader |\n");
        assert_eq!(render(&tree), page);
    }

    #[test]
    fn an_outdated_page_is_found_at_its_first_wrong_line() {
        let page = format!("{HEADER}| C001 | a \\| or so | domain |\n");
        let tree = Tree::of(&[("crates/domain/src/shape.rs", DOMAIN), (PAGE, &page)]);
        let found = check_codes(&tree);
        assert_eq!(shown(&found), ["docs/codes.md:9: the page does not list the codes as the sources define them"]);
    }

    #[test]
    fn a_code_is_given_out_once_and_well_formed() {
        let other = "const Z: Code = Code { id: \"C002\", title: \"x\" };\nconst Y: Code = Code { id: \"L3\", title: \"y\" };\n";
        let files = [("crates/domain/src/shape.rs", DOMAIN), ("crates/trade-loader/src/a.rs", other)];
        let page = render(&Tree::of(&files));
        let tree = Tree::of(&[files[0], files[1], (PAGE, &page)]);
        assert_eq!(
            shown(&check_codes(&tree)),
            [
                "crates/trade-loader/src/a.rs:1: the code C002 is taken by crates/domain/src/shape.rs:1",
                "crates/trade-loader/src/a.rs:2: the code \"L3\" is not a capital letter and three digits",
            ]
        );
    }
}
