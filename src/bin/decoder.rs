//! A decoder: a worker that turns photos into pixels.

fn main() {
    alexnet_browser::web::decoder::run();
}
