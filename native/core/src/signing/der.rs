//! ASN.1 values in BER or DER (X.690), read without copying: what certificates, keys and PKCS#7 blocks are made of.
//!
//! More lenient than DER on purpose: Android has installed certificates with lax encodings for years, and a
//! certificate that cannot be told from its bytes is worse than one whose encoding is untidy.

/// Deepest nesting followed inside a value of indefinite length.
const DEPTH: u32 = 32;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// One value: its tag, its content, and all of its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    /// Tag and length included.
    pub raw: &'a [u8],
}

impl<'a> Value<'a> {
    /// The values inside.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The bits of a BIT STRING whose length is a whole number of bytes.
    pub fn bits(&self) -> Result<&'a [u8], String> {
        match self.content.split_first() {
            Some((0, bits)) if self.tag == BIT_STRING => Ok(bits),
            _ => Err("no BIT STRING of whole bytes".to_owned()),
        }
    }

    /// The object identifier in dotted decimals.
    pub fn oid(&self) -> Result<String, String> {
        if self.tag != OID || self.content.is_empty() || self.content.len() > 64 {
            return Err("no object identifier".to_owned());
        }
        let mut arcs: Vec<u64> = Vec::new();
        let mut arc: u64 = 0;
        for byte in self.content {
            arc = arc.checked_mul(128).ok_or("object identifier out of range")? | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                if arcs.is_empty() {
                    let first = (arc / 40).min(2);
                    arcs.push(first);
                    arcs.push(arc.saturating_sub(first * 40));
                } else {
                    arcs.push(arc);
                }
                arc = 0;
            }
        }
        Ok(arcs.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
    }

    /// The bytes of a non-negative INTEGER without leading zeros.
    pub fn unsigned(&self) -> Result<&'a [u8], String> {
        if self.tag != INTEGER || self.content.is_empty() {
            return Err("no INTEGER".to_owned());
        }
        let zeros = self.content.iter().take_while(|byte| **byte == 0).count();
        Ok(self.content.get(zeros..).unwrap_or_default())
    }
}

/// Values one after another.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next value, whatever it is.
    pub fn value(&mut self) -> Result<Value<'a>, String> {
        let (value, rest) = split(self.rest, DEPTH)?;
        self.rest = rest;
        Ok(value)
    }

    /// The next value, which must have this tag.
    pub fn expect(&mut self, tag: u8, what: &str) -> Result<Value<'a>, String> {
        let value = self.value().map_err(|error| format!("{what}: {error}"))?;
        if value.tag == tag {
            Ok(value)
        } else {
            Err(format!("{what}: tag 0x{:02x} where 0x{tag:02x} belongs", value.tag))
        }
    }

    /// The next value if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Value<'a>>, String> {
        if self.rest.first() == Some(&tag) {
            self.value().map(Some)
        } else {
            Ok(None)
        }
    }
}

/// Only the first value of `bytes`.
pub(super) fn first(bytes: &[u8]) -> Result<Value<'_>, String> {
    split(bytes, DEPTH).map(|(value, _)| value)
}

fn split(bytes: &[u8], depth: u32) -> Result<(Value<'_>, &[u8]), String> {
    let cut = || "ASN.1 value cut short".to_owned();
    let tag = *bytes.first().ok_or_else(cut)?;
    if tag & 0x1f == 0x1f {
        return Err("ASN.1 tag beyond 30".to_owned());
    }
    let short = *bytes.get(1).ok_or_else(cut)?;
    let (header, length) = match short {
        0..=0x7f => (2_usize, usize::from(short)),
        0x80 => return split_indefinite(bytes, tag, depth),
        0x81..=0x84 => {
            let count = usize::from(short & 0x7f);
            let digits = bytes.get(2..2 + count).ok_or_else(cut)?;
            let length = digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            (2 + count, length)
        }
        _ => return Err("ASN.1 length out of range".to_owned()),
    };
    let end = header.checked_add(length).ok_or_else(cut)?;
    let content = bytes.get(header..end).ok_or_else(cut)?;
    let raw = bytes.get(..end).ok_or_else(cut)?;
    let rest = bytes.get(end..).ok_or_else(cut)?;
    Ok((Value { tag, content, raw }, rest))
}

/// A constructed BER value that ends with two zero bytes.
fn split_indefinite(bytes: &[u8], tag: u8, depth: u32) -> Result<(Value<'_>, &[u8]), String> {
    if tag & 0x20 == 0 {
        return Err("primitive ASN.1 value of indefinite length".to_owned());
    }
    let depth = depth.checked_sub(1).ok_or("ASN.1 values nested too deeply")?;
    let body = bytes.get(2..).unwrap_or_default();
    let mut rest = body;
    while !rest.starts_with(&[0, 0]) {
        rest = split(rest, depth)?.1;
    }
    let length = body.len().saturating_sub(rest.len());
    let content = body.get(..length).unwrap_or_default();
    let raw = bytes.get(..length.saturating_add(4)).ok_or("ASN.1 value cut short")?;
    Ok((Value { tag, content, raw }, rest.get(2..).unwrap_or_default()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_identifiers() {
        let mut reader = Reader::new(&[0x30, 0x81, 0x03, 0x02, 0x01, 0x05, 0x06, 0x03, 0x2a, 0x86, 0x48]);
        let sequence = reader.expect(SEQUENCE, "test").unwrap();
        assert_eq!(sequence.inside().value().unwrap().unsigned().unwrap(), [5]);
        assert_eq!(reader.value().unwrap().oid().unwrap(), "1.2.840");
        assert!(reader.is_empty());
    }

    #[test]
    fn indefinite_length_ends_at_its_own_mark() {
        let bytes = [0x30, 0x80, 0x30, 0x80, 0x02, 0x01, 0x07, 0, 0, 0, 0, 0x05, 0x00];
        let mut reader = Reader::new(&bytes);
        let outer = reader.value().unwrap();
        assert_eq!(outer.content.len(), 7);
        assert_eq!(reader.value().unwrap().tag, 0x05);
    }

    #[test]
    fn nesting_and_cut_values_are_errors() {
        let deep = [0x30_u8, 0x80].repeat(100_000);
        assert!(first(&deep).unwrap_err().contains("deeply"));
        assert!(first(&[0x30, 0x05, 0x02]).unwrap_err().contains("cut short"));
        assert!(first(&[0x1f, 0x01, 0x00]).is_err());
        assert!(first(&[]).is_err());
    }
}
