//! Fully connected layers, in CubeCL.
//!
//! As for convolutions, each invocation keeps a tile of the product in registers. The weights are by far the most that is
//! read, and the batch is small: one invocation works for up to [`ROWS`] rows of it at once, with each weight it reads.

// See the note on launching in `convolution`.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;

use super::launch::{Four, LINE, empty, groups, lines};
use super::shaders::cubecl;
use super::shaders::cubecl::prelude::*;

/// Rows of an invocation's tile, where the batch has more than one.
const ROWS: usize = 4;
/// The same forwards, where it has more than [`ROWS`].
const MANY_ROWS: usize = 8;
/// Invocations of a workgroup.
const GROUP: usize = 32;
/// Sums are taken in parts, so that at least this many invocations are at work.
const ENOUGH_INVOCATIONS: usize = 1 << 15;
/// But no part has fewer inputs than this, in fours.
const LEAST_OF_PART: usize = 32;

/// See [`crate::layers::linear`]; the number of inputs has to be a multiple of 4.
pub fn linear(inputs: CubeTensor, weight: CubeTensor, bias: CubeTensor, rectify: bool) -> CubeTensor {
    let [inputs, weight, bias] = [inputs, weight, bias].map(into_contiguous);
    let layer = Layer::new(&inputs, &weight);
    let rows = if layer.batch > ROWS { MANY_ROWS } else { layer.rows };
    let tiles = layer.columns * layer.batch.div_ceil(rows);
    let parts = ENOUGH_INVOCATIONS.div_ceil(tiles).min(layer.fours.div_ceil(LEAST_OF_PART));
    let of_part = layer.fours.div_ceil(parts);
    let sums = empty(&inputs, [parts, layer.batch, layer.to]);
    unsafe {
        forward_kernel::launch_unchecked(
            &inputs.client.clone(),
            groups([layer.columns.div_ceil(GROUP), layer.batch.div_ceil(rows), parts]),
            CubeDim::new_1d(GROUP as u32),
            layer.width,
            inputs.clone().into_buffer_arg(),
            weight.into_buffer_arg(),
            sums.clone().into_buffer_arg(),
            layer.batch,
            layer.fours,
            of_part,
            layer.columns,
            rows,
        );
    }
    let output = empty(&inputs, [layer.batch, layer.to]);
    unsafe {
        collect_kernel::launch_unchecked(
            &inputs.client,
            lines(layer.batch * layer.to),
            CubeDim::new_1d(LINE),
            sums.into_buffer_arg(),
            bias.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            parts,
            rectify,
        );
    }
    output
}

/// The gradient of what a ReLU was given, from its output and the gradient of that.
pub fn gradient_before_relu(output: CubeTensor, gradient: CubeTensor) -> CubeTensor {
    let [output, gradient] = [output, gradient].map(into_contiguous);
    let found = empty(&output, output.shape());
    unsafe {
        relu_kernel::launch_unchecked(
            &output.client.clone(),
            lines(output.shape().num_elements()),
            CubeDim::new_1d(LINE),
            output.into_buffer_arg(),
            gradient.into_buffer_arg(),
            found.clone().into_buffer_arg(),
        );
    }
    found
}

/// The gradient of the inputs, which are only looked at for their shape.
pub fn gradient_of_inputs(inputs: CubeTensor, weight: CubeTensor, gradient: CubeTensor) -> CubeTensor {
    let [weight, gradient] = [weight, gradient].map(into_contiguous);
    let layer = Layer::new(&inputs, &weight);
    let output = empty(&gradient, inputs.shape());
    unsafe {
        inputs_kernel::launch_unchecked(
            &output.client.clone(),
            groups([layer.fours.div_ceil(GROUP), layer.batch.div_ceil(layer.rows), 1]),
            CubeDim::new_1d(GROUP as u32),
            layer.width,
            weight.into_buffer_arg(),
            gradient.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            layer.batch,
            layer.fours,
            layer.columns,
            layer.rows,
        );
    }
    output
}

/// The gradient of the weights, which are only looked at for their shape.
pub fn gradient_of_weight(inputs: CubeTensor, weight: CubeTensor, gradient: CubeTensor) -> CubeTensor {
    let [inputs, gradient] = [inputs, gradient].map(into_contiguous);
    let layer = Layer::new(&inputs, &weight);
    let output = empty(&inputs, weight.shape());
    unsafe {
        weight_kernel::launch_unchecked(
            &inputs.client.clone(),
            groups([layer.columns.div_ceil(GROUP), layer.fours, 1]),
            CubeDim::new_1d(GROUP as u32),
            layer.width,
            inputs.into_buffer_arg(),
            gradient.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            layer.batch,
            layer.fours,
            layer.columns,
        );
    }
    output
}

/// The numbers of a layer and its batch.
struct Layer {
    batch: usize,
    /// Rows of an invocation's tile.
    rows: usize,
    /// Inputs, in fours.
    fours: usize,
    /// Outputs.
    to: usize,
    /// Outputs that are read together.
    width: usize,
    /// Outputs, in so many.
    columns: usize,
}

impl Layer {
    fn new(inputs: &CubeTensor, weight: &CubeTensor) -> Self {
        let [batch, from] = inputs.shape().dims();
        let [_, to] = weight.shape().dims();
        assert!(from.is_multiple_of(4), "{from} inputs cannot be read in fours");
        let width = if to.is_multiple_of(4) { 4 } else { 1 };
        Self { batch, rows: if batch == 1 { 1 } else { ROWS }, fours: from / 4, to, width, columns: to / width }
    }
}

