//! Any bytes as a signed package: every scheme, with verification.
#![no_main]

use finwatch_core::limits::Limits;
use finwatch_core::source::Source;
use finwatch_core::zip::Archive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    if let Ok(archive) = Archive::open(Source::from_bytes(data.to_vec()), &limits) {
        let _ = finwatch_core::signing::read(&archive, &limits, &mut Vec::new());
    }
});
