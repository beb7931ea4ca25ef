#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;
use crate::axml::tests::pool;

const SIMPLE: u8 = 0;
const REFERENCE: u8 = 0x01;
const STRING: u8 = 0x03;

fn chunk(kind: u16, header: &[u8], body: &[u8]) -> Vec<u8> {
    let head = 8 + header.len();
    let mut out = Vec::new();
    out.extend(kind.to_le_bytes());
    out.extend((head as u16).to_le_bytes());
    out.extend(((head + body.len()) as u32).to_le_bytes());
    out.extend(header);
    out.extend(body);
    out
}

/// A configuration of 64 bytes with a language, a region and a density.
fn config(language: [u8; 2], region: [u8; 2], density: u16) -> Vec<u8> {
    let mut out = vec![0; 64];
    out[0] = 64;
    out[8..10].copy_from_slice(&language);
    out[10..12].copy_from_slice(&region);
    out[14..16].copy_from_slice(&density.to_le_bytes());
    out
}

/// A type chunk: entries `(number, value type, data)` in the form that `flags` says.
fn type_chunk(id: u8, flags: u8, config: &[u8], entries: &[(u16, u8, u32)]) -> Vec<u8> {
    let mut index = Vec::new();
    let mut values = Vec::new();
    let count = entries.iter().map(|(number, _, _)| *number + 1).max().unwrap_or(0);
    let numbers: Vec<u16> =
        if flags & SPARSE != 0 { entries.iter().map(|entry| entry.0).collect() } else { (0..count).collect() };
    for number in &numbers {
        let found = entries.iter().find(|entry| entry.0 == *number);
        let offset = values.len() as u32;
        match flags {
            SPARSE => index.extend([number.to_le_bytes(), ((offset / 4) as u16).to_le_bytes()].concat()),
            OFFSET16 => index.extend(found.map_or(u16::MAX, |_| (offset / 4) as u16).to_le_bytes()),
            _ => index.extend(found.map_or(u32::MAX, |_| offset).to_le_bytes()),
        }
        if let Some((_, kind, data)) = found {
            values.extend([8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, *kind]);
            values.extend(data.to_le_bytes());
        }
    }
    index.resize(index.len().next_multiple_of(4), 0);
    let mut header = vec![id, flags, 0, 0];
    header.extend((numbers.len() as u32).to_le_bytes());
    header.extend((20 + config.len() as u32 + index.len() as u32).to_le_bytes());
    header.extend(config);
    chunk(TYPE, &header, &[index, values].concat())
}

pub(crate) fn table(strings: &[&str], types: &[Vec<u8>]) -> Vec<u8> {
    let mut header = 0x7fu32.to_le_bytes().to_vec();
    header.resize(280, 0);
    let package = chunk(PACKAGE, &header, &types.concat());
    chunk(TABLE, &1u32.to_le_bytes(), &[pool(strings), package].concat())
}

fn any() -> Vec<u8> {
    config([0, 0], [0, 0], 0)
}

fn text(value: &Value) -> String {
    value.as_text().unwrap_or_default()
}

#[test]
fn each_locale_has_its_value_under_a_bcp_47_tag() {
    let types = [
        type_chunk(1, SIMPLE, &any(), &[(0, STRING, 0)]),
        type_chunk(1, SIMPLE, &config(*b"zh", *b"CN", 0), &[(0, STRING, 1)]),
        type_chunk(1, SIMPLE, &config(*b"iw", [0, 0], 0), &[(0, STRING, 0)]),
        // "fil", three letters packed into 15 bits.
        type_chunk(1, SIMPLE, &config([0xad, 0x05], [0, 0], 0), &[(0, STRING, 0)]),
    ];
    let bytes = table(&["Wallet", "钱包"], &types);
    let read = Table::parse(&bytes).unwrap();
    let found = read.resolve_all(0x7f01_0000);
    let told: Vec<(&str, String)> = found.iter().map(|one| (one.config.locale.as_str(), text(&one.value))).collect();
    assert_eq!(told[..3], [("", "Wallet".to_owned()), ("zh-CN", "钱包".to_owned()), ("he", "Wallet".to_owned())]);
    assert_eq!(told[3].0, "fil");
}

