//! How alike the code of two packages is, from a MinHash signature that means the same for ever.
//!
//! A package is the set of 64-bit features that `dex::features` takes from its methods. The signature has 128 slots:
//! a feature falls into the slot of its low seven bits and competes with its high 32 bits; the least one stays ("one
//! permutation hashing", Li, Owen and Zhang, NIPS 2012). Slots that no feature fell into borrow from one that is
//! filled, chosen by a fixed hash of slot and attempt ("optimal densification", Shrivastava, ICML 2017), so that the
//! share of equal slots estimates the Jaccard index of the two sets. All mixing is `mix`, without seed or state of
//! the machine; a change of anything here or in `dex::features` needs a new `VERSION`.

/// Signatures compare only within one version.
pub const VERSION: u32 = 1;
/// Slots of a signature.
pub const SLOTS: usize = 128;
/// With fewer slots filled by the package itself there is too little code to compare, and no signature.
const FILLED: usize = 8;

/// A fixed bijection of 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood, OOPSLA 2014).
pub(crate) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A signature in the making.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    slots: [Option<u32>; SLOTS],
}

impl Sketch {
    /// Of no feature yet.
    pub(crate) fn new() -> Self {
        Self { slots: [None; SLOTS] }
    }

    /// With one more feature; one that was there already changes nothing.
    pub(crate) fn add(&mut self, feature: u64) {
        let value = (feature >> 32) as u32;
        if let Some(slot) = self.slots.get_mut((feature % SLOTS as u64) as usize) {
            *slot = Some(slot.map_or(value, |known| known.min(value)));
        }
    }

    /// The 128 values; none when the package has too little code.
    pub(crate) fn finish(&self) -> Vec<u32> {
        if self.slots.iter().flatten().count() < FILLED {
            return Vec::new();
        }
        (0..SLOTS as u64).map(|slot| self.value(slot)).collect()
    }

    fn value(&self, slot: u64) -> u32 {
        let own = self.slots.get(slot as usize).copied().flatten();
        let borrowed = || {
            let place = |attempt: u64| (mix(slot << 32 | attempt) % SLOTS as u64) as usize;
            (1..1_000_000).find_map(|attempt| self.slots.get(place(attempt)).copied().flatten())
        };
        own.or_else(borrowed).unwrap_or(0)
    }
}

/// Share of equal slots of two MinHash signatures, 0 to 1; 0 when one is empty or their lengths differ.
pub fn similarity(a: &[u64], b: &[u64]) -> f64 {
    if a.is_empty() || a.len() != b.len() {
        return 0.0;
    }
    let same = a.iter().zip(b).filter(|(x, y)| x == y).count();
    same as f64 / a.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(features: impl Iterator<Item = u64>) -> Vec<u64> {
        let mut sketch = Sketch::new();
        features.for_each(|feature| sketch.add(mix(feature)));
        sketch.finish().into_iter().map(u64::from).collect()
    }

    #[test]
    fn equal_sets_are_one_and_strangers_near_zero() {
        let a = signature(0..5_000);
        assert!((similarity(&a, &signature((0..5_000).rev())) - 1.0).abs() < f64::EPSILON);
        assert!(similarity(&a, &signature(10_000..15_000)) < 0.05);
    }

    #[test]
    fn the_estimate_follows_the_jaccard_index() {
        // 2,000 of 6,000 in common.
        let estimate = similarity(&signature(0..4_000), &signature(2_000..6_000));
        assert!((estimate - 1.0 / 3.0).abs() < 0.12, "{estimate}");
        // Small sets leave slots empty; 30 of 50 in common.
        let small = similarity(&signature(0..40), &signature(10..50));
        assert!((small - 0.6).abs() < 0.2, "{small}");
    }

    #[test]
    fn too_little_code_has_no_signature() {
        assert!(signature(0..7).is_empty());
        assert!(similarity(&[], &[]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_signature_means_the_same_for_ever() {
        let values = signature(0..1_000);
        assert_eq!(values.get(..4), Some([648_303_286, 598_567_853, 1_609_114_670, 695_743_320].as_slice()));
    }
}
