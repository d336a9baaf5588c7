//! Where the address has `?profile`, what the parts of the network take, alone and for eight photos together.

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    browser::address_parameter,
    state::{Page, Stage},
};
use crate::web::protocol::benchmark::Order;

/// Numbers of photos that are measured, in this order.
const BATCHES: [usize; 2] = [1, 8];

/// What was measured: for each number of photos, the milliseconds of the parts.
pub type Measurements = Vec<Vec<(String, f64)>>;

/// Whether the address asks for it.
pub fn is_wanted() -> bool {
    address_parameter("profile").is_some()
}

/// Has the next number of photos measured, once the network is ready.
pub fn measure(page: Page) {
    if !is_wanted() {
        return;
    }
    Effect::new(move || {
        let next = page.profile.with(|done| BATCHES.get(done.len()).copied());
        if let (Some(count), true) = (next, page.stage.with(|stage| *stage == Stage::Ready)) {
            page.measure(Order::Parts(count));
        }
    });
}

/// The parts and their times.
#[component]
pub fn Profile() -> impl IntoView {
    let page = expect_context::<Page>();
    let table = move |measured: Measurements| {
        let parts = measured[0].iter().enumerate().map(|(row, (part, _))| {
            let time = move |batch: &Vec<(String, f64)>| batch.get(row).map(|(_, time)| format!("{time:.2}"));
            let times = measured.iter().map(|batch| view! { <td>{time(batch)}</td> }).collect::<Vec<_>>();
            view! { <tr><th scope="row">{part.clone()}</th>{times}</tr> }
        });
        let heads = BATCHES.map(|count| view! { <th scope="col">{count}</th> }).into_iter().take(measured.len());
        view! {
            <section id="profile" class="fact more">
                <h2>{t!("profile.title")}</h2>
                <p>{t!("profile.about")}</p>
                <table>
                    <thead><tr><th scope="col">{t!("profile.part")}</th>{heads.collect::<Vec<_>>()}</tr></thead>
                    <tbody>{parts.collect::<Vec<_>>()}</tbody>
                </table>
            </section>
        }
    };
    move || Some(page.profile.get()).filter(|measured| !measured.is_empty()).map(table)
}
