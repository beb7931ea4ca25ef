//! The words of a list in a text: the longest word at the leftmost place, those beside letters or between the wrong
//! characters left out.
//!
//! What a policy is read by (`finwatch.policy.statements.lexicon`): the lists and their meaning stand there, this is
//! the one pass over the text. Places are counted in characters, as Python counts them.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::error::Error;

/// Says nothing itself and swallows what it contains.
pub const SILENT: u8 = 1;
/// Begins or ends with an ASCII letter or digit, which must not go on in the text.
pub const LETTERED: u8 = 2;
/// Names a data item: not where a word of [`Around::function`] follows.
pub const ITEM: u8 = 4;
/// Stands only between the characters that [`Around`] names.
pub const BOUNDED: u8 = 8;

/// Has the lower case `k`, which is ASCII.
const KELVIN: char = '\u{212a}';
/// The one character whose lower case is two.
const DOTTED: char = '\u{130}';

/// What may stand beside a word.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Words that make the item before them the name of a function.
    pub function: Vec<String>,
    /// Characters before a bounded word; a line break stands for the beginning of the text.
    pub left: String,
    /// Characters after it; a line break stands for the end.
    pub right: String,
    /// Of the two, one is of these, or both are of `outer`.
    pub beside: String,
    /// Where an enumeration begins or ends.
    pub outer: String,
}

/// A word found: its number in the list, and the characters `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of the word.
    pub word: usize,
    /// Its first character.
    pub start: usize,
    /// One past its last.
    pub end: usize,
}

/// A list of words, ready to be found.
pub struct Words {
    find: AhoCorasick,
    modes: Vec<u8>,
    around: Around,
}

impl Words {
    /// Of `words` in lower case, each with its mode (`SILENT`, … added up).
    pub fn new<'a>(words: impl Iterator<Item = &'a str>, modes: Vec<u8>, around: Around) -> Result<Self, Error> {
        // The full table of a DFA would not stay in the cache.
        let find = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words)
            .map_err(|error| Error::malformed(format!("the list of words cannot be used: {error}")))?;
        Ok(Self { find, modes, around })
    }

    /// The words in `text` in order of place.
    pub fn scan(&self, text: &str) -> Vec<Found> {
        let dotted = text.contains(DOTTED);
        let text =
            if !dotted && text.contains(KELVIN) { Cow::Owned(text.replace(KELVIN, "K")) } else { Cow::Borrowed(text) };
        let plain = text.to_ascii_lowercase();
        let mut found = Vec::with_capacity(text.len() / 6);
        let (mut byte, mut character) = (0, 0);
        for hit in self.find.find_iter(&plain) {
            let word = hit.pattern().as_usize();
            let mode = self.modes.get(word).copied().unwrap_or(SILENT);
            if mode & SILENT != 0 {
                continue;
            }
            if mode != 0 && !self.fits(mode, &text, hit.start(), hit.end()) {
                continue;
            }
            let start = character + characters(text.as_bytes().get(byte..hit.start()).unwrap_or_default());
            character = start + characters(text.as_bytes().get(hit.start()..hit.end()).unwrap_or_default());
            byte = hit.end();
            found.push(Found { word, start, end: character });
        }
        found
    }

    /// Whether the word at the bytes `start..end` may stand there.
    fn fits(&self, mode: u8, text: &str, start: usize, end: usize) -> bool {
        if mode & LETTERED != 0 {
            let at = |place: usize| text.as_bytes().get(place).is_some_and(u8::is_ascii_alphanumeric);
            if (start > 0 && at(start - 1) && at(start)) || (end > 0 && at(end) && at(end - 1)) {
                return false;
            }
        }
        let behind = text.get(end..).unwrap_or_default();
        if mode & ITEM != 0 && self.around.function.iter().any(|word| behind.starts_with(word.as_str())) {
            return false;
        }
        if mode & BOUNDED != 0 {
            let before = text.get(..start).and_then(|words| words.chars().next_back()).unwrap_or('\n');
            let after = behind.chars().next().unwrap_or('\n');
            let around = &self.around;
            return around.left.contains(before)
                && around.right.contains(after)
                && (around.beside.contains(before)
                    || around.beside.contains(after)
                    || (around.outer.contains(before) && around.outer.contains(after)));
        }
        true
    }
}

/// How many characters begin in `bytes`, which are of a `str`.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[(&str, u8)]) -> Words {
        let around = Around {
            function: vec!["功能".into()],
            left: "、\n".into(),
            right: "、\n".into(),
            beside: "、".into(),
            outer: "\n".into(),
        };
        Words::new(words.iter().map(|one| one.0), words.iter().map(|one| one.1).collect(), around)
            .unwrap_or_else(|_| unreachable!())
    }

    fn places(list: &[(&str, u8)], text: &str) -> Vec<(usize, usize, usize)> {
        words(list).scan(text).iter().map(|one| (one.word, one.start, one.end)).collect()
    }

    #[test]
    fn the_longest_word_wins_and_silent_words_swallow() {
        let list = [("收集", 0), ("收集人", 0), ("不收集人名", SILENT)];
        assert_eq!(places(&list, "收集人，收集。不收集人名"), [(1, 0, 3), (0, 4, 6)]);
    }

    #[test]
    fn letters_do_not_go_on() {
        let list = [("ip", LETTERED)];
        assert_eq!(places(&list, "IP，tip ips 的ip地"), [(0, 0, 2), (0, 12, 14)]);
    }

    #[test]
    fn neighbours_are_looked_at() {
        let list = [("相机", ITEM), ("名", ITEM | BOUNDED)];
        assert_eq!(places(&list, "相机功能、名、相机名"), [(1, 5, 6), (0, 7, 9)]);
        assert_eq!(places(&list, "名"), [(1, 0, 1)]);
    }

    #[test]
    fn lower_case_is_as_in_python() {
        assert_eq!(places(&[("k线", 0)], "\u{212a}线"), [(0, 0, 2)]);
        assert_eq!(places(&[("k线", 0)], "\u{130}\u{212a}线K线"), [(0, 3, 5)]);
    }
}
