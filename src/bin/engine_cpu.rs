//! The engine for machines without a usable GPU, at less than half of the other's size, and its helpers.

fn main() {
    alexnet_browser::web::engine::run();
}
