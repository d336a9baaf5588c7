//! A rehearsal, while the weights are on their way: a GPU's programs are compiled when they are first asked for, which takes
//! longer than to run them.

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

use burn::tensor::{Device, Tensor, TensorData};

use crate::input;
use crate::layers::{Window, convolve, linear, max_pool};
use crate::preprocess::{Pixels, Preprocessing};
use crate::weights::matrix_of_bytes;

/// What goes into and comes out of the layers: as little as there are programs for.
const CHANNELS: [usize; 2] = [4, 16];
const SIDE: usize = 5;
const WINDOW: Window = Window { stride: 1, padding: 1 };
const KERNEL: usize = 3;

/// Puts nothing but zeros through each kind of layer that the answer for one photo takes, so that the device has compiled
/// what it needs for that. Between two of them others get their turn, and a browser sends on what it was told. The device is
/// a plain one, without gradients.
pub async fn rehearse(device: &Device) {
    let [from, to] = CHANNELS;
    input::to_tensor(&[Pixels::black()], Preprocessing::Tutorial, device);
    take_turns().await;
    let weight = zeros([to, from, KERNEL, KERNEL], device);
    let images = convolve(zeros([1, from, SIDE, SIDE], device), weight, zeros([to], device), WINDOW);
    take_turns().await;
    let maps = max_pool(images, KERNEL, 2).flatten::<2>(1, 3);
    take_turns().await;
    let [_, features] = maps.dims();
    let weight = matrix(features, to, device);
    take_turns().await;
    let hidden = linear(maps, weight, zeros([to], device), true);
    take_turns().await;
    // Not a multiple of 4, as the classes of the model that comes with the page.
    linear(hidden, matrix(to, 1, device), zeros([1], device), false);
}

/// Comes back after whatever else is due.
async fn take_turns() {
    let mut is_due = false;
    poll_fn(|context| {
        if mem::replace(&mut is_due, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(vec![0.0_f32; shape.iter().product()], shape), device)
}

fn matrix(inputs: usize, outputs: usize, device: &Device) -> Tensor<2> {
    matrix_of_bytes(&vec![0; inputs * outputs], &vec![0.0; outputs], device)
}
