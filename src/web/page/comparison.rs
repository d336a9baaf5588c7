//! Numbers that the GPU found, beside those that the CPU found.

use leptos::prelude::*;

use crate::language::Text;

/// A row: what the numbers are of, the GPU's and the CPU's.
pub type Row = (String, f64, f64);

/// A table of such numbers.
#[component]
pub fn Comparison(
    /// What the numbers are of.
    of: Text,
    /// The numbers.
    rows: Vec<Row>,
    /// How many places behind the point are shown.
    places: usize,
) -> impl IntoView {
    let row = |(name, webgpu, cpu): Row| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{format!("{webgpu:.places$}")}</td>
                <td>{format!("{cpu:.places$}")}</td>
            </tr>
        }
    };
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{of}</th>
                    <th scope="col">"GPU"</th>
                    <th scope="col">"CPU"</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(row).collect::<Vec<_>>()}</tbody>
        </table>
    }
}
