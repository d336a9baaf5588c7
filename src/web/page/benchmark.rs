//! Where the address has `?bench`, a script can have the network measured.
//!
//! `document.dispatchEvent(new CustomEvent("bench", { detail: "infer-8" }))` gives an order (see [`Order::parse`]); the
//! answer is JSON in `body[data-bench]`, which is there once the page is ready and empty while an order is carried out.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::CustomEvent;

use super::{
    browser::{address_parameter, set_body_data},
    state::{Page, Stage},
};
use crate::{
    language::Told,
    web::protocol::benchmark::{Measured, Order},
};

/// Hears orders from now on, where the address asks for it.
pub fn listen(page: Page) {
    if address_parameter("bench").is_none() {
        return;
    }
    Effect::new(move || {
        if page.stage.with(|stage| *stage == Stage::Ready) {
            set_body_data("bench", Some("{}"));
        }
    });
    let hear = move |event: CustomEvent| {
        set_body_data("bench", Some(""));
        let text = event.detail().as_string().unwrap_or_default();
        match Order::parse(&text) {
            Some(order) => page.measure(order),
            None => answer(&Measured::Error(format!("`{text}` is no order"))),
        }
    };
    let hear = Closure::<dyn Fn(CustomEvent)>::new(hear);
    document()
        .add_event_listener_with_callback("bench", hear.as_ref().unchecked_ref())
        .expect("a document takes listeners");
    hear.forget();
}

/// Shows an answer to whoever gave the order.
pub fn answer(measured: &Measured) {
    let json = serde_json::to_string(measured).expect("numbers and texts can be written");
    set_body_data("bench", Some(&Told::from(json).to_string()));
}
