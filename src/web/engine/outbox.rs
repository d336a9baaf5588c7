//! What the engine tells the page, its own death included.

use std::cell::Cell;

use js_sys::Array;
use rust_i18n::t;

use crate::web::js;
use crate::web::protocol::Event;

thread_local! {
    /// Whether the GPU is in use, and so the likely cause of a panic.
    static ON_GPU: Cell<bool> = const { Cell::new(false) };
}

/// Tells the page.
pub fn post(event: &Event) {
    js::post(event, &Array::new());
}

/// Says whether from now on the GPU is in use.
pub fn on_gpu(used: bool) {
    ON_GPU.set(used);
}

/// Makes a panic, which ends the engine, known to the page: as a lost GPU where one is in use, so that the page goes on
/// with the CPU. Burn panics where the browser refuses one of its shaders.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let reason = panic.payload_as_str().map_or_else(|| t!("engine.unknown_reason"), |said| said.to_owned().into());
        post(&match ON_GPU.get() {
            true => Event::DeviceLost { message: t!("engine.panicked", reason = reason).into() },
            false => Event::Failed { message: t!("engine.panicked_reload", reason = reason).into() },
        });
    }));
}
