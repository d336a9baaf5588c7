//! Progress, counts and filters, the order of the list, and the export.

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsValue;

use crate::{
    language::Text,
    results::{Counts, Filter, Order, Results},
    web::page::{browser::save_text, state::Page, train::parts::rescue_focus},
    words::photos,
};

/// The value of an order's option, its name, and the order.
type Choice = (&'static str, fn() -> Text, Order);

const ORDERS: [Choice; 4] = [
    ("added", || t!("results.by_added"), Order::Added),
    ("name", || t!("results.by_name"), Order::Name),
    ("class", || t!("results.by_class"), Order::Class),
    ("confidence", || t!("results.by_confidence"), Order::Confidence),
];

/// How many photos are done, and how fast.
#[component]
pub fn Progress(counts: Memo<Counts>) -> impl IntoView {
    let page = expect_context::<Page>();
    let running = move || counts.with(|counts| counts.waiting > 0) || page.coming.get() > 0;
    let total = move || counts.with(Counts::total) + page.coming.get();
    let text = move || {
        let (done, total) = (counts.with(Counts::done), total());
        let text = match running() {
            true => t!("results.progress", done = done, photos = photos(total)),
            false => photos(total).into(),
        };
        match page.batch.with(|batch| batch.rate()) {
            Some(rate) => t!("results.rate", text = text, rate = rate : {:.1}),
            None => text,
        }
    };
    view! {
        <div class="progress" class:running=running>
            <h2 id="progress-text">{text}</h2>
            <progress
                id="photos-progress"
                aria-label=t!("results.classified")
                max=total
                value=move || counts.with(Counts::done)
            ></progress>
            <button type="button" id="cancel" disabled=move || !running() on:click=move |_| page.cancel()>
                {t!("results.cancel")}
            </button>
            <button
                type="button"
                id="clear"
                on:click=move |_| {
                    page.clear();
                    rescue_focus("#photos");
                }
            >
                {t!("results.clear")}
            </button>
        </div>
    }
}

/// Filters that double as counts, the order, and the export.
#[component]
pub fn Toolbar(counts: Memo<Counts>) -> impl IntoView {
    let page = expect_context::<Page>();
    let order = move |event| {
        let chosen = event_target_value(&event);
        if let Some((_, _, order)) = ORDERS.into_iter().find(|(value, _, _)| *value == chosen) {
            page.order.set(order);
        }
    };
    let export = move |text: fn(&Results) -> String, media_type: &'static str, name: &'static str| {
        move |_| {
            let saved: Result<(), JsValue> = save_text(&page.results.with_untracked(text), media_type, name);
            let is_saved = saved.is_ok();
            page.tell(move || if is_saved { t!("results.saved", name = name) } else { t!("results.not_saved") });
        }
    };
    let nothing_done = move || counts.with(Counts::done) == 0;
    let options = ORDERS.map(|(value, text, order)| {
        view! { <option value=value selected=move || page.order.get() == order>{text()}</option> }
    });

    view! {
        <div class="toolbar">
            <Filters counts/>
            <label class="order">
                <span>{t!("results.sort_by")}</span>
                <select id="order" on:change=order>
                    {options}
                </select>
            </label>
            <div class="buttons">
                <button
                    type="button"
                    id="export-csv"
                    disabled=nothing_done
                    on:click=export(Results::to_csv, "text/csv", "alexnet-results.csv")
                >
                    {t!("results.save_csv")}
                </button>
                <button
                    type="button"
                    id="export-json"
                    disabled=nothing_done
                    on:click=export(Results::to_json, "application/json", "alexnet-results.json")
                >
                    {t!("results.save_json")}
                </button>
            </div>
        </div>
    }
}

/// A button for each class that was seen, with its count; the one that is pressed is what the list shows.
#[component]
fn Filters(counts: Memo<Counts>) -> impl IntoView {
    let page = expect_context::<Page>();
    let class_names = Memo::new(move |_| counts.with(|counts| counts.classes.keys().cloned().collect::<Vec<_>>()));
    let filter = move |value: String, name: Text, filter: Filter, count: Signal<usize>| {
        let pressed = {
            let filter = filter.clone();
            move || page.filter.with(|shown| *shown == filter).to_string()
        };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=pressed
                data-filter=value
                on:click=move |_| page.filter.set(filter.clone())
            >
                {name}
                " "
                <b>{count}</b>
            </button>
        }
    };
    let count_of = move |class: String| {
        Signal::derive(move || counts.with(|counts| counts.classes.get(&class).copied().unwrap_or_default()))
    };
    let all = Signal::derive(move || counts.with(Counts::total));
    let failed = Signal::derive(move || counts.with(|counts| counts.failed));

    view! {
        <div class="filters" role="group" aria-label=t!("results.show")>
            {filter("all".to_owned(), t!("results.all"), Filter::All, all)}
            <For each=move || class_names.get() key=String::clone let:class>
                {filter(class.clone(), class.clone().into(), Filter::Class(class.clone()), count_of(class))}
            </For>
            <Show when=move || failed.get() != 0>
                {filter("failed".to_owned(), t!("results.failed"), Filter::Failed, failed)}
            </Show>
        </div>
    }
}
