//! Numbers that look random and are the same everywhere: test tensors from a formula instead of a file.

use std::ops::Range;

use crate::preprocess::IMAGE_SIZE;

/// The test pictures' number in [`formula`].
const PICTURES: u32 = 1000;
const VALUES_PER_PICTURE: usize = 3 * IMAGE_SIZE * IMAGE_SIZE;

/// Value `index` of test tensor `tensor`: in -1..1, evenly spread, the same in every language and on every machine.
///
/// A multiply-xorshift hash of both numbers in 32-bit arithmetic, scaled in double precision and rounded to `f32`.
pub fn formula(index: u32, tensor: u32) -> f32 {
    let mut hash = index ^ tensor.wrapping_mul(0x9E37_79B9);
    for _ in 0..2 {
        hash ^= hash >> 16;
        hash = hash.wrapping_mul(0x45D_9F3B);
    }
    hash ^= hash >> 16;
    (f64::from(hash) / f64::from(1u32 << 16).powi(2) * 2.0 - 1.0) as f32
}

/// The test pictures with these numbers as the network takes them, one after the other: 3 x 224 x 224 values each.
pub fn pictures(numbers: Range<usize>) -> Vec<f32> {
    let values = numbers.start * VALUES_PER_PICTURE..numbers.end * VALUES_PER_PICTURE;
    values.map(|index| formula(index as u32, PICTURES)).collect()
}

#[cfg(test)]
mod tests {
    use super::formula;

    #[test]
    fn spreads_evenly_over_its_range() {
        const COUNT: u32 = 100_000;
        let values: Vec<f32> = (0..COUNT).map(|index| formula(index, 1000)).collect();
        assert!(values.iter().all(|value| (-1.0..=1.0).contains(value)));
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / f64::from(COUNT);
        assert!(mean.abs() < 0.01, "{mean}");
        assert_ne!(values[..10], (0..10).map(|index| formula(index, 1001)).collect::<Vec<_>>()[..]);
    }
}
