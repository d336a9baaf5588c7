//! Whether a model's probabilities can be believed, and the temperature that makes them so.
//!
//! C. Guo et al., "On Calibration of Modern Neural Networks" (2017).

use crate::metrics::{argmax, cross_entropy};
use crate::run::Answer;

/// Bins of the expected calibration error.
const BINS: usize = 15;

/// The mean distance between the probability of the top class and how often it is right, over 15 bins of probability,
/// each weighted by its photos; 0 where there are no answers.
pub fn expected_error(answers: &[Answer]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for answer in answers {
        let top = argmax(&answer.probabilities);
        let probability = f64::from(answer.probabilities[top]);
        let (sum, right) = &mut bins[((probability * BINS as f64) as usize).min(BINS - 1)];
        *sum += probability;
        *right += f64::from(u8::from(top == answer.class));
    }
    bins.iter().map(|(sum, right)| (sum - right).abs()).sum::<f64>() / answers.len().max(1) as f64
}

/// The number that the logits are to be divided by for the least cross entropy, from 0.1 to 10. Takes the logits of each
/// photo, and its class.
pub fn temperature(photos: &[(Vec<f32>, usize)]) -> f32 {
    // The loss has one minimum over the logarithm of the temperature; each step keeps two thirds around it.
    let (mut low, mut high) = (0.1_f64.ln(), 10_f64.ln());
    while high - low > 1e-4 {
        let third = (high - low) / 3.0;
        match loss(photos, low + third) < loss(photos, high - third) {
            true => high -= third,
            false => low += third,
        }
    }
    ((low + high) / 2.0).exp() as f32
}

/// The cross entropy at the temperature of this logarithm.
fn loss(photos: &[(Vec<f32>, usize)], log_temperature: f64) -> f64 {
    let inverse = (-log_temperature).exp() as f32;
    let cooled = |logits: &[f32]| logits.iter().map(|logit| logit * inverse).collect::<Vec<_>>();
    photos.iter().map(|(logits, class)| cross_entropy(&cooled(logits), *class)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `count` answers that give the top class `probability`, `right` are right.
    fn answers(count: usize, right: usize, probability: f32) -> Vec<Answer> {
        let answer = |index| Answer {
            path: String::new(),
            class: usize::from(index >= right),
            probabilities: vec![probability, 1.0 - probability],
            sure: true,
        };
        (0..count).map(answer).collect()
    }

    #[test]
    fn the_error_is_the_distance_between_probability_and_truth() {
        assert!(expected_error(&answers(10, 8, 0.8)) < 1e-6);
        assert!((expected_error(&answers(10, 6, 0.9)) - 0.3).abs() < 1e-6);
        assert_eq!(expected_error(&[]), 0.0);
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
}
