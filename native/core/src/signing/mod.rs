//! Signatures of a package: an `Archive` in, `facts::Signing` out. Every scheme present is listed, verified or not,
//! with every signer's certificate; the words in `errors` say what does not hold.
//!
//! Followed are AOSP's `ApkSignatureVerifier` and apksig. On a device the highest scheme that it knows decides:
//! v3.1 from Android 13, v3 from 9, v2 from 7.0, v1 below. Here each is verified for itself.
//!
//! What is checked when:
//! - v2, v3, v3.1: the signature over the signed data, the digest over the contents (computed once for each digest
//!   algorithm in use, streamed in chunks of 1 MB), the key beside it, the removal of a later scheme, API levels that
//!   overlap, and each link of a proof of rotation.
//! - v1, always: the block over the signature file, the signature file over the manifest, that every entry is covered
//!   and none is gone, and the removal of a later scheme.
//! - v1, the digest of each entry: this unpacks the whole package. It is spared when a later scheme was verified whose
//!   certificate (or one of its lineage) is v1's too, since that signature covers the very same bytes; `notes` then
//!   says so. When v1 has another signer, or stands alone, or the later scheme is broken, every entry is digested.
//!
//! A certificate's validity period, its issuer and revocation decide nothing, as on Android.

mod block;
mod certificate;
mod der;
mod digest;
mod jar;
mod key;
mod lineage;
mod name;
mod pkcs7;
mod scheme;
mod sections;

use std::collections::HashSet;

use crate::error::Error;
use crate::facts::{Locator, Signer, Signing, Unreadable};
use crate::limits::Limits;
use crate::zip::Archive;

use block::Block;
use scheme::Scheme;

/// Most bytes of a market's channel mark that are shown.
const MARK_BYTES: usize = 200;

/// Every signature found in `archive`. A signer whose certificate could not be read has an empty `sha256` and says why
/// in `errors`; what the system could not read goes to `unreadable`.
pub fn read(archive: &Archive, limits: &Limits, unreadable: &mut Vec<Unreadable>) -> Signing {
    let mut signing = Signing::default();
    let mut in_block = Vec::new();
    match block::find(archive.source()) {
        Ok((_, None)) => {}
        Ok((layout, Some(block))) => {
            let mut digests = digest::Digests::new(archive.source(), &layout);
            for scheme in Scheme::ALL.into_iter().filter(|scheme| block.value(scheme.id()).is_some()) {
                in_block.push(scheme);
                let signers = scheme::signers(scheme, &block, &mut digests, limits)
                    .unwrap_or_else(|error| vec![broken(scheme, error)]);
                signing.signers.extend(signers);
            }
            describe(&block, &mut signing.notes);
        }
        Err(Error::Io(error)) => unreadable.push(Unreadable::new(
            "signing",
            format!("the signing block: {error}"),
            Some(Locator::Signing { scheme: "v2".to_owned(), signer: None }),
        )),
        Err(error) => signing.notes.push(format!("no signing block that Android would find: {error}")),
    }
    check_ranges(&mut signing.signers);
    let jar = jar::read(archive, limits, &in_block, &covered(&signing.signers, &in_block));
    if jar.present {
        signing.schemes.push("v1".to_owned());
    }
    signing.schemes.extend(in_block.iter().map(|scheme| scheme.name().to_owned()));
    let later = std::mem::replace(&mut signing.signers, jar.signers);
    compare(&signing.signers, &later, &mut signing.notes);
    signing.signers.extend(later);
    signing.unsigned_entries = jar.unsigned;
    signing.notes.extend(jar.notes);
    if signing.schemes.is_empty() {
        signing.notes.push("no signature of any scheme: Android does not install such a package".to_owned());
    }
    signing
}

fn broken(scheme: Scheme, error: String) -> Signer {
    Signer { scheme: scheme.name().to_owned(), errors: vec![error], ..Signer::default() }
}

/// Certificates that signed every byte: those of a scheme all of whose signers hold, and their verified lineage.
fn covered(signers: &[Signer], in_block: &[Scheme]) -> HashSet<String> {
    let mut out = HashSet::new();
    for scheme in in_block {
        let of_scheme = || signers.iter().filter(|signer| signer.scheme == scheme.name());
        if of_scheme().all(|signer| signer.verified) {
            out.extend(of_scheme().flat_map(|signer| signer.lineage.iter().chain([&signer.sha256]).cloned()));
        }
    }
    out
}

/// Of v3 (and of v3.1) exactly one signer may be for a device: overlapping API levels refuse the package.
fn check_ranges(signers: &mut [Signer]) {
    let ranges: Vec<_> =
        signers.iter().map(|signer| (signer.scheme.clone(), signer.min_sdk.zip(signer.max_sdk))).collect();
    for (place, signer) in signers.iter_mut().enumerate() {
        let Some((low, high)) = signer.min_sdk.zip(signer.max_sdk) else { continue };
        let clash = ranges.iter().enumerate().any(|(other, (scheme, range))| {
            other != place && *scheme == signer.scheme && range.is_some_and(|(from, to)| from <= high && low <= to)
        });
        if clash {
            signer
                .errors
                .push(format!("another signer of {} is for the same API levels ({low} to {high})", signer.scheme));
            signer.verified = false;
        }
    }
}

/// Says when v1 and the later schemes do not name the same signer and no lineage ties them.
fn compare(v1: &[Signer], later: &[Signer], notes: &mut Vec<String>) {
    let tied: HashSet<&String> =
        later.iter().flat_map(|signer| signer.lineage.iter().chain([&signer.sha256])).collect();
    if !later.is_empty() && v1.iter().any(|signer| !signer.sha256.is_empty() && !tied.contains(&signer.sha256)) {
        notes.push(
            "v1 is signed with another certificate than the later schemes, and no proof of rotation ties them"
                .to_owned(),
        );
    }
}

/// What else stands in the signing block, as far as it is known: markets and build tools leave marks there.
fn describe(block: &Block, notes: &mut Vec<String>) {
    if let Some(error) = &block.broken {
        notes.push(error.clone());
    }
    for (id, value) in &block.pairs {
        let what = match *id {
            block::V2 | block::V3 | block::V31 | 0x4272_6577 => continue,
            0x6dff_800d | 0x2b09_189e => "source stamp",
            0x504b_4453 => "dependencies, encrypted for Google Play",
            0x2146_444e => "Google Play metadata",
            0x7177_7777 => "channel mark (Walle)",
            0x8811_55ff => "channel mark (VasDolly)",
            _ => "not known",
        };
        let shown = std::str::from_utf8(value)
            .ok()
            .filter(|text| !text.is_empty() && text.len() <= MARK_BYTES && !text.chars().any(char::is_control));
        let shown = shown.map_or_else(|| format!("{} bytes", value.len()), str::to_owned);
        notes.push(format!("signing block 0x{id:08x} ({what}): {shown}"));
    }
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
