//! Text that a spreadsheet shows and never runs.
//! A cell that begins with `=`, `+`, `-`, `@`, tab, carriage return or line feed may be taken for a formula. Such a
//! text gets an apostrophe in front, which spreadsheets read as "this is text"; so does a text that would look
//! as if it had got one, so that reading gives back exactly what was written. Numbers are left alone.

/// The cell for a text.
pub(crate) fn written(text: &str) -> String {
    if looks_like_a_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell.
pub(crate) fn read(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| looks_like_a_formula(text)).unwrap_or(cell)
}

/// Whether a text begins a formula, apostrophes before it not counted.
fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_formula_becomes_text() {
        for formula in ["=1+1", "+1", "-T1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(written(formula), format!("'{formula}"));
        }
        assert_eq!(written("T-1"), "T-1");
        assert_eq!(written("'t Hooft"), "'t Hooft");
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was(text in "['=+@a-]{0,5}") {
            let cell = written(&text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(read(&cell), text);
        }
    }
}
