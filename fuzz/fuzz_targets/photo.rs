//! A photo is decoded or refused, whatever is in it; what is decoded can be shown to the network.
#![no_main]

use alexnet_browser::preprocess::{Framing, Preprocessing, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for preprocessing in [Preprocessing::Tutorial, Preprocessing::ImageNet] {
        let framing = Framing::Evaluation(preprocessing);
        // As it is, and as large as the network needs it.
        for photo in [decode(bytes), framing.decode(bytes)].into_iter().flatten() {
            framing.pixels(&photo);
        }
    }
});
