//! What the pictures of the benchmarks have in common: SVG files, fonts, colours, legends.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Outcome, XtaskError};

/// Why a picture could not be drawn.
pub(super) type Failure = DrawingAreaErrorKind<std::io::Error>;

/// The fonts of axes and titles.
pub(super) struct Fonts;

/// Those that every chart uses.
pub(super) const AXES: Fonts = Fonts;

impl Fonts {
    pub(super) fn caption(&self) -> TextStyle<'static> {
        ("sans-serif", 20).into_font().into()
    }

    pub(super) fn label(&self) -> TextStyle<'static> {
        ("sans-serif", 15).into_font().into()
    }
}

/// Colours that people with any sight tell apart. Source: Okabe and Ito, 2008.
const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// The colour of the n-th series.
pub(super) fn color(number: usize) -> RGBColor {
    COLORS[number % COLORS.len()]
}

/// Draws a picture of so many points into an SVG file.
pub(super) fn draw(
    path: &Path,
    size: (u32, u32),
    content: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Failure>,
) -> Outcome {
    let mut text = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        area.fill(&WHITE).and_then(|()| content(&area)).and_then(|()| area.present())
    };
    drawn.map_err(|error| XtaskError::Refused {
        what: format!("draw {}: {error}", path.display()),
        hint: "the numbers are in the CSV file beside it".to_owned(),
    })?;
    std::fs::write(path, text).map_err(XtaskError::write(path))
}

/// Room at the right of a chart for its legend.
pub(super) const LEGEND_WIDTH: u32 = 110;

/// Draws the names of series with their colours at the right of an area, where no chart covers it.
pub(super) fn legend(area: &DrawingArea<SVGBackend<'_>, Shift>, names: &[&str]) -> Result<(), Failure> {
    let left = i32::try_from(area.dim_in_pixel().0.saturating_sub(LEGEND_WIDTH)).unwrap_or_default() + 10;
    for (number, name) in names.iter().enumerate() {
        let middle = 60 + 26 * i32::try_from(number).unwrap_or_default();
        area.draw(&Circle::new((left, middle), 6, color(number).filled()))?;
        let style = AXES.label().pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new((*name).to_owned(), (left + 16, middle), style))?;
    }
    Ok(())
}
