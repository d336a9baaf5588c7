//! The network: AlexNet at half width, as the PyTorch flower tutorial builds it (`module.py`), or at full width, as
//! torchvision does.
//!
//! The first is one of the two GPU halves of A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet Classification with Deep
//! Convolutional Neural Networks" (2012), with 2048 units in the hidden layers; the second is A. Krizhevsky, "One weird
//! trick for parallelizing convolutional neural networks" (2014).

use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Distribution, Tensor};

use crate::layers::{self, Window, convolve};
use crate::preprocess::IMAGE_SIZE;

/// A convolution's kernel, which is square, and how it moves.
struct Convolution {
    kernel: usize,
    window: Window,
    /// Whether a max pool follows.
    pooled: bool,
}

const fn convolution([kernel, stride, padding]: [usize; 3], pooled: bool) -> Convolution {
    Convolution { kernel, window: Window { stride, padding }, pooled }
}

const CONVOLUTIONS: [Convolution; 5] = [
    convolution([11, 4, 2], true),
    convolution([5, 1, 2], true),
    convolution([3, 1, 1], false),
    convolution([3, 1, 1], false),
    convolution([3, 1, 1], true),
];
/// Red, green and blue.
const IMAGE_CHANNELS: usize = 3;
const POOL_KERNEL: usize = 3;
const POOL_STRIDE: usize = 2;
const DROPOUT: f64 = 0.5;

/// Values of each of the maps that the convolutions hand to the classifier.
const MAP: usize = 6 * 6;

/// PyTorch's names of the convolutions and the fully connected layers, in order.
const LAYER_NAMES: [&str; 8] = [
    "features.0",
    "features.3",
    "features.6",
    "features.8",
    "features.10",
    "classifier.1",
    "classifier.4",
    "classifier.6",
];
/// PyTorch's name of the last convolution.
pub const LAST_CONVOLUTION: &str = LAYER_NAMES[CONVOLUTIONS.len() - 1];
/// PyTorch's names of the max pools, in order.
const POOL_NAMES: [&str; 3] = ["features.2", "features.5", "features.12"];

/// How many channels and units the layers have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// The tutorial's.
    #[default]
    Half,
    /// torchvision's.
    Full,
}

/// What a network is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlexNetConfig {
    /// How wide it is.
    pub width: Width,
    /// Number of classes, at least 1.
    pub classes: usize,
}

/// AlexNet.
#[derive(Module, Debug)]
pub struct AlexNet {
    conv1: Weighted<4>,
    conv2: Weighted<4>,
    conv3: Weighted<4>,
    conv4: Weighted<4>,
    conv5: Weighted<4>,
    dropout: Dropout,
    fc1: Weighted<2>,
    fc2: Weighted<2>,
    fc3: Weighted<2>,
}

/// A parameter as PyTorch's `state_dict` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// PyTorch's name, such as `features.0.weight`.
    pub name: String,
    /// PyTorch's shape: `[out, in, height, width]`, `[out, in]` or `[out]`.
    pub shape: Vec<usize>,
}

/// One row of the layer table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// PyTorch's name of its module, such as `features.0`.
    pub module: &'static str,
    /// What it is, such as `conv1 + ReLU`.
    pub name: String,
    /// Shape of what goes in, without the batch: `[channels, height, width]` or `[units]`.
    pub input: Vec<usize>,
    /// Kernel, stride and padding, where the layer has them.
    pub window: Option<[usize; 3]>,
    /// Shape of what comes out, without the batch.
    pub output: Vec<usize>,
    /// Number of weights and biases.
    pub parameters: usize,
    /// Multiplications, each with its addition, that one image takes; those of biases, ReLU and max pools do not count.
    pub multiply_adds: usize,
}

impl Width {
    /// The width whose first layer has so many channels.
    pub fn of(first_channels: usize) -> Option<Self> {
        [Self::Half, Self::Full].into_iter().find(|width| width.channels()[0] == first_channels)
    }

    /// Channels of what each convolution gives.
    fn channels(self) -> [usize; CONVOLUTIONS.len()] {
        match self {
            Self::Half => [48, 128, 192, 192, 128],
            Self::Full => [64, 192, 384, 256, 256],
        }
    }

