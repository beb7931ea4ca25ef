//! The network security configuration (AOSP `android/security/net/config/XmlConfigSource.java`): which traffic may be
//! in clear, whom the app trusts, what it pins.

use crate::axml::{Document, Element, Value};
use crate::error::Error;
use crate::facts::{NetworkRule, NetworkSecurity};

/// The configuration in `document`, which stands at `path` in the package.
///
/// # Errors
/// `Error::Malformed` when the root is no `network-security-config`.
pub fn read(document: &Document, path: &str) -> Result<NetworkSecurity, Error> {
    let root = document.root().filter(|root| root.name == "network-security-config");
    let root = root.ok_or_else(|| Error::malformed(format!("{path}: the root is not <network-security-config>")))?;
    let mut rules = Vec::new();
    for child in root.children.iter().filter_map(|index| document.elements.get(*index)) {
        match child.name.as_str() {
            "base-config" => rules.push(rule(document, child, "base", None)),
            "debug-overrides" => rules.push(rule(document, child, "debug", None)),
            "domain-config" => domain(document, child, None, &mut rules),
            _ => {}
        }
    }
    Ok(NetworkSecurity { path: path.to_owned(), rules })
}

/// A `domain-config` and those nested in it, which inherit what they do not say themselves.
fn domain(document: &Document, element: &Element, parent: Option<&NetworkRule>, rules: &mut Vec<NetworkRule>) {
    let own = rule(document, element, "domain", parent);
    let nested: Vec<&Element> = document.children(element, "domain-config").map(|(_, child)| child).collect();
    rules.push(own.clone());
    for child in nested {
        domain(document, child, Some(&own), rules);
    }
}

fn rule(document: &Document, element: &Element, kind: &str, parent: Option<&NetworkRule>) -> NetworkRule {
    let cleartext = element.by_name("cleartextTrafficPermitted").and_then(Value::as_bool);
    let anchors = document.children(element, "trust-anchors").next().map(|(_, anchors)| {
        document
            .children(anchors, "certificates")
            .any(|(_, certificates)| certificates.by_name("src") == Some(&Value::Text("user".to_owned())))
    });
    let pin_set = document.children(element, "pin-set").next();
    let pins = pin_set.map(|(_, set)| u32::try_from(document.children(set, "pin").count()).unwrap_or(u32::MAX));
    NetworkRule {
        kind: kind.to_owned(),
        domains: document
            .children(element, "domain")
            .map(|(_, domain)| domain.text.to_lowercase())
            .filter(|domain| !domain.is_empty())
            .collect(),
        cleartext: cleartext.or_else(|| parent.and_then(|parent| parent.cleartext)),
        trusts_user: anchors.or_else(|| parent.map(|parent| parent.trusts_user)).unwrap_or(false),
        pins: pins.or_else(|| parent.map(|parent| parent.pins)).unwrap_or(0),
        line: Some(element.line),
    }
}
