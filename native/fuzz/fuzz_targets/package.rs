//! Any bytes as a package, the whole way to the JSON.
#![no_main]

use std::sync::OnceLock;

use finwatch_core::dex::Watch;
use finwatch_core::limits::Limits;
use finwatch_core::package::{read_source, to_json};
use finwatch_core::source::Source;
use libfuzzer_sys::fuzz_target;

const WATCH: &str = include_str!("../watch.json");

fuzz_target!(|data: &[u8]| {
    static COMPILED: OnceLock<Option<Watch>> = OnceLock::new();
    let Some(watch) = COMPILED.get_or_init(|| Watch::from_json(WATCH.as_bytes()).ok()) else { return };
    let limits = Limits::default();
    if let Ok(facts) = read_source(&Source::from_bytes(data.to_vec()), watch, &limits) {
        let _ = to_json(&facts, &limits);
    }
});
