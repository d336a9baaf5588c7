//! Work on many numbers: on all cores natively, on the one that there is in the browser.

#[cfg(feature = "cli")]
use rayon::prelude::*;

/// Numbers that one core works on before it takes more.
pub const PIECE: usize = 1 << 14;

/// Does `work` for each piece of `numbers` of this length, given its index.
pub fn each_piece(numbers: &mut [f32], length: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    #[cfg(feature = "cli")]
    numbers.par_chunks_mut(length).enumerate().for_each(|(index, piece)| work(index, piece));
    #[cfg(not(feature = "cli"))]
    numbers.chunks_mut(length).enumerate().for_each(|(index, piece)| work(index, piece));
}

/// Does `work` for the pieces, side by side, of rows that it changes and of one that it reads, all of the same length.
pub fn each_piece_of<const N: usize>(
    changed: [&mut [f32]; N],
    read: &[f32],
    work: impl Fn([&mut [f32]; N], &[f32]) + Sync,
) {
    let mut changed = changed.map(|row| row.chunks_mut(PIECE));
    let pieces = read.chunks(PIECE).map(|read| (changed.each_mut().map(|row| row.next().unwrap_or_default()), read));
    #[cfg(feature = "cli")]
    pieces.collect::<Vec<_>>().into_par_iter().for_each(|(changed, read)| work(changed, read));
    #[cfg(not(feature = "cli"))]
    pieces.for_each(|(changed, read)| work(changed, read));
}
