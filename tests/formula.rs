//! The network, its gradients and Adam against PyTorch's figures, on the CPU.
//!
//! `tests/data/formula.json` says how the network is filled and bears what PyTorch computed from it; `torchvision.json` has
//! the same of torchvision's network.

mod common;

use alexnet_browser::adam::Adam;
use alexnet_browser::alexnet::{AlexNet, Width};
use alexnet_browser::device;
use alexnet_browser::formula::formula;
use alexnet_browser::loss::{cross_entropy, targets};
use alexnet_browser::weights::ModelFile;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

/// Numbers the input as a tensor of the formula.
const INPUT: u32 = 1000;

fn reference() -> Value {
    serde_json::from_str(include_str!("data/formula.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn network(device: &Device) -> AlexNet {
    ModelFile::from_safetensors(&common::formula_network()).unwrap().to_model(device)
}

fn input(device: &Device) -> Tensor<4> {
    let shape = [2, 3, 224, 224];
    let values: Vec<f32> = (0..shape.iter().product::<usize>() as u32).map(|index| formula(index, INPUT)).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn loss(model: &AlexNet, device: &Device) -> Tensor<1> {
    let logits = model.clone().without_dropout().forward(input(device));
    cross_entropy(logits, targets(&[0, 3], 5, 0.0, 1.0, device))
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().try_into_vec::<f32>().unwrap().into_iter().map(f64::from).collect()
}

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} where PyTorch has {expected}");
}

/// Convolutions are shown after their ReLU, which is PyTorch's next module.
fn after_relu(name: &str) -> &str {
    match name {
        "features.0" => "features.1",
        "features.3" => "features.4",
        "features.6" => "features.7",
        "features.8" => "features.9",
        "features.10" => "features.11",
        pool => pool,
    }
}

#[test]
fn logits_and_activations_are_pytorchs() {
    let reference = reference();
    let device = device::cpu();
    let mut seen = 0;
    let logits = network(&device).forward_observed(input(&device), |name, activation| {
        let expected = &reference["activations"][after_relu(name)];
        let shape: Vec<f64> = activation.dims().iter().map(|&dim| dim as f64).collect();
        assert_eq!(shape, numbers(&expected["shape"]), "{name}");
        let found = values(activation.clone());
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        let variance = found.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (found.len() - 1) as f64;
        let deviation = number(&expected["std"]);
        assert_close(mean, number(&expected["mean"]), 1e-3 * deviation, name);
        assert_close(variance.sqrt(), deviation, 1e-3 * deviation, name);
        for (found, expected) in found.iter().zip(numbers(&expected["first8"])) {
            assert_close(*found, expected, 1e-3 * expected.abs().max(deviation), name);
        }
        seen += 1;
    });
    assert_eq!(seen, 8);
    let expected: Vec<f64> = reference["logits"].as_array().unwrap().iter().flat_map(numbers).collect();
    for (found, expected) in values(logits).iter().zip(expected) {
        assert_close(*found, expected, 1e-3, "logit");
    }
}

/// Takes the gradients out in PyTorch's layout and order.
struct Collect<'a> {
    gradients: &'a GradientsParams,
    collected: Vec<Vec<f64>>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id).expect("every parameter has a gradient");
        self.collected.push(values(if D == 2 { gradient.transpose() } else { gradient }));
    }
}

#[test]
fn gradients_are_pytorchs() {
    let reference = reference();
    let device = device::cpu().autodiff();
    let model = network(&device);
    let loss = loss(&model, &device);
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    assert_close(values(loss)[0], number(&reference["loss"]), 1e-3, "loss");
    let mut collect = Collect { gradients: &gradients, collected: Vec::new() };
    model.visit(&mut collect);
    let names = reference["tensors"].as_array().unwrap();
    assert_eq!(collect.collected.len(), names.len());
    for (found, name) in collect.collected.iter().zip(names) {
        let name = name.as_str().unwrap();
        let expected = &reference["gradients"][name];
        let norm = number(&expected["l2"]);
        assert_close(found.iter().map(|value| value * value).sum::<f64>().sqrt(), norm, 1e-3 * norm, name);
        // A sum may cancel to almost nothing, so it is held against the norm.
        let sum = number(&expected["sum"]);
        assert_close(found.iter().sum(), sum, 1e-3 * sum.abs().max(norm), name);
        let typical = norm / (found.len() as f64).sqrt();
        for (found, expected) in found.iter().zip(numbers(&expected["first4"])) {
            assert_close(*found, expected, 1e-3 * expected.abs().max(typical), name);
        }
    }
}

#[test]
fn the_full_width_is_torchvisions() {
    let reference: Value = serde_json::from_str(include_str!("data/torchvision.json")).unwrap();
    let device = device::cpu().autodiff();
    let file = ModelFile::from_safetensors(&common::formula_network_of(Width::Full)).unwrap();
    assert_eq!(file.config().width, Width::Full);
    let model = file.to_model(&device);
    let expected: Vec<f64> = reference["logits"].as_array().unwrap().iter().flat_map(numbers).collect();
    for (found, expected) in values(model.clone().without_dropout().forward(input(&device))).iter().zip(expected) {
        assert_close(*found, expected, 1e-3, "logit");
    }
    let loss = loss(&model, &device);
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    assert_close(values(loss)[0], number(&reference["loss"]), 1e-3, "loss");
    let mut collect = Collect { gradients: &gradients, collected: Vec::new() };
    model.visit(&mut collect);
    for (found, parameter) in collect.collected.iter().zip(file.config().parameters()) {
        let norm = number(&reference["gradients"][&parameter.name]);
        let found = found.iter().map(|value| value * value).sum::<f64>().sqrt();
        assert_close(found, norm, 1e-3 * norm, &parameter.name);
    }
}

#[test]
fn five_adam_losses_are_pytorchs() {
    let device = device::cpu().autodiff();
    let mut model = network(&device);
    let mut adam = Adam::default();
    for expected in numbers(&reference()["adam_lr_1e-5_loss_before_each_of_5_steps"]) {
        let loss = loss(&model, &device);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        assert_close(values(loss)[0], expected, 1e-3 * expected, "loss");
        model = adam.step(1e-5, 0.0, model, gradients);
    }
}
