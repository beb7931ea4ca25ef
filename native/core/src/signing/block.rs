//! Where the APK Signing Block stands, and what is in it (AOSP `ApkSigningBlockUtils`, `ZipUtils`).
//!
//! The block ends where the central directory begins: two copies of its length around pairs of an identifier and
//! bytes, then sixteen bytes of magic. It is looked for exactly as Android does, from an end-of-central-directory
//! record whose comment reaches the end of the file: a package that Android takes for unsigned is unsigned here.

use crate::error::Error;
use crate::source::Source;

pub(super) const V2: u32 = 0x7109_871a;
pub(super) const V3: u32 = 0xf053_68c0;
pub(super) const V31: u32 = 0x1b93_ad61;

const MAGIC: &[u8; 16] = b"APK Sig Block 42";
const END: [u8; 4] = [0x50, 0x4b, 0x05, 0x06];
const END_SIZE: u64 = 22;
const ZIP64_LOCATOR: [u8; 4] = [0x50, 0x4b, 0x06, 0x07];
/// Largest block that is read. Android has no bound of its own; real blocks are a few KB, padded to 4 KB.
const BLOCK_BYTES: u64 = 16 << 20;

/// The three sections that a signature covers, by their places in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Where the signing block begins; equal to `directory` when there is none.
    pub block: u64,
    /// Where the central directory begins.
    pub directory: u64,
    /// The end-of-central-directory record and where it begins.
    pub end: u64,
    pub end_record: Vec<u8>,
}

/// The block's pairs, in file order.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub pairs: Vec<(u32, Vec<u8>)>,
    /// What is wrong with it after the pairs read so far.
    pub broken: Option<String>,
}

impl Block {
    /// The first value under `id`: Android looks no further.
    pub fn value(&self, id: u32) -> Option<&[u8]> {
        self.pairs.iter().find(|(found, _)| *found == id).map(|(_, value)| value.as_slice())
    }
}

/// The package's sections and its signing block.
///
/// # Errors
/// `Error::Malformed` in words when there is no end record as Android wants it; `Error::Io` when reading fails.
pub(super) fn find(source: &Source) -> Result<(Layout, Option<Block>), Error> {
    let (end, end_record) = end_record(source)?;
    if end >= 20 && source.read_at(end - 20, 4)? == ZIP64_LOCATOR {
        return Err(Error::malformed("a ZIP64 package: Android reads no signing block in it"));
    }
    let field = |at: usize| le32(end_record.get(at..).unwrap_or_default()).map(u64::from).unwrap_or_default();
    let (size, directory) = (field(12), field(16));
    if directory.checked_add(size) != Some(end) {
        return Err(Error::malformed(format!(
            "the central directory ({directory} + {size}) does not end where its end record begins ({end})"
        )));
    }
    let none = Layout { block: directory, directory, end, end_record };
    if directory < 32 {
        return Ok((none, None));
    }
    let footer = source.read_at(directory - 24, 24)?;
    if footer.get(8..) != Some(MAGIC.as_slice()) {
        return Ok((none, None));
    }
    let length = le64(&footer).unwrap_or_default();
    let start = length.checked_add(8).and_then(|total| directory.checked_sub(total));
    let (Some(start), true) = (start, length >= 24) else {
        return Err(Error::malformed(format!("the signing block's length ({length}) reaches before the file")));
    };
    if length > BLOCK_BYTES {
        return Err(Error::malformed(format!("the signing block has {length} bytes, more than any honest one")));
    }
    if le64(&source.read_at(start, 8)?) != Some(length) {
        return Err(Error::malformed("the two lengths of the signing block differ"));
    }
    let body = source.read_at(start + 8, length - 24)?;
    Ok((Layout { block: start, ..none }, Some(pairs(&body))))
}

/// The record as Android finds it: its comment's length reaches exactly to the end of the file.
fn end_record(source: &Source) -> Result<(u64, Vec<u8>), Error> {
    let reach = source.len().min(END_SIZE + u64::from(u16::MAX));
    let tail = source.read_at(source.len() - reach, reach)?;
    let last = tail.len().checked_sub(22).ok_or_else(|| Error::malformed("too short for a zip"))?;
    for at in (0..=last).rev() {
        let Some(record) = tail.get(at..) else { continue };
        let comment = record.get(20..22).map(|two| two.iter().rev().fold(0_usize, |n, b| (n << 8) | usize::from(*b)));
        if record.starts_with(&END) && comment == Some(record.len() - 22) {
            return Ok((source.len() - reach + at as u64, record.to_vec()));
        }
    }
    Err(Error::malformed("no end of central directory that reaches the end of the file"))
}

