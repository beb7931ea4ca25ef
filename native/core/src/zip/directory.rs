//! The end of a zip and its central directory (APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16).
//!
//! Android's installer (`libziparchive/zip_archive.cc`) believes the central directory alone; so does this reader.
//! Where Android refuses a file (bytes after the end, a directory that does not lie where it is said to be), what
//! can be read is read and the deviation is kept as an anomaly.

use crate::error::Error;
use crate::facts::ArchiveAnomaly;
use crate::le;
use crate::limits::Limits;
use crate::source::Source;

use super::Entry;

const END: [u8; 4] = *b"PK\x05\x06";
const RECORD: u32 = 0x0201_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;
const END_BYTES: u64 = 22;
const RECORD_BYTES: usize = 46;
/// The longest tail in which the end record may stand: its own size and the longest comment.
const TAIL: u64 = END_BYTES + 0xffff;
/// How far the search goes on when something was appended to the archive.
const LONG_TAIL: u64 = 1 << 20;
/// Bytes of the directory that the limit `entries` allows for each of them, names and extra fields included.
const RECORD_ROOM: u64 = 1024;

/// Where the central directory lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// Offset of the end record.
    pub offset: u64,
    /// Number of records.
    pub records: u64,
    /// Offset of the directory.
    pub directory: u64,
    /// Its size.
    pub size: u64,
    /// How much every offset must be moved because something stands before the archive.
    pub shift: u64,
}

pub(super) fn anomaly(kind: &str, path: Option<&str>, detail: impl Into<String>) -> ArchiveAnomaly {
    ArchiveAnomaly { kind: kind.to_owned(), path: path.map(str::to_owned), detail: detail.into() }
}

/// The end record, searched from the end of the file as Android does.
pub(super) fn find_end(source: &Source, anomalies: &mut Vec<ArchiveAnomaly>) -> Result<End, Error> {
    let (offset, record) = match last_end(source, TAIL)? {
        Some(found) => found,
        None => last_end(source, LONG_TAIL)?
            .ok_or_else(|| Error::malformed("no end-of-central-directory record: not a zip, or cut short"))?,
    };
    let after = source.len() - (offset + END_BYTES).min(source.len());
    let comment = u64::from(le::u16(&record, 20).unwrap_or(0));
    if comment < after {
        anomalies.push(anomaly("data_after", None, format!("{} bytes after the end of the archive", after - comment)));
    } else if comment > after {
        anomalies.push(anomaly(
            "size_differs",
            None,
            format!("a comment of {comment} bytes, of which {after} are there"),
        ));
    }
    let mut end = End {
        offset,
        records: u64::from(le::u16(&record, 10).unwrap_or(0)),
        size: u64::from(le::u32(&record, 12).unwrap_or(0)),
        directory: u64::from(le::u32(&record, 16).unwrap_or(0)),
        shift: 0,
    };
    if end.records == 0xffff || end.size == 0xffff_ffff || end.directory == 0xffff_ffff {
        apply_zip64(source, &mut end)?;
    }
    place(source, &mut end, anomalies)?;
    Ok(end)
}

/// The last end record within `tail` bytes of the end, one whose comment ends with the file before any other.
fn last_end(source: &Source, tail: u64) -> Result<Option<(u64, Vec<u8>)>, Error> {
    let tail = tail.min(source.len());
    let start = source.len() - tail;
    let bytes = source.read_at(start, tail)?;
    let mut last = None;
    for (at, window) in bytes.windows(END_BYTES as usize).enumerate().rev() {
        if !window.starts_with(&END) {
            continue;
        }
        let found = (start + at as u64, window.to_vec());
        let comment = usize::from(le::u16(window, 20).unwrap_or(0));
        if at + END_BYTES as usize + comment == bytes.len() {
            return Ok(Some(found));
        }
        last = last.or(Some(found));
    }
    Ok(last)
}

/// Replaces what the end record says by what the zip64 end record says, when there is one.
fn apply_zip64(source: &Source, end: &mut End) -> Result<(), Error> {
    let Some(locator_at) = end.offset.checked_sub(20) else { return Ok(()) };
    let locator = source.read_at(locator_at, 20)?;
    if le::u32(&locator, 0) != Some(LOCATOR64) {
        return Ok(());
    }
    let at = le::u64(&locator, 8).unwrap_or(u64::MAX);
    let record = source.read_at(at, 56).map_err(|_| Error::malformed("the zip64 end record lies beyond the file"))?;
    if le::u32(&record, 0) != Some(END64) {
        return Err(Error::malformed("the zip64 locator points to something else"));
    }
    end.records = le::u64(&record, 32).unwrap_or(0);
    end.size = le::u64(&record, 40).unwrap_or(0);
    end.directory = le::u64(&record, 48).unwrap_or(0);
    Ok(())
}

