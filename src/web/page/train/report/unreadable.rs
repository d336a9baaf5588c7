//! The photos that cannot be read, and why.

use leptos::prelude::*;
use rust_i18n::t;

use crate::{
    dataset_report::Seen,
    web::page::{
        state::Page,
        train::{parts::ShowAll, words::photos},
    },
};

/// Photos named at first.
const SHOWN: usize = 20;

/// The photos that cannot be read; nothing where there are none.
#[component]
pub fn Unreadable() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let all = RwSignal::new(false);
    let unreadable = Memo::new(move |_| {
        training.set.with(|set| {
            let reason = |seen: &Seen| if let Seen::Unreadable(message) = seen { Some(message.clone()) } else { None };
            let photos = set.photos().iter().filter_map(|photo| Some((photo.path.clone(), reason(&photo.seen)?)));
            photos.collect::<Vec<_>>()
        })
    });
    let count = move || unreadable.with(Vec::len);
    let shown = move || {
        unreadable.with(|photos| {
            photos.iter().take(if all.get() { photos.len() } else { SHOWN }).cloned().collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || count() != 0>
            <details class="more unreadable" open>
                <summary>{move || t!("report.some_unreadable", photos = photos(count()))}</summary>
                <ul>
                    <For each=shown key=|(path, _)| path.clone() let:photo>
                        <li data-unreadable=photo.0.clone()>
                            <b>{photo.0.clone()}</b>
                            <span>{photo.1.to_string()}</span>
                        </li>
                    </For>
                </ul>
                <ShowAll all at_first=SHOWN count/>
            </details>
        </Show>
    }
}
