//! Scheme v1, the signed JAR (JAR File Specification; AOSP `StrictJarVerifier`; apksig `V1SchemeVerifier`).
//!
//! Three steps hold it together: the block signs the `.SF` file, the `.SF` file digests `MANIFEST.MF` or its sections,
//! and the manifest digests every entry. The last step unpacks the whole package; `signing` says when it is spared.

use std::collections::HashSet;

use super::key::Hash;
use super::pkcs7;
use super::scheme::Scheme;
use super::sections::{Section, Sections};
use crate::facts::Signer;
use crate::limits::Limits;
use crate::zip::{Archive, Entry};

const MANIFEST: &str = "META-INF/MANIFEST.MF";
/// Largest manifest, signature file or signature block that is read.
const TEXT_BYTES: u64 = 64 << 20;
/// Entries named one by one in an error; the rest are counted.
const TOLD: usize = 8;
/// Entries that v1 does not cover, listed one by one.
const UNSIGNED: usize = 1_000;
/// Digests in the order of Android's preference, by the names that attributes use.
const DIGESTS: [(&str, Hash); 5] = [
    ("SHA-512", Hash::Sha512),
    ("SHA-384", Hash::Sha384),
    ("SHA-256", Hash::Sha256),
    ("SHA1", Hash::Sha1),
    ("SHA-1", Hash::Sha1),
];

/// What scheme v1 came to.
#[derive(Debug, Default)]
pub(super) struct Jar {
    /// There is at least one signature file or block.
    pub present: bool,
    pub signers: Vec<Signer>,
    pub unsigned: Vec<String>,
    pub notes: Vec<String>,
}

/// A signature file with its block.
struct Pair<'a> {
    file: &'a Entry,
    block: &'a Entry,
}

/// Scheme v1 of `archive`. `covered` are certificates whose signature over every byte has been verified already.
pub(super) fn read(archive: &Archive, limits: &Limits, in_block: &[Scheme], covered: &HashSet<String>) -> Jar {
    let mut jar = Jar::default();
    let pairs = pairs(archive, &mut jar);
    if pairs.is_empty() {
        return jar;
    }
    let manifest =
        archive.find(MANIFEST).ok_or_else(|| format!("{MANIFEST} is missing")).and_then(|entry| text(archive, entry));
    let sections = match &manifest {
        Ok(bytes) => Sections::read(bytes).map_err(|error| format!("{MANIFEST}: {error}")),
        Err(error) => Err(error.clone()),
    };
    let mut signed_names: HashSet<String> = HashSet::new();
    for pair in pairs.iter().take(limits.signers) {
        let mut signer = match signed(archive, pair, limits) {
            Ok((signer, file)) => {
                let mut signer = signer;
                let checked = match (&manifest, &sections) {
                    (Ok(bytes), Ok(sections)) => check_file(&file, bytes, sections, in_block),
                    (_, Err(error)) | (Err(error), _) => vec![error.clone()],
                };
                signer.errors.extend(checked);
                signed_names.extend(file.named.into_iter().map(|(name, _)| name));
                signer
            }
            Err(error) => Signer { scheme: "v1".to_owned(), errors: vec![error], ..Signer::default() },
        };
        signer.verified = signer.errors.is_empty();
        jar.signers.push(signer);
    }
    if let Ok(sections) = &sections {
        check_entries(archive, limits, sections, &signed_names, covered, &mut jar);
    }
    jar
}

/// The `.SF` files that have a block of the same name beside them, in directory order.
fn pairs<'a>(archive: &'a Archive, jar: &mut Jar) -> Vec<Pair<'a>> {
    let stem = |entry: &'a Entry, ends: &[&str]| {
        let upper = entry.path.to_ascii_uppercase();
        let name = upper.strip_prefix("META-INF/").filter(|name| !name.contains('/'))?;
        ends.iter().find_map(|end| name.strip_suffix(end)).map(|stem| (stem.to_owned(), entry))
    };
    let blocks: Vec<_> = archive.entries().iter().filter_map(|entry| stem(entry, &[".RSA", ".DSA", ".EC"])).collect();
    let files: Vec<_> = archive.entries().iter().filter_map(|entry| stem(entry, &[".SF"])).collect();
    jar.present = !blocks.is_empty() || !files.is_empty();
    let mut out = Vec::new();
    for (name, block) in &blocks {
        match files.iter().find(|(other, _)| other == name) {
            Some((_, file)) => out.push(Pair { file, block }),
            None => jar.signers.push(Signer {
                scheme: "v1".to_owned(),
                errors: vec![format!("{} has no signature file (.SF) beside it", block.path)],
                ..Signer::default()
            }),
        }
    }
    for (name, file) in &files {
        if !blocks.iter().any(|(other, _)| other == name) {
            jar.notes.push(format!("{} has no signature block beside it; Android takes no notice of it", file.path));
        }
    }
    out
}

