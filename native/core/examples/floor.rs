//! The floor of the benchmark: the least that any examination of an APK must do, and nothing else.
//!
//! SHA-256 of the file, inflation of every `classes*.dex` with libdeflate, one walk over the bytecode that decodes
//! the length of every instruction and counts opcodes. The dex walk stands on its own, apart from the core's parser,
//! and trusts the file. `cargo run --release -p finwatch-core --example floor -- PACKAGE.apk [REPEAT]` prints JSON
//! with CPU seconds (`getrusage`, user and system) per repetition.

use std::error::Error;

use nix::sys::resource::{getrusage, UsageWho};
use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn cpu_seconds() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    Ok((user.tv_sec() + system.tv_sec()) as f64 + (user.tv_usec() + system.tv_usec()) as f64 / 1e6)
}

fn u16_at(data: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*data.get(at..)?.first_chunk()?)))
}

fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?) as usize)
}

/// (compressed bytes, inflated size, method) of every dex file of the package.
fn dex_entries(apk: &[u8]) -> Option<Vec<(&[u8], usize, usize)>> {
    let end = (0..=apk.len().checked_sub(22)?).rev().find(|at| apk.get(*at..*at + 4) == Some(b"PK\x05\x06"))?;
    let mut at = u32_at(apk, end + 16)?;
    let mut found = Vec::new();
    for _ in 0..u16_at(apk, end + 10)? {
        let name_length = u16_at(apk, at + 28)?;
        let name = apk.get(at + 46..at + 46 + name_length)?;
        if name.starts_with(b"classes") && name.ends_with(b".dex") {
            let local = u32_at(apk, at + 42)?;
            let data = local + 30 + u16_at(apk, local + 26)? + u16_at(apk, local + 28)?;
            found.push((apk.get(data..data + u32_at(apk, at + 20)?)?, u32_at(apk, at + 24)?, u16_at(apk, at + 10)?));
        }
        at += 46 + name_length + u16_at(apk, at + 30)? + u16_at(apk, at + 32)?;
    }
    Some(found)
}

fn uleb128(data: &[u8], at: &mut usize) -> Option<usize> {
    let (mut value, mut shift) = (0usize, 0);
    loop {
        let byte = *data.get(*at)?;
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 || shift > 28 {
            return Some(value);
        }
        shift += 7;
    }
}

/// Lengths in code units ("Dalvik bytecode").
fn length_of(op: u8) -> usize {
    match op {
        0x02 | 0x05 | 0x08 | 0x13 | 0x15 | 0x16 | 0x19 | 0x1a | 0x1c | 0x1f | 0x20 | 0x22 | 0x23 | 0x29 => 2,
        0x2d..=0x3d | 0x44..=0x6d | 0x90..=0xaf | 0xd0..=0xe2 | 0xfe | 0xff => 2,
        0x03 | 0x06 | 0x09 | 0x14 | 0x17 | 0x1b | 0x24..=0x26 | 0x2a..=0x2c => 3,
        0x6e..=0x72 | 0x74..=0x78 | 0xfc | 0xfd => 3,
        0xfa | 0xfb => 4,
        0x18 => 5,
        _ => 1,
    }
}

fn walk(dex: &[u8], counts: &mut [u64; 256]) -> Option<()> {
    let lengths: Vec<usize> = (0..=255).map(length_of).collect();
    let (classes, table) = (u32_at(dex, 96)?, u32_at(dex, 100)?);
    for class in 0..classes {
        let mut at = u32_at(dex, table + class * 32 + 24)?;
        if at == 0 {
            continue;
        }
        let mut sizes = [0usize; 4];
        for size in &mut sizes {
            *size = uleb128(dex, &mut at)?;
        }
        let [static_fields, instance_fields, direct, virtuals] = sizes;
        for _ in 0..2 * (static_fields + instance_fields) {
            uleb128(dex, &mut at)?;
        }
        for _ in 0..direct + virtuals {
            uleb128(dex, &mut at)?;
            uleb128(dex, &mut at)?;
            let code = uleb128(dex, &mut at)?;
            if code != 0 {
                let units = u32_at(dex, code + 12)?;
                count(dex.get(code + 16..code + 16 + 2 * units)?, &lengths, counts);
            }
        }
    }
    Some(())
}

fn count(insns: &[u8], lengths: &[usize], counts: &mut [u64; 256]) {
    let mut at = 0;
    while let Some([op, high, ..]) = insns.get(at..) {
        let word = |k: usize| u16_at(insns, at + k).unwrap_or(0);
        let units = match (*op, *high) {
            (0, 1) => word(2) * 2 + 4,
            (0, 2) => word(2) * 4 + 2,
            (0, 3) => (word(2) * (word(4) | word(6) << 16)).div_ceil(2) + 4,
            _ => lengths.get(usize::from(*op)).copied().unwrap_or(1),
        };
        if let Some(count) = counts.get_mut(usize::from(*op)) {
            *count += 1;
        }
        at += 2 * units;
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let package = arguments.next().ok_or("usage: floor PACKAGE.apk [REPEAT]")?;
    let repeat: usize = arguments.next().map_or(Ok(5), |word| word.parse())?;
    let mut seconds = Vec::new();
    let (mut sha256, mut instructions, mut inflated) = (String::new(), 0u64, 0usize);
    for _ in 0..repeat.max(1) {
        let start = cpu_seconds()?;
        let apk = std::fs::read(&package)?;
        sha256 = Sha256::digest(&apk).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut counts = [0u64; 256];
        inflated = 0;
        for (packed, size, method) in dex_entries(&apk).ok_or("not a zip file")? {
            let mut dex = vec![0; size];
            if method == 8 {
                libdeflater::Decompressor::new().deflate_decompress(packed, &mut dex)?;
            } else {
                dex.copy_from_slice(packed);
            }
            inflated += size;
            walk(&dex, &mut counts).ok_or("a dex file breaks off")?;
        }
        instructions = counts.iter().sum();
        seconds.push(cpu_seconds()? - start);
    }
    seconds.sort_by(f64::total_cmp);
    let row = serde_json::json!({
        "package": package,
        "sha256": sha256,
        "dex_bytes": inflated,
        "instructions": instructions,
        "cpu_seconds": seconds,
        "median_cpu_seconds": seconds.get(seconds.len() / 2),
    });
    println!("{row}");
    Ok(())
}
