//! The layer table beside a drawing of the network. Each row opens what its layer makes of the photo.

use leptos::prelude::*;

use super::{drawing::drawing, maps::Maps, number};
use crate::web::{page::state::Page, protocol::inspection::Layer};

/// The table.
#[component]
pub fn Layers() -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let rows = move || inside.layers.get().into_iter().enumerate().map(row).collect::<Vec<_>>();
    let total =
        move |count: fn(&Layer) -> usize| move || number(inside.layers.with(|layers| layers.iter().map(count).sum()));
    view! {
        <section aria-labelledby="layers-title">
            <h2 id="layers-title">"Layer by layer"</h2>
            <p class="about">
                "A photo of 224 × 224 pixels goes in at the top. Choose a layer to see what it makes of the photo. In the
                drawing a block is as high as the layer's maps and as wide as it has channels."
            </p>
            <table class="layers">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">"Layer"</th>
                        <th scope="col">"Input"</th>
                        <th scope="col">"Kernel"</th>
                        <th scope="col">"Stride"</th>
                        <th scope="col">"Padding"</th>
                        <th scope="col">"Output"</th>
                        <th scope="col">"Parameters"</th>
                        <th scope="col">"Multiply-adds"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <td class="drawing"></td>
                        <th scope="row">"All"</th>
                        <td colspan="5"></td>
                        <td data-name="Parameters">{total(|layer| layer.parameters)}</td>
                        <td data-name="Multiply-adds">{total(|layer| layer.multiply_adds)}</td>
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
                    {layer.name.clone()}
                </button>
                <code>{layer.module.clone()}</code>
            </th>
            <td data-name="Input">{shape(&layer.input)}</td>
            <td data-name="Kernel">{kernel}</td>
            <td data-name="Stride">{window(1)}</td>
            <td data-name="Padding">{window(2)}</td>
            <td data-name="Output">{shape(&layer.output)}</td>
            <td data-name="Parameters">{number(layer.parameters)}</td>
            <td data-name="Multiply-adds">{number(layer.multiply_adds)}</td>
        </tr>
        {maps}
    }
}

/// "48 × 55 × 55".
fn shape(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ")
}