    /// Units in each of the two hidden layers.
    pub fn hidden(self) -> usize {
        match self {
            Self::Half => 2048,
            Self::Full => 4096,
        }
    }
}

impl AlexNetConfig {
    /// The tutorial's network for this many classes.
    pub fn new(classes: usize) -> Self {
        Self { width: Width::Half, classes }
    }

    /// A network with random weights, drawn as the tutorial draws them: Kaiming's normal distribution over the fan-out
    /// for convolutions (He et al., 2015), a normal distribution of deviation 0.01 for fully connected layers, biases 0.
    ///
    /// The draw follows the device's seed; see [`Device::seed`].
    pub fn init(&self, device: &Device) -> AlexNet {
        let conv = |(shape, [input, out]): (&Convolution, [usize; 2])| {
            let fan_out = out * shape.kernel * shape.kernel;
            Weighted::drawn([out, input, shape.kernel, shape.kernel], out, (2.0 / fan_out as f64).sqrt(), device)
        };
        let [conv1, conv2, conv3, conv4, conv5] = self.convolutions().map(conv);
        let [fc1, fc2, fc3] = self.linear_shapes().map(|[input, output]| linear(input, output, device));
        AlexNet { conv1, conv2, conv3, conv4, conv5, dropout: DropoutConfig::new(DROPOUT).init(), fc1, fc2, fc3 }
    }

    /// The parameters in PyTorch's order, which is also the order in which Burn visits the module.
    ///
    /// Burn keeps the weights of fully connected layers the other way round, `[in, out]`.
    pub fn parameters(&self) -> Vec<Parameter> {
        let convolutions = self.convolutions();
        let convolutions = convolutions.iter().map(|(conv, [input, out])| vec![*out, *input, conv.kernel, conv.kernel]);
        let linears = self.linear_shapes().map(|[input, out]| vec![out, input]);
        convolutions
            .chain(linears)
            .zip(LAYER_NAMES)
            .flat_map(|(shape, name)| {
                let bias = vec![shape[0]];
                [("weight", shape), ("bias", bias)]
                    .map(|(kind, shape)| Parameter { name: format!("{name}.{kind}"), shape })
            })
            .collect()
    }

    /// The layer table: one row a layer, shapes and counts computed from the configuration.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut side = IMAGE_SIZE;
        let mut modules = LAYER_NAMES.into_iter();
        let mut pools = POOL_NAMES.into_iter();
        for (index, (conv, [input, out])) in self.convolutions().into_iter().enumerate() {
            let convolved = conv.window.places(side, conv.kernel);
            layers.push(Layer {
                module: modules.next().expect("each layer has a name"),
                name: format!("conv{} + ReLU", index + 1),
                input: vec![input, side, side],
                window: Some([conv.kernel, conv.window.stride, conv.window.padding]),
                output: vec![out, convolved, convolved],
                parameters: out * (input * conv.kernel * conv.kernel + 1),
                multiply_adds: out * convolved * convolved * input * conv.kernel * conv.kernel,
            });
            side = convolved;
            if conv.pooled {
                let pooled = (side - POOL_KERNEL) / POOL_STRIDE + 1;
                layers.push(Layer {
                    module: pools.next().expect("each pool has a name"),
                    name: "max pool".into(),
                    input: vec![out, side, side],
                    window: Some([POOL_KERNEL, POOL_STRIDE, 0]),
                    output: vec![out, pooled, pooled],
                    parameters: 0,
                    multiply_adds: 0,
                });
                side = pooled;
            }
        }
        let names = ["dropout, fc1 + ReLU", "dropout, fc2 + ReLU", "fc3"];
        for ((name, [input, out]), module) in names.into_iter().zip(self.linear_shapes()).zip(modules) {
            layers.push(Layer {
                module,
                name: name.into(),
                input: vec![input],
                window: None,
                output: vec![out],
                parameters: out * (input + 1),
                multiply_adds: out * input,
            });
        }
        layers
    }

    /// The convolutions with their channels, `[in, out]`.
    fn convolutions(&self) -> [(&'static Convolution, [usize; 2]); CONVOLUTIONS.len()] {
        let channels = self.width.channels();
        let input = |index: usize| if index == 0 { IMAGE_CHANNELS } else { channels[index - 1] };
        std::array::from_fn(|index| (&CONVOLUTIONS[index], [input(index), channels[index]]))
    }

    /// `[in, out]` of the fully connected layers.
    fn linear_shapes(&self) -> [[usize; 2]; 3] {
        let hidden = self.width.hidden();
        let [.., maps] = self.width.channels();
        [[maps * MAP, hidden], [hidden, hidden], [hidden, self.classes]]
    }
}

