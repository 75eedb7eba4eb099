//! The files of an outcome. One file a format, one line in [`FORMATS`].

pub mod assignments_csv;
pub mod certificate_json;
pub mod metrics_csv;
pub mod result_json;
pub mod run_json;

use crate::{Report, ReporterError};

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name of the file in the folder.
    pub file: &'static str,
    /// What it is for, a few words.
    pub about: &'static str,
    /// Its bytes, from the report and the files that stand before it in the table.
    pub write: fn(&Report<'_>, &[Rendered]) -> Result<Vec<u8>, ReporterError>,
}

/// A file that is ready to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The name of the file in the folder.
    pub file: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The formats, in the order in which they are written. `run.json` comes last: it lists the others.
pub const FORMATS: &[Format] =
    &[result_json::FORMAT, assignments_csv::FORMAT, metrics_csv::FORMAT, certificate_json::FORMAT, run_json::FORMAT];

/// Every file of the outcome.
///
/// # Errors
/// The first format that cannot say what the report holds.
pub fn render(report: &Report<'_>) -> Result<Vec<Rendered>, ReporterError> {
    FORMATS.iter().try_fold(Vec::with_capacity(FORMATS.len()), |mut files, format| {
        let bytes = (format.write)(report, &files)?;
        files.push(Rendered { file: format.file, bytes });
        Ok(files)
    })
}

/// The files of the outcome with `run.json` written anew, after something in it became known.
///
/// # Errors
/// As [`render`].
pub fn render_run(report: &Report<'_>, mut files: Vec<Rendered>) -> Result<Vec<Rendered>, ReporterError> {
    files.retain(|file| file.file != run_json::FORMAT.file);
    let bytes = (run_json::FORMAT.write)(report, &files)?;
    files.push(Rendered { file: run_json::FORMAT.file, bytes });
    Ok(files)
}

/// A document as indented JSON with a line end.
fn json_bytes(file: &'static str, document: &impl serde::Serialize) -> Result<Vec<u8>, ReporterError> {
    let render = |error: serde_json::Error| ReporterError::Render { file, message: error.to_string() };
    let mut bytes = serde_json::to_vec_pretty(document).map_err(render)?;
    bytes.push(b'\n');
    Ok(bytes)
}
