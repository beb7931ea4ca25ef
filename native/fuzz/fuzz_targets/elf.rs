//! Any bytes as a native library.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = finwatch_core::elf::read("lib/arm64-v8a/libfuzz.so", data, data.len() as u64);
});
