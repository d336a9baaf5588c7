//! Times and names in words, and the numbers of [`crate::words`].

use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsValue;

use crate::language::{Language, Text};

pub use crate::words::{listed, loss, number, percent, photos};

/// Names in a sentence before it is cut short.
pub const NAMES: usize = 4;

/// "0.4", "61.5", "2,340": photos or steps a second.
pub fn rate(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { number(value.round() as usize) }
}

/// "under 1 s", "40 s", "12 min", "1 h 05 min".
pub fn duration(seconds: f64) -> Text {
    if seconds < 0.5 {
        return t!("time.instant");
    }
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => t!("time.seconds", count = seconds),
        (0, minutes) if minutes < 10 => {
            t!("time.minutes_seconds", minutes = minutes, seconds = seconds % 60 : {:02})
        }
        (0, minutes) => t!("time.minutes", minutes = minutes),
        (hours, minutes) => t!("time.hours_minutes", hours = hours, minutes = minutes : {:02}),
    }
}

/// "3 May 2025, 14:20", from milliseconds since 1970.
pub fn date(milliseconds: f64) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let locale = match Language::spoken() {
        Language::English => "en-GB",
        Language::Chinese => "zh-CN",
    };
    Date::new(&JsValue::from_f64(milliseconds)).to_locale_string(locale, &options).into()
}

/// A text in which names stand between backticks, with the names set off.
pub fn with_names(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <b class="named">{part}</b> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}

/// A text with this part of a view in the place of its `{}`.
pub fn around(text: &str, part: impl IntoView) -> (String, AnyView, String) {
    let (before, after) = text.split_once("{}").unwrap_or((text, ""));
    (before.to_owned(), part.into_any(), after.to_owned())
}
