//! Training on the command line: what a folder has to hold, and runs that were stopped.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{alexnet, fail, succeed};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// Photos of their class's colour, so many in each of these folders.
fn photos(folders: &[&str], each: u32) -> TempDir {
    let data = TempDir::new().unwrap();
    for (red, folder) in (0..).step_by(60).zip(folders) {
        let folder = data.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        for number in 0..each {
            let photo = RgbImage::from_fn(40 + number, 30, |x, y| Rgb([red, (x * 5) as u8, (y * 7) as u8]));
            photo.save(folder.join(format!("{number}.png"))).unwrap();
        }
    }
    data
}

fn order<'a>(data: &'a Path, out: &'a Path, epochs: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["train", data.to_str().unwrap(), "--out", out.to_str().unwrap(), "--epochs", epochs];
    [&fixed, more].concat()
}

/// A run of one epoch, in a folder that is not there yet.
fn run(data: &Path, more: &[&str]) -> (TempDir, PathBuf) {
    let parent = TempDir::new().unwrap();
    let out = parent.path().join("run");
    succeed(order(data, &out, "1", more));
    (parent, out)
}

#[test]
fn a_run_goes_on_with_its_own_photos_alone() {
    let data = photos(&["a", "b"], 5);
    let (_parent, out) = run(data.path(), &["--val", "0.4"]);
    let refuse = |more: &[&str], part: &str| {
        let message = fail(order(data.path(), &out, "2", &[&["--resume"], more].concat()));
        assert!(message.contains(out.to_str().unwrap()) && message.contains(part), "{message}");
    };
    // Otherwise photos that were validated with would be learned from.
    refuse(&[], "--val");
    refuse(&["--val", "0.4", "--seed", "9"], "--seed");
    let stray = data.path().join("a/stray.png");
    fs::copy(data.path().join("a/0.png"), &stray).unwrap();
    refuse(&["--val", "0.4"], "photos");
    fs::remove_file(stray).unwrap();

    // An epoch that was broken off may have left its line.
    let log = out.join("log.jsonl");
    fs::write(&log, [&fs::read(&log).unwrap()[..], b"{\"epoch\": 2, \"train"].concat()).unwrap();
    succeed(order(data.path(), &out, "3", &["--val", "0.4", "--resume"]));
    let log = fs::read_to_string(log).unwrap();
    let epochs = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["epoch"].clone());
    assert_eq!(epochs.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_run_goes_on_from_its_own_model_alone() {
    let data = photos(&["a", "b"], 3);
    let models = TempDir::new().unwrap();
    let [one, other] = ["one.safetensors", "other.safetensors"].map(|name| {
        let path = models.path().join(name);
        fs::write(&path, common::formula_network()).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let (_parent, out) = run(data.path(), &["--mode", "head", "--start", &one]);
    let message = fail(order(data.path(), &out, "2", &["--mode", "head", "--start", &other, "--resume"]));
    assert!(message.contains("--start one.safetensors"), "{message}");
    succeed(order(data.path(), &out, "2", &["--mode", "head", "--start", &one, "--resume"]));
}

#[test]
fn a_run_that_was_stopped_in_its_first_epoch_begins_anew() {
    let data = photos(&["a", "b"], 3);
    let (_parent, out) = run(data.path(), &[]);
    let first = fs::read(out.join("log.jsonl")).unwrap();
    // As where the disk was full when the first checkpoint was to be written.
    for name in ["checkpoint.safetensors", "log.jsonl"] {
        fs::remove_file(out.join(name)).unwrap();
    }
    let message = fail(order(data.path(), &out, "1", &[]));
    assert!(message.contains("--resume"), "{message}");
    assert!(succeed(order(data.path(), &out, "1", &["--resume"])).contains("beginning anew"));
    assert_eq!(fs::read(out.join("log.jsonl")).unwrap(), first);

    let elsewhere = TempDir::new().unwrap();
    let message = fail(order(data.path(), elsewhere.path(), "1", &["--resume"]));
    assert!(message.contains("no run in it"), "{message}");
}

#[test]
fn nothing_of_others_is_written_over() {
    let data = photos(&["a", "b"], 3);
    for name in ["class_indices.json", "split.json", "curve.svg"] {
        let file = data.path().join(name);
        fs::write(&file, "mine").unwrap();
        let message = fail(order(data.path(), data.path(), "1", &[]));
        assert!(message.contains(&format!("holds {name} already")), "{message}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn without_photos_to_validate_with_there_is_no_best_epoch() {
    let out = TempDir::new().unwrap();
    let single = photos(&["a", "b"], 1);
    let message = fail(order(single.path(), out.path(), "1", &[]));
    assert!(message.contains("left to validate with") && message.contains(single.path().to_str().unwrap()));

    let damaged = photos(&["train/a", "train/b", "valid/a"], 2);
    for number in 0..2 {
        fs::write(damaged.path().join(format!("valid/a/{number}.png")), "no photo").unwrap();
    }
    let message = fail(order(damaged.path(), out.path(), "1", &[]));
    assert!(message.contains("to validate with could be read") && message.contains(damaged.path().to_str().unwrap()));
    // That is no run to go on with, and stands in no one's way.
    succeed(order(photos(&["a", "b"], 3).path(), out.path(), "1", &[]));
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    let data = photos(&["a", "b"], 2);
    let out = data.path().join("run");
    let is_wrong = |arguments: &[&str]| {
        let output = alexnet(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    };
    for rate in ["nan", "inf", "0", "-1", "1e-60"] {
        is_wrong(&order(data.path(), &out, "1", &[&format!("--learning-rate={rate}")]));
    }
    is_wrong(&order(data.path(), &out, "1", &["--mode", "scratch", "--start", "model.safetensors"]));
    for classes in ["0", "18446744073709551615"] {
        is_wrong(&["layers", "--classes", classes]);
    }
    is_wrong(&["explain", "model.safetensors", "photo.jpg", "--out", "heat.txt"]);
    assert!(!out.exists());
}

#[test]
fn a_split_is_whole_or_not_there() {
    let data = photos(&["a", "b"], 4);
    let out = TempDir::new().unwrap();
    // What was left of one that was broken off.
    let left = out.path().join("unfinished split/train/a");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("cut.png"), "cut").unwrap();
    succeed(["split", data.path().to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
    let names = |folder: &str| fs::read_dir(out.path().join(folder)).unwrap().count();
    assert_eq!([names("."), names("train/a"), names("val/a")], [2, 3, 1]);

    // One that fails leaves nothing that `train` would take for a split.
    fs::remove_file(data.path().join("b/3.png")).unwrap();
    fs::remove_dir_all(out.path().join("train")).unwrap();
    fs::remove_dir_all(out.path().join("val")).unwrap();
    fs::write(out.path().join("unfinished split"), "in the way").unwrap();
    fail(["split", data.path().to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
    assert!(!out.path().join("train").exists() && !out.path().join("val").exists());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_circles_end() {
    use std::os::unix::fs::symlink;

    let elsewhere = photos(&["b"], 3);
    let data = photos(&["a"], 3);
    symlink(elsewhere.path().join("b"), data.path().join("b")).unwrap();
    symlink(data.path(), data.path().join("a/round")).unwrap();
    fs::write(data.path().join("a/._0.png"), "no photo").unwrap();
    let out = TempDir::new().unwrap();
    let said = succeed(order(data.path(), &out.path().join("run"), "1", &[]));
    assert!(said.contains("2 classes, 4 photos for training, 2 for validation"), "{said}");

    // What is written by way of a link is written where it leads.
    let model = out.path().join("run/model.safetensors");
    let [copy, link] = ["copy.safetensors", "link.safetensors"].map(|name| out.path().join(name));
    fs::write(&copy, "").unwrap();
    symlink(&copy, &link).unwrap();
    let [model, link_name, data] = [&*model, &*link, data.path()].map(|path| path.to_str().unwrap());
    succeed(["export", model, "--out", link_name]);
    assert!(link.is_symlink() && fs::metadata(copy).unwrap().len() > 1_000_000);

    assert_eq!(succeed(["predict", model, data]).lines().count(), 6);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_in_words() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_alexnet")).arg("layers").stdout(full).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("standard output: ") && !message.contains("panicked"), "{message}");
}
