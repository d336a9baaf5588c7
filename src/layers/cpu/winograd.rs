//! Winograd's minimal filtering: what a kernel and an image have in common is found by way of polynomials.
//!
//! A row of a kernel and a row of places are the coefficients of two polynomials, a row of the image those of their product.
//! Known at six points, they are multiplied number by number: in two dimensions 36 products for the four by four places of a
//! kernel of three by three, in place of 144.
//!
//! After S. Winograd, "Arithmetic Complexity of Computations" (1980), and A. Lavin and S. Gray, "Fast Algorithms for
//! Convolutional Neural Networks" (2016). The points are 0, 1, -1, 2, -2 and infinity.

use pulp::Simd;

/// Points, which is also rows and columns of the patch of an image that a tile of places is found from.
pub const POINTS: usize = 6;
/// Numbers of a patch.
pub const CELLS: usize = POINTS * POINTS;
/// What a kernel's values at the points are multiplied by.
const SCALES: [f32; POINTS] = [1.0 / 4.0, -1.0 / 6.0, -1.0 / 6.0, 1.0 / 24.0, 1.0 / 24.0, 1.0];

/// A patch, or its values at the points: one vector for each number, of several patches.
pub type Patch<V> = [[V; POINTS]; POINTS];

/// The rows and columns exchanged.
#[inline(always)]
fn turned<V: Copy>(patch: Patch<V>) -> Patch<V> {
    let mut turned = patch;
    for (row, numbers) in patch.iter().enumerate() {
        for (column, &number) in numbers.iter().enumerate() {
            turned[column][row] = number;
        }
    }
    turned
}

/// `line` for each row and then for each column, of which there may be fewer before or after.
#[inline(always)]
fn both_ways<V: Copy, const BEFORE: usize, const AFTER: usize>(
    patch: Patch<V>,
    line: impl Fn([V; POINTS]) -> [V; POINTS],
) -> Patch<V> {
    let mut patch = patch;
    for row in &mut patch[..BEFORE] {
        *row = line(*row);
    }
    let mut patch = turned(patch);
    for column in &mut patch[..AFTER] {
        *column = line(*column);
    }
    turned(patch)
}

/// What is multiplied of a patch of the image.
#[inline(always)]
pub fn of_image<S: Simd>(simd: S, patch: Patch<S::f32s>) -> Patch<S::f32s> {
    both_ways::<_, POINTS, POINTS>(
        patch,
        #[inline(always)]
        |[a, b, c, d, e, f]| {
            let times = |factor: f32, x, plus| simd.mul_add_e_f32s(simd.splat_f32s(factor), x, plus);
            let (even_1, odd_1) = (times(-4.0, c, e), times(-4.0, b, d));
            let (even_2, odd_2) = (simd.sub_f32s(e, c), simd.sub_f32s(d, b));
            let odd_2 = simd.add_f32s(odd_2, odd_2);
            [
                times(4.0, a, times(-5.0, c, e)),
                simd.add_f32s(even_1, odd_1),
                simd.sub_f32s(even_1, odd_1),
                simd.add_f32s(even_2, odd_2),
                simd.sub_f32s(even_2, odd_2),
                times(4.0, b, times(-5.0, d, f)),
            ]
        },
    )
}

/// The values at the points of the polynomial with these coefficients, of which there are `COUNT`.
#[inline(always)]
fn values<S: Simd, const COUNT: usize>(simd: S, coefficients: [S::f32s; POINTS]) -> [S::f32s; POINTS] {
    let zero = simd.splat_f32s(0.0);
    let mut sums = [zero; 4];
    let mut power = 1.0;
    for (index, &coefficient) in coefficients[..COUNT].iter().enumerate() {
        let [at_1, at_2] = [index % 2, 2 + index % 2];
        sums[at_1] = simd.add_f32s(sums[at_1], coefficient);
        sums[at_2] = simd.mul_add_e_f32s(simd.splat_f32s(power), coefficient, sums[at_2]);
        power *= 2.0;
    }
    let [even_1, odd_1, even_2, odd_2] = sums;
    [
        coefficients[0],
        simd.add_f32s(even_1, odd_1),
        simd.sub_f32s(even_1, odd_1),
        simd.add_f32s(even_2, odd_2),
        simd.sub_f32s(even_2, odd_2),
        coefficients[COUNT - 1],
    ]
}

/// The transpose of [`values`]: for each coefficient, the sum of what it brings to the points' values times `values`.
#[inline(always)]
fn coefficients<S: Simd, const COUNT: usize>(simd: S, values: [S::f32s; POINTS]) -> [S::f32s; POINTS] {
    let [at_0, plus_1, minus_1, plus_2, minus_2, at_infinity] = values;
    let at_1 = [simd.add_f32s(plus_1, minus_1), simd.sub_f32s(plus_1, minus_1)];
    let at_2 = [simd.add_f32s(plus_2, minus_2), simd.sub_f32s(plus_2, minus_2)];
    let mut found = [simd.splat_f32s(0.0); POINTS];
    let mut power = 1.0;
    for (index, found) in found[..COUNT].iter_mut().enumerate() {
        *found = simd.mul_add_e_f32s(simd.splat_f32s(power), at_2[index % 2], at_1[index % 2]);
        power *= 2.0;
    }
    found[0] = simd.add_f32s(found[0], at_0);
    found[COUNT - 1] = simd.add_f32s(found[COUNT - 1], at_infinity);
    found
}

#[inline(always)]
fn scaled<S: Simd>(simd: S, mut values: [S::f32s; POINTS]) -> [S::f32s; POINTS] {
    for (value, scale) in values.iter_mut().zip(SCALES) {
        *value = simd.mul_f32s(simd.splat_f32s(scale), *value);
    }
    values
}

/// What is multiplied of a kernel with so many rows and columns.
#[inline(always)]
pub fn of_kernel<S: Simd, const TAPS: usize>(simd: S, kernel: Patch<S::f32s>) -> Patch<S::f32s> {
    both_ways::<_, TAPS, POINTS>(
        kernel,
        #[inline(always)]
        |line| scaled(simd, values::<S, TAPS>(simd, line)),
    )
}

/// The places of a tile, so many to a side, from the sums of products.
#[inline(always)]
pub fn places<S: Simd, const STEP: usize>(simd: S, sums: Patch<S::f32s>) -> Patch<S::f32s> {
    both_ways::<_, POINTS, STEP>(
        sums,
        #[inline(always)]
        |line| coefficients::<S, STEP>(simd, line),
    )
}

/// What is multiplied of the gradient of a tile of places, so many to a side: the transpose of [`places`].
#[inline(always)]
pub fn of_gradient<S: Simd, const STEP: usize>(simd: S, gradient: Patch<S::f32s>) -> Patch<S::f32s> {
    both_ways::<_, STEP, POINTS>(
        gradient,
        #[inline(always)]
        |line| values::<S, STEP>(simd, line),
    )
}

/// The gradient of a kernel with so many rows and columns from the sums of products: the transpose of [`of_kernel`].
#[inline(always)]
pub fn gradient_of_kernel<S: Simd, const TAPS: usize>(simd: S, sums: Patch<S::f32s>) -> Patch<S::f32s> {
    both_ways::<_, POINTS, TAPS>(
        sums,
        #[inline(always)]
        |line| coefficients::<S, TAPS>(simd, scaled(simd, line)),
    )
}
