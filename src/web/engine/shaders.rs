//! Shaders that came with the page.

use wasm_bindgen::prelude::*;

use crate::layers::gpu::shaders::{Shader, find_with};

#[wasm_bindgen]
extern "C" {
    /// The shader of a kernel.
    type Found;

    #[wasm_bindgen(method, getter)]
    fn entry(this: &Found) -> String;

    #[wasm_bindgen(method, getter)]
    fn code(this: &Found) -> String;

    /// What `cargo xtask first-answers` saw, which the page's build puts beside this program (xtask/src/bundle.rs).
    #[wasm_bindgen(js_name = findShader, catch)]
    fn find_shader(kernel: &str) -> Result<Option<Found>, JsValue>;
}

/// Has kernels take them.
pub fn take() {
    find_with(|kernel| {
        // Without any, kernels are compiled.
        let found = find_shader(kernel).ok().flatten()?;
        Some(Shader { entry: found.entry(), code: found.code() })
    });
}
