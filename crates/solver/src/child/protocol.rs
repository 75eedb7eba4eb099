//! What parent and child say to each other. `docs/solver-protocol.md` says the same for people who write a child.
//!
//! The parent writes one task: a line of JSON with the counts and limits, then the numbers as arrays of little-endian
//! binary values, so that millions of them are written and read at once and every float arrives as it was. The child
//! answers in lines of JSON.

use std::io::{self, BufRead, ErrorKind, Read};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::backend::Effort;
use crate::model::Comparison;
use crate::scale::{FloatColumn, FloatModel, FloatRow};

/// The version of this protocol: a child that says another one is not listened to.
pub const VERSION: u32 = 1;

/// How long a child may take to say hello.
pub const HELLO_TIME: Duration = Duration::from_secs(5);

/// The bytes that a message may have besides [`MESSAGE_BYTES_PER_COLUMN`].
const MESSAGE_BYTES: usize = 64 << 10;

/// The bytes that a message may have for each column: more than twice what a float takes in digits.
const MESSAGE_BYTES_PER_COLUMN: usize = 64;

/// The bytes that all messages of a child may have together.
pub const MOST_BYTES: usize = 1 << 30;

/// The longest message about a model with so many columns, in bytes.
pub fn longest_message(columns: usize) -> usize {
    columns.saturating_mul(MESSAGE_BYTES_PER_COLUMN).saturating_add(MESSAGE_BYTES)
}

/// What a child says: one line of JSON each, `{"hello": …}` first and `{"end": …}` last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Who it is.
    Hello {
        /// The version of the protocol that it speaks.
        protocol: u32,
        /// The name of the solver, `HiGHS`.
        name: String,
        /// Its version, `1.15.0`.
        version: String,
    },
    /// A better point: one value for each column.
    Point(Vec<f64>),
    /// How it stands.
    Progress {
        /// What no point can exceed, in scaled objective units; nothing as long as it knows none.
        bound: Option<f64>,
        /// Nodes so far.
        nodes: i64,
    },
    /// It is over.
    End {
        /// Why it stopped.
        stop: Word,
        /// What no point can exceed, in scaled objective units; nothing where it knows none.
        bound: Option<f64>,
        /// Nodes.
        nodes: i64,
        /// What went wrong, where it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// Why a child says that it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It is done: within the gap.
    Finished,
    /// There is no point.
    Infeasible,
    /// Its time is up, or it was asked to stop.
    Limit,
    /// It could not.
    Failed,
}

/// The first line of a task.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    protocol: u32,
    columns: usize,
    rows: usize,
    terms: usize,
    offset: f64,
    start: bool,
    time_s: f64,
    gap_rel: f64,
    threads: u32,
    seed: u32,
}

/// What a child is asked, as it read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The model.
    pub model: FloatModel,
    /// A point to start from.
    pub start: Option<Vec<f64>>,
    /// Wall-clock time.
    pub time: Duration,
    /// The relative gap at which to stop.
    pub gap_rel: f64,
    /// Threads.
    pub threads: u32,
    /// What seeds its random choices.
    pub seed: u32,
}

/// A task as bytes.
pub fn task_bytes(model: &FloatModel, effort: &Effort<'_>) -> Vec<u8> {
    let terms: usize = model.rows.iter().map(|row| row.terms.len()).sum();
    let header = Header {
        protocol: VERSION,
        columns: model.columns.len(),
        rows: model.rows.len(),
        terms,
        offset: model.offset,
        start: effort.start.is_some(),
        time_s: effort.time.as_secs_f64(),
        gap_rel: effort.gap_rel,
        threads: effort.threads,
        seed: effort.seed,
    };
    let mut bytes = serde_json::to_vec(&header).expect("a header is plain JSON");
    bytes.push(b'\n');
    bytes.reserve(12 * terms + 25 * model.columns.len() + 17 * model.rows.len());
    let mut floats = |values: &mut dyn Iterator<Item = f64>| {
        values.for_each(|value| bytes.extend(value.to_le_bytes()));
    };
    floats(&mut model.columns.iter().map(|column| column.objective));
    floats(&mut model.columns.iter().map(|column| column.upper));
    floats(&mut model.rows.iter().map(|row| row.bound));
    floats(&mut model.rows.iter().flat_map(|row| &row.terms).map(|(_, value)| *value));
    floats(&mut effort.start.unwrap_or_default().iter().copied());
    let small = |count: usize| u32::try_from(count).expect("fewer than 2^32 columns and terms").to_le_bytes();
    model.rows.iter().for_each(|row| bytes.extend(small(row.terms.len())));
    model.rows.iter().flat_map(|row| &row.terms).for_each(|(column, _)| bytes.extend(small(*column)));
    bytes.extend(model.columns.iter().map(|column| u8::from(column.whole)));
    bytes.extend(model.rows.iter().map(|row| sign(row.comparison)));
    bytes
}

/// How a comparison is written.
fn sign(comparison: Comparison) -> u8 {
    match comparison {
        Comparison::AtMost => b'<',
        Comparison::AtLeast => b'>',
        Comparison::Equal => b'=',
    }
}

