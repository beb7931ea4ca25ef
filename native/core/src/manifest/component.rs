//! Activities, aliases, services, receivers and providers, with Android's defaults
//! (AOSP `pm/pkg/component/ParsedMainComponentUtils.java` and its siblings).

use std::collections::HashMap;

use crate::axml::{Document, Element};
use crate::facts::{Component, IntentFilter, Manifest};

use super::{attr, class_name, Resolver};

const KINDS: [&str; 5] = ["activity", "activity-alias", "service", "receiver", "provider"];
/// Providers of apps that target less than Android 4.2 are exported by default.
const PROVIDERS_CLOSED_SINCE: i64 = 17;

/// The components of the application, in file order.
pub(super) fn read(
    document: &Document,
    application_index: usize,
    application: &Element,
    resolver: &Resolver<'_>,
    manifest: &Manifest,
) -> Vec<Component> {
    let above = document.path(application_index);
    let totals = count(document, application);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut out = Vec::new();
    for element in application.children.iter().filter_map(|index| document.elements.get(*index)) {
        let Some(kind) = KINDS.into_iter().find(|kind| *kind == element.name) else { continue };
        let position = seen.entry(kind).or_default();
        *position += 1;
        let alone = totals.get(kind).copied() == Some(1);
        let path = if alone { format!("{above}/{kind}") } else { format!("{above}/{kind}[{position}]") };
        out.push(component(document, kind, element, path, resolver, manifest, application));
    }
    out
}

fn count<'d>(document: &'d Document, application: &Element) -> HashMap<&'d str, usize> {
    let mut totals = HashMap::new();
    for child in application.children.iter().filter_map(|index| document.elements.get(*index)) {
        *totals.entry(child.name.as_str()).or_default() += 1;
    }
    totals
}

fn component(
    document: &Document,
    kind: &str,
    element: &Element,
    path: String,
    resolver: &Resolver<'_>,
    manifest: &Manifest,
    application: &Element,
) -> Component {
    let text = |id| resolver.text(element, id).filter(|text: &String| !text.is_empty());
    let class = |id| text(id).map(|name| class_name(&manifest.package, &name));
    let intent_filters: Vec<IntentFilter> =
        document.children(element, "intent-filter").map(|(_, found)| filter(document, found, resolver)).collect();
    let declared = resolver.bool(element, attr::EXPORTED);
    let target = manifest.target_sdk.or(manifest.min_sdk).unwrap_or(1);
    let by_default = match kind {
        "provider" => target < PROVIDERS_CLOSED_SINCE,
        _ => !intent_filters.is_empty(),
    };
    let own = resolver.text(element, attr::PERMISSION);
    let inherited = || resolver.text(application, attr::PERMISSION).filter(|_| kind != "activity-alias");
    Component {
        kind: kind.to_owned(),
        name: class(attr::NAME).unwrap_or_default(),
        exported: declared.unwrap_or(by_default),
        exported_declared: declared,
        permission: own.or_else(inherited).filter(|name| !name.is_empty()),
        read_permission: text(attr::READ_PERMISSION),
        write_permission: text(attr::WRITE_PERMISSION),
        enabled: resolver.bool(element, attr::ENABLED).unwrap_or(true),
        process: text(attr::PROCESS),
        target_activity: class(attr::TARGET_ACTIVITY),
        authorities: text(attr::AUTHORITIES),
        grant_uri_permissions: resolver.bool(element, attr::GRANT_URI_PERMISSIONS).unwrap_or(false),
        intent_filters,
        element: path,
        line: Some(element.line),
    }
}

fn filter(document: &Document, element: &Element, resolver: &Resolver<'_>) -> IntentFilter {
    let named = |name: &str, id: u32| {
        let found = document.children(element, name);
        found.filter_map(|(_, child)| resolver.text(child, id)).collect::<Vec<String>>()
    };
    IntentFilter {
        actions: named("action", attr::NAME),
        categories: named("category", attr::NAME),
        schemes: named("data", attr::SCHEME),
        hosts: named("data", attr::HOST),
        auto_verify: resolver.bool(element, attr::AUTO_VERIFY).unwrap_or(false),
    }
}
