//! Any bytes as binary XML: parse, then read it as a network security configuration.
#![no_main]

use finwatch_core::axml::Document;
use finwatch_core::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(document) = Document::parse(data, &Limits::default()) {
        let _ = finwatch_core::netsec::read(&document, "res/xml/fuzz.xml");
    }
});
