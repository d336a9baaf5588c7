//! Whether a model's probabilities can be believed, and the scaling of its logits that makes them so.
//!
//! C. Guo et al., "On Calibration of Modern Neural Networks" (2017).

use crate::metrics::{argmax, cross_entropy, softmax};

/// Bins of the expected calibration error.
const BINS: usize = 15;
/// What a distance of 1 from the factor for all costs, in cross entropy.
const PULL: f32 = 0.01;
/// Parts that photos are cut into to learn from all but one.
const FOLDS: usize = 5;
/// Where a search for the least cross entropy ends.
const MOST_STEPS: usize = 2_000;
const SHORTEST_STEP: f32 = 1e-4;

/// The mean distance between the probability of the top class and how often it is right, over 15 bins of probability,
/// each weighted by its photos; 0 where there are no answers. Takes each photo's probabilities, and its class.
pub fn expected_error<'a>(answers: impl IntoIterator<Item = (&'a [f32], usize)>) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    let mut count = 0;
    for (probabilities, class) in answers {
        let top = argmax(probabilities);
        let probability = f64::from(probabilities[top]);
        count += 1;
        let (sum, right) = &mut bins[((probability * BINS as f64) as usize).min(BINS - 1)];
        *sum += probability;
        *right += f64::from(u8::from(top == class));
    }
    bins.iter().map(|(sum, right)| (sum - right).abs()).sum::<f64>() / count.max(1) as f64
}

/// What becomes of a class's logit: it is multiplied by the factor, and then the offset is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// The factor.
    pub factor: f32,
    /// The offset.
    pub offset: f32,
}

impl Scaling {
    /// The scaling of each class that gives photos the least cross entropy ("vector scaling"). Takes the logits of each
    /// photo, and its class.
    ///
    /// Each class is held near what is best with one factor for all, the more so the fewer photos there are of it.
    pub fn learn(photos: &[(Vec<f32>, usize)]) -> Vec<Self> {
        let classes = photos.first().map_or(0, |(logits, _)| logits.len());
        let common = 1.0 / temperature(photos);
        let mut best = vec![Self { factor: common, offset: 0.0 }; classes];
        let mut least = loss(photos, &best, common);
        let mut rate = 1.0;
        // The loss is convex. A step downhill is taken as long as one leads down.
        for _ in 0..MOST_STEPS {
            let slope = slope(photos, &best, common);
            let step = |scaling: &Self, slope: &Self| Self {
                factor: scaling.factor - rate * slope.factor,
                offset: scaling.offset - rate * slope.offset,
            };
            let next: Vec<Self> = best.iter().zip(&slope).map(|(scaling, slope)| step(scaling, slope)).collect();
            let found = loss(photos, &next, common);
            if found < least {
                (best, least, rate) = (next, found, rate * 1.2);
            } else if rate > SHORTEST_STEP {
                rate /= 2.0;
            } else {
                break;
            }
        }
        best
    }
}

/// The logits of photos, each after the scaling that the photos of four other fifths teach: what is to be expected of photos
/// that were not learned from.
pub fn cross_validated(photos: &[(Vec<f32>, usize)]) -> Vec<Vec<f32>> {
    let scaling_for = |fold: usize| {
        let others = photos.iter().enumerate().filter(|(index, _)| index % FOLDS != fold);
        Scaling::learn(&others.map(|(_, photo)| photo.clone()).collect::<Vec<_>>())
    };
    let scalings: Vec<_> = (0..FOLDS).map(scaling_for).collect();
    photos.iter().enumerate().map(|(index, (logits, _))| scaled(logits, &scalings[index % FOLDS])).collect()
}

/// The logits after scaling.
pub fn scaled(logits: &[f32], scaling: &[Scaling]) -> Vec<f32> {
    logits.iter().zip(scaling).map(|(logit, scaling)| logit * scaling.factor + scaling.offset).collect()
}

/// The number that the logits are to be divided by for the least cross entropy, from 0.1 to 10.
fn temperature(photos: &[(Vec<f32>, usize)]) -> f32 {
    let cross_entropy_at = |log_temperature: f64| {
        let factor = (-log_temperature).exp() as f32;
        let cooled = |logits: &[f32]| logits.iter().map(|logit| logit * factor).collect::<Vec<_>>();
        photos.iter().map(|(logits, class)| cross_entropy(&cooled(logits), *class)).sum::<f64>()
    };
    // The loss has one minimum over the logarithm of the temperature; each step keeps two thirds around it.
    let (mut low, mut high) = (0.1_f64.ln(), 10_f64.ln());
    while high - low > 1e-4 {
        let third = (high - low) / 3.0;
        match cross_entropy_at(low + third) < cross_entropy_at(high - third) {
            true => high -= third,
            false => low += third,
        }
    }
    ((low + high) / 2.0).exp() as f32
}

