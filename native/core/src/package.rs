//! The way in: a file on disk becomes `PackageFacts`.
//!
//! Parts are read in the order that keeps least in memory: what is small or streamed first, all dex files last.
//! A part that fails leaves an `Unreadable` entry, and the others are read all the same.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::arsc::Table;
use crate::axml::Document;
use crate::dex::{self, DexInput, EntryPoints, Watch};
use crate::error::Error;
use crate::facts::{self, ArchiveAnomaly, Locator, Manifest, NativeLibrary, NetworkSecurity, PackageFacts, Unreadable};
use crate::limits::Limits;
use crate::manifest::Files;
use crate::source::Source;
use crate::zip::{is_dex_name, Archive};
use crate::{elf, format, icon, manifest, netsec, signing};

const MANIFEST: &str = "AndroidManifest.xml";
const RESOURCES: &str = "resources.arsc";
/// Bytes hashed at a time.
const PIECE: usize = 1 << 20;
/// Bytes of a native library that are looked at.
const LIBRARY: usize = 64 << 20;
/// Packages inside packages that are opened.
const NESTING: usize = 1;

/// The facts of the package at `path`.
///
/// # Errors
/// `Error::Io` when the file cannot be opened or read; everything else is a result.
pub fn read(path: &Path, watch: &Watch, limits: &Limits) -> Result<PackageFacts, Error> {
    read_source(&Source::open(path)?, watch, limits)
}

/// The facts of the package in `source`.
///
/// # Errors
/// `Error::Io` when it cannot be read.
pub fn read_source(source: &Source, watch: &Watch, limits: &Limits) -> Result<PackageFacts, Error> {
    let mut facts = PackageFacts::empty(sha256(source)?, source.len());
    if source.len() > limits.file_bytes {
        let limit = Error::Limit { name: "file_bytes", value: limits.file_bytes };
        facts.unreadable.push(Unreadable::new("archive", limit.to_string(), None));
        return Ok(facts);
    }
    match Archive::open(source.clone(), limits) {
        Ok(archive) => read_archive(&archive, watch, limits, &mut facts, NESTING),
        Err(error) => {
            facts.format = format::of_bytes(source);
            facts.unreadable.push(match facts.format {
                "unknown" => Unreadable::new("archive", error.to_string(), None),
                known => not_examined(known),
            });
        }
    }
    Ok(facts)
}

/// The facts as JSON, at most `limits.output_bytes` of it: when there are more, the lists are left out and the limit
/// is named.
///
/// # Errors
/// `Error::Malformed` when they cannot be written, which no input brings about.
pub fn to_json(facts: &PackageFacts, limits: &Limits) -> Result<Vec<u8>, Error> {
    let write = |facts: &PackageFacts| serde_json::to_vec(facts).map_err(|error| Error::malformed(error.to_string()));
    let json = write(facts)?;
    if json.len() as u64 <= limits.output_bytes {
        return Ok(json);
    }
    drop(json);
    let mut short = PackageFacts::empty(facts.sha256.clone(), facts.bytes);
    let limit = Error::Limit { name: "output_bytes", value: limits.output_bytes };
    short.format = facts.format;
    short.unreadable.push(Unreadable::new("archive", limit.to_string(), None));
    write(&short)
}

/// The unpacked bytes of the file `name` in the package at `path`; for a set of packages, also of a file in its base.
///
/// # Errors
/// `Error::Io` when the package cannot be opened, `Error::Malformed` when there is no such file or it cannot be
/// unpacked, `Error::Limit` when it is too large.
pub fn read_entry(path: &Path, name: &str, limits: &Limits) -> Result<Vec<u8>, Error> {
    let archive = Archive::open(Source::open(path)?, limits)?;
    if let Some(entry) = archive.find(name) {
        return archive.read(entry, limits.entry_bytes);
    }
    if format::of_archive(&archive) == "apks" {
        let inner = Archive::open(base(&archive, limits)?.1, limits)?;
        if let Some(entry) = inner.find(name) {
            return inner.read(entry, limits.entry_bytes);
        }
    }
    Err(Error::malformed(format!("the package has no file {name}")))
}

