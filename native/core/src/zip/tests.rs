#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::io::Write;

use super::*;

/// A zip of `(name, data, deflated)`.
pub(crate) fn build(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, data, deflated) in files {
        let packed = if *deflated { deflate(data) } else { data.to_vec() };
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let mut common = Vec::new();
        for half in [0u16, if *deflated { DEFLATED } else { STORED }, 0, 0] {
            common.extend(half.to_le_bytes());
        }
        for word in [crc.sum(), packed.len() as u32, data.len() as u32] {
            common.extend(word.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(packed);
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn open(bytes: Vec<u8>) -> Result<Archive, Error> {
    Archive::open(Source::from_bytes(bytes), &Limits::default())
}

fn sample() -> Vec<u8> {
    let text: Vec<u8> = (0..2_000u32).flat_map(|number| number.to_le_bytes()).collect();
    build(&[
        ("AndroidManifest.xml", b"manifest", true),
        ("assets/a.bin", &text, true),
        ("lib/x/b.so", b"stored", false),
    ])
}

#[test]
fn files_are_read_whole_streamed_and_from_the_head() {
    let archive = open(sample()).unwrap();
    let entry = archive.find("assets/a.bin").unwrap();
    let whole = archive.read(entry, 1 << 20).unwrap();
    assert_eq!(whole.len(), 8_000);
    let mut streamed = Vec::new();
    archive.stream(entry, 1 << 20, &mut |piece| streamed.extend_from_slice(piece)).unwrap();
    assert_eq!(streamed, whole);
    assert_eq!(archive.head(entry, 100).unwrap(), whole[..100]);
    assert_eq!(archive.read(archive.find("lib/x/b.so").unwrap(), 6).unwrap(), b"stored");
    assert!(archive.anomalies().is_empty());
}

#[test]
fn a_file_over_its_limit_is_refused_and_the_limit_is_named() {
    let archive = open(sample()).unwrap();
    let error = archive.read(archive.find("assets/a.bin").unwrap(), 7_999).unwrap_err();
    assert_eq!(error.to_string(), "over the limit entry_bytes (7999)");
}

#[test]
fn what_is_unpacked_in_all_is_bounded() {
    let limits = Limits { inflated_bytes: 12_000, ..Limits::default() };
    let archive = Archive::open(Source::from_bytes(sample()), &limits).unwrap();
    let entry = archive.find("assets/a.bin").unwrap();
    assert!(archive.read(entry, 1 << 20).is_ok());
    assert_eq!(archive.read(entry, 1 << 20).unwrap_err().to_string(), "over the limit inflated_bytes (12000)");
}

/// Every byte set to every value that turns a length or an offset bad, and every truncation: an answer each time.
#[test]
fn no_damage_makes_it_panic() {
    let whole = build(&[("a", &[7; 300], true), ("b", b"stored", false)]);
    let touch = |bytes: Vec<u8>| {
        let Ok(archive) = open(bytes) else { return 0 };
        let read = archive.entries().iter().map(|entry| {
            let mut streamed = 0;
            let _ = archive.stream(entry, 1 << 20, &mut |piece| streamed += piece.len());
            let _ = archive.head(entry, 10);
            archive.read(entry, 1 << 20).map_or(0, |data| data.len().min(1)) + streamed.min(1)
        });
        read.sum::<usize>()
    };
    let mut answers = 0;
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            answers += touch(damaged);
        }
        answers += touch(whole[..at].to_vec());
        answers += touch(whole[at..].to_vec());
    }
    assert!(answers > whole.len());
}
