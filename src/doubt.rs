//! Whether a network is sure of its answer, or a photo perhaps shows none of its classes.
//!
//! A network that knows five flowers names one of them whatever it is shown. How far its logits rise tells photos of its
//! classes from others better than the probability of the top class, which only weighs the classes against each other.

use serde::{Deserialize, Serialize};

use crate::metrics::{log_sum_exp, softmax};

/// The share of photos of a model's own classes that may be marked as not sure.
const SHARE: f64 = 0.05;

/// Which answers are marked as not sure: those whose score lies below a threshold. It goes with the model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "score", content = "threshold", rename_all = "snake_case")]
pub enum Doubt {
    /// The probability of the top class: for models that were never held against photos.
    TopProbability(f32),
    /// The logarithm of the sum of the exponentials of the logits, the negative of W. Liu et al.'s energy ("Energy-based
    /// Out-of-distribution Detection", 2020).
    LogSumExp(f32),
}

impl Default for Doubt {
    fn default() -> Self {
        Self::TopProbability(0.5)
    }
}

/// How far below all scores the next one is taken to be, where no photo is marked.
const MARGIN: f64 = 0.1;

impl Doubt {
    /// Learns the threshold from the logits of photos of the model's classes that it was not trained on: at most 5 in 100
    /// of them are marked. None where there are no photos.
    pub fn learn<'a>(logits: impl Iterator<Item = &'a [f32]>) -> Option<Self> {
        let mut scores: Vec<f64> = logits.map(log_sum_exp).collect();
        scores.sort_by(f64::total_cmp);
        let marked = (scores.len() as f64 * SHARE) as usize;
        let least = *scores.get(marked)?;
        // Halfway to the next, as the scores change a little where the weights are rounded.
        let below = if marked > 0 { scores[marked - 1] } else { least - MARGIN };
        Some(Self::LogSumExp(((below + least) / 2.0) as f32))
    }

    /// Whether an answer with these logits is sure.
    pub fn is_sure(self, logits: &[f32]) -> bool {
        match self {
            Self::TopProbability(threshold) => softmax(logits).iter().any(|probability| *probability >= threshold),
            Self::LogSumExp(threshold) => log_sum_exp(logits) as f32 >= threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_five_in_a_hundred_are_marked() {
        for count in [1, 19, 20, 100, 279] {
            let photos: Vec<[f32; 2]> = (0..count).map(|photo| [(photo * 37 % count) as f32, -3.0]).collect();
            let doubt = Doubt::learn(photos.iter().map(|logits| &logits[..])).unwrap();
            assert_eq!(photos.iter().filter(|logits| !doubt.is_sure(&logits[..])).count(), count / 20, "{count}");
        }
        assert_eq!(Doubt::learn(std::iter::empty()), None);
    }

    #[test]
    fn it_is_written_as_score_and_threshold() {
        let doubt = Doubt::LogSumExp(1.5);
        let json = serde_json::to_string(&doubt).unwrap();
        assert_eq!(json, r#"{"score":"log_sum_exp","threshold":1.5}"#);
        assert_eq!(serde_json::from_str::<Doubt>(&json).unwrap(), doubt);
    }

    #[test]
    fn without_a_threshold_of_its_own_a_model_is_sure_from_a_half_on() {
        assert!(Doubt::default().is_sure(&[9.0, 9.0]));
        assert!(!Doubt::default().is_sure(&[9.0, 9.0, 1.0]));
    }
}