impl PackageFacts {
    /// Nothing known yet of a file of `bytes` bytes with the SHA-256 `sha256`.
    pub fn empty(sha256: String, bytes: u64) -> Self {
        Self {
            schema: facts::SCHEMA,
            sha256,
            bytes,
            format: "unknown",
            archive: facts::Archive::default(),
            manifest: None,
            network_security: None,
            signing: facts::Signing::default(),
            code: facts::Code::default(),
            native_libraries: Vec::new(),
            icon: None,
            unreadable: Vec::new(),
        }
    }
}

/// SHA-256 of everything in `source`, lower-case hex.
///
/// # Errors
/// `Error::Io` when it cannot be read.
pub fn sha256(source: &Source) -> Result<String, Error> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; PIECE.min(usize::try_from(source.len()).unwrap_or(PIECE))];
    let mut at = 0;
    while at < source.len() {
        let piece = buffer.len().min(usize::try_from(source.len() - at).unwrap_or(PIECE));
        let Some(into) = buffer.get_mut(..piece) else { break };
        source.read_exact_at(at, into)?;
        hash.update(&*into);
        at += piece as u64;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn not_examined(format: &str) -> Unreadable {
    Unreadable::new("code", format!("this is a package of the format {format}, which is not examined yet"), None)
}

fn read_archive(archive: &Archive, watch: &Watch, limits: &Limits, facts: &mut PackageFacts, nesting: usize) {
    facts.format = format::of_archive(archive);
    if let Some(broken) = archive.broken() {
        facts.unreadable.push(Unreadable::new("archive", broken, None));
    }
    match facts.format {
        "apk" => read_apk(archive, watch, limits, facts),
        "apks" if nesting > 0 => read_set(archive, watch, limits, facts),
        "unknown" => {
            facts.unreadable.push(Unreadable::new("archive", "a zip that is no app package of a known kind", None));
        }
        known => facts.unreadable.push(not_examined(known)),
    }
    facts.archive.entries = archive.facts();
    // Those of the base of a set are there already.
    facts.archive.anomalies.splice(0..0, archive.anomalies());
}

/// A set of split packages: its base is examined, the others are named.
fn read_set(archive: &Archive, watch: &Watch, limits: &Limits, facts: &mut PackageFacts) {
    let (name, inner) = match base(archive, limits) {
        Ok(found) => found,
        Err(error) => {
            facts.unreadable.push(Unreadable::new("archive", error.to_string(), None));
            return;
        }
    };
    match Archive::open(inner, limits) {
        Ok(inner) => read_archive(&inner, watch, limits, facts, 0),
        Err(error) => {
            facts.unreadable.push(Unreadable::new("archive", error.to_string(), Some(Locator::file(&name))));
        }
    }
    facts.format = "apks";
    let others = archive.entries().iter().filter(|entry| entry.path.ends_with(".apk") && entry.path != name).count();
    if others > 0 {
        let told = format!("only {name} of the set was examined, {others} other packages were not");
        facts.unreadable.push(Unreadable::new("archive", told, Some(Locator::file(&name))));
    }
}

/// Name and bytes of the base package of a set.
fn base(archive: &Archive, limits: &Limits) -> Result<(String, Source), Error> {
    let entry = format::base_of_set(archive).ok_or_else(|| Error::malformed("the set holds no base package"))?;
    let window = entry.data_offset.filter(|_| entry.method == crate::zip::STORED);
    let window = window.and_then(|at| archive.source().window(at, entry.bytes));
    let source = match window {
        Some(window) => window,
        None => Source::from_bytes(archive.read(entry, limits.entry_bytes)?),
    };
    Ok((entry.path.clone(), source))
}

impl Files for Archive {
    fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }
}

