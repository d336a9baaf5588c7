//! Progress, counts and filters, the order of the list, and the export.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{
    results::{Counts, Filter, Order, Results},
    web::page::{
        browser::save_text,
        state::{Page, photos},
    },
};

const ORDERS: [(&str, &str, Order); 4] = [
    ("added", "order added", Order::Added),
    ("name", "name", Order::Name),
    ("class", "class", Order::Class),
    ("confidence", "confidence", Order::Confidence),
];

/// How many photos are done, and how fast.
#[component]
pub fn Progress(counts: Memo<Counts>) -> impl IntoView {
    let page = expect_context::<Page>();
    let running = move || counts.with(|counts| counts.waiting > 0);
    let text = move || {
        let (done, total) = counts.with(|counts| (counts.done(), counts.total()));
        let rate = page.batch.with(|batch| batch.rate()).map(|rate| format!(", {rate:.1} a second"));
        let rate = rate.unwrap_or_default();
        if running() { format!("{done} of {}{rate}", photos(total)) } else { format!("{}{rate}", photos(total)) }
    };
    view! {
        <div class="progress" class:running=running>
            <h2 id="progress-text">{text}</h2>
            <progress
                id="photos-progress"
                aria-label="Photos classified"
                max=move || counts.with(Counts::total)
                value=move || counts.with(Counts::done)
            ></progress>
            <button type="button" id="cancel" disabled=move || !running() on:click=move |_| page.cancel()>
                "Cancel"
            </button>
            <button type="button" id="clear" on:click=move |_| page.clear()>
                "Clear"
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
            page.notice.set(match saved {
                Ok(()) => format!("The results are saved as {name}."),
                Err(_) => "The browser did not let the results be saved.".to_owned(),
            });
        }
    };
    let nothing_done = move || counts.with(Counts::done) == 0;
    let options = ORDERS.map(|(value, text, _)| view! { <option value=value>{text}</option> });

    view! {
        <div class="toolbar">
            <Filters counts/>
            <label class="order">
                <span>"Sort by"</span>
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
                    "Save CSV"
                </button>
                <button
                    type="button"
                    id="export-json"
                    disabled=nothing_done
                    on:click=export(Results::to_json, "application/json", "alexnet-results.json")
                >
                    "Save JSON"
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
    let filter = move |name: String, filter: Filter, count: Signal<usize>| {
        let pressed = {
            let filter = filter.clone();
            move || page.filter.with(|shown| *shown == filter).to_string()
        };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=pressed
                data-filter=name.clone()
                on:click=move |_| page.filter.set(filter.clone())
            >
                {name.clone()}
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
        <div class="filters" role="group" aria-label="Show">
            {filter("all".to_owned(), Filter::All, all)}
            <For each=move || class_names.get() key=String::clone let:class>
                {filter(class.clone(), Filter::Class(class.clone()), count_of(class))}
            </For>
            <Show when=move || failed.get() != 0>{filter("failed".to_owned(), Filter::Failed, failed)}</Show>
        </div>
    }
}
