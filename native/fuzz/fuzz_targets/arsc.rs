//! Any bytes as resources.arsc: parse, then follow identifiers that the input chooses.
#![no_main]

use finwatch_core::arsc::Table;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(table) = Table::parse(data) {
        for id in data.chunks_exact(4).rev().take(16) {
            let _ = table.resolve_all(u32::from_le_bytes([id[0], id[1], id[2], id[3]]));
        }
        let _ = table.resolve_all(0x7f01_0000);
    }
});
