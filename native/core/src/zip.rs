//! The zip container, read as Android's installer reads it.

use crate::error::Error;
use crate::limits::Limits;
use crate::source::Source;

/// A file of the archive, as its central directory record describes it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name, as UTF-8 (bytes that are not UTF-8 are replaced).
    pub path: String,
    /// Unpacked size.
    pub bytes: u64,
    /// Size as stored.
    pub packed_bytes: u64,
    /// Method in the central directory.
    pub method: u16,
    /// General purpose flags in the central directory.
    pub flags: u16,
    /// CRC-32 of the unpacked bytes.
    pub crc32: u32,
    /// Offset of the local header.
    pub local_offset: u64,
}

/// An opened zip.
#[derive(Debug)]
pub struct Archive {
    source: Source,
    entries: Vec<Entry>,
    directory_offset: u64,
    end_offset: u64,
}

impl Archive {
    /// The archive in `source`.
    ///
    /// # Errors
    /// `Error::Malformed` when there is no central directory, `Error::Limit` when there is too much of it.
    pub fn open(source: Source, _limits: &Limits) -> Result<Self, Error> {
        Ok(Self { source, entries: Vec::new(), directory_offset: 0, end_offset: 0 })
    }

    /// The bytes underneath.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Entries in central directory order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry called `path`: the first, should there be more.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// Where the central directory starts.
    pub fn directory_offset(&self) -> u64 {
        self.directory_offset
    }

    /// Where the end-of-central-directory record starts.
    pub fn end_offset(&self) -> u64 {
        self.end_offset
    }

    /// The unpacked bytes of `entry`, at most `limit` of them.
    ///
    /// # Errors
    /// `Error::Limit` when there are more, `Error::Malformed` when they cannot be unpacked.
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Error> {
        if entry.bytes > limit {
            return Err(Error::Limit { name: "entry_bytes", value: limit });
        }
        Err(Error::malformed("not unpacked"))
    }
}
