//! A drawing of what comes out of a layer: a block as high and deep as the maps, as wide as there are channels; a bar
//! for the units of a fully connected layer.

use leptos::prelude::*;

/// The drawing's size.
const WIDTH: f32 = 104.0;
const HEIGHT: f32 = 60.0;
/// Depth is drawn at this share of the side, to the right and upwards.
const SLANT: f32 = 0.33;

/// The drawing for a shape.
pub fn drawing(shape: &[usize]) -> AnyView {
    let faces = match *shape {
        [channels, side, _] => block(3.0 + channels as f32 * 0.27, 8.0 + side as f32 * 0.63),
        [units] => bar(6.0 + (units as f32).sqrt() * 2.0),
        _ => Vec::new(),
    };
    let faces: Vec<_> = faces.into_iter().map(|(class, path)| view! { <path class=class d=path/> }).collect();
    view! { <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">{faces}</svg> }.into_any()
}

/// The three visible faces of a block, in the middle.
fn block(width: f32, side: f32) -> Vec<(&'static str, String)> {
    let depth = side * SLANT;
    let (left, bottom) = ((WIDTH - width - depth) / 2.0, (HEIGHT + side + depth) / 2.0);
    let (right, top) = (left + width, bottom - side);
    vec![
        ("front", format!("M{left} {bottom}V{top}H{right}V{bottom}Z")),
        ("top", format!("M{left} {top}l{depth} {}H{}L{right} {top}Z", -depth, right + depth)),
        ("side", format!("M{right} {bottom}V{top}l{depth} {}V{}Z", -depth, bottom - depth)),
    ]
}

fn bar(width: f32) -> Vec<(&'static str, String)> {
    let (left, middle) = ((WIDTH - width) / 2.0, HEIGHT / 2.0);
    vec![("front", format!("M{left} {}h{width}v7h{}Z", middle - 3.5, -width))]
}
