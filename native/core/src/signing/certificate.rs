//! X.509 certificates (RFC 5280): the facts about a signer, and whether the certificate signs itself.

use super::der::{first, Reader, Value, INTEGER, SEQUENCE};
use super::key::{Hash, KeyInfo, Padding};
use super::name;
use crate::facts::Signer;

/// A certificate taken apart; nothing in it is trusted.
pub(super) struct Certificate<'a> {
    /// All of its bytes.
    pub der: &'a [u8],
    /// `SubjectPublicKeyInfo`, all of its bytes.
    pub spki: &'a [u8],
    /// Issuer name, all of its bytes.
    pub issuer: &'a [u8],
    /// Serial number, content bytes.
    pub serial: &'a [u8],
    pub key: KeyInfo,
    signed: &'a [u8],
    subject: &'a [u8],
    not_before: Option<String>,
    not_after: Option<String>,
    algorithm: String,
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// The certificate at the start of `der`; bytes after it are left alone.
    pub fn read(der: &'a [u8]) -> Result<Self, String> {
        let whole = first(der).map_err(|error| format!("certificate: {error}"))?;
        if whole.tag != SEQUENCE {
            return Err("certificate: no SEQUENCE".to_owned());
        }
        let mut outer = whole.inside();
        let signed = outer.expect(SEQUENCE, "certificate")?;
        let algorithm = outer.expect(SEQUENCE, "certificate's signature algorithm")?.inside().value()?.oid()?;
        let signature = outer.value()?.bits().unwrap_or_default();
        let mut tbs = signed.inside();
        tbs.optional(0xa0)?;
        let serial = tbs.expect(INTEGER, "serial number")?.content;
        tbs.expect(SEQUENCE, "certificate's signature algorithm")?;
        let issuer = tbs.expect(SEQUENCE, "issuer")?.raw;
        let mut validity = tbs.expect(SEQUENCE, "validity")?.inside();
        let not_before = validity.value().ok().as_ref().and_then(time);
        let not_after = validity.value().ok().as_ref().and_then(time);
        let subject = tbs.expect(SEQUENCE, "subject")?.raw;
        let spki = tbs.expect(SEQUENCE, "public key")?.raw;
        Ok(Self {
            der: whole.raw,
            spki,
            issuer,
            serial,
            key: KeyInfo::read(spki)?,
            signed: signed.raw,
            subject,
            not_before,
            not_after,
            algorithm,
            signature,
        })
    }

    /// SHA-256 of the certificate, lower-case hex.
    pub fn sha256(&self) -> String {
        fingerprint(self.der)
    }

    /// The certificate's part of a signer's facts.
    pub fn signer(&self, scheme: &str) -> Signer {
        Signer {
            scheme: scheme.to_owned(),
            sha256: self.sha256(),
            subject: name::text(self.subject),
            issuer: name::text(self.issuer),
            serial: serial_text(self.serial),
            not_before: self.not_before.clone(),
            not_after: self.not_after.clone(),
            key_algorithm: Some(self.key.algorithm.clone()),
            key_bits: self.key.bits,
            signature_algorithm: Some(algorithm_name(&self.algorithm)),
            certificate_self_signed: self.self_signed(),
            ..Signer::default()
        }
    }

    /// `None`: it names itself as issuer, but with an algorithm that cannot be verified here.
    fn self_signed(&self) -> Option<bool> {
        if self.subject != self.issuer {
            return Some(false);
        }
        let hash = signature_hash(&self.algorithm)?;
        Some(self.key.key.verify(hash, Padding::Pkcs1, self.signed, self.signature).is_ok())
    }
}

/// SHA-256 in lower-case hex.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    super::hex(&Hash::Sha256.of(&[bytes]))
}

/// The hash inside a signature algorithm's identifier; `None` for PSS and for what Android does not know.
pub(super) fn signature_hash(oid: &str) -> Option<Hash> {
    Some(match oid {
        "1.2.840.113549.1.1.4" => Hash::Md5,
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" | "1.2.840.10040.4.3" | "1.2.840.10045.4.1" => Hash::Sha1,
        "1.2.840.113549.1.1.14" | "2.16.840.1.101.3.4.3.1" | "1.2.840.10045.4.3.1" => Hash::Sha224,
        "1.2.840.113549.1.1.11" | "2.16.840.1.101.3.4.3.2" | "1.2.840.10045.4.3.2" => Hash::Sha256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Hash::Sha384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Hash::Sha512,
        _ => return None,
    })
}

