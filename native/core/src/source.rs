//! The bytes of a package, read by position: a file is never held in memory whole, a nested package is a window.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;

/// Bytes with a length that can be read from any place. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Source {
    bytes: Bytes,
    start: u64,
    len: u64,
}

#[derive(Clone, Debug)]
enum Bytes {
    File(Arc<File>),
    Memory(Arc<Vec<u8>>),
}

impl Source {
    /// The file at `path`.
    ///
    /// # Errors
    /// `Error::Io` when it cannot be opened or is not a regular file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(Error::Io(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file")));
        }
        Ok(Self { bytes: Bytes::File(Arc::new(file)), start: 0, len: metadata.len() })
    }

    /// Bytes already in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        Self { bytes: Bytes::Memory(Arc::new(bytes)), start: 0, len }
    }

    /// The part of this source from `start`, `len` bytes long, or `None` when it does not lie inside.
    pub fn window(&self, start: u64, len: u64) -> Option<Self> {
        if start.checked_add(len)? > self.len {
            return None;
        }
        Some(Self { bytes: self.bytes.clone(), start: self.start.checked_add(start)?, len })
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills `into` with what stands at `offset`.
    ///
    /// # Errors
    /// `Error::Malformed` when it reaches beyond the end, `Error::Io` when the system cannot read.
    pub fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        let end = offset.checked_add(into.len() as u64);
        if end.is_none_or(|end| end > self.len) {
            return Err(Error::malformed(format!(
                "{} bytes at offset {offset} reach beyond the end ({})",
                into.len(),
                self.len
            )));
        }
        let at = self.start.saturating_add(offset);
        match &self.bytes {
            Bytes::File(file) => file.read_exact_at(into, at)?,
            Bytes::Memory(bytes) => {
                let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..)?.get(..into.len()));
                match from {
                    Some(from) => into.copy_from_slice(from),
                    None => return Err(Error::malformed("window beyond its memory")),
                }
            }
        }
        Ok(())
    }

    /// `len` bytes from `offset`; the caller has bounded `len`.
    ///
    /// # Errors
    /// As `read_exact_at`.
    pub fn read_at(&self, offset: u64, len: u64) -> Result<Vec<u8>, Error> {
        if offset.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(Error::malformed(format!(
                "{len} bytes at offset {offset} reach beyond the end ({})",
                self.len
            )));
        }
        let len = usize::try_from(len).map_err(|_| Error::malformed("length beyond memory"))?;
        let mut out = vec![0; len];
        self.read_exact_at(offset, &mut out)?;
        Ok(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_only_its_own_bytes() {
        let source = Source::from_bytes((0..10).collect());
        let window = source.window(4, 3).unwrap();
        assert_eq!(window.read_at(1, 2).unwrap(), [5, 6]);
        assert!(window.read_at(2, 2).is_err());
        assert!(source.window(8, 3).is_none());
        assert!(source.window(u64::MAX, 2).is_none());
    }
}