impl AlexNet {
    /// What it was built from.
    pub fn config(&self) -> AlexNetConfig {
        let [first_channels, ..] = self.conv1.weight.lazy_shape().dims::<4>();
        let [_, classes] = self.fc3.weight.lazy_shape().dims();
        AlexNetConfig { width: Width::of(first_channels).expect("networks are built of a known width"), classes }
    }

    /// The logits of a batch of images. Dropout is active on a training device only (see [`Module::train`]).
    ///
    /// # Shapes
    /// - images: `[batch, 3, 224, 224]`, normalised
    /// - output: `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_observed(images, |_, _| ())
    }

    /// [`Self::forward`], showing what every convolution (after its ReLU) and every max pool gives, under PyTorch's
    /// name of the layer, as it is computed.
    pub fn forward_observed(&self, images: Tensor<4>, observe: impl FnMut(&'static str, &Tensor<4>)) -> Tensor<2> {
        self.head(self.features_observed(images, observe))
    }

    /// What the last layer decides on: `[batch, 3, 224, 224]` to `[batch, hidden units]`.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        self.features_observed(images, |_, _| ())
    }

    fn features_observed(&self, images: Tensor<4>, mut observe: impl FnMut(&'static str, &Tensor<4>)) -> Tensor<2> {
        let convolutions = [&self.conv1, &self.conv2, &self.conv3, &self.conv4, &self.conv5];
        let mut pool_names = POOL_NAMES.iter();
        let mut x = images;
        for ((layer, shape), name) in convolutions.into_iter().zip(&CONVOLUTIONS).zip(LAYER_NAMES) {
            x = convolve(x, layer.weight.val(), layer.bias.val(), shape.window);
            observe(name, &x);
            if shape.pooled {
                x = max_pool(x);
                if let Some(name) = pool_names.next() {
                    observe(name, &x);
                }
            }
        }
        let [_, features] = self.hidden(x.flatten(1, 3));
        features
    }

    /// What each fully connected layer makes of the last convolution's maps: the two hidden layers after their ReLU, and
    /// the logits.
    ///
    /// # Shapes
    /// - maps: `[batch, 128 or 256, 13, 13]`, after their ReLU
    /// - output: `[batch, hidden units]` twice, `[batch, classes]`
    pub fn classify_maps(&self, maps: Tensor<4>) -> [Tensor<2>; 3] {
        let [first, second] = self.hidden(max_pool(maps).flatten(1, 3));
        let logits = self.head(second.clone());
        [first, second, logits]
    }

    /// The first convolution's weights, which look at pixels: `[48 or 64, 3, 11, 11]`.
    pub fn filters(&self) -> Tensor<4> {
        self.conv1.weight.val()
    }

    /// The last layer: `[batch, hidden units]` to the logits, `[batch, classes]`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        connect(&self.fc3, features, false)
    }

    /// The network with a new last layer for this many classes, drawn as [`AlexNetConfig::init`] draws it.
    pub fn with_new_head(mut self, classes: usize, device: &Device) -> Self {
        self.fc3 = linear(self.config().width.hidden(), classes, device);
        self
    }

    /// The network without dropout, whose gradients are a function of its weights and input alone.
    pub fn without_dropout(mut self) -> Self {
        self.dropout.prob = 0.0;
        self
    }

    /// Both hidden layers: of the flattened maps, and of what the first gives.
    fn hidden(&self, features: Tensor<2>) -> [Tensor<2>; 2] {
        let first = connect(&self.fc1, self.dropout.forward(features), true);
        let second = connect(&self.fc2, self.dropout.forward(first.clone()), true);
        [first, second]
    }
}