/// Reads a task whole. Errors: what it says is not one, or it ends early.
pub fn read_task(input: &mut impl BufRead) -> io::Result<Task> {
    let header: Header = serde_json::from_slice(&first_line(input)?)?;
    if header.protocol != VERSION {
        return Err(invalid(&format!("protocol {}, not {VERSION}", header.protocol)));
    }
    let Header { columns, rows, terms, .. } = header;
    let objective = floats(input, columns)?;
    let upper = floats(input, columns)?;
    let bounds = floats(input, rows)?;
    let values = floats(input, terms)?;
    let start = floats(input, if header.start { columns } else { 0 })?;
    let lengths = counts(input, rows)?;
    let indices = counts(input, terms)?;
    let whole = bytes(input, columns)?;
    let signs = bytes(input, rows)?;
    if lengths.iter().sum::<usize>() != terms || indices.iter().any(|column| *column >= columns) {
        return Err(invalid("rows that do not fit the counts"));
    }
    let mut all = indices.into_iter().zip(values);
    let mut read_rows = Vec::with_capacity(rows);
    for ((length, bound), sign) in lengths.into_iter().zip(bounds).zip(signs) {
        let comparison = match sign {
            b'<' => Comparison::AtMost,
            b'>' => Comparison::AtLeast,
            b'=' => Comparison::Equal,
            _ => return Err(invalid(&format!("a comparison {sign}"))),
        };
        read_rows.push(FloatRow { terms: all.by_ref().take(length).collect(), comparison, bound });
    }
    let column = |((objective, upper), whole)| FloatColumn { objective, upper, whole: whole != 0 };
    let model = FloatModel {
        columns: objective.into_iter().zip(upper).zip(whole).map(column).collect(),
        rows: read_rows,
        offset: header.offset,
        // What the units are worth outside is the parent's business.
        objective_scale: 1.0,
        column_scale: vec![1.0; columns],
    };
    let time = Duration::try_from_secs_f64(header.time_s).map_err(|error| invalid(&error.to_string()))?;
    let start = header.start.then_some(start);
    Ok(Task { model, start, time, gap_rel: header.gap_rel, threads: header.threads, seed: header.seed })
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("a task that cannot be read: {what}"))
}

/// The longest first line: its keys and numbers take a few hundred bytes.
const LONGEST_HEADER: u64 = 4096;

fn first_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') { Ok(line) } else { Err(invalid("no first line")) }
}

fn bytes(input: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    // No memory is taken for what was only announced.
    let mut read = Vec::new();
    input.take(count as u64).read_to_end(&mut read)?;
    if read.len() == count { Ok(read) } else { Err(invalid("it ends early")) }
}

fn floats(input: &mut impl Read, count: usize) -> io::Result<Vec<f64>> {
    let read = bytes(input, 8 * count)?;
    Ok(read.as_chunks().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect())
}

fn counts(input: &mut impl Read, count: usize) -> io::Result<Vec<usize>> {
    let read = bytes(input, 4 * count)?;
    Ok(read.as_chunks().0.iter().map(|chunk| u32::from_le_bytes(*chunk) as usize).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any float that is not NaN, which equals nothing.
    fn float() -> impl Strategy<Value = f64> {
        any::<f64>().prop_filter("a number", |value| !value.is_nan())
    }

    fn model() -> impl Strategy<Value = FloatModel> {
        let column = (float(), float(), any::<bool>());
        let sign = prop_oneof![Just(Comparison::AtMost), Just(Comparison::AtLeast), Just(Comparison::Equal)];
        let row = (proptest::collection::vec((0..3_usize, float()), 0..5), sign, float());
        (proptest::collection::vec(column, 3..6), proptest::collection::vec(row, 0..4), -1e9..1e9).prop_map(
            |(columns, rows, offset)| FloatModel {
                column_scale: vec![1.0; columns.len()],
                columns: columns
                    .into_iter()
                    .map(|(objective, upper, whole)| FloatColumn { objective, upper, whole })
                    .collect(),
                rows: rows
                    .into_iter()
                    .map(|(terms, comparison, bound)| FloatRow { terms, comparison, bound })
                    .collect(),
                offset,
                objective_scale: 1.0,
            },
        )
    }

    proptest! {
        #[test]
        fn a_task_arrives_to_the_last_bit(model in model(), has_start in any::<bool>(), gap_rel in 0.0..1.0) {
            let start: Vec<f64> = model.columns.iter().map(|column| column.upper).collect();
            let start = has_start.then_some(start);
            let time = Duration::from_millis(1_234);
            let effort = Effort { time, gap_rel, threads: 2, seed: 7, start: start.as_deref() };
            let bytes = task_bytes(&model, &effort);
            let mut input = bytes.as_slice();
            let task = read_task(&mut input).unwrap();
            prop_assert!(input.is_empty());
            prop_assert_eq!(task, Task { model, start, time, gap_rel, threads: 2, seed: 7 });
            // And nothing less will do.
            prop_assert!(read_task(&mut &bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn a_point_arrives_to_the_last_bit(values in proptest::collection::vec(
            any::<f64>().prop_filter("finite", |value| value.is_finite()), 0..20))
        {
            let message = Message::Point(values);
            let line = serde_json::to_string(&message).unwrap();
            prop_assert_eq!(serde_json::from_str::<Message>(&line).unwrap(), message);
        }
    }

    #[test]
    fn messages_read_as_the_documentation_writes_them() {
        let page = include_str!("../../../../docs/solver-protocol.md");
        let lines = page.lines().filter(|line| line.starts_with("{\""));
        let (mut seen, mut headers) = ([false; 4], 0);
        for line in lines {
            if serde_json::from_str::<Header>(line).is_ok() {
                headers += 1;
                continue;
            }
            let message: Message = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            seen[match message {
                Message::Hello { .. } => 0,
                Message::Point(_) => 1,
                Message::Progress { .. } => 2,
                Message::End { .. } => 3,
            }] = true;
        }
        assert_eq!((seen, headers), ([true; 4], 1));
    }
}
