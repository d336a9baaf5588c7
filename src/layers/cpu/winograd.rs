//! Winograd's minimal filtering: what a kernel and an image have in common is found by way of polynomials.
//!
//! A row of a kernel's taps and a row of places are the coefficients of two polynomials, a row of the image those of their
//! product. Known at enough points, they are multiplied number by number: in two dimensions 36 products for four by four
//! places of a kernel of three by three, in place of 144.
//!
//! After S. Winograd, "Arithmetic Complexity of Computations" (1980), and A. Lavin and S. Gray, "Fast Algorithms for
//! Convolutional Neural Networks" (2016). The points are 0, as many of 1, -1, 2, -2, 1/2, -1/2 as are needed, and infinity.

use pulp::Simd;

/// Rows and columns of a tile, the places that are found together.
pub const STEP: usize = 4;
/// The points above 0, each of which stands for itself and for its negative.
const POSITIVE: [f32; 3] = [1.0, 2.0, 0.5];

/// The points that it takes for a kernel with so many rows and columns, which is also the rows and columns that a tile sees.
pub const fn points(taps: usize) -> usize {
    STEP + taps - 1
}

/// What a tile sees of the image, or what is known of something at the points: one vector for each number, of several.
pub type Patch<V, const POINTS: usize> = [[V; POINTS]; POINTS];

/// Turns a patch of the image into what is multiplied of it.
#[inline(always)]
pub fn lift_image<S: Simd, const POINTS: usize>(simd: S, patch: &mut Patch<S::f32s, POINTS>) {
    both_ways(
        patch,
        [POINTS; 2],
        #[inline(always)]
        |line| {
            // The transpose of interpolation: for each point, the polynomial that is 0 at all others.
            let positive = &POSITIVE[..POINTS / 2 - 1];
            let all = with_roots(positive, None);
            let mut found = [simd.splat_f32s(0.0); POINTS];
            found[0] = weighted(simd, &line, 0, &all);
            for (index, &point) in positive.iter().enumerate() {
                let others = with_roots(positive, Some(index));
                let even = weighted(simd, &line, 2, &others);
                let odd = simd.mul_f32s(simd.splat_f32s(point), weighted(simd, &line, 1, &others));
                found[1 + 2 * index] = simd.add_f32s(even, odd);
                found[2 + 2 * index] = simd.sub_f32s(even, odd);
            }
            found[POINTS - 1] = weighted(simd, &line, 1, &all);
            found
        },
    );
}

/// Turns a kernel, the first rows and columns of a patch, into what is multiplied of it.
#[inline(always)]
pub fn lift_kernel<S: Simd, const TAPS: usize, const POINTS: usize>(simd: S, kernel: &mut Patch<S::f32s, POINTS>) {
    both_ways(
        kernel,
        [TAPS, POINTS],
        #[inline(always)]
        |line| scaled(simd, values(simd, line, TAPS)),
    );
}

/// Turns sums of products into the places of a tile, the first rows and columns.
#[inline(always)]
pub fn lower_places<S: Simd, const POINTS: usize>(simd: S, sums: &mut Patch<S::f32s, POINTS>) {
    both_ways(
        sums,
        [POINTS, STEP],
        #[inline(always)]
        |line| coefficients(simd, line, STEP),
    );
}

/// Turns the gradient of a tile of places into what is multiplied of it: the transpose of [`lower_places`].
#[inline(always)]
pub fn lift_gradient<S: Simd, const POINTS: usize>(simd: S, gradient: &mut Patch<S::f32s, POINTS>) {
    both_ways(
        gradient,
        [STEP, POINTS],
        #[inline(always)]
        |line| values(simd, line, STEP),
    );
}

/// Turns sums of products into the gradient of a kernel: the transpose of [`lift_kernel`].
#[inline(always)]
pub fn lower_kernel<S: Simd, const TAPS: usize, const POINTS: usize>(simd: S, sums: &mut Patch<S::f32s, POINTS>) {
    both_ways(
        sums,
        [POINTS, TAPS],
        #[inline(always)]
        |line| coefficients(simd, scaled(simd, line), TAPS),
    );
}

