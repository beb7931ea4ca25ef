//! Which kind of package a file is, told by what it holds, never by its name.

use crate::source::Source;
use crate::zip::{Archive, Entry};

/// `PackageFacts.format` of a zip.
pub fn of_archive(archive: &Archive) -> &'static str {
    let has = |path: &str| archive.find(path).is_some();
    let any = |test: &dyn Fn(&str) -> bool| archive.entries().iter().any(|entry| test(&entry.path));
    if has("AndroidManifest.xml") {
        "apk"
    } else if has("BundleConfig.pb") || has("base/manifest/AndroidManifest.xml") {
        "aab"
    } else if has("pack.info") && any(&|path| path.ends_with(".hap")) {
        "harmony-app"
    } else if has("module.json") || (has("config.json") && has("resources.index")) {
        "hap"
    } else if any(&is_ios_bundle) {
        "ipa"
    } else if has("toc.pb") || any(&|path| path.ends_with(".apk")) {
        "apks"
    } else if any(&crate::zip::is_dex_name) {
        "apk"
    } else {
        "unknown"
    }
}

/// `Payload/<Name>.app/Info.plist`.
fn is_ios_bundle(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("Payload")
        && parts.next().is_some_and(|name| name.ends_with(".app"))
        && parts.next() == Some("Info.plist")
        && parts.next().is_none()
}

/// `PackageFacts.format` of a file that is no zip: WeChat's mini-program archives begin with 0xBE and have 0xED at
/// offset 13.
pub fn of_bytes(source: &Source) -> &'static str {
    match source.read_at(0, 14).as_deref() {
        Ok([0xbe, .., 0xed]) => "wxapkg",
        _ => "unknown",
    }
}

/// The base package of a set of split packages: bundletool's `splits/base-master.apk` or `universal.apk`, `base.apk`
/// as installed, else the only or the largest package at the top.
pub fn base_of_set(archive: &Archive) -> Option<&Entry> {
    let named = ["splits/base-master.apk", "universal.apk", "base.apk", "standalones/standalone.apk"];
    let known = named.iter().find_map(|name| archive.find(name));
    let packages = || archive.entries().iter().filter(|entry| entry.path.ends_with(".apk"));
    let top = || packages().filter(|entry| !entry.path.contains('/') && !entry.path.contains("config."));
    known.or_else(|| top().max_by_key(|entry| entry.bytes)).or_else(|| packages().max_by_key(|entry| entry.bytes))
}
