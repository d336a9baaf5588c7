//! Fully connected layers on the CPU.
//!
//! Behind a ReLU most inputs are 0, and what they bring is not computed. With few images the time goes into reading the
//! weights, which is done once for all of them.

use super::arch;
use crate::parallel::each_piece;

/// Outputs that are worked on at once: for as many images as go through the network together, they stay in a near cache.
const OUTPUTS: usize = 512;
/// Inputs that are summed up by themselves: the error of a sum in single precision grows with its length.
const BLOCK: usize = 256;

/// See [`crate::layers::linear`].
pub fn linear(inputs: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let to = bias.len();
    let from = weight.len() / to;
    let images = inputs.len() / from;
    let width = OUTPUTS.min(to);
    // Piece after piece, the outputs of all images in each.
    let mut pieces = vec![0.0; images * to.next_multiple_of(width)];
    each_piece(&mut pieces, images * width, |piece, outputs| {
        let columns = piece * width..to.min((piece + 1) * width);
        let mut sums = vec![0.0; outputs.len()];
        for block in (0..from).step_by(BLOCK) {
            sums.fill(0.0);
            arch().dispatch(|| {
                for index in block..from.min(block + BLOCK) {
                    let weights = &weight[index * to..][columns.clone()];
                    for (image, sums) in sums.chunks_exact_mut(width).enumerate() {
                        let input = inputs[image * from + index];
                        if input != 0.0 {
                            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * weight);
                        }
                    }
                }
            });
            outputs.iter_mut().zip(&sums).for_each(|(output, sum)| *output += sum);
        }
    });

    let mut output = bias.repeat(images);
    for (image, output) in output.chunks_exact_mut(to).enumerate() {
        for (piece, output) in output.chunks_mut(width).enumerate() {
            let found = &pieces[(piece * images + image) * width..];
            output.iter_mut().zip(found).for_each(|(output, found)| *output += found);
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_output_is_the_sum_of_its_inputs_and_inputs_of_zero_bring_nothing() {
        let (from, to) = (3, OUTPUTS + 2);
        let weight: Vec<f32> = (0..from * to).map(|index| index as f32).collect();
        let bias = vec![0.5; to];
        let output = linear(&[1.0, 0.0, 2.0, 0.0, 0.0, 0.0], &weight, &bias);
        for (index, output) in output[..to].iter().enumerate() {
            assert_eq!(*output, 0.5 + weight[index] + 2.0 * weight[2 * to + index]);
        }
        assert_eq!(output[to..], bias);
    }
}
