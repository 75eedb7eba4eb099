//! Every code of a problem that this crate raises. A code is never reused for something else.

use domain::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal)*) => {
        $(pub(crate) const $name: Code = Code { id: $id, title: $title };)*

        /// The codes, in their order.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    UNREADABLE "L001" "a file that cannot be opened or is empty"
    FORMAT "L002" "a file that is not in a format we read"
    TWO_READINGS "L003" "a number that can be read in two ways"
    NOT_A_NUMBER "L004" "text where a number belongs"
    MISSING_COLUMN "L005" "a column that is missing"
    DUPLICATE_COLUMN "L006" "two columns with one name"
    EMPTY_CELL "L007" "a cell that must not be empty"
    BEYOND_HEADER "L008" "content without a header"
    TOTAL_ROW "L009" "a total row, skipped"
    DAMAGED "L010" "a file that is damaged or cut short"
    TOO_LARGE "L011" "a file beyond the limits on size"
    DELIMITER "L012" "a field delimiter that cannot be told"
    SHEET "L013" "a sheet that cannot be told"
    FRACTION "L014" "a price in 32nds or another fraction"
    PERCENT "L015" "a percentage"
    ABBREVIATED "L016" "an abbreviated number"
    DATE "L017" "a date where a number belongs"
    TOO_MANY_DIGITS "L018" "a number with more digits than are kept"
    SPREADSHEET_VALUE "L019" "a cell without a usable value"
    SIDE "L020" "a side that is neither buy nor sell"
    QUANTITY "L021" "a quantity that is not above zero"
    PRICE "L022" "a price that cannot be"
    ACCRUED "L023" "accrued interest that cannot be"
    DUPLICATE_ROW "L024" "two rows for one thing"
    CONTRADICTION "L025" "two rows that contradict each other"
    NOT_TRADABLE "L026" "a security type that is never traded"
    CURRENCY "L027" "a currency that cannot be"
    IDENTIFIER "L028" "an identifier that a program has damaged"
    COEFFICIENT "L029" "a coefficient stated twice or by half"
    RENAME "L030" "a renamed column that does not exist"
    ENCODING "L031" "text in an unknown encoding"
    STOPPED "L032" "reading stopped after too many problems"
    ZERO_PRICE "L033" "a trade at a price of zero"
    NEAR_MISS "L034" "a column that may be a misspelt one of ours"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(CODES.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(CODES.iter().all(|code| code.id.starts_with('L') && !code.title.is_empty()));
    }
}
