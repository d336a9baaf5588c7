//! The layers as operations of Burn's backends: forwards, and what it takes to learn.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Tensor, TensorData};
#[cfg(any(feature = "gpu", feature = "vulkan"))]
use burn_cubecl::CubeBackend;

use super::Window;
use super::cpu::{self, geometry::Geometry};
#[cfg(any(feature = "gpu", feature = "vulkan"))]
use super::gpu::{connections, convolution, pool};

/// The convolution of images with a layer's kernels, and the ReLU that follows each.
///
/// # Shapes
/// - images: `[batch, channels in, height, width]`
/// - weight: `[channels out, channels in, kernel, kernel]`
/// - bias: `[channels out]`
/// - output: `[batch, channels out, places, places]`
pub fn convolve(images: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, window: Window) -> Tensor<4> {
    let [images, weight] = [images, weight].map(Tensor::into_dispatch);
    Tensor::from_dispatch(Dispatch::convolve(images, weight, bias.into_dispatch(), window))
}

/// The largest number in each place of a square kernel, which moves by `stride` pixels.
///
/// # Shapes
/// - images: `[batch, channels, height, width]`
/// - output: `[batch, channels, places, places]`
pub fn max_pool(images: Tensor<4>, kernel: usize, stride: usize) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::max_pool(images.into_dispatch(), kernel, stride))
}

/// What a fully connected layer makes of its inputs, with its ReLU where it has one.
///
/// # Shapes
/// - inputs: `[batch, from]`
/// - weight: `[from, to]`
/// - bias: `[to]`
/// - output: `[batch, to]`
pub fn linear(inputs: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, rectify: bool) -> Tensor<2> {
    let [inputs, weight] = [inputs, weight].map(Tensor::into_dispatch);
    Tensor::from_dispatch(Dispatch::fully_connected(inputs, weight, bias.into_dispatch(), rectify))
}