#[cube(launch_unchecked)]
fn forward_kernel<N: Size>(
    inputs: &[Four],
    weight: &[Vector<f32, N>],
    sums: &mut [Vector<f32, N>],
    batch: usize,
    fours: usize,
    fours_of_part: usize,
    columns: usize,
    #[comptime] rows: usize,
) {
    let column = CUBE_POS_X as usize * GROUP + UNIT_POS_X as usize;
    if column >= columns {
        terminate!();
    }
    let first_row = CUBE_POS_Y as usize * rows;
    let part = CUBE_POS_Z as usize;

    // Rows beyond the last repeat it, and are not written.
    let mut starts = Array::<usize>::new(rows);
    let mut found = Array::<Vector<f32, N>>::new(rows);
    #[unroll]
    for row in 0..rows {
        starts[row] = clamp_max(first_row + row, batch - 1) * fours;
        found[row] = Vector::new(0.0);
    }
    let begin = part * fours_of_part;
    let mut at = begin * 4 * columns + column;
    for step in begin..clamp_max(begin + fours_of_part, fours) {
        let mut values = Array::<Four>::new(rows);
        #[unroll]
        for row in 0..rows {
            values[row] = inputs[starts[row] + step];
        }
        #[unroll]
        for lane in 0..4usize {
            let weights = weight[at];
            #[unroll]
            for row in 0..rows {
                found[row] += weights * Vector::new(values[row].extract(lane));
            }
            at += columns;
        }
    }

    #[unroll]
    for row in 0..rows {
        if first_row + row < batch {
            sums[(part * batch + first_row + row) * columns + column] = found[row];
        }
    }
}

/// Adds the parts and the bias up.
#[cube(launch_unchecked)]
fn collect_kernel(sums: &[f32], bias: &[f32], output: &mut [f32], parts: usize, #[comptime] rectify: bool) {
    let numbers = output.len();
    if ABSOLUTE_POS >= numbers {
        terminate!();
    }
    let mut sum = bias[ABSOLUTE_POS % bias.len()];
    for part in 0..parts {
        sum += sums[part * numbers + ABSOLUTE_POS];
    }
    // What is no number stays none.
    if comptime!(rectify) && sum <= 0.0 {
        sum = 0.0;
    }
    output[ABSOLUTE_POS] = sum;
}

#[cube(launch_unchecked)]
fn relu_kernel(output: &[f32], gradient: &[f32], found: &mut [f32]) {
    if ABSOLUTE_POS >= found.len() {
        terminate!();
    }
    let mut value = gradient[ABSOLUTE_POS];
    if output[ABSOLUTE_POS] <= 0.0 {
        value = 0.0;
    }
    found[ABSOLUTE_POS] = value;
}

#[cube(launch_unchecked)]
fn inputs_kernel<N: Size>(
    weight: &[Vector<f32, N>],
    gradient: &[Vector<f32, N>],
    output: &mut [Four],
    batch: usize,
    fours: usize,
    columns: usize,
    #[comptime] rows: usize,
) {
    let four = CUBE_POS_X as usize * GROUP + UNIT_POS_X as usize;
    if four >= fours {
        terminate!();
    }
    let first_row = CUBE_POS_Y as usize * rows;

    let mut starts = Array::<usize>::new(rows);
    #[unroll]
    for row in 0..rows {
        starts[row] = clamp_max(first_row + row, batch - 1) * columns;
    }
    let mut found = Array::<Vector<f32, N>>::new(comptime!(4 * rows));
    #[unroll]
    for i in 0..comptime!(4 * rows) {
        found[i] = Vector::new(0.0);
    }
    for column in 0..columns {
        let mut gradients = Array::<Vector<f32, N>>::new(rows);
        #[unroll]
        for row in 0..rows {
            gradients[row] = gradient[starts[row] + column];
        }
        #[unroll]
        for lane in 0..4usize {
            let weights = weight[(four * 4 + lane) * columns + column];
            #[unroll]
            for row in 0..rows {
                found[row * 4 + lane] += weights * gradients[row];
            }
        }
    }

    let width = found[0].vector_size();
    #[unroll]
    for row in 0..rows {
        if first_row + row < batch {
            let mut sums = Four::new(0.0);
            #[unroll]
            for lane in 0..4usize {
                let mut sum = 0.0f32;
                #[unroll]
                for i in 0..width {
                    sum += found[row * 4 + lane].extract(i);
                }
                sums.insert(lane, sum);
            }
            output[(first_row + row) * fours + four] = sums;
        }
    }
}

#[cube(launch_unchecked)]
fn weight_kernel<N: Size>(
    inputs: &[Four],
    gradient: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    batch: usize,
    fours: usize,
    columns: usize,
) {
    let column = CUBE_POS_X as usize * GROUP + UNIT_POS_X as usize;
    if column >= columns {
        terminate!();
    }
    let four = CUBE_POS_Y as usize;

    let mut found = Array::<Vector<f32, N>>::new(4usize);
    #[unroll]
    for lane in 0..4usize {
        found[lane] = Vector::new(0.0);
    }
    for row in 0..batch {
        let values = inputs[row * fours + four];
        let gradients = gradient[row * columns + column];
        #[unroll]
        for lane in 0..4usize {
            found[lane] += gradients * Vector::new(values.extract(lane));
        }
    }
    #[unroll]
    for lane in 0..4usize {
        output[(four * 4 + lane) * columns + column] = found[lane];
    }
}
