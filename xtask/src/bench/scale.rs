//! How time, memory and distance from the best grow with the number of trades, on desks with tight limits.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use clap::Args;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::WORK;
use super::canvas::{self, AXES, Failure};
use super::once::{Ending, run_once};
use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::Outcome;
use crate::files;

const ACCOUNTS: usize = 20;
const METRICS: usize = 20;
const CSV: &str = "target/bench/scale.csv";
const SVG: &str = "target/bench/scale.svg";

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// The numbers of trades.
    #[arg(long, value_name = "TRADES,...", value_delimiter = ',', default_values_t = [1_000, 3_000, 10_000, 30_000, 100_000])]
    sizes: Vec<usize>,
    /// Seconds for each.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    time_limit: f64,
    /// How hard the limits make it.
    #[arg(long, value_enum, default_value = "tight")]
    class: Class,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        let sizes = vec![1_000, 3_000, 10_000, 30_000, 100_000];
        Self { sizes, time_limit: 60.0, class: Class::Tight, seed: 1 }
    }
}

/// What a size came to.
struct Point {
    trades: usize,
    seconds: f64,
    peak_mb: Option<f64>,
    ending: Ending,
}

/// Measures every size, prints a table, writes it as CSV and as a picture.
pub(super) fn run(root: &Path, program: &Path, options: &Options) -> Outcome {
    let mut points = Vec::new();
    for trades in &options.sizes {
        let folder = root.join(WORK).join("scale").join(trades.to_string());
        let plan = DeskPlan {
            trades: *trades,
            accounts: ACCOUNTS,
            metrics: METRICS,
            class: options.class,
            seed: options.seed,
            solver: format!("{{ timeout: {}s, gap: 0.0001 }}", options.time_limit),
            pinned: false,
        };
        eprintln!("bench scale: {trades} trades x {ACCOUNTS} accounts x {METRICS} metrics");
        desk_generator::write_desk(&plan, &folder.join("desk"))?;
        let (measured, ending) = run_once(program, &folder.join("desk"), &folder.join("out"), options.time_limit)?;
        eprintln!("  {} after {:.2} s", ending.status, measured.seconds);
        points.push(Point { trades: *trades, seconds: measured.seconds, peak_mb: measured.peak_mb, ending });
        files::write(&root.join(CSV), &csv(&points))?;
    }
    draw(&root.join(SVG), &points)?;
    println!("{}\nAlso in {CSV} and {SVG}.", markdown(&points));
    Ok(())
}

fn markdown(points: &[Point]) -> String {
    let mut text = "| trades | seconds | peak MB | ending | objective | gap | certified gap |\n\
        | ---: | ---: | ---: | --- | ---: | ---: | ---: |\n"
        .to_owned();
    for Point { trades, seconds, peak_mb, ending } in points {
        let peak = peak_mb.map_or("n/a".to_owned(), |peak| format!("{peak:.0}"));
        let Ending { status, reason, objective, gap, certified_gap, .. } = ending;
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "n/a".to_owned());
        let (objective, gap, certified) = (or(objective), or(gap), or(certified_gap));
        let _ = write!(text, "| {trades} | {seconds:.2} | {peak} | {status}, {reason} | {objective} ");
        let _ = writeln!(text, "| {gap} | {certified} |");
    }
    text
}

fn csv(points: &[Point]) -> String {
    let mut text = "trades,accounts,metrics,seconds,peak_mb,status,reason,objective,gap,certified_gap\n".to_owned();
    for Point { trades, seconds, peak_mb, ending } in points {
        let peak = peak_mb.map(|peak| format!("{peak:.0}")).unwrap_or_default();
        let Ending { status, reason, objective, gap, certified_gap, .. } = ending;
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let (objective, gap, certified) = (or(objective), or(gap), or(certified_gap));
        let _ = write!(text, "{trades},{ACCOUNTS},{METRICS},{seconds:.3},{peak},{status},{reason},");
        let _ = writeln!(text, "{objective},{gap},{certified}");
    }
    text
}

