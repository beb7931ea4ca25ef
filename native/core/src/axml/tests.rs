#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;

fn chunk(kind: u16, header: &[u32], body: &[u8]) -> Vec<u8> {
    let head = 8 + header.len() * 4;
    let mut out = Vec::new();
    out.extend(kind.to_le_bytes());
    out.extend((head as u16).to_le_bytes());
    out.extend(((head + body.len()) as u32).to_le_bytes());
    out.extend(words(header));
    out.extend(body);
    out
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

pub(crate) fn pool(strings: &[&str]) -> Vec<u8> {
    let mut offsets = Vec::new();
    let mut data = Vec::new();
    for string in strings {
        offsets.push(data.len() as u32);
        data.push(string.chars().count() as u8);
        data.push(string.len() as u8);
        data.extend(string.as_bytes());
        data.push(0);
    }
    data.resize(data.len().next_multiple_of(4), 0);
    let start = 28 + 4 * strings.len() as u32;
    let body = [words(&offsets), data].concat();
    chunk(POOL, &[strings.len() as u32, 0, 0x100, start, 0], &body)
}

fn start(name: u32, attributes: &[[u32; 5]]) -> Vec<u8> {
    let mut ext = words(&[u32::MAX, name]);
    for half in [20, 20, attributes.len() as u16, 0, 0, 0] {
        ext.extend(half.to_le_bytes());
    }
    ext.extend(attributes.iter().flat_map(|attribute| words(attribute)));
    chunk(START_ELEMENT, &[7, u32::MAX], &ext)
}

fn end(name: u32) -> Vec<u8> {
    chunk(END_ELEMENT, &[8, u32::MAX], &words(&[u32::MAX, name]))
}

/// `<manifest package="a.b"><application name="x"/><application/></manifest>`; the first attribute has an id.
fn sample() -> Vec<u8> {
    let strings = pool(&["name", "manifest", "application", "package", "a.b", "x"]);
    let ids = chunk(RESOURCE_MAP, &[], &words(&[0x0101_0003]));
    let package = [u32::MAX, 3, 4, 0x0300_0008, 4];
    let name = [0, 0, u32::MAX, 0x0300_0008, 5];
    let nodes = [start(1, &[package]), start(2, &[name]), end(2), start(2, &[]), end(2), end(1)].concat();
    chunk(XML, &[], &[strings, ids, nodes].concat())
}

#[test]
fn elements_attributes_lines_and_paths_are_read() {
    let document = Document::parse(&sample(), &Limits::default()).unwrap();
    assert!(document.problems.is_empty());
    let root = document.root().unwrap();
    assert_eq!((root.name.as_str(), root.line), ("manifest", 7));
    assert_eq!(root.by_name("package"), Some(&Value::Text("a.b".to_owned())));
    let (index, first) = document.children(root, "application").next().unwrap();
    assert_eq!(first.by_id(0x0101_0003), Some(&Value::Text("x".to_owned())));
    assert_eq!(document.path(index), "manifest/application[1]");
}

#[test]
fn values_are_coerced_as_android_does() {
    assert_eq!(Value::Text("0x10".to_owned()).as_int(), Some(16));
    assert_eq!(Value::Hex(u32::MAX).as_int(), Some(-1));
    assert_eq!(Value::Int(0).as_bool(), Some(false));
    assert_eq!(Value::Text("TRUE".to_owned()).as_bool(), Some(true));
    assert_eq!(Value::Bool(true).as_text().as_deref(), Some("true"));
    assert_eq!(Value::Reference(1).as_text(), None);
}

#[test]
fn no_damage_makes_it_panic() {
    let whole = sample();
    let limits = Limits::default();
    let mut read = 0;
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            read += usize::from(Document::parse(&damaged, &limits).is_ok());
        }
        read += usize::from(Document::parse(&whole[..at], &limits).is_ok());
    }
    assert!(read > whole.len());
}