fn pairs(body: &[u8]) -> Block {
    let mut block = Block::default();
    let mut rest = body;
    while !rest.is_empty() {
        let length = le64(rest).and_then(|length| usize::try_from(length).ok());
        let pair = length.and_then(|length| rest.get(8..8_usize.checked_add(length)?));
        let (Some(pair), Some(id)) = (pair, pair.and_then(le32)) else {
            block.broken = Some(format!("pair {} of the signing block reaches beyond it", block.pairs.len()));
            return block;
        };
        block.pairs.push((id, pair.get(4..).unwrap_or_default().to_vec()));
        rest = rest.get(8 + pair.len()..).unwrap_or_default();
    }
    block
}

/// The first four bytes as a number.
pub(super) fn le32(bytes: &[u8]) -> Option<u32> {
    bytes.get(..4)?.try_into().ok().map(u32::from_le_bytes)
}

fn le64(bytes: &[u8]) -> Option<u64> {
    bytes.get(..8)?.try_into().ok().map(u64::from_le_bytes)
}

/// Length-prefixed fields one after another, as everything inside the block is written.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read yet.
    pub fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    pub fn number(&mut self, what: &str) -> Result<u32, String> {
        let number = le32(self.rest).ok_or_else(|| format!("{what} is cut short"))?;
        self.rest = self.rest.get(4..).unwrap_or_default();
        Ok(number)
    }

    pub fn bytes(&mut self, what: &str) -> Result<&'a [u8], String> {
        let length = self.number(what)? as usize;
        let field = self.rest.get(..length).ok_or_else(|| format!("{what} is cut short"))?;
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(field)
    }

    pub fn fields(&mut self, what: &str) -> Result<Fields<'a>, String> {
        self.bytes(what).map(Fields::new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::*;

    fn package(block: &[u8]) -> Vec<u8> {
        let mut out = vec![b'e'; 40];
        out.extend_from_slice(block);
        let directory = out.len() as u32;
        out.extend_from_slice(&[b'd'; 46]);
        out.extend_from_slice(&END);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&46_u32.to_le_bytes());
        out.extend_from_slice(&directory.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out
    }

    fn block(body: &[u8]) -> Vec<u8> {
        let length = body.len() as u64 + 24;
        [&length.to_le_bytes(), body, &length.to_le_bytes(), MAGIC.as_slice()].concat()
    }

    #[test]
    fn pairs_come_in_file_order() {
        let body = [6_u64.to_le_bytes().as_slice(), &V2.to_le_bytes(), b"ab", &4_u64.to_le_bytes(), &V3.to_le_bytes()]
            .concat();
        let (layout, found) = find(&Source::from_bytes(package(&block(&body)))).unwrap();
        let found = found.unwrap();
        assert_eq!(layout.block, 40);
        assert_eq!(found.value(V2), Some(b"ab".as_slice()));
        assert_eq!(found.value(V3), Some(b"".as_slice()));
        assert!(found.broken.is_none());
    }

    #[test]
    fn a_lie_in_a_length_is_named() {
        let body = [600_u64.to_le_bytes().as_slice(), &V2.to_le_bytes(), b"ab"].concat();
        let (_, found) = find(&Source::from_bytes(package(&block(&body)))).unwrap();
        assert!(found.unwrap().broken.unwrap().contains("pair 0"));
        let mut wrong = block(b"");
        wrong[0] = 99;
        assert!(find(&Source::from_bytes(package(&wrong))).unwrap_err().to_string().contains("differ"));
    }

    #[test]
    fn bytes_after_the_end_record_hide_the_block_as_on_android() {
        let mut bytes = package(&block(b""));
        assert!(find(&Source::from_bytes(bytes.clone())).unwrap().1.is_some());
        bytes.push(0);
        assert!(find(&Source::from_bytes(bytes)).is_err());
        assert!(find(&Source::from_bytes(vec![0; 3])).is_err());
    }
}
