//! The list of photos, built in slices so that a thousand of them do not freeze the page.

use std::time::Duration;

use leptos::prelude::*;
use rust_i18n::t;
use web_sys::MouseEvent;
use web_time::Instant;

use super::card::{card, heed_click};
use crate::{
    results::{Counts, Filter, Order, PhotoId},
    web::page::state::Page,
};

/// Cards built at a time, and the pause before the next ones.
const SLICE: usize = 10;
const PAUSE: Duration = Duration::from_millis(10);
/// Places of the list where a photo that waits has a card. Those behind come with their answers: their cards would say no more,
/// and take as long to build.
const WAITING: usize = 30;
/// How often a list that is not in the order added is put in order while answers still come.
const REORDER_EVERY: Duration = Duration::from_secs(1);

/// A card's identity: a photo that was waiting gets a new card with its answer, and no card ever changes.
type CardKey = (PhotoId, bool);

/// The list.
#[component]
pub fn List(counts: Memo<Counts>) -> impl IntoView {
    let page = expect_context::<Page>();
    let arranged = arrangement(page, counts);
    let shown = slices(page, arranged);
    let heed = move |event: MouseEvent| {
        // One listener serves all cards.
        let _ = heed_click(page, &event);
    };
    view! {
        <ul class="cards" on:click=heed>
            <For
                each=move || arranged.with(|keys| keys.iter().take(shown.get()).copied().collect::<Vec<_>>())
                key=|key| *key
                children=move |(id, _)| card(page, id)
            />
        </ul>
        <Show when=move || arranged.with(Vec::is_empty)>
            <p class="nothing">{t!("results.none_of_this_kind")}</p>
        </Show>
    }
}

/// The cards in their order. Answers reorder the list only now and then while there are more to come.
fn arrangement(page: Page, counts: Memo<Counts>) -> RwSignal<Vec<CardKey>> {
    let arranged = RwSignal::new(Vec::new());
    Effect::new(move |last: Option<(Instant, Order, Filter)>| {
        let (order, filter) = (page.order.get(), page.filter.get());
        page.results.track();
        let running = counts.with_untracked(|counts| counts.waiting > 0);
        if let Some(last) = last
            && order != Order::Added
            && running
            && (last.1, &last.2) == (order, &filter)
            && last.0.elapsed() < REORDER_EVERY
        {
            return last;
        }
        arranged.set(page.results.with_untracked(|results| {
            let photos = results.arranged(order, &filter).into_iter().enumerate();
            let shown = photos.filter(|(place, photo)| *place < WAITING || !photo.is_waiting());
            shown.map(|(_, photo)| (photo.id, photo.is_waiting())).collect()
        }));
        (Instant::now(), order, filter)
    });
    arranged
}

/// How many cards of the list there may be by now.
fn slices(page: Page, arranged: RwSignal<Vec<CardKey>>) -> RwSignal<usize> {
    let shown = RwSignal::new(SLICE);
    Effect::new(move || {
        page.filter.track();
        shown.set(SLICE);
    });
    Effect::new(move || {
        if shown.get() < arranged.with(Vec::len) {
            set_timeout(move || shown.update(|shown| *shown += SLICE), PAUSE);
        }
    });
    shown
}
