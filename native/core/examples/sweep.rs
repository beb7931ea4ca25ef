//! What the sweep alone costs and finds: CPU milliseconds over the dex files of a package that are in memory.
//!
//! `cargo run --release -p finwatch-core --example sweep -- WATCH.json PACKAGE.apk [REPEAT] [APPLICATION] [--code]`;
//! prints one JSON object, the whole `Code` with `--code`.

use std::error::Error;
use std::path::Path;

use finwatch_core::dex::{sweep, DexInput, EntryPoints, Watch};
use finwatch_core::limits::Limits;
use finwatch_core::source::Source;
use finwatch_core::zip::{is_dex_name, Archive};
use nix::sys::resource::{getrusage, UsageWho};

fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    Ok((user.tv_sec() + system.tv_sec()) as f64 * 1e3 + (user.tv_usec() + system.tv_usec()) as f64 / 1e3)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [watch, package, rest @ ..] = arguments.as_slice() else {
        return Err("usage: sweep WATCH.json PACKAGE.apk [REPEAT] [APPLICATION] [--code]".into());
    };
    let whole = rest.iter().any(|word| word == "--code");
    let words: Vec<&String> = rest.iter().filter(|word| *word != "--code").collect();
    let repeat: u32 = words.first().map_or(Ok(1), |word| word.parse())?;
    let limits = Limits::default();
    let archive = Archive::open(Source::open(Path::new(package))?, &limits)?;
    let mut files = Vec::new();
    for entry in archive.entries().iter().filter(|entry| is_dex_name(&entry.path)) {
        files.push((entry.path.clone(), archive.read(entry, limits.entry_bytes)?));
    }
    let inputs: Vec<DexInput<'_>> = files.iter().map(|(name, data)| DexInput { name: name.clone(), data }).collect();
    let entries = EntryPoints { application: words.get(1).map(|word| (*word).clone()), ..EntryPoints::default() };
    let start = cpu_ms()?;
    let watch = Watch::from_json(&std::fs::read(watch)?)?;
    let compiled = cpu_ms()? - start;
    let (mut times, mut unreadable, mut code) = (Vec::new(), Vec::new(), None);
    for _ in 0..repeat.max(1) {
        let start = cpu_ms()?;
        unreadable.clear();
        code = Some(sweep(&inputs, &watch, &entries, &limits, &mut unreadable));
        times.push(cpu_ms()? - start);
    }
    times.sort_by(f64::total_cmp);
    let code = code.unwrap_or_default();
    if whole {
        println!("{}", serde_json::to_string_pretty(&code)?);
        return Ok(());
    }
    let summary = serde_json::json!({
        "package": package,
        "dex_bytes": inputs.iter().map(|input| input.data.len()).sum::<usize>(),
        "dex": code.dex,
        "watch_ms": compiled,
        "sweep_ms": {"least": times.first(), "median": times.get(times.len() / 2)},
        "calls": code.calls.len(),
        "certain": code.calls.iter().filter(|call| call.reach.as_ref().is_some_and(|reach| reach.certain)).count(),
        "reached": code.calls.iter().filter(|call| call.reach.is_some()).count(),
        "field_reads": code.field_reads.len(),
        "strings": code.strings.len(),
        "implementations": code.implementations.len(),
        "signature": code.signature.len(),
        "truncated": code.truncated,
        "unreadable": unreadable,
    });
    println!("{summary}");
    Ok(())
}