#[test]
fn sparse_and_short_offsets_are_read() {
    for flags in [SIMPLE, SPARSE, OFFSET16] {
        let bytes = table(&["a", "b"], &[type_chunk(2, flags, &any(), &[(1, STRING, 0), (7, STRING, 1)])]);
        let read = Table::parse(&bytes).unwrap();
        assert_eq!(text(&read.lookup(0x7f02_0007)[0].value), "b", "flags {flags}");
        assert_eq!(text(&read.lookup(0x7f02_0001)[0].value), "a", "flags {flags}");
        assert!(read.lookup(0x7f02_0003).is_empty(), "flags {flags}");
    }
}

#[test]
fn compact_entries_are_read() {
    let mut whole = type_chunk(2, SIMPLE, &any(), &[(0, STRING, 0)]);
    let at = whole.len() - 16;
    // Key, flags with the value's type above them, data.
    whole.splice(at.., [0, 0, COMPACT as u8, STRING, 1, 0, 0, 0]);
    let len = whole.len() as u32;
    whole.splice(4..8, len.to_le_bytes());
    let bytes = table(&["a", "b"], &[whole]);
    assert_eq!(text(&Table::parse(&bytes).unwrap().lookup(0x7f02_0000)[0].value), "b");
}

#[test]
fn references_are_followed_and_a_circle_ends() {
    let types = [type_chunk(
        1,
        SIMPLE,
        &any(),
        &[(0, REFERENCE, 0x7f01_0001), (1, STRING, 0), (2, REFERENCE, 0x7f01_0003), (3, REFERENCE, 0x7f01_0002)],
    )];
    let bytes = table(&["end"], &types);
    let read = Table::parse(&bytes).unwrap();
    assert_eq!(read.resolve(&Value::Reference(0x7f01_0000)), Some(Value::Text("end".to_owned())));
    assert_eq!(read.resolve(&Value::Reference(0x7f01_0002)), None);
    assert_eq!(read.resolve_all(0x7f01_0002)[0].value, Value::Null);
}

#[test]
fn a_reference_to_a_value_in_many_locales_gives_each() {
    let types = [
        type_chunk(1, SIMPLE, &any(), &[(0, REFERENCE, 0x7f01_0001), (1, STRING, 0)]),
        type_chunk(1, SIMPLE, &config(*b"zh", [0, 0], 0), &[(1, STRING, 1)]),
    ];
    let bytes = table(&["Loan", "贷款"], &types);
    let found = Table::parse(&bytes).unwrap().resolve_all(0x7f01_0000);
    assert_eq!(found.iter().map(|one| text(&one.value)).collect::<Vec<_>>(), ["Loan", "贷款"]);
}

/// Picks the densest picture, and says nothing of a table that is no table.
#[test]
fn densities_are_kept_apart_and_rubbish_is_refused() {
    let types = [
        type_chunk(3, SIMPLE, &config([0, 0], [0, 0], 160), &[(0, STRING, 0)]),
        type_chunk(3, SIMPLE, &config([0, 0], [0, 0], 640), &[(0, STRING, 1)]),
    ];
    let bytes = table(&["m.png", "x.png"], &types);
    let read = Table::parse(&bytes).unwrap();
    assert_eq!(read.lookup(0x7f03_0000).iter().map(|one| one.config.density).collect::<Vec<_>>(), [160, 640]);
    assert!(Table::parse(b"no table at all").is_err());
}

#[test]
fn no_damage_makes_it_panic() {
    let types = [type_chunk(1, SPARSE, &any(), &[(0, REFERENCE, 0x7f01_0001), (1, STRING, 0)])];
    let whole = table(&["a"], &types);
    let mut answers = 0;
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            answers += Table::parse(&damaged).map_or(0, |read| 1 + read.resolve_all(0x7f01_0000).len());
        }
        answers += Table::parse(&whole[..at]).map_or(0, |read| read.resolve_all(0x7f01_0000).len());
    }
    assert!(answers > whole.len());
}
