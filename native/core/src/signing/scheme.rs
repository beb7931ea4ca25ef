//! APK Signature Scheme v2, v3 and v3.1 (AOSP `ApkSignatureSchemeV2Verifier`, `ApkSignatureSchemeV3Verifier`).
//!
//! Of several signatures Android checks the one with the strongest digest; so does this. Every failure is kept as a
//! sentence on the signer it belongs to: a broken signer is shown with its certificate, never left out.

use super::block::{le32, Block, Fields, V2, V3, V31};
use super::certificate::{fingerprint, Certificate};
use super::digest::{Content, Digests};
use super::key::{Hash, Padding, PublicKey};
use super::lineage;
use crate::facts::Signer;
use crate::limits::Limits;

/// v2 attribute: the highest scheme this package was signed with. Removing that scheme must not go unseen.
const STRIPPING: u32 = 0xbeef_f00d;
/// v3 attribute: the signers before this one.
const LINEAGE: u32 = 0x3ba0_6f8c;
/// v3 attribute: the API level from which the v3.1 block holds another signer.
const ROTATION_MIN_SDK: u32 = 0x559f_8b02;

/// One of the schemes that stand in the signing block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    V2,
    V3,
    V31,
}

impl Scheme {
    pub const ALL: [Self; 3] = [Self::V2, Self::V3, Self::V31];

    pub fn name(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
            Self::V31 => "v3.1",
        }
    }

    pub fn id(self) -> u32 {
        match self {
            Self::V2 => V2,
            Self::V3 => V3,
            Self::V31 => V31,
        }
    }
}

/// A signature algorithm of the schemes.
#[derive(Debug, Clone, Copy)]
struct Algorithm {
    id: u32,
    hash: Hash,
    padding: Padding,
    content: Content,
    key: &'static str,
}

const fn algorithm(id: u32, hash: Hash, padding: Padding, content: Content, key: &'static str) -> Algorithm {
    Algorithm { id, hash, padding, content, key }
}

const ALGORITHMS: [Algorithm; 10] = [
    algorithm(0x0101, Hash::Sha256, Padding::Pss, Content::Sha256, "RSA"),
    algorithm(0x0102, Hash::Sha512, Padding::Pss, Content::Sha512, "RSA"),
    algorithm(0x0103, Hash::Sha256, Padding::Pkcs1, Content::Sha256, "RSA"),
    algorithm(0x0104, Hash::Sha512, Padding::Pkcs1, Content::Sha512, "RSA"),
    algorithm(0x0201, Hash::Sha256, Padding::Pkcs1, Content::Sha256, "EC"),
    algorithm(0x0202, Hash::Sha512, Padding::Pkcs1, Content::Sha512, "EC"),
    algorithm(0x0301, Hash::Sha256, Padding::Pkcs1, Content::Sha256, "DSA"),
    algorithm(0x0421, Hash::Sha256, Padding::Pkcs1, Content::Verity, "RSA"),
    algorithm(0x0423, Hash::Sha256, Padding::Pkcs1, Content::Verity, "EC"),
    algorithm(0x0425, Hash::Sha256, Padding::Pkcs1, Content::Verity, "DSA"),
];

fn known(id: u32) -> Option<Algorithm> {
    ALGORITHMS.into_iter().find(|algorithm| algorithm.id == id)
}

/// `Ok` when `signature`, made with the algorithm `id`, is `key`'s over `message`.
pub(super) fn verify(
    id: u32,
    key: &PublicKey,
    key_algorithm: &str,
    message: &[u8],
    signature: &[u8],
) -> Result<(), String> {
    let algorithm = known(id).ok_or_else(|| format!("signature algorithm 0x{id:04x} is not known"))?;
    if algorithm.key != key_algorithm {
        return Err(format!("signature algorithm 0x{id:04x} does not go with a key of the kind {key_algorithm}"));
    }
    key.verify(algorithm.hash, algorithm.padding, message, signature)
}

