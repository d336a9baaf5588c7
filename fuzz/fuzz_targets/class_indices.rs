//! A `class_indices.json` is read or refused, whatever is in it; what is read is written the same.
#![no_main]

use alexnet_browser::weights::{class_indices, parse_class_indices};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    if let Ok(classes) = parse_class_indices(json) {
        assert_eq!(parse_class_indices(class_indices(&classes).as_bytes()).unwrap(), classes);
    }
});
