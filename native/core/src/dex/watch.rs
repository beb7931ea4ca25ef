//! The watch list, compiled once and used for every package.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use super::format::mutf8;
use crate::error::Error;

/// `WatchedCall` of `model/knowledge.py`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WatchedCall {
    pub(crate) id: String,
    pub(crate) class_name: Option<String>,
    pub(crate) name: String,
    pub(crate) proto: Option<String>,
    pub(crate) argument: Option<String>,
    #[serde(default)]
    pub(crate) result: bool,
}

/// `WatchedField` of `model/knowledge.py`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WatchedField {
    pub(crate) id: String,
    pub(crate) class_name: String,
    pub(crate) name: String,
}

/// `WatchedType` of `model/knowledge.py`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WatchedType {
    pub(crate) id: String,
    pub(crate) type_name: String,
    #[serde(default)]
    pub(crate) methods: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct WatchedString {
    id: String,
    pattern: String,
}

/// `WatchList` of `model/knowledge.py`, the parts that the sweep needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct WatchList {
    calls: Vec<WatchedCall>,
    fields: Vec<WatchedField>,
    strings: Vec<WatchedString>,
    types: Vec<WatchedType>,
    prefixes: Vec<String>,
}

/// Positions in a list of the watch list by the name of a method or field.
pub(crate) type ByName = HashMap<Vec<u8>, Vec<usize>, RandomState>;

/// A compiled watch list.
#[derive(Debug)]
pub struct Watch {
    pub(crate) calls: Vec<WatchedCall>,
    pub(crate) fields: Vec<WatchedField>,
    pub(crate) types: Vec<WatchedType>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) string_ids: Vec<String>,
    /// Positions in `calls` by method name.
    pub(crate) calls_by_name: ByName,
    /// Positions in `fields` by field name.
    pub(crate) fields_by_name: ByName,
    prefix_set: HashMap<Vec<u8>, usize, RandomState>,
    odd_prefixes: Vec<usize>,
    patterns: RegexSet,
}

impl Watch {
    /// A watch list from the JSON of `WatchList.model_dump_json()`.
    ///
    /// # Errors
    /// `Error::Malformed` when it is not such JSON, or names the pattern that is not a regular expression.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let list: WatchList =
            serde_json::from_slice(json).map_err(|error| Error::malformed(format!("watch list: {error}")))?;
        let mut calls_by_name = ByName::default();
        for (position, call) in list.calls.iter().enumerate() {
            calls_by_name.entry(call.name.clone().into_bytes()).or_default().push(position);
        }
        let mut fields_by_name = ByName::default();
        for (position, field) in list.fields.iter().enumerate() {
            fields_by_name.entry(field.name.clone().into_bytes()).or_default().push(position);
        }
        let mut prefixes = Vec::new();
        let mut prefix_set = HashMap::default();
        for prefix in list.prefixes.into_iter().filter(|prefix| !prefix.is_empty()) {
            if !prefix_set.contains_key(prefix.as_bytes()) {
                prefix_set.insert(prefix.clone().into_bytes(), prefixes.len());
                prefixes.push(prefix);
            }
        }
        let odd_prefixes =
            (0..prefixes.len()).filter(|k| prefixes.get(*k).is_some_and(|p| !p.ends_with('/'))).collect();
        Ok(Self {
            patterns: compile(&list.strings)?,
            calls: list.calls,
            fields: list.fields,
            types: list.types,
            prefixes,
            string_ids: list.strings.into_iter().map(|string| string.id).collect(),
            calls_by_name,
            fields_by_name,
            prefix_set,
            odd_prefixes,
        })
    }

    /// Positions of the string patterns that match `bytes` (MUTF-8).
    pub(crate) fn matching_patterns(&self, bytes: &[u8]) -> Vec<usize> {
        if mutf8::differs_from_utf8(bytes) {
            self.patterns.matches(mutf8::decode(bytes).as_bytes()).into_iter().collect()
        } else if self.patterns.is_match(bytes) {
            self.patterns.matches(bytes).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    /// There is at least one string pattern.
    pub(crate) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Positions of the prefixes above class `descriptor` (`Lcom/x/Y;`), given to `take`; each at most once.
    pub(crate) fn prefixes_of(&self, descriptor: &[u8], mut take: impl FnMut(usize)) {
        let Some(name) = descriptor.strip_prefix(b"L") else { return };
        if !self.prefix_set.is_empty() {
            for slash in memchr::memchr_iter(b'/', name) {
                let hit = name.get(..=slash).and_then(|prefix| self.prefix_set.get(prefix));
                hit.copied().into_iter().for_each(&mut take);
            }
        }
        for position in &self.odd_prefixes {
            if self.prefixes.get(*position).is_some_and(|prefix| name.starts_with(prefix.as_bytes())) {
                take(*position);
            }
        }
    }
}

fn compile(strings: &[WatchedString]) -> Result<RegexSet, Error> {
    for string in strings {
        regex::bytes::Regex::new(&string.pattern)
            .map_err(|error| Error::malformed(format!("watch list: pattern of {}: {error}", string.id)))?;
    }
    RegexSetBuilder::new(strings.iter().map(|string| &string.pattern))
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .map_err(|error| Error::malformed(format!("watch list: patterns together: {error}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    #[test]
    fn prefixes_with_and_without_slash_are_found_once() {
        let watch = Watch::from_json(br#"{"prefixes": ["com/a/", "com/a/", "com/a/b/", "com/ab"]}"#).unwrap();
        let found = |name: &str| {
            let mut hits = Vec::new();
            watch.prefixes_of(name.as_bytes(), |k| hits.push(watch.prefixes[k].clone()));
            hits
        };
        assert_eq!(found("Lcom/a/b/C;"), ["com/a/", "com/a/b/"]);
        assert_eq!(found("Lcom/abc/C;"), ["com/ab"]);
        assert_eq!(found("Lorg/com/a/C;"), [""; 0]);
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        let error = Watch::from_json(br#"{"strings": [{"id": "s.bad", "pattern": "(", "topic": "x"}]}"#).unwrap_err();
        assert!(error.to_string().contains("s.bad"), "{error}");
    }

    #[test]
    fn patterns_see_text_not_mutf8() {
        let watch = Watch::from_json(br#"{"strings": [{"id": "s", "pattern": "^\\x{1F600}$"}]}"#).unwrap();
        assert_eq!(watch.matching_patterns(&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]), [0]);
    }
}
