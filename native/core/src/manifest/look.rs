//! What a person sees of the app: its label in every locale, and its icon.

use std::collections::BTreeMap;

use crate::arsc::{Configured, ANY_DENSITY};
use crate::axml::{Element, Value};
use crate::facts::{LocalLabel, Manifest};

use super::{attr, Resolver};

/// Which files a package has.
pub trait Files {
    /// There is a file called `path`.
    fn has(&self, path: &str) -> bool;
}

/// Fills in label, labels and icon.
pub(super) fn read(application: &Element, resolver: &Resolver<'_>, files: &dyn Files, manifest: &mut Manifest) {
    let labels = labels(application, resolver);
    manifest.label = default_label(&labels).map(str::to_owned);
    manifest.labels = labels.into_iter().map(|(locale, label)| LocalLabel { locale, label }).collect();
    manifest.icon =
        icon(application, attr::ICON, resolver, files).or_else(|| icon(application, attr::ROUND_ICON, resolver, files));
}

/// The label in each locale: of several configurations of one locale, the least qualified one.
fn labels(application: &Element, resolver: &Resolver<'_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    match (application.by_id(attr::LABEL), resolver.table) {
        (Some(Value::Reference(id)), Some(table)) => {
            let mut found = table.resolve_all(*id);
            found.sort_by_key(|one| (one.config.qualified, one.config.density, one.config.sdk));
            for one in found {
                if let Some(text) = one.value.as_text() {
                    out.entry(one.config.locale).or_insert(text);
                }
            }
        }
        (Some(Value::Reference(_)) | None, _) => {}
        (Some(value), _) => {
            if let Some(text) = value.as_text() {
                out.insert(String::new(), text);
            }
        }
    }
    out
}

/// The label that applies everywhere, else the English one, else the first.
fn default_label(labels: &BTreeMap<String, String>) -> Option<&str> {
    let found = labels.get("").or_else(|| labels.get("en")).or_else(|| labels.values().next());
    found.map(String::as_str)
}

/// The densest raster that is in the package, else the drawable as declared.
fn icon(application: &Element, id: u32, resolver: &Resolver<'_>, files: &dyn Files) -> Option<String> {
    let candidates = match (application.by_id(id)?, resolver.table) {
        (Value::Reference(id), Some(table)) => table.resolve_all(*id),
        (value @ Value::Text(_), _) => vec![Configured { config: Default::default(), value: value.clone() }],
        _ => Vec::new(),
    };
    let paths = || {
        candidates.iter().filter_map(|one| match &one.value {
            Value::Text(path) => Some((one, path)),
            _ => None,
        })
    };
    let raster = paths().filter(|(one, path)| one.config.density != ANY_DENSITY && is_raster(path) && files.has(path));
    // The first of the densest: later ones are the same for a special screen.
    let mut chosen: Option<(&Configured, &String)> = None;
    for (one, path) in raster {
        let rank = |one: &Configured| (one.config.density, !one.config.qualified, one.config.locale.is_empty());
        if chosen.is_none_or(|(best, _)| rank(one) > rank(best)) {
            chosen = Some((one, path));
        }
    }
    let declared = || paths().find(|(_, path)| files.has(path)).or_else(|| paths().next());
    chosen.or_else(declared).map(|(_, path)| path.clone())
}

fn is_raster(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    // Resource shrinkers drop the extension: such a file is judged by its bytes later.
    end != "xml"
}
