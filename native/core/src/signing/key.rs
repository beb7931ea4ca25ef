//! Public keys and the signatures they verify: RSA (PKCS #1 v1.5 and PSS, RFC 8017), ECDSA on P-256, P-384 and P-521
//! (FIPS 186-5), DSA (FIPS 186-4). The arithmetic is RustCrypto's; here is only what Android puts around it.

use dsa::signature::hazmat::PrehashVerifier;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::der::{Reader, SEQUENCE};

/// Largest RSA or DSA modulus that is computed with, in bits: Android's Conscrypt refuses more than this too.
const MODULUS_BITS: usize = 16_384;

/// A hash function that a signature is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The digest of `parts`, one after another.
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hasher = D::new();
            for part in parts {
                hasher.update(part);
            }
            hasher.finalize().to_vec()
        }
        match self {
            Self::Md5 => run::<md5::Md5>(parts),
            Self::Sha1 => run::<Sha1>(parts),
            Self::Sha224 => run::<Sha224>(parts),
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha384 => run::<Sha384>(parts),
            Self::Sha512 => run::<Sha512>(parts),
        }
    }

    /// A hasher to be fed piece by piece.
    pub fn hasher(self) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::new(md5::Md5::new()),
            Self::Sha1 => Box::new(Sha1::new()),
            Self::Sha224 => Box::new(Sha224::new()),
            Self::Sha256 => Box::new(Sha256::new()),
            Self::Sha384 => Box::new(Sha384::new()),
            Self::Sha512 => Box::new(Sha512::new()),
        }
    }

    /// By object identifier of the digest.
    pub fn from_oid(oid: &str) -> Option<Self> {
        Some(match oid {
            "1.2.840.113549.2.5" => Self::Md5,
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            _ => return None,
        })
    }

    /// As Java writes it inside an algorithm's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// DER of the `DigestInfo` up to the digest (RFC 8017, 9.2, note 1).
    fn pkcs1_prefix(self) -> Vec<u8> {
        let oid: &[u8] = match self {
            Self::Md5 => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05],
            Self::Sha1 => &[0x2b, 0x0e, 0x03, 0x02, 0x1a],
            Self::Sha224 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04],
            Self::Sha256 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
            Self::Sha384 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
            Self::Sha512 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
        };
        let byte = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let mut out = vec![0x30, byte(8 + oid.len() + self.length()), 0x30, byte(4 + oid.len()), 0x06, byte(oid.len())];
        out.extend_from_slice(oid);
        out.extend_from_slice(&[0x05, 0x00, 0x04, byte(self.length())]);
        out
    }
}

/// How an RSA signature is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Pkcs1,
    /// Salt as long as the digest, MGF1 with the same hash: the only form Android knows.
    Pss,
}

