//! Convolutions, in CubeCL.
//!
//! A convolution is a matrix product, of the weights with the patches of the images under the window, that never writes
//! the patches down. Each invocation keeps a tile of the product in registers, so that a number that was read is used
//! several times; there is no shared memory and no barrier, which software adapters pay for dearly, and AlexNet is small
//! enough for the caches of the others. Numbers are read in fours: what the kernels read is first laid out channels
//! last, and the channels filled up with zeros to a multiple of four.

// CubeCL's checks of every index would cost more than the arithmetic. Without them launching is unsafe; it is sound since
// each kernel ends, or repeats the last element, where an invocation lies beyond its tensors' shapes, and since WebGPU
// itself lets no shader touch other memory.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn::tensor::Shape;
use burn_cubecl::ops::{permute_nchw_to_nhwc, permute_nhwc_to_nchw};
use burn_cubecl::tensor::CubeTensor;

use super::geometry::{Geometry, GeometryArgs};
use super::launch::{Four, LINE, empty, groups, lines, relu};
use super::shaders::cubecl;
use super::shaders::cubecl::prelude::*;
use crate::layers::Window;

/// Output channels of an invocation's tile, in fours.
const TILE_OUT: usize = 2;
/// Places in the output of an invocation's tile.
const TILE_PLACES: usize = 4;
/// Invocations of a workgroup of the weights' gradient, along the columns and along the output channels.
const GROUP: [usize; 2] = [16, 2];
/// Fours of input channels in the tile of the weights' gradient.
const TILE_IN: usize = 2;
/// The weights' gradient is summed up in parts, so that about this many invocations are at work.
const ENOUGH_INVOCATIONS: usize = 1 << 16;
/// But no part has fewer rows of output than this: each writes as many numbers as there are weights.
const LEAST_ROWS: usize = 13;
/// Places that an invocation adds up for the gradient of a bias.
const PLACES_OF_PART: usize = 512;

/// See [`crate::layers::convolve`]; the number of channels that come out has to be a multiple of 16.
pub fn convolve(images: CubeTensor, weight: CubeTensor, bias: CubeTensor, window: Window) -> CubeTensor {
    let [out, _, kernel, _] = weight.shape().dims();
    let [images, weight] = [padded(images, window.padding), laid_out(weight, false)];
    product(images, weight, Some(bias), [out, kernel, window.stride])
}

/// The gradient of what a ReLU was given, from its output and the gradient of that.
pub fn gradient_before_relu(output: CubeTensor, gradient: CubeTensor) -> CubeTensor {
    permute_nhwc_to_nchw(channels_last(gradient, 0, Some(output)))
}

/// The gradient of the bias: of each channel the sum over all images and places.
pub fn gradient_of_bias(gradient: CubeTensor) -> CubeTensor {
    let gradient = padded(gradient, 0);
    let [batch, height, width, channels] = gradient.shape().dims();
    let places = batch * height * width;
    let parts = places.div_ceil(PLACES_OF_PART);
    let sums = empty(&gradient, [parts, channels]);
    unsafe {
        bias_kernel::launch_unchecked(
            &gradient.client.clone(),
            lines(parts * channels),
            CubeDim::new_1d(LINE),
            gradient.clone().into_buffer_arg(),
            sums.clone().into_buffer_arg(),
            places,
            channels,
            PLACES_OF_PART,
        );
    }
    let output = empty(&gradient, [channels]);
    unsafe {
        bias_kernel::launch_unchecked(
            &gradient.client,
            lines(channels),
            CubeDim::new_1d(LINE),
            sums.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            parts,
            channels,
            parts,
        );
    }
    output
}

/// The gradient of the images for a stride of 1: a convolution of the gradient with the kernels turned round.
pub fn gradient_of_images(weight: CubeTensor, gradient: CubeTensor, window: Window) -> CubeTensor {
    assert_eq!(window.stride, 1, "only a stride of 1 is turned round");
    let [_, channels, kernel, _] = weight.shape().dims();
    let [gradient, weight] = [padded(gradient, kernel - 1 - window.padding), laid_out(weight, true)];
    product(gradient, weight, None, [channels, kernel, 1])
}

