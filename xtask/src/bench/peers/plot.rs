//! The measurements as a picture: primal gaps by class, and after which time how many instances have a plan and are proven.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::row::Row;
use super::statistics::{NO_PLAN, distinct};
use crate::bench::canvas::{self, AXES, Failure};

/// Gaps below this are drawn on it: a logarithmic scale has no 0.
const SMALLEST_GAP: f64 = 1e-6;
/// The left end of the time scale.
const SHORTEST_S: f64 = 0.01;

/// When something was first so, for a solver on an instance.
type Since = fn(&Row) -> Option<f64>;

/// What is counted over time, by its title.
const PLANS: (&str, Since) = ("Instances with a plan that keeps every limit, by time", |row| row.first_plan_s);
const PROOFS: (&str, Since) = ("Instances proven best within the gap, by time", |row| row.proof_s);

/// Draws all charts into an SVG file.
pub(super) fn write(path: &Path, rows: &[Row], limit_s: f64) -> crate::error::Outcome {
    canvas::draw(path, (1_100, 1_480), |area| {
        let (upper, below) = area.split_vertically(560);
        let (middle, lower) = below.split_vertically(460);
        gaps(&upper, rows)?;
        profile(&middle, rows, limit_s, PLANS)?;
        profile(&lower, rows, limit_s, PROOFS)
    })
}

/// A column for each class, in it a place for each solver: a dot an instance, a bar at the mean.
fn gaps(area: &DrawingArea<SVGBackend<'_>, Shift>, rows: &[Row]) -> Result<(), Failure> {
    let (classes, solvers) = (distinct(rows, |row| &row.class), distinct(rows, |row| &row.solver));
    let width = 0.8 / solvers.len().max(1) as f64;
    let title = "Distance from the best known plan, by class; a dot is an instance, a bar the mean";
    let mut chart = ChartBuilder::on(area)
        .caption(title, AXES.caption())
        .margin(15)
        .margin_right(canvas::LEGEND_WIDTH)
        .x_label_area_size(15)
        .y_label_area_size(80)
        .build_cartesian_2d(-0.5..classes.len() as f64 - 0.5, (SMALLEST_GAP / 3.0..NO_PLAN * 12.0).log_scale())?;
    let label = |gap: &f64| match *gap {
        gap if gap > NO_PLAN * 1.5 => String::new(),
        gap if gap > NO_PLAN / 1.5 => "no plan".to_owned(),
        gap if gap < SMALLEST_GAP * 1.5 => "best".to_owned(),
        gap => format!("{gap:.0e}"),
    };
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh().x_labels(0).y_labels(8).y_label_formatter(&label).light_line_style(TRANSPARENT);
    mesh.y_desc("primal gap, in spreads of the desk").label_style(AXES.label()).axis_desc_style(AXES.label()).draw()?;
    for (index, class) in classes.iter().enumerate() {
        let middle = AXES.label().pos(Pos::new(HPos::Center, VPos::Center));
        chart.draw_series([Text::new((*class).to_owned(), (index as f64, NO_PLAN * 3.0), middle)])?;
        let right = index as f64 + 0.5;
        let border = [(right, SMALLEST_GAP / 3.0), (right, NO_PLAN * 12.0)];
        chart.draw_series([PathElement::new(border, BLACK.mix(0.15))])?;
    }
    for (number, solver) in solvers.iter().enumerate() {
        let color = canvas::color(number);
        let place = |class: usize| class as f64 + width * (number as f64 - (solvers.len() as f64 - 1.0) / 2.0);
        let mut dots = Vec::new();
        let mut means = Vec::new();
        for (index, class) in classes.iter().enumerate() {
            let of = rows.iter().filter(|row| row.class == *class && row.solver == *solver);
            let gaps: Vec<f64> = of.map(|row| row.primal_gap.unwrap_or(NO_PLAN)).collect();
            for (nth, gap) in gaps.iter().enumerate() {
                // Side by side, so that equal gaps are seen as several.
                let aside = width * 0.7 * ((nth as f64 + 0.5) / gaps.len() as f64 - 0.5);
                dots.push((place(index) + aside, gap.max(SMALLEST_GAP)));
            }
            if !gaps.is_empty() {
                let mean = (gaps.iter().sum::<f64>() / gaps.len() as f64).max(SMALLEST_GAP);
                means.push([(place(index) - width * 0.42, mean), (place(index) + width * 0.42, mean)]);
            }
        }
        chart.draw_series(dots.into_iter().map(|dot| Circle::new(dot, 4, color.mix(0.65).filled())))?;
        chart.draw_series(means.into_iter().map(|bar| PathElement::new(bar, color.stroke_width(3))))?;
    }
    canvas::legend(area, &solvers)
}

/// For each solver, the share of all instances of which something is so after so many seconds.
fn profile(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    rows: &[Row],
    limit_s: f64,
    (title, since): (&str, Since),
) -> Result<(), Failure> {
    let (instances, solvers) = (distinct(rows, |row| &row.instance).len(), distinct(rows, |row| &row.solver));
    let mut chart = ChartBuilder::on(area)
        .caption(title, AXES.caption())
        .margin(15)
        .margin_right(canvas::LEGEND_WIDTH)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d((SHORTEST_S..limit_s * 1.2).log_scale(), 0.0..1.0)?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("seconds").y_desc("share of all instances").light_line_style(TRANSPARENT);
    mesh.y_label_formatter(&|share| format!("{:.0} %", 100.0 * share));
    mesh.label_style(AXES.label()).axis_desc_style(AXES.label()).draw()?;
    for (number, solver) in solvers.iter().enumerate() {
        let color = canvas::color(number);
        let times = rows.iter().filter(|row| row.solver == *solver).filter_map(since);
        let steps = steps(times, instances, limit_s * 1.2);
        chart.draw_series(LineSeries::new(steps, color.stroke_width(3)))?;
    }
    canvas::legend(area, &solvers)
}

/// The corners of a stair that rises at each of these times.
fn steps(times: impl Iterator<Item = f64>, instances: usize, end: f64) -> Vec<(f64, f64)> {
    let mut times: Vec<f64> = times.map(|time| time.max(SHORTEST_S)).collect();
    times.sort_by(f64::total_cmp);
    let share = |count: usize| count as f64 / instances.max(1) as f64;
    let mut corners = vec![(SHORTEST_S, 0.0)];
    for (index, time) in times.iter().enumerate() {
        corners.extend([(*time, share(index)), (*time, share(index + 1))]);
    }
    corners.push((end, share(times.len())));
    corners
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::super::statistics::settle;
    use super::*;

    #[test]
    fn the_stair_rises_at_each_time() {
        let rows = [row("a-1", "ours", Some(-1.0), Some(2.0)), row("a-2", "ours", Some(-1.0), None)];
        assert_eq!(
            steps(rows.iter().filter_map(PROOFS.1), 2, 12.0),
            [(0.01, 0.0), (2.0, 0.0), (2.0, 0.5), (12.0, 0.5)]
        );
    }

    #[test]
    fn the_picture_names_classes_and_solvers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers.svg");
        let mut rows = vec![row("band-1", "ours", Some(-1.0), Some(2.0)), row("mid-1", "highs", Some(-1.0), Some(3.0))];
        settle(&mut rows);
        write(&path, &rows, 10.0).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["<svg", "band", "mid", "ours", "highs", "seconds", "no plan", PLANS.0, PROOFS.0] {
            assert!(text.contains(word), "{word}");
        }
    }
}
