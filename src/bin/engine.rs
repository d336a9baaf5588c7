//! The engine: a worker that owns the device and the model.

fn main() {
    alexnet_browser::web::engine::run();
}