fn read_apk(archive: &Archive, watch: &Watch, limits: &Limits, facts: &mut PackageFacts) {
    facts.manifest = read_manifest(archive, limits, &mut facts.archive.anomalies, &mut facts.unreadable);
    let declared = facts.manifest.as_ref();
    facts.network_security = declared.and_then(|found| read_network(archive, found, limits, &mut facts.unreadable));
    facts.icon = declared.and_then(|found| read_icon(archive, found, limits, &mut facts.unreadable));
    facts.signing = signing::read(archive, limits, &mut facts.unreadable);
    facts.native_libraries = read_libraries(archive, limits, &mut facts.unreadable);
    facts.code = read_code(archive, watch, facts.manifest.as_ref(), limits, &mut facts.unreadable);
}

/// The manifest. What of it could not be read goes to `unreadable`; what is odd and was read, to `anomalies`.
fn read_manifest(
    archive: &Archive,
    limits: &Limits,
    anomalies: &mut Vec<ArchiveAnomaly>,
    unreadable: &mut Vec<Unreadable>,
) -> Option<Manifest> {
    let Some(entry) = archive.find(MANIFEST) else {
        unreadable.push(Unreadable::new("manifest", "the package has no AndroidManifest.xml", None));
        return None;
    };
    let at = || Some(Locator::file(MANIFEST));
    let parsed = limited(archive.read(entry, limits.manifest_bytes), "manifest_bytes")
        .and_then(|bytes| Document::parse(&bytes, limits));
    let document = match parsed {
        Ok(document) => document,
        Err(error) => {
            unreadable.push(Unreadable::new("manifest", error.to_string(), at()));
            return None;
        }
    };
    anomalies.extend(document.oddities.iter().map(|odd| ArchiveAnomaly {
        kind: "odd_xml".to_owned(),
        path: Some(MANIFEST.to_owned()),
        detail: odd.clone(),
    }));
    unreadable.extend(document.problems.iter().map(|problem| Unreadable::new("manifest", problem.as_str(), at())));
    let bytes = read_resources(archive, limits, unreadable);
    let table = bytes.as_deref().and_then(|bytes| parse_table(bytes, unreadable));
    match manifest::read(&document, table.as_ref(), archive) {
        Ok(manifest) => {
            if manifest.package.is_empty() {
                unreadable.push(Unreadable::new("manifest", "the manifest names no package", at()));
            }
            Some(manifest)
        }
        Err(error) => {
            unreadable.push(Unreadable::new("manifest", error.to_string(), at()));
            None
        }
    }
}

/// Names the limit that really stopped the reading of a part with a bound of its own.
fn limited<T>(result: Result<T, Error>, name: &'static str) -> Result<T, Error> {
    result.map_err(|error| match error {
        Error::Limit { name: "entry_bytes", value } => Error::Limit { name, value },
        other => other,
    })
}

fn read_resources(archive: &Archive, limits: &Limits, unreadable: &mut Vec<Unreadable>) -> Option<Vec<u8>> {
    let entry = archive.find(RESOURCES)?;
    match limited(archive.read(entry, limits.resources_bytes), "resources_bytes") {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            unreadable.push(Unreadable::new("resources", error.to_string(), Some(Locator::file(RESOURCES))));
            None
        }
    }
}

fn parse_table<'b>(bytes: &'b [u8], unreadable: &mut Vec<Unreadable>) -> Option<Table<'b>> {
    let at = || Some(Locator::file(RESOURCES));
    match Table::parse(bytes) {
        Ok(table) => {
            unreadable
                .extend(table.problems.iter().map(|problem| Unreadable::new("resources", problem.as_str(), at())));
            Some(table)
        }
        Err(error) => {
            unreadable.push(Unreadable::new("resources", error.to_string(), at()));
            None
        }
    }
}

