//! Names of one security that are written in two ways: `ACME 5.10 2031` and `Acme 5.1 2031`.
//!
//! Two names are close when their numbers are the same and their letters differ by one slip at most: a letter too many,
//! too few, another one, or two in each other's place. Numbers tell securities of one issuer apart, so that another
//! coupon or maturity is another security; case, blanks, punctuation and zeros that change no number do not count.

use std::collections::BTreeMap;

/// Securities that share their numbers: of more, the numbers do not tell which is meant.
const MOST_ALIKE: usize = 64;

/// The letters that a name needs for a slip to be one: `F 5.1 2031` is not a misspelt `T 5.1 2031`.
const LETTERS_FOR_A_SLIP: usize = 4;

/// Names to be found by others that are close to them.
pub struct Names<'a> {
    by_numbers: BTreeMap<Vec<String>, Vec<(String, &'a str)>>,
}

impl<'a> Names<'a> {
    /// These names.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_numbers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for name in names {
            let (numbers, letters) = parts(name);
            by_numbers.entry(numbers).or_default().push((letters, name));
        }
        Self { by_numbers }
    }

    /// The names that are close to `given`, in their order.
    pub fn close_to(&self, given: &str) -> impl Iterator<Item = &'a str> {
        let (numbers, letters) = parts(given);
        let alike = self.by_numbers.get(&numbers).map_or(&[][..], Vec::as_slice);
        let allows_slips = !numbers.is_empty() && alike.len() <= MOST_ALIKE;
        let close = move |(other, _): &&(String, &str)| *other == letters || (allows_slips && is_slip(&letters, other));
        alike.iter().filter(close).map(|(_, name)| *name)
    }
}

fn is_slip(letters: &str, others: &str) -> bool {
    let count = |text: &str| text.chars().count();
    count(letters).min(count(others)) >= LETTERS_FOR_A_SLIP && strsim::damerau_levenshtein(letters, others) <= 1
}

/// The numbers of a name without zeros that do not count, and its letters in lower case.
fn parts(name: &str) -> (Vec<String>, String) {
    let mut numbers: Vec<String> = Vec::new();
    let mut letters = String::new();
    let mut rest = name.chars().peekable();
    while let Some(first) = rest.next() {
        if first.is_ascii_digit() {
            let mut number = String::from(first);
            while let Some(next) = rest.peek().copied() {
                let is_point = matches!(next, '.' | ',') && !number.contains('.');
                if !next.is_ascii_digit() && !is_point {
                    break;
                }
                number.push(if is_point { '.' } else { next });
                rest.next();
            }
            numbers.push(bare(&number));
        } else if first.is_alphanumeric() {
            letters.extend(first.to_lowercase());
        }
    }
    (numbers, letters)
}

/// A number without leading zeros and without zeros behind its last decimal.
fn bare(number: &str) -> String {
    let number = number.trim_start_matches('0');
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: &str, other: &str) -> bool {
        Names::new([one]).close_to(other).next().is_some()
    }

    #[test]
    fn one_security_written_in_two_ways_is_close() {
        let ways = [
            ("ACME 5.10 2031", "ACME 5.1 2031"),
            ("ACME 5.10 2031", "acme 5,10 2031"),
            ("ACME 5.0 2031", "ACME-5-2031"),
            ("UST 4.25 2034-11-15", "UST 4.25 2034/11/15"),
            ("GLOBEX 6.25 2029", "GLOBX 6.25 2029"),
            ("GLOBEX 6.25 2029", "GLOEBX 6.25 2029"),
            ("037833100", "37833100"),
        ];
        for (one, other) in ways {
            assert!(close(one, other) && close(other, one), "{one} {other}");
        }
    }

    #[test]
    fn two_securities_are_not_close() {
        let pairs = [
            ("ACME 5.10 2031", "ACME 5.15 2031"),
            ("ACME 5.10 2031", "ACME 5.10 2032"),
            ("F 5.10 2031", "T 5.10 2031"),
            ("912828XX1", "912828XY3"),
            ("GLOBEX 6.25 2029", "GLOBAL 6.25 2029"),
            ("USD", "USB"),
        ];
        for (one, other) in pairs {
            assert!(!close(one, other), "{one} {other}");
        }
    }

    #[test]
    fn numbers_that_very_many_securities_share_tell_nothing() {
        let many: Vec<String> = (0..100).map(|n| format!("ISSUER{} 2030", "ABCDEFGHIJ".repeat(1 + n))).collect();
        let names = Names::new(many.iter().map(String::as_str));
        assert_eq!(names.close_to("ISUERABCDEFGHIJ 2030").next(), None);
        assert!(Names::new(["ISSUERABCDEFGHIJ 2030"]).close_to("ISUERABCDEFGHIJ 2030").next().is_some());
    }
}
