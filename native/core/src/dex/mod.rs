//! Dalvik executables.

use crate::error::Error;
use crate::facts::{Code, Unreadable};
use crate::limits::Limits;

/// A dex file of the package.
#[derive(Debug)]
pub struct DexInput<'a> {
    /// Name of the entry.
    pub name: String,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Classes that run before any screen, as the manifest names them (dots).
#[derive(Debug, Default, Clone)]
pub struct EntryPoints {
    /// `android:name` of the application.
    pub application: Option<String>,
    /// Content providers.
    pub providers: Vec<String>,
    /// `android:appComponentFactory`.
    pub component_factory: Option<String>,
}

/// A compiled watch list.
#[derive(Debug)]
pub struct Watch {}

impl Watch {
    /// A watch list from the JSON of `WatchList.model_dump_json()`.
    ///
    /// # Errors
    /// `Error::Malformed` when it is not such JSON.
    pub fn from_json(_json: &[u8]) -> Result<Self, Error> {
        Ok(Self {})
    }
}

/// What one linear sweep over `files` finds.
pub fn sweep(
    _files: &[DexInput<'_>],
    _watch: &Watch,
    _entry_points: &EntryPoints,
    _limits: &Limits,
    _unreadable: &mut Vec<Unreadable>,
) -> Code {
    Code::default()
}