fn read_network(
    archive: &Archive,
    manifest: &Manifest,
    limits: &Limits,
    unreadable: &mut Vec<Unreadable>,
) -> Option<NetworkSecurity> {
    let path = manifest.network_security_config.as_deref()?;
    let read = match archive.find(path) {
        Some(entry) => archive.read(entry, limits.manifest_bytes),
        None => Err(Error::malformed("the network security configuration that the manifest names is not there")),
    };
    let parsed = limited(read, "manifest_bytes")
        .and_then(|bytes| Document::parse(&bytes, limits))
        .and_then(|document| netsec::read(&document, path));
    match parsed {
        Ok(found) => Some(found),
        Err(error) => {
            unreadable.push(Unreadable::new("resources", error.to_string(), Some(Locator::file(path))));
            None
        }
    }
}

fn read_icon(
    archive: &Archive,
    manifest: &Manifest,
    limits: &Limits,
    unreadable: &mut Vec<Unreadable>,
) -> Option<facts::Icon> {
    let path = manifest.icon.as_deref()?;
    let entry = archive.find(path)?;
    match archive.read(entry, limits.icon_pixels.saturating_mul(4)) {
        Ok(bytes) => icon::read(path, &bytes, limits),
        Err(error) => {
            unreadable.push(Unreadable::new("resources", error.to_string(), Some(Locator::file(path))));
            None
        }
    }
}

fn read_libraries(archive: &Archive, limits: &Limits, unreadable: &mut Vec<Unreadable>) -> Vec<NativeLibrary> {
    let mut out = Vec::new();
    let libraries =
        archive.entries().iter().filter(|entry| entry.path.starts_with("lib/") && entry.path.ends_with(".so"));
    for (number, entry) in libraries.enumerate() {
        if number >= limits.native_libraries {
            let limit = Error::Limit { name: "native_libraries", value: limits.native_libraries as u64 };
            unreadable.push(Unreadable::new("native", limit.to_string(), None));
            break;
        }
        let read = archive.head(entry, LIBRARY);
        let found = read.and_then(|bytes| {
            elf::read(&entry.path, &bytes, entry.bytes).ok_or_else(|| Error::malformed("not an ELF file"))
        });
        match found {
            Ok(library) => out.push(library),
            Err(error) => {
                unreadable.push(Unreadable::new("native", error.to_string(), Some(Locator::file(&entry.path))));
            }
        }
    }
    out
}

fn read_code(
    archive: &Archive,
    watch: &Watch,
    manifest: Option<&Manifest>,
    limits: &Limits,
    unreadable: &mut Vec<Unreadable>,
) -> facts::Code {
    let mut names: Vec<&str> =
        archive.entries().iter().map(|entry| entry.path.as_str()).filter(|path| is_dex_name(path)).collect();
    names.sort_by_key(|name| (name.len(), *name));
    names.dedup();
    if names.len() > limits.dex_files {
        let limit = Error::Limit { name: "dex_files", value: limits.dex_files as u64 };
        unreadable.push(Unreadable::new("code", limit.to_string(), None));
        names.truncate(limits.dex_files);
    }
    let mut loaded = Vec::with_capacity(names.len());
    for name in names {
        let Some(entry) = archive.find(name) else { continue };
        match archive.read(entry, limits.entry_bytes) {
            Ok(bytes) => loaded.push((name, bytes)),
            Err(error) => {
                unreadable.push(Unreadable::new("code", error.to_string(), Some(Locator::file(name))));
            }
        }
    }
    let inputs: Vec<DexInput<'_>> =
        loaded.iter().map(|(name, data)| DexInput { name: (*name).to_owned(), data }).collect();
    let entry_points = manifest.map(entry_points).unwrap_or_default();
    dex::sweep(&inputs, watch, &entry_points, limits, unreadable)
}

fn entry_points(manifest: &Manifest) -> EntryPoints {
    let providers = manifest.components.iter().filter(|component| component.kind == "provider" && component.enabled);
    EntryPoints {
        application: manifest.application.clone(),
        providers: providers.map(|provider| provider.name.clone()).collect(),
        component_factory: manifest.app_component_factory.clone(),
    }
}