/// As Java names it (`SHA256withRSA`), else the dotted identifier.
fn algorithm_name(oid: &str) -> String {
    if oid == "1.2.840.113549.1.1.10" {
        return "RSASSA-PSS".to_owned();
    }
    let family = match oid {
        _ if oid.starts_with("1.2.840.113549.1.1.") || oid == "1.3.14.3.2.29" => "RSA",
        _ if oid.starts_with("1.2.840.10045.4.") => "ECDSA",
        _ => "DSA",
    };
    signature_hash(oid).map_or_else(|| oid.to_owned(), |hash| format!("{}with{family}", hash.name()))
}

/// Hex of the number, a minus sign before a negative one (RFC 5280 forbids those; they occur).
fn serial_text(content: &[u8]) -> String {
    let negative = content.first().is_some_and(|byte| byte & 0x80 != 0);
    let magnitude: Vec<u8> = if negative {
        let mut carry = true;
        let mut out: Vec<u8> = content
            .iter()
            .rev()
            .map(|byte| {
                let (flipped, overflow) = (!byte).overflowing_add(u8::from(carry));
                carry = overflow;
                flipped
            })
            .collect();
        out.reverse();
        out
    } else {
        content.to_vec()
    };
    let digits = super::hex(&magnitude);
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if negative {
        format!("-{digits}")
    } else {
        digits.to_owned()
    }
}

/// UTCTime or GeneralizedTime as RFC 3339 in UTC; `None` when it is not such a time.
fn time(value: &Value<'_>) -> Option<String> {
    let text = std::str::from_utf8(value.content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match value.tag {
        0x17 => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        0x18 => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let field = |at: usize, low: u32, high: u32| -> Option<u32> {
        let digits = rest.get(at..at + 2)?;
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())??;
        (low..=high).contains(&number).then_some(number)
    };
    let second = if rest.len() >= 10 { field(8, 0, 59)? } else { 0 };
    let (month, day, hour, minute) = (field(0, 1, 12)?, field(2, 1, 31)?, field(4, 0, 23)?, field(6, 0, 59)?);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (year > 0 && day <= longest).then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// The certificate of `candidates` that `issuer` and `serial` name. Names are compared as RFC 5280, 7.1 says: the same
/// words in another kind of string, in other letter case or with other spaces, are the same name.
pub(super) fn named<'c, 'a>(
    candidates: &'c [Certificate<'a>],
    issuer: &[u8],
    serial: &[u8],
) -> Option<&'c Certificate<'a>> {
    let words = |raw: &[u8]| name::text(raw).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    candidates.iter().find(|candidate| {
        serial_text(candidate.serial) == serial_text(serial)
            && (candidate.issuer == issuer || words(candidate.issuer) == words(issuer))
    })
}

/// A reader over `bytes`, for values that stand side by side.
pub(super) fn values(bytes: &[u8]) -> Reader<'_> {
    Reader::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_kinds() {
        let utc = |text: &'static str| time(&Value { tag: 0x17, content: text.as_bytes(), raw: &[] });
        let general = |text: &'static str| time(&Value { tag: 0x18, content: text.as_bytes(), raw: &[] });
        assert_eq!(utc("080229013346Z").as_deref(), Some("2008-02-29T01:33:46Z"));
        assert_eq!(utc("5001010000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(general("21160705070124Z").as_deref(), Some("2116-07-05T07:01:24Z"));
        assert_eq!(utc("070229013346Z"), None);
        assert_eq!(general("00000101000000Z"), None);
        assert_eq!(utc("nonsense"), None);
    }

    #[test]
    fn serials() {
        assert_eq!(serial_text(&[0x00, 0x93, 0x6e]), "936e");
        assert_eq!(serial_text(&[0xff]), "-1");
        assert_eq!(serial_text(&[0x00]), "0");
    }

    #[test]
    fn names_of_algorithms() {
        assert_eq!(algorithm_name("1.2.840.113549.1.1.11"), "SHA256withRSA");
        assert_eq!(algorithm_name("1.2.840.10045.4.3.2"), "SHA256withECDSA");
        assert_eq!(algorithm_name("1.2.3"), "1.2.3");
    }
}
