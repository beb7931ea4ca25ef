//! Classes by name: how many stand under each watched prefix and in each Java package.

use std::collections::BTreeMap;

use super::format::mutf8;
use super::program::Program;
use super::watch::Watch;
use crate::facts::{PackageCount, PrefixHit};

/// Watched prefixes that the package has classes under, in the order of the watch list.
pub(crate) fn prefixes(program: &Program<'_>, watch: &Watch) -> Vec<PrefixHit> {
    let mut hits: Vec<Option<PrefixHit>> = vec![None; watch.prefixes.len()];
    for class in &program.classes {
        let descriptor = program.descriptor(class.ty);
        watch.prefixes_of(descriptor, |position| match hits.get_mut(position) {
            Some(Some(hit)) => hit.classes += 1,
            Some(slot) => {
                *slot = Some(PrefixHit {
                    prefix: watch.prefixes.get(position).cloned().unwrap_or_default(),
                    classes: 1,
                    example: mutf8::decode(descriptor).into_owned(),
                    dex: program.dex(class.dex).map_or_else(String::new, |dex| dex.name.clone()),
                });
            }
            None => {}
        });
    }
    hits.into_iter().flatten().collect()
}

/// Classes per Java package, cut to its first three names (`com.tencent.mm`; `""` for the unnamed package), by name.
pub(crate) fn packages(program: &Program<'_>) -> Vec<PackageCount> {
    let mut counts: BTreeMap<&[u8], u32> = BTreeMap::new();
    for class in &program.classes {
        let descriptor = program.descriptor(class.ty);
        let name = descriptor.strip_prefix(b"L").unwrap_or(descriptor);
        let end = memchr::memchr_iter(b'/', name).take(3).last().unwrap_or(0);
        *counts.entry(name.get(..end).unwrap_or_default()).or_default() += 1;
    }
    let row = |(name, classes): (&[u8], u32)| PackageCount { name: mutf8::decode(name).replace('/', "."), classes };
    counts.into_iter().map(row).collect()
}
