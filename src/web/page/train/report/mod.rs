//! The report on the chosen photos, before they are trained on: what was found, and what can be changed.

mod class;
mod duplicates;
mod gallery;
mod unreadable;

use leptos::prelude::*;
use rust_i18n::t;

use crate::{
    dataset_report::findings::{Weight, findings},
    web::page::{
        state::Page,
        train::{
            parts::{growing, rescue_focus},
            words::{around, with_names},
        },
    },
};

/// Classes built at a time.
const CLASSES: usize = 20;

/// The findings in words, the classes, and the photos that cannot be read or occur more than once.
#[component]
pub fn Report() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let changed = Memo::new(move |_| training.set.with(|set| set.is_changed()));
    let classes = Memo::new(move |_| training.set.with(|set| set.classes()));
    let names =
        Memo::new(move |_| classes.with(|classes| classes.iter().map(|class| class.name.clone()).collect::<Vec<_>>()));
    let built = growing(CLASSES, move || names.with(Vec::len));
    let shown = move || names.with(|names| names.iter().take(built.get()).cloned().collect::<Vec<_>>());
    let options =
        move || names.get().into_iter().map(|name| view! { <option value=name></option> }).collect::<Vec<_>>();
    view! {
        <section class="report" id="dataset-report" aria-labelledby="report-title">
            <header>
                <h3 id="report-title" tabindex="-1">
                    {around(
                        &t!("report.title"),
                        view! { <em>{move || training.set.with(|set| set.name().to_owned())}</em> },
                    )}
                </h3>
                <Show when=move || changed.get()>
                    <button
                        type="button"
                        class="quiet"
                        id="restore-dataset"
                        disabled=move || training.is_locked()
                        on:click=move |_| {
                            training.set.update(|set| set.restore());
                            training.tell(|| t!("report.undone"));
                            rescue_focus("#report-title");
                        }
                    >
                        {t!("report.undo")}
                    </button>
                </Show>
            </header>
            <Findings/>
            <datalist id="class-names">{options}</datalist>
            <ul class="classes">
                <For each=shown key=String::clone let:name>
                    <class::Class name classes/>
                </For>
            </ul>
            <unreadable::Unreadable/>
            <duplicates::DuplicatesList/>
        </section>
    }
}

/// What is worth telling, what matters most first.
#[component]
fn Findings() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let found = Memo::new(move |_| {
        let hindrance = training.arranged.with(|arranged| arranged.as_ref().err().cloned());
        let duplicates = training.duplicates.get();
        training.set.with(|set| findings(set, hindrance.as_deref(), &duplicates))
    });
    let rows = move || {
        let row = |(weight, text): (Weight, String)| {
            let (name, label) = match weight {
                Weight::Hindrance => ("hindrance", t!("report.hindrance")),
                Weight::Warning => ("warning", t!("report.warning")),
                Weight::Note => ("note", t!("report.note")),
            };
            view! { <li data-finding=name><span class="hidden-words">{label}</span> {with_names(&text)}</li> }
        };
        found.get().into_iter().map(|finding| row((finding.weight, finding.text))).collect::<Vec<_>>()
    };
    view! {
        <Show
            when=move || found.with(|found| !found.is_empty())
            fallback=|| view! { <p class="all-well">{t!("report.all_well")}</p> }
        >
            <ul class="findings">{rows}</ul>
        </Show>
    }
}
