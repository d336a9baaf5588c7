//! Fully connected layers on the CPU, for one image or a few.
//!
//! There the time goes into reading the weights. Behind a ReLU most inputs are 0, and the weights from these are not read.

use crate::parallel::each_piece;

/// Outputs that are worked on at once, which stay in the nearest cache.
const OUTPUTS: usize = 512;
/// Inputs that are summed up by themselves: the error of a sum in single precision grows with its length.
const BLOCK: usize = 256;

/// Whether so many images are few: with more it pays to read each weight once for all of them.
pub fn are_few(images: usize) -> bool {
    images < 4
}

/// See [`crate::layers::linear`].
pub fn linear(inputs: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let to = bias.len();
    let from = weight.len() / to;
    let mut output = bias.repeat(inputs.len() / from);
    for (inputs, output) in inputs.chunks_exact(from).zip(output.chunks_exact_mut(to)) {
        let active: Vec<(usize, f32)> = inputs.iter().copied().enumerate().filter(|&(_, input)| input != 0.0).collect();
        each_piece(output, OUTPUTS, |piece, output| {
            let mut sums = [0.0; OUTPUTS];
            for block in active.chunks(BLOCK) {
                let sums = &mut sums[..output.len()];
                sums.fill(0.0);
                for &(index, input) in block {
                    let weights = &weight[index * to + piece * OUTPUTS..];
                    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * weight);
                }
                output.iter_mut().zip(sums).for_each(|(output, sum)| *output += *sum);
            }
        });
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
