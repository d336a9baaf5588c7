//! The classes with their probabilities. Each can be asked what speaks for it.

use leptos::prelude::*;
use rust_i18n::t;

use crate::web::page::{results::percent, state::Page};

/// Classes listed at first; a model may have a thousand.
const SHOWN: usize = 10;

/// All classes, the most probable first.
#[component]
pub fn Classes() -> impl IntoView {
    let page = expect_context::<Page>();
    let inside = page.inside;
    let all = RwSignal::new(false);
    let ranked = Memo::new(move |_| {
        let names = page.model.with(|model| model.as_ref().map(|model| model.classes.clone())).unwrap_or_default();
        let probabilities = inside.answer.with(|answer| answer.as_ref().map(|answer| answer.probabilities.clone()));
        let mut ranked: Vec<_> = names.into_iter().zip(probabilities.unwrap_or_default()).enumerate().collect();
        ranked.sort_by(|(_, (_, left)), (_, (_, right))| right.total_cmp(left));
        ranked
    });
    let row = move |(class, (name, probability)): (usize, (String, f32))| {
        view! {
            <li>
                <button
                    type="button"
                    aria-pressed=move || (inside.class.get() == Some(class)).to_string()
                    data-inside-class=name.clone()
                    style=format!("--share:{probability:.3}")
                    on:click=move |_| inside.choose_class(class)
                >
                    <span>{name.clone()}</span>
                    <span>{percent(probability)}</span>
                </button>
            </li>
        }
    };
    let shown = move || {
        let count = if all.get() { usize::MAX } else { SHOWN };
        ranked.get().into_iter().take(count).map(row).collect::<Vec<_>>()
    };
    view! {
        <Show when=move || ranked.with(|ranked| !ranked.is_empty())>
            <h3 id="classes-title">{t!("inside.which_class")}</h3>
            <ol class="inside-classes" aria-labelledby="classes-title">{shown}</ol>
            <Show when=move || !all.get() && ranked.with(|ranked| ranked.len() > SHOWN)>
                <button type="button" class="quiet" on:click=move |_| all.set(true)>{t!("inside.show_all_classes")}</button>
            </Show>
        </Show>
    }
}
