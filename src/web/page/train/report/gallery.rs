//! Photos of the set with their small pictures, each of which can be left out. Long lists are shown in part at first,
//! and then built in slices.

use leptos::prelude::*;
use rust_i18n::t;

use crate::{
    dataset_report::Photo,
    web::page::{
        state::Page,
        train::parts::{ShowAll, growing},
    },
};

/// Photos shown at first, and how many are built at a time once all are asked for.
const SHOWN: usize = 24;

/// A photo in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its place in the set.
    pub place: usize,
    /// Its path.
    pub path: String,
    /// What stands below it.
    pub caption: String,
}

impl Item {
    /// A photo at this place of the set, under its file name.
    pub fn of((place, photo): (usize, &Photo)) -> Self {
        Self { place, path: photo.path.clone(), caption: photo.file_name().to_owned() }
    }
}

/// These photos.
#[component]
pub fn Gallery(items: Memo<Vec<Item>>) -> impl IntoView {
    let all = RwSignal::new(false);
    let total = move || items.with(Vec::len);
    let built = growing(SHOWN, move || if all.get() { total() } else { SHOWN });
    view! {
        <ul class="gallery">
            <For
                each=move || items.with(|items| items.iter().take(built.get()).cloned().collect::<Vec<_>>())
                key=|item| item.place
                let:item
            >
                <Tile item/>
            </For>
        </ul>
        <ShowAll all at_first=SHOWN count=total/>
    }
}

/// One photo and the button to leave it out.
#[component]
fn Tile(item: Item) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let Item { place, path, caption } = item;
    let left_out =
        Memo::new(move |_| training.set.with(|set| set.photos().get(place).is_some_and(|photo| photo.left_out)));
    let action = move || if left_out.get() { t!("report.take_in") } else { t!("report.leave_out") };
    let toggle = move |_| {
        let left_out = left_out.get_untracked();
        training.set.update(|set| set.leave_out(place, !left_out));
    };
    view! {
        <li class:left-out=left_out data-set-photo=path.clone()>
            <button
                type="button"
                aria-label={
                    let caption = caption.clone();
                    move || t!("parts.action", action = action(), name = caption)
                }
                title=path.clone()
                disabled=move || training.is_locked()
                on:click=toggle
            >
                <img alt="" loading="lazy" decoding="async" prop:src=training.thumbnails.src(&path)/>
                <span class="stamp" aria-hidden="true">{action}</span>
            </button>
            <span class="caption">{caption.clone()}</span>
        </li>
    }
}
