//! Adam's step on the CPU.

use super::{BETA_1, BETA_2, EPSILON, Rates};
use crate::parallel::each_piece_of;

/// Moves weights, and their first and second moments, by their gradient.
pub fn step(state: [&mut [f32]; 3], gradient: &[f32], rates: Rates) {
    each_piece_of(state, gradient, |[weights, first, second], gradient| {
        for (((weight, first), second), gradient) in weights.iter_mut().zip(first).zip(second).zip(gradient) {
            *first = *first * BETA_1 as f32 + gradient * (1.0 - BETA_1) as f32;
            *second = *second * BETA_2 as f32 + gradient * gradient * (1.0 - BETA_2) as f32;
            let scale = second.sqrt() / rates.second_correction + EPSILON as f32;
            *weight = *weight * rates.kept - *first / scale * rates.learning_rate;
        }
    });
}
