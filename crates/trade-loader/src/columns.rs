//! Which column of a file is which of ours.

use std::collections::HashMap;

use domain::Problem;
use domain::problem::nearest;

use crate::Source;
use crate::codes;
use crate::table::{Row, Table};
use crate::text::{header_key, quoted, unwrapped};

/// What a kind of file has in its rows.
pub(crate) struct Layout {
    /// What a row is, for a message.
    pub(crate) noun: &'static str,
    /// The key of the configuration that names the file.
    pub(crate) key: &'static str,
    /// Our columns, the required ones first.
    pub(crate) columns: &'static [Column],
    /// The columns that say which thing a row is about; a total row has none of them.
    pub(crate) identity: &'static [&'static str],
    /// Whether columns that are not ours are kept, so that none may be lost.
    pub(crate) keeps_others: bool,
}

/// One of our columns.
pub(crate) struct Column {
    /// Its name in our words.
    pub(crate) name: &'static str,
    /// Whether a file must have it.
    pub(crate) required: bool,
    /// Whether its cells are numbers.
    pub(crate) is_number: bool,
    /// Short forms of its name that other systems write; none of them is taken for it unasked.
    pub(crate) short_forms: &'static [&'static str],
}

impl Column {
    /// The same column, of numbers.
    pub(crate) const fn of_numbers(self) -> Self {
        Self { is_number: true, ..self }
    }

    /// The same column, which other systems write like this.
    pub(crate) const fn short_forms(self, short_forms: &'static [&'static str]) -> Self {
        Self { short_forms, ..self }
    }
}

/// Where our columns stand in a file.
pub(crate) struct Columns {
    pub(crate) layout: &'static Layout,
    found: Vec<(&'static str, Option<usize>)>,
    /// Columns that a file may have and this one may have under a name that is close.
    unclear: Vec<&'static str>,
    /// The other columns: index and header.
    pub(crate) others: Vec<(usize, String)>,
}

/// A column that a file must have.
pub(crate) const fn required(name: &'static str) -> Column {
    Column { name, required: true, is_number: false, short_forms: &[] }
}

/// A column that a file may have.
pub(crate) const fn optional(name: &'static str) -> Column {
    Column { name, required: false, is_number: false, short_forms: &[] }
}

impl Layout {
    fn is_required(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name && column.required)
    }
}

impl Columns {
    /// The index of one of our columns.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.found.iter().find(|(column, _)| *column == name).and_then(|(_, index)| *index)
    }

    /// Whether it was reported that the file does not have one of our columns, or may have it by another name.
    pub(crate) fn is_reported(&self, name: &str) -> bool {
        self.layout.is_required(name) || self.unclear.contains(&name)
    }

    /// Whether the cells at an index are numbers.
    pub(crate) fn is_number(&self, index: usize) -> bool {
        self.layout.columns.iter().any(|column| column.is_number && self.index(column.name) == Some(index))
    }

    /// The columns of a table; what is wrong with its header row goes to `problems`. Nothing when the first
    /// row is no header row at all.
    pub(crate) fn of(
        table: &Table,
        source: &Source,
        layout: &'static Layout,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let headers = Headers::new(table, layout);
        headers.check_renames(source, problems);
        let found = layout.columns.iter().map(|column| {
            let header = source.columns.get(column.name).map_or(column.name, String::as_str);
            (column.name, headers.index_by_key.get(&header_key(header)).copied())
        });
        let mut columns = Self { layout, found: found.collect(), unclear: Vec::new(), others: Vec::new() };
        if columns.found.iter().all(|(_, index)| index.is_none()) {
            problems.push(headers.none_found(source));
            return None;
        }
        for column in layout.columns.iter().filter(|c| c.required && columns.index(c.name).is_none()) {
            problems.push(headers.missing(column, source, &columns));
        }
        columns.unclear = headers.check_near_misses(source, &columns, problems);
        headers.check_duplicates(&columns, problems);
        let ours = |index: usize| columns.found.iter().any(|(_, found)| *found == Some(index));
        let cells = table.headers.cells.iter().enumerate();
        let others = cells.filter(|(index, cell)| layout.keeps_others && !cell.is_empty() && !ours(*index));
        let others = others.map(|(index, cell)| (index, unwrapped(&cell.text).to_owned())).collect();
        Some(Self { others, ..columns })
    }
}

