//! Max pools on the CPU.

use crate::parallel::each_piece;

/// The largest number in each place of a square kernel, for every plane of `height x width`; none is larger than what is no
/// number, so that a network gone wrong does not look sound.
pub fn max_pool(planes: &[f32], [height, width]: [usize; 2], kernel: usize, stride: usize) -> Vec<f32> {
    let [down, across] = [height, width].map(|side| (side - kernel) / stride + 1);
    let mut output = vec![0.0; planes.len() / (height * width) * down * across];
    each_piece(&mut output, down * across, |plane, output| {
        let plane = &planes[plane * height * width..][..height * width];
        let mut columns = vec![0.0; width];
        for (y, output) in output.chunks_exact_mut(across).enumerate() {
            columns.fill(f32::NEG_INFINITY);
            for row in plane[y * stride * width..].chunks_exact(width).take(kernel) {
                columns.iter_mut().zip(row).for_each(|(largest, number)| *largest = larger(*largest, *number));
            }
            for (x, output) in output.iter_mut().enumerate() {
                *output = columns[x * stride..][..kernel].iter().copied().fold(f32::NEG_INFINITY, larger);
            }
        }
    });
    output
}

fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_overlap_and_what_does_not_fit_is_left_out() {
        let plane: Vec<f32> = (0..24).map(|index| ((index * 7) % 24) as f32).collect();
        let mut planes = plane.clone();
        planes.extend(plane.iter().map(|number| -number));
        let [height, width] = [4, 6];
        let found = max_pool(&planes, [height, width], 3, 2);
        let largest = |plane: &[f32], x: usize| {
            let rows = plane.chunks(width).take(3);
            rows.flat_map(|row| row[x..x + 3].to_vec()).reduce(f32::max).unwrap()
        };
        let expected: Vec<f32> =
            planes.chunks(height * width).flat_map(|plane| [0, 2].map(|x| largest(plane, x))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_number_is_seen() {
        for place in 0..9 {
            let mut plane = [1.0; 9];
            plane[place] = f32::NAN;
            assert!(max_pool(&plane, [3, 3], 3, 2)[0].is_nan(), "{place}");
        }
    }
}