/// Makes sure that the directory lies where it is said to be, or directly before its end record.
fn place(source: &Source, end: &mut End, anomalies: &mut Vec<ArchiveAnomaly>) -> Result<(), Error> {
    let is_record = |at: u64| source.read_at(at, 4).ok().and_then(|head| le::u32(&head, 0)) == Some(RECORD);
    let reaches = end.directory.checked_add(end.size);
    if end.records == 0 || (reaches.is_some_and(|to| to <= end.offset) && is_record(end.directory)) {
        return Ok(());
    }
    if let Some(before) = end.offset.checked_sub(end.size).filter(|at| is_record(*at)) {
        if let Some(shift) = before.checked_sub(end.directory).filter(|shift| *shift > 0) {
            anomalies.push(anomaly("data_before", None, format!("{shift} bytes before the archive move every offset")));
            end.shift = shift;
        } else {
            anomalies.push(anomaly("size_differs", None, "the central directory is not where the end record says"));
        }
        end.directory = before;
        return Ok(());
    }
    if is_record(end.directory) && end.directory < end.offset {
        anomalies.push(anomaly("size_differs", None, "the central directory is larger than the room before its end"));
        end.size = end.offset - end.directory;
        return Ok(());
    }
    Err(Error::malformed("the central directory is not where the end record says"))
}

/// Every record of the directory, in order. A record that breaks ends the list and is told in `broken`.
pub(super) fn read_entries(
    source: &Source,
    end: &End,
    limits: &Limits,
    anomalies: &mut Vec<ArchiveAnomaly>,
) -> Result<(Vec<Entry>, Option<String>), Error> {
    if end.records > limits.entries {
        return Err(Error::Limit { name: "entries", value: limits.entries });
    }
    if end.size > limits.entries.saturating_mul(RECORD_ROOM) {
        return Err(Error::Limit { name: "entries", value: limits.entries });
    }
    let bytes = source.read_at(end.directory, end.size.min(source.len()))?;
    let mut entries = Vec::new();
    let mut at = 0;
    for number in 0..end.records {
        let Some((entry, next)) = record(&bytes, at, end.shift) else {
            let told = format!("record {number} of {} in the central directory is broken", end.records);
            return Ok((entries, Some(told)));
        };
        entries.push(entry);
        at = next;
    }
    if le::u32(&bytes, at) == Some(RECORD) {
        anomalies.push(anomaly(
            "directory_count",
            None,
            format!("the directory goes on after the {} records that its end admits", end.records),
        ));
    }
    Ok((entries, None))
}

/// One record of the directory and where the next one starts.
fn record(bytes: &[u8], at: usize, shift: u64) -> Option<(Entry, usize)> {
    let head = bytes.get(at..at.checked_add(RECORD_BYTES)?)?;
    if le::u32(head, 0)? != RECORD {
        return None;
    }
    let name_len = usize::from(le::u16(head, 28)?);
    let extra_len = usize::from(le::u16(head, 30)?);
    let comment_len = usize::from(le::u16(head, 32)?);
    let name_at = at + RECORD_BYTES;
    let extra_at = name_at.checked_add(name_len)?;
    let raw_name = bytes.get(name_at..extra_at)?;
    let extra = bytes.get(extra_at..extra_at.checked_add(extra_len)?)?;
    let mut entry = Entry {
        path: String::from_utf8_lossy(raw_name).into_owned(),
        name_is_utf8: std::str::from_utf8(raw_name).is_ok(),
        name_bytes: le::u16(head, 28)?,
        flags: le::u16(head, 8)?,
        method: le::u16(head, 10)?,
        crc32: le::u32(head, 16)?,
        packed_bytes: u64::from(le::u32(head, 20)?),
        bytes: u64::from(le::u32(head, 24)?),
        local_offset: u64::from(le::u32(head, 42)?),
        data_offset: None,
    };
    widen(&mut entry, extra);
    entry.local_offset = entry.local_offset.saturating_add(shift);
    Some((entry, extra_at + extra_len + comment_len))
}

/// Takes sizes and offset from the zip64 extra field (APPNOTE 4.5.3) where the record has no room for them.
fn widen(entry: &mut Entry, extra: &[u8]) {
    let mut at = 0;
    while let (Some(id), Some(len)) = (le::u16(extra, at), le::u16(extra, at + 2)) {
        if id == 1 {
            let mut field = at + 4;
            for value in [&mut entry.bytes, &mut entry.packed_bytes, &mut entry.local_offset] {
                if *value == 0xffff_ffff {
                    let Some(wide) = le::u64(extra, field) else { return };
                    *value = wide;
                    field += 8;
                }
            }
            return;
        }
        at += 4 + usize::from(len);
    }
}
