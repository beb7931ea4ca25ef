//! Proof of rotation (AOSP `V3SigningCertificateLineage`): a chain of certificates in which each signs the next.

use super::block::{le32, Fields};
use super::certificate::Certificate;
use super::scheme;

/// The only version there is.
const VERSION: u32 = 1;
/// Longest chain that is followed.
const LENGTH: usize = 64;

/// SHA-256 of the signers before `current`, oldest first, after each link was verified.
///
/// # Errors
/// A sentence on the first link that does not hold.
pub(super) fn read(value: &[u8], current: &[u8]) -> Result<Vec<String>, String> {
    if le32(value) != Some(VERSION) {
        return Err("not of version 1".to_owned());
    }
    let mut nodes = Fields::new(value.get(4..).unwrap_or_default());
    let mut chain: Vec<(Certificate<'_>, u32)> = Vec::new();
    while !nodes.is_empty() {
        if chain.len() >= LENGTH {
            return Err(format!("more than {LENGTH} certificates"));
        }
        let mut node = nodes.fields("a link")?;
        let signed = node.bytes("a link's signed data")?;
        node.number("a link's flags")?;
        let next_algorithm = node.number("a link's algorithm")?;
        let signature = node.bytes("a link's signature")?;
        let mut inside = Fields::new(signed);
        let certificate = Certificate::read(inside.bytes("a link's certificate")?)?;
        let algorithm = inside.number("a link's algorithm")?;
        let place = chain.len();
        if let Some((parent, announced)) = chain.last() {
            if *announced != algorithm {
                return Err(format!("link {place} is signed with another algorithm than its parent announces"));
            }
            scheme::verify(algorithm, &parent.key.key, &parent.key.algorithm, signed, signature)
                .map_err(|error| format!("link {place}: {error}"))?;
        }
        if chain.iter().any(|(earlier, _)| earlier.der == certificate.der) {
            return Err(format!("link {place} repeats an earlier certificate"));
        }
        chain.push((certificate, next_algorithm));
    }
    match chain.pop() {
        Some((last, _)) if last.der == current => {
            Ok(chain.iter().map(|(certificate, _)| certificate.sha256()).collect())
        }
        Some(_) => Err("it does not end with this signer's certificate".to_owned()),
        None => Err("it is empty".to_owned()),
    }
}
