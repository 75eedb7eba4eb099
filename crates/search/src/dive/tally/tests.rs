//! Sums and reaches against those of whole placements.

use test_desks::random::{large_case, random_case};

use super::*;
use crate::dive::tests::problem;
use crate::random::Random;

/// Kernels whose rows belong to one account each.
fn hold(check: impl Fn(&Kernel<'_>, &mut Random)) {
    let small = (0..200).map(random_case);
    let mut count = 0;
    for (seed, case) in (0_u64..).zip(small.chain((0..12).map(|seed| large_case(seed, 4, 40)))) {
        let problem = problem(&case);
        let kernel = Kernel::new(&problem);
        if !kernel.movers.is_empty() && kernel.shared().is_empty() {
            check(&kernel, &mut Random::new(seed));
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

fn anywhere(kernel: &Kernel<'_>, mover: usize, random: &mut Random) -> usize {
    let choices = kernel.choices(mover);
    choices.start + random.below(choices.len())
}

#[test]
fn with_all_placed_sums_are_those_of_the_placement() {
    hold(|kernel, random| {
        let mut tally = Tally::new(kernel);
        let mut placement = Vec::new();
        for mover in 0..kernel.movers.len() {
            tally.lift(mover);
            // Tried and taken back, as branches do.
            let tried = anywhere(kernel, mover, random);
            tally.add(tried);
            tally.remove(tried);
            let choice = anywhere(kernel, mover, random);
            tally.add(choice);
            placement.push(choice);
        }
        let sums = kernel.sums(&placement).rows;
        for (count, sum) in tally.rows.iter().zip(&sums) {
            assert!((count.sum - sum).abs() < 1e-9 && count.free == 0, "{} {sum}", count.sum);
            assert!(count.least.abs() < 1e-9 && count.most.abs() < 1e-9);
        }
        let is_kept = (0..kernel.movers.len()).all(|mover| tally.can_be_kept(mover));
        let touched =
            |row: &usize| (0..kernel.account.len()).any(|choice| kernel.block(kernel.account[choice]).contains(row));
        let keeps = (0..sums.len()).filter(touched).all(|row| kernel.rows[row].excess(sums[row]) <= NOISE);
        assert_eq!(is_kept, keeps);
    });
}

#[test]
fn whatever_the_rest_does_stays_within_the_reach() {
    hold(|kernel, random| {
        let mut tally = Tally::new(kernel);
        let mut placement: Vec<usize> = (0..kernel.movers.len()).map(|mover| anywhere(kernel, mover, random)).collect();
        for choice in placement.iter().step_by(2) {
            tally.lift(kernel.mover[*choice]);
            tally.add(*choice);
        }
        for _ in 0..40 {
            for mover in (0..kernel.movers.len()).filter(|mover| mover % 2 == 1) {
                placement[mover] = anywhere(kernel, mover, random);
            }
            for (count, sum) in tally.rows.iter().zip(kernel.sums(&placement).rows) {
                let (least, most) = (count.sum + count.least, count.sum + count.most);
                assert!(sum >= least - 1e-9 && sum <= most + 1e-9, "{sum} outside {least} to {most}");
            }
        }
    });
}

#[test]
fn the_tightest_row_has_the_fewest_trades_left() {
    hold(|kernel, _| {
        let tally = Tally::new(kernel);
        let free = |row: usize| (0..kernel.movers.len()).filter(|mover| tally.counts(row, *mover)).count();
        for (row, count) in tally.rows.iter().enumerate() {
            assert_eq!(count.free, free(row));
        }
        if let Some(row) = tally.tightest(usize::MAX) {
            assert!(
                tally.rows.iter().all(|count| !count.can_be_broken() || count.free == 0 || count.free >= free(row))
            );
            assert_eq!(tally.tightest(free(row) - 1), None);
        }
    });
}
