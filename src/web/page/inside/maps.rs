//! What one layer makes of the photo.

use leptos::prelude::*;

use super::{
    pictures::PictureSheet,
    state::{Output, Phase},
};
use crate::web::{page::state::Page, protocol::inspection::Layer};

/// The maps of a layer, and the strongest of its channels or units.
#[component]
pub fn Maps(index: usize, layer: Layer) -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    move || {
        let output = inside.outputs.with(|outputs| outputs.get(index).cloned());
        match output {
            Some(output) => view! { <Found layer=layer.clone() output/> }.into_any(),
            None => {
                let text = match inside.phase.get() {
                    Phase::Working => "Looking\u{2026}",
                    _ => "Choose a photo above, and what this layer makes of it appears here.",
                };
                view! { <p class="hint">{text}</p> }.into_any()
            }
        }
    }
}

#[component]
fn Found(layer: Layer, output: Output) -> impl IntoView {
    let page = expect_context::<Page>();
    let Output { maps, strongest } = output;
    let is_last = page.inside.layers.with_untracked(|layers| layers.last() == Some(&layer));
    let has_channels = layer.output.len() > 1;
    let name = move |place: usize| {
        let class = || page.model.with_untracked(|model| model.as_ref()?.classes.get(place).cloned());
        match (has_channels, is_last) {
            (true, _) => format!("channel {place}"),
            (false, false) => format!("unit {place}"),
            (false, true) => class().unwrap_or_else(|| format!("class {place}")),
        }
    };
    let entry = |(place, strength): (usize, f32)| {
        let crop = has_channels.then(|| view! { <i style=maps.crop(place as u32) aria-hidden="true"></i> });
        view! { <li>{crop} <b>{name(place)}</b> <span>{format!("{strength:.2}")}</span></li> }
    };
    let strongest: Vec<_> = strongest.into_iter().map(entry).collect();
    let count = layer.output[0];
    let about = match (has_channels, is_last) {
        (true, _) => format!(
            "{count} channels. Each is scaled for itself, from black for 0 to white for its largest value, so a faint one \
             looks as bright as a strong one; the mean tells them apart."
        ),
        (false, false) => {
            format!(
                "{count} units, one pixel each, 64 in a row: black is 0, white the largest. Most answer to nothing here."
            )
        }
        (false, true) => format!("{count} logits, one for each class; softmax makes the probabilities of them."),
    };
    let alt = format!("What {} makes of the photo, {count} pictures in grey", layer.name);
    view! {
        <h4>"Strongest"</h4>
        <ol class="strongest">{strongest}</ol>
        <p class="about">{about}</p>
        {(!is_last).then(|| view! { <Sheet id="inside-maps" sheet=maps alt/> })}
    }
}

/// A sheet of pictures, pixel by pixel.
#[component]
pub fn Sheet(id: &'static str, sheet: PictureSheet, alt: String) -> impl IntoView {
    let [width, height] = sheet.dimensions();
    view! {
        <img
            id=id
            class="sheet"
            src=sheet.picture.url()
            alt=alt
            width=width
            height=height
            data-pictures=sheet.pictures
        />
    }
}
