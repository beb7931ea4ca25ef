//! The text of `MANIFEST.MF` and `*.SF` (JAR File Specification): sections of `Name: value` lines, with the bytes of
//! each section, since those are what the signature file digests.

use std::collections::HashMap;

/// A section: its attributes, and where its bytes stand in the file, the blank line at its end included.
#[derive(Debug, Default, Clone)]
pub(super) struct Section {
    pub attributes: Vec<(String, String)>,
    pub start: usize,
    pub end: usize,
}

impl Section {
    /// The value of the attribute `name`, whose letters may be of either case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub main: Section,
    /// In file order.
    pub named: Vec<(String, Section)>,
    index: HashMap<String, usize>,
}

impl Sections {
    /// The section about the entry `name`: the first, should there be more.
    pub fn find(&self, name: &str) -> Option<&Section> {
        self.named.get(*self.index.get(name)?).map(|(_, section)| section)
    }

    /// The sections of `bytes`, or a sentence on the line that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut out = Self::default();
        let mut current = Section::default();
        let mut at = 0;
        let mut line_number = 0_u32;
        let mut main_done = false;
        while at < bytes.len() {
            let (line, next) = line_at(bytes, at);
            line_number += 1;
            if line.is_empty() {
                current.end = next;
                out.close(std::mem::take(&mut current), &mut main_done)?;
                current.start = next;
            } else if let Some(more) = line.strip_prefix(b" ") {
                let value =
                    current.attributes.last_mut().ok_or_else(|| format!("line {line_number} continues nothing"))?;
                value.1.push_str(&lossless(more));
            } else {
                let colon =
                    line.iter().position(|b| *b == b':').ok_or_else(|| format!("line {line_number} has no colon"))?;
                let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
                let value = value.strip_prefix(b" ").unwrap_or(value);
                current.attributes.push((lossless(name), lossless(value)));
            }
            at = next;
        }
        current.end = bytes.len();
        out.close(current, &mut main_done)?;
        for (_, section) in &mut out.named {
            decode(section);
        }
        decode(&mut out.main);
        for (place, (name, section)) in out.named.iter_mut().enumerate() {
            *name = section.get("Name").unwrap_or_default().to_owned();
            out.index.entry(name.clone()).or_insert(place);
        }
        Ok(out)
    }

    fn close(&mut self, section: Section, main_done: &mut bool) -> Result<(), String> {
        if !*main_done {
            // A file may begin with blank lines only if it has no main attributes at all.
            self.main = section;
            *main_done = true;
        } else if !section.attributes.is_empty() {
            if section.get("Name").is_none() {
                return Err(format!("the section at byte {} names no entry", section.start));
            }
            self.named.push((String::new(), section));
        }
        Ok(())
    }
}

/// A line without its end, and where the next begins. Ends are CR LF, LF or CR.
fn line_at(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.iter().position(|b| *b == b'\n' || *b == b'\r') {
        None => (rest, bytes.len()),
        Some(end) => {
            let wide = rest.get(end) == Some(&b'\r') && rest.get(end + 1) == Some(&b'\n');
            (rest.get(..end).unwrap_or_default(), at + end + if wide { 2 } else { 1 })
        }
    }
}

/// One `char` a byte: a continuation may split a character of UTF-8, so decoding waits until the lines are joined.
fn lossless(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

fn decode(section: &mut Section) {
    for (_, value) in &mut section.attributes {
        if !value.is_ascii() {
            let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            *value = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_their_bytes_and_join_their_lines() {
        let text =
            "Manifest-Version: 1.0\r\n\r\nName: assets/a\r\n bc\r\nSHA1-Digest: x\r\n\r\nName: d\nSHA1-Digest: y\n";
        let sections = Sections::read(text.as_bytes()).unwrap();
        assert_eq!(sections.main.get("manifest-version"), Some("1.0"));
        assert_eq!(sections.main.end, 25);
        let first = sections.find("assets/abc").unwrap();
        assert_eq!(&text[first.start..first.end], "Name: assets/a\r\n bc\r\nSHA1-Digest: x\r\n\r\n");
        assert_eq!(sections.find("d").unwrap().get("SHA1-Digest"), Some("y"));
        assert_eq!(sections.named.len(), 2);
    }

    #[test]
    fn a_character_split_over_two_lines_is_whole_again() {
        let name = "res/支".as_bytes();
        let text = [b"M: 1\n\nName: ", &name[..5], b"\n ", &name[5..], b"\n"].concat();
        assert!(Sections::read(&text).unwrap().find("res/支").is_some());
    }

    #[test]
    fn what_is_no_section_is_named() {
        assert!(Sections::read(b"A: 1\n\nnonsense\n").unwrap_err().contains("line 3"));
        assert!(Sections::read(b" A: 1\n").unwrap_err().contains("line 1"));
        assert!(Sections::read(b"A: 1\n\nB: 2\n").unwrap_err().contains("byte 6"));
        assert!(Sections::read(b"").unwrap().named.is_empty());
    }
}