/// The signers of `scheme`, or a sentence on why its value cannot be taken apart.
pub(super) fn signers(
    scheme: Scheme,
    block: &Block,
    digests: &mut Digests<'_>,
    limits: &Limits,
) -> Result<Vec<Signer>, String> {
    let value = block.value(scheme.id()).unwrap_or_default();
    let mut list = Fields::new(value).fields("the list of signers")?;
    let mut out = Vec::new();
    while !list.is_empty() {
        if out.len() >= limits.signers {
            return Err(format!("more signers than the limit signers ({})", limits.signers));
        }
        let signer = list.bytes("a signer")?;
        out.push(read_signer(scheme, signer, block, digests, limits));
    }
    if out.is_empty() {
        return Err("no signer inside".to_owned());
    }
    Ok(out)
}

/// One signer: what its certificate says, then everything that does not hold.
fn read_signer(scheme: Scheme, bytes: &[u8], block: &Block, digests: &mut Digests<'_>, limits: &Limits) -> Signer {
    let mut signer = Signer { scheme: scheme.name().to_owned(), ..Signer::default() };
    if let Err(error) = check_signer(scheme, bytes, block, digests, limits, &mut signer) {
        signer.errors.push(error);
    }
    signer.verified = signer.errors.is_empty();
    signer
}

/// The parts of a signer and of what it signs.
struct Parts<'a> {
    signed: &'a [u8],
    range: Option<(u32, u32)>,
    signatures: Vec<(u32, &'a [u8])>,
    key: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(scheme: Scheme, bytes: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(bytes);
        let signed = fields.bytes("the signed data")?;
        let range = match scheme {
            Scheme::V2 => None,
            Scheme::V3 | Scheme::V31 => {
                Some((fields.number("the lowest API level")?, fields.number("the highest API level")?))
            }
        };
        let signatures = numbered(&mut fields.fields("the signatures")?, "a signature")?;
        let key = fields.bytes("the public key")?;
        Ok(Self { signed, range, signatures, key })
    }
}

/// Pairs of an algorithm and length-prefixed bytes.
fn numbered<'a>(list: &mut Fields<'a>, what: &str) -> Result<Vec<(u32, &'a [u8])>, String> {
    let mut out = Vec::new();
    while !list.is_empty() {
        let mut pair = list.fields(what)?;
        out.push((pair.number(what)?, pair.bytes(what)?));
    }
    Ok(out)
}

fn check_signer(
    scheme: Scheme,
    bytes: &[u8],
    block: &Block,
    digests: &mut Digests<'_>,
    limits: &Limits,
    signer: &mut Signer,
) -> Result<(), String> {
    let parts = Parts::read(scheme, bytes)?;
    let mut signed = Fields::new(parts.signed);
    let claimed = numbered(&mut signed.fields("the digests")?, "a digest")?;
    let mut certificates = signed.fields("the certificates")?;
    let first = certificates.bytes("the signer's certificate")?;
    if first.len() as u64 > limits.certificate_bytes {
        return Err(format!("the certificate is over the limit certificate_bytes ({})", limits.certificate_bytes));
    }
    let certificate = match Certificate::read(first) {
        Ok(certificate) => certificate,
        Err(error) => {
            signer.sha256 = fingerprint(first);
            return Err(error);
        }
    };
    *signer = certificate.signer(scheme.name());
    if let Some((low, high)) = parts.range {
        signer.min_sdk = Some(i64::from(low));
        signer.max_sdk = Some(i64::from(high));
        if (signed.number("the lowest API level")?, signed.number("the highest API level")?) != (low, high) {
            signer.errors.push("the API levels beside the signature are not those that were signed".to_owned());
        }
        if low > high {
            signer.errors.push(format!("the lowest API level ({low}) is above the highest ({high})"));
        }
    }
    let attributes = match attributes(&mut signed, scheme) {
        Ok(attributes) => attributes,
        Err(error) => {
            signer.errors.push(error);
            Vec::new()
        }
    };
    check_signature(&parts, &certificate, &claimed, digests, signer);
    check_attributes(scheme, &attributes, block, &certificate, signer);
    Ok(())
}