/// The gradient of weights of this shape.
pub fn gradient_of_weight(images: CubeTensor, weight: Shape, gradient: CubeTensor, window: Window) -> CubeTensor {
    let [out, _, kernel, _] = weight.dims();
    assert!(out.is_multiple_of(4 * TILE_OUT * GROUP[1]), "{out} channels cannot be cut into tiles");
    let images = padded(images, window.padding);
    let gradient = padded(gradient, 0);
    let geometry = Geometry::new(&images, kernel, window.stride);
    let [batch, ..] = images.shape().dims::<4>();
    let columns = kernel * kernel * geometry.fours;
    let tiles = [columns.div_ceil(TILE_IN), out / (4 * TILE_OUT)];
    let rows = batch * geometry.places[0];
    let parts = ENOUGH_INVOCATIONS.div_ceil(tiles[0] * tiles[1]).min(rows.div_ceil(LEAST_ROWS));
    let sums = empty(&images, [parts, out, columns, 4]);
    let workgroups = [tiles[0].div_ceil(GROUP[0]), tiles[1].div_ceil(GROUP[1]), parts];
    unsafe {
        weight_kernel::launch_unchecked(
            &images.client.clone(),
            groups(workgroups),
            CubeDim::new_2d(GROUP[0] as u32, GROUP[1] as u32),
            images.clone().into_buffer_arg(),
            gradient.into_buffer_arg(),
            sums.clone().into_buffer_arg(),
            geometry.launch(),
            rows,
            rows.div_ceil(parts),
            out / 4,
        );
    }
    let output = empty(&images, weight);
    unsafe {
        collect_kernel::launch_unchecked(
            &images.client,
            lines(output.shape().num_elements()),
            CubeDim::new_1d(LINE),
            sums.into_buffer_arg(),
            output.clone().into_tensor_arg(),
            parts,
            4 * geometry.fours,
        );
    }
    output
}

/// Convolves padded images with laid out weights. Where there is a bias, a ReLU follows.
fn product(
    images: CubeTensor,
    weight: CubeTensor,
    bias: Option<CubeTensor>,
    [out, kernel, stride]: [usize; 3],
) -> CubeTensor {
    assert!(out.is_multiple_of(4 * TILE_OUT), "{out} channels cannot be cut into tiles");
    let geometry = Geometry::new(&images, kernel, stride);
    let [batch, ..] = images.shape().dims::<4>();
    let output = empty(&images, [batch, geometry.places[0], geometry.places[1], out]);
    let places = batch * geometry.places[0] * geometry.places[1];
    let rectifies = bias.is_some();
    unsafe {
        product_kernel::launch_unchecked(
            &images.client.clone(),
            lines(places.div_ceil(TILE_PLACES) * out / (4 * TILE_OUT)),
            CubeDim::new_1d(LINE),
            images.into_buffer_arg(),
            weight.into_buffer_arg(),
            bias.map(CubeTensor::into_buffer_arg).into(),
            output.clone().into_buffer_arg(),
            geometry.launch(),
            places,
            out / 4,
            rectifies,
        );
    }
    permute_nhwc_to_nchw(output)
}

/// Images with zeros around them, channels last and filled up: `[batch, height, width, 4 * fours]`.
fn padded(images: CubeTensor, padding: usize) -> CubeTensor {
    let [_, channels, ..] = images.shape().dims::<4>();
    let as_it_is = permute_nchw_to_nhwc(images.clone());
    match padding == 0 && channels.is_multiple_of(4) && as_it_is.is_contiguous() {
        true => as_it_is,
        false => channels_last(images, padding, None),
    }
}

/// [`padded`], written anew; of images that are not `positive` in another tensor of the same shape, zeros.
fn channels_last(images: CubeTensor, padding: usize, positive: Option<CubeTensor>) -> CubeTensor {
    let [batch, channels, height, width] = images.shape().dims();
    let output = empty(&images, [batch, height + 2 * padding, width + 2 * padding, channels.next_multiple_of(4)]);
    unsafe {
        pad_kernel::launch_unchecked(
            &images.client.clone(),
            lines(output.shape().num_elements() / 4),
            CubeDim::new_1d(LINE),
            images.into_tensor_arg(),
            positive.map(CubeTensor::into_tensor_arg).into(),
            output.clone().into_buffer_arg(),
            padding,
        );
    }
    output
}

/// Weights in the order in which [`product_kernel`] reads them: `[kernel, kernel, channels in, channels out]`, the
/// channels that go in filled up. Turned round, they lead from a layer's output to its input.
fn laid_out(weight: CubeTensor, turned: bool) -> CubeTensor {
    let [out, channels, kernel, _] = weight.shape().dims();
    let [from, to] = if turned { [out, channels] } else { [channels, out] };
    let output = empty(&weight, [kernel, kernel, from.next_multiple_of(4), to]);
    unsafe {
        lay_out_kernel::launch_unchecked(
            &weight.client.clone(),
            lines(output.shape().num_elements() / 4),
            CubeDim::new_1d(LINE),
            weight.into_tensor_arg(),
            output.clone().into_buffer_arg(),
            from.next_multiple_of(4),
            to / 4,
            turned,
        );
    }
    output
}