/// Does `line` to each row and then to each column, of which there may be fewer before or after. In place: browsers clear and
/// copy whole patches by calls that take as long as the arithmetic. And there by a function of its own, as with
/// [`super::tile::product`].
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn both_ways<V: Copy, const POINTS: usize>(
    patch: &mut Patch<V, POINTS>,
    [before, after]: [usize; 2],
    line: impl Fn([V; POINTS]) -> [V; POINTS],
) {
    for row in &mut patch[..before] {
        *row = line(*row);
    }
    for column in 0..after {
        let mut numbers = patch[0];
        for (number, row) in numbers.iter_mut().zip(&*patch) {
            *number = row[column];
        }
        for (row, number) in patch.iter_mut().zip(line(numbers)) {
            row[column] = number;
        }
    }
}

/// The values at the points of the polynomial with the first coefficients, of which there are `count`.
#[inline(always)]
fn values<S: Simd, const POINTS: usize>(simd: S, coefficients: [S::f32s; POINTS], count: usize) -> [S::f32s; POINTS] {
    let mut found = coefficients;
    for (index, &point) in POSITIVE[..POINTS / 2 - 1].iter().enumerate() {
        let mut halves = [simd.splat_f32s(0.0); 2];
        let mut power = 1.0;
        for (degree, &coefficient) in coefficients[..count].iter().enumerate() {
            let half = &mut halves[degree % 2];
            *half = simd.mul_add_e_f32s(simd.splat_f32s(power), coefficient, *half);
            power *= point;
        }
        let [even, odd] = halves;
        found[1 + 2 * index] = simd.add_f32s(even, odd);
        found[2 + 2 * index] = simd.sub_f32s(even, odd);
    }
    found[POINTS - 1] = coefficients[count - 1];
    found
}

/// The transpose of [`values`]: for each coefficient, the sum of what it brings to the values at the points times these.
#[inline(always)]
fn coefficients<S: Simd, const POINTS: usize>(simd: S, values: [S::f32s; POINTS], count: usize) -> [S::f32s; POINTS] {
    let mut found = [simd.splat_f32s(0.0); POINTS];
    found[0] = values[0];
    for (index, &point) in POSITIVE[..POINTS / 2 - 1].iter().enumerate() {
        let (plus, minus) = (values[1 + 2 * index], values[2 + 2 * index]);
        let halves = [simd.add_f32s(plus, minus), simd.sub_f32s(plus, minus)];
        let mut power = 1.0;
        for (degree, found) in found[..count].iter_mut().enumerate() {
            *found = simd.mul_add_e_f32s(simd.splat_f32s(power), halves[degree % 2], *found);
            power *= point;
        }
    }
    found[count - 1] = simd.add_f32s(found[count - 1], values[POINTS - 1]);
    found
}

/// What a kernel's values are divided by for all: at each point, the value of the polynomial that is 0 at all others.
#[inline(always)]
fn scaled<S: Simd, const POINTS: usize>(simd: S, mut values: [S::f32s; POINTS]) -> [S::f32s; POINTS] {
    let positive = &POSITIVE[..POINTS / 2 - 1];
    let mut scale = |index: usize, by: f32| values[index] = simd.mul_f32s(simd.splat_f32s(1.0 / by), values[index]);
    scale(0, at(&with_roots(positive, None), 0.0));
    for (index, &point) in positive.iter().enumerate() {
        let by = 2.0 * point * point * at(&with_roots(positive, Some(index)), point * point);
        scale(1 + 2 * index, by);
        scale(2 + 2 * index, by);
    }
    values
}

/// The polynomial in the square of x that is 0 at these points, but for the one that is left out: its coefficients, from the
/// constant one on.
#[inline(always)]
fn with_roots(points: &[f32], left_out: Option<usize>) -> [f32; POSITIVE.len() + 1] {
    let mut found = [0.0; POSITIVE.len() + 1];
    found[0] = 1.0;
    for (index, point) in points.iter().enumerate() {
        if Some(index) != left_out {
            for degree in (0..found.len()).rev() {
                let lower = if degree > 0 { found[degree - 1] } else { 0.0 };
                found[degree] = lower - point * point * found[degree];
            }
        }
    }
    found
}

/// The value of a polynomial.
#[inline(always)]
fn at(polynomial: &[f32], x: f32) -> f32 {
    polynomial.iter().rev().fold(0.0, |value, coefficient| value * x + coefficient)
}

/// The sum of every other number, from `first` on, times the coefficients.
#[inline(always)]
fn weighted<S: Simd>(simd: S, line: &[S::f32s], first: usize, coefficients: &[f32]) -> S::f32s {
    let mut sum = simd.splat_f32s(0.0);
    for (&number, &coefficient) in line[first..].iter().step_by(2).zip(coefficients) {
        sum = simd.mul_add_e_f32s(simd.splat_f32s(coefficient), number, sum);
    }
    sum
}
