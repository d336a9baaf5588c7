//! The ReLU behind a layer, on the CPU.

use crate::parallel::{PIECE, each_piece, each_piece_of};

/// Makes what is below 0 to 0; what is no number stays none, so that a network gone wrong does not look sound.
pub fn rectify(numbers: &mut [f32]) {
    each_piece(numbers, PIECE, |_, numbers| {
        numbers.iter_mut().for_each(|number| *number = if *number <= 0.0 { 0.0 } else { *number });
    });
}

/// Makes the gradient of a ReLU's output to that of what it was given.
pub fn gradient(output: &[f32], gradient: &mut [f32]) {
    each_piece_of([gradient], output, |[gradient], output| {
        gradient.iter_mut().zip(output).for_each(|(gradient, output)| {
            *gradient = if *output <= 0.0 { 0.0 } else { *gradient };
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_pass_where_the_output_is_positive() {
        let mut numbers = [-1.0, 0.0, 2.0, f32::NAN];
        rectify(&mut numbers);
        assert_eq!(numbers[..3], [0.0, 0.0, 2.0]);
        assert!(numbers[3].is_nan());
        let mut found = [5.0; 3];
        gradient(&numbers[..3], &mut found);
        assert_eq!(found, [0.0, 0.0, 5.0]);
    }
}