/// A layer's parameters. Burn's own layers would do, but that some of the ways in which they can be drawn take a good part
/// of Burn into the engine.
#[derive(Module, Debug)]
struct Weighted<const D: usize> {
    /// `[out, in, kernel, kernel]` or `[in, out]`
    weight: Param<Tensor<D>>,
    bias: Param<Tensor<1>>,
}

impl<const D: usize> Weighted<D> {
    /// Weights of a normal distribution and biases of 0, which are made when they are first asked for, if nothing has taken
    /// their place.
    fn drawn(shape: [usize; D], out: usize, deviation: f64, device: &Device) -> Self {
        let draw = move |device: &Device, require_grad| {
            let weight = Tensor::random(shape, Distribution::Normal(0.0, deviation), device);
            if require_grad { weight.require_grad() } else { weight }
        };
        let zeros = move |device: &Device, require_grad| {
            let bias = Tensor::zeros([out], device);
            if require_grad { bias.require_grad() } else { bias }
        };
        Self {
            weight: Param::uninitialized(ParamId::new(), draw, device.clone(), true, shape.into()),
            bias: Param::uninitialized(ParamId::new(), zeros, device.clone(), true, [out].into()),
        }
    }
}

fn linear(input: usize, output: usize, device: &Device) -> Weighted<2> {
    Weighted::drawn([input, output], output, 0.01, device)
}

fn connect(layer: &Weighted<2>, x: Tensor<2>, rectify: bool) -> Tensor<2> {
    layers::linear(x, layer.weight.val(), layer.bias.val(), rectify)
}

fn max_pool(x: Tensor<4>) -> Tensor<4> {
    layers::max_pool(x, POOL_KERNEL, POOL_STRIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_table_is_the_tutorials() {
        let layers = AlexNetConfig::new(5).layers();
        let outputs: Vec<_> = layers.iter().map(|layer| layer.output.clone()).collect();
        assert_eq!(
            outputs,
            [
                vec![48, 55, 55],
                vec![48, 27, 27],
                vec![128, 27, 27],
                vec![128, 13, 13],
                vec![192, 13, 13],
                vec![192, 13, 13],
                vec![128, 13, 13],
                vec![128, 6, 6],
                vec![2048],
                vec![2048],
                vec![5],
            ]
        );
        for pair in layers.windows(2).take(7) {
            assert_eq!(pair[0].output, pair[1].input);
        }
        let in_table: usize = layers.iter().map(|layer| layer.parameters).sum();
        assert_eq!(in_table, 14_591_685);
        // The first convolution's, the last layer's and all.
        let multiply_adds: Vec<usize> = layers.iter().map(|layer| layer.multiply_adds).collect();
        assert_eq!((multiply_adds[0], multiply_adds[10]), (55 * 55 * 48 * 363, 2048 * 5));
        assert_eq!(multiply_adds.iter().sum::<usize>(), 309_154_064);
    }

    #[test]
    fn table_parameters_and_module_agree() {
        for (width, classes) in [(Width::Half, 1), (Width::Half, 5), (Width::Half, 1000), (Width::Full, 3)] {
            let config = AlexNetConfig { width, classes };
            let in_table: usize = config.layers().iter().map(|layer| layer.parameters).sum();
            let in_state_dict: usize =
                config.parameters().iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
            let model = config.init(&crate::device::cpu());
            assert_eq!(in_table, in_state_dict);
            assert_eq!(in_table, model.num_params());
            assert_eq!(model.config(), config);
        }
    }

    #[test]
    fn the_full_width_is_torchvisions() {
        let config = AlexNetConfig { width: Width::Full, classes: 1000 };
        assert_eq!(config.layers().iter().map(|layer| layer.parameters).sum::<usize>(), 61_100_840);
        assert_eq!(config.parameters()[10].shape, [4096, 9216]);
    }
}
