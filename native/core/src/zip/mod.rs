//! The zip container, read as Android's installer reads it: the central directory decides, an unknown method means
//! stored (`androidfw/AssetsProvider.cpp`), a local header only says where its data starts. Whatever an honest build
//! tool would not write is kept as an `ArchiveAnomaly`.

mod directory;
mod unpack;

use std::collections::hash_map::Entry as Slot;
use std::collections::HashMap;
use std::sync::Mutex;

use crate::error::Error;
use crate::facts::{ArchiveAnomaly, ArchiveEntry};
use crate::le;
use crate::limits::Limits;
use crate::source::Source;

use directory::anomaly;

const LOCAL: u32 = 0x0403_4b50;
const LOCAL_BYTES: u64 = 30;
/// Bit 0: encrypted; bit 6: strong encryption; bit 13: masked headers (APPNOTE 4.4.4).
const ENCRYPTED: u16 = 0x2041;
/// Bit 3: sizes stand in a data descriptor after the data.
const DESCRIPTOR: u16 = 0x0008;
/// Anomalies of one kind that are told one by one; the rest are counted.
const TOLD_PER_KIND: usize = 64;

/// A file stored as it is.
pub const STORED: u16 = 0;
/// A deflated file.
pub const DEFLATED: u16 = 8;

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
    /// Offset of the data; `None` when no local header could be read.
    pub data_offset: Option<u64>,
    name_is_utf8: bool,
    name_bytes: u16,
}

impl Entry {
    /// Bytes that the data takes up in the file: an unknown method is read as stored, with the unpacked size.
    pub fn stored_bytes(&self) -> u64 {
        if self.method == DEFLATED {
            self.packed_bytes
        } else {
            self.bytes
        }
    }
}

/// An opened zip.
#[derive(Debug)]
pub struct Archive {
    source: Source,
    entries: Vec<Entry>,
    by_path: HashMap<String, usize>,
    directory_offset: u64,
    end_offset: u64,
    broken: Option<String>,
    anomalies: Mutex<Vec<ArchiveAnomaly>>,
    inflated_left: Mutex<u64>,
    inflated_bytes: u64,
    inflation_ratio: u64,
}

impl Archive {
    /// The archive in `source`.
    ///
    /// # Errors
    /// `Error::Malformed` when there is no central directory, `Error::Limit` when there is too much of it,
    /// `Error::Io` when the system cannot read.
    pub fn open(source: Source, limits: &Limits) -> Result<Self, Error> {
        let mut anomalies = Vec::new();
        let end = directory::find_end(&source, &mut anomalies)?;
        let (mut entries, broken) = directory::read_entries(&source, &end, limits, &mut anomalies)?;
        let mut by_path = HashMap::with_capacity(entries.len());
        let mut found = Found::default();
        for (index, entry) in entries.iter_mut().enumerate() {
            match by_path.entry(entry.path.clone()) {
                Slot::Occupied(_) => found.add("duplicate_name", &entry.path, "more than one entry has this name"),
                Slot::Vacant(slot) => {
                    slot.insert(index);
                }
            }
            check_name(entry, &mut found);
            check_local(&source, entry, end.directory, &mut found);
        }
        check_layout(&source, &entries, &mut found);
        found.finish(&mut anomalies);
        Ok(Self {
            source,
            entries,
            by_path,
            directory_offset: end.directory,
            end_offset: end.offset,
            broken,
            anomalies: Mutex::new(anomalies),
            inflated_left: Mutex::new(limits.inflated_bytes),
            inflated_bytes: limits.inflated_bytes,
            inflation_ratio: limits.inflation_ratio,
        })
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
        self.entries.get(*self.by_path.get(path)?)
    }

    /// Where the central directory starts.
    pub fn directory_offset(&self) -> u64 {
        self.directory_offset
    }

    /// Where the end-of-central-directory record starts.
    pub fn end_offset(&self) -> u64 {
        self.end_offset
    }

