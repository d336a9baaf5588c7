//! Numbers, times and names in words.

use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Names in a sentence before it is cut short.
const NAMES: usize = 4;

/// "3,121".
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// "1 photo", "3,121 photos".
pub fn photos(count: usize) -> String {
    counted(count, "photo")
}

/// "1 epoch", "10 epochs".
pub fn counted(count: usize, thing: &str) -> String {
    format!("{} {thing}{}", number(count), if count == 1 { "" } else { "s" })
}

/// "81.2 %", in one piece.
pub fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", share * 100.0)
}

/// "0.4", "61.5", "2,340": photos or steps a second.
pub fn rate(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { number(value.round() as usize) }
}

/// A loss with this many digits behind the point; one out of all proportion as "1.5e18".
pub fn loss(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        "beyond all numbers".to_owned()
    } else if value < 1000.0 {
        format!("{value:.digits$}")
    } else {
        format!("{value:.1e}")
    }
}

/// "under 1 s", "40 s", "12 min", "1 h 05 min".
pub fn duration(seconds: f64) -> String {
    if seconds < 0.5 {
        return "under 1 s".to_owned();
    }
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) if minutes < 10 => format!("{minutes} min {:02} s", seconds % 60),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

/// "3 May 2025, 14:20", from milliseconds since 1970.
pub fn date(milliseconds: f64) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&JsValue::from_f64(milliseconds)).to_locale_string("en-GB", &options).into()
}

/// A text in which names stand between backticks, with the names set off.
pub fn with_names(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <b class="named">{part}</b> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}

/// "daisy, roses and tulips"; long lists are cut short.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] if names.len() <= NAMES => format!("{} and {last}", head.join(", ")),
        _ => format!("{} and {} more", names[..NAMES - 1].join(", "), names.len() - NAMES + 1),
    }
}
