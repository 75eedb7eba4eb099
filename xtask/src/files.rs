//! Folders of files: listing and copying them.

use std::fs;
use std::path::Path;

use crate::error::{Outcome, XtaskError};

/// The paths of all files below a folder, relative to it and with `/`, sorted.
pub(crate) fn names_below(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(current) = open.pop() {
        for entry in fs::read_dir(&current).map_err(XtaskError::read(&current))? {
            let path = entry.map_err(XtaskError::read(&current))?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(folder).unwrap_or(&path);
                names.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Makes `to` a copy of `from`, whatever it was before.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Outcome {
    make_empty(to)?;
    for name in names_below(from)? {
        let target = to.join(&name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(XtaskError::write(folder))?;
        }
        fs::copy(from.join(&name), &target).map_err(XtaskError::write(&target))?;
    }
    Ok(())
}

/// Makes a folder that is there and holds nothing.
pub(crate) fn make_empty(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(XtaskError::write(folder))?;
    }
    fs::create_dir_all(folder).map_err(XtaskError::write(folder))
}

/// Writes a file.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(XtaskError::write(path))
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(XtaskError::read(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_the_original_holds_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir_all(from.join("inbox")).unwrap();
        write(&from.join("inbox/trades.csv"), "a\n").unwrap();
        fs::create_dir_all(&to).unwrap();
        write(&to.join("old"), "").unwrap();
        copy_folder(&from, &to).unwrap();
        assert_eq!(names_below(&to).unwrap(), ["inbox/trades.csv"]);
    }
}
