//! Any bytes as a zip: open, describe, unpack every entry.
#![no_main]

use finwatch_core::limits::Limits;
use finwatch_core::source::Source;
use finwatch_core::zip::Archive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    if let Ok(archive) = Archive::open(Source::from_bytes(data.to_vec()), &limits) {
        let _ = (archive.facts(), archive.anomalies());
        for entry in archive.entries().iter().take(64) {
            let _ = archive.read(entry, 1 << 20);
        }
    }
});
