//! The names of a kept model's classes, to be changed: what PyTorch saves has none.

use leptos::{ev, html, prelude::*};
use rust_i18n::t;

use crate::web::{page::state::Page, protocol::training::ModelId};

/// The names, one a line.
#[component]
pub fn ClassNames(id: ModelId, classes: Memo<Vec<String>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let field = NodeRef::<html::Textarea>::new();
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(text) = field.get_untracked().map(|field| field.value()) else { return };
        let names: Vec<String> = text.trim().lines().map(|line| line.trim().to_owned()).collect();
        if names != classes.get_untracked() {
            page.name_classes(id.clone(), names);
        }
    };
    view! {
        <details class="more class-names">
            <summary>{t!("models.class_names")}</summary>
            <form on:submit=save>
                <label>
                    {t!("models.class_names_about")}
                    <textarea
                        node_ref=field
                        rows=move || classes.with(|classes| classes.len().clamp(2, 12))
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=move || classes.with(|classes| classes.join("\n"))
                    ></textarea>
                </label>
                <button type="submit" class="quiet" data-action="name-classes">{t!("models.save_names")}</button>
            </form>
        </details>
    }
}
