//! What one layer makes of the photo.

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    layers::name as name_of_layer,
    pictures::PictureSheet,
    state::{Output, Phase},
};
use crate::{
    language::Text,
    web::{page::state::Page, protocol::inspection::Layer},
};

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
                    Phase::Working => t!("inside.looking"),
                    _ => t!("inside.choose_above"),
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
            (true, _) => t!("inside.channel", index = place),
            (false, false) => t!("inside.unit", index = place),
            (false, true) => class().map_or_else(|| t!("inside.class", index = place), Text::from),
        }
    };
    let entry = |(place, strength): (usize, f32)| {
        let crop = has_channels.then(|| view! { <i style=maps.crop(place as u32) aria-hidden="true"></i> });
        view! { <li>{crop} <b>{name(place)}</b> <span>{format!("{strength:.2}")}</span></li> }
    };
    let strongest: Vec<_> = strongest.into_iter().map(entry).collect();
    let count = layer.output[0];
    let about = match (has_channels, is_last) {
        (true, _) => t!("inside.channels_about", count = count),
        (false, false) => t!("inside.units_about", count = count),
        (false, true) => t!("inside.logits_about", count = count),
    };
    let alt = t!("inside.maps_alt", layer = name_of_layer(&layer), count = count);
    view! {
        <h3>{t!("inside.strongest")}</h3>
        <ol class="strongest">{strongest}</ol>
        <p class="about">{about}</p>
        {(!is_last).then(|| view! { <Sheet id="inside-maps" sheet=maps alt/> })}
    }
}

/// A sheet of pictures, pixel by pixel.
#[component]
pub fn Sheet(id: &'static str, sheet: PictureSheet, alt: Text) -> impl IntoView {
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
