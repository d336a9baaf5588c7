//! A `.safetensors` file is read or refused, whatever is in it.
#![no_main]

use alexnet_browser::weights::ModelFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = ModelFile::from_safetensors(bytes);
});
