//! The one error of the core: a part of the input that cannot be used, in words a person can act on.

use std::fmt;

/// Why something could not be read. Becomes an `Unreadable` entry, or `OSError` when the file itself cannot be opened.
#[derive(Debug)]
pub enum Error {
    /// The operating system refused.
    Io(std::io::Error),
    /// The bytes are not what they should be.
    Malformed(String),
    /// A bound of `limits.py` was met; its name and its value.
    Limit {
        /// Field of `PackageLimits`.
        name: &'static str,
        /// Its value.
        value: u64,
    },
}

impl Error {
    /// Bytes that are not what they should be.
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Malformed(what) => f.write_str(what),
            Self::Limit { name, value } => write!(f, "over the limit {name} ({value})"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
