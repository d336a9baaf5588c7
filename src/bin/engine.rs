//! The engine: a worker that owns the device and the model.

use alexnet_browser::web::engine;

fn main() {
    run_constructors();
    engine::run();
}

/// Runs the program's constructors, by which Burn's compiler registers itself, once.
///
/// Where nothing calls them, the linker has every function that JavaScript can call run all of them, each time, and
/// there are thousands.
#[allow(unsafe_code)]
fn run_constructors() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: the linker makes this function; it takes and gives nothing, and nothing has run before it.
    unsafe { __wasm_call_ctors() }
}
