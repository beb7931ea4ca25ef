//! The digests over a package's contents that schemes v2 and later sign (AOSP `ApkSigningBlockUtils`,
//! `ApkVerityBuilder`): everything but the signing block itself, in one pass over the file for each digest needed.

use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha512};

use super::block::Layout;
use crate::error::Error;
use crate::source::Source;

/// Sections are digested in chunks of this size.
const CHUNK: u64 = 1 << 20;
/// Page of the verity tree.
const PAGE: usize = 4096;
/// The verity digest of a package uses a salt of eight zero bytes.
const SALT: [u8; 8] = [0; 8];

/// How the contents are digested. Ordered by Android's preference, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    Sha256,
    Verity,
    Sha512,
}

impl Content {
    /// As the errors name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Verity => "verity SHA-256",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// The package's digests, computed when first asked for.
#[derive(Debug)]
pub(super) struct Digests<'a> {
    source: &'a Source,
    layout: &'a Layout,
    known: Vec<(Content, Vec<u8>)>,
}

impl<'a> Digests<'a> {
    pub fn new(source: &'a Source, layout: &'a Layout) -> Self {
        Self { source, layout, known: Vec::new() }
    }

    pub fn get(&mut self, content: Content) -> Result<Vec<u8>, Error> {
        if let Some((_, digest)) = self.known.iter().find(|(known, _)| *known == content) {
            return Ok(digest.clone());
        }
        let digest = match content {
            Content::Sha256 => chunked::<Sha256>(self.source, self.layout)?,
            Content::Sha512 => chunked::<Sha512>(self.source, self.layout)?,
            Content::Verity => verity(self.source, self.layout)?,
        };
        self.known.push((content, digest.clone()));
        Ok(digest)
    }
}

/// The end record with the directory's place set to where the signing block begins: what is signed does not depend
/// on how large the block is.
fn end_as_signed(layout: &Layout) -> Vec<u8> {
    let mut record = layout.end_record.clone();
    if let (Some(field), Ok(block)) = (record.get_mut(16..20), u32::try_from(layout.block)) {
        field.copy_from_slice(&block.to_le_bytes());
    }
    record
}

fn chunked<D: Digest>(source: &Source, layout: &Layout) -> Result<Vec<u8>, Error> {
    let mut digests: Vec<Output<D>> = Vec::new();
    let mut buffer = vec![0; usize::try_from(CHUNK).unwrap_or_default()];
    for (start, end) in [(0, layout.block), (layout.directory, layout.end)] {
        let mut at = start;
        while at < end {
            let size = CHUNK.min(end - at);
            let chunk = buffer.get_mut(..usize::try_from(size).unwrap_or_default()).unwrap_or_default();
            source.read_exact_at(at, chunk)?;
            digests.push(chunk_digest::<D>(chunk));
            at += size;
        }
    }
    digests.push(chunk_digest::<D>(&end_as_signed(layout)));
    let mut top = D::new();
    top.update([0x5a]);
    top.update(u32::try_from(digests.len()).unwrap_or(u32::MAX).to_le_bytes());
    for digest in digests {
        top.update(digest);
    }
    Ok(top.finalize().to_vec())
}

fn chunk_digest<D: Digest>(chunk: &[u8]) -> Output<D> {
    let mut hasher = D::new();
    hasher.update([0xa5]);
    hasher.update(u32::try_from(chunk.len()).unwrap_or(u32::MAX).to_le_bytes());
    hasher.update(chunk);
    hasher.finalize()
}

/// Root of the Merkle tree over the contents, then their length in eight bytes.
fn verity(source: &Source, layout: &Layout) -> Result<Vec<u8>, Error> {
    if layout.block % PAGE as u64 != 0 {
        return Err(Error::malformed("the signing block does not begin on a page of 4096 bytes, as verity demands"));
    }
    let mut leaves = Pages::default();
    let mut buffer = vec![0; 256 * PAGE];
    for (start, end) in [(0, layout.block), (layout.directory, layout.end)] {
        let mut at = start;
        while at < end {
            let size = (buffer.len() as u64).min(end - at);
            let part = buffer.get_mut(..usize::try_from(size).unwrap_or_default()).unwrap_or_default();
            source.read_exact_at(at, part)?;
            leaves.add(part);
            at += size;
        }
    }
    let end = end_as_signed(layout);
    leaves.add(&end);
    let mut level = leaves.finish();
    while level.len() > PAGE {
        let mut above = Pages::default();
        above.add(&level);
        level = above.finish();
    }
    let mut page = level;
    page.resize(PAGE, 0);
    let mut out = salted(&page);
    let total = layout.block + (layout.end - layout.directory) + end.len() as u64;
    out.extend_from_slice(&total.to_le_bytes());
    Ok(out)
}

/// Digests of the pages of one level of the tree; the last page is filled up with zeros.
#[derive(Debug, Default)]
struct Pages {
    partial: Vec<u8>,
    digests: Vec<u8>,
}

impl Pages {
    fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let take = (PAGE - self.partial.len()).min(bytes.len());
            let (now, later) = bytes.split_at(take);
            self.partial.extend_from_slice(now);
            bytes = later;
            if self.partial.len() == PAGE {
                self.digests.extend(salted(&self.partial));
                self.partial.clear();
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if !self.partial.is_empty() {
            self.partial.resize(PAGE, 0);
            self.digests.extend(salted(&self.partial));
        }
        self.digests
    }
}

fn salted(page: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(SALT).chain_update(page).finalize().to_vec()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn one_chunk_in_each_section() {
        let layout = Layout { block: 4, directory: 6, end: 8, end_record: vec![7; 22] };
        let source = Source::from_bytes(b"aaaaXXdd".to_vec());
        let mut end = vec![7; 22];
        end[16..20].copy_from_slice(&4_u32.to_le_bytes());
        let chunk = |bytes: &[u8]| {
            Sha256::digest([&[0xa5], (bytes.len() as u32).to_le_bytes().as_slice(), bytes].concat()).to_vec()
        };
        let top = [&[0x5a, 3, 0, 0, 0], &chunk(b"aaaa")[..], &chunk(b"dd"), &chunk(&end)].concat();
        let got = Digests::new(&source, &layout).get(Content::Sha256).unwrap();
        assert_eq!(got, Sha256::digest(top).to_vec());
    }

    #[test]
    fn a_small_verity_tree_has_one_page_of_digests() {
        let layout = Layout { block: 4096, directory: 4096, end: 4098, end_record: vec![0; 22] };
        let source = Source::from_bytes([vec![1; 4096], b"dd".to_vec()].concat());
        let mut second = vec![0; 4096];
        second[..2].copy_from_slice(b"dd");
        second[2 + 16..2 + 20].copy_from_slice(&4096_u32.to_le_bytes());
        let mut page = [salted(&[1; 4096]), salted(&second)].concat();
        page.resize(4096, 0);
        let expected = [salted(&page), 4120_u64.to_le_bytes().to_vec()].concat();
        assert_eq!(Digests::new(&source, &layout).get(Content::Verity).unwrap(), expected);
    }
}
