//! What nobody may read: a token or an address that says it all. The configuration names where it is, and it is looked up
//! when it is needed; nothing of it is kept, shown or logged.

use std::path::PathBuf;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In a variable of the environment.
    Environment(String),
    /// In a file, without the blanks and line ends around it.
    File(PathBuf),
}

impl Secret {
    /// The secret.
    ///
    /// # Errors
    /// Where it should be and is not.
    pub fn reveal(&self) -> Result<String, String> {
        let (found, place) = match self {
            Self::Environment(name) => (std::env::var(name).ok(), format!("the variable {name} of the environment")),
            Self::File(path) => (std::fs::read_to_string(path).ok(), format!("the file {}", path.display())),
        };
        let text = found.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        text.ok_or_else(|| format!("{place} holds no secret"))
    }
}
