//! Matrices turned on the CPU.

use crate::parallel::each_piece;

/// Columns that one core turns into rows before it takes more; so many numbers of a row lie side by side.
const COLUMNS: usize = 16;
/// Rows that are turned together.
const ROWS: usize = 4;

/// The transpose of a matrix in single precision, each row of which is multiplied by its scale.
pub fn transpose<T: Copy + Sync>(matrix: &[T], scales: &[f32]) -> Vec<f32>
where
    f32: From<T>,
{
    let rows = scales.len();
    let columns = matrix.len() / rows;
    let mut numbers = vec![0.0; matrix.len()];
    each_piece(&mut numbers, COLUMNS * rows, |index, piece| {
        let width = piece.len() / rows;
        let row = |row: usize| &matrix[row * columns + index * COLUMNS..][..width];
        let (together, others) = scales.as_chunks::<ROWS>();
        for (index, scales) in together.iter().enumerate() {
            let first = index * ROWS;
            turn(std::array::from_fn(|k| row(first + k)), *scales, piece, [first, rows]);
        }
        for (index, scale) in others.iter().enumerate() {
            let first = together.len() * ROWS + index;
            turn([row(first)], [*scale], piece, [first, rows]);
        }
    });
    numbers
}

/// Turns some columns of as many rows into as many numbers of each row of `piece`, which has `length`, from `first` on.
///
/// Browsers replace a function's first, slow code from one call to the next, and never in the middle of a loop: this one is
/// called often.
#[inline(never)]
fn turn<T: Copy, const N: usize>(rows: [&[T]; N], scales: [f32; N], piece: &mut [f32], [first, length]: [usize; 2])
where
    f32: From<T>,
{
    for (column, numbers) in piece.chunks_exact_mut(length).enumerate() {
        let read = rows.map(|row| row[column]);
        let numbers = numbers[first..].first_chunk_mut::<N>().expect("a place for each row");
        *numbers = std::array::from_fn(|row| f32::from(read[row]) * scales[row]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_of_any_size_are_transposed_in_either_form() {
        for (rows, columns) in [(1, 1), (3, 2), (4, 16), (5, 2048), (40, 65)] {
            let bytes: Vec<i8> = (0..rows * columns).map(|index| (index * 37) as i8).collect();
            let values: Vec<f32> = bytes.iter().map(|&byte| byte.into()).collect();
            let scales: Vec<f32> = (0..rows).map(|row| row as f32 + 0.5).collect();
            let number = |column: usize, row: usize| values[row * columns + column] * scales[row];
            let expected: Vec<f32> = (0..columns)
                .flat_map(|column| (0..rows).map(move |row| (column, row)))
                .map(|(c, r)| number(c, r))
                .collect();
            assert_eq!(transpose(&bytes, &scales), expected);
            assert_eq!(transpose(&values, &scales), expected);
        }
    }
}
