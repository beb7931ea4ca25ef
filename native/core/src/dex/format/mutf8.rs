//! Modified UTF-8 as dex strings use it ("Dalvik executable format", MUTF-8 encoding), read without refusing anything.

use std::borrow::Cow;

/// `bytes` as text: U+0000 as `C0 80`, supplementary characters as surrogate pairs of three bytes each. What is
/// neither, a lone surrogate among it, becomes U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(char::decode_utf16(Units { bytes }).map(|c| c.unwrap_or('\u{fffd}')).collect()),
    }
}

/// UTF-8 would read these bytes otherwise than MUTF-8 does: a surrogate or an overlong form is among them.
pub(crate) fn differs_from_utf8(bytes: &[u8]) -> bool {
    memchr::memchr2(0xed, 0xc0, bytes).is_some()
}

struct Units<'a> {
    bytes: &'a [u8],
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let continuation = |byte: u8| (byte & 0xc0 == 0x80).then_some(u16::from(byte & 0x3f));
        let (&first, rest) = self.bytes.split_first()?;
        let lead = u16::from(first);
        let (unit, used) = match (first, rest) {
            (0..=0x7f, _) => (lead, 0),
            (0xc0..=0xdf, [second, ..]) => match continuation(*second) {
                Some(low) => ((lead & 0x1f) << 6 | low, 1),
                None => (0xfffd, 0),
            },
            (0xe0..=0xef, [second, third, ..]) => match (continuation(*second), continuation(*third)) {
                (Some(middle), Some(low)) => ((lead & 0x0f) << 12 | middle << 6 | low, 2),
                _ => (0xfffd, 0),
            },
            _ => (0xfffd, 0),
        };
        self.bytes = rest.get(used..).unwrap_or_default();
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(decode("手机号".as_bytes()), Cow::Borrowed("手机号")));
    }

    #[test]
    fn nul_and_surrogate_pairs_are_read_as_java_wrote_them() {
        assert_eq!(decode(&[b'a', 0xc0, 0x80, b'b']), "a\0b");
        assert_eq!(decode(&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]), "\u{1f600}");
    }

    #[test]
    fn broken_bytes_cost_one_character_each() {
        assert_eq!(decode(&[b'a', 0xff, b'b']), "a\u{fffd}b");
        assert_eq!(decode(&[0xed, 0xa0, 0xbd, b'x']), "\u{fffd}x");
        assert_eq!(decode(&[0xe4, b'x']), "\u{fffd}x");
    }
}
