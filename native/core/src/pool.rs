//! String pools of binary XML and of resource tables (`ResStringPool_header` in AOSP
//! `androidfw/include/androidfw/ResourceTypes.h`), decoded one string at a time, when asked for.

use crate::le;

/// Type of the chunk.
pub const POOL: u16 = 0x0001;
const UTF8: u32 = 0x0100;
const HEADER: usize = 28;

/// A pool over the bytes of its chunk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pool<'a> {
    chunk: &'a [u8],
    offsets: usize,
    count: usize,
    strings: usize,
    utf8: bool,
}

impl<'a> Pool<'a> {
    /// The pool in `chunk` (header included), or `None` when its header is not there.
    pub fn new(chunk: &'a [u8]) -> Option<Self> {
        let offsets = usize::from(le::u16(chunk, 2)?).max(HEADER);
        let promised = le::index(chunk, 8)?;
        let strings = le::index(chunk, 20)?;
        let room = chunk.len().saturating_sub(offsets) / 4;
        Some(Self { chunk, offsets, count: promised.min(room), strings, utf8: le::u32(chunk, 16)? & UTF8 != 0 })
    }

    /// Number of strings there is room for.
    pub fn len(&self) -> usize {
        self.count
    }

    /// There is no string.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The string number `index`; what is not Unicode is replaced by U+FFFD.
    pub fn get(&self, index: u32) -> Option<String> {
        let index = usize::try_from(index).ok().filter(|index| *index < self.count)?;
        let offset = le::index(self.chunk, self.offsets + index * 4)?;
        let at = self.strings.checked_add(offset)?;
        if self.utf8 {
            self.utf8_at(at)
        } else {
            self.utf16_at(at)
        }
    }

    fn utf16_at(&self, at: usize) -> Option<String> {
        let first = usize::from(le::u16(self.chunk, at)?);
        let (len, start) = if first & 0x8000 != 0 {
            (((first & 0x7fff) << 16) | usize::from(le::u16(self.chunk, at + 2)?), at + 4)
        } else {
            (first, at + 2)
        };
        let rest = self.chunk.get(start..)?;
        let bytes = rest.get(..len.saturating_mul(2).min(rest.len()))?;
        let units = bytes.chunks_exact(2).map(|pair| le::u16(pair, 0).unwrap_or(0));
        Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }

    fn utf8_at(&self, at: usize) -> Option<String> {
        let (_, at) = self.length8(at)?;
        let (len, start) = self.length8(at)?;
        let rest = self.chunk.get(start..)?;
        let mut bytes = rest.get(..len.min(rest.len()))?;
        // A length written in 15 bits is wrong beyond 32,767: Android then goes by the terminator.
        if rest.get(len) != Some(&0) {
            if let Some(end) = rest.iter().position(|byte| *byte == 0) {
                bytes = rest.get(..end)?;
            }
        }
        Some(text(bytes))
    }

    fn length8(&self, at: usize) -> Option<(usize, usize)> {
        let first = usize::from(*self.chunk.get(at)?);
        if first & 0x80 == 0 {
            return Some((first, at + 1));
        }
        Some((((first & 0x7f) << 8) | usize::from(*self.chunk.get(at + 1)?), at + 2))
    }
}

/// UTF-8, or the modified UTF-8 that aapt2 writes (characters beyond U+FFFF as two surrogates of three bytes each).
fn text(bytes: &[u8]) -> String {
    if let Ok(plain) = std::str::from_utf8(bytes) {
        return plain.to_owned();
    }
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let (unit, used) = match (*first, tail) {
            (0..=0x7f, _) => (u32::from(*first), 1),
            (0xc0..=0xdf, [b, ..]) if is_tail(*b) => (bits(*first, 0x1f) << 6 | bits(*b, 0x3f), 2),
            (0xe0..=0xef, [b, c, ..]) if is_tail(*b) && is_tail(*c) => {
                (bits(*first, 0x0f) << 12 | bits(*b, 0x3f) << 6 | bits(*c, 0x3f), 3)
            }
            (0xf0..=0xf7, [b, c, d, ..]) if is_tail(*b) && is_tail(*c) && is_tail(*d) => {
                (bits(*first, 7) << 18 | bits(*b, 0x3f) << 12 | bits(*c, 0x3f) << 6 | bits(*d, 0x3f), 4)
            }
            _ => (0xfffd, 1),
        };
        match u16::try_from(unit) {
            Ok(unit) => units.push(unit),
            Err(_) => {
                let wide = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                units.extend_from_slice(wide.encode_utf16(&mut [0; 2]));
            }
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    String::from_utf16_lossy(&units)
}

fn is_tail(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

fn bits(byte: u8, mask: u8) -> u32 {
    u32::from(byte & mask)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn pool(flags: u32, strings: &[&[u8]]) -> Vec<u8> {
        let mut offsets = Vec::new();
        let mut data = Vec::new();
        for string in strings {
            offsets.extend((data.len() as u32).to_le_bytes());
            data.extend_from_slice(string);
        }
        let start = HEADER + offsets.len();
        let mut out = vec![1, 0, 28, 0];
        for word in [(start + data.len()) as u32, strings.len() as u32, 0, flags, start as u32, 0] {
            out.extend(word.to_le_bytes());
        }
        out.extend(offsets);
        out.extend(data);
        out
    }

    #[test]
    fn both_encodings_and_surrogates_in_three_bytes_are_read() {
        let utf8 = pool(
            UTF8,
            &[b"\x02\x06\xe9\x92\xb1\xe5\x8c\x85\0", b"\x02\x06\xed\xa0\xbd\xed\xb2\xb0\0", b"\x01\x01\xff\0"],
        );
        let read = Pool::new(&utf8).unwrap();
        assert_eq!(read.get(0).unwrap(), "钱包");
        assert_eq!(read.get(1).unwrap(), "\u{1f4b0}");
        assert_eq!(read.get(2).unwrap(), "\u{fffd}");
        assert_eq!(read.get(3), None);
        let utf16 = pool(0, &[b"\x02\0\xb1\x94\x05\x53\0\0"]);
        assert_eq!(Pool::new(&utf16).unwrap().get(0).unwrap(), "钱包");
    }

    #[test]
    fn a_count_and_a_length_that_lie_are_bounded() {
        let mut lying = pool(0, &[b"\xff\x7fa\0"]);
        lying.splice(8..12, u32::MAX.to_le_bytes());
        let read = Pool::new(&lying).unwrap();
        assert!(read.len() <= lying.len() / 4);
        assert_eq!(read.get(0).unwrap(), "a");
        assert_eq!(read.get(u32::MAX), None);
    }
}
