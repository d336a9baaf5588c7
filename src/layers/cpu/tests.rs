//! The convolutions and their gradients against the sums of products that they are.

use std::cell::Cell;

use rayon::ThreadPoolBuilder;

use super::convolution::{convolve, gradient_of_images};
use super::geometry::Geometry;
use super::gradient::gradient_of_weight;
use super::sparse::are_sparse;
use crate::layers::Window;

thread_local! {
    /// Whether this thread computes as on a processor without vectors.
    pub static WITHOUT_VECTORS: Cell<bool> = const { Cell::new(false) };
}

/// More images than are worked on at once, and not a multiple of their number.
const BATCH: usize = 9;

/// Calls `product` with the places in output, images and weights of all that are multiplied.
fn each_product(geometry: &Geometry, mut product: impl FnMut(usize, usize, usize)) {
    let Geometry { channels, out, size: [height, width], kernel, window, places: [down, across] } = *geometry;
    for (image, to, from) in triples([BATCH, out, channels]) {
        for (y, x, place) in triples([down, across, kernel * kernel]) {
            let row = y * window.stride + place / kernel;
            let column = x * window.stride + place % kernel;
            let inside = |at: usize, side| (window.padding..side + window.padding).contains(&at);
            if inside(row, height) && inside(column, width) {
                let pixel = (row - window.padding) * width + column - window.padding;
                product(
                    ((image * out + to) * down + y) * across + x,
                    (image * channels + from) * height * width + pixel,
                    (to * channels + from) * kernel * kernel + place,
                );
            }
        }
    }
}

fn triples([a, b, c]: [usize; 3]) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a * b * c).map(move |index| (index / (b * c), index / c % b, index % c))
}

fn some_numbers(count: usize) -> Vec<f32> {
    (0..count).map(|index| ((index * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect()
}

/// Some numbers with zeros between them.
fn numbers_apart(count: usize, apart: usize) -> Vec<f32> {
    let mut numbers = some_numbers(count);
    numbers.iter_mut().enumerate().for_each(|(index, number)| *number *= f32::from(index % apart == 0));
    numbers
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 2e-5 * largest, "at {index}: {found} in place of {expected}");
    }
}

#[test]
fn convolutions_and_their_gradients_are_sums_of_products_with_vectors_and_without() {
    are_sums_of_products();
    // On threads of their own: those of other tests keep their vectors.
    let without_vectors = ThreadPoolBuilder::new().start_handler(|_| WITHOUT_VECTORS.set(true)).build().unwrap();
    without_vectors.install(are_sums_of_products);
}

fn are_sums_of_products() {
    for (kernel, stride, padding) in [(3, 1, 1), (5, 1, 2), (5, 2, 1), (9, 2, 3), (7, 3, 0), (11, 4, 2)] {
        for [channels, out, height, width] in [[3, 5, 19, 21], [1, 9, 12, 43], [6, 4, 13, 13]] {
            let window = Window { stride, padding };
            let geometry = Geometry::new([BATCH, channels, height, width], [out, channels, kernel, kernel], window);
            let weight = some_numbers(out * geometry.weights());
            let bias = some_numbers(out);
            for apart in [1, 7] {
                let images = numbers_apart(BATCH * geometry.image(), apart);
                let gradient = numbers_apart(BATCH * geometry.output(), apart);
                assert_eq!(are_sparse(&images), apart > 1);

                let mut output: Vec<f32> =
                    (0..BATCH * geometry.output()).map(|index| bias[index / geometry.count() % out]).collect();
                each_product(&geometry, |o, i, w| output[o] += images[i] * weight[w]);
                assert_close(&convolve(&images, &weight, &bias, &geometry), &output);

                let mut of_weight = vec![0.0; weight.len()];
                each_product(&geometry, |o, i, w| of_weight[w] += gradient[o] * images[i]);
                assert_close(&gradient_of_weight(&images, &gradient, &geometry), &of_weight);

                if stride == 1 {
                    let mut of_images = vec![0.0; images.len()];
                    each_product(&geometry, |o, i, w| of_images[i] += gradient[o] * weight[w]);
                    assert_close(&gradient_of_images(&weight, &gradient, &geometry), &of_images);
                }
            }
        }
    }
}
