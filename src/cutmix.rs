//! CutMix: a rectangle of each photo is replaced by that of another, and the target shared accordingly.
//!
//! S. Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features" (2019).

use rand::{Rng, RngExt};

use crate::preprocess::{IMAGE_SIZE, Pixels};

/// Pastes the same random rectangle of each image's successor (the last one's is the first) into it. Gives the share of
/// the area that each image keeps, 0 to 1.
pub fn cut_and_mix(images: &mut [Pixels], rng: &mut impl Rng) -> f64 {
    let side = (f64::sqrt(rng.random_range(0.0..1.0)) * IMAGE_SIZE as f64) as usize;
    let centre = [rng.random_range(0..IMAGE_SIZE), rng.random_range(0..IMAGE_SIZE)];
    // What reaches over the edge is cut off, as in the paper.
    let [rows, columns] =
        centre.map(|middle| middle.saturating_sub(side / 2)..(middle + side.div_ceil(2)).min(IMAGE_SIZE));
    let share = 1.0 - (rows.len() * columns.len()) as f64 / (IMAGE_SIZE * IMAGE_SIZE) as f64;
    let Some(first) = images.first().cloned() else { return share };
    for index in 0..images.len() {
        let (image, rest) = images[index..].split_at_mut(1);
        image[0].paste(rest.first().unwrap_or(&first), rows.clone(), columns.clone());
    }
    share
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    #[test]
    fn each_image_keeps_its_share_and_takes_the_rest_from_its_successor() {
        let plain = |value: u8| Pixels::from_bytes(vec![value; IMAGE_SIZE * IMAGE_SIZE * 3]).unwrap();
        for seed in 0..20 {
            let mut images = [plain(1), plain(2), plain(3)];
            let share = cut_and_mix(&mut images, &mut ChaCha8Rng::seed_from_u64(seed));
            for (image, [own, other]) in images.iter().zip([[1, 2], [2, 3], [3, 1]]) {
                let count = |value| image.as_bytes().iter().filter(|&&byte| byte == value).count();
                assert_eq!(count(own) + count(other), image.as_bytes().len());
                assert!((count(own) as f64 / image.as_bytes().len() as f64 - share).abs() < 1e-9);
            }
        }
    }
}
