//! The layer table beside a drawing of the network. Each row opens what its layer makes of the photo.

use leptos::prelude::*;
use rust_i18n::t;

use super::{drawing::drawing, maps::Maps};
use crate::{
    language::Text,
    web::{page::state::Page, protocol::inspection::Layer},
    words::number,
};

/// The table.
#[component]
pub fn Layers() -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let rows = move || inside.layers.get().into_iter().enumerate().map(row).collect::<Vec<_>>();
    let total =
        move |count: fn(&Layer) -> usize| move || number(inside.layers.with(|layers| layers.iter().map(count).sum()));
    view! {
        <section aria-labelledby="layers-title">
            <h2 id="layers-title">{t!("inside.layers")}</h2>
            <p class="about">{t!("inside.layers_about")}</p>
            <table class="layers">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{t!("inside.layer")}</th>
                        <th scope="col">{t!("inside.input")}</th>
                        <th scope="col">{t!("inside.kernel")}</th>
                        <th scope="col">{t!("inside.stride")}</th>
                        <th scope="col">{t!("inside.padding")}</th>
                        <th scope="col">{t!("inside.output")}</th>
                        <th scope="col">{t!("inside.parameters")}</th>
                        <th scope="col">{t!("inside.multiply_adds")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <td class="drawing"></td>
                        <th scope="row">{t!("inside.all")}</th>
                        <td colspan="5"></td>
                        <td data-name="Parameters" data-title=t!("inside.parameters")>{total(|layer| layer.parameters)}</td>
                        <td data-name="Multiply-adds" data-title=t!("inside.multiply_adds")>{total(|layer| layer.multiply_adds)}</td>
                    </tr>
                </tfoot>
            </table>
        </section>
    }
}

/// A layer's row, and the one below it with its maps while it is open.
fn row((index, layer): (usize, Layer)) -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let open = Memo::new(move |_| inside.open_layer.get() == Some(index));
    let toggle = move |_| inside.open_layer.set((!open.get_untracked()).then_some(index));
    let maps_id = format!("maps-{index}");
    let window = |place: usize| layer.window.map_or_else(|| "\u{2013}".to_owned(), |window| window[place].to_string());
    let kernel = layer.window.map_or_else(|| "\u{2013}".to_owned(), |[kernel, ..]| format!("{kernel} × {kernel}"));
    let kind = match layer.module.split_once('.') {
        _ if layer.parameters == 0 => "pool",
        Some(("classifier", _)) => "connected",
        _ => "convolution",
    };
    let maps = {
        let (id, layer) = (maps_id.clone(), layer.clone());
        move || {
            let layer = layer.clone();
            let id = id.clone();
            open.get().then(|| view! { <tr class="maps" id=id><td colspan="9"><Maps index layer/></td></tr> })
        }
    };
    view! {
        <tr class=kind class:open=open data-layer=layer.module.clone() data-parameters=layer.parameters>
            <td class="drawing">{drawing(&layer.output)}</td>
            <th scope="row">
                <button
                    type="button"
                    aria-expanded=move || open.get().to_string()
                    aria-controls=maps_id
                    on:click=toggle
                >
                    {name(&layer)}
                </button>
                <code>{layer.module.clone()}</code>
            </th>
            <td data-name="Input" data-title=t!("inside.input")>{shape(&layer.input)}</td>
            <td data-name="Kernel" data-title=t!("inside.kernel")>{kernel}</td>
            <td data-name="Stride" data-title=t!("inside.stride")>{window(1)}</td>
            <td data-name="Padding" data-title=t!("inside.padding")>{window(2)}</td>
            <td data-name="Output" data-title=t!("inside.output")>{shape(&layer.output)}</td>
            <td data-name="Parameters" data-title=t!("inside.parameters")>{number(layer.parameters)}</td>
            <td data-name="Multiply-adds" data-title=t!("inside.multiply_adds")>{number(layer.multiply_adds)}</td>
        </tr>
        {maps}
    }
}

/// The layer's name; those of PyTorch's layers are the same in every language.
pub fn name(layer: &Layer) -> Text {
    match layer.name.as_str() {
        "max pool" => t!("inside.max_pool"),
        name => name.to_owned().into(),
    }
}

/// "48 × 55 × 55".
fn shape(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ")
}