#[cube(launch_unchecked)]
fn pad_kernel(images: &Tensor<f32>, positive: ComptimeOption<&Tensor<f32>>, output: &mut [Four], padding: usize) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let channels = images.shape(1);
    let fours = channels.div_ceil(4);
    let width = images.shape(3) + 2 * padding;
    let height = images.shape(2) + 2 * padding;
    let first = ABSOLUTE_POS % fours * 4;
    let pixel = ABSOLUTE_POS / fours;
    let x = pixel % width;
    let y = pixel / width % height;
    let image = pixel / width / height;
    let mut four = Four::new(0.0);
    if x >= padding && y >= padding && x < width - padding && y < height - padding {
        let start = image * images.stride(0) + (y - padding) * images.stride(2) + (x - padding) * images.stride(3);
        #[unroll]
        for lane in 0..4usize {
            let channel = first + lane;
            if channel < channels {
                let sign: ComptimeOption<f32> = positive.map(|positive| {
                    positive[image * positive.stride(0)
                        + channel * positive.stride(1)
                        + (y - padding) * positive.stride(2)
                        + (x - padding) * positive.stride(3)]
                });
                if sign.unwrap_or_else(|| 1.0) > 0.0 {
                    four.insert(lane, images[start + channel * images.stride(1)]);
                }
            }
        }
    }
    output[ABSOLUTE_POS] = four;
}

#[cube(launch_unchecked)]
fn lay_out_kernel(weight: &Tensor<f32>, output: &mut [Four], from: usize, to_fours: usize, #[comptime] turned: bool) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let kernel = weight.shape(2);
    let to = ABSOLUTE_POS % to_fours * 4;
    let channel = ABSOLUTE_POS / to_fours % from;
    let place = ABSOLUTE_POS / to_fours / from;
    let mut y = place / kernel;
    let mut x = place % kernel;
    if comptime!(turned) {
        y = kernel - 1 - y;
        x = kernel - 1 - x;
    }
    let from_dim = comptime!(if turned { 0usize } else { 1 });
    let to_dim = comptime!(if turned { 1usize } else { 0 });
    let mut four = Four::new(0.0);
    if channel < weight.shape(from_dim) {
        let start = y * weight.stride(2) + x * weight.stride(3) + channel * weight.stride(from_dim);
        #[unroll]
        for lane in 0..4usize {
            four.insert(lane, weight[start + (to + lane) * weight.stride(to_dim)]);
        }
    }
    output[ABSOLUTE_POS] = four;
}

#[cube(launch_unchecked)]
fn product_kernel(
    images: &[Four],
    weight: &[Four],
    bias: ComptimeOption<&[Four]>,
    output: &mut [Four],
    geometry: GeometryArgs,
    places: usize,
    out_fours: usize,
    #[comptime] rectifies: bool,
) {
    // Neighbours have the same places and, of their several output channels, each time the next: they read the same
    // pixels, and weights side by side.
    let tiles_of_out = out_fours / comptime!(TILE_OUT);
    let first_out = ABSOLUTE_POS % tiles_of_out;
    let first_place = ABSOLUTE_POS / tiles_of_out * comptime!(TILE_PLACES);
    if first_place >= places {
        terminate!();
    }
    let places_of_image = geometry.down * geometry.across;

    // Where each place's patch begins. What lies beyond the last place repeats it, and is not written.
    let mut starts = Array::<usize>::new(TILE_PLACES);
    #[unroll]
    for p in 0..TILE_PLACES {
        let place = clamp_max(first_place + p, places - 1);
        let inside = place % places_of_image;
        starts[p] = place / places_of_image * geometry.image
            + inside / geometry.across * geometry.stride * geometry.row
            + inside % geometry.across * geometry.stride * geometry.fours;
    }

    let mut sums = Array::<Four>::new(comptime!(TILE_OUT * TILE_PLACES));
    #[unroll]
    for out in 0..TILE_OUT {
        let of_bias: ComptimeOption<Four> = bias.map(|bias| bias[first_out + out * tiles_of_out]);
        let start = of_bias.unwrap_or_else(|| Four::new(0.0));
        #[unroll]
        for p in 0..TILE_PLACES {
            sums[out * TILE_PLACES + p] = start;
        }
    }
    let mut at = first_out;
    for y in 0..geometry.kernel {
        let row = y * geometry.row;
        for step in row..row + geometry.kernel * geometry.fours {
            let mut pixels = Array::<Four>::new(TILE_PLACES);
            #[unroll]
            for p in 0..TILE_PLACES {
                pixels[p] = images[starts[p] + step];
            }
            #[unroll]
            for channel in 0..4usize {
                #[unroll]
                for out in 0..TILE_OUT {
                    let weights = weight[at + out * tiles_of_out];
                    #[unroll]
                    for p in 0..TILE_PLACES {
                        sums[out * TILE_PLACES + p] += weights * Four::new(pixels[p].extract(channel));
                    }
                }
                at += out_fours;
            }
        }
    }

    #[unroll]
    for p in 0..TILE_PLACES {
        let place = first_place + p;
        if place < places {
            #[unroll]
            for out in 0..TILE_OUT {
                let mut four = sums[out * TILE_PLACES + p];
                if comptime!(rectifies) {
                    four = relu(four);
                }
                output[place * out_fours + first_out + out * tiles_of_out] = four;
            }
        }
    }
}

