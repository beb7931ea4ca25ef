//! Entries unpacked: streamed from the file, bounded by what the directory says and by the limits.

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::Error;

use super::{Archive, Entry, DEFLATED};

/// Packed bytes read at a time.
const CHUNK: usize = 128 << 10;
/// Unpacked bytes handed on at a time when they are not kept.
const WINDOW: usize = 256 << 10;

/// How the unpacked bytes compare with what the directory says.
struct Unpacked {
    crc32: u32,
    bytes: u64,
    more: bool,
}

impl Archive {
    /// The unpacked bytes of `entry`, at most `limit` of them.
    ///
    /// A wrong size or checksum does not stop it, as it does not stop Android: it becomes an anomaly.
    ///
    /// # Errors
    /// `Error::Limit` when the directory promises more than `limit` or than deflate can hold, or when the budget of
    /// the whole package is spent; `Error::Malformed` when the data is not there or is no deflate stream.
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Error> {
        self.admit(entry, limit)?;
        let size = usize::try_from(entry.bytes).map_err(|_| Error::malformed("larger than memory"))?;
        let mut out = Vec::with_capacity(size);
        let unpacked = if entry.method == DEFLATED {
            let (bytes, more) = self.inflate_into(entry, &mut out)?;
            let mut crc = flate2::Crc::new();
            crc.update(&out);
            Unpacked { crc32: crc.sum(), bytes, more }
        } else {
            out.resize(size, 0);
            self.source.read_exact_at(data_offset(entry)?, &mut out)?;
            let mut crc = flate2::Crc::new();
            crc.update(&out);
            Unpacked { crc32: crc.sum(), bytes: entry.bytes, more: false }
        };
        self.compare(entry, &unpacked);
        Ok(out)
    }

    /// Hands the unpacked bytes of `entry` to `sink`, piece by piece; nothing is kept.
    ///
    /// # Errors
    /// As `read`.
    pub fn stream(&self, entry: &Entry, limit: u64, sink: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        self.admit(entry, limit)?;
        let mut crc = flate2::Crc::new();
        let mut taken = 0;
        let mut keep = |piece: &[u8]| {
            crc.update(piece);
            taken += piece.len() as u64;
            sink(piece);
        };
        let more = if entry.method == DEFLATED {
            self.inflate_through(entry, &mut keep)?
        } else {
            let mut at = data_offset(entry)?;
            let mut left = entry.bytes;
            let mut buffer = vec![0; WINDOW.min(usize::try_from(left).unwrap_or(WINDOW))];
            while left > 0 {
                let piece = buffer.len().min(usize::try_from(left).unwrap_or(WINDOW));
                let Some(into) = buffer.get_mut(..piece) else { break };
                self.source.read_exact_at(at, into)?;
                keep(into);
                at += piece as u64;
                left -= piece as u64;
            }
            false
        };
        let unpacked = Unpacked { crc32: crc.sum(), bytes: taken, more };
        self.compare(entry, &unpacked);
        Ok(())
    }

    /// The first bytes of `entry`, at most `limit`; fewer when there are fewer. Checks no sum.
    ///
    /// # Errors
    /// `Error::Malformed` when the data is not there or is no deflate stream.
    pub fn head(&self, entry: &Entry, limit: usize) -> Result<Vec<u8>, Error> {
        let want = limit.min(usize::try_from(entry.bytes).unwrap_or(limit));
        let mut out = Vec::with_capacity(want);
        if entry.method == DEFLATED {
            self.spend(want as u64)?;
            self.inflate_into(entry, &mut out)?;
        } else {
            out.resize(want, 0);
            self.source.read_exact_at(data_offset(entry)?, &mut out)?;
        }
        Ok(out)
    }

    fn admit(&self, entry: &Entry, limit: u64) -> Result<(), Error> {
        if entry.bytes > limit {
            return Err(Error::Limit { name: "entry_bytes", value: limit });
        }
        let reaches = data_offset(entry)?.checked_add(entry.stored_bytes());
        if reaches.is_none_or(|end| end > self.source.len()) {
            return Err(Error::malformed(format!("{}: its data reaches beyond the file", entry.path)));
        }
        if entry.method == DEFLATED && entry.bytes / self.inflation_ratio.max(1) > entry.packed_bytes {
            return Err(Error::Limit { name: "inflation_ratio", value: self.inflation_ratio });
        }
        self.spend(entry.bytes)
    }

    fn spend(&self, bytes: u64) -> Result<(), Error> {
        let limit = Error::Limit { name: "inflated_bytes", value: self.inflated_bytes };
        let Ok(mut left) = self.inflated_left.lock() else { return Err(limit) };
        match left.checked_sub(bytes) {
            Some(rest) => {
                *left = rest;
                Ok(())
            }
            None => Err(limit),
        }
    }

