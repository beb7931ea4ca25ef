//! The string pool against the watched patterns, and which instructions load what matched.

use super::program::{MethodNo, Program};
use super::scan::Seen;
use super::values::cut;
use super::watch::Watch;
use crate::facts::{CodeAt, StringUse};
use crate::limits::Limits;

/// Strings of one dex file that some pattern matched.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// One bit per string of the pool.
    pub(crate) bits: Vec<u64>,
    /// (string index, position of the pattern), ascending.
    hits: Vec<(u32, usize)>,
}

/// The strings of each dex file that match; `report` is told of a pool that cannot be read whole.
pub(crate) fn matched(program: &Program<'_>, watch: &Watch, mut report: impl FnMut(u32, String)) -> Vec<Matched> {
    let mut all = Vec::new();
    for (position, dex) in (0..).zip(&program.dexes) {
        let mut found = Matched { bits: vec![0; dex.strings as usize / 64 + 1], hits: Vec::new() };
        // Strings may share bytes; ones that all share a long tail would cost without end.
        let mut budget = 4 * dex.data.len() + 65_536;
        let mut broken = 0u32;
        for index in 0..dex.strings {
            let Some(bytes) = dex.string_bytes(index) else {
                broken += 1;
                continue;
            };
            budget = budget.saturating_sub(bytes.len() + 1);
            if budget == 0 {
                report(position, "strings overlap; the rest of the pool was not searched".to_owned());
                break;
            }
            if !watch.has_patterns() {
                continue;
            }
            for pattern in watch.matching_patterns(bytes) {
                found.hits.push((index, pattern));
                if let Some(word) = found.bits.get_mut(index as usize / 64) {
                    *word |= 1 << (index % 64);
                }
            }
        }
        if broken > 0 {
            report(position, format!("{broken} strings of the pool are not in the file"));
        }
        all.push(found);
    }
    all
}

/// What matched as facts, in the order of the files; true when the limit `strings` cut the list.
pub(crate) fn facts(
    program: &Program<'_>,
    watch: &Watch,
    (matched, seen): (&[Matched], &[Seen]),
    limits: &Limits,
) -> (Vec<StringUse>, bool) {
    let mut uses = Vec::new();
    for ((dex, matched), seen) in program.dexes.iter().zip(matched).zip(seen) {
        let mut loads: Vec<&(u32, MethodNo, u32)> = seen.loads.iter().collect();
        loads.sort_unstable();
        for (index, pattern) in &matched.hits {
            if uses.len() >= limits.strings {
                return (uses, true);
            }
            let first = loads.partition_point(|load| load.0 < *index);
            let last = loads.partition_point(|load| load.0 <= *index);
            let range = loads.get(first..last).unwrap_or_default();
            let place = |load: &&(u32, MethodNo, u32)| CodeAt {
                dex: dex.name.clone(),
                method: program.method_text(load.1),
                offset: Some(load.2),
            };
            uses.push(StringUse {
                watch: watch.string_ids.get(*pattern).cloned().unwrap_or_default(),
                value: cut(&dex.text(*index), limits.string_bytes),
                dex: dex.name.clone(),
                uses: range.iter().take(limits.string_uses).map(place).collect(),
                uses_total: range.len() as u64,
            });
        }
    }
    (uses, false)
}
