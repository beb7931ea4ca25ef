#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;

const STRINGS: &[u8] = b"\0libpay.so\0libc.so\0__stack_chk_fail\0__memcpy_chk\0";

/// A library of one class with a stack header, a dynamic section and its strings.
fn library(wide: bool, stack_flags: u32, dynamic: &[(u64, u64)]) -> Vec<u8> {
    let word = |out: &mut Vec<u8>, value: u64| {
        if wide {
            out.extend(value.to_le_bytes());
        } else {
            out.extend((value as u32).to_le_bytes());
        }
    };
    let (header, segment) = if wide { (64u64, 56u64) } else { (52, 32) };
    let dynamic_at = header + segment * 3;
    let step = if wide { 16 } else { 8 };
    let strings_at = dynamic_at + step * dynamic.len() as u64;
    let end = strings_at + STRINGS.len() as u64;
    let mut out = b"\x7fELF".to_vec();
    out.extend([if wide { 2 } else { 1 }, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(3u16.to_le_bytes());
    out.extend(if wide { 183u16 } else { 40 }.to_le_bytes());
    out.extend(1u32.to_le_bytes());
    for value in [0, header, 0] {
        word(&mut out, value);
    }
    out.extend(0u32.to_le_bytes());
    for half in [header as u16, segment as u16, 3, 0, 0, 0] {
        out.extend(half.to_le_bytes());
    }
    for (kind, flags, offset, size) in
        [(LOAD, 5, 0, end), (GNU_STACK, stack_flags, 0, 0), (DYNAMIC, 6, dynamic_at, step * dynamic.len() as u64)]
    {
        out.extend(kind.to_le_bytes());
        if wide {
            out.extend(flags.to_le_bytes());
        }
        for value in [offset, offset, offset, size, size] {
            word(&mut out, value);
        }
        if !wide {
            out.extend(flags.to_le_bytes());
        }
        word(&mut out, 4);
    }
    for (tag, value) in dynamic {
        word(&mut out, *tag);
        word(&mut out, if *tag == 5 { strings_at } else { *value });
    }
    out.extend(STRINGS);
    out
}

fn dynamic() -> Vec<(u64, u64)> {
    vec![(14, 1), (1, 11), (5, 0), (10, STRINGS.len() as u64), (30, 8), (0, 0)]
}

#[test]
fn both_classes_tell_names_and_hardening() {
    for (wide, abi) in [(true, "arm64-v8a"), (false, "armeabi-v7a")] {
        let bytes = library(wide, 6, &dynamic());
        let read = read("lib/x/libpay.so", &bytes, bytes.len() as u64).unwrap();
        assert_eq!((read.abi.as_str(), read.soname.as_deref()), (abi, Some("libpay.so")));
        assert_eq!(read.needed, ["libc.so"]);
        let on: Vec<&str> = read.hardening.iter().filter(|(_, on)| **on).map(|(name, _)| name.as_str()).collect();
        assert_eq!(on, ["bind_now", "fortify", "nx", "pie", "stack_canary", "stripped"]);
        assert_eq!(read.hardening.get("relro"), Some(&false));
    }
}

#[test]
fn an_executable_stack_is_seen() {
    let bytes = library(true, 7, &dynamic());
    assert_eq!(read("a", &bytes, bytes.len() as u64).unwrap().hardening.get("nx"), Some(&false));
}

#[test]
fn what_lies_beyond_a_prefix_is_absent_not_guessed() {
    let bytes = library(true, 6, &dynamic());
    let read = read("a", &bytes[..bytes.len() - 20], bytes.len() as u64).unwrap();
    assert_eq!(read.hardening.get("stack_canary"), None);
    assert_eq!(read.soname, None);
}

#[test]
fn no_damage_makes_it_panic() {
    let whole = library(true, 6, &dynamic());
    let mut answers = 0;
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            answers += usize::from(read("a", &damaged, whole.len() as u64).is_some());
        }
        answers += usize::from(read("a", &whole[..at], whole.len() as u64).is_some());
    }
    assert!(answers > whole.len());
}
