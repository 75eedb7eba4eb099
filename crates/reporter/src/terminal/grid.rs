//! Tables whose columns stand under each other across all the tables of a view.

use comfy_table::{
    Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

use super::Style;

/// Spaces between two columns: one that the table draws as their border, one of padding.
const GUTTER: usize = 2;
/// What the first column keeps when space is short; longer names break into lines.
const NARROWEST_NAME: usize = 12;

/// A cell with how it should look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) colour: Option<Color>,
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        Self { text, colour: None }
    }
}

/// Rows under common headers. The first column is text and may wrap; the last may be text; the others are
/// figures. Columns that nobody has anything in are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    headers: Vec<&'static str>,
    left_aligned: Vec<&'static str>,
    /// Each table's rows.
    tables: Vec<Vec<Vec<Entry>>>,
}

impl Grid {
    /// A grid of tables; `left_aligned` names the columns that are text.
    pub(super) fn new(headers: &[&'static str], left_aligned: &[&'static str], tables: Vec<Vec<Vec<Entry>>>) -> Self {
        let used = |column: usize| column == 0 || tables.iter().flatten().any(|row| !row[column].text.is_empty());
        let kept: Vec<bool> = (0..headers.len()).map(used).collect();
        let keep = |row: Vec<Entry>| row.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell);
        Self {
            headers: headers.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(header, _)| *header).collect(),
            left_aligned: left_aligned.to_vec(),
            tables: tables.into_iter().map(|rows| rows.into_iter().map(|row| keep(row).collect()).collect()).collect(),
        }
    }

    /// Whether it fits without breaking a figure.
    pub(super) fn fits(&self, width: usize) -> bool {
        let widths = self.widths();
        let name = widths.first().map_or(0, |name| (*name).min(NARROWEST_NAME.max(width / 5)));
        name + rest(&widths) <= width
    }

    /// Each table as text, its lines without spaces at their ends.
    pub(super) fn render(&self, style: Style) -> Vec<String> {
        let mut widths = self.widths();
        let rest = rest(&widths);
        if let Some(name) = widths.first_mut() {
            *name = (*name).min(style.width.saturating_sub(rest).max(NARROWEST_NAME));
        }
        self.tables.iter().map(|rows| self.render_table(rows, &widths, style)).collect()
    }

    fn render_table(&self, rows: &[Vec<Entry>], widths: &[usize], style: Style) -> String {
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(columns(widths.iter().sum::<usize>() + GUTTER * widths.len()));
        if style.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(self.headers.iter().map(Cell::new));
        for row in rows {
            table.add_row(row.iter().map(|entry| {
                let cell = Cell::new(&entry.text);
                entry.colour.filter(|_| style.colour).map_or(cell.clone(), |colour| cell.fg(colour))
            }));
        }
        for (index, (header, width)) in self.headers.iter().zip(widths).enumerate() {
            let Some(column) = table.column_mut(index) else { continue };
            let padding = if index == 0 { 0 } else { GUTTER - 1 };
            column.set_padding((columns(padding), 0));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(columns(width + padding))));
            let text = index == 0 || self.left_aligned.contains(header);
            column.set_cell_alignment(if text { CellAlignment::Left } else { CellAlignment::Right });
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n")
    }

    /// The widest text of each column, headers included.
    fn widths(&self) -> Vec<usize> {
        let cell = |row: &Vec<Entry>, column: usize| row[column].text.chars().count();
        let widest = |column: usize| self.tables.iter().flatten().map(|row| cell(row, column)).max().unwrap_or(0);
        self.headers.iter().enumerate().map(|(column, header)| widest(column).max(header.chars().count())).collect()
    }
}

fn rest(widths: &[usize]) -> usize {
    widths.iter().skip(1).map(|width| width + GUTTER).sum()
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}
