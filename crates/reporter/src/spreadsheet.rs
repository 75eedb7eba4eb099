//! Tables as CSV: written with line feeds, read back strictly.

pub(crate) mod text;

use csv::{ReaderBuilder, StringRecord, Writer};
use domain::amount::NotADecimal;

use crate::ReporterError;

/// The bytes of a table.
pub(crate) fn csv_bytes<const N: usize>(
    file: &'static str,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<Vec<u8>, ReporterError> {
    let failed = |message: String| ReporterError::Render { file, message };
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer.write_record(row).map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

/// The rows of a table with exactly these columns.
pub(crate) fn csv_rows<T>(
    file: &'static str,
    text: &str,
    columns: &[&str],
    row: impl Fn(&StringRecord) -> Result<T, NotADecimal>,
) -> Result<Vec<T>, ReporterError> {
    let refused = |message: String| ReporterError::Read { file, message };
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| refused(error.to_string()))?;
    if !header.iter().eq(columns.iter().copied()) {
        return Err(refused(format!("its columns are not {}", columns.join(","))));
    }
    let read = |record: Result<StringRecord, csv::Error>| {
        let record = record.map_err(|error| refused(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        row(&record).map_err(|error| refused(format!("line {line}: {error}")))
    };
    reader.records().map(read).collect()
}
