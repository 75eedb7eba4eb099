//! A file that messages are added to, one a line, as JSON.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{Channel, Message, Refusal, Service, webhook};

pub(super) static SERVICE: Service = Service {
    name: "file",
    needs: &["path"],
    takes: &[],
    about: "a file of JSON Lines at path, relative to this file",
    deliver,
    form: webhook::form,
};

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    let Some(path) = &channel.path else { return Err(Refusal::Channel("it has no path".to_owned())) };
    let line = SERVICE.form(message, "").to_string();
    add(path, &line).map_err(|error| Refusal::Passing(format!("failed to write {}: {error}", path.display())))
}

fn add(path: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    // What a crash left of a line must not swallow this one.
    let before = if ends_within_a_line(&mut file)? { "\n" } else { "" };
    file.write_all(format!("{before}{line}\n").as_bytes())?;
    file.sync_data()
}

fn ends_within_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