fn text(archive: &Archive, entry: &Entry) -> Result<Vec<u8>, String> {
    archive.read(entry, TEXT_BYTES).map_err(|error| format!("{}: {error}", entry.path))
}

/// The signer of a block over its signature file, and what the file says.
fn signed(archive: &Archive, pair: &Pair<'_>, limits: &Limits) -> Result<(Signer, Sections), String> {
    let content = text(archive, pair.file)?;
    let block =
        archive.read(pair.block, limits.certificate_bytes).map_err(|error| format!("{}: {error}", pair.block.path))?;
    let mut signer = pkcs7::signer(&block, &content).map_err(|error| format!("{}: {error}", pair.block.path))?;
    for error in &mut signer.errors {
        *error = format!("{}: {error}", pair.block.path);
    }
    match Sections::read(&content) {
        Ok(file) => Ok((signer, file)),
        Err(error) => {
            signer.errors.push(format!("{}: {error}", pair.file.path));
            Ok((signer, Sections::default()))
        }
    }
}

/// What does not hold between a signature file and the manifest.
fn check_file(file: &Sections, manifest: &[u8], sections: &Sections, in_block: &[Scheme]) -> Vec<String> {
    let mut errors = Vec::new();
    if let Some(schemes) = file.main.get("X-Android-APK-Signed") {
        let said = |number: &str| schemes.split(',').any(|scheme| scheme.trim() == number);
        for (number, scheme) in [("2", Scheme::V2), ("3", Scheme::V3)] {
            if said(number) && !in_block.contains(&scheme) {
                errors.push(format!(
                    "the package was signed with scheme {} too, and that signature was removed (Android 7.0 and later refuse it)",
                    scheme.name()
                ));
            }
        }
    }
    let signtool = file.main.get("Created-By").is_some_and(|tool| tool.contains("signtool"));
    let part = |section: &Section| manifest.get(section.start..section.end).unwrap_or_default();
    if !signtool && holds(&file.main, "-Digest-Manifest-Main-Attributes", part(&sections.main)) == Some(false) {
        errors.push(format!("the main section of {MANIFEST} was changed after signing"));
    }
    let whole = if signtool { "-Digest" } else { "-Digest-Manifest" };
    if holds(&file.main, whole, manifest) == Some(true) {
        return errors;
    }
    let mut changed = Vec::new();
    for (name, section) in &file.named {
        let ok = sections.find(name).is_some_and(|listed| {
            let bytes = part(listed);
            let bytes = if signtool { without_last_line_end(bytes) } else { bytes };
            holds(section, "-Digest", bytes) == Some(true)
        });
        if !ok {
            changed.push(name.as_str());
        }
    }
    if !changed.is_empty() {
        errors.push(format!("{MANIFEST} was changed after signing: the section about {}", told(&changed)));
    }
    errors
}

fn without_last_line_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

/// Whether the strongest digest that `section` has under `suffix` is that of `bytes`; `None` = it has none.
fn holds(section: &Section, suffix: &str, bytes: &[u8]) -> Option<bool> {
    let (hash, expected) = strongest(section, suffix)?;
    Some(expected == hash.of(&[bytes]))
}

fn strongest(section: &Section, suffix: &str) -> Option<(Hash, Vec<u8>)> {
    DIGESTS.iter().find_map(|(name, hash)| {
        let value = section.get(&format!("{name}{suffix}"))?;
        Some((*hash, base64(value).unwrap_or_default()))
    })
}

