//! Dalvik executables: from the bytes of a package's dex files to what its code does that someone asked about.
//!
//! One linear sweep over every instruction counts and looks for what is on the watch list; only methods with a hit
//! are walked again for the values in their registers. Way of the data: `format` (tables), `program` (all files as
//! one), `targets` and `strings` (which identifiers matter), `scan` (the sweep), `calls` with `values` (arguments),
//! `reach` (does start-up code get there), `shape` (implementations), `names` (packages).
//! Sources: AOSP "Dalvik executable format", "Dalvik bytecode", "Dalvik instruction formats".

use crate::facts::{Code, CodeAt, DexFile, Locator, Unreadable};
use crate::limits::Limits;

mod calls;
mod features;
mod format;
mod names;
mod platform;
mod program;
mod reach;
mod scan;
mod shape;
mod strings;
mod targets;
mod values;
mod watch;

pub use watch::Watch;

/// At most so many broken places are told one by one per package; the rest is counted.
const TOLD: usize = 200;

/// A dex file of the package.
#[derive(Debug)]
pub struct DexInput<'a> {
    /// Name of the entry.
    pub name: String,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Classes that run before any screen, as the manifest names them (dots). Components that are disabled or live in a
/// process of their own do not belong here.
#[derive(Debug, Default, Clone)]
pub struct EntryPoints {
    /// `android:name` of the application.
    pub application: Option<String>,
    /// Content providers.
    pub providers: Vec<String>,
    /// `android:appComponentFactory`.
    pub component_factory: Option<String>,
}

/// Broken places, bounded.
struct Broken<'u> {
    told: usize,
    more: usize,
    unreadable: &'u mut Vec<Unreadable>,
}

impl Broken<'_> {
    fn tell(&mut self, reason: String, at: Locator) {
        if self.told < TOLD {
            self.told += 1;
            self.unreadable.push(Unreadable::new("code", reason, Some(at)));
        } else {
            self.more += 1;
        }
    }
}

impl Drop for Broken<'_> {
    fn drop(&mut self) {
        if self.more > 0 {
            let reason = format!("{} more broken places in the code", self.more);
            self.unreadable.push(Unreadable::new("code", reason, None));
        }
    }
}

/// What one linear sweep over `files` finds. A class or method that is broken costs itself and an entry in
/// `unreadable`; lists that a limit cut are named in `Code::truncated`.
pub fn sweep(
    files: &[DexInput<'_>],
    watch: &Watch,
    entry_points: &EntryPoints,
    limits: &Limits,
    unreadable: &mut Vec<Unreadable>,
) -> Code {
    let mut broken = Broken { told: 0, more: 0, unreadable };
    let mut dexes = Vec::new();
    for input in files {
        let file = |offset| Locator::File { path: input.name.clone(), offset: Some(offset) };
        dexes.extend(format::file::open(&input.name, input.data, &mut |at, reason| broken.tell(reason, file(at))));
    }
    let program = program::Program::build(dexes, |dex, at, reason| {
        broken.tell(reason, Locator::File { path: dex.name.clone(), offset: Some(at) });
    });
    let related = targets::related(&program, watch);
    let positions = 0..program.dexes.len() as u32;
    let targets: Vec<_> =
        positions.map(|position| targets::Targets::resolve(&program, position, watch, &related)).collect();
    let matched = strings::matched(&program, watch, |position, reason| {
        let path = program.dex(position).map_or_else(String::new, |dex| dex.name.clone());
        broken.tell(reason, Locator::File { path, offset: None });
    });
    let mut features = features::Features::new(&program, watch);
    let seen = scan::sweep(
        &program,
        &targets,
        &matched,
        |method, code| features.add(method, code),
        &mut |dex, method, _, reason| {
            let at = CodeAt { dex: dex.name.clone(), method: dex.method_text(method), offset: None };
            broken.tell(reason, Locator::Code(at));
        },
    );
    let signature = features.finish();
    let mut truncated = Vec::new();
    let mut note = |over: bool, name: &str| {
        if over && !truncated.iter().any(|known| known == name) {
            truncated.push(name.to_owned());
        }
    };
    let (calls, over) = calls::calls(&program, watch, (&targets, &seen), limits);
    note(over, "calls");
    let (reads, over) = calls::field_reads(&program, watch, (&targets, &seen), limits);
    note(over, "calls");
    let (strings, over) = strings::facts(&program, watch, (&matched, &seen), limits);
    note(over, "strings");
    let (implementations, over) = shape::implementations(&program, watch, limits);
    note(over, "implementations");
    let reached = reach::Reached::from_entries(&program, entry_points, limits);
    note(reached.over(), "reach_methods");
    Code {
        dex: program.dexes.iter().zip(&seen).map(|(dex, seen)| counts(dex, seen)).collect(),
        calls: calls::with_reach(calls, &reached, |call, reach| call.reach = reach, |call| call.at.offset),
        field_reads: calls::with_reach(reads, &reached, |read, reach| read.reach = reach, |read| read.at.offset),
        strings,
        implementations,
        prefixes: names::prefixes(&program, watch),
        packages: names::packages(&program),
        signature: signature.iter().map(|value| u64::from(*value)).collect(),
        signature_version: crate::likeness::VERSION,
        truncated,
    }
}

fn counts(dex: &format::file::Dex<'_>, seen: &scan::Seen) -> DexFile {
    DexFile {
        name: dex.name.clone(),
        version: dex.version.clone(),
        bytes: dex.bytes,
        strings: dex.strings,
        types: dex.types.len() as u32,
        protos: dex.protos.len() as u32,
        fields: dex.fields.len() as u32,
        methods: dex.methods.len() as u32,
        classes: dex.classes.len() as u32,
        code_items: seen.code_items,
        instructions: seen.instructions,
        invokes: seen.invokes,
        checksum_ok: dex.checksum_ok,
    }
}
