//! How alike the code of two packages is.

/// Share of equal slots of two MinHash signatures, 0 to 1; 0 when their lengths differ.
pub fn similarity(a: &[u64], b: &[u64]) -> f64 {
    if a.is_empty() || a.len() != b.len() {
        return 0.0;
    }
    let same = a.iter().zip(b).filter(|(x, y)| x == y).count();
    same as f64 / a.len() as f64
}