/// The mean cross entropy, and what it costs to be far from the factor for all.
fn loss(photos: &[(Vec<f32>, usize)], scaling: &[Scaling], common: f32) -> f64 {
    let mean = photos.iter().map(|(logits, class)| cross_entropy(&scaled(logits, scaling), *class)).sum::<f64>()
        / photos.len().max(1) as f64;
    let distance = |scaling: &Scaling| f64::from((scaling.factor - common).powi(2) + scaling.offset.powi(2));
    mean + f64::from(PULL) * scaling.iter().map(distance).sum::<f64>()
}

/// How the loss rises with each number.
fn slope(photos: &[(Vec<f32>, usize)], scaling: &[Scaling], common: f32) -> Vec<Scaling> {
    let pull = |scaling: &Scaling| Scaling {
        factor: 2.0 * PULL * (scaling.factor - common),
        offset: 2.0 * PULL * scaling.offset,
    };
    let mut slope: Vec<Scaling> = scaling.iter().map(pull).collect();
    let share = 1.0 / photos.len().max(1) as f32;
    for (logits, class) in photos {
        let probabilities = softmax(&scaled(logits, scaling));
        for (index, (slope, (probability, logit))) in slope.iter_mut().zip(probabilities.iter().zip(logits)).enumerate()
        {
            let excess = (probability - f32::from(u8::from(index == *class))) * share;
            slope.factor += excess * logit;
            slope.offset += excess;
        }
    }
    slope
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of `count` answers that give the top class `probability`, of which `right` are right.
    fn error_of(count: usize, right: usize, probability: f32) -> f64 {
        let probabilities = [probability, 1.0 - probability];
        expected_error((0..count).map(|index| (&probabilities[..], usize::from(index >= right))))
    }

    #[test]
    fn the_error_is_the_distance_between_probability_and_truth() {
        assert!(error_of(10, 8, 0.8) < 1e-6);
        assert!((error_of(10, 6, 0.9) - 0.3).abs() < 1e-6);
        assert_eq!(error_of(0, 0, 0.5), 0.0);
    }

    #[test]
    fn the_temperature_turns_probabilities_into_truth() {
        // Of 100 photos, each with odds of 9 to 1 for class 0.
        let photos = |right: usize| -> Vec<(Vec<f32>, usize)> {
            (0..100).map(|photo| (vec![9.0_f32.ln(), 0.0], usize::from(photo >= right))).collect()
        };
        // Odds of 9 must become odds of 3: the temperature is ln 9 / ln 3.
        assert!((temperature(&photos(75)) - 2.0).abs() < 1e-3);
        assert!((temperature(&photos(90)) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn photos_do_not_learn_from_themselves() {
        // One fifth is of class 1, whatever the logits; the others, from which it learns, are of class 0.
        let photos: Vec<_> = (0..50).map(|photo| (vec![0.0, 0.0], usize::from(photo % FOLDS == 3))).collect();
        let found = cross_validated(&photos);
        assert!(found.iter().skip(3).step_by(FOLDS).all(|logits| logits[0] > 1.0 + logits[1]), "{found:?}");
        assert_eq!(found.len(), photos.len());
        assert_eq!(cross_validated(&[]), Vec::<Vec<f32>>::new());
    }

    #[test]
    fn a_class_that_is_taken_for_another_too_often_gains() {
        // The logits say even odds, and three of four photos are of class 1; of class 2 there are none.
        let photos: Vec<_> = (0..400).map(|photo| (vec![1.0, 1.0, -9.0], usize::from(photo % 4 > 0))).collect();
        let scaling = Scaling::learn(&photos);
        let probabilities = softmax(&scaled(&photos[0].0, &scaling));
        assert!((probabilities[1] - 0.75).abs() < 0.03, "{probabilities:?}");
        assert!(probabilities[2] < 1e-3, "{probabilities:?}");
        assert_eq!(Scaling::learn(&[]), []);
    }
}