    /// Why the directory could not be read to its end, if so.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// The entries as facts.
    pub fn facts(&self) -> Vec<ArchiveEntry> {
        self.entries
            .iter()
            .map(|entry| ArchiveEntry {
                path: entry.path.clone(),
                bytes: entry.bytes,
                packed_bytes: entry.packed_bytes,
                method: entry.method,
            })
            .collect()
    }

    /// What was odd so far, including what reading entries brought up.
    pub fn anomalies(&self) -> Vec<ArchiveAnomaly> {
        self.anomalies.lock().map(|list| list.clone()).unwrap_or_default()
    }

    fn note(&self, kind: &str, path: &str, detail: String) {
        if let Ok(mut list) = self.anomalies.lock() {
            let same = |old: &ArchiveAnomaly| old.kind == kind && old.path.as_deref() == Some(path);
            if !list.iter().any(same) && list.iter().filter(|old| old.kind == kind).count() < TOLD_PER_KIND {
                list.push(anomaly(kind, Some(path), detail));
            }
        }
    }
}

/// Anomalies of the entries, a bounded number of each kind.
#[derive(Default)]
struct Found {
    told: Vec<ArchiveAnomaly>,
    counts: Vec<(&'static str, usize)>,
}

impl Found {
    fn add(&mut self, kind: &'static str, path: &str, detail: impl Into<String>) {
        let count = match self.counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => count,
            None => {
                self.counts.push((kind, 0));
                match self.counts.last_mut() {
                    Some((_, count)) => count,
                    None => return,
                }
            }
        };
        *count += 1;
        if *count <= TOLD_PER_KIND {
            self.told.push(anomaly(kind, Some(path), detail));
        }
    }

    fn finish(self, into: &mut Vec<ArchiveAnomaly>) {
        into.extend(self.told);
        for (kind, count) in self.counts {
            if count > TOLD_PER_KIND {
                into.push(anomaly(kind, None, format!("{} more entries like these", count - TOLD_PER_KIND)));
            }
        }
    }
}

/// Names that lead out of the folder they are unpacked to, or that hide a file behind a folder of its name.
fn check_name(entry: &Entry, found: &mut Found) {
    let path = entry.path.as_str();
    if !entry.name_is_utf8 {
        found.add("unsafe_name", path, "the name is not UTF-8");
    } else if path.is_empty() || path.contains('\0') || path.chars().any(char::is_control) {
        found.add("unsafe_name", path, "the name is empty or has control characters");
    } else if path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..") {
        found.add("unsafe_name", path, "the name leads out of the archive");
    } else if let Some(folder) = path.strip_suffix('/') {
        if folder == "AndroidManifest.xml" || folder == "resources.arsc" || is_dex_name(folder) {
            found.add("unsafe_name", path, "a folder has the name of a file that Android reads");
        }
    }
}

