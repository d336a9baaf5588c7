//! Running figures of a pass over the data.

use serde::{Deserialize, Serialize};

/// The mean of what was added, weighted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    /// Adds a value that stands for `weight` samples.
    pub fn add(&mut self, value: f64, weight: usize) {
        self.sum += value * weight as f64;
        self.weight += weight as f64;
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.weight == 0.0
    }

    /// The mean so far; 0 where nothing was added.
    pub fn value(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.sum / self.weight }
    }
}

/// How often each class was taken for each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfusionMatrix {
    /// `rows[true class][predicted class]`
    rows: Vec<Vec<usize>>,
}

impl ConfusionMatrix {
    /// An empty matrix.
    pub fn new(classes: usize) -> Self {
        Self { rows: vec![vec![0; classes]; classes] }
    }

    /// Counts one answer.
    pub fn add(&mut self, truth: usize, predicted: usize) {
        self.rows[truth][predicted] += 1;
    }

    /// The counts: `rows[true class][predicted class]`.
    pub fn rows(&self) -> &[Vec<usize>] {
        &self.rows
    }

    /// How many answers were counted.
    pub fn count(&self) -> usize {
        self.rows.iter().flatten().sum()
    }

    /// The share of right answers; 0 where nothing was counted.
    pub fn accuracy(&self) -> f64 {
        let right: usize = self.rows.iter().enumerate().map(|(class, row)| row[class]).sum();
        right as f64 / self.count().max(1) as f64
    }

    /// The share of a class's photos that were recognised; none where it had no photo.
    pub fn recall(&self, class: usize) -> Option<f64> {
        share(self.rows[class][class], self.rows[class].iter().sum())
    }

    /// The share of the photos taken for a class that were of it; none where there were no such photos.
    pub fn precision(&self, class: usize) -> Option<f64> {
        share(self.rows[class][class], self.rows.iter().map(|row| row[class]).sum())
    }
}

/// The softmax of one image's logits.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// The logarithm of the sum of the exponentials of one image's logits.
pub fn log_sum_exp(logits: &[f32]) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
    sum.ln() + f64::from(largest)
}

/// The cross entropy of one image's logits against its true class.
pub fn cross_entropy(logits: &[f32], class: usize) -> f64 {
    log_sum_exp(logits) - f64::from(logits[class])
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The class with the largest value; the first of several.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confusion_matrix_counts_rows_by_truth() {
        let mut confusion = ConfusionMatrix::new(3);
        for (truth, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1)] {
            confusion.add(truth, predicted);
        }
        assert_eq!(confusion.accuracy(), 0.75);
        assert_eq!(confusion.recall(0), Some(0.5));
        assert_eq!(confusion.precision(1), Some(2.0 / 3.0));
        assert_eq!((confusion.recall(2), confusion.precision(2)), (None, None));
        assert_eq!(serde_json::to_string(&confusion).unwrap(), "[[1,1,0],[0,2,0],[0,0,0]]");
    }

    #[test]
    fn softmax_sums_to_one_and_survives_large_logits() {
        let probabilities = softmax(&[1000.0, 999.0, -1000.0]);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((probabilities[0] - 0.731_058_6).abs() < 1e-6);
    }

    #[test]
    fn cross_entropy_is_the_negative_logarithm_of_the_probability() {
        let logits = [0.5, -1.0, 900.0];
        assert!(cross_entropy(&logits, 2).abs() < 1e-12);
        assert!((cross_entropy(&logits[..2], 1) + f64::from(softmax(&logits[..2])[1]).ln()).abs() < 1e-6);
    }

    #[test]
    fn mean_weighs_the_last_small_batch_by_its_size() {
        let mut mean = Mean::default();
        mean.add(1.0, 3);
        mean.add(5.0, 1);
        assert_eq!(mean.value(), 2.0);
    }
}
