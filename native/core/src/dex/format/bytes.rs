//! Little-endian numbers and LEB128 out of a byte slice; anything outside the slice is `None`, never a panic.

/// The 16-bit number at byte `at`.
#[inline]
pub(crate) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*bytes))
}

/// The 32-bit number at byte `at`.
#[inline]
pub(crate) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

/// The 16-bit code unit number `unit` of an instruction stream.
#[inline]
pub(crate) fn unit_at(code: &[u8], unit: u32) -> Option<u16> {
    u16_at(code, (unit as usize).checked_mul(2)?)
}

/// The signed 32-bit number that starts at code unit `unit`.
#[inline]
pub(crate) fn int_at(code: &[u8], unit: u32) -> Option<i32> {
    Some(u32_at(code, (unit as usize).checked_mul(2)?)? as i32)
}

/// Reads forward through a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor on `data` at byte `at`.
    pub(crate) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at }
    }

    /// Byte offset of the next read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let byte = *self.data.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// The next unsigned LEB128, at most five bytes ("Dalvik executable format", LEB128).
    pub(crate) fn uleb128(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// The next signed LEB128.
    pub(crate) fn sleb128(&mut self) -> Option<i32> {
        let mut value = 0u32;
        for shift in [0u32, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                let bits = shift + 7;
                let signed = byte & 0x40 != 0 && bits < 32;
                return Some(if signed { (value | (u32::MAX << bits)) as i32 } else { value as i32 });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leb128_follows_the_examples_of_the_format() {
        let read = |bytes: &[u8]| (Cursor::new(bytes, 0).sleb128(), Cursor::new(bytes, 0).uleb128());
        assert_eq!(read(&[0x00]), (Some(0), Some(0)));
        assert_eq!(read(&[0x01]), (Some(1), Some(1)));
        assert_eq!(read(&[0x7f]), (Some(-1), Some(127)));
        assert_eq!(read(&[0x80, 0x7f]), (Some(-128), Some(16256)));
    }

    #[test]
    fn leb128_that_never_ends_is_refused() {
        assert_eq!(Cursor::new(&[0x80; 8], 0).uleb128(), None);
        assert_eq!(Cursor::new(&[0x80, 0x80], 0).uleb128(), None);
        assert_eq!(Cursor::new(&[], 0).sleb128(), None);
    }
}