    /// Inflates until the spare room of `out` is full; gives the number of bytes and whether the stream goes on.
    fn inflate_into(&self, entry: &Entry, out: &mut Vec<u8>) -> Result<(u64, bool), Error> {
        let mut packed = Packed::new(self, entry)?;
        let mut inflater = Decompress::new(false);
        loop {
            let full = out.len() == out.capacity();
            if full {
                // One more byte tells a stream that ends here from one that goes on.
                let mut spare = Vec::with_capacity(1);
                let ended = packed.step(&mut inflater, &mut spare)?;
                if !spare.is_empty() {
                    return Ok((out.len() as u64, true));
                }
                if ended || packed.is_spent() {
                    return Ok((out.len() as u64, !ended));
                }
                continue;
            }
            let before = out.len();
            let ended = packed.step(&mut inflater, out)?;
            if ended {
                return Ok((out.len() as u64, false));
            }
            if packed.is_spent() && out.len() == before {
                return Err(Error::malformed(format!("{}: the deflate stream is cut short", entry.path)));
            }
        }
    }

    /// Inflates `entry.bytes` bytes into `sink`; gives whether the stream goes on.
    fn inflate_through(&self, entry: &Entry, sink: &mut dyn FnMut(&[u8])) -> Result<bool, Error> {
        let mut packed = Packed::new(self, entry)?;
        let mut inflater = Decompress::new(false);
        let mut window = Vec::with_capacity(WINDOW);
        let mut left = entry.bytes;
        loop {
            window.clear();
            let ended = packed.step(&mut inflater, &mut window)?;
            let piece = window.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            sink(window.get(..piece).unwrap_or_default());
            left -= piece as u64;
            if piece < window.len() {
                return Ok(true);
            }
            if ended {
                return Ok(false);
            }
            if packed.is_spent() && window.is_empty() {
                return Err(Error::malformed(format!("{}: the deflate stream is cut short", entry.path)));
            }
        }
    }

    /// Keeps as anomalies what the directory said wrongly.
    fn compare(&self, entry: &Entry, unpacked: &Unpacked) {
        if unpacked.more || unpacked.bytes != entry.bytes {
            let is = if unpacked.more { "more".to_owned() } else { unpacked.bytes.to_string() };
            self.note("size_differs", &entry.path, format!("{} bytes promised, {is} there", entry.bytes));
        } else if unpacked.crc32 != entry.crc32 {
            let (is, said) = (unpacked.crc32, entry.crc32);
            self.note("bad_crc", &entry.path, format!("CRC-32 is {is:08x}, the directory says {said:08x}"));
        }
    }
}

fn data_offset(entry: &Entry) -> Result<u64, Error> {
    entry
        .data_offset
        .ok_or_else(|| Error::malformed(format!("{}: no local header where the directory says", entry.path)))
}

/// The packed bytes of an entry, a chunk at a time.
struct Packed<'a> {
    archive: &'a Archive,
    path: &'a str,
    at: u64,
    left: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl<'a> Packed<'a> {
    fn new(archive: &'a Archive, entry: &'a Entry) -> Result<Self, Error> {
        let at = data_offset(entry)?;
        let left = entry.packed_bytes.min(archive.source.len().saturating_sub(at));
        Ok(Self { archive, path: &entry.path, at, left, buffer: Vec::new(), used: 0 })
    }

    fn is_spent(&self) -> bool {
        self.left == 0 && self.used == self.buffer.len()
    }

    /// Inflates into the spare room of `out`; gives whether the stream ended.
    fn step(&mut self, inflater: &mut Decompress, out: &mut Vec<u8>) -> Result<bool, Error> {
        if self.used == self.buffer.len() && self.left > 0 {
            let chunk = CHUNK.min(usize::try_from(self.left).unwrap_or(CHUNK));
            self.buffer.resize(chunk, 0);
            self.archive.source.read_exact_at(self.at, &mut self.buffer)?;
            self.at += chunk as u64;
            self.left -= chunk as u64;
            self.used = 0;
        }
        let input = self.buffer.get(self.used..).unwrap_or_default();
        let before = (inflater.total_in(), out.len());
        let status = inflater
            .decompress_vec(input, out, FlushDecompress::None)
            .map_err(|_| Error::malformed(format!("{}: not a deflate stream", self.path)))?;
        self.used += usize::try_from(inflater.total_in() - before.0).unwrap_or(0);
        let ended = status == Status::StreamEnd;
        if !ended && !input.is_empty() && (inflater.total_in(), out.len()) == before {
            return Err(Error::malformed(format!("{}: the deflate stream makes no progress", self.path)));
        }
        Ok(ended)
    }
}