/// A curve: what it shows, and its value for a point.
type Curve = (&'static str, fn(&Point) -> Option<f64>);

const CURVES: [Curve; 4] = [
    ("seconds", |point| Some(point.seconds)),
    ("peak memory, MB", |point| point.peak_mb),
    ("gap, relative", |point| point.ending.gap.as_ref()?.parse().ok()),
    ("certified gap, relative", |point| point.ending.certified_gap.as_ref()?.parse().ok()),
];

/// Draws a chart for each curve that has points, both scales logarithmic.
fn draw(path: &Path, points: &[Point]) -> Outcome {
    let curves: Vec<(&str, Vec<(f64, f64)>)> = CURVES
        .iter()
        .map(|(name, value)| {
            // A logarithmic scale has no 0.
            let values = points.iter().filter_map(|point| Some((point.trades as f64, value(point)?.max(1e-9))));
            (*name, values.collect::<Vec<_>>())
        })
        .filter(|(_, values)| !values.is_empty())
        .collect();
    let height = 330 * u32::try_from(curves.len()).unwrap_or(1).max(1);
    let trades = points.iter().map(|point| point.trades as f64);
    let (fewest, most) = trades.fold((f64::MAX, f64::MIN), |(low, high), each| (low.min(each), high.max(each)));
    canvas::draw(path, (900, height), |area| {
        let areas = area.split_evenly((curves.len().max(1), 1));
        for (number, (area, (name, values))) in areas.iter().zip(&curves).enumerate() {
            curve(area, name, values, fewest / 1.5..most * 1.5, canvas::color(number))?;
        }
        Ok(())
    })
}

fn curve(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    name: &str,
    values: &[(f64, f64)],
    trades: Range<f64>,
    color: RGBColor,
) -> Result<(), Failure> {
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{name}, by trades"), AXES.caption())
        .margin(15)
        .x_label_area_size(45)
        .y_label_area_size(90)
        .build_cartesian_2d(trades.log_scale(), decades(values).log_scale())?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("trades").y_desc(name).label_style(AXES.label()).axis_desc_style(AXES.label());
    mesh.x_label_formatter(&|trades| format!("{trades:.0}")).y_label_formatter(&|value| value.to_string());
    mesh.light_line_style(TRANSPARENT).y_labels(6).draw()?;
    chart.draw_series(LineSeries::new(values.iter().copied(), color.stroke_width(2)))?;
    chart.draw_series(values.iter().map(|value| {
        let shown = if value.1 >= 10.0 { format!("{:.0}", value.1) } else { format!("{:.4}", value.1) };
        EmptyElement::at(*value) + Circle::new((0, 0), 4, color.filled()) + Text::new(shown, (-12, -20), AXES.label())
    }))?;
    Ok(())
}

/// The powers of ten around some values, with room above the largest for its number.
fn decades(values: &[(f64, f64)]) -> Range<f64> {
    let exponents = values.iter().map(|value| value.1.log10());
    let (low, high) = exponents.fold((f64::MAX, f64::MIN), |(low, high), each| (low.min(each), high.max(each)));
    10_f64.powf(low.floor())..10_f64.powf((high + 0.3).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<Point> {
        let ending = Ending {
            status: "feasible".to_owned(),
            reason: "time_limit".to_owned(),
            objective: Some("-5".to_owned()),
            gap: Some("0.01".to_owned()),
            ..Ending::default()
        };
        let point = |trades: usize| Point { trades, seconds: 2.0, peak_mb: Some(100.4), ending: ending.clone() };
        vec![point(1_000), point(3_000)]
    }

    #[test]
    fn a_row_shows_what_was_measured() {
        assert!(markdown(&points()).ends_with("| 3000 | 2.00 | 100 | feasible, time_limit | -5 | 0.01 | n/a |\n"));
        let text = csv(&points());
        assert!(text.ends_with("3000,20,20,2.000,100,feasible,time_limit,-5,0.01,\n"));
        let commas: std::collections::BTreeSet<usize> = text.lines().map(|line| line.matches(',').count()).collect();
        assert_eq!(commas.len(), 1);
    }

    #[test]
    fn a_scale_goes_from_one_power_of_ten_to_another() {
        let range = decades(&[(1.0, 3.0), (2.0, 40.0)]);
        assert!((range.start - 1.0).abs() < 1e-12 && (range.end - 100.0).abs() < 1e-9);
        assert!(decades(&[(1.0, 90.0)]).end > 999.0); // 90 leaves no room below 100
    }

    #[test]
    fn the_picture_has_a_curve_for_what_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scale.svg");
        draw(&path, &points()).unwrap();
        let text = files::read(&path).unwrap();
        assert!(text.contains("peak memory") && text.contains("gap, relative") && !text.contains("certified"));
    }
}