/// What a backend does for [`convolve`], [`max_pool`] and [`linear`]; where it says nothing else, that is what Burn does.
#[backend_extension(
    Cube: cfg(any(feature = "gpu", feature = "vulkan")),
    Flex,
    Autodiff,
    Fusion: cfg(feature = "vulkan")
)]
trait Layers: Backend {
    /// See [`convolve`].
    #[fusion(dtype = images, shape = output_shape(images, weight, window))]
    fn convolve(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self>;

    /// The gradient of what a ReLU was given, from its output and the gradient of that.
    #[fusion(dtype = output, shape = output)]
    fn gradient_before_relu(output: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::relu_backward(output, gradient)
    }

    /// The gradient of the images, which are only looked at for their shape, from that of the output, for a stride of 1.
    #[fusion(dtype = images, shape = images)]
    fn gradient_of_images(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        Self::conv2d_x_backward(images, weight, gradient, window.options())
    }

    /// The gradient of the weights, which are only looked at for their shape, from that of the output.
    #[fusion(dtype = weight, shape = weight)]
    fn gradient_of_weight(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        Self::conv2d_weight_backward(images, weight, gradient, window.options())
    }

    /// The gradient of the bias, which is only looked at for its shape, as are the images, from that of the output.
    #[fusion(dtype = bias, shape = bias)]
    fn gradient_of_bias(
        images: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::conv2d_bias_backward(images, bias, gradient)
    }

    /// See [`max_pool`].
    #[fusion(dtype = images, shape = pooled_shape(images, *kernel, *stride))]
    fn max_pool(images: FloatTensor<Self>, kernel: usize, stride: usize) -> FloatTensor<Self> {
        Self::max_pool2d(images, [kernel; 2], [stride; 2], [0; 2], [1; 2], false)
    }

    /// See [`linear`].
    #[fusion(dtype = inputs, shape = Shape::new([inputs[0], weight[1]]))]
    fn fully_connected(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self>;

    /// The gradient of the inputs, which are only looked at for their shape, from that of the output.
    #[fusion(dtype = inputs, shape = inputs)]
    fn gradient_of_inputs(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let _ = inputs;
        Self::linear_x_backward(weight, gradient)
    }

    /// The gradient of the weights, which are only looked at for their shape, from that of the output.
    #[fusion(dtype = weight, shape = weight)]
    fn gradient_of_connections(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let _ = weight;
        Self::linear_weight_backward(inputs, gradient)
    }
}

fn output_shape(images: &Shape, weight: &Shape, window: &Window) -> Shape {
    let [batch, _, height, width] = images.dims();
    let [out, _, kernel, _] = weight.dims();
    Shape::new([batch, out, window.places(height, kernel), window.places(width, kernel)])
}

fn pooled_shape(images: &Shape, kernel: usize, stride: usize) -> Shape {
    let [batch, channels, height, width] = images.dims();
    let window = Window { stride, padding: 0 };
    Shape::new([batch, channels, window.places(height, kernel), window.places(width, kernel)])
}

impl Layers for Flex {
    fn convolve(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        let geometry = Geometry::new(images.shape().dims(), weight.shape().dims(), window);
        let shape = output_shape(&images.shape(), &weight.shape(), &window);
        let [images, weight, bias] = [images, weight, bias].map(|tensor| tensor.to_contiguous());
        let mut output = cpu::convolution::convolve(numbers(&images), numbers(&weight), numbers(&bias), &geometry);
        cpu::relu::rectify(&mut output);
        tensor(output, shape)
    }

    fn gradient_before_relu(output: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let [output, mut gradient] = [output, gradient].map(|tensor| tensor.to_contiguous());
        cpu::relu::gradient(numbers(&output), gradient.storage_mut());
        gradient
    }

    fn gradient_of_images(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        let geometry = Geometry::new(images.shape().dims(), weight.shape().dims(), window);
        let [weight, gradient] = [weight, gradient].map(|tensor| tensor.to_contiguous());
        let found = cpu::convolution::gradient_of_images(numbers(&weight), numbers(&gradient), &geometry);
        tensor(found, images.shape())
    }

    fn gradient_of_weight(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        let geometry = Geometry::new(images.shape().dims(), weight.shape().dims(), window);
        let [images, gradient] = [images, gradient].map(|tensor| tensor.to_contiguous());
        let found = cpu::gradient::gradient_of_weight(numbers(&images), numbers(&gradient), &geometry);
        tensor(found, weight.shape())
    }

    fn max_pool(images: FloatTensor<Self>, kernel: usize, stride: usize) -> FloatTensor<Self> {
        let shape = pooled_shape(&images.shape(), kernel, stride);
        let [_, _, height, width] = images.shape().dims();
        let images = images.to_contiguous();
        tensor(cpu::pool::max_pool(numbers(&images), [height, width], kernel, stride), shape)
    }

    fn fully_connected(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self> {
        let shape = Shape::new([inputs.shape()[0], bias.shape()[0]]);
        let [inputs, weight, bias] = [inputs, weight, bias].map(|tensor| tensor.to_contiguous());
        let mut output = cpu::connections::linear(numbers(&inputs), numbers(&weight), numbers(&bias));
        if rectify {
            cpu::relu::rectify(&mut output);
        }
        tensor(output, shape)
    }
}

/// What a tensor on the CPU holds, which is in single precision and in one piece.
fn numbers(tensor: &FloatTensor<Flex>) -> &[f32] {
    tensor.as_slice().expect("a tensor in one piece")
}

fn tensor(numbers: Vec<f32>, shape: Shape) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(numbers, shape))
}

#[cfg(any(feature = "gpu", feature = "vulkan"))]
impl Layers for CubeBackend {
    fn convolve(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::convolve(images, weight, bias, window)
    }

    fn gradient_before_relu(output: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        match output.shape().num_dims() {
            4 => convolution::gradient_before_relu(output, gradient),
            _ => connections::gradient_before_relu(output, gradient),
        }
    }

    fn gradient_of_images(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        let _ = images;
        convolution::gradient_of_images(weight, gradient, window)
    }

    fn gradient_of_weight(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::gradient_of_weight(images, weight.shape(), gradient, window)
    }

    fn gradient_of_bias(
        images: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let _ = (images, bias);
        convolution::gradient_of_bias(gradient)
    }

    fn max_pool(images: FloatTensor<Self>, kernel: usize, stride: usize) -> FloatTensor<Self> {
        pool::max_pool(images, kernel, stride)
    }

