//! The signature block of scheme v1: a PKCS #7 `SignedData` (RFC 2315, RFC 5652) over the bytes of the `.SF` file,
//! with or without signed attributes.

use super::certificate::{named, signature_hash, values, Certificate};
use super::der::{first, Reader, Value, INTEGER, OCTET_STRING, SEQUENCE, SET};
use super::key::{Hash, Padding};
use crate::facts::Signer;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// Most certificates and signer infos that are looked at.
const PARTS: usize = 32;

/// What a block says about who signed.
struct Info<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    digest: String,
    attributes: Option<Value<'a>>,
    algorithm: String,
    signature: &'a [u8],
}

/// The signer of `block`, verified against `content`; its errors say what does not hold.
///
/// # Errors
/// A sentence, when not even a certificate can be read.
pub(super) fn signer(block: &[u8], content: &[u8]) -> Result<Signer, String> {
    let (certificates, infos) = parts(block)?;
    let mut fallback: Option<Signer> = None;
    for info in &infos {
        let Some(certificate) = named(&certificates, info.issuer, info.serial) else { continue };
        let mut signer = certificate.signer("v1");
        match verify(info, certificate, content) {
            Ok(()) => return Ok(signer),
            Err(error) => signer.errors.push(error),
        }
        fallback.get_or_insert(signer);
    }
    if let Some(signer) = fallback {
        return Ok(signer);
    }
    let mut signer = certificates.first().ok_or("no certificate that can be read")?.signer("v1");
    signer.errors.push("no certificate is the one that the signer's entry names".to_owned());
    Ok(signer)
}

fn parts(block: &[u8]) -> Result<(Vec<Certificate<'_>>, Vec<Info<'_>>), String> {
    let mut outer = values(block).expect(SEQUENCE, "PKCS #7")?.inside();
    if outer.value()?.oid()? != SIGNED_DATA {
        return Err("PKCS #7: not signed data".to_owned());
    }
    let explicit = outer.value()?;
    let mut data = explicit.inside().expect(SEQUENCE, "signed data")?.inside();
    data.expect(INTEGER, "version")?;
    data.expect(SET, "digest algorithms")?;
    data.expect(SEQUENCE, "content")?;
    let mut certificates = Vec::new();
    if let Some(set) = data.optional(0xa0)? {
        let mut list = set.inside();
        while !list.is_empty() && certificates.len() < PARTS {
            // A certificate that cannot be read is left out; the signer's own is missed below if it was that one.
            if let Ok(certificate) = Certificate::read(list.value()?.raw) {
                certificates.push(certificate);
            }
        }
    }
    data.optional(0xa1)?;
    let mut list = data.expect(SET, "signer infos")?.inside();
    let mut infos = Vec::new();
    while !list.is_empty() && infos.len() < PARTS {
        infos.push(info(&mut list.expect(SEQUENCE, "signer info")?.inside())?);
    }
    Ok((certificates, infos))
}

fn info<'a>(fields: &mut Reader<'a>) -> Result<Info<'a>, String> {
    fields.expect(INTEGER, "version")?;
    let mut id = fields.expect(SEQUENCE, "issuer and serial number")?.inside();
    let issuer = id.expect(SEQUENCE, "issuer")?.raw;
    let serial = id.expect(INTEGER, "serial number")?.content;
    let digest = fields.expect(SEQUENCE, "digest algorithm")?.inside().value()?.oid()?;
    let attributes = fields.optional(0xa0)?;
    let algorithm = fields.expect(SEQUENCE, "signature algorithm")?.inside().value()?.oid()?;
    let signature = fields.expect(OCTET_STRING, "signature")?.content;
    Ok(Info { issuer, serial, digest, attributes, algorithm, signature })
}

fn verify(info: &Info<'_>, certificate: &Certificate<'_>, content: &[u8]) -> Result<(), String> {
    let hash = Hash::from_oid(&info.digest).ok_or_else(|| format!("digest algorithm {} is not known", info.digest))?;
    // The signature's algorithm may name a hash of its own; it must then be the same.
    if signature_hash(&info.algorithm).is_some_and(|other| other != hash) {
        return Err(format!("signature algorithm {} does not go with {}", info.algorithm, hash.name()));
    }
    let key = &certificate.key.key;
    let failed = |error| format!("the signature over the signature file: {error}");
    match &info.attributes {
        None => key.verify(hash, Padding::Pkcs1, content, info.signature).map_err(failed),
        Some(attributes) => {
            if message_digest(attributes)? != hash.of(&[content]) {
                return Err("the digest in the signed attributes is not that of the signature file".to_owned());
            }
            // What is signed is the SET itself, not its context tag (RFC 5652, 5.4).
            let signed = [&[SET], attributes.raw.get(1..).unwrap_or_default()].concat();
            key.verify(hash, Padding::Pkcs1, &signed, info.signature).map_err(failed)
        }
    }
}

fn message_digest<'a>(attributes: &Value<'a>) -> Result<&'a [u8], String> {
    let mut list = attributes.inside();
    while !list.is_empty() {
        let mut attribute = list.expect(SEQUENCE, "signed attribute")?.inside();
        if attribute.value()?.oid()? == MESSAGE_DIGEST {
            let set = attribute.expect(SET, "message digest")?;
            return Ok(first(set.content)?.content);
        }
    }
    Err("the signed attributes have no message digest".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_block_is_an_error() {
        for bytes in [&b""[..], b"\x30\x00", b"\x30\x03\x06\x01\x2a", b"plain text"] {
            assert!(signer(bytes, b"content").is_err());
        }
    }
}
