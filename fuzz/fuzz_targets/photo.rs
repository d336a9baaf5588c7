//! A photo is decoded or refused, whatever is in it; what is decoded can be shown to the network.
#![no_main]

use alexnet_browser::preprocess::{Preprocessing, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(photo) = decode(bytes) {
        for preprocessing in [Preprocessing::Tutorial, Preprocessing::ImageNet] {
            preprocessing.pixels(&photo);
        }
    }
});
