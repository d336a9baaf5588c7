//! What all products come down to: a tile of the result, kept in registers while a row of one factor and a row of the
//! other are multiplied, each number with each, for every row.
//!
//! After K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).

use pulp::Simd;
use pulp::bytemuck::{cast_slice, cast_slice_mut};

/// Rows of a tile. Eight vectors and what is multiplied fit into the sixteen registers that every processor has.
pub const ROWS: usize = 4;
/// Vectors side by side in a tile.
const VECTORS: usize = 2;
/// Rows whose products are summed up by themselves: the error of a sum in single precision grows with its length.
const BLOCK: usize = 256;
/// No processor's vectors are longer: those of AVX-512.
pub const MOST_LANES: usize = 16;
/// Nor do its tiles have more columns.
pub const MOST_COLUMNS: usize = VECTORS * MOST_LANES;

/// A row of the first factor: one number for each row of the tile.
pub type Left = [f32; ROWS];
/// A row of the second factor, or of the tile.
pub type Right<S> = [<S as Simd>::f32s; VECTORS];

/// Numbers in a row of a tile.
pub const fn columns<S: Simd>() -> usize {
    VECTORS * S::F32_LANES
}

/// Rows of zeros, to be filled in.
pub fn rows<S: Simd>(simd: S, count: usize) -> Vec<Right<S>> {
    vec![[simd.splat_f32s(0.0); VECTORS]; count]
}

/// The numbers of such rows, one after the other.
pub fn numbers<S: Simd>(rows: &[Right<S>]) -> &[f32] {
    cast_slice(rows.as_flattened())
}

/// See [`numbers`].
pub fn numbers_mut<S: Simd>(rows: &mut [Right<S>]) -> &mut [f32] {
    cast_slice_mut(rows.as_flattened_mut())
}

/// The tile: the sum, over the rows of both factors, of the products of each number with each.
///
/// Browsers compile a function well once it has been called often, and go on with what they compile badly until then: this
/// one has to be a function of its own there.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub fn product<S: Simd>(simd: S, left: &[Left], right: &[Right<S>]) -> [Right<S>; ROWS] {
    let mut blocks = left.chunks(BLOCK).zip(right.chunks(BLOCK)).map(|(left, right)| block(simd, left, right));
    let mut tile = blocks.next().unwrap_or([[simd.splat_f32s(0.0); VECTORS]; ROWS]);
    for block in blocks {
        for (sum, part) in tile.as_flattened_mut().iter_mut().zip(block.as_flattened()) {
            *sum = simd.add_f32s(*sum, *part);
        }
    }
    tile
}

#[inline(always)]
fn block<S: Simd>(simd: S, left: &[Left], right: &[Right<S>]) -> [Right<S>; ROWS] {
    let mut tile = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
    for (left, right) in left.iter().zip(right) {
        for (row, &left) in tile.iter_mut().zip(left) {
            let left = simd.splat_f32s(left);
            for (sum, &right) in row.iter_mut().zip(right) {
                *sum = simd.mul_add_e_f32s(left, right, *sum);
            }
        }
    }
    tile
}
