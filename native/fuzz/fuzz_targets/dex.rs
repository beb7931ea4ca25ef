//! Any bytes as a dex file, swept with a watch list that asks for everything.
#![no_main]

use std::sync::OnceLock;

use finwatch_core::dex::{sweep, DexInput, EntryPoints, Watch};
use finwatch_core::limits::Limits;
use libfuzzer_sys::fuzz_target;

const WATCH: &str = include_str!("../watch.json");

fuzz_target!(|data: &[u8]| {
    static COMPILED: OnceLock<Option<Watch>> = OnceLock::new();
    let Some(watch) = COMPILED.get_or_init(|| Watch::from_json(WATCH.as_bytes()).ok()) else { return };
    let entries = EntryPoints {
        application: Some("app.App".to_owned()),
        providers: vec!["app.Provider".to_owned()],
        component_factory: None,
    };
    let input = DexInput { name: "classes.dex".to_owned(), data };
    let _ = sweep(&[input], watch, &entries, &Limits::default(), &mut Vec::new());
});
