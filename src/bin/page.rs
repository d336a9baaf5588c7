//! The page's program: the interface, on the browser's main thread.

fn main() {
    console_error_panic_hook::set_once();
    alexnet_browser::web::page::mount();
}
