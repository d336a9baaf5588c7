//! A photo is decoded or refused, whatever is in it; what is decoded can be shown to the network.
#![no_main]

use alexnet_browser::preprocess::{decode, evaluation_pixels};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(photo) = decode(bytes) {
        evaluation_pixels(&photo);
    }
});