fn check_signature(
    parts: &Parts<'_>,
    certificate: &Certificate<'_>,
    claimed: &[(u32, &[u8])],
    digests: &mut Digests<'_>,
    signer: &mut Signer,
) {
    if parts.key != certificate.spki {
        signer.errors.push("the public key beside the signature is not the certificate's".to_owned());
    }
    let strongest = parts
        .signatures
        .iter()
        .filter_map(|(id, signature)| known(*id).map(|algorithm| (algorithm, *signature)))
        .max_by_key(|(algorithm, _)| algorithm.content);
    let Some((algorithm, signature)) = strongest else {
        signer.errors.push("no signature of a known algorithm".to_owned());
        return;
    };
    let key = &certificate.key;
    if let Err(error) = verify(algorithm.id, &key.key, &key.algorithm, parts.signed, signature) {
        signer.errors.push(format!("signature over the signed data (algorithm 0x{:04x}): {error}", algorithm.id));
    }
    if !parts.signatures.iter().map(|(id, _)| id).eq(claimed.iter().map(|(id, _)| id)) {
        signer.errors.push("the algorithms of the signatures are not those of the digests".to_owned());
    }
    let name = algorithm.content.name();
    match claimed.iter().find(|(id, _)| *id == algorithm.id) {
        None => signer.errors.push(format!("no {name} digest was signed")),
        Some((_, claimed)) => match digests.get(algorithm.content) {
            Ok(actual) if actual == *claimed => {}
            Ok(_) => signer.errors.push(format!(
                "the contents of the package were changed after signing: their {name} digest is not the one signed"
            )),
            Err(error) => signer.errors.push(format!("the {name} digest of the contents: {error}")),
        },
    }
}

/// Pairs of an attribute's identifier and its bytes.
fn attributes<'a>(signed: &mut Fields<'a>, scheme: Scheme) -> Result<Vec<(u32, &'a [u8])>, String> {
    if scheme == Scheme::V2 && signed.is_empty() {
        return Ok(Vec::new());
    }
    let mut list = signed.fields("the attributes")?;
    let mut out = Vec::new();
    while !list.is_empty() {
        let mut attribute = list.fields("an attribute")?;
        let id = attribute.number("an attribute")?;
        out.push((id, attribute.remaining()));
    }
    Ok(out)
}

fn check_attributes(
    scheme: Scheme,
    attributes: &[(u32, &[u8])],
    block: &Block,
    certificate: &Certificate<'_>,
    signer: &mut Signer,
) {
    for (id, value) in attributes {
        match (scheme, *id) {
            (Scheme::V2, STRIPPING) if le32(value) == Some(3) && block.value(V3).is_none() => {
                signer
                    .errors
                    .push("the package was signed with scheme v3 too, and that signature was removed".to_owned());
            }
            (Scheme::V3 | Scheme::V31, LINEAGE) => match lineage::read(value, certificate.der) {
                Ok(earlier) => signer.lineage = earlier,
                Err(error) => signer.errors.push(format!("proof of rotation: {error}")),
            },
            (Scheme::V3, ROTATION_MIN_SDK) => check_rotation(le32(value), block, signer),
            _ => {}
        }
    }
}

/// A v3 signer that announces a v3.1 block: the block must be there and begin at that level.
fn check_rotation(level: Option<u32>, block: &Block, signer: &mut Signer) {
    let Some(level) = level else {
        signer.errors.push("the API level of the key rotation is cut short".to_owned());
        return;
    };
    let Some(value) = block.value(V31) else {
        signer.errors.push(format!("a signature of scheme v3.1 from API level {level} on was removed"));
        return;
    };
    let begins = || -> Result<u32, String> {
        let mut list = Fields::new(value).fields("signers")?;
        let mut lowest = u32::MAX;
        while !list.is_empty() {
            let mut one = list.fields("signer")?;
            one.bytes("signed data")?;
            lowest = lowest.min(one.number("API level")?);
        }
        Ok(lowest)
    };
    if begins() != Ok(level) {
        signer
            .errors
            .push(format!("the signature of scheme v3.1 does not begin at API level {level}, as this signer says"));
    }
}
