//! The measurements as Markdown tables.

use std::fmt::Write as _;

use super::row::Row;
use super::statistics::{Figures, distinct};
use super::verdict::{contradictions, goals, remarks};

/// Everything, for standard output.
pub(super) fn report(rows: &[Row], limit_s: f64) -> String {
    let mut text = by_class(rows);
    text.push('\n');
    text.push_str(&by_instance(rows));
    let _ = writeln!(text, "\n{}", goals(rows, limit_s));
    for remark in remarks(rows) {
        let _ = writeln!(text, "remark: {remark}");
    }
    for contradiction in contradictions(rows) {
        let _ = writeln!(text, "CONTRADICTION: {contradiction}");
    }
    text
}

/// A row for each class and solver.
fn by_class(rows: &[Row]) -> String {
    let mut text = "| class | solver | plans found | mean primal gap, spreads | first plan s | slowest | proven \
        | proof s | longest run s | broken plans |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    let solvers = distinct(rows, |row| &row.solver);
    let mut add = |class: &str, is_in: &dyn Fn(&Row) -> bool| {
        for solver in &solvers {
            let of: Vec<&Row> = rows.iter().filter(|row| is_in(row) && row.solver == *solver).collect();
            if !of.is_empty() {
                let Figures { instances, found, mean_gap, proven, longest_s, broken, .. } = Figures::of(&of);
                let figures = Figures::of(&of);
                let (first, slowest) = (time(figures.first_plan_s), time(figures.slowest_first_plan_s));
                let proof = time(figures.proof_s);
                let _ = write!(text, "| {class} | {solver} | {found} of {instances} | {mean_gap:.6} | {first} ");
                let _ = writeln!(text, "| {slowest} | {proven} | {proof} | {longest_s:.2} | {broken} |");
            }
        }
    };
    let classes = distinct(rows, |row| &row.class);
    for class in &classes {
        add(class, &|row| row.class == *class);
    }
    if classes.len() > 1 {
        add("all", &|_| true);
    }
    text
}

/// A row for each instance and solver.
fn by_instance(rows: &[Row]) -> String {
    let mut text =
        "| instance | solver | ending | objective | primal gap, spreads | bound | certified gap | first plan s \
        | proof s | end s |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for row in rows {
        let objective = row.value().map_or("none".to_owned(), |value| format!("{value:.2}"));
        let gap = row.primal_gap.map_or("n/a".to_owned(), |gap| format!("{gap:.6}"));
        let bound = row.bound.map_or("n/a".to_owned(), |bound| format!("{bound:.2}"));
        let certified = row.certified_gap.map_or("n/a".to_owned(), |gap| format!("{gap:.6}"));
        let (name, solver, status) = (&row.instance, &row.solver, row.status.word());
        let _ = write!(text, "| {name} | {solver} | {status} | {objective} | {gap} | {bound} | {certified} ");
        let (first, proof) = (time(row.first_plan_s), time(row.proof_s));
        let _ = writeln!(text, "| {first} | {proof} | {:.2} |", row.seconds);
    }
    text
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or("n/a".to_owned(), |seconds| format!("{seconds:.2}"))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::super::statistics::settle;
    use super::super::{KNOWN, OURS};
    use super::*;

    #[test]
    fn tables_show_each_class_and_instance() {
        let mut rows = vec![
            row("band-1", KNOWN, Some(-5_500.0), None),
            row("band-1", OURS, Some(-5_000.0), None),
            row("band-1", "highs", None, None),
        ];
        settle(&mut rows);
        let text = report(&rows, 10.0);
        assert!(text.contains("| band | ours | 1 of 1 | 0.000000 | 0.50 | 0.50 | 0 | n/a | 10.00 | 0 |"), "{text}");
        assert!(text.contains("| band | highs | 0 of 1 | 1.000000 | n/a | n/a | 0 | n/a | 10.00 | 0 |"), "{text}");
        assert!(text.contains("| band-1 | known | feasible | -5500.00 | 0.500000 |"), "{text}");
        assert!(!text.contains("CONTRADICTION") && !text.contains("| all |"), "{text}");
    }
}