    fn fully_connected(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self> {
        connections::linear(inputs, weight, bias, rectify)
    }

    fn gradient_of_inputs(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        connections::gradient_of_inputs(inputs, weight, gradient)
    }

    fn gradient_of_connections(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        connections::gradient_of_weight(inputs, weight, gradient)
    }
}

impl<B: Backend + Layers, C: CheckpointStrategy> Layers for Autodiff<B, C> {
    fn convolve(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct ConvolutionBackward;

        impl<B: Backend + Layers> Backward<B, 3> for ConvolutionBackward {
            type State = ([NodeId; 3], FloatTensor<B>, Window);

            fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
                let (nodes, output, window) = ops.state;
                let gradient = B::gradient_before_relu(output, gradients.consume::<B>(&ops.node));
                let [images, weight, bias] = nodes.map(|node| checkpointer.retrieve_node_output(node));
                let (images, weight): (FloatTensor<B>, FloatTensor<B>) = (images, weight);
                let [of_images, of_weight, of_bias] = ops.parents;
                if let Some(node) = of_images {
                    let found = B::gradient_of_images(images.clone(), weight.clone(), gradient.clone(), window);
                    gradients.register::<B>(node.id, found);
                }
                if let Some(node) = of_weight {
                    let found = B::gradient_of_weight(images.clone(), weight, gradient.clone(), window);
                    gradients.register::<B>(node.id, found);
                }
                if let Some(node) = of_bias {
                    gradients.register::<B>(node.id, B::gradient_of_bias(images, bias, gradient));
                }
            }
        }

        let nodes = [images.node(), weight.node(), bias.node()];
        match ConvolutionBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut preparation) => {
                let nodes = [&images, &weight, &bias].map(|tensor| preparation.checkpoint(tensor));
                let output =
                    B::convolve(images.into_primitive(), weight.into_primitive(), bias.into_primitive(), window);
                preparation.finish((nodes, output.clone(), window), output)
            }
            OpsKind::UnTracked(preparation) => preparation.finish(B::convolve(
                images.into_primitive(),
                weight.into_primitive(),
                bias.into_primitive(),
                window,
            )),
        }
    }

    fn fully_connected(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct FullyConnectedBackward;

        impl<B: Backend + Layers> Backward<B, 3> for FullyConnectedBackward {
            /// With the output, where a ReLU made it.
            type State = ([NodeId; 2], Option<FloatTensor<B>>);

            fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
                let (nodes, output) = ops.state;
                let gradient = gradients.consume::<B>(&ops.node);
                let gradient = match output {
                    Some(output) => B::gradient_before_relu(output, gradient),
                    None => gradient,
                };
                let [inputs, weight] = nodes.map(|node| checkpointer.retrieve_node_output(node));
                let (inputs, weight): (FloatTensor<B>, FloatTensor<B>) = (inputs, weight);
                let [of_inputs, of_weight, of_bias] = ops.parents;
                if let Some(node) = of_inputs {
                    let found = B::gradient_of_inputs(inputs.clone(), weight.clone(), gradient.clone());
                    gradients.register::<B>(node.id, found);
                }
                if let Some(node) = of_weight {
                    let found = B::gradient_of_connections(inputs, weight, gradient.clone());
                    gradients.register::<B>(node.id, found);
                }
                if let Some(node) = of_bias {
                    gradients.register::<B>(node.id, B::linear_bias_backward(gradient));
                }
            }
        }

        let nodes = [inputs.node(), weight.node(), bias.node()];
        match FullyConnectedBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut preparation) => {
                let nodes = [&inputs, &weight].map(|tensor| preparation.checkpoint(tensor));
                let [inputs, weight, bias] = [inputs, weight, bias].map(|tensor| tensor.into_primitive());
                let output = B::fully_connected(inputs, weight, bias, rectify);
                preparation.finish((nodes, rectify.then(|| output.clone())), output)
            }
            OpsKind::UnTracked(preparation) => preparation.finish(B::fully_connected(
                inputs.into_primitive(),
                weight.into_primitive(),
                bias.into_primitive(),
                rectify,
            )),
        }
    }
}