/// One part of the weights' gradient: what `rows_of_part` of the rows of all outputs bring.
#[cube(launch_unchecked)]
fn weight_kernel(
    images: &[Four],
    gradient: &[Four],
    sums: &mut [Four],
    geometry: GeometryArgs,
    rows: usize,
    rows_of_part: usize,
    out_fours: usize,
) {
    let first_column = (CUBE_POS_X as usize * comptime!(GROUP[0]) + UNIT_POS_X as usize) * comptime!(TILE_IN);
    let first_out = (CUBE_POS_Y as usize * comptime!(GROUP[1]) + UNIT_POS_Y as usize) * comptime!(TILE_OUT);
    let part = CUBE_POS_Z as usize;
    let columns = geometry.kernel * geometry.kernel * geometry.fours;
    let row_columns = geometry.kernel * geometry.fours;
    if first_column >= columns {
        terminate!();
    }

    // Where in the patch each column is. An invocation at the end repeats the last one, and does not write it.
    let mut offsets = Array::<usize>::new(TILE_IN);
    #[unroll]
    for i in 0..TILE_IN {
        let column = clamp_max(first_column + i, columns - 1);
        offsets[i] = column / row_columns * geometry.row + column % row_columns;
    }

    let mut found = Array::<Four>::new(comptime!(4 * TILE_OUT * TILE_IN));
    #[unroll]
    for i in 0..comptime!(4 * TILE_OUT * TILE_IN) {
        found[i] = Four::new(0.0);
    }
    let end = clamp_max((part + 1) * rows_of_part, rows);
    let mut at = part * rows_of_part * geometry.across * out_fours + first_out;
    for row in part * rows_of_part..end {
        let mut start = row / geometry.down * geometry.image + row % geometry.down * geometry.stride * geometry.row;
        for _x in 0..geometry.across {
            let mut pixels = Array::<Four>::new(TILE_IN);
            #[unroll]
            for i in 0..TILE_IN {
                pixels[i] = images[start + offsets[i]];
            }
            #[unroll]
            for out in 0..TILE_OUT {
                let of_out = gradient[at + out];
                #[unroll]
                for lane in 0..4usize {
                    let factor = Four::new(of_out.extract(lane));
                    #[unroll]
                    for i in 0..TILE_IN {
                        found[(out * 4 + lane) * TILE_IN + i] += factor * pixels[i];
                    }
                }
            }
            start += geometry.stride * geometry.fours;
            at += out_fours;
        }
    }

    #[unroll]
    for out in 0..comptime!(4 * TILE_OUT) {
        #[unroll]
        for i in 0..TILE_IN {
            if first_column + i < columns {
                let row = (part * out_fours + first_out) * 4 + out;
                sums[row * columns + first_column + i] = found[out * TILE_IN + i];
            }
        }
    }
}

/// Adds the parts up, in PyTorch's order.
#[cube(launch_unchecked)]
fn collect_kernel(sums: &[f32], output: &mut Tensor<f32>, parts: usize, channels_filled: usize) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let window = output.shape(2) * output.shape(3);
    let place = ABSOLUTE_POS % window;
    let channel = ABSOLUTE_POS / window % output.shape(1);
    let out = ABSOLUTE_POS / window / output.shape(1);
    let per_part = output.shape(0) * window * channels_filled;
    let mut at = (out * window + place) * channels_filled + channel;
    let mut sum = 0.0f32;
    for _part in 0..parts {
        sum += sums[at];
        at += per_part;
    }
    output[ABSOLUTE_POS] = sum;
}

/// Adds up to `of_part` rows of numbers up, a column and part for each invocation.
#[cube(launch_unchecked)]
fn bias_kernel(numbers: &[f32], sums: &mut [f32], rows: usize, columns: usize, of_part: usize) {
    if ABSOLUTE_POS >= sums.len() {
        terminate!();
    }
    let part = ABSOLUTE_POS / columns;
    let mut at = part * of_part * columns + ABSOLUTE_POS % columns;
    let mut sum = 0.0f32;
    for _row in part * of_part..clamp_max((part + 1) * of_part, rows) {
        sum += numbers[at];
        at += columns;
    }
    sums[ABSOLUTE_POS] = sum;
}
