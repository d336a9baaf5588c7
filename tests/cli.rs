//! The command line, as its user sees it, on small photos made here.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use alexnet_browser::alexnet::Width;
use common::{alexnet, fail, succeed};
use image::{Rgb, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

/// Two classes that a few steps can tell apart: reddish and bluish photos, six of each.
fn dataset() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (class, colour) in [("blue", [30, 60, 220]), ("red ☀", [220, 60, 30])] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for number in 0..6u32 {
            let photo = RgbImage::from_fn(80 + number, 60, |x, y| {
                let noise = ((x * 7 + y * 13 + number * 5) % 30) as u8;
                Rgb(colour.map(|channel: u8| channel.saturating_add(noise)))
            });
            photo.save(folder.path().join(class).join(format!("{number}.jpg"))).unwrap();
        }
    }
    folder
}

fn train(data: &Path, out: &Path, epochs: &str, more: &[&str]) -> String {
    let mut arguments = vec!["train", data.to_str().unwrap(), "--out", out.to_str().unwrap(), "--epochs", epochs];
    arguments.extend(["--batch-size", "4", "--seed", "3", "--val", "0.34"]);
    arguments.extend(more);
    succeed(arguments)
}

fn log(out: &Path) -> Vec<Value> {
    let log = fs::read_to_string(out.join("log.jsonl")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn train_predict_evaluate_export() {
    let data = dataset();
    let out = TempDir::new().unwrap();
    train(data.path(), out.path(), "2", &[]);
    let classes: Value = serde_json::from_slice(&fs::read(out.path().join("class_indices.json")).unwrap()).unwrap();
    assert_eq!(classes, serde_json::json!({ "0": "blue", "1": "red ☀" }));
    assert!(fs::read_to_string(out.path().join("curve.svg")).unwrap().starts_with("<svg"));
    assert_eq!(log(out.path()).len(), 2);

    let model = out.path().join("model.safetensors");
    let model = model.to_str().unwrap();
    let photo = data.path().join("red ☀/0.jpg");
    let json: Value = serde_json::from_str(&succeed(["predict", model, photo.to_str().unwrap(), "--json"])).unwrap();
    let top = json["predictions"][0]["top"].as_array().unwrap();
    assert_eq!(json["predictions"][0]["photo"], photo.to_str().unwrap());
    assert!((top.iter().map(|class| class["probability"].as_f64().unwrap()).sum::<f64>() - 1.0).abs() < 1e-5);

    let json: Value =
        serde_json::from_str(&succeed(["evaluate", model, data.path().to_str().unwrap(), "--json"])).unwrap();
    assert_eq!(json["count"], 12);
    assert_eq!(json["classes"], serde_json::json!(["blue", "red ☀"]));
    let diagonal = json["confusion"][0][0].as_u64().unwrap() + json["confusion"][1][1].as_u64().unwrap();
    assert_eq!(json["accuracy"].as_f64().unwrap(), diagonal as f64 / 12.0);

    let half = out.path().join("half.safetensors");
    succeed(["export", model, "--dtype", "f16", "--out", half.to_str().unwrap()]);
    let size = |path: &str| fs::metadata(path).unwrap().len();
    assert!(size(half.to_str().unwrap()) < size(model) * 51 / 100);
    let again: Value =
        serde_json::from_str(&succeed(["predict", half.to_str().unwrap(), photo.to_str().unwrap(), "--json"])).unwrap();
    let probability = |top: &Value| top["probability"].as_f64().unwrap();
    assert!((probability(&again["predictions"][0]["top"][0]) - probability(&top[0])).abs() < 1e-2);
}

#[test]
fn a_resumed_run_is_the_unbroken_one() {
    let data = dataset();
    let (unbroken, resumed_folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    train(data.path(), unbroken.path(), "3", &[]);
    train(data.path(), resumed_folder.path(), "1", &[]);
    train(data.path(), resumed_folder.path(), "3", &["--resume"]);
    let (unbroken, resumed) = (log(unbroken.path()), log(resumed_folder.path()));
    assert_eq!(unbroken.len(), 3);
    // Without --resume it is not overwritten.
    let again = ["train", data.path().to_str().unwrap(), "--out", resumed_folder.path().to_str().unwrap()];
    assert!(fail(again).contains("holds model.safetensors already"));
    for (unbroken, resumed) in unbroken.iter().zip(&resumed) {
        for loss in ["train_loss", "validation_loss"] {
            let (unbroken, resumed) = (unbroken[loss].as_f64().unwrap(), resumed[loss].as_f64().unwrap());
            assert!((unbroken - resumed).abs() < 1e-6, "{loss}: {resumed} where the unbroken run has {unbroken}");
        }
    }
    assert_eq!(resumed.len(), 3);
}

#[test]
fn split_copies_a_share_of_each_class() {
    let data = dataset();
    let out = TempDir::new().unwrap();
    succeed(["split", data.path().to_str().unwrap(), "--out", out.path().to_str().unwrap(), "--val", "0.34"]);
    let count = |folder: &str| fs::read_dir(out.path().join(folder)).unwrap().count();
    assert_eq!([count("train/blue"), count("val/blue"), count("train/red ☀"), count("val/red ☀")], [4, 2, 4, 2]);
    // Another split would be mixed with it, photos to learn from with photos to validate with.
    let again = ["split", data.path().to_str().unwrap(), "--out", out.path().to_str().unwrap()];
    assert!(fail(again).contains("a split already"));
    // What `split` makes, `train` takes as it is.
    let run = TempDir::new().unwrap();
    assert!(train(out.path(), run.path(), "1", &[]).contains("8 photos for training, 4 for validation"));
}

/// A model with random weights, without training: the formula network.
fn model(folder: &Path) -> PathBuf {
    let path = folder.join("formula.safetensors");
    fs::write(&path, common::formula_network()).unwrap();
    path
}

#[test]
fn a_bad_photo_has_its_message_and_the_good_ones_their_answers() {
    let data = dataset();
    let model = model(data.path());
    let good = data.path().join("blue/0.jpg");
    let jpeg = fs::read(&good).unwrap();
    let bad = [
        ("empty.jpg", Vec::new(), "empty"),
        ("text.jpg", b"this is a text file".to_vec(), "not a photo"),
        ("short.jpg", jpeg[..jpeg.len() / 2].to_vec(), "cut short"),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "SVG"),
    ];
    let mut arguments = vec!["predict".to_owned(), model.display().to_string()];
    for (name, bytes, _) in &bad {
        let path = data.path().join(name);
        fs::write(&path, bytes).unwrap();
        arguments.push(path.display().to_string());
    }
    arguments.push(good.display().to_string());
    arguments.push("--json".into());
    let output = alexnet(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let predictions = json["predictions"].as_array().unwrap();
    for ((name, _, part), prediction) in bad.iter().zip(predictions) {
        assert!(prediction["photo"].as_str().unwrap().ends_with(name));
        let message = prediction["error"].as_str().unwrap();
        assert!(message.contains(part), "{name}: {message}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(name));
    }
    assert!(predictions.last().unwrap()["top"].is_array());
}

#[test]
fn pictures_of_a_folder_that_cannot_be_read_are_named() {
    let data = dataset();
    fs::write(data.path().join("blue/phone.HEIC"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap();
    fs::write(data.path().join("blue/notes.txt"), b"notes").unwrap();
    let message = fail(["predict".as_ref(), model(data.path()).as_os_str(), data.path().as_os_str()]);
    assert!(message.contains("phone.HEIC") && message.contains("export it as JPEG"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_bad_model_is_refused_by_name_and_reason() {
    let data = dataset();
    let photo = data.path().join("blue/0.jpg");
    let refuse = |name: &str, bytes: &[u8], part: &str| {
        let path = data.path().join(name);
        fs::write(&path, bytes).unwrap();
        let message = fail(["predict", path.to_str().unwrap(), photo.to_str().unwrap()]);
        assert!(message.contains(name) && message.contains(part), "{message}");
    };
    let network = common::formula_network();
    let one_tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    let other = safetensors::serialize([("layer.weight", one_tensor)], None).unwrap();
    refuse("other.safetensors", &other, "another network");
    refuse("short.safetensors", &network[..network.len() - 100], "not a model file");
    refuse("header.safetensors", &[0xff; 64], "not a model file");
    refuse("photo.safetensors", &fs::read(&photo).unwrap(), "neither a .safetensors file nor a PyTorch state_dict");
    refuse("notes.pth", b"these are my notes", "neither a .safetensors file nor a PyTorch state_dict");
    // A pickle that runs `touch` where pickles are executed.
    let trap = data.path().join("executed");
    let order = format!("touch {}", trap.display());
    let length = (order.len() as u32).to_le_bytes();
    let pickle = [b"\x80\x02cposix\nsystem\nX", &length[..], order.as_bytes(), b"\x85R."].concat();
    refuse("hostile.pth", &common::archive(&pickle), "not a model file");
    assert!(!trap.exists());
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let data = dataset();
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [model, copy, photo] = [path("model.safetensors"), path("copy.safetensors"), path("photo.png")];
    fs::write(&model, common::formula_network()).unwrap();
    fs::copy(data.path().join("blue/0.jpg"), &photo).unwrap();
    let before = [&model, &photo].map(|path| fs::read(path).unwrap());
    let roundabout = folder.path().join("..").join(folder.path().file_name().unwrap()).join("model.safetensors");
    for arguments in [
        vec!["explain", &model, &photo, "--out", &photo],
        vec!["export", &model, "--dtype", "i8", "--out", roundabout.to_str().unwrap()],
        vec!["export", &model, "--out", &copy, "--manifest", &model],
        vec!["export", &model, "--out", &copy, "--manifest", &copy],
        vec!["calibrate", &model, data.path().to_str().unwrap(), "--out", &model],
        vec!["import", &model, "--out", &model],
    ] {
        let message = fail(arguments);
        assert!(message.contains("choose another file"), "{message}");
    }
    assert_eq!([&model, &photo].map(|path| fs::read(path).unwrap()), before);
    assert!(!Path::new(&copy).exists());

    // Nor is there work for nothing, or a folder split into itself.
    let nowhere = path("nowhere/copy.safetensors");
    assert!(fail(["export", &model, "--out", &nowhere]).contains("nowhere"));
    let inside = data.path().join("inside");
    let message = fail(["split", data.path().to_str().unwrap(), "--out", inside.to_str().unwrap()]);
    assert!(message.contains("choose another one") && !inside.exists(), "{message}");
}

#[test]
fn torchvisions_network_keeps_its_width_and_its_preprocessing() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("full.safetensors"), common::formula_network_of(Width::Full)).unwrap();
    let [full, small, manifest] = ["full.safetensors", "small.safetensors", "manifest.json"].map(path);
    succeed(["export", &full, "--dtype", "i8", "--out", &small, "--manifest", &manifest]);
    let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    assert_eq!(manifest["architecture"], "alexnet");
    assert_eq!(manifest["preprocessing"]["center_crop"], 224);
    assert!(succeed(["layers", &small]).contains("256x6x6"));

    // The sides of a wide photo are not seen.
    let photo = |name: &str, sides: [u8; 3]| {
        let colour = |x: u32, y: u32| if (100..300).contains(&x) { [y as u8, x as u8, 90] } else { sides };
        RgbImage::from_fn(400, 200, |x, y| Rgb(colour(x, y))).save(path(name)).unwrap();
        let json: Value = serde_json::from_str(&succeed(["predict", &small, &path(name), "--json"])).unwrap();
        json["predictions"][0]["top"].clone()
    };
    assert_eq!(photo("red.png", [255, 0, 0]), photo("blue.png", [0, 0, 255]));

    // What is trained from it is like it.
    let data = dataset();
    let head = ["--mode", "head", "--start", &small];
    train(data.path(), &folder.path().join("run"), "1", &head);
    let trained = path("run/model.safetensors");
    assert!(succeed(["layers", &trained]).contains("256x6x6"));
    let bytes = fs::read(&trained).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert!(header.metadata().as_ref().unwrap()["preprocessing"].contains("center_crop"));
    assert_eq!(alexnet(["layers", &trained, "--classes", "3"]).status.code(), Some(2));
}

#[test]
fn folders_that_cannot_be_used_are_named() {
    let empty = TempDir::new().unwrap();
    let out = TempDir::new().unwrap();
    let model = model(out.path());
    let (empty, out) = (empty.path().to_str().unwrap(), out.path().to_str().unwrap());
    assert!(fail(["train", empty, "--out", out]).contains(empty));
    assert!(fail(["split", empty, "--out", out]).contains("no photos"));
    assert!(fail(["evaluate", model.to_str().unwrap(), empty]).contains("no photos"));
    assert!(fail(["predict", model.to_str().unwrap(), empty]).contains("no photo"));
    assert!(fail(["predict", "nowhere.safetensors", "photo.jpg"]).contains("nowhere.safetensors"));
    let message = fail(["predict", model.to_str().unwrap(), "nowhere.jpg"]);
    assert_eq!(message.matches("nowhere.jpg").count(), 1, "{message}");
    let nowhere = format!("{empty}/nowhere");
    let message = fail(["export", model.to_str().unwrap(), "--out", &format!("{nowhere}/model.safetensors")]);
    assert!(message.contains(&format!("{nowhere}: ")), "{message}");
    assert_eq!(alexnet(["predict", "model", "photo", "--top-k", "0"]).status.code(), Some(2));
    assert_eq!(alexnet(["predict"]).status.code(), Some(2));
}

#[cfg(target_os = "linux")] // other systems have no such names
#[test]
fn a_photo_whose_name_is_no_text_is_classified_and_left_out_of_training() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let data = dataset();
    let odd = data.path().join("blue").join(OsStr::from_bytes(b"\xff.jpg"));
    fs::copy(data.path().join("blue/0.jpg"), &odd).unwrap();
    let out = TempDir::new().unwrap();
    let model = model(out.path());
    let predictions = succeed(["predict".as_ref(), model.as_os_str(), data.path().as_os_str()]);
    assert_eq!(predictions.lines().count(), 13);

    let [data, out] = [data.path(), out.path()].map(|path| path.to_str().unwrap());
    let output = alexnet(["split", data, "--out", out]);
    assert!(output.status.success());
    let warning = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(warning.contains("left out") && warning.contains("rename"), "{warning}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_gives_the_terminal_no_orders() {
    let data = dataset();
    let odd = data.path().join("\u{1b}[31mred.jpg");
    fs::copy(data.path().join("blue/0.jpg"), &odd).unwrap();
    let model = model(data.path());
    let said = succeed([&"predict".into(), &model, &odd].map(|part: &PathBuf| part.as_os_str().to_owned()));
    assert!(said.contains("\u{fffd}[31mred.jpg") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn shares_outside_0_to_1_are_wrong_usage() {
    for share in ["0", "1", "2", "nan", "-0.1"] {
        let argument = format!("--val={share}");
        assert_eq!(alexnet(["split", ".", "--out", "out", &argument]).status.code(), Some(2), "{share}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alexnet"));
    let mut child = command.arg("layers").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_head_alone_learns_from_a_trained_model() {
    let data = dataset();
    let out = TempDir::new().unwrap();
    let model = model(out.path());
    let before = fs::read(&model).unwrap();
    let head = out.path().join("head");
    let more = ["--mode", "head", "--start", model.to_str().unwrap(), "--learning-rate", "0.01"];
    train(data.path(), &head, "4", &more);
    let losses: Vec<f64> = log(&head).iter().map(|record| record["train_loss"].as_f64().unwrap()).collect();
    assert!(losses[3] < losses[0], "{losses:?}");
    // The other layers stay as they were.
    let after = fs::read(head.join("model.safetensors")).unwrap();
    let [before, after] = [&before, &after].map(|bytes| safetensors::SafeTensors::deserialize(bytes).unwrap());
    assert_eq!(
        before.tensor("classifier.4.weight").unwrap().data(),
        after.tensor("classifier.4.weight").unwrap().data()
    );
    assert_ne!(
        after.tensor("classifier.6.weight").unwrap().shape(),
        before.tensor("classifier.6.weight").unwrap().shape()
    );
    // Without weights to begin with there is no head to train.
    let (data, head) = (data.path().to_str().unwrap(), head.to_str().unwrap());
    assert_eq!(alexnet(["train", data, "--out", head, "--mode", "head"]).status.code(), Some(2));
}

#[test]
fn a_model_by_the_best_recipe_can_be_calibrated_and_made_small() {
    let data = dataset();
    let out = TempDir::new().unwrap();
    train(data.path(), out.path(), "2", &["--recipe", "best"]);
    // The learning rate follows the run's length, so one of another length does not go on from it.
    let refusal = fail_to_resume(data.path(), out.path(), "5");
    assert!(refusal.contains("--recipe best --mode scratch --epochs 2 --batch-size 4"), "{refusal}");

    let [model, cool, cooler, small] =
        ["model.safetensors", "cool.safetensors", "cooler.safetensors", "small.safetensors"]
            .map(|name| out.path().join(name).to_str().unwrap().to_owned());
    let one_class = TempDir::new().unwrap();
    fs::create_dir(one_class.path().join("blue")).unwrap();
    fs::copy(data.path().join("blue/0.jpg"), one_class.path().join("blue/0.jpg")).unwrap();
    let refusal = fail(["calibrate", &model, one_class.path().to_str().unwrap(), "--out", &cool]);
    assert!(refusal.contains("no photo that can be read of red ☀"), "{refusal}");

    // A photo that is classified wrongly, by its folder.
    fs::copy(data.path().join("blue/0.jpg"), data.path().join("red ☀/stray.jpg")).unwrap();
    let data = data.path().to_str().unwrap();
    let said = succeed(["calibrate", &model, data, "--out", &cool]);
    assert!(said.contains("by cross-validation: accuracy"), "{said}");
    assert!(said.contains("not sure of 0 of 13 photos"), "{said}");
    // Several folders count as one, the same folder twice would count its photos twice.
    let more = dataset();
    let more = more.path().to_str().unwrap();
    assert!(succeed(["calibrate", &model, data, more, "--out", &cooler]).contains("of 25 photos"));
    assert!(fail(["calibrate", &model, data, &format!("{data}/."), "--out", &cool]).contains("count twice"));
    let within = format!("{data}/blue");
    assert!(fail(["calibrate", &model, &within, data, "--out", &cool]).contains("count twice"));
    succeed(["export", &cool, "--dtype", "i8", "--out", &small]);
    // Of the photos that it was calibrated on the network is sure, and with a threshold that none reaches of none.
    let strict = out.path().join("strict.safetensors").to_str().unwrap().to_owned();
    fs::write(&strict, with_unreachable_threshold(fs::read(&small).unwrap())).unwrap();
    let photo = format!("{data}/blue/0.jpg");
    for (model, sure) in [(&small, true), (&strict, false)] {
        let json: Value = serde_json::from_str(&succeed(["predict", model, &photo, "--json"])).unwrap();
        assert_eq!(json["predictions"][0]["sure"], sure);
        assert_eq!(succeed(["predict", model, &photo]).contains("not sure - perhaps none of these"), !sure);
    }
    assert!(fs::metadata(&small).unwrap().len() < 15_000_000);
    let evaluation =
        |model: &str| -> Value { serde_json::from_str(&succeed(["evaluate", model, data, "--json"])).unwrap() };
    let [cool, small] = [cool, small].map(|model| evaluation(&model));
    assert_eq!(cool["unsure"], 0.0);
    let error = |report: &Value| report["calibration_error"].as_f64().unwrap();
    assert!((error(&small) - error(&cool)).abs() < 0.05, "{small} {cool}");
}

/// A model file whose threshold begins with a 9.
fn with_unreachable_threshold(mut model: Vec<u8>) -> Vec<u8> {
    let name = br#"\"threshold\":"#;
    let place = model.windows(name.len()).position(|bytes| bytes == name).expect("a threshold") + name.len();
    model[place] = b'9';
    model
}

fn fail_to_resume(data: &Path, out: &Path, epochs: &str) -> String {
    let (data, out) = (data.to_str().unwrap(), out.to_str().unwrap());
    let options = ["--batch-size", "4", "--seed", "3", "--val", "0.34", "--recipe", "best", "--resume"];
    fail([&["train", data, "--out", out, "--epochs", epochs], &options[..]].concat())
}