/// A public key that can verify, or the name of one that cannot be computed with.
pub(super) enum PublicKey {
    Rsa(Box<RsaPublicKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Dsa(Box<dsa::VerifyingKey>),
    Other,
}

/// A `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7).
pub(super) struct KeyInfo {
    /// `RSA`, `EC`, `DSA`, or the dotted identifier.
    pub algorithm: String,
    /// Size in bits as Java counts it; `None` where it is not known.
    pub bits: Option<u32>,
    pub key: PublicKey,
}

impl KeyInfo {
    pub fn read(spki: &[u8]) -> Result<Self, String> {
        let mut outer = Reader::new(spki).expect(SEQUENCE, "public key")?.inside();
        let mut algorithm = outer.expect(SEQUENCE, "key algorithm")?.inside();
        let oid = algorithm.value()?.oid()?;
        let bits = outer.value()?.bits().map_err(|error| format!("public key: {error}"))?;
        match oid.as_str() {
            "1.2.840.113549.1.1.1" => rsa_key(bits),
            "1.2.840.10045.2.1" => {
                let curve =
                    if algorithm.is_empty() { String::new() } else { algorithm.value()?.oid().unwrap_or_default() };
                Ok(ec_key(&curve, bits))
            }
            "1.2.840.10040.4.1" => dsa_key(&mut algorithm, bits),
            _ => Ok(Self { algorithm: oid, bits: None, key: PublicKey::Other }),
        }
    }
}

fn rsa_key(bits: &[u8]) -> Result<KeyInfo, String> {
    let mut pair = Reader::new(bits).expect(SEQUENCE, "RSA key")?.inside();
    let modulus = BigUint::from_bytes_be(pair.value()?.unsigned()?);
    let exponent = BigUint::from_bytes_be(pair.value()?.unsigned()?);
    let size = u32::try_from(modulus.bits()).ok();
    let key = RsaPublicKey::new_with_max_size(modulus, exponent, MODULUS_BITS)
        .map_or(PublicKey::Other, |key| PublicKey::Rsa(Box::new(key)));
    Ok(KeyInfo { algorithm: "RSA".to_owned(), bits: size, key })
}

fn ec_key(curve: &str, point: &[u8]) -> KeyInfo {
    let (bits, key) = match curve {
        "1.2.840.10045.3.1.7" => (
            Some(256),
            p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(|key| PublicKey::P256(Box::new(key))),
        ),
        "1.3.132.0.34" => (
            Some(384),
            p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(|key| PublicKey::P384(Box::new(key))),
        ),
        "1.3.132.0.35" => (
            Some(521),
            p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(|key| PublicKey::P521(Box::new(key))),
        ),
        _ => (None, None),
    };
    KeyInfo { algorithm: "EC".to_owned(), bits, key: key.unwrap_or(PublicKey::Other) }
}

fn dsa_key(algorithm: &mut Reader<'_>, bits: &[u8]) -> Result<KeyInfo, String> {
    let other = |bits| KeyInfo { algorithm: "DSA".to_owned(), bits, key: PublicKey::Other };
    if algorithm.is_empty() {
        return Ok(other(None));
    }
    let mut parameters = algorithm.expect(SEQUENCE, "DSA parameters")?.inside();
    let mut number = || -> Result<BigUint, String> { Ok(BigUint::from_bytes_be(parameters.value()?.unsigned()?)) };
    let (p, q, g) = (number()?, number()?, number()?);
    let y = BigUint::from_bytes_be(super::der::first(bits)?.unsigned()?);
    let size = u32::try_from(p.bits()).ok();
    if p.bits() > MODULUS_BITS || q.bits() > 512 {
        return Ok(other(size));
    }
    let key = dsa::Components::from_components(p, q, g)
        .and_then(|components| dsa::VerifyingKey::from_components(components, y))
        .map_or(PublicKey::Other, |key| PublicKey::Dsa(Box::new(key)));
    Ok(KeyInfo { algorithm: "DSA".to_owned(), bits: size, key })
}

impl PublicKey {
    /// `Ok` when `signature` is this key's over `message`; else why not, in words.
    pub fn verify(&self, hash: Hash, padding: Padding, message: &[u8], signature: &[u8]) -> Result<(), String> {
        let digest = hash.of(&[message]);
        let broken = || "the signature does not hold".to_owned();
        match self {
            Self::Rsa(key) => verify_rsa(key, hash, padding, &digest, signature),
            Self::P256(key) => {
                let (r, s) = two_scalars(signature, 32)?;
                let signature = p256::ecdsa::Signature::from_scalars(
                    *p256::FieldBytes::from_slice(&r),
                    *p256::FieldBytes::from_slice(&s),
                );
                key.verify_prehash(&padded(&digest, 32), &signature.map_err(|_| broken())?).map_err(|_| broken())
            }
            Self::P384(key) => {
                let (r, s) = two_scalars(signature, 48)?;
                let signature = p384::ecdsa::Signature::from_scalars(
                    *p384::FieldBytes::from_slice(&r),
                    *p384::FieldBytes::from_slice(&s),
                );
                key.verify_prehash(&padded(&digest, 48), &signature.map_err(|_| broken())?).map_err(|_| broken())
            }
            Self::P521(key) => {
                let (r, s) = two_scalars(signature, 66)?;
                let signature = p521::ecdsa::Signature::from_scalars(
                    *p521::FieldBytes::from_slice(&r),
                    *p521::FieldBytes::from_slice(&s),
                );
                key.verify_prehash(&padded(&digest, 66), &signature.map_err(|_| broken())?).map_err(|_| broken())
            }
            Self::Dsa(key) => {
                let (r, s) = two_numbers(signature)?;
                let signature = dsa::Signature::from_components(BigUint::from_bytes_be(r), BigUint::from_bytes_be(s))
                    .map_err(|_| broken())?;
                key.verify_prehash(&digest, &signature).map_err(|_| broken())
            }
            Self::Other => Err("a public key of a kind that cannot be verified with".to_owned()),
        }
    }
}

fn verify_rsa(key: &RsaPublicKey, hash: Hash, padding: Padding, digest: &[u8], signature: &[u8]) -> Result<(), String> {
    let broken = || "the signature does not hold".to_owned();
    if signature.len() != key.size() {
        return Err(format!("the signature has {} bytes where the key makes {}", signature.len(), key.size()));
    }
    match padding {
        Padding::Pkcs1 => {
            let scheme = Pkcs1v15Sign { hash_len: Some(hash.length()), prefix: hash.pkcs1_prefix().into() };
            key.verify(scheme, digest, signature).map_err(|_| broken())
        }
        Padding::Pss => {
            let scheme = match hash {
                Hash::Sha256 => Pss::new_with_salt::<Sha256>(32),
                Hash::Sha384 => Pss::new_with_salt::<Sha384>(48),
                Hash::Sha512 => Pss::new_with_salt::<Sha512>(64),
                _ => return Err(format!("PSS with {} is not used by Android", hash.name())),
            };
            key.verify(scheme, digest, signature).map_err(|_| broken())
        }
    }
}

/// `r` and `s` of a DSA or ECDSA signature (RFC 3279, 2.2.2).
fn two_numbers(signature: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let mut pair = Reader::new(signature).expect(SEQUENCE, "signature")?.inside();
    Ok((pair.value()?.unsigned()?, pair.value()?.unsigned()?))
}

fn two_scalars(signature: &[u8], size: usize) -> Result<(Vec<u8>, Vec<u8>), String> {
    let (r, s) = two_numbers(signature)?;
    if r.len() > size || s.len() > size {
        return Err("the signature's numbers are larger than the curve".to_owned());
    }
    Ok((padded(r, size), padded(s, size)))
}

/// `bytes` with zeros before it up to `size`: the same number, in the width that the curve code asks for.
fn padded(bytes: &[u8], size: usize) -> Vec<u8> {
    let mut out = vec![0; size.saturating_sub(bytes.len())];
    out.extend_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_sha_256_is_the_one_of_rfc_8017() {
        let expected = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ];
        assert_eq!(Hash::Sha256.pkcs1_prefix(), expected);
    }

    #[test]
    fn a_key_that_is_no_key_is_an_error() {
        assert!(KeyInfo::read(&[0x30, 0x00]).is_err());
        assert!(KeyInfo::read(&[]).is_err());
    }
}