/// The entries against the manifest: all are covered, all are there, and (unless spared) all have their digests.
fn check_entries(
    archive: &Archive,
    limits: &Limits,
    sections: &Sections,
    signed: &HashSet<String>,
    covered: &HashSet<String>,
    jar: &mut Jar,
) {
    let mut errors = Vec::new();
    let (mut uncovered, mut payload) = (Vec::new(), Vec::new());
    let mut names = HashSet::new();
    for entry in archive.entries().iter().filter(|entry| !entry.path.ends_with('/')) {
        names.insert(entry.path.as_str());
        let listed = sections.find(&entry.path).filter(|_| signed.contains(&entry.path));
        if entry.path.starts_with("META-INF/") {
            // Android's installer asks for no digest here, so such a file can be changed without being noticed.
            if listed.is_none() && !is_signature_file(&entry.path) {
                uncovered.push(entry.path.clone());
            }
        } else if let Some(section) = listed {
            payload.push((entry, section));
        } else {
            uncovered.push(entry.path.clone());
            errors.push(format!("{} is not covered by any signature file", entry.path));
        }
    }
    let missing: Vec<&str> = sections
        .named
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !name.ends_with('/') && !names.contains(name))
        .collect();
    if !missing.is_empty() {
        errors.push(format!("signed, but removed from the package: {}", told(&missing)));
    }
    let spared = !jar.signers.is_empty() && jar.signers.iter().all(|signer| covered.contains(&signer.sha256));
    if spared {
        jar.notes.push(format!(
            "v1: the digests of {} entries were not computed again: a verified signature of a later scheme by the same \
             signer covers every byte",
            payload.len()
        ));
    } else {
        errors.extend(changed_entries(archive, limits, &payload));
    }
    if uncovered.len() > UNSIGNED {
        jar.notes.push(format!("v1: {} entries are not covered; the first {UNSIGNED} are listed", uncovered.len()));
        uncovered.truncate(UNSIGNED);
    }
    jar.unsigned = uncovered;
    let more = errors.len().saturating_sub(TOLD);
    errors.truncate(TOLD);
    if more > 0 {
        errors.push(format!("and {more} more entries like these"));
    }
    for signer in jar.signers.iter_mut().filter(|_| !errors.is_empty()) {
        signer.errors.extend(errors.iter().cloned());
        signer.verified = false;
    }
}

fn changed_entries(archive: &Archive, limits: &Limits, payload: &[(&Entry, &Section)]) -> Vec<String> {
    let mut errors = Vec::new();
    for (entry, section) in payload {
        let Some((hash, expected)) = strongest(section, "-Digest") else {
            errors.push(format!("{} has no digest of a known algorithm in {MANIFEST}", entry.path));
            continue;
        };
        let mut hasher = hash.hasher();
        match archive.stream(entry, limits.entry_bytes, &mut |piece| hasher.update(piece)) {
            Ok(()) if *hasher.finalize() == *expected => {}
            Ok(()) => errors.push(format!("{} was changed after signing", entry.path)),
            Err(error) => errors.push(format!("{} could not be digested: {error}", entry.path)),
        }
    }
    errors
}

/// Part of the signature itself (JAR File Specification, "Signature Validation").
fn is_signature_file(path: &str) -> bool {
    let upper = path.to_ascii_uppercase();
    let Some(name) = upper.strip_prefix("META-INF/").filter(|name| !name.contains('/')) else { return false };
    name == "MANIFEST.MF"
        || name.starts_with("SIG-")
        || [".SF", ".RSA", ".DSA", ".EC"].iter().any(|end| name.ends_with(end))
}

fn told(names: &[&str]) -> String {
    let shown = names.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(TOLD) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The bytes of a base64 text (RFC 4648, 4); `None` when it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0x00ff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_a_digest() {
        assert_eq!(base64("Zm9vYg=="), Some(b"foob".to_vec()));
        assert_eq!(base64("Zm9vYmFy"), Some(b"foobar".to_vec()));
        assert_eq!(base64("Zm9v YmFy"), None);
    }

    #[test]
    fn files_of_the_signature_need_no_digest() {
        assert!(is_signature_file("META-INF/cert.rsa"));
        assert!(is_signature_file("META-INF/SIG-1"));
        assert!(!is_signature_file("META-INF/services/x.SF"));
        assert!(!is_signature_file("assets/CERT.RSA"));
    }
}
