//! A text made comparable, character by character, and where each character came from.
//!
//! The quick way of `finwatch.policy.normal`, which stands there in full: compatibility forms become plain, invisible
//! characters go, runs of white space become one space. What a character becomes is told from outside, once each, so
//! that the tables of Unicode are those of Python; a text with a character that may change its neighbours is left to
//! the full way.

/// Where characters of a text stand in another: (offset, offset there, width there), both offsets rising. Up to the
/// next entry, characters run one to one; the one at `offset` takes `width` characters there.
pub type Entry = (usize, usize, usize);

/// What a character becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// One character, which may be itself.
    One(char),
    /// White space.
    Space,
    /// Nothing.
    Unseen,
    /// Several characters, no white space among them.
    Several(String),
    /// Depends on its neighbours.
    Unsafe,
}

/// The characters that have been told of.
#[derive(Debug, Default)]
pub struct Characters {
    /// By code point: an index into `told`, plus one; 0 = not told.
    numbers: Vec<u32>,
    told: Vec<Told>,
}

/// A text made comparable, and its places.
pub type Traced = (String, Vec<Entry>);

impl Characters {
    /// The characters of `text` that were not told of, each once.
    pub fn unknown(&self, text: &str) -> Vec<char> {
        let mut unknown: Vec<char> = text.chars().filter(|one| self.get(*one).is_none()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Remembers what `character` becomes.
    pub fn tell(&mut self, character: char, told: Told) {
        let place = character as usize;
        if self.numbers.len() <= place {
            self.numbers.resize(place + 1, 0);
        }
        self.told.push(told);
        if let (Some(number), Ok(last)) = (self.numbers.get_mut(place), u32::try_from(self.told.len())) {
            *number = last;
        }
    }

    fn get(&self, character: char) -> Option<&Told> {
        let number = *self.numbers.get(character as usize)? as usize;
        self.told.get(number.checked_sub(1)?)
    }

    /// `text` made comparable, and where its characters stand in the original; `origin` says so of `text` itself, and
    /// is empty where nothing is known. `None` where a character is unsafe or was not told of, or the origin's offsets
    /// fall.
    pub fn traced(&self, text: &str, origin: &[Entry]) -> Option<Traced> {
        if !origin.is_sorted_by_key(|one| one.0) {
            return None;
        }
        let mut whole = Whole { words: String::with_capacity(text.len()), size: 0, taken: Vec::new() };
        let mut copying = false;
        let mut at = 0;
        let mut characters = text.chars().map(|one| self.get(one)).peekable();
        while let Some(told) = characters.next() {
            let start = at;
            at += 1;
            match told? {
                Told::One(one) => {
                    if !copying {
                        whole.taken.push((whole.size, start, 1));
                    }
                    copying = true;
                    whole.put(*one);
                }
                Told::Several(several) => {
                    for one in several.chars() {
                        whole.taken.push((whole.size, start, 1));
                        whole.put(one);
                    }
                    copying = false;
                }
                Told::Unsafe => return None,
                blank => {
                    let mut spaced = *blank == Told::Space;
                    while let Some(next) = characters.next_if(|next| matches!(next, Some(Told::Space | Told::Unseen))) {
                        spaced |= next == Some(&Told::Space);
                        at += 1;
                    }
                    let alone = spaced && at - start == 1;
                    if spaced && !(alone && copying) {
                        whole.taken.push((whole.size, start, at - start));
                    }
                    if spaced {
                        whole.put(' ');
                    }
                    copying = alone;
                }
            }
        }
        Some(whole.led_on(origin))
    }
}

/// How many Han characters a text has, and how many runs of ASCII letters.
pub fn scripts(text: &str) -> (usize, usize) {
    let (mut han, mut latin, mut inside) = (0, 0, false);
    for one in text.chars() {
        let letter = one.is_ascii_alphabetic();
        latin += usize::from(letter && !inside);
        inside = letter;
        han += usize::from(matches!(one, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'));
    }
    (han, latin)
}

struct Whole {
    words: String,
    size: usize,
    taken: Vec<Entry>,
}

impl Whole {
    fn put(&mut self, one: char) {
        self.words.push(one);
        self.size += 1;
    }

    /// The words without white space at the ends, and their places led on through `origin`.
    fn led_on(self, origin: &[Entry]) -> Traced {
        let begun = self.words.trim_start_matches(' ');
        let words = begun.trim_end_matches(' ');
        let first = self.words.len() - begun.len();
        let end = self.size - (begun.len() - words.len());
        let mut found: Vec<Entry> = Vec::with_capacity(self.taken.len());
        if words.is_empty() || origin.is_empty() {
            return (words.to_owned(), found);
        }
        let ends = self.taken.iter().skip(1).map(|next| next.0).chain([self.size]);
        for (&(put, at, width), until) in self.taken.iter().zip(ends) {
            let (begins, wide) = source(origin, at);
            if width != 1 {
                let (last, wide) = source(origin, at + width - 1);
                found.push((put, begins, (last + wide).saturating_sub(begins).max(1)));
                continue;
            }
            found.push((put, begins, wide));
            let from = origin.partition_point(|one| one.0 <= at);
            for &(offset, begins, wide) in origin.iter().skip(from).take_while(|one| one.0 < at + until - put) {
                found.push((put + offset - at, begins, wide));
            }
        }
        let mut kept: Vec<Entry> = found
            .iter()
            .filter(|one| first <= one.0 && one.0 < end)
            .map(|&(put, begins, wide)| (put - first, begins, wide))
            .collect();
        if first > 0 && kept.first().is_none_or(|one| one.0 > 0) {
            let (begins, wide) = source(&found, first);
            kept.insert(0, (0, begins, wide));
        }
        (words.to_owned(), kept)
    }
}

/// Where the character at `at` begins, and its width there.
fn source(origin: &[Entry], at: usize) -> (usize, usize) {
    let place = origin.partition_point(|one| one.0 <= at).saturating_sub(1);
    match origin.get(place) {
        Some(&(offset, begins, width)) if at <= offset => (begins, width),
        Some(&(offset, begins, width)) => (begins + width + at - offset - 1, 1),
        None => (at, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters() -> Characters {
        let mut all = Characters::default();
        for one in "abc".chars() {
            all.tell(one, Told::One(one));
        }
        all.tell('Ａ', Told::One('A'));
        all.tell(' ', Told::Space);
        all.tell('\n', Told::Space);
        all.tell('\u{200b}', Told::Unseen);
        all.tell('…', Told::Several("...".into()));
        all.tell('\u{301}', Told::Unsafe);
        all
    }

    fn traced(text: &str, origin: &[Entry]) -> Option<(String, Vec<Entry>)> {
        characters().traced(text, origin)
    }

    #[test]
    fn one_to_one() {
        assert_eq!(traced(" aＡ c\n", &[(0, 10, 1)]), Some(("aA c".into(), vec![(0, 11, 1)])));
    }

    #[test]
    fn runs_and_several() {
        assert_eq!(
            traced("a \n…\u{200b}b", &[(0, 0, 1)]),
            Some(("a ...b".into(), vec![(0, 0, 1), (1, 1, 2), (2, 3, 1), (3, 3, 1), (4, 3, 1), (5, 5, 1)]))
        );
    }

    #[test]
    fn places_are_led_on() {
        assert_eq!(traced("abc", &[(0, 5, 1), (2, 20, 4)]), Some(("abc".into(), vec![(0, 5, 1), (2, 20, 4)])));
    }

    #[test]
    fn scripts_are_counted() {
        assert_eq!(scripts("收集 IMEI、MAC地址1a㐀\u{a000}é"), (5, 3));
    }

    #[test]
    fn left_to_the_full_way() {
        assert_eq!(traced("a\u{301}", &[]), None);
        assert_eq!(traced("字", &[]), None);
        assert_eq!(characters().unknown("字a字"), ['字']);
    }
}
