//! Small charts of blocks for the terminal: a column a day, the newest at the right. Exact arithmetic throughout.

use domain::Amount;

/// The columns from lowest to highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The most columns of a chart; of more days the newest are shown.
pub(crate) const COLUMNS: usize = 60;

/// A column for each value, a blank where there is none. The lowest block stands for `least`, or for the smallest of the
/// values; the highest for the largest. Values that are all the same stand in the middle.
pub(crate) fn of<'a>(values: impl DoubleEndedIterator<Item = Option<&'a Amount>>, least: Option<&Amount>) -> String {
    let mut values: Vec<Option<&Amount>> = values.rev().take(COLUMNS).collect();
    values.reverse();
    let (low, high) = (values.iter().flatten().copied().min(), values.iter().flatten().copied().max());
    let (Some(low), Some(high)) = (least.or(low), high) else { return " ".repeat(values.len()) };
    let column = |value: Option<&Amount>| value.map_or(' ', |value| BLOCKS[level(value, low, high)]);
    values.into_iter().map(column).collect()
}

/// The nearest of the eight levels between two values.
fn level(value: &Amount, low: &Amount, high: &Amount) -> usize {
    let (above, range) = (value - low, high - low);
    if !range.is_positive() {
        return BLOCKS.len() / 2 - 1;
    }
    // (value - low) / range * 7 rounded: the number of halves 1/2, 3/2, … that it reaches.
    let top = BLOCKS.len() as i64 - 1;
    let doubled = &above * &Amount::from(2 * top);
    (1..=top).filter(|level| doubled >= &range * &Amount::from(2 * level - 1)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[&str], least: Option<&str>) -> String {
        let amount = |text: &&str| text.parse::<Amount>().ok();
        let values: Vec<Option<Amount>> = values.iter().map(amount).collect();
        of(values.iter().map(Option::as_ref), least.as_ref().and_then(amount).as_ref())
    }

    #[test]
    fn the_smallest_value_is_the_lowest_block_and_the_largest_the_highest() {
        assert_eq!(chart(&["1", "2", "3", "4", "5", "6", "7", "8"], None), "▁▂▃▄▅▆▇█");
        assert_eq!(chart(&["-8", "-1"], None), "▁█");
    }

    #[test]
    fn values_between_two_blocks_take_the_nearer_one() {
        // A step is (7 - 0) / 7 = 1: 0.49 is nearer to 0, 0.5 and 1.49 to 1.
        assert_eq!(chart(&["0", "0.49", "0.5", "1.49", "7"], None), "▁▁▂▂█");
    }

    #[test]
    fn a_least_value_of_ones_own_sets_the_lowest_block() {
        assert_eq!(chart(&["3.5", "7"], Some("0")), "▅█");
        assert_eq!(chart(&["7", "7"], Some("0")), "██");
    }

    #[test]
    fn what_is_not_there_is_blank_and_what_does_not_change_is_flat() {
        assert_eq!(chart(&["5", "?", "5"], None), "▄ ▄");
        assert_eq!(chart(&["?", "?"], None), "  ");
        assert_eq!(chart(&[], None), "");
    }

    #[test]
    fn of_many_days_the_newest_are_shown() {
        let mut days = vec!["9"];
        days.extend(["0"; COLUMNS]);
        assert_eq!(chart(&days, None), "▄".repeat(COLUMNS));
    }
}
