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
        let mut sums = vec![0.0; columns.len()];
        let mut rows = Vec::with_capacity(BLOCK);
        for block in (0..from).step_by(BLOCK) {
            let block = block..from.min(block + BLOCK);
            for (inputs, outputs) in inputs.chunks_exact(from).zip(outputs.chunks_exact_mut(width)) {
                let seen = block.clone().filter(|&index| inputs[index] != 0.0);
                rows.clear();
                rows.extend(seen.map(|index| (inputs[index], &weight[index * to..][columns.clone()])));
                sums.fill(0.0);
                arch().dispatch(|| add(&rows, &mut sums));
                outputs.iter_mut().zip(&sums).for_each(|(output, sum)| *output += sum);
            }
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

/// Adds rows, each times its number, to `sums`: four at a time, for which these are read and written once.
#[inline(always)]
fn add(rows: &[(f32, &[f32])], sums: &mut [f32]) {
    let (fours, others) = rows.as_chunks();
    for [(a, first), (b, second), (c, third), (d, fourth)] in fours {
        let rows = first.iter().zip(*second).zip(*third).zip(*fourth);
        for (sum, (((first, second), third), fourth)) in sums.iter_mut().zip(rows) {
            *sum += (a * first + b * second) + (c * third + d * fourth);
        }
    }
    for (number, row) in others {
        sums.iter_mut().zip(*row).for_each(|(sum, weight)| *sum += number * weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_output_is_the_sum_of_its_inputs_and_inputs_of_zero_bring_nothing() {
        let (from, to) = (BLOCK + 11, OUTPUTS + 2);
        let weight: Vec<f32> = (0..from * to).map(|index| (index % 7) as f32).collect();
        let bias = vec![0.5; to];
        let inputs: Vec<f32> = (0..2 * from).map(|index| if index < from { (index % 3) as f32 } else { 0.0 }).collect();
        let output = linear(&inputs, &weight, &bias);
        for (index, output) in output[..to].iter().enumerate() {
            let sum: f32 = (0..from).map(|input| inputs[input] * weight[input * to + index]).sum();
            assert_eq!(*output, 0.5 + sum);
        }
        assert_eq!(output[to..], bias);
    }
}
