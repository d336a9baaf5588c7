//! What explains an answer: against PyTorch's figures, and on a network and pictures whose reasons are known.
//!
//! `tests/data/explain.json` says how PyTorch's figures were made.

mod common;

use std::ops::ControlFlow;

use alexnet_browser::alexnet::{AlexNet, AlexNetConfig};
use alexnet_browser::device;
use alexnet_browser::error::{Error, Result};
use alexnet_browser::explain::{HeatMap, Occlusion, activations, filters, grad_cam, occlusion};
use alexnet_browser::formula::formula;
use alexnet_browser::input::to_tensor;
use alexnet_browser::metrics::argmax;
use alexnet_browser::preprocess::Preprocessing;
use alexnet_browser::weights::ModelFile;
use burn::tensor::{Tensor, TensorData};
use image::{Rgb, RgbImage};
use pollster::block_on;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::Value;

/// How far a figure may be from PyTorch's.
const TOLERANCE: f64 = 1e-3;
const GREY: Rgb<u8> = Rgb([128; 3]);
const RED: Rgb<u8> = Rgb([255, 0, 0]);
const BLUE: Rgb<u8> = Rgb([0, 0, 255]);

fn reference() -> Value {
    serde_json::from_str(include_str!("data/explain.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let apart = (f64::from(*found) - expected).abs();
        assert!(apart <= TOLERANCE, "{what} {index}: {found} where PyTorch has {expected}");
    }
}

fn formula_network() -> AlexNet {
    ModelFile::from_safetensors(&common::formula_network()).unwrap().to_model(&device::cpu())
}

fn formula_picture() -> Tensor<4> {
    let values: Vec<f32> = (0..3 * 224 * 224).map(|index| formula(index, 1000)).collect();
    Tensor::from_data(TensorData::new(values, [1, 3, 224, 224]), &device::cpu())
}

#[test]
fn grad_cam_is_pytorchs() {
    let model = formula_network();
    for expected in reference()["grad_cam"].as_array().unwrap() {
        let class = expected["class"].as_u64().unwrap() as usize;
        let found = block_on(grad_cam(&model, formula_picture(), class)).unwrap();
        let maximum = expected["maximum"].as_f64().unwrap();
        assert!((f64::from(found.heat_map.maximum()) / maximum - 1.0).abs() <= TOLERANCE, "{found:?}");
        assert_close(found.heat_map.values(), &numbers(&expected["values"]), "heat");
    }
}

/// Occlusion without a break.
fn cover(model: &AlexNet, image: Tensor<4>, class: usize) -> Result<Occlusion> {
    match block_on(occlusion(model, image, class, async || ControlFlow::Continue(())))? {
        ControlFlow::Continue(found) => Ok(found),
        ControlFlow::Break(()) => unreachable!("nobody asked for it"),
    }
}

#[test]
fn occlusion_ends_where_it_is_told_to() {
    let mut pauses = 0;
    let end_at_the_second = async || {
        pauses += 1;
        if pauses == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let found = block_on(occlusion(&formula_network(), formula_picture(), 0, end_at_the_second)).unwrap();
    assert_eq!((found, pauses), (ControlFlow::Break(()), 2));
}

#[test]
fn occlusion_is_pytorchs() {
    let expected = &reference()["occlusion"];
    let class = expected["class"].as_u64().unwrap() as usize;
    let found = cover(&formula_network(), formula_picture(), class).unwrap();
    assert_close(&[found.probability], &[expected["probability"].as_f64().unwrap()], "probability");
    assert_close(&found.drops, &numbers(&expected["drops"]), "drop");
    assert_eq!((found.heat_map.side(), found.drops.len()), (7, 49));
}

#[test]
fn activations_are_pytorchs_and_fit_the_layer_table() {
    let outputs = block_on(activations(&formula_network(), formula_picture())).unwrap();
    let layers: Vec<_> = outputs.iter().map(|output| output.layer.clone()).collect();
    assert_eq!(layers, AlexNetConfig::new(5).layers());
    for (output, expected) in outputs.iter().zip(reference()["strengths"].as_array().unwrap()) {
        assert_close(&output.strengths[..4], &numbers(expected), &output.layer.name);
        let shape = &output.layer.output;
        assert_eq!(output.strengths.len(), shape[0]);
        let pixels: usize = output.maps.iter().map(|map| map.as_raw().len()).sum();
        assert_eq!(pixels, shape.iter().product::<usize>());
        let strongest = output.strongest(3);
        assert_eq!(strongest[0].0, argmax(&output.strengths));
        assert!(strongest[0].1 >= strongest[1].1 && strongest[1].1 >= strongest[2].1);
    }
}

#[test]
fn filters_are_pictures_of_the_first_layers_weights() {
    let filters = block_on(filters(&formula_network())).unwrap();
    assert_eq!(filters.len(), 48);
    assert!(filters.iter().all(|filter| filter.dimensions() == (11, 11)));
    // Each reaches black or white, and none is flat.
    assert!(filters.iter().all(|filter| filter.as_raw().iter().any(|&value| value <= 1 || value == 255)));
    // Green at row 2, column 3 of the second filter.
    let weight = |index: u32| formula(index, 0);
    let of_filter: Vec<f32> = (363..726).map(weight).collect();
    let largest = of_filter.iter().fold(0.0, |largest: f32, weight| largest.max(weight.abs()));
    let expected = (of_filter[121 + 2 * 11 + 3] / largest * 127.0 + 128.0).round() as u8;
    assert!(filters[1].get_pixel(3, 2).0[1].abs_diff(expected) <= 1);
}

/// A network of three classes that knows what it looks at: class 0 is how much of the picture is red, class 1 how much of
/// it is blue, class 2 nothing.
fn colour_network() -> AlexNet {
    let tensors: Vec<_> = AlexNetConfig::new(3)
        .parameters()
        .into_iter()
        .map(|parameter| {
            let mut values = vec![0.0f32; parameter.shape.iter().product()];
            for sensor in 0..2 {
                set_path(&parameter.name, &parameter.shape, sensor, &mut values);
            }
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (parameter, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(parameter, bytes)| {
        (&parameter.name, TensorView::new(Dtype::F32, parameter.shape.clone(), bytes).unwrap())
    });
    let file = safetensors::serialize(views, None).unwrap();
    ModelFile::from_safetensors(&file).unwrap().to_model(&device::cpu())
}

/// Sends red (sensor 0) or blue (sensor 1) through the channel and the units of its number to the class of its number.
fn set_path(name: &str, shape: &[usize], sensor: usize, values: &mut [f32]) {
    const FEATURES_PER_MAP: usize = 36;
    match (name, shape) {
        ("features.0.weight", [_, planes, height, width]) => {
            let centre = height / 2 * width + width / 2;
            for plane in 0..*planes {
                let weight = if plane == 2 * sensor { 1.0 } else { -0.5 };
                values[(sensor * planes + plane) * height * width + centre] = weight;
            }
        }
        (_, [_, channels, height, width]) => {
            values[(sensor * channels + sensor) * height * width + height / 2 * width + width / 2] = 1.0;
        }
        ("classifier.1.weight", [_, features]) => {
            let from = sensor * features + sensor * FEATURES_PER_MAP;
            values[from..from + FEATURES_PER_MAP].fill(1.0);
        }
        (_, [_, units]) => values[sensor * units + sensor] = 1.0,
        _ => (),
    }
}

/// Grey, red at the upper left and blue at the lower right.
fn picture() -> Tensor<4> {
    let photo = RgbImage::from_fn(224, 224, |x, y| match (x, y) {
        (..70, ..70) => RED,
        (150.., 150..) => BLUE,
        _ => GREY,
    });
    to_tensor(&[Preprocessing::Tutorial.pixels(&photo)], Preprocessing::Tutorial, &device::cpu())
}

/// The share of a map's heat that lies in its upper left and in its lower right quarter, to a ten-thousandth.
fn quarters(map: &HeatMap) -> [f32; 2] {
    let side = map.side();
    let all: f32 = map.values().iter().sum();
    let quarter = |is_inside: fn(usize, usize) -> bool| {
        let inside =
            map.values().iter().enumerate().filter(|(at, _)| is_inside(at / side, side) && is_inside(at % side, side));
        let share = inside.map(|(_, value)| value).sum::<f32>() / all;
        (share * 1e4).round() / 1e4
    };
    [quarter(|at, side| at < side / 2), quarter(|at, side| at > side / 2)]
}

#[test]
fn heat_lies_on_what_the_class_is_made_of() {
    let model = colour_network();
    for (class, expected) in [(0, [1.0, 0.0]), (1, [0.0, 1.0])] {
        let by_gradient = block_on(grad_cam(&model, picture(), class)).unwrap();
        assert_eq!(by_gradient.heat_map.side(), 13);
        assert_eq!(quarters(&by_gradient.heat_map), expected, "{by_gradient:?}");
        let by_covering = cover(&model, picture(), class).unwrap();
        assert_eq!(quarters(&by_covering.heat_map), expected, "{by_covering:?}");
        let largest = by_covering.drops.iter().copied().fold(0.0, f32::max);
        assert_eq!(by_covering.heat_map.maximum(), largest);
    }
}

#[test]
fn a_class_that_nothing_speaks_for_has_no_heat() {
    let explained = block_on(grad_cam(&colour_network(), picture(), 2)).unwrap();
    assert!(explained.heat_map.values().iter().all(|&value| value == 0.0));
    assert_eq!(explained.heat_map.maximum(), 0.0);
    assert_eq!(explained.logits[2], 0.0);
    assert!(explained.logits[0] > 0.0 && explained.logits[1] > 0.0, "{:?}", explained.logits);
}

#[test]
fn dropout_takes_no_part() {
    let model = formula_network();
    let explain = || block_on(grad_cam(&model, formula_picture(), 0)).unwrap();
    assert_eq!(explain(), explain());
}

#[test]
fn a_class_that_is_not_there_is_refused() {
    let model = colour_network();
    for refused in [block_on(grad_cam(&model, picture(), 3)).map(drop), cover(&model, picture(), usize::MAX).map(drop)]
    {
        assert!(matches!(refused, Err(Error::Classes(_))), "{refused:?}");
    }
}

#[test]
fn the_command_line_writes_the_heat_over_the_photo() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [model, photo, out] = [path("formula.safetensors"), path("photo.png"), path("heat.png")];
    std::fs::write(&model, common::formula_network()).unwrap();
    RgbImage::from_fn(90, 60, |x, _| if x < 30 { RED } else { GREY }).save(&photo).unwrap();

    let told = common::succeed(["explain", &model, &photo, "--out", &out]);
    let top = told.lines().next().unwrap();
    assert!(top.starts_with(&format!("{photo}: class ")) && top.matches("class").count() == 5, "{told}");
    let decided = image::open(&out).unwrap().into_rgb8();
    assert_eq!(decided.dimensions(), (90, 60));

    // Another class has another reason.
    let named = |class: usize| {
        let told = common::succeed(["explain", &model, &photo, "--out", &out, "--class", &format!("class {class}")]);
        assert!(told.lines().last().unwrap().contains(&format!("class {class}")), "{told}");
        image::open(&out).unwrap().into_rgb8()
    };
    let pictures: Vec<RgbImage> = (0..5).map(named).collect();
    assert!(pictures.contains(&decided));
    assert!(pictures.iter().any(|picture| *picture != decided));

    let refused = |arguments: [&str; 4], parts: [&str; 2]| {
        let message = common::fail([&["explain"], &arguments[..], &["--class", "cat"]].concat());
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    refused([&model, &photo, "--out", &out], ["no class `cat`", "class 4"]);
    refused(["nowhere.pth", &photo, "--out", &out], ["nowhere.pth", "No such file"]);
    let message = common::fail(["explain", &model, "nowhere.jpg", "--out", &out]);
    assert_eq!(message.matches("nowhere.jpg").count(), 1, "{message}");
    let message = common::fail(["explain", &model, &photo, "--out", &path("nowhere/heat.png")]);
    assert!(message.contains(&format!("{}: ", path("nowhere"))), "{message}");
    assert_eq!(common::alexnet(["explain", &model, &photo]).status.code(), Some(2));
}
