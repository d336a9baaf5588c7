//! The last layer alone, as a run of the head leaves it, is read into a network or refused, whatever is in it. Files so
//! small hold whole tensors, those in 8 bits too.
#![no_main]

use std::sync::LazyLock;

use alexnet_browser::alexnet::{AlexNetConfig, Parameter};
use alexnet_browser::weights::ModelFile;
use libfuzzer_sys::fuzz_target;

/// A network of zeros.
static NETWORK: LazyLock<ModelFile> = LazyLock::new(|| {
    let (mut header, mut end) = (Vec::new(), 0);
    for Parameter { name, shape } in AlexNetConfig::new(5).parameters() {
        let begin = end;
        end += 2 * shape.iter().product::<usize>();
        header.push(format!(r#""{name}":{{"dtype":"F16","shape":{shape:?},"data_offsets":[{begin},{end}]}}"#));
    }
    let header = format!("{{{}}}", header.join(","));
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; end]].concat();
    ModelFile::from_safetensors(&file).expect("a file of every parameter")
});

fuzz_target!(|bytes: &[u8]| {
    let _ = NETWORK.with_head(bytes);
});