/// Words that stand in many files and are as close to one of our columns as a misspelling of it.
const OTHER_WORDS: &[&str] = &["amount", "count", "current", "loan", "lot", "spot", "start"];

/// A header as it stands in a configuration.
fn plain_or_quoted(header: &str) -> String {
    let is_plain = header.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' '));
    if is_plain { header.to_owned() } else { quoted(header) }
}

/// The header row of a table.
struct Headers<'a> {
    table: &'a Table,
    layout: &'a Layout,
    index_by_key: HashMap<String, usize>,
    /// Index of a header and of the earlier one with the same name.
    duplicates: Vec<(usize, usize)>,
}

impl<'a> Headers<'a> {
    fn new(table: &'a Table, layout: &'a Layout) -> Self {
        let mut index_by_key = HashMap::new();
        let mut duplicates = Vec::new();
        for (index, cell) in table.headers.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let first = *index_by_key.entry(header_key(&cell.text)).or_insert(index);
            if first != index {
                duplicates.push((index, first));
            }
        }
        Self { table, layout, index_by_key, duplicates }
    }

    fn found(&self) -> String {
        const SHOWN: usize = 30;
        let filled = self.table.headers.cells.iter().filter(|cell| !cell.is_empty());
        let names = filled.clone().take(SHOWN).map(|cell| quoted(&cell.text)).collect::<Vec<_>>().join(", ");
        if filled.count() > SHOWN { format!("{names}, …") } else { names }
    }

    fn check_renames(&self, source: &Source, problems: &mut Vec<Problem>) {
        for (ours, header) in &source.columns {
            let place = self.table.row_place(&self.table.headers, &ours.as_str().into());
            let names = self.layout.columns.iter().map(|column| column.name);
            if !names.clone().any(|name| name == ours) {
                let message =
                    format!("`columns:` renames {}, which is no column of {}", quoted(ours), self.layout.noun);
                let hint = match nearest(ours, names.clone()) {
                    Some(known) => format!("did you mean {known}?"),
                    None => format!("the columns are {}", names.collect::<Vec<_>>().join(", ")),
                };
                problems.push(Problem::error(codes::RENAME, place, message, hint));
            } else if !self.index_by_key.contains_key(&header_key(header)) && !self.layout.is_required(ours) {
                let message = format!("there is no column {} among {}", quoted(header), self.found());
                let headers = self.table.headers.cells.iter().map(|cell| cell.text.as_str());
                let near = nearest(header, headers.filter(|header| !header.is_empty()));
                let hint = self.own_name_hint(source, ours).unwrap_or_else(|| self.rename_hint(source, ours, near));
                problems.push(Problem::error(codes::RENAME, place, message, hint));
            }
        }
    }

    /// What to do about a column that `columns:` renames and the file has under its own name.
    fn own_name_hint(&self, source: &Source, ours: &str) -> Option<String> {
        let is_there = source.columns.contains_key(ours) && self.index_by_key.contains_key(&header_key(ours));
        is_there.then(|| format!("the file has {ours} under its own name: drop or mend {ours} under `columns:`"))
    }

    /// How to say what a column is called here, which may be `near`.
    fn rename_hint(&self, source: &Source, ours: &str, near: Option<&str>) -> String {
        let key = self.layout.key;
        let header = near.map_or("HEADER".to_owned(), plain_or_quoted);
        let remedy =
            format!("state `{key}: {{ path: {}, columns: {{ {ours}: {header} }} }}` in the configuration", source.name);
        match near {
            Some(near) => format!("if {} is meant, {remedy}", quoted(near)),
            None => format!("add the column; if it goes by another name, {remedy}"),
        }
    }

    fn missing(&self, column: &Column, source: &Source, columns: &Columns) -> Problem {
        let place = self.table.row_place(&self.table.headers, &column.name.into());
        let wanted = source.columns.get(column.name).map_or(column.name, String::as_str);
        let message = format!("there is no column {} among {}", quoted(wanted), self.found());
        let free = self.free(columns);
        let lacking =
            self.layout.columns.iter().filter(|column| column.required && columns.index(column.name).is_none());
        let near = nearest(wanted, free.iter().copied()).or(match free.as_slice() {
            // One column is missing and one is left over.
            [only] if lacking.count() == 1 => Some(*only),
            _ => None,
        });
        let hint = self.own_name_hint(source, column.name);
        let hint = hint.unwrap_or_else(|| self.rename_hint(source, column.name, near));
        Problem::error(codes::MISSING_COLUMN, place, message, hint)
    }

    /// The headers that are none of our columns: one that is cannot be a misspelling of another.
    fn free(&self, columns: &Columns) -> Vec<&'a str> {
        let is_taken = |index: usize| columns.found.iter().any(|(_, taken)| *taken == Some(index));
        let cells = self.table.headers.cells.iter().enumerate();
        let free = cells.filter(|(index, cell)| !cell.is_empty() && !is_taken(*index));
        free.map(|(_, cell)| cell.text.as_str()).collect()
    }

    /// Refuses a header that is close to a column that a file may have and this one lacks: to leave it aside could drop
    /// every pin or currency of the day. Returns those columns.
    fn check_near_misses(&self, source: &Source, columns: &Columns, problems: &mut Vec<Problem>) -> Vec<&'static str> {
        let is_other = |header: &str| {
            let key = header_key(header);
            let stated = source.other_columns.iter().any(|other| header_key(other) == key);
            stated || OTHER_WORDS.contains(&key.as_str())
        };
        let free: Vec<&str> = self.free(columns).into_iter().filter(|header| !is_other(header)).collect();
        let lacking = self.layout.columns.iter().filter(|column| {
            !column.required && columns.index(column.name).is_none() && !source.columns.contains_key(column.name)
        });
        let mut unclear = Vec::new();
        for column in lacking {
            let is_near = |header: &&&str| {
                let key = header_key(header);
                column.short_forms.contains(&key.as_str()) || nearest(&key, [column.name]).is_some()
            };
            let Some(near) = free.iter().find(is_near).copied() else { continue };
            let place = self.table.row_place(&self.table.headers, &column.name.into());
            let message = format!("there is no column \"{}\", and {} may be meant for it", column.name, quoted(near));
            let header = plain_or_quoted(near);
            let hint = format!(
                "rename it, or state `{}: {{ path: {}, columns: {{ {}: {header} }} }}` in the configuration, or \
                 `other_columns: [{header}]` there if it means something else",
                self.layout.key, source.name, column.name,
            );
            problems.push(Problem::error(codes::NEAR_MISS, place, message, hint));
            unclear.push(column.name);
        }
        unclear
    }

    fn none_found(&self, source: &Source) -> Problem {
        let own = self.layout.columns.iter().map(|column| column.name);
        let header = |name: &'static str| source.columns.get(name).map_or(name, String::as_str);
        let names = own.clone().map(header).collect::<Vec<_>>();
        let has_own_names = own.clone().any(|name| self.index_by_key.contains_key(&header_key(name)));
        let keys = names.iter().map(|name| header_key(name)).collect::<Vec<_>>();
        let is_header = |row: &&Row| {
            row.cells.iter().filter(|cell| keys.contains(&header_key(&cell.text))).count() * 2 > keys.len() / 2
        };
        let hint = match self.table.rows.iter().take(50).find(is_header) {
            _ if has_own_names => {
                "the file has columns by our names: drop or mend `columns:` in the configuration".to_owned()
            }
            Some(row) => {
                let place = self.table.row_place(row, &"".into());
                format!("{place} looks like the header row: delete the rows above it")
            }
            None => "the first row that is not blank has to name the columns".to_owned(),
        };
        let message = format!("none of the columns {} is among {}", names.join(", "), self.found());
        let place = self.table.row_place(&self.table.headers, &"".into());
        Problem::error(codes::MISSING_COLUMN, place, message, hint)
    }

    fn check_duplicates(&self, columns: &Columns, problems: &mut Vec<Problem>) {
        for (index, first) in &self.duplicates {
            let name = columns.found.iter().find(|(_, found)| *found == Some(*first)).map(|(name, _)| *name);
            if name.is_none() && !self.layout.keeps_others {
                continue;
            }
            let headers = &self.table.headers;
            let (one, other) = (&headers.cells[*first].text, &headers.cells[*index].text);
            problems.push(Problem::error(
                codes::DUPLICATE_COLUMN,
                self.table.cell_place(headers, *index, name.unwrap_or("")),
                format!("{} and {} are one name for two columns", quoted(one), quoted(other)),
                "delete or rename one of them",
            ));
        }
    }
}
