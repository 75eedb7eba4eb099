//! `pb-assign init`: a commented configuration and sample files that run as they are.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::exit::Exit;
use crate::{Failure, telemetry};

/// The files, in the order to read them.
const FILES: [(&str, &str); 4] = [
    ("desk.yaml", include_str!("../starter/desk.yaml")),
    ("trades.csv", include_str!("../starter/trades.csv")),
    ("positions.csv", include_str!("../starter/positions.csv")),
    ("coefficients.csv", include_str!("../starter/coefficients.csv")),
];

/// Writes the files into `dir`.
///
/// # Errors
/// A file that is there already, or that cannot be written; nothing is ever written over.
pub fn run(dir: &Path) -> Result<(Exit, String), Failure> {
    let taken: Vec<&str> = FILES.iter().map(|(name, _)| *name).filter(|name| dir.join(name).exists()).collect();
    if !taken.is_empty() {
        return Err(Failure::Request {
            message: format!("{} has {} already", dir.display(), taken.join(", ")),
            hint: "choose an empty folder: pb-assign init FOLDER".to_owned(),
        });
    }
    let failed = |action: &'static str, path: &Path| {
        let path = path.display().to_string();
        move |source| Failure::Io { action, path, source }
    };
    std::fs::create_dir_all(dir).map_err(failed("create", dir))?;
    let mut made = Vec::new();
    for (name, text) in FILES {
        let path = dir.join(name);
        let written = File::create_new(&path).and_then(|mut file| {
            made.push(path.clone());
            file.write_all(text.as_bytes())
        });
        written.map_err(|source| {
            // None or all: a folder that has some of them would be refused the next time.
            made.iter().for_each(|path| drop(std::fs::remove_file(path)));
            failed("write", &path)(source)
        })?;
    }
    let config = if dir == Path::new(".") { FILES[0].0.into() } else { dir.join(FILES[0].0) };
    let wrote = FILES.map(|(name, _)| name).join(", ");
    telemetry::tell(&format!("Wrote {wrote}.\nNext: pb-assign run --config {}", config.display()));
    let line = json!({ "status": "written", "exit": 0, "config": config.display().to_string() });
    Ok((Exit::Done, line.to_string()))
}