/// `classes.dex`, `classes2.dex`, …
pub fn is_dex_name(path: &str) -> bool {
    path.strip_prefix("classes")
        .and_then(|rest| rest.strip_suffix(".dex"))
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads the local header: where the data starts, and what it says differently.
fn check_local(source: &Source, entry: &mut Entry, directory: u64, found: &mut Found) {
    if !matches!(entry.method, STORED | DEFLATED) {
        found.add("unknown_method", &entry.path, format!("method {}; Android reads it as stored", entry.method));
    } else if entry.method == STORED && entry.bytes != entry.packed_bytes {
        found.add(
            "size_differs",
            &entry.path,
            format!("stored, yet {} bytes packed and {} unpacked", entry.packed_bytes, entry.bytes),
        );
    }
    if entry.flags & ENCRYPTED != 0 {
        found.add("encrypted_flag", &entry.path, format!("flags {:#06x}; Android ignores them", entry.flags));
    }
    let want = LOCAL_BYTES.saturating_add(u64::from(entry.name_bytes));
    let Ok(header) =
        source.read_at(entry.local_offset, want).or_else(|_| source.read_at(entry.local_offset, LOCAL_BYTES))
    else {
        found.add("local_header_differs", &entry.path, "the local header lies beyond the file");
        return;
    };
    let (Some(LOCAL), Some(name_len), Some(extra_len)) =
        (le::u32(&header, 0), le::u16(&header, 26), le::u16(&header, 28))
    else {
        found.add("local_header_differs", &entry.path, "there is no local header at the offset given");
        return;
    };
    let data =
        entry.local_offset.saturating_add(LOCAL_BYTES).saturating_add(u64::from(name_len) + u64::from(extra_len));
    if data.saturating_add(entry.stored_bytes()) > source.len() {
        found.add("size_differs", &entry.path, "the data reaches beyond the file");
    } else if entry.local_offset < directory && data.saturating_add(entry.stored_bytes()) > directory {
        found.add("overlap", &entry.path, "the data reaches into the central directory");
    }
    entry.data_offset = Some(data);
    if let Some(difference) = local_difference(&header, entry) {
        found.add("local_header_differs", &entry.path, difference);
    }
}

/// What the local header says differently from the central directory, in words.
fn local_difference(header: &[u8], entry: &Entry) -> Option<String> {
    let mut differences = Vec::new();
    if le::u16(header, 26) != Some(entry.name_bytes)
        || (entry.name_is_utf8 && header.get(LOCAL_BYTES as usize..) != Some(entry.path.as_bytes()))
    {
        differences.push("name".to_owned());
    }
    let (flags, method) = (le::u16(header, 6)?, le::u16(header, 8)?);
    // Bit 11 (UTF-8 names) and the two bits for the deflate level say nothing about how to read the file.
    if (flags ^ entry.flags) & !0x0806 != 0 {
        differences.push(format!("flags {flags:#06x} against {:#06x}", entry.flags));
    }
    if method != entry.method {
        differences.push(format!("method {method} against {}", entry.method));
    }
    let sizes = (u64::from(le::u32(header, 18)?), u64::from(le::u32(header, 22)?), le::u32(header, 14)?);
    let wide = sizes.0 == 0xffff_ffff || sizes.1 == 0xffff_ffff;
    let described = flags & DESCRIPTOR != 0 && sizes == (0, 0, 0);
    if !wide && !described {
        if sizes.0 != entry.packed_bytes || sizes.1 != entry.bytes {
            differences.push(format!("sizes {}/{} against {}/{}", sizes.0, sizes.1, entry.packed_bytes, entry.bytes));
        }
        if sizes.2 != entry.crc32 && sizes.2 != 0 {
            differences.push("CRC-32".to_owned());
        }
    }
    (!differences.is_empty()).then(|| differences.join(", "))
}

/// Entries whose bytes overlap, and bytes before the first one.
fn check_layout(source: &Source, entries: &[Entry], found: &mut Found) {
    let mut spans: Vec<(u64, u64, &Entry)> = entries
        .iter()
        .filter_map(|entry| Some((entry.local_offset, entry.data_offset?.saturating_add(entry.stored_bytes()), entry)))
        .collect();
    spans.sort_by_key(|(start, end, _)| (*start, *end));
    let mut reached = 0;
    for (start, end, entry) in &spans {
        if *start < reached {
            found.add("overlap", &entry.path, "its bytes belong to another entry as well");
        }
        reached = reached.max(*end);
    }
    if let Some((start, _, entry)) = spans.first() {
        if *start > padding(source) {
            found.add("data_before", &entry.path, format!("{start} bytes stand before the first entry"));
        }
    }
}

/// Length of a nameless local header at the start, which Android's build tools leave as padding (zipflinger's
/// virtual entries); 0 when there is none.
fn padding(source: &Source) -> u64 {
    let Ok(header) = source.read_at(0, LOCAL_BYTES) else { return 0 };
    let word = |at| u64::from(le::u16(&header, at).unwrap_or(0));
    let empty = word(26) == 0 && le::u32(&header, 18) == Some(0);
    if le::u32(&header, 0) == Some(LOCAL) && empty {
        LOCAL_BYTES + word(28)
    } else {
        0
    }
}

#[cfg(test)]
pub(crate) mod tests;
