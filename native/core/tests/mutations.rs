//! Broken input on the stable toolchain: mutations of real files, the same ones in every run. Whatever comes out is
//! fine as long as nothing panics; `native/fuzz` is the thorough way.
//!
//! `FINWATCH_MUTATIONS` says how many per format; the defaults keep an unoptimised run short.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where its fixture is not as built")]

use std::path::Path;

use finwatch_core::arsc::Table;
use finwatch_core::axml::Document;
use finwatch_core::dex::{sweep, DexInput, EntryPoints, Watch};
use finwatch_core::limits::Limits;
use finwatch_core::package::{read_source, to_json};
use finwatch_core::source::Source;
use finwatch_core::zip::Archive;

const WATCH: &str = include_str!("../../fuzz/watch.json");
const CODE: &[u8] = include_bytes!("data/code.dex");

/// The sequence of SplitMix64.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// `seed` with one to eight changes: bytes, numbers at the edges of their range, cuts, pieces moved.
fn mutate(seed: &[u8], sequence: &mut Sequence) -> Vec<u8> {
    const EDGES: [u32; 10] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
    let mut data = seed.to_vec();
    for _ in 0..=sequence.below(8) {
        let at = sequence.below(data.len());
        let edge = EDGES[sequence.below(EDGES.len())].to_le_bytes();
        match sequence.below(9) {
            0..=2 => data.iter_mut().skip(at).take(1).for_each(|byte| *byte = sequence.next() as u8),
            3 => data.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (sequence.next() % 8)),
            4 => data.iter_mut().skip(at & !3).zip(edge).for_each(|(byte, new)| *byte = new),
            5 => data.iter_mut().skip(at & !1).zip(edge).take(2).for_each(|(byte, new)| *byte = new),
            6 => {
                // A number of the file in place of another: offsets that point into each other.
                let from = sequence.below(data.len()) & !3;
                let word: Vec<u8> = data.iter().skip(from).take(4).copied().collect();
                data.iter_mut().skip(at & !3).zip(word).for_each(|(byte, new)| *byte = new);
            }
            7 if sequence.below(8) == 0 => data.truncate(at),
            _ => {
                let from = sequence.below(data.len());
                let piece: Vec<u8> = data.iter().skip(from).take(sequence.below(64)).copied().collect();
                data.iter_mut().skip(at).zip(piece).for_each(|(byte, new)| *byte = new);
            }
        }
    }
    data
}

fn count(default: usize) -> usize {
    std::env::var("FINWATCH_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(default)
}

fn packages() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/packages");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "apk"));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The files of all sample packages whose path ends so.
fn parts(ending: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for bytes in packages() {
        let archive = Archive::open(Source::from_bytes(bytes), &Limits::default()).unwrap();
        for entry in archive.entries().iter().filter(|entry| entry.path.ends_with(ending)) {
            found.extend(archive.read(entry, 1 << 20));
        }
    }
    assert!(!found.is_empty(), "no sample package has a file {ending}");
    found
}

/// Runs `read` on mutations of `seeds`; at least one must have been refused and one read, or the test tests nothing.
fn each(seeds: &[Vec<u8>], times: usize, mut read: impl FnMut(&[u8]) -> bool) {
    let mut sequence = Sequence(20_261_122);
    let (mut fine, mut refused) = (0, 0);
    for round in 0..times {
        let data = mutate(&seeds[round % seeds.len()], &mut sequence);
        match read(&data) {
            true => fine += 1,
            false => refused += 1,
        }
    }
    assert!(fine > 0 && refused > 0, "{fine} fine, {refused} refused");
}

#[test]
fn dex_files() {
    let watch = Watch::from_json(WATCH.as_bytes()).unwrap();
    let entries = EntryPoints {
        application: Some("app.App".to_owned()),
        providers: vec!["app.Provider".to_owned()],
        component_factory: Some("app.Values".to_owned()),
    };
    let mut seeds = parts(".dex");
    seeds.retain(|seed| seed.len() < 16_384);
    for _ in 0..seeds.len().max(4) {
        seeds.push(CODE.to_vec());
    }
    each(&seeds, count(3_000), |data| {
        let input = DexInput { name: "classes.dex".to_owned(), data };
        let mut unreadable = Vec::new();
        let code = sweep(&[input], &watch, &entries, &Limits::default(), &mut unreadable);
        assert!(code.dex.len() + unreadable.len() > 0, "neither read nor reported");
        unreadable.is_empty()
    });
}

#[test]
fn binary_xml() {
    let limits = Limits::default();
    each(&parts(".xml"), count(3_000), |data| {
        let document = Document::parse(data, &limits);
        document.is_ok_and(|document| {
            let _ = finwatch_core::netsec::read(&document, "res/xml/mutated.xml");
            true
        })
    });
}

#[test]
fn resource_tables() {
    each(&parts("resources.arsc"), count(2_000), |data| {
        let table = Table::parse(data);
        table.is_ok_and(|table| {
            for entry in 0..4 {
                let _ = table.resolve_all(0x7f01_0000 | entry);
                let _ = table.resolve_all(0x7f02_0000 | entry);
            }
            true
        })
    });
}

#[test]
fn native_libraries() {
    // This very test is an ELF file; its head holds the headers that count.
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let seed: Vec<u8> = own.iter().take(8_192).copied().collect();
    each(&[seed], count(3_000), |data| finwatch_core::elf::read("lib/x/libx.so", data, data.len() as u64).is_some());
}

#[test]
fn whole_packages() {
    let watch = Watch::from_json(WATCH.as_bytes()).unwrap();
    let limits = Limits::default();
    each(&packages(), count(60), |data| {
        let facts = read_source(&Source::from_bytes(data.to_vec()), &watch, &limits).unwrap();
        assert!(to_json(&facts, &limits).is_ok());
        facts.unreadable.is_empty()
    });
}

#[test]
fn signed_packages() {
    let limits = Limits::default();
    each(&packages(), count(40), |data| {
        let Ok(archive) = Archive::open(Source::from_bytes(data.to_vec()), &limits) else { return false };
        let signing = finwatch_core::signing::read(&archive, &limits, &mut Vec::new());
        signing.signers.iter().all(|signer| signer.verified)
    });
}
