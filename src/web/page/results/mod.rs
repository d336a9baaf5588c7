//! The results: a summary with the controls, and the list itself.

mod card;
mod list;
mod toolbar;

use leptos::prelude::*;
use rust_i18n::t;

pub use self::card::percent;

use super::state::Page;
use crate::results::{Counts, Results};

/// Everything about the photos so far; nothing as long as there are none.
#[component]
pub fn ResultsList() -> impl IntoView {
    let page = expect_context::<Page>();
    let counts = Memo::new(move |_| page.results.with(Results::counts));
    view! {
        <Show when=move || counts.with(Counts::total) != 0>
            <section class="results" aria-label=t!("results.title")>
                <toolbar::Progress counts/>
                <toolbar::Toolbar counts/>
                <list::List counts/>
            </section>
        </Show>
    }
}
